-- A neuron that spikes by its dynamics beside one that spikes regularly, whatever its input: the library's iaf_psc_delta with a phase.
--
-- Twin of NEST's example ignore_and_spike_mechanism.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A neuron that ignores its input and spikes.",
  { "time", 100.0, "simulated time in ms" },
  { "offset", 5.0, "time of its first spike in ms" },
  { "interval", 10.0, "ms between its spikes" },
}

local definition = require "astro.models.iaf_psc_delta"
definition.name = "iaf_psc_delta_ignoring"
table.insert(definition.parameters, { "interval", "10 ms", "between two spikes", "> 0" })
table.insert(definition.state, { "phase", "0 ms", "time since the last spike" })
definition.equations = definition.equations .. "\ndphase/dt = 1"
definition.spike = { when = "phase > interval - dt/2", action = "phase -= interval" }

local sim = astro.Simulation { seed = options.seed }
local regular = sim:create("iaf_psc_delta", { I_e = 400.0 })
local phase = options.interval - options.offset
local ignoring = sim:create(astro.model(definition), { I_e = 400.0, interval = options.interval, phase = phase })
local spikes = sim:record(regular + ignoring)
sim:simulate(options.time)

report.value("spikes", spikes.n_events)
plot.raster(spikes, { groups = { { "regular", regular }, { "ignoring", ignoring } } }):save(options:figure("ignore_and_spike_mechanism"))
