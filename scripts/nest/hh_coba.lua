-- Hodgkin-Huxley neurons with conductances that keep each other going.
--
-- Twin of NEST's example brette_et_al_2007/hh_coba.
-- test: --time 20

require "brette_et_al_2007_benchmark" {
  name = "hh_coba",
  model = "hh_cond_exp_traub",
  params = {
    g_Na = 20000.0, g_K = 6000.0, g_L = 10.0, C_m = 200.0, E_Na = 50.0, E_K = -90.0, E_L = -60.0, E_ex = 0.0, E_in = -80.0,
    tau_syn_ex = 5.0, tau_syn_in = 10.0,
  },
  weights = { 6.0, -67.0 },  -- nS
  step = 0.1,
  time = 1000.0,
}
