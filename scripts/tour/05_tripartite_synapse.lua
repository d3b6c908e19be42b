-- 5. The tripartite synapse.
--
-- Two neurons and the astrocyte that wraps their synapse. The astrocyte receives the spikes of the first neuron and acts on the
-- second.
-- test: --time 2000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Two neurons and an astrocyte.", { "time", 60000.0, "simulated time in ms" } }

local RATE = 2000.0      -- Hz, input to the first neuron
local W_NEURON = 5.0     -- nS, first neuron to second
local W_ASTRO = 1.0      -- first neuron to astrocyte: each spike adds delta_IP3
local W_SIC = 20.0       -- pA, astrocyte to second neuron

local sim = astro.Simulation { seed = options.seed }
local pre = sim:create("aeif_cond_alpha_astro", { tau_syn_ex = 2.0 })                  -- ms
local post = sim:create("aeif_cond_alpha_astro", { tau_syn_ex = 2.0, I_e = 600.0 })    -- ms, pA
local astrocyte = sim:create("astrocyte_lr_1994", { delta_IP3 = 0.015 })               -- uM
local noise = sim:create("poisson_generator", { rate = RATE })

sim:connect(noise, pre)
sim:connect(pre, post, "one_to_one", { weight = W_NEURON })
sim:connect(pre, astrocyte, "one_to_one", { weight = W_ASTRO })
sim:connect(astrocyte, post, "one_to_one", { synapse_model = "sic_connection", weight = W_SIC })

local pre_spikes, post_spikes = sim:record(pre), sim:record(post)
local glia = sim:record(astrocyte, { "IP3", "Ca_astro" }, { interval = 10 })
local current = sim:record(post, { "I_SIC" }, { interval = 10 })
sim:simulate(options.time)

report.heading("activity")
report.value("first neuron", pre_spikes:rate(), "Hz")
report.samples("IP3", glia.events.IP3, "uM")
report.samples("slow inward current", current.events.I_SIC, "pA")
report.value("second neuron", post_spikes:rate(), "Hz")

plot.panels {
  plot.raster(pre_spikes, { title = "Spikes of the first neuron", height = 160 }),
  plot.traces(glia, { { "IP3", "Ca_astro" } }, { title = "Astrocyte" }),
  plot.traces(current, { "I_SIC" }, { title = "Current into the second neuron" }),
  plot.raster(post_spikes, { title = "Spikes of the second neuron", height = 160 }),
}:save(options:figure("05_tripartite_synapse"))

-- Question: cut the synapse between the neurons, W_NEURON = 0.0. How much of the second neuron's firing is left, and why?
