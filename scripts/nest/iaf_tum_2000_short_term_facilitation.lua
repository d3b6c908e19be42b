-- Short-term facilitation of a connection.
--
-- Twin of NEST's example iaf_tum_2000_short_term_facilitation.
-- test: --time 200

require "iaf_tum_2000_short_term" {
  name = "facilitation", tau_m = 60.0, R_m = 1.0, weight = 1540.0, U = 0.03, tau_psc = 1.5, tau_rec = 130.0, tau_fac = 530.0,
}
