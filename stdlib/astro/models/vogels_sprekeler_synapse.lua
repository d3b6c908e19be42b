-- Inhibitory plasticity that keeps its target at a rate.
-- Source: Vogels et al. (2011), doi:10.1126/science.1211095
return {
  name = "vogels_sprekeler_synapse",
  summary = "Symmetric plasticity of inhibitory synapses that keeps the target near a rate.",
  references = { "Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011), Science 334:1569, doi:10.1126/science.1211095" },
  notes = {
    "Spikes that are close to each other increase the weight, whichever comes first; each spike of the sender decreases it by alpha eta.",
    "The weight has the sign of Wmax.",
    "tau_minus of the target should be tau.",
  },
  parameters = {
    { "tau",   "20 ms", "time constant of Kplus", "> 0" },
    { "alpha", 0.12,    "depression at each spike of the sender, in units of eta" },
    { "eta",   0.001,   "step of potentiation" },
    { "Wmax",  1,       "largest weight" },
  },
  state = {
    { "Kplus",  0, "trace of the sender's spikes", ">= 0" },
    { "Kminus", 0, "trace of the target's spikes", ">= 0" },
  },
  equations = [[
    dKplus/dt  = -Kplus/tau
    dKminus/dt = -Kminus/post.tau_minus
  ]],
  on_post = [[
    s = -1 if Wmax < 0 else 1
    weight = s*min(abs(Wmax), s*weight + eta*Kplus)
    Kminus += 1
  ]],
  on_pre = [[
    s = -1 if Wmax < 0 else 1
    grown = min(abs(Wmax), s*weight + eta*Kminus)
    weight = s*max(0, grown - alpha*eta)
    send(weight)
    Kplus += 1
  ]],
}
