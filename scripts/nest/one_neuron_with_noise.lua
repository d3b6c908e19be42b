-- One integrate-and-fire neuron between excitatory and inhibitory Poisson spikes.
--
-- Twin of NEST's example one_neuron_with_noise.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A neuron and two Poisson generators.",
  { "time", 1000.0, "simulated time in ms" },
}

local RATES = { 80000.0, 15000.0 }  -- Hz, excitatory and inhibitory
local WEIGHTS = { 1.2, -1.0 }       -- pA

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("iaf_psc_alpha")
local noise = sim:create("poisson_generator", 2, { rate = RATES })
sim:connect(noise, neuron, "all_to_all", { weight = WEIGHTS })
local trace = sim:record(neuron, { "V_m" })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }):save(options:figure("one_neuron_with_noise"))
