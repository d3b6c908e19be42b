-- One integrate-and-fire neuron, driven by a constant current just above what it needs to spike.
--
-- Twin of NEST's example one_neuron.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A neuron and a constant current.",
  { "time", 1000.0, "simulated time in ms" },
  { "current", 376.0, "constant current in pA" },
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("iaf_psc_alpha", { I_e = options.current })
local trace = sim:record(neuron, { "V_m" })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }):save(options:figure("one_neuron"))
