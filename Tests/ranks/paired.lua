-- Synapses that read the astrocyte paired with each connection and feed it, and read states of their targets.
local astro = require "astro"

local glia_model = astro.model {
  name = "glia_of_ranks", kind = "astrocyte", state = { G = 0, C = 0.1 },
  equations = "dG/dt = -G/(50*ms)\ndC/dt = (G - C)/(20*ms)", on_spike = "G += weight",
}
local neuron = astro.model {
  name = "neuron_of_ranks", parameters = { tau = "10 ms" }, state = { V = "rand()" },
  equations = "dV/dt = (1.2 - V)/tau", on_spike = "V += weight",
  spike = { when = "V > 1", action = "V = 0.1*V", refractory = "1*ms" },
}
local synapse = astro.synapse {
  name = "synapse_of_ranks", state = { x = 1, seen = 0 }, equations = "dx/dt = (1 - x)/(100*ms)",
  on_pre = "U = 0.3/(1 + third.C); r = U*x; x -= r; send(weight*r); send_third(0.1*r + 0.01*post.V)",
  on_post = "weight += 0.01*(post.V - 0.05*x); seen = post.V",
}

local sim = astro.Simulation { seed = 4 }
local cells, glia = sim:create(neuron, 150), sim:create(glia_model, 37)
local made = sim:tripartite_connect(cells, cells, glia, { rule = "fixed_indegree", indegree = 12 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.7, pool_size = 3 },
  { primary = { synapse_model = synapse, weight = 0.2, delay = astro.random.uniform(0.3, 3) },
    third_in = { weight = 0.05, delay = 1.1 } })
print(made.primary, made.third_in, made.third_out)
sim:connect(cells[1], cells, "all_to_all", { synapse_model = synapse, third = glia[5], weight = 0.1 })
local spikes = sim:record(cells)
sim:simulate(23.4)
local function show(sim)
  local c = sim:connections { synapse_model = synapse }
  print(sim:fingerprint(), spikes.n_events, ("%.17g %.17g %.17g"):format(c.weight:sum(), c:get("seen"):sum(), c.third:sum()))
end
show(sim)
sim:connections { source = cells:slice(1, 40), synapse_model = synapse }:set { third = glia[9] }
sim:simulate(5)
sim:save "state.checkpoint"
local again = astro.load("state.checkpoint", { streams = false })
sim:simulate(21.1)
again:simulate(21.1)
show(sim)
print(again:fingerprint() == sim:fingerprint())
