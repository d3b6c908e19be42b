-- Delays that differ, so long that spikes wait in a queue on every worker (ArrivalQueue): in one run, and across the end of another.
local sim = astro.Simulation { seed = 11 }
local cells = sim:create("iaf_psc_exp", 3600, { I_e = 200 })
local noise = sim:create("poisson_generator", { rate = 20000 })
sim:connect(noise, cells, "all_to_all", { weight = 40 })
for _, synapse in ipairs {
  { weight = astro.random.uniform(-60, 60) },
  { weight = -20, delay = 3 },
  { weight = astro.random.uniform(5, 20), synapse_model = "stdp_synapse" },
} do
  synapse.delay = synapse.delay or astro.random.uniform(2, 30)
  sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 8 }, synapse)
end
-- rows of these two projections are joined
local parrots = sim:create("parrot_neuron", 50)
sim:connect(sim:create("poisson_generator", { rate = 60 }), parrots)
local halves = { cells:slice(1, 1800), cells:slice(1801, 3600) }
for _, half in ipairs(halves) do
  local synapse = { weight = astro.random.uniform(-60, 60), delay = astro.random.uniform(29, 30) }
  sim:connect(parrots, half, { rule = "fixed_outdegree", outdegree = 900 }, synapse)
end
local spikes = sim:record(cells)
sim:simulate(120)
print(sim:fingerprint(), spikes.n_events)
sim:simulate(130)
print(sim:fingerprint(), sim.stats.spikes, sim.stats.events)
spikes:save "spikes.csv"
