-- Adaptive exponential integrate-and-fire neuron with exponentially decaying synaptic currents.
-- Source: Brette & Gerstner (2005), doi:10.1152/jn.00686.2005
return {
  name = "aeif_psc_exp",
  summary = "Adaptive exponential integrate-and-fire neuron with exponentially decaying synaptic currents.",
  references = { "Brette & Gerstner (2005), doi:10.1152/jn.00686.2005" },
  notes = {
    "A spike of weight W adds |W| pA to I_syn_ex (W > 0) or I_syn_in (W < 0).",
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
    { "tau_syn_ex", "0.2 ms",   "decay time of the excitatory current", "> 0" },
    { "tau_syn_in", "2 ms",     "decay time of the inhibitory current", "> 0" },
    { "I_e",        "0 pA",     "constant current" },
  },
  state = {
    { "V_m",      "-70.6 mV", "membrane potential" },
    { "w",        "0 pA",     "adaptation current" },
    { "I_syn_ex", "0 pA",     "excitatory synaptic current", ">= 0" },
    { "I_syn_in", "0 pA",     "inhibitory synaptic current, which counts as negative", ">= 0" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V            = min(V_m, V_peak)
    I_spike      = g_L*Delta_T*exp((V - V_th)/Delta_T) if Delta_T > 0 else 0
    dV_m/dt      = (g_L*(E_L - V) + I_spike + I_syn_ex - I_syn_in - w + I_e + I_stim + I_SIC)/C_m
    dw/dt        = (a*(V - E_L) - w)/tau_w
    dI_syn_ex/dt = -I_syn_ex/tau_syn_ex
    dI_syn_in/dt = -I_syn_in/tau_syn_in
  ]],
  on_spike = { excitatory = "I_syn_ex += weight", inhibitory = "I_syn_in -= weight" },
  spike = {
    when = "V_m >= (V_peak if Delta_T > 0 else V_th)",
    action = "V_m = V_reset; w += b",
    refractory = "t_ref",
    hold = "V_m",
  },
  method = "rkf45",
  tolerance = 1e-6,
}
