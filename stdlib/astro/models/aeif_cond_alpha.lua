-- Adaptive exponential integrate-and-fire neuron with alpha-shaped synaptic conductances.
-- Source: Brette & Gerstner (2005), doi:10.1152/jn.00686.2005
return {
  name = "aeif_cond_alpha",
  summary = "Adaptive exponential integrate-and-fire neuron with alpha-shaped synaptic conductances.",
  references = { "Brette & Gerstner (2005), doi:10.1152/jn.00686.2005" },
  notes = {
    "A spike of weight W causes a conductance that reaches its peak, |W| nS, a time tau_syn later.",
    "The equations use the smaller of V_m and V_peak.",
    "tolerance is NEST's gsl_error_tol, with the same meaning.",
  },
  parameters = {
    { "C_m",        "281 pF",   "membrane capacitance", "> 0" },
    { "g_L",        "30 nS",    "leak conductance", ">= 0" },
    { "E_L",        "-70.6 mV", "leak reversal potential" },
    { "Delta_T",    "2 mV",     "slope factor of the exponential; 0 for none", ">= 0" },
    { "V_th",       "-50.4 mV", "threshold of the exponential; that of spikes where Delta_T is 0" },
    { "V_peak",     "0 mV",     "potential at which a spike is sent where Delta_T is not 0" },
    { "V_reset",    "-60 mV",   "potential after a spike" },
    { "t_ref",      "0 ms",     "refractory time", ">= 0" },
    { "a",          "4 nS",     "adaptation to V_m" },
    { "b",          "80.5 pA",  "adaptation added at a spike" },
    { "tau_w",      "144 ms",   "time constant of adaptation", "> 0" },
    { "E_ex",       "0 mV",     "excitatory reversal potential" },
    { "E_in",       "-85 mV",   "inhibitory reversal potential" },
    { "tau_syn_ex", "0.2 ms",   "time to peak of the excitatory conductance", "> 0" },
    { "tau_syn_in", "2 ms",     "time to peak of the inhibitory conductance", "> 0" },
    { "I_e",        "0 pA",     "constant current" },
  },
  state = {
    { "V_m",   "-70.6 mV", "membrane potential" },
    { "w",     "0 pA",     "adaptation current" },
    { "g_ex",  "0 nS",     "excitatory conductance", ">= 0" },
    { "g_in",  "0 nS",     "inhibitory conductance", ">= 0" },
    { "dg_ex", "0 nS/ms",  "driving variable of g_ex" },
    { "dg_in", "0 nS/ms",  "driving variable of g_in" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V         = min(V_m, V_peak)
    I_spike   = g_L*Delta_T*exp((V - V_th)/Delta_T) if Delta_T > 0 else 0
    I_syn     = g_ex*(E_ex - V) + g_in*(E_in - V)
    dV_m/dt   = (g_L*(E_L - V) + I_spike + I_syn - w + I_e + I_stim + I_SIC)/C_m
    dw/dt     = (a*(V - E_L) - w)/tau_w
    dg_ex/dt  = dg_ex - g_ex/tau_syn_ex
    dg_in/dt  = dg_in - g_in/tau_syn_in
    ddg_ex/dt = -dg_ex/tau_syn_ex
    ddg_in/dt = -dg_in/tau_syn_in
  ]],
  on_spike = {
    excitatory = "dg_ex += exp(1)*weight/tau_syn_ex",
    inhibitory = "dg_in -= exp(1)*weight/tau_syn_in",
  },
  spike = {
    when = "V_m >= (V_peak if Delta_T > 0 else V_th)",
    action = "V_m = V_reset; w += b",
    refractory = "t_ref",
    hold = "V_m",
  },
  method = "rkf45",
  tolerance = 1e-6,
}
