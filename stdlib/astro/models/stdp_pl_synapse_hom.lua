-- Spike-timing dependent plasticity whose potentiation grows with a power of the weight.
-- Source: Morrison, Aertsen & Diesmann (2007), doi:10.1162/neco.2007.19.6.1437
return {
  name = "stdp_pl_synapse_hom",
  summary = "Spike-timing dependent plasticity with power-law potentiation.",
  references = { "Morrison, Aertsen & Diesmann (2007), Neural Computation 19:1437, doi:10.1162/neco.2007.19.6.1437" },
  notes = {
    "The weight has no upper bound. lambda contains the paper's reference weight, as w_0^(1 - mu).",
    "tau_minus is a parameter of the target.",
  },
  parameters = {
    { "tau_plus", "20 ms", "time constant of Kplus", "> 0" },
    { "lambda",   0.1,     "step of potentiation" },
    { "alpha",    1,       "depression relative to potentiation" },
    { "mu",       0.4,     "exponent of the weight in potentiation" },
  },
  state = {
    { "Kplus",  0, "trace of the sender's spikes", ">= 0" },
    { "Kminus", 0, "trace of the target's spikes", ">= 0" },
  },
  equations = [[
    dKplus/dt  = -Kplus/tau_plus
    dKminus/dt = -Kminus/post.tau_minus
  ]],
  on_post = "weight += lambda*weight^mu*Kplus; Kminus += 1",
  on_pre  = [[
    less = weight - lambda*alpha*weight*Kminus
    weight = less if less > 0 else 0
    send(weight)
    Kplus += 1
  ]],
}
