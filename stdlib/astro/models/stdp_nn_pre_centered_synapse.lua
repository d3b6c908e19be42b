-- Spike-timing dependent plasticity of nearest neighbours, centred on spikes of the sender.
-- Source: Izhikevich & Desai (2003), doi:10.1162/089976603321891783
return {
  name = "stdp_nn_pre_centered_synapse",
  summary = "Spike-timing dependent plasticity of nearest neighbours, centred on spikes of the sender.",
  references = {
    "Izhikevich & Desai (2003), Neural Computation 15:1511, doi:10.1162/089976603321891783",
    "Morrison, Diesmann & Gerstner (2008), Biol Cybern 98:459, doi:10.1007/s00422-008-0233-1",
  },
  notes = {
    "A spike of the sender is paired with the target's last spike before it and the first one after it; all of the sender's spikes since "
      .. "the target's last spike count.",
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
    { "Kplus",  0, "trace of the sender's spikes since the last of the target", ">= 0" },
    { "Kminus", 0, "trace of the target's last spike", ">= 0" },
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
  ]],
  on_pre = [[
    w = weight/Wmax
    weight = Wmax*(0 if w <= 0 else max(0, w - alpha*lambda*w^mu_minus*Kminus))
    send(weight)
    Kplus += 1
  ]],
}
