-- Short-term plasticity of single quanta: vesicles are released and come back at random.
-- Source: Fuhrmann et al. (2002), doi:10.1152/jn.00258.2001
return {
  name = "quantal_stp_synapse",
  summary = "Short-term plasticity with random release of single quanta.",
  references = {
    "Fuhrmann, Segev, Markram & Tsodyks (2002), J Neurophysiol 87:140, doi:10.1152/jn.00258.2001",
    "Loebel, Silberberg, Helbig, Markram, Tsodyks & Richardson (2009), Front Comput Neurosci 3:27, doi:10.3389/neuro.10.027.2009",
  },
  notes = {
    "weight is that of one quantum. At the first spike there is no recovery: u and a are used as they are set.",
    "u does not follow U if only U is set.",
  },
  parameters = {
    { "U",       0.5,      "probability of release at rest", "0 to 1" },
    { "tau_rec", "800 ms", "recovery time", "> 0" },
    { "tau_fac", "0 ms",   "decay time of facilitation; 0 = none", ">= 0" },
    { "n",       1,        "release sites", ">= 0" },
  },
  state = {
    { "u",    0.5,     "probability of release at the last spike", "0 to 1" },
    { "a",    1,       "sites that were filled after the last spike", ">= 0" },
    { "last_spike", "-1 ms", "time of the last spike; -1 ms: there was none" },
  },
  on_pre = [[
    isFirst = last_spike < 0*ms
    h = t - last_spike
    u_now = u if isFirst else U + (u*(1 - U)*exp(-h/tau_fac) if tau_fac > 0*ms else 0)
    filled = a if isFirst else a + binomial(max(0, n - a), 1 - exp(-h/tau_rec))
    released = binomial(filled, u_now)
    send(weight*released)
    u = u_now
    a = filled - released
    last_spike = t
  ]],
}
