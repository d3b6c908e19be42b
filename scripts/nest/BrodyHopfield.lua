-- Neurons that differ in their constant current phase-lock to a common oscillation: nearby neurons spike together.
-- After Brody & Hopfield (2003), doi:10.1016/S0896-6273(03)00059-3.
--
-- Twin of NEST's example BrodyHopfield.
-- test: --time 100 --neurons 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Neurons of increasing current with a common oscillating drive.",
  { "time", 600.0, "simulated time in ms" },
  { "neurons", 1000, "their number" },
}

local NEURON = { tau_m = 20.0, V_th = 20.0, E_L = 10.0, t_ref = 2.0, V_reset = 0.0, C_m = 200.0, V_m = 0.0 }
local LEAST, MOST = 140.0, 200.0  -- pA

local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create("iaf_psc_alpha", options.neurons, NEURON)
neurons:set { I_e = neurons.ids:map(function(i) return LEAST + i * (MOST - LEAST) / options.neurons end) }
sim:connect(sim:create("ac_generator", { amplitude = 50.0, frequency = 35.0 }), neurons)
sim:connect(sim:create("noise_generator", { mean = 0.0, std = 200.0 }), neurons)
local spikes = sim:record(neurons)
sim:simulate(options.time)

report.value("mean rate", spikes:rate(), "Hz")
plot.raster(spikes, { histogram = true }):save(options:figure("BrodyHopfield"))
