-- Two Hodgkin-Huxley neurons, one of which starts depolarized, come to spike together through a gap junction. Each sends the other its
-- potential, which arrives a step later; NEST iterates to have it at once.
--
-- Twin of NEST's example gap_junctions_two_neurons.
-- test: --time 50

local astro = require "astro"
local hh_psc_alpha_gap = require "hh_psc_alpha_gap"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two neurons with a gap junction.",
  { "time", 351.0, "simulated time in ms" },
  { "weight", 0.5, "conductance of the gap junction in nS" },
}

local STEP = 0.05  -- ms

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create(hh_psc_alpha_gap, 2, { I_e = 100.0, g_gap = options.weight })
neurons[1]:set { V_m = -10.0 }
local gap = { synapse_model = "signal_connection", signal = "V_m", input = "V_other", weight = options.weight, delay = STEP }
sim:connect(neurons, neurons, { rule = "all_to_all", allow_autapses = false }, gap)
local trace = sim:record(neurons, { "V_m" }, { interval = 0.1 })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }, { each = true }):save(options:figure("gap_junctions_two_neurons"))
