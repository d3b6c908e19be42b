-- 4. The slow inward current.
--
-- An astrocyte whose calcium is above a threshold sends a current to a neuron, for seconds. The current is too weak to make a neuron at
-- rest fire, but it decides whether a neuron close to its threshold does.
-- test: --time 2000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "A neuron that hears from an astrocyte.", { "time", 60000.0, "simulated time in ms" } }

local IP3 = 0.5          -- uM, kept constant: calcium oscillates by itself
local SIC_TH = 0.19669   -- uM, calcium above which there is a current
local WEIGHT = 20.0      -- pA
local I_E = 600.0        -- pA, with which the neuron does not go on firing

local sim = astro.Simulation { seed = options.seed }
local astrocyte = sim:create("astrocyte_lr_1994", { IP3 = IP3, IP3_0 = IP3, SIC_th = SIC_TH })
local neuron = sim:create("aeif_cond_alpha_astro", { I_e = I_E })
sim:connect(astrocyte, neuron, "one_to_one", { synapse_model = "sic_connection", weight = WEIGHT })

local calcium = sim:record(astrocyte, { "Ca_astro" }, { interval = 10 })
local current = sim:record(neuron, { "I_SIC" }, { interval = 10 })
local spikes = sim:record(neuron)
sim:simulate(options.time)

report.heading("astrocyte")
report.samples("calcium", calcium.events.Ca_astro, "uM")
report.heading("neuron")
report.samples("slow inward current", current.events.I_SIC, "pA")
report.value("part of the time", 100 * current.events.I_SIC:gt(0):mean(), "%")
report.value("spikes", spikes.n_events)

plot.panels {
  plot.traces(calcium, { "Ca_astro" }, { title = "Astrocyte" }),
  plot.traces(current, { "I_SIC" }, { title = "Current into the neuron" }),
  plot.raster(spikes, { title = "Spikes of the neuron", height = 160 }),
}:save(options:figure("04_slow_current"))

-- Question: SIC_TH = 0.3. Calcium is above it for a shorter time, and less far. Which of the two affects the neuron?
