#!/usr/bin/env astrolua
-- EXPERIMENT: how does the slow inward current of an astrocyte affect a neuron?
--
-- Run it with `astrolua EXPERIMENT.lua`, or with `--help` to see its options. After `astrolua -i EXPERIMENT.lua`, the variables below are
-- available at the prompt. Change a number and run it again.
--
-- Units: ms, mV, pA, nS, pF, uM, Hz.

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

-- Options of the command line: name, default, meaning.
local options = require "astro.options" {
  "Neurons under random input, each of which hears from an astrocyte.",
  { "time", 30000.0, "simulated time in ms" },
  { "neurons", 10, "number of neurons, and of astrocytes" },
  { "weight", 10.0, "weight of the slow inward current; 0 switches it off" },
}

-- The experiment begins with an empty simulation. Equal seeds give equal results, to the last bit.
local sim = astro.Simulation { resolution = 0.1, seed = options.seed }

-- Cells. Other parameters keep their defaults: `astrolua`, then `?aeif_cond_alpha_astro`, shows them all.
local neurons = sim:create("aeif_cond_alpha_astro", options.neurons, {
  I_e = 600.0,                                       -- pA, not enough to fire on its own
  V_m = astro.random.uniform(-75.0, -65.0),          -- mV, drawn for each neuron
  label = "neurons",
})
local astrocytes = sim:create("astrocyte_lr_1994", options.neurons, {
  delta_IP3 = 0.2,                                   -- uM that a spike of weight 1 adds
  label = "astrocytes",
})

-- Random input onto the astrocytes.
local noise = sim:create("poisson_generator", { rate = 0.5 })  -- Hz
sim:connect(noise, astrocytes)

-- Each astrocyte sends its slow inward current to one neuron. Other rules: `?one_to_one`, `astro.rules()`.
sim:connect(astrocytes, neurons, "one_to_one", { synapse_model = "sic_connection", weight = options.weight })

-- Recordings: spikes, and samples of some quantities.
local spikes = sim:record(neurons)
local calcium = sim:record(astrocytes, { "IP3", "Ca_astro" }, { interval = 10.0 })
local current = sim:record(neurons, { "I_SIC" }, { interval = 10.0 })

sim:simulate(options.time)

report.heading("results")
report.value("spikes", spikes.n_events)
report.value("mean rate", spikes:rate(), "Hz")
report.samples("slow inward current", current.events.I_SIC, "pA")

plot.panels {
  plot.traces(calcium, { "Ca_astro" }),
  plot.traces(current, { "I_SIC" }),
  plot.raster(spikes, { histogram = true }),
}:save(options:figure("EXPERIMENT"))
