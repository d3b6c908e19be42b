-- Spike-timing dependent plasticity of all pairs of spikes.
-- Source: Gütig et al. (2003), J Neurosci 23:3697
return {
  name = "stdp_synapse_hom",
  summary = "Spike-timing dependent plasticity of all pairs of spikes, additive to multiplicative.",
  references = {
    "Song, Miller & Abbott (2000), Nat Neurosci 3:919",
    "Rubin, Lee & Sompolinsky (2001), Phys Rev Lett 86:364",
    "Gütig, Aharonov, Rotter & Sompolinsky (2003), J Neurosci 23:3697",
  },
  notes = {
    "The rule of stdp_synapse: additive if mu_plus and mu_minus are 0, multiplicative if they are 1.",
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
    { "Kplus",  0, "trace of the sender's spikes", ">= 0" },
    { "Kminus", 0, "trace of the target's spikes", ">= 0" },
  },
  equations = [[
    dKplus/dt  = -Kplus/tau_plus
    dKminus/dt = -Kminus/post.tau_minus
  ]],
  on_post = [[
    w = weight/Wmax
    weight = Wmax*(1 if w >= 1 else min(1, w + lambda*(1 - w)^mu_plus*Kplus))
    Kminus += 1
  ]],
  on_pre = [[
    w = weight/Wmax
    weight = Wmax*(0 if w <= 0 else max(0, w - alpha*lambda*w^mu_minus*Kminus))
    send(weight)
    Kplus += 1
  ]],
}
