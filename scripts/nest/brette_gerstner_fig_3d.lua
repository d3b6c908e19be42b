-- Rebound: an adaptive exponential neuron spikes when an inhibitory current ends.
-- Figure 3d of Brette & Gerstner (2005), doi:10.1152/jn.00686.2005.
--
-- Twin of NEST's example brette_gerstner_fig_3d.
-- test: --time 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "An adaptive exponential neuron after an inhibitory current.",
  { "time", 1000.0, "simulated time in ms" },
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("aeif_cond_exp", { V_peak = 20.0, E_L = -60.0, a = 80.0, b = 80.5, tau_w = 720.0 })
sim:connect(sim:create("dc_generator", { amplitude = -800.0, stop = 400.0 }), neuron)
local trace = sim:record(neuron, { "V_m" }, { interval = 0.1 })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }, { yrange = { -85, 0 } }):save(options:figure("brette_gerstner_fig_3d"))
