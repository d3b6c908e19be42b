-- Plasticity whose steps depend exponentially on the weight.
-- Source: Jonke et al. (2017), doi:10.1523/JNEUROSCI.2078-16.2017
return {
  name = "jonke_synapse",
  summary = "Spike-timing dependent plasticity whose steps depend exponentially on the weight.",
  references = {
    "Nessler, Pfeiffer, Buesing & Maass (2013), PLoS Comput Biol 9:e1003037, doi:10.1371/journal.pcbi.1003037",
    "Jonke, Legenstein, Habenschuss & Maass (2017), J Neurosci 37:8511, doi:10.1523/JNEUROSCI.2078-16.2017",
  },
  notes = {
    "tau_minus is a parameter of the target.",
    "If lambda is 0, the weight does not change at all: it is not even limited to 0 and Wmax.",
  },
  parameters = {
    { "alpha",    1,       "depression relative to potentiation" },
    { "beta",     0,       "depression at each spike, in units of lambda" },
    { "lambda",   0.01,    "step of potentiation" },
    { "mu_plus",  0,       "exponent of the weight in potentiation" },
    { "mu_minus", 0,       "exponent of the weight in depression" },
    { "tau_plus", "20 ms", "time constant of Kplus", "> 0" },
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
    weight = weight if lambda == 0 else min(Wmax, weight + lambda*(exp(mu_plus*weight)*Kplus - beta))
    Kminus += 1
  ]],
  on_pre = [[
    weight = weight if lambda == 0 else max(0, weight + lambda*(-alpha*exp(mu_minus*weight)*Kminus - beta))
    send(weight)
    Kplus += 1
  ]],
}
