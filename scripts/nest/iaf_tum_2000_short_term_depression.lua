-- Short-term depression of a connection.
--
-- Twin of NEST's example iaf_tum_2000_short_term_depression.
-- test: --time 200

require "iaf_tum_2000_short_term" {
  name = "depression", tau_m = 40.0, R_m = 0.1, weight = 250.0, U = 0.5, tau_psc = 3.0, tau_rec = 800.0, tau_fac = 0.0,
}
