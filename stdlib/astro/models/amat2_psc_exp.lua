-- Leaky integrator without reset, whose threshold rises at each spike and follows the slope of the potential.
-- Source: Yamauchi, Kim & Shinomoto (2011), doi:10.3389/fncom.2011.00042
return {
  name = "amat2_psc_exp",
  summary = "Leaky integrator without reset; its threshold rises at each spike and follows the slope of the potential.",
  references = {
    "Yamauchi, Kim & Shinomoto (2011), doi:10.3389/fncom.2011.00042",
    "Kobayashi, Tsubo & Shinomoto (2009), doi:10.3389/neuro.10.009.2009",
  },
  notes = {
    "omega is a potential; in the papers it is relative to E_L. With beta = 0 the model is mat2_psc_exp.",
    "Time constants may be equal.",
  },
  parameters = {
    { "C_m",        "200 pF", "membrane capacitance", "> 0" },
    { "tau_m",      "10 ms",  "membrane time constant", "> 0" },
    { "E_L",        "-70 mV", "resting potential" },
    { "omega",      "-65 mV", "resting threshold" },
    { "tau_1",      "10 ms",  "short time constant of the threshold", "> 0" },
    { "tau_2",      "200 ms", "long time constant of the threshold", "> 0" },
    { "alpha_1",    "10 mV",  "rise of the short part at a spike" },
    { "alpha_2",    "0 mV",   "rise of the long part at a spike" },
    { "tau_v",      "5 ms",   "time constant of the part that depends on V_m", "> 0" },
    { "beta",       "0 1/ms", "strength of the part that depends on V_m" },
    { "t_ref",      "2 ms",   "time without spikes after a spike", "> 0" },
    { "tau_syn_ex", "1 ms",   "decay time of the excitatory current", "> 0" },
    { "tau_syn_in", "3 ms",   "decay time of the inhibitory current", "> 0" },
    { "I_e",        "0 pA",   "constant current" },
  },
  state = {
    { "V_m",          "-70 mV",  "membrane potential" },
    { "V_th_alpha_1", "0 mV",    "short part of the threshold" },
    { "V_th_alpha_2", "0 mV",    "long part of the threshold" },
    { "V_th_v",       "0 mV",    "part of the threshold that depends on V_m" },
    { "V_th_dv",      "0 mV/ms", "driving variable of V_th_v" },
    { "I_syn_ex",     "0 pA",    "excitatory synaptic current" },
    { "I_syn_in",     "0 pA",    "inhibitory synaptic current" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V_th             = omega + V_th_alpha_1 + V_th_alpha_2 + V_th_v
    slope            = (E_L - V_m)/tau_m + (I_syn_ex + I_syn_in + I_e + I_stim + I_SIC)/C_m
    dV_m/dt          = slope
    dV_th_alpha_1/dt = -V_th_alpha_1/tau_1
    dV_th_alpha_2/dt = -V_th_alpha_2/tau_2
    dV_th_v/dt       = V_th_dv - V_th_v/tau_v
    dV_th_dv/dt      = beta*slope - V_th_dv/tau_v
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
