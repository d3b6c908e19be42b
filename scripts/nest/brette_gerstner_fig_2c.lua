-- An adaptive exponential neuron under two steps of current: regular spikes, then more of them.
-- Figure 2c of Brette & Gerstner (2005), doi:10.1152/jn.00686.2005.
--
-- Twin of NEST's example brette_gerstner_fig_2c.
-- test: --time 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "An adaptive exponential neuron under two steps of current.",
  { "time", 1000.0, "simulated time in ms" },
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("aeif_cond_alpha", { a = 4.0, b = 80.5 })
local steps = sim:create("dc_generator", 2, { amplitude = { 500.0, 800.0 }, start = { 0.0, 500.0 }, stop = { 200.0, 1000.0 } })
sim:connect(steps, neuron)
local trace = sim:record(neuron, { "V_m" }, { interval = 0.1 })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }, { yrange = { -80, -20 } }):save(options:figure("brette_gerstner_fig_2c"))
