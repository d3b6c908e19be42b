-- 8. How together is together?
--
-- Synchrony is a matter of scale. Neurons that never fire in the same millisecond may fire in the same second.
-- test: --time 1000

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Synchrony at several scales of time.", { "time", 40000.0, "simulated time in ms" } }

local BINS = { 10, 20, 50, 100, 200, 500, 1000 }   -- ms, in which spikes are counted
local POOL_SIZE = 5                                -- astrocytes that a neuron may hear
local EXCITATORY = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }    -- nS, ms, ms
local INHIBITORY = { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 }

-- The network of 7: its spikes.
local function network(W_SIC)
  local sim = astro.Simulation { seed = options.seed }
  local exc = sim:create("aeif_cond_alpha_astro", 80, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local inh = sim:create("aeif_cond_alpha_astro", 20, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local glia = sim:create("astrocyte_lr_1994", 50, { IP3 = 0.4, delta_IP3 = 0.01 })
  sim:connect(sim:create("poisson_generator", { rate = 1500.0 }), exc + inh)
  sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.2 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_type = "random", pool_size = POOL_SIZE },
    { primary = EXCITATORY, third_in = EXCITATORY, third_out = { synapse_model = "sic_connection", weight = W_SIC } })
  sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.2 }, INHIBITORY)
  local spikes = sim:record(exc + inh)
  sim:simulate(options.time)
  return spikes
end

-- Mean correlation of the spike counts of two neurons, for each bin.
local function correlations(title, spikes)
  report.heading(title)
  local means = {}
  for i, bin in ipairs(BINS) do
    means[i] = analysis.synchrony(spikes, { bin = bin }).mean
    report.value(("bins of %d ms"):format(bin), ("%.2f"):format(means[i]))
  end
  return means
end

local without, with = network(0.0), network(3.0)
local curves = {
  ["without astrocytes"] = correlations("without astrocytes", without),
  ["with astrocytes"] = correlations("with astrocytes", with),
}

plot.panels {
  plot.lines(BINS, curves, { logx = true, xlabel = "bin (ms)", ylabel = "mean correlation", title = "Local synchrony" }),
  plot.correlation(analysis.synchrony(with, { bin = 1000 }), { title = "With astrocytes, bins of 1 s" }),
  columns = 2,
}:save(options:figure("08_synchrony"))

-- Question: let each neuron hear one astrocyte only, POOL_SIZE = 1. More synchrony, or less?
