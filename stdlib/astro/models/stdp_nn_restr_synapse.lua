-- Spike-timing dependent plasticity of nearest neighbours: a spike meets one of the other side only once.
-- Source: Morrison, Diesmann & Gerstner (2008), doi:10.1007/s00422-008-0233-1
return {
  name = "stdp_nn_restr_synapse",
  summary = "Spike-timing dependent plasticity of nearest neighbours, restricted: each spike belongs to at most one pair of each kind.",
  references = {
    "Morrison, Aertsen & Diesmann (2007), Neural Computation 19:1437, doi:10.1162/neco.2007.19.6.1437",
    "Morrison, Diesmann & Gerstner (2008), Biol Cybern 98:459, doi:10.1007/s00422-008-0233-1",
  },
  notes = {
    "Of the target's spikes after a spike of the sender, only the first counts. A spike of the sender counts only if the target has "
      .. "spiked since the sender's last spike.",
    "At the start, the sender counts as having just spiked, as in NEST.",
    "tau_minus is a parameter of the target.",
  },
  parameters = {
    { "tau_plus", "20 ms", "time constant of Kplus", "> 0" },
    { "lambda",   0.01,    "step of potentiation" },
    { "alpha",    1,       "depression relative to potentiation" },
    { "mu_plus",  1,       "exponent of the weight in potentiation" },
    { "mu_minus", 1,       "exponent of the weight in depression" },
    { "Wmax",     100,     "largest weight" },
  },
  state = {
    { "Kplus",  1, "trace of the sender's last spike", ">= 0" },
    { "Kminus", 0, "trace of the target's last spike", ">= 0" },
    { "came",   0, "1 if the target has spiked since the last spike of the sender", "0 to 1" },
  },
  equations = [[
    dKplus/dt  = -Kplus/tau_plus
    dKminus/dt = -Kminus/post.tau_minus
  ]],
  on_post = [[
    w = weight/Wmax
    weight = Wmax*(1 if w >= 1 else min(1, w + lambda*(1 - w)^mu_plus*Kplus))
    Kplus = 0
    Kminus = 1
    came = 1
  ]],
  on_pre = [[
    w = weight/Wmax
    came += 0    # a spike of the target at this very moment is one that came
    weight = weight if came < 0.5 else Wmax*(0 if w <= 0 else max(0, w - alpha*lambda*w^mu_minus*Kminus))
    send(weight)
    Kplus = 1
    came = 0
  ]],
}
