-- Slices with hardly a spike, then with thousands: what does not fit into the parts of the exchange follows behind them.
local astro = require "astro"
local sim = astro.Simulation { seed = 9 }
local cells = sim:create("parrot_neuron", 4000)
local targets = sim:create("aeif_cond_alpha_astro", 200)
local times = sim:create("spike_generator", { spike_times = { 1.0, 12.0, 12.5, 12.5, 13.0, 30.0, 60.0 } })
local tsodyks = { synapse_model = "tsodyks_synapse", weight = 0.01, delay = 1.0 }
sim:connect(times, cells:slice(1, 10))
sim:connect(times, cells:slice(11, -1), "all_to_all", { delay = 11.0 })
sim:connect(cells, targets, { rule = "fixed_outdegree", outdegree = 20 }, tsodyks)
sim:connect(cells, targets, { rule = "pairwise_bernoulli", p = 0.1 }, tsodyks)
local spikes = sim:record(cells)
for _ = 1, 4 do
  sim:simulate(20.3)
  print(sim.time, sim:fingerprint(), spikes.n_events, sim.stats.spikes, sim.stats.events)
end
