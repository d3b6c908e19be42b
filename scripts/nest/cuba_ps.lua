-- Integrate-and-fire neurons whose potentials jump at spikes, on a grid of 1/8 ms.
--
-- Twin of NEST's example brette_et_al_2007/cuba_ps.
-- test: --time 20

require "brette_et_al_2007_benchmark" {
  name = "cuba_ps",
  model = "iaf_psc_delta",
  params = {
    E_L = -49.0, V_m = -49.0, V_th = -50.0, V_reset = -60.0, C_m = 200.0, tau_m = 20.0, t_ref = 5.0,
  },
  weights = { 0.25, -2.25 },  -- mV
  step = 0.125,
  time = 10000.0,
}
