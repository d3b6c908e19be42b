-- Two integrate-and-fire neurons: the first spikes under a constant current, the second sees its spikes.
--
-- Twin of NEST's example twoneurons.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "One neuron drives another.",
  { "time", 1000.0, "simulated time in ms" },
  { "current", 376.0, "constant current into the first neuron in pA" },
  { "weight", 20.0, "weight of the connection in pA" },
}

local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create("iaf_psc_alpha", 2, { I_e = { options.current, 0.0 } })
sim:connect(neurons[1], neurons[2], "one_to_one", { weight = options.weight, delay = 1.0 })
local trace = sim:record(neurons, { "V_m" })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }, { each = true }):save(options:figure("twoneurons"))
