-- Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.
-- Source: Rotter & Diesmann (1999), doi:10.1007/s004220050570
return {
  name = "iaf_psc_exp",
  summary = "Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.",
  references = { "Rotter & Diesmann (1999), doi:10.1007/s004220050570" },
  notes = {
    "The threshold is sharp. NEST's stochastic threshold, with rho and delta, is: "
      .. "when = \"rand() < rho*exp((V_m - V_th)/delta)*dt\".",
    "Currents act on the membrane directly; NEST's receptor 1, for currents that are filtered by tau_syn_ex, is not here.",
  },
  parameters = {
    { "C_m",        "250 pF", "membrane capacitance", "> 0" },
    { "tau_m",      "10 ms",  "membrane time constant", "> 0" },
    { "E_L",        "-70 mV", "resting potential" },
    { "V_th",       "-55 mV", "spike threshold" },
    { "V_reset",    "-70 mV", "potential after a spike" },
    { "t_ref",      "2 ms",   "refractory time", ">= 0" },
    { "tau_syn_ex", "2 ms",   "decay time of the excitatory current", "> 0" },
    { "tau_syn_in", "2 ms",   "decay time of the inhibitory current", "> 0" },
    { "I_e",        "0 pA",   "constant current" },
  },
  state = {
    { "V_m",      "-70 mV", "membrane potential" },
    { "I_syn_ex", "0 pA",   "excitatory synaptic current" },
    { "I_syn_in", "0 pA",   "inhibitory synaptic current" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    dV_m/dt      = (E_L - V_m)/tau_m + (I_syn_ex + I_syn_in + I_e + I_stim + I_SIC)/C_m
    dI_syn_ex/dt = -I_syn_ex/tau_syn_ex
    dI_syn_in/dt = -I_syn_in/tau_syn_in
  ]],
  on_spike = { excitatory = "I_syn_ex += weight", inhibitory = "I_syn_in += weight" },
  spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  method = "exact",
}
