-- Hodgkin-Huxley neuron of Traub and Miles, simplified to a point, with exponentially decaying synaptic conductances.
-- Source: Brette et al. (2007), doi:10.1007/s10827-007-0038-6, after Traub & Miles (1991), doi:10.1017/CBO9780511895401
return {
  name = "hh_cond_exp_traub",
  summary = "Hodgkin-Huxley neuron of Traub and Miles, simplified to a point neuron, with exponentially decaying synaptic conductances.",
  references = {
    "Brette et al. (2007), doi:10.1007/s10827-007-0038-6",
    "Traub & Miles (1991), Neuronal Networks of the Hippocampus, doi:10.1017/CBO9780511895401",
  },
  notes = {
    "A spike is sent right after a maximum of V_m above V_T + 30 mV, and no other during t_ref. V_m is never reset.",
    "The gates start as in NEST: sodium channels closed but not inactivated, potassium channels closed.",
    "A spike of weight W adds |W| nS to g_ex (W > 0) or g_in (W < 0).",
  },
  parameters = {
    { "C_m",        "200 pF",   "membrane capacitance", "> 0" },
    { "g_Na",       "20000 nS", "largest sodium conductance", ">= 0" },
    { "g_K",        "6000 nS",  "largest potassium conductance", ">= 0" },
    { "g_L",        "10 nS",    "leak conductance", ">= 0" },
    { "E_Na",       "50 mV",    "sodium reversal potential" },
    { "E_K",        "-90 mV",   "potassium reversal potential" },
    { "E_L",        "-60 mV",   "leak reversal potential" },
    { "V_T",        "-63 mV",   "shift of the channels' rates; the threshold lies some 13 mV above" },
    { "t_ref",      "2 ms",     "time without spikes after a spike", ">= 0" },
    { "E_ex",       "0 mV",     "excitatory reversal potential" },
    { "E_in",       "-80 mV",   "inhibitory reversal potential" },
    { "tau_syn_ex", "5 ms",     "decay time of the excitatory conductance", "> 0" },
    { "tau_syn_in", "10 ms",    "decay time of the inhibitory conductance", "> 0" },
    { "I_e",        "0 pA",     "constant current" },
  },
  state = {
    { "V_m",     "-60 mV",              "membrane potential" },
    { "Act_m",   9.895563096746586e-09, "activation of sodium channels", "0 to 1" },
    { "Inact_h", 0.999999999106396,     "inactivation of sodium channels: the part that is open", "0 to 1" },
    { "Act_n",   2.551577051602551e-07, "activation of potassium channels", "0 to 1" },
    { "g_ex",    "0 nS",                "excitatory conductance", ">= 0" },
    { "g_in",    "0 nS",                "inhibitory conductance", ">= 0" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    I_Na    = g_Na*Act_m^3*Inact_h*(V_m - E_Na)
    I_K     = g_K*Act_n^4*(V_m - E_K)
    I_L     = g_L*(V_m - E_L)
    I_syn   = g_ex*(V_m - E_ex) + g_in*(V_m - E_in)
    dV_m/dt = (-I_Na - I_K - I_L - I_syn + I_e + I_stim + I_SIC)/C_m

    V       = V_m - V_T
    alpha_m = 1.28/ms/exprel((13*mV - V)/(4*mV))
    beta_m  = 1.4/ms/exprel((V - 40*mV)/(5*mV))
    alpha_h = 0.128/ms*exp((17*mV - V)/(18*mV))
    beta_h  = 4/ms/(1 + exp((40*mV - V)/(5*mV)))
    alpha_n = 0.16/ms/exprel((15*mV - V)/(5*mV))
    beta_n  = 0.5/ms*exp((10*mV - V)/(40*mV))
    dAct_m/dt   = alpha_m*(1 - Act_m) - beta_m*Act_m
    dInact_h/dt = alpha_h*(1 - Inact_h) - beta_h*Inact_h
    dAct_n/dt   = alpha_n*(1 - Act_n) - beta_n*Act_n

    dg_ex/dt = -g_ex/tau_syn_ex
    dg_in/dt = -g_in/tau_syn_in
  ]],
  on_spike = { excitatory = "g_ex += weight", inhibitory = "g_in -= weight" },
  spike = { when = "V_m >= V_T + 30*mV and last(V_m) > V_m", refractory = "t_ref" },
  method = "rkf45",
}
