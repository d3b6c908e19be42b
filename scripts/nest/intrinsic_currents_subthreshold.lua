-- Intrinsic currents of a thalamocortical neuron below its threshold: depolarizing and ever longer hyperpolarizing currents by turns.
--
-- Twin of NEST's example intrinsic_currents_subthreshold.
-- test: --blocks 2

local astro = require "astro"
local ht_neuron = require "ht_neuron"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Intrinsic currents of a neuron below its threshold.",
  { "blocks", 5, "number of pairs of currents" },
  { "up", 10.0, "depolarizing current in mV" },
  { "down", -5.0, "hyperpolarizing current in mV" },
}

local BLOCK = 20.0  -- ms

local sim = astro.Simulation { seed = options.seed }
local neuron, current = sim:create(ht_neuron), sim:create("dc_generator")
sim:connect(current, neuron, "one_to_one", { input = "I_stim" })
local trace = sim:record(neuron, { "V_m", "theta", "I_NaP", "I_KNa", "I_T", "I_h" }, { interval = 0.1 })
for block = 0, options.blocks - 1 do
  current:set { amplitude = options.up }
  sim:simulate(BLOCK)
  current:set { amplitude = options.down }
  sim:simulate(BLOCK * 2 ^ block)
end

report.samples("V_m", trace.events.V_m, "mV")
local events, time = trace.events, { xlabel = "time (ms)", ylabel = "mV" }
plot.panels {
  plot.lines(events.times, { V_m = events.V_m, theta = events.theta }, time),
  plot.lines(events.times, { I_h = events.I_h, I_T = events.I_T, I_NaP = events.I_NaP, I_KNa = events.I_KNa }, time),
}:save(options:figure("intrinsic_currents_subthreshold"))
