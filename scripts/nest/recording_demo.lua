-- Spikes to memory and to a file, times in ms or in steps.
--
-- Twin of NEST's example recording_demo.
-- test: --time 20

local astro = require "astro"
local io = require "astro.io"
local report = require "astro.report"

local options = require "astro.options" {
  "Spikes of one neuron, recorded to memory and to a file.",
  { "time", 30.0, "simulated time in ms" },
}

local function record(to)
  local sim = astro.Simulation { seed = options.seed }
  local neuron = sim:create("iaf_psc_exp")
  sim:connect(sim:create("poisson_generator", { rate = 1e6 }), neuron, "all_to_all", { weight = 10.0 })
  local spikes = sim:record(neuron, { to = to })
  sim:simulate(options.time)
  return to and io.read(to) or spikes.events, sim.resolution
end

for name, path in pairs { memory = false, ["recording_demo.dat"] = options.out .. "/recording_demo.dat" } do
  local events, resolution = record(path or nil)
  report.heading(name)
  for i, time in ipairs(events.times) do
    report.value("cell " .. events.senders[i], ("%.1f ms, step %.0f"):format(time, time / resolution))
  end
end
