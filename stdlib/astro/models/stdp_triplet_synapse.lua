-- Plasticity of pairs and triplets of spikes.
-- Source: Pfister & Gerstner (2006), doi:10.1523/JNEUROSCI.1425-06.2006
return {
  name = "stdp_triplet_synapse",
  summary = "Spike-timing dependent plasticity of pairs and triplets of spikes.",
  references = { "Pfister & Gerstner (2006), J Neurosci 26:9673, doi:10.1523/JNEUROSCI.1425-06.2006" },
  notes = {
    "The weight has the sign of Wmax.",
    "tau_minus is a parameter of the target. tau_minus_triplet, in NEST also a parameter of the target, is one of the synapse.",
  },
  parameters = {
    { "tau_plus",          "16.8 ms", "time constant of Kplus", "> 0" },
    { "tau_plus_triplet",  "101 ms",  "time constant of Kplus_triplet", "> 0" },
    { "tau_minus_triplet", "110 ms",  "time constant of Kminus_triplet", "> 0" },
    { "Aplus",             5e-10,     "potentiation by pairs" },
    { "Aminus",            7e-3,      "depression by pairs" },
    { "Aplus_triplet",     6.2e-3,    "potentiation by triplets" },
    { "Aminus_triplet",    2.3e-4,    "depression by triplets" },
    { "Wmax",              100,       "largest weight" },
  },
  state = {
    { "Kplus",          0, "fast trace of the sender's spikes", ">= 0" },
    { "Kplus_triplet",  0, "slow trace of the sender's spikes", ">= 0" },
    { "Kminus",         0, "fast trace of the target's spikes", ">= 0" },
    { "Kminus_triplet", 0, "slow trace of the target's spikes", ">= 0" },
  },
  equations = [[
    dKplus/dt          = -Kplus/tau_plus
    dKplus_triplet/dt  = -Kplus_triplet/tau_plus_triplet
    dKminus/dt         = -Kminus/post.tau_minus
    dKminus_triplet/dt = -Kminus_triplet/tau_minus_triplet
  ]],
  on_post = [[
    s = -1 if Wmax < 0 else 1
    weight = s*min(abs(Wmax), s*weight + Kplus*(Aplus + Aplus_triplet*Kminus_triplet))
    Kminus += 1
    Kminus_triplet += 1
  ]],
  on_pre = [[
    s = -1 if Wmax < 0 else 1
    weight = s*max(0, s*weight - Kminus*(Aminus + Aminus_triplet*Kplus_triplet))
    send(weight)
    Kplus += 1
    Kplus_triplet += 1
  ]],
}
