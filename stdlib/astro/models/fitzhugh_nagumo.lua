-- Excitable system of FitzHugh and Nagumo: a fast variable that spikes and a slow one that recovers.
-- Source: FitzHugh (1961), doi:10.1016/S0006-3495(61)86902-6; Nagumo, Arimoto & Yoshizawa (1962), doi:10.1109/JRPROC.1962.288235
return {
  name = "fitzhugh_nagumo",
  summary = "Excitable system of FitzHugh and Nagumo: a fast variable that spikes and a slow one that recovers.",
  references = {
    "FitzHugh (1961), doi:10.1016/S0006-3495(61)86902-6",
    "Nagumo, Arimoto & Yoshizawa (1962), doi:10.1109/JRPROC.1962.288235",
  },
  notes = {
    "v and w are pure numbers. I_0 is the current that counts as 1, so that generators and astrocytes can drive the cell in pA. It fires "
      .. "repeatedly for currents from 0.33 I_0 to 1.42 I_0.",
    "A spike is sent where v rises above v_th. Nothing is reset.",
    "A spike of weight W adds W pA to I_syn.",
  },
  parameters = {
    { "a",       0.7,       "where the line dw/dt = 0 lies" },
    { "b",       0.8,       "the inverse of its slope" },
    { "tau_v",   "1 ms",    "time constant of v", "> 0" },
    { "tau_w",   "12.5 ms", "time constant of w", "> 0" },
    { "I_0",     "1 pA",    "current that counts as 1", "> 0" },
    { "v_th",    1,         "v at which a spike is sent" },
    { "tau_syn", "2 ms",    "decay time of the synaptic current", "> 0" },
    { "I_e",     "0 pA",    "constant current" },
  },
  state = {
    { "v",     -1.19941, "fast variable, which stands for the potential" },
    { "w",     -0.62426, "slow variable, which stands for recovery" },
    { "I_syn", "0 pA",   "synaptic current" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    I         = (I_syn + I_e + I_stim + I_SIC)/I_0
    dv/dt     = (v - v^3/3 - w + I)/tau_v
    dw/dt     = (v + a - b*w)/tau_w
    dI_syn/dt = -I_syn/tau_syn
  ]],
  on_spike = "I_syn += weight",
  spike = { crossing = "v > v_th" },
  method = "rk4",
}
