-- Leaky integrate-and-fire neuron with alpha-shaped synaptic currents.
-- Source: Rotter & Diesmann (1999), doi:10.1007/s004220050570
return {
  name = "iaf_psc_alpha",
  summary = "Leaky integrate-and-fire neuron with alpha-shaped synaptic currents.",
  references = { "Rotter & Diesmann (1999), doi:10.1007/s004220050570" },
  notes = {
    "A spike of weight W causes a current that reaches its peak, W pA, a time tau_syn later.",
    "V_m never falls below V_min.",
  },
  parameters = {
    { "C_m",        "250 pF",     "membrane capacitance", "> 0" },
    { "tau_m",      "10 ms",      "membrane time constant", "> 0" },
    { "E_L",        "-70 mV",     "resting potential" },
    { "V_th",       "-55 mV",     "spike threshold" },
    { "V_reset",    "-70 mV",     "potential after a spike" },
    { "V_min",      "-inf mV",  "lowest V_m" },
    { "t_ref",      "2 ms",       "refractory time", ">= 0" },
    { "tau_syn_ex", "2 ms",       "time to peak of the excitatory current", "> 0" },
    { "tau_syn_in", "2 ms",       "time to peak of the inhibitory current", "> 0" },
    { "I_e",        "0 pA",       "constant current" },
  },
  state = {
    { "V_m",       "-70 mV",  "membrane potential" },
    { "I_syn_ex",  "0 pA",    "excitatory synaptic current" },
    { "I_syn_in",  "0 pA",    "inhibitory synaptic current" },
    { "dI_syn_ex", "0 pA/ms", "driving variable of I_syn_ex" },
    { "dI_syn_in", "0 pA/ms", "driving variable of I_syn_in" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    dV_m/dt       = (E_L - V_m)/tau_m + (I_syn_ex + I_syn_in + I_e + I_stim + I_SIC)/C_m
    dI_syn_ex/dt  = dI_syn_ex - I_syn_ex/tau_syn_ex
    dI_syn_in/dt  = dI_syn_in - I_syn_in/tau_syn_in
    ddI_syn_ex/dt = -dI_syn_ex/tau_syn_ex
    ddI_syn_in/dt = -dI_syn_in/tau_syn_in
  ]],
  on_spike = {
    excitatory = "dI_syn_ex += exp(1)*weight/tau_syn_ex",
    inhibitory = "dI_syn_in += exp(1)*weight/tau_syn_in",
  },
  spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  events = { bound = { when = "V_m < V_min", action = "V_m = V_min" } },
  method = "exact",
}
