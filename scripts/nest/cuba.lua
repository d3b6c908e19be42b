-- Current-based integrate-and-fire neurons that keep each other going.
--
-- Twin of NEST's example brette_et_al_2007/cuba.
-- test: --time 20

require "brette_et_al_2007_benchmark" {
  name = "cuba",
  model = "iaf_psc_exp",
  params = {
    E_L = -49.0, V_m = -49.0, V_th = -50.0, V_reset = -60.0, C_m = 200.0, tau_m = 20.0, tau_syn_ex = 5.0, tau_syn_in = 10.0, t_ref = 5.0,
  },
  weights = { 16.2, -139.5 },  -- pA
  step = 0.1,
  time = 10000.0,
}
