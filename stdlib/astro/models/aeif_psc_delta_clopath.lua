-- Adaptive exponential neuron with the shape of a spike, for clopath_synapse: it keeps running means of its potential.
-- Source: Clopath et al. (2010), doi:10.1038/nn.2479
return {
  name = "aeif_psc_delta_clopath",
  summary = "Adaptive exponential integrate-and-fire neuron, driven by jumps, with the running means of V_m that clopath_synapse reads.",
  references = {
    "Clopath, Büsing, Vasilaki & Gerstner (2010), Nat Neurosci 13:344, doi:10.1038/nn.2479",
    "Clopath & Gerstner (2010), Front Synaptic Neurosci 2:25, doi:10.3389/fnsyn.2010.00025",
    "Brette & Gerstner (2005), doi:10.1152/jn.00686.2005",
  },
  notes = {
    "After a spike V_m stays at V_clamp for t_clamp, then at V_reset for t_ref; the running means follow it. "
      .. "Until the end of t_clamp, w changes only by b, which a spike adds.",
    "A spike leaves an afterdepolarisation z of I_sp and raises the threshold V_th to V_th_max; both decay.",
    "A spike of weight W raises V_m by W mV at the end of the step; NEST does so after the first substep. Spikes that arrive "
      .. "while V_m is held are lost.",
    "The equations use the smaller of V_m and V_peak, or V_clamp during a spike.",
    "The parameters from A_LTD to delay_u_bars are read by clopath_synapse only; the cell itself does not depend on them.",
    "tolerance is NEST's gsl_error_tol, with the same meaning.",
  },
  parameters = {
    { "C_m",             "281 pF",       "membrane capacitance", "> 0" },
    { "g_L",             "30 nS",        "leak conductance", ">= 0" },
    { "E_L",             "-70.6 mV",     "leak reversal potential" },
    { "Delta_T",         "2 mV",         "slope factor of the exponential; 0 for none", ">= 0" },
    { "V_peak",          "33 mV",        "potential at which a spike is sent, where Delta_T is not 0; else at V_th" },
    { "V_clamp",         "33 mV",        "potential during a spike" },
    { "t_clamp",         "2 ms",         "how long a spike lasts", "> 0" },
    { "V_reset",         "-60 mV",       "potential after a spike" },
    { "t_ref",           "0 ms",         "how long V_m stays at V_reset", ">= 0" },
    { "a",               "4 nS",         "adaptation to V_m" },
    { "b",               "80.5 pA",      "adaptation added at a spike" },
    { "tau_w",           "144 ms",       "time constant of adaptation", "> 0" },
    { "I_sp",            "400 pA",       "afterdepolarisation after a spike" },
    { "tau_z",           "40 ms",        "time constant of the afterdepolarisation", "> 0" },
    { "V_th_max",        "30.4 mV",      "threshold of the exponential after a spike" },
    { "V_th_rest",       "-50.4 mV",     "threshold of the exponential at rest" },
    { "tau_V_th",        "50 ms",        "time constant of the threshold", "> 0" },
    { "I_e",             "0 pA",         "constant current" },
    { "tau_u_bar_plus",  "7 ms",         "time constant of u_bar_plus", "> 0" },
    { "tau_u_bar_minus", "10 ms",        "time constant of u_bar_minus", "> 0" },
    { "tau_u_bar_bar",   "500 ms",       "time constant of u_bar_bar", "> 0" },
    { "A_LTD",           "14e-5 1/mV",   "step of depression" },
    { "A_LTP",           "8e-5 1/mV^2",  "rate of potentiation" },
    { "theta_plus",      "-45.3 mV",     "threshold of V_m for potentiation" },
    { "theta_minus",     "-70.6 mV",     "threshold of the running means for potentiation and depression" },
    { "A_LTD_const",     "true",         "is depression independent of u_bar_bar?" },
    { "u_ref_squared",   "60 mV^2",      "u_bar_bar squared at which A_LTD counts as it is, where A_LTD_const is false", "> 0" },
    { "delay_u_bars",    "5 ms",         "how much later plasticity sees u_bar_plus and u_bar_minus", ">= 0" },
  },
  state = {
    { "V_m",         "-70.6 mV", "membrane potential" },
    { "w",           "0 pA",     "adaptation current" },
    { "z",           "0 pA",     "afterdepolarisation" },
    { "V_th",        "-50.4 mV", "threshold of the exponential" },
    { "u_bar_plus",  "-70.6 mV", "running mean of V_m, for potentiation" },
    { "u_bar_minus", "-70.6 mV", "running mean of V_m, for depression" },
    { "u_bar_bar",   "-70.6 mV", "slow running mean of u_bar_minus" },
    { "t_reset",     "-1 ms",    "when V_clamp gives way to V_reset, after the last spike" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    V_spike  = V_peak if Delta_T > 0 else V_th
    V        = V_m if t < t_reset + dt/2 else min(V_m, V_spike)     # V_clamp may lie above V_peak
    I_spike  = g_L*Delta_T*exp((V - V_th)/Delta_T) if Delta_T > 0 else 0
    dV_m/dt  = (g_L*(E_L - V) + I_spike - w + z + I_e + I_stim + I_SIC)/C_m
    dw/dt    = (a*(V - E_L) - w)/tau_w
    dz/dt    = -z/tau_z
    dV_th/dt = (V_th_rest - V_th)/tau_V_th
    du_bar_plus/dt  = (V - u_bar_plus)/tau_u_bar_plus
    du_bar_minus/dt = (V - u_bar_minus)/tau_u_bar_minus
    du_bar_bar/dt   = (u_bar_minus - u_bar_bar)/tau_u_bar_bar
    dt_reset/dt = 0
  ]],
  on_spike = "V_m += weight",
  spike = {
    when = "V_m >= V_spike",
    action = [[
      V_m = V_clamp; w += b; z = I_sp; V_th = V_th_max
      t_reset = (ceil(t/dt - 1e-3) + ceil(t_clamp/dt - 1e-3) - 1e-3)*dt
    ]],
    refractory = "t_clamp",
    hold = { "V_m", "w" },
  },
  events = { reset = { crossing = "t >= t_reset", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" } },
  method = "rkf45",
  tolerance = 1e-6,
}
