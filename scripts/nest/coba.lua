-- Conductance-based integrate-and-fire neurons that keep each other going.
--
-- Twin of NEST's example brette_et_al_2007/coba.
-- test: --time 20

require "brette_et_al_2007_benchmark" {
  name = "coba",
  model = "iaf_cond_exp",
  params = {
    E_L = -60.0, V_th = -50.0, V_reset = -60.0, t_ref = 5.0, E_ex = 0.0, E_in = -80.0, C_m = 200.0, g_L = 10.0, tau_syn_ex = 5.0,
    tau_syn_in = 10.0,
  },
  weights = { 6.0, -67.0 },  -- nS
  step = 0.1,
  time = 1000.0,
}
