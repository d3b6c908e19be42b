-- Hodgkin-Huxley neuron with alpha-shaped synaptic currents, for clopath_synapse: it keeps running means of its potential.
-- Source: Hodgkin & Huxley (1952), doi:10.1113/jphysiol.1952.sp004764; Clopath et al. (2010), doi:10.1038/nn.2479
return {
  name = "hh_psc_alpha_clopath",
  summary = "Hodgkin-Huxley neuron with alpha-shaped synaptic currents and the running means of V_m that clopath_synapse reads.",
  references = {
    "Hodgkin & Huxley (1952), doi:10.1113/jphysiol.1952.sp004764",
    "Clopath, Büsing, Vasilaki & Gerstner (2010), Nat Neurosci 13:344, doi:10.1038/nn.2479",
  },
  notes = {
    "Membrane, gates and currents are those of hh_psc_alpha.",
    "A spike is sent right after a maximum of V_m above 0 mV, and no other during t_ref. V_m is never reset.",
    "The parameters from A_LTD to delay_u_bars are read by clopath_synapse only; the cell itself does not depend on them.",
    "The running means start at 0 mV, as in NEST, not at V_m: set them to the initial value of V_m, or let them settle.",
  },
  parameters = {
    { "C_m",             "100 pF",        "membrane capacitance", "> 0" },
    { "g_Na",            "12000 nS",      "largest sodium conductance", ">= 0" },
    { "g_K",             "3600 nS",       "largest potassium conductance", ">= 0" },
    { "g_L",             "30 nS",         "leak conductance", ">= 0" },
    { "E_Na",            "50 mV",         "sodium reversal potential" },
    { "E_K",             "-77 mV",        "potassium reversal potential" },
    { "E_L",             "-54.402 mV",    "leak reversal potential" },
    { "t_ref",           "2 ms",          "time without spikes after a spike", ">= 0" },
    { "tau_syn_ex",      "0.2 ms",        "time to peak of the excitatory current", "> 0" },
    { "tau_syn_in",      "2 ms",          "time to peak of the inhibitory current", "> 0" },
    { "I_e",             "0 pA",          "constant current" },
    { "tau_u_bar_plus",  "114 ms",        "time constant of u_bar_plus", "> 0" },
    { "tau_u_bar_minus", "10 ms",         "time constant of u_bar_minus", "> 0" },
    { "tau_u_bar_bar",   "500 ms",        "time constant of u_bar_bar", "> 0" },
    { "A_LTD",           "14e-5 1/mV",    "step of depression" },
    { "A_LTP",           "8e-5 1/mV^2",   "rate of potentiation" },
    { "theta_plus",      "-45.3 mV",      "threshold of V_m for potentiation" },
    { "theta_minus",     "-70.6 mV",      "threshold of the running means for potentiation and depression" },
    { "A_LTD_const",     "true",          "is depression independent of u_bar_bar?" },
    { "u_ref_squared",   "60 mV^2",       "u_bar_bar squared at which A_LTD counts as it is, where A_LTD_const is false", "> 0" },
    { "delay_u_bars",    "5 ms",          "how much later plasticity sees u_bar_plus and u_bar_minus", ">= 0" },
  },
  state = {
    { "V_m",         "-65 mV",            "membrane potential" },
    { "Act_m",       0.05293248525724958, "activation of sodium channels", "0 to 1" },
    { "Inact_h",     0.5961207535084603,  "inactivation of sodium channels: the part that is open", "0 to 1" },
    { "Act_n",       0.3176769140606974,  "activation of potassium channels", "0 to 1" },
    { "I_syn_ex",    "0 pA",              "excitatory synaptic current" },
    { "I_syn_in",    "0 pA",              "inhibitory synaptic current" },
    { "dI_syn_ex",   "0 pA/ms",           "driving variable of I_syn_ex" },
    { "dI_syn_in",   "0 pA/ms",           "driving variable of I_syn_in" },
    { "u_bar_plus",  "0 mV",              "running mean of V_m, for potentiation" },
    { "u_bar_minus", "0 mV",              "running mean of V_m, for depression" },
    { "u_bar_bar",   "0 mV",              "slow running mean of u_bar_minus" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    I_Na    = g_Na*Act_m^3*Inact_h*(V_m - E_Na)
    I_K     = g_K*Act_n^4*(V_m - E_K)
    I_L     = g_L*(V_m - E_L)
    dV_m/dt = (-I_Na - I_K - I_L + I_syn_ex + I_syn_in + I_e + I_stim + I_SIC)/C_m

    alpha_m = 1/ms/exprel(-(V_m + 40*mV)/(10*mV))
    beta_m  = 4/ms*exp(-(V_m + 65*mV)/(18*mV))
    alpha_h = 0.07/ms*exp(-(V_m + 65*mV)/(20*mV))
    beta_h  = 1/ms/(1 + exp(-(V_m + 35*mV)/(10*mV)))
    alpha_n = 0.1/ms/exprel(-(V_m + 55*mV)/(10*mV))
    beta_n  = 0.125/ms*exp(-(V_m + 65*mV)/(80*mV))
    dAct_m/dt   = alpha_m*(1 - Act_m) - beta_m*Act_m
    dInact_h/dt = alpha_h*(1 - Inact_h) - beta_h*Inact_h
    dAct_n/dt   = alpha_n*(1 - Act_n) - beta_n*Act_n

    dI_syn_ex/dt  = dI_syn_ex - I_syn_ex/tau_syn_ex
    dI_syn_in/dt  = dI_syn_in - I_syn_in/tau_syn_in
    ddI_syn_ex/dt = -dI_syn_ex/tau_syn_ex
    ddI_syn_in/dt = -dI_syn_in/tau_syn_in

    du_bar_plus/dt  = (V_m - u_bar_plus)/tau_u_bar_plus
    du_bar_minus/dt = (V_m - u_bar_minus)/tau_u_bar_minus
    du_bar_bar/dt   = (u_bar_minus - u_bar_bar)/tau_u_bar_bar
  ]],
  on_spike = {
    excitatory = "dI_syn_ex += exp(1)*weight/tau_syn_ex",
    inhibitory = "dI_syn_in += exp(1)*weight/tau_syn_in",
  },
  spike = { when = "V_m >= 0*mV and last(V_m) > V_m", refractory = "t_ref" },
  method = "rkf45",
}
