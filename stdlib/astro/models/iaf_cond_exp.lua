-- Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.
-- Source: Meffin, Burkitt & Grayden (2004), doi:10.1023/B:JCNS.0000014108.03012.81
return {
  name = "iaf_cond_exp",
  summary = "Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.",
  references = { "Meffin, Burkitt & Grayden (2004), doi:10.1023/B:JCNS.0000014108.03012.81" },
  notes = {
    "A spike of weight W adds |W| nS to g_ex (W > 0) or g_in (W < 0).",
    "V_m is compared with V_th after each substep; in NEST at the end of the step.",
  },
  parameters = {
    { "C_m",        "250 pF",     "membrane capacitance", "> 0" },
    { "g_L",        "16.6667 nS", "leak conductance", ">= 0" },
    { "E_L",        "-70 mV",     "leak reversal potential" },
    { "V_th",       "-55 mV",     "spike threshold" },
    { "V_reset",    "-60 mV",     "potential after a spike" },
    { "t_ref",      "2 ms",       "refractory time", ">= 0" },
    { "E_ex",       "0 mV",       "excitatory reversal potential" },
    { "E_in",       "-85 mV",     "inhibitory reversal potential" },
    { "tau_syn_ex", "0.2 ms",     "decay time of the excitatory conductance", "> 0" },
    { "tau_syn_in", "2 ms",       "decay time of the inhibitory conductance", "> 0" },
    { "I_e",        "0 pA",       "constant current" },
  },
  state = {
    { "V_m",  "-70 mV", "membrane potential" },
    { "g_ex", "0 nS",   "excitatory conductance", ">= 0" },
    { "g_in", "0 nS",   "inhibitory conductance", ">= 0" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V        = min(V_m, V_th)
    I_leak   = g_L*(E_L - V)
    I_syn    = g_ex*(E_ex - V) + g_in*(E_in - V)
    dV_m/dt  = (I_leak + I_syn + I_e + I_stim + I_SIC)/C_m
    dg_ex/dt = -g_ex/tau_syn_ex
    dg_in/dt = -g_in/tau_syn_in
  ]],
  on_spike = { excitatory = "g_ex += weight", inhibitory = "g_in -= weight" },
  spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  method = "rkf45",
}
