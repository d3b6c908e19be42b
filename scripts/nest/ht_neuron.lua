-- The thalamocortical neuron of Hill & Tononi (2005), doi:10.1152/jn.00915.2004, as NEST has it: four receptors, NMDA with a magnesium
-- block in two stages (Vargas-Caballero & Robinson 2003, doi:10.1152/jn.01038.2002), an adapting threshold, a potassium current in place
-- of a reset, and four intrinsic currents. Conductances have no unit, currents are in mV.
local astro = require "astro"

local RECEPTORS = {  -- peak; mV, ms, ms
  AMPA = { peak = 0.1, E_rev = 0, rise = 0.5, decay = 2.4 }, NMDA = { peak = 0.075, E_rev = 0, rise = 4, decay = 40 },
  GABA_A = { peak = 0.33, E_rev = -70, rise = 1, decay = 7 }, GABA_B = { peak = 0.0132, E_rev = -90, rise = 60, decay = 200 },
}

local definition = {
  name = "ht_neuron",
  parameters = {
    E_Na = "30 mV", E_K = "-90 mV", g_NaL = 0.2, g_KL = 1, tau_m = "16 ms", theta_eq = "-51 mV", tau_theta = "2 ms", tau_spike = "1.75 ms",
    t_ref = "2 ms", g_peak_NaP = 1, E_rev_NaP = "30 mV", N_NaP = 3, g_peak_KNa = 1, E_rev_KNa = "-90 mV", tau_D_KNa = "1250 ms",
    g_peak_T = 1, E_rev_T = "0 mV", N_T = 2, g_peak_h = 1, E_rev_h = "-40 mV", S_act_NMDA = "0.081 1/mV", V_act_NMDA = "-25.57 mV",
    tau_Mg_fast_NMDA = "0.68 ms", tau_Mg_slow_NMDA = "22.7 ms",
  },
  state = {
    V_m = "-70 mV", theta = "-51 mV", m_fast_NMDA = "1/(1 + exp(-S_act_NMDA*(-70*mV - V_act_NMDA)))",
    m_slow_NMDA = "1/(1 + exp(-S_act_NMDA*(-70*mV - V_act_NMDA)))", m_Ih = "1/(1 + exp(5/5.5))",
    D_IKNa = "tau_D_KNa/(1*ms)*0.025/(1 + exp(60/5)) + 0.001", m_IT = "1/(1 + exp(11/6.2))", h_IT = "1/(1 + exp(13/4))", spiking = 0,
  },
  inputs = { I_stim = "current mV" },
  on_spike = {},
  -- for t_ref after its step a spike opens the potassium conductance: `spiking` counts those steps, once a step
  spike = { when = "spiking == 0 and V_m >= theta", action = "V_m = E_Na; theta = E_Na; spiking = ceil(t_ref/dt - 1e-6) + 1" },
  events = {
    count = { when = "spiking > 0 and rand() < 2", action = "spiking -= 1" },
    fast = { when = "m_fast_NMDA > m_eq_NMDA", action = "m_fast_NMDA = m_eq_NMDA" },
    slow = { when = "m_slow_NMDA > m_eq_NMDA", action = "m_slow_NMDA = m_eq_NMDA" },
  },
  method = "rkf45",
}

local equations = [[
  v = V_m/(1*mV)
  m_eq_NMDA = 1/(1 + exp(-S_act_NMDA*(V_m - V_act_NMDA)))
  m_fast = min(m_eq_NMDA, m_fast_NMDA)
  m_slow = min(m_eq_NMDA, m_slow_NMDA)
  A_fast = 0.51 - 0.0028*v
  dm_fast_NMDA/dt = (m_eq_NMDA - m_fast)/tau_Mg_fast_NMDA
  dm_slow_NMDA/dt = (m_eq_NMDA - m_slow)/tau_Mg_slow_NMDA
  g_NMDA = gt_NMDA*(A_fast*m_fast + (1 - A_fast)*m_slow)
  I_syn = g_AMPA*(E_rev_AMPA - V_m) + g_NMDA*(E_rev_NMDA - V_m) + g_GABA_A*(E_rev_GABA_A - V_m) + g_GABA_B*(E_rev_GABA_B - V_m)

  I_NaP = g_peak_NaP*(1/(1 + exp(-(v + 55.7)/7.7)))^N_NaP*(E_rev_NaP - V_m)
  I_KNa = g_peak_KNa/(1 + (0.25/D_IKNa)^3.5)*(E_rev_KNa - V_m)
  I_T   = g_peak_T*m_IT^N_T*h_IT*(E_rev_T - V_m)
  I_h   = g_peak_h*m_Ih*(E_rev_h - V_m)
  dD_IKNa/dt = (tau_D_KNa/(1*ms)*0.025/(1 + exp(-(v + 10)/5)) + 0.001 - D_IKNa)/tau_D_KNa
  tau_m_T = 0.22*ms/(exp(-(v + 132)/16.7) + exp((v + 16.8)/18.2)) + 0.13*ms
  tau_h_T = 8.2*ms + 1*ms*(56.6 + 0.27*exp((v + 115.2)/5))/(1 + exp((v + 86)/3.2))
  tau_m_h = 1*ms/(exp(-14.59 - 0.086*v) + exp(-1.87 + 0.0701*v))
  dm_IT/dt = (1/(1 + exp(-(v + 59)/6.2)) - m_IT)/tau_m_T
  dh_IT/dt = (1/(1 + exp((v + 83)/4)) - h_IT)/tau_h_T
  dm_Ih/dt = (1/(1 + exp((v + 75)/5.5)) - m_Ih)/tau_m_h

  I_leak = g_NaL*(E_Na - V_m) + g_KL*(E_K - V_m)
  dV_m/dt = (I_leak + I_syn + I_NaP + I_KNa + I_T + I_h + I_stim)/tau_m + ((E_K - V_m)/tau_spike if spiking > 0 else 0*mV/ms)
  dtheta/dt = (theta_eq - theta)/tau_theta
  dspiking/dt = 0
]]
for name, r in pairs(RECEPTORS) do
  local peak = r.rise * r.decay * math.log(r.decay / r.rise) / (r.decay - r.rise)
  local jump = r.peak * (1 / r.rise - 1 / r.decay) / (math.exp(-peak / r.decay) - math.exp(-peak / r.rise))
  local g = name == "NMDA" and "gt_NMDA" or "g_" .. name
  definition.parameters["E_rev_" .. name] = ("%g mV"):format(r.E_rev)
  definition.state[g], definition.state["d" .. g] = 0, "0 1/ms"
  definition.on_spike[name] = ("d%s += %.17g/ms*weight"):format(g, jump)
  equations = equations .. ("dd%s/dt = -d%s/(%g*ms)\nd%s/dt = d%s - %s/(%g*ms)\n"):format(g, g, r.rise, g, g, g, r.decay)
end
definition.equations = equations
return astro.model(definition)
