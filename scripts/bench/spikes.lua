-- What a spike costs a rank that has few targets of it: to receive it, and to find them (Docs/scaling.md).
--
-- Cells that spike often, and connections whose spikes count for nothing: there is little else to do. Run it with projections and
-- without, on one rank and on several.
-- test: --cells 2000 --time 20

local astro = require "astro"

local options = require "astro.options" {
  "What a spike costs a rank that has few targets of it.",
  { "cells", 400000, "cells that spike" },
  { "rate", 20.0, "their rate in Hz" },
  { "projections", 3, "connect calls" },
  { "outdegree", 1, "connections of each cell in each of them" },
  { "time", 200.0, "simulated time in ms" },
}

local sim = astro.Simulation { seed = options.seed, threads = 1 }
local cells = sim:create("parrot_neuron", options.cells)
local noise = sim:create("poisson_generator", { rate = options.rate })
sim:connect(noise, cells)
for _ = 1, options.projections do
  -- what arrives at receptor 1 of a parrot is not passed on
  sim:connect(cells, cells, { rule = "fixed_outdegree", outdegree = options.outdegree }, { receptor_type = 1 })
end
sim:simulate(1)

local spikes, start = sim.stats.spikes, os.clock()
sim:simulate(options.time)
local seconds = os.clock() - start
print(("%.0f spikes, %.3f s of processor on the first rank: %.0f ns for each"):format(
  sim.stats.spikes - spikes, seconds, 1e9 * seconds / (sim.stats.spikes - spikes)))
