-- Leaky integrator without reset, whose threshold rises at each spike and decays with two time constants.
-- Source: Kobayashi, Tsubo & Shinomoto (2009), doi:10.3389/neuro.10.009.2009
return {
  name = "mat2_psc_exp",
  summary = "Leaky integrator without reset; its threshold rises at each spike and decays with two time constants.",
  references = {
    "Kobayashi, Tsubo & Shinomoto (2009), doi:10.3389/neuro.10.009.2009",
    "Rotter & Diesmann (1999), doi:10.1007/s004220050570",
  },
  notes = {
    "omega is a potential; in the paper it is relative to E_L.",
    "Time constants may be equal.",
  },
  parameters = {
    { "C_m",        "100 pF", "membrane capacitance", "> 0" },
    { "tau_m",      "5 ms",   "membrane time constant", "> 0" },
    { "E_L",        "-70 mV", "resting potential" },
    { "omega",      "-51 mV", "resting threshold" },
    { "tau_1",      "10 ms",  "short time constant of the threshold", "> 0" },
    { "tau_2",      "200 ms", "long time constant of the threshold", "> 0" },
    { "alpha_1",    "37 mV",  "rise of the short part at a spike" },
    { "alpha_2",    "2 mV",   "rise of the long part at a spike" },
    { "t_ref",      "2 ms",   "time without spikes after a spike", "> 0" },
    { "tau_syn_ex", "1 ms",   "decay time of the excitatory current", "> 0" },
    { "tau_syn_in", "3 ms",   "decay time of the inhibitory current", "> 0" },
    { "I_e",        "0 pA",   "constant current" },
  },
  state = {
    { "V_m",          "-70 mV", "membrane potential" },
    { "V_th_alpha_1", "0 mV",   "short part of the threshold" },
    { "V_th_alpha_2", "0 mV",   "long part of the threshold" },
    { "I_syn_ex",     "0 pA",   "excitatory synaptic current" },
    { "I_syn_in",     "0 pA",   "inhibitory synaptic current" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V_th             = omega + V_th_alpha_1 + V_th_alpha_2
    dV_m/dt          = (E_L - V_m)/tau_m + (I_syn_ex + I_syn_in + I_e + I_stim + I_SIC)/C_m
    dV_th_alpha_1/dt = -V_th_alpha_1/tau_1
    dV_th_alpha_2/dt = -V_th_alpha_2/tau_2
    dI_syn_ex/dt     = -I_syn_ex/tau_syn_ex
    dI_syn_in/dt     = -I_syn_in/tau_syn_in
  ]],
  on_spike = { excitatory = "I_syn_ex += weight", inhibitory = "I_syn_in += weight" },
  spike = {
    when = "V_m >= V_th",
    action = "V_th_alpha_1 += alpha_1; V_th_alpha_2 += alpha_2",
    refractory = "t_ref",
  },
  method = "exact",
}
