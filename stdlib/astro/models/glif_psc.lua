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
    "Three switches, each 0 or 1, select the level. GLIF1: none. GLIF2: spike_dependent_threshold. GLIF3: after_spike_currents. "
      .. "GLIF4: both of these. GLIF5: all three.",
    "NEST's lists are numbered here: asc_decay_1 and asc_decay_2 for asc_decay, and so on. There are two after-spike currents and "
      .. "one receptor, number 1.",
    "V_m, the threshold and the after-spike currents do not change during the refractory time; their decay over this time "
      .. "happens at the spike.",
    "All variables are propagated exactly. NEST uses the mean of an after-spike current over a step, and leaves synaptic currents out "
      .. "of the part of the threshold that depends on V_m: V_m differs by about 1e-4 mV, the threshold by about 1e-2 mV.",
  },
  parameters = {
    { "C_m",                       "58.72 pF",   "membrane capacitance", "> 0" },
    { "g",                         "9.43 nS",    "membrane conductance", "> 0" },
    { "E_L",                       "-78.85 mV",  "resting potential" },
    { "V_th",                      "-51.68 mV",  "resting threshold" },
    { "V_reset",                   "-78.85 mV",  "potential after a spike in GLIF1 and GLIF3" },
    { "t_ref",                     "3.75 ms",    "refractory time", "> 0" },
    { "spike_dependent_threshold", 0,            "1: the threshold rises at spikes, and V_m keeps a fraction of V_m - E_L", "0 to 1" },
    { "th_spike_add",              "0.37 mV",    "rise of the threshold at a spike" },
    { "th_spike_decay",            "0.009 1/ms", "decay rate of this part", "> 0" },
    { "voltage_reset_fraction",    0.2,          "fraction of V_m - E_L that remains after a spike", "0 to 1" },
    { "voltage_reset_add",         "18.51 mV",   "increase of V_m at a spike" },
    { "after_spike_currents",      0,            "1: a spike causes after-spike currents", "0 to 1" },
    { "asc_amps_1",                "-9.18 pA",   "increase of the first after-spike current at a spike" },
    { "asc_amps_2",                "-198.94 pA", "increase of the second after-spike current at a spike" },
    { "asc_decay_1",               "0.003 1/ms", "decay rate of the first current", "> 0" },
    { "asc_decay_2",               "0.1 1/ms",   "decay rate of the second current", "> 0" },
    { "asc_r_1",                   1,            "fraction of the first current that remains after a spike", "0 to 1" },
    { "asc_r_2",                   1,            "fraction of the second current that remains after a spike", "0 to 1" },
    { "adapting_threshold",        0,            "1: the threshold follows V_m", "0 to 1" },
    { "th_voltage_index",          "0.005 1/ms", "rate at which it follows" },
    { "th_voltage_decay",          "0.09 1/ms",  "decay rate of this part", "> 0" },
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
