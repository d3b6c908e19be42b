-- Leaky integrate-and-fire neuron whose potential jumps at each arriving spike.
-- Source: Rotter & Diesmann (1999), doi:10.1007/s004220050570
return {
  name = "iaf_psc_delta",
  summary = "Leaky integrate-and-fire neuron whose potential jumps at each arriving spike.",
  references = { "Rotter & Diesmann (1999), doi:10.1007/s004220050570" },
  notes = {
    "A spike of weight W raises V_m by W mV. Spikes that arrive during the refractory time are lost, as in NEST without "
      .. "refractory_input.",
    "V_m never falls below V_min.",
  },
  parameters = {
    { "C_m",     "250 pF",    "membrane capacitance", "> 0" },
    { "tau_m",   "10 ms",     "membrane time constant", "> 0" },
    { "E_L",     "-70 mV",    "resting potential" },
    { "V_th",    "-55 mV",    "spike threshold" },
    { "V_reset", "-70 mV",    "potential after a spike" },
    { "V_min",   "-inf mV", "lowest V_m" },
    { "t_ref",   "2 ms",      "refractory time", ">= 0" },
    { "I_e",     "0 pA",      "constant current" },
  },
  state = { { "V_m", "-70 mV", "membrane potential" } },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = "dV_m/dt = (E_L - V_m)/tau_m + (I_e + I_stim + I_SIC)/C_m",
  on_spike = "V_m += weight",
  spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  events = { bound = { when = "V_m < V_min", action = "V_m = V_min" } },
  method = "exact",
}
