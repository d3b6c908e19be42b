-- Barnacle muscle fibre of Morris and Lecar: calcium spikes against a potassium current.
-- Source: Morris & Lecar (1981), doi:10.1016/S0006-3495(81)84782-0
return {
  name = "morris_lecar",
  summary = "Barnacle muscle fibre of Morris and Lecar: calcium spikes against a potassium current.",
  references = {
    "Morris & Lecar (1981), doi:10.1016/S0006-3495(81)84782-0",
    "Rinzel & Ermentrout (1998), Analysis of neural excitability and oscillations, in Koch & Segev (eds), Methods in Neuronal Modeling",
  },
  notes = {
    "The defaults are those of Rinzel & Ermentrout for a Hopf bifurcation: it fires repeatedly for currents from about 94 to "
      .. "212 uA/cm^2, which are 9400 to 21200 pA.",
    "Conductances of channels are per area, as in the paper; synaptic conductances and currents are those of the whole cell.",
    "A spike is sent where V_m rises above V_th. Nothing is reset.",
    "A spike of weight W adds |W| nS to g_ex (W > 0) or g_in (W < 0).",
  },
  parameters = {
    { "area",       "1e-4 cm^2",   "area of the membrane", "> 0" },
    { "C_m",        "20 uF/cm^2",  "membrane capacitance", "> 0" },
    { "g_Ca",       "4.4 mS/cm^2", "largest calcium conductance", ">= 0" },
    { "g_K",        "8 mS/cm^2",   "largest potassium conductance", ">= 0" },
    { "g_L",        "2 mS/cm^2",   "leak conductance", ">= 0" },
    { "E_Ca",       "120 mV",      "calcium reversal potential" },
    { "E_K",        "-84 mV",      "potassium reversal potential" },
    { "E_L",        "-60 mV",      "leak reversal potential" },
    { "V_1",        "-1.2 mV",     "potential at which half of the calcium channels are open" },
    { "V_2",        "18 mV",       "width of their activation", "> 0" },
    { "V_3",        "2 mV",        "potential at which half of the potassium channels are open" },
    { "V_4",        "30 mV",       "width of their activation", "> 0" },
    { "phi",        "0.04 1/ms",   "lowest rate of the potassium channels", "> 0" },
    { "V_th",       "0 mV",        "potential at which a spike is sent" },
    { "E_ex",       "0 mV",        "excitatory reversal potential" },
    { "E_in",       "-80 mV",      "inhibitory reversal potential" },
    { "tau_syn_ex", "2 ms",        "decay time of the excitatory conductance", "> 0" },
    { "tau_syn_in", "10 ms",       "decay time of the inhibitory conductance", "> 0" },
    { "I_e",        "0 pA",        "constant current" },
  },
  state = {
    { "V_m",  "-60.855 mV", "membrane potential" },
    { "n",    0.0149,       "part of the potassium channels that are open", "0 to 1" },
    { "g_ex", "0 nS",       "excitatory conductance", ">= 0" },
    { "g_in", "0 nS",       "inhibitory conductance", ">= 0" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    I_Ca    = g_Ca*m_inf*(V_m - E_Ca)                  : uA/cm^2
    I_K     = g_K*n*(V_m - E_K)                        : uA/cm^2
    I_L     = g_L*(V_m - E_L)                          : uA/cm^2
    I_syn   = g_ex*(V_m - E_ex) + g_in*(V_m - E_in)    : pA
    dV_m/dt = (-I_Ca - I_K - I_L + (I_e + I_stim + I_SIC - I_syn)/area)/C_m
    dn/dt   = phi*cosh((V_m - V_3)/(2*V_4))*(n_inf - n)

    m_inf = (1 + tanh((V_m - V_1)/V_2))/2
    n_inf = (1 + tanh((V_m - V_3)/V_4))/2

    dg_ex/dt = -g_ex/tau_syn_ex
    dg_in/dt = -g_in/tau_syn_in
  ]],
  on_spike = { excitatory = "g_ex += weight", inhibitory = "g_in -= weight" },
  spike = { crossing = "V_m > V_th" },
  method = "rk4",
}
