-- Generalized leaky integrate-and-fire neurons of the Allen Institute, levels 1 to 5, with an alpha-shaped synaptic current.
-- Source: Teeter et al. (2018), doi:10.1038/s41467-017-02717-4
return {
  name = "glif_psc",
  summary = "Generalized leaky integrate-and-fire neurons of the Allen Institute, levels 1 to 5, with an alpha-shaped synaptic current.",
  references = {
    "Teeter et al. (2018), doi:10.1038/s41467-017-02717-4",
    "Meffin, Burkitt & Grayden (2004), doi:10.1023/B:JCNS.0000014108.03012.81",
  },
  notes = {
    "Three switches, each 0 or 1, make the levels. GLIF1: none. GLIF2: spike_dependent_threshold. GLIF3: after_spike_currents. "
      .. "GLIF4: both of these. GLIF5: all three.",
    "Lists of the reference are numbered here: asc_decay_1 and asc_decay_2 for asc_decay, and so on. There are two after-spike "
      .. "currents and one receptor, which has the number 1.",
    "While refractory, V_m, the threshold and the after-spike currents stand still; what they lose in this time they lose at the spike.",
    "All is propagated exactly. The reference takes the mean of an after-spike current over a step, and leaves synaptic currents out "
      .. "of the threshold's part that depends on V_m: V_m differs by some 1e-4 mV, the threshold by some 1e-2 mV.",
  },
  parameters = {
    { "C_m",                       "58.72 pF",   "membrane capacitance", "> 0" },
    { "g",                         "9.43 nS",    "membrane conductance", "> 0" },
    { "E_L",                       "-78.85 mV",  "resting potential" },
    { "V_th",                      "-51.68 mV",  "resting threshold" },
    { "V_reset",                   "-78.85 mV",  "potential after a spike in GLIF1 and GLIF3" },
    { "t_ref",                     "3.75 ms",    "refractory time", "> 0" },
    { "spike_dependent_threshold", 0,            "1: the threshold rises at spikes, and V_m is reset to a part of itself", "0 to 1" },
    { "th_spike_add",              "0.37 mV",    "rise of the threshold at a spike" },
    { "th_spike_decay",            "0.009 1/ms", "rate at which that decays", "> 0" },
    { "voltage_reset_fraction",    0.2,          "part of V_m - E_L that a spike leaves", "0 to 1" },
    { "voltage_reset_add",         "18.51 mV",   "what a spike adds to V_m" },
    { "after_spike_currents",      0,            "1: a spike starts currents", "0 to 1" },
    { "asc_amps_1",                "-9.18 pA",   "what a spike adds to the first of them" },
    { "asc_amps_2",                "-198.94 pA", "what a spike adds to the second" },
    { "asc_decay_1",               "0.003 1/ms", "decay rate of the first", "> 0" },
    { "asc_decay_2",               "0.1 1/ms",   "decay rate of the second", "> 0" },
    { "asc_r_1",                   1,            "part of the first that a spike leaves", "0 to 1" },
    { "asc_r_2",                   1,            "part of the second that a spike leaves", "0 to 1" },
    { "adapting_threshold",        0,            "1: the threshold follows V_m", "0 to 1" },
    { "th_voltage_index",          "0.005 1/ms", "rate at which it follows" },
    { "th_voltage_decay",          "0.09 1/ms",  "rate at which that decays", "> 0" },
    { "tau_syn",                   "2 ms",       "time to peak of the synaptic current", "> 0" },
    { "I_e",                       "0 pA",       "constant current" },
  },
  state = {
    { "V_m",               "-78.85 mV", "membrane potential" },
    { "threshold_spike",   "0 mV",      "part of the threshold that spikes raise" },
    { "threshold_voltage", "0 mV",      "part of the threshold that follows V_m" },
    { "ASCurrents_1",      "0 pA",      "first after-spike current" },
    { "ASCurrents_2",      "0 pA",      "second after-spike current" },
    { "I_syn",             "0 pA",      "synaptic current" },
    { "dI_syn",            "0 pA/ms",   "driving variable of I_syn" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    threshold      = V_th + threshold_spike + threshold_voltage
    ASCurrents_sum = ASCurrents_1 + ASCurrents_2
    dV_m/dt = (g*(E_L - V_m) + ASCurrents_sum + I_syn + I_e + I_stim + I_SIC)/C_m
    dthreshold_spike/dt   = -th_spike_decay*threshold_spike
    dthreshold_voltage/dt = adapting_threshold*th_voltage_index*(V_m - E_L) - th_voltage_decay*threshold_voltage
    dASCurrents_1/dt = -asc_decay_1*ASCurrents_1
    dASCurrents_2/dt = -asc_decay_2*ASCurrents_2
    dI_syn/dt  = dI_syn - I_syn/tau_syn
    ddI_syn/dt = -dI_syn/tau_syn
  ]],
  on_spike = { [1] = "dI_syn += exp(1)*weight/tau_syn" },
  spike = {
    when = "V_m > threshold",
    action = [[
      V_m = (E_L + voltage_reset_fraction*(last(V_m) - E_L) + voltage_reset_add) if spike_dependent_threshold > 0 else V_reset
      threshold_spike = spike_dependent_threshold*(threshold_spike*exp(-th_spike_decay*t_ref) + th_spike_add)
      ASCurrents_1 = after_spike_currents*(asc_r_1*ASCurrents_1*exp(-asc_decay_1*t_ref) + asc_amps_1)
      ASCurrents_2 = after_spike_currents*(asc_r_2*ASCurrents_2*exp(-asc_decay_2*t_ref) + asc_amps_2)
    ]],
    refractory = "t_ref",
    hold = { "V_m", "threshold_spike", "threshold_voltage", "ASCurrents_1", "ASCurrents_2" },
  },
  method = "exact",
}
