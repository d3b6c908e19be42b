-- Fast-spiking interneuron of Wang and Buzsáki: Hodgkin-Huxley with sodium activation at its steady state.
-- Source: Wang & Buzsáki (1996), doi:10.1523/JNEUROSCI.16-20-06402.1996
return {
  name = "wang_buzsaki",
  summary = "Fast-spiking interneuron of Wang and Buzsáki: Hodgkin-Huxley with sodium activation at its steady state.",
  references = { "Wang & Buzsáki (1996), doi:10.1523/JNEUROSCI.16-20-06402.1996" },
  notes = {
    "Conductances of channels are per area, as in the paper; synaptic conductances and currents are those of the whole cell: "
      .. "with the default area 1 uA/cm^2 is 100 pA.",
    "A spike is sent where V_m rises above V_th. Nothing is reset.",
    "A spike of weight W adds |W| nS to g_ex (W > 0) or g_in (W < 0). The paper's synapse rises within the presynaptic spike; "
      .. "this one jumps and decays with the same 10 ms towards the same -75 mV.",
  },
  parameters = {
    { "area",       "1e-4 cm^2",   "area of the membrane", "> 0" },
    { "C_m",        "1 uF/cm^2",   "membrane capacitance", "> 0" },
    { "g_Na",       "35 mS/cm^2",  "largest sodium conductance", ">= 0" },
    { "g_K",        "9 mS/cm^2",   "largest potassium conductance", ">= 0" },
    { "g_L",        "0.1 mS/cm^2", "leak conductance", ">= 0" },
    { "E_Na",       "55 mV",       "sodium reversal potential" },
    { "E_K",        "-90 mV",      "potassium reversal potential" },
    { "E_L",        "-65 mV",      "leak reversal potential" },
    { "phi",        5,             "speed of h and n", "> 0" },
    { "V_th",       "0 mV",        "potential at which a spike is sent" },
    { "E_ex",       "0 mV",        "excitatory reversal potential" },
    { "E_in",       "-75 mV",      "inhibitory reversal potential" },
    { "tau_syn_ex", "2 ms",        "decay time of the excitatory conductance", "> 0" },
    { "tau_syn_in", "10 ms",       "decay time of the inhibitory conductance", "> 0" },
    { "I_e",        "0 pA",        "constant current" },
  },
  state = {
    { "V_m",  "-64 mV", "membrane potential" },
    { "h",    0.78,     "inactivation of sodium channels: the part that is open", "0 to 1" },
    { "n",    0.09,     "activation of potassium channels", "0 to 1" },
    { "g_ex", "0 nS",   "excitatory conductance", ">= 0" },
    { "g_in", "0 nS",   "inhibitory conductance", ">= 0" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    I_Na    = g_Na*m_inf^3*h*(V_m - E_Na)              : uA/cm^2
    I_K     = g_K*n^4*(V_m - E_K)                      : uA/cm^2
    I_L     = g_L*(V_m - E_L)                          : uA/cm^2
    I_syn   = g_ex*(V_m - E_ex) + g_in*(V_m - E_in)    : pA
    dV_m/dt = (-I_Na - I_K - I_L + (I_e + I_stim + I_SIC - I_syn)/area)/C_m

    m_inf   = alpha_m/(alpha_m + beta_m)
    alpha_m = 1/ms/exprel(-(V_m + 35*mV)/(10*mV))
    beta_m  = 4/ms*exp(-(V_m + 60*mV)/(18*mV))
    alpha_h = 0.07/ms*exp(-(V_m + 58*mV)/(20*mV))
    beta_h  = 1/ms/(1 + exp(-(V_m + 28*mV)/(10*mV)))
    alpha_n = 0.1/ms/exprel(-(V_m + 34*mV)/(10*mV))
    beta_n  = 0.125/ms*exp(-(V_m + 44*mV)/(80*mV))
    dh/dt   = phi*(alpha_h*(1 - h) - beta_h*h)
    dn/dt   = phi*(alpha_n*(1 - n) - beta_n*n)

    dg_ex/dt = -g_ex/tau_syn_ex
    dg_in/dt = -g_in/tau_syn_in
  ]],
  on_spike = { excitatory = "g_ex += weight", inhibitory = "g_in -= weight" },
  spike = { crossing = "V_m > V_th" },
  method = "rkf45",
}
