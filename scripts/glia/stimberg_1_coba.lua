-- Neurons and synapses without astrocytes: 4000 neurons with conductances, whose synapses facilitate and depress. The first of six
-- models that lead to a network with astrocytes in Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18: their example 1,
-- figure 1.
--
-- Random numbers differ from Brian2's, so rates agree like those of two seeds.
-- test: --time 60

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local coba = require "coba"
local options = require "astro.options" { "Stimberg et al. (2019), example 1.", { "time", 1000.0, "simulated time in ms" } }

local DT, SHOWN = 0.1, 50                    -- ms; the neuron whose potential and synapse are drawn
local sim = astro.Simulation { resolution = DT, seed = options.seed }
local exc, inh = sim:create(coba.neuron, 3200), sim:create(coba.neuron, 800)
sim:connect(exc, exc + inh, { rule = "pairwise_bernoulli", p = coba.P_E },
  { synapse_model = coba.synapse, weight = coba.W_E, delay = DT })
sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = coba.P_I },
  { synapse_model = coba.synapse, weight = coba.W_I, delay = DT })

local exc_spikes, inh_spikes = sim:record(exc), sim:record(inh)
local trace = sim:record(exc[SHOWN], { "V_m", "g_e", "g_i" }, { interval = 1 })
local synapse = sim:record(sim:connections { source = exc[SHOWN] }[1], { "u_S", "x_S" }, { interval = 1 })
sim:simulate(options.time)

acceptance.heading("Brian2", "Hz", 2)
acceptance.row("excitatory", exc_spikes:rate(), 3.84)
acceptance.row("inhibitory", inh_spikes:rate(), 3.92)
report.run(sim)
plot.panels {
  plot.raster(exc_spikes, { histogram = true, title = "Example 1: excitatory neurons" }),
  plot.traces(trace, { "V_m" }), plot.traces(trace, { "g_e", "g_i" }), plot.traces(synapse, { "u_S", "x_S" }),
  columns = 1,
}:save(options:figure("stimberg_1_coba"))
