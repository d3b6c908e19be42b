-- A recorder that fills the memory stops the run in time: what it has can be saved, and the simulation goes on.
local astro = require "astro"

local sim = astro.Simulation { seed = 3 }
local parrots = sim:create("parrot_neuron", 1000)
sim:connect(sim:create("poisson_generator", { rate = 20000.0 }), parrots)
local spikes = sim:record(parrots)

local done, problem = pcall(sim.simulate, sim, 1e6)
assert(not done and problem:find "spikes of 1000 nodes from 1 on" and problem:find "to = ", problem)
local count, stopped = spikes.n_events, sim.time
assert(count > 1e5 and sim.stats.memory_bytes > 16 * count)
spikes:save "saved.csv"
spikes:clear()
sim:simulate(10)
assert(sim.time == stopped + 10 and spikes.n_events > 1e5)
print(count)
