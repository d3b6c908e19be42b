-- A thalamocortical neuron under Poisson input to all of its four receptors: potential, conductances and intrinsic currents.
--
-- Twin of NEST's example intrinsic_currents_spiking.
-- test: --time 50

local astro = require "astro"
local ht_neuron = require "ht_neuron"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Intrinsic currents of a neuron that spikes.",
  { "time", 250.0, "simulated time in ms" },
  { "rate", 100.0, "rate of the input to each receptor in Hz" },
}

local WEIGHTS = { AMPA = 30.0, NMDA = 30.0, GABA_A = 5.0, GABA_B = 10.0 }
local QUANTITIES = { "V_m", "theta", "g_AMPA", "g_NMDA", "g_GABA_A", "g_GABA_B", "I_NaP", "I_KNa", "I_T", "I_h" }

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create(ht_neuron)
for receptor, weight in pairs(WEIGHTS) do
  sim:connect(sim:create("poisson_generator", { rate = options.rate }), neuron, "all_to_all", { receptor_type = receptor, weight = weight })
end
local trace = sim:record(neuron, QUANTITIES, { interval = 0.1 })
sim:simulate(options.time)

local events = trace.events
report.samples("V_m", events.V_m, "mV")
local function panel(ylabel, first, last)
  local curves = {}
  for i = first, last do curves[QUANTITIES[i]] = events[QUANTITIES[i]] end
  return plot.lines(events.times, curves, { xlabel = "time (ms)", ylabel = ylabel })
end
plot.panels { panel("potential (mV)", 1, 2), panel("conductance", 3, 6), panel("current (mV)", 7, 10) }
  :save(options:figure("intrinsic_currents_spiking"))
