-- Memory of the first rank while a network of many cells with few connections is built: what grows with the whole network on each rank
-- shows here (Docs/scaling.md). With --trust it is what the system says of the process, without it nothing is said.
-- test: --cells 2000 --time 2

local astro = require "astro"

local options = require "astro.options" {
  "Memory of the first rank while a network of many cells with few connections is built.",
  { "cells", 4000000, "cells" },
  { "time", 20.0, "simulated time in ms" },
}

local function tell(what)
  local status = io.open "/proc/self/status"
  if not status then return end
  local text = status:read "a"
  status:close()
  print(("%-12s %7.1f MB, at most so far %7.1f MB"):format(
    what, tonumber(text:match "VmRSS:%s*(%d+)") / 1024, tonumber(text:match "VmHWM:%s*(%d+)") / 1024))
end

local sim = astro.Simulation { seed = options.seed, threads = 1 }
tell "start"
local cells = sim:create("parrot_neuron", options.cells)
sim:connect(sim:create("poisson_generator", { rate = 5.0 }), cells)
tell "cells"
sim:connect(cells, cells, { rule = "fixed_outdegree", outdegree = 2 }, { synapse_model = "tsodyks_synapse", receptor_type = 1 })
tell "connections"
sim:record(cells)
tell "recorder"
sim:simulate(options.time)
tell "run"
