-- Two neurons and an astrocyte: the smallest tripartite synapse.
--
-- The presynaptic neuron fires under Poisson input. Its spikes reach the postsynaptic neuron and the astrocyte; IP3 builds up
-- in the astrocyte, calcium follows, and while calcium is above its threshold the astrocyte sends a slow inward current (SIC)
-- to the postsynaptic neuron.
-- test: --time 1000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two neurons and an astrocyte.",
  { "time", 60000.0, "simulated time in ms" },
  { "rate", 1500.0, "rate of the input to the presynaptic neuron in Hz" },
}

-- simulation
local RESOLUTION = 0.1   -- ms
local INTERVAL = 1.0     -- ms, between two samples

-- cells
local TAU_SYN_EX = 2.0   -- ms, rise time of the excitatory conductance
local DELTA_IP3 = 0.2    -- uM, rise of IP3 at a spike of weight 1

-- connections
local W_NOISE = 1.0      -- nS, input to the presynaptic neuron
local W_NEURON = 1.0     -- nS, neuron to neuron
local W_ASTRO = 1.0      -- neuron to astrocyte, in units of delta_IP3
local W_SIC = 1.0        -- pA, astrocyte to neuron
local DELAY = 1.0        -- ms, all of them

local sim = astro.Simulation { resolution = RESOLUTION, seed = options.seed }

local pre = sim:create("aeif_cond_alpha_astro", { tau_syn_ex = TAU_SYN_EX })
local post = sim:create("aeif_cond_alpha_astro", { tau_syn_ex = TAU_SYN_EX })
local astrocyte = sim:create("astrocyte_lr_1994", { delta_IP3 = DELTA_IP3 })
local noise = sim:create("poisson_generator", { rate = options.rate })

sim:connect(noise, pre, "one_to_one", { weight = W_NOISE, delay = DELAY })
sim:connect(pre, post, "one_to_one", { weight = W_NEURON, delay = DELAY })
sim:connect(pre, astrocyte, "one_to_one", { weight = W_ASTRO, delay = DELAY })
sim:connect(astrocyte, post, "one_to_one", { synapse_model = "sic_connection", weight = W_SIC, delay = DELAY })

local pre_spikes, post_spikes = sim:record(pre), sim:record(post)
local pre_trace = sim:record(pre, { "V_m" }, { interval = INTERVAL })
local glia_trace = sim:record(astrocyte, { "IP3", "Ca_astro" }, { interval = INTERVAL })
local post_trace = sim:record(post, { "I_SIC" }, { interval = INTERVAL })

sim:simulate(options.time)

report.heading("presynaptic neuron")
report.value("rate", pre_spikes:rate(), "Hz")
report.heading("astrocyte")
report.samples("IP3", glia_trace.events.IP3, "uM")
report.samples("calcium", glia_trace.events.Ca_astro, "uM")
report.heading("postsynaptic neuron")
report.value("rate", post_spikes:rate(), "Hz")
report.samples("SIC", post_trace.events.I_SIC, "pA")
report.run(sim)

plot.panels {
  plot.traces(pre_trace, { "V_m" }, { title = "Presynaptic neuron" }),
  plot.traces(glia_trace, { "IP3", "Ca_astro" }, { title = "Astrocyte" }),
  plot.traces(post_trace, { "I_SIC" }, { title = "Postsynaptic neuron" }),
}:save(options:figure("interaction"))
