-- The same neuron and current at three resolutions: the potential between spikes is exact at each, the spikes lie on the grid.
--
-- Twin of NEST's example testiaf.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A neuron at three resolutions.",
  { "time", 1000.0, "simulated time in ms" },
}

local times, curves = nil, {}
for _, resolution in ipairs { 0.1, 0.5, 1.0 } do
  local sim = astro.Simulation { resolution = resolution, seed = options.seed }
  local neuron = sim:create("iaf_psc_alpha", { I_e = 376.0 })
  local trace, spikes = sim:record(neuron, { "V_m" }), sim:record(neuron)
  sim:simulate(options.time)
  report.value(("spikes at %g ms"):format(resolution), spikes.n_events)
  times, curves[("%g ms"):format(resolution)] = trace.events.times, trace.events.V_m
end
plot.lines(times, curves, { xlabel = "time (ms)", ylabel = "V_m (mV)" }):save(options:figure("testiaf"))
