-- 8. How together is together?
--
-- Neurons that never fire in the same millisecond may fire in the same second: synchrony depends on the time over which spikes are
-- counted, and on the group of neurons.
-- test: --time 1000

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Synchrony at several scales of time.", { "time", 40000.0, "simulated time in ms" } }

local BINS = { 10, 20, 50, 100, 200, 500, 1000 }                 -- ms, in which spikes are counted
local POOLS = { pool_type = "block", pool_size = 1 }             -- an astrocyte for every ten neighbours
local EXCITATORY = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }    -- nS, ms, ms
local INHIBITORY = { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 }

-- The network of 7: its neurons and their spikes.
local function network(W_SIC)
  local sim = astro.Simulation { seed = options.seed }
  local exc = sim:create("aeif_cond_alpha_astro", 80, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local inh = sim:create("aeif_cond_alpha_astro", 20, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local glia = sim:create("astrocyte_lr_1994", 10, { IP3 = 0.42, delta_IP3 = 0.0005,
    IP3_0 = astro.random.uniform(0.39, 0.45), Ca_astro = astro.random.uniform(0.05, 0.4), h_IP3R = astro.random.uniform(0.4, 0.9) })
  sim:connect(sim:create("poisson_generator", { rate = 1500.0 }), exc + inh)
  sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.2 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_type = POOLS.pool_type, pool_size = POOLS.pool_size },
    { primary = EXCITATORY, third_in = EXCITATORY, third_out = { synapse_model = "sic_connection", weight = W_SIC } })
  sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.2 }, INHIBITORY)
  local spikes = sim:record(exc + inh)
  sim:simulate(options.time)
  return spikes, exc + inh
end

-- Mean correlation of the spike counts of two neurons, for each bin.
local function correlations(title, spikes, nodes)
  report.heading(title)
  local means = {}
  for i, bin in ipairs(BINS) do
    means[i] = analysis.synchrony(spikes, { bin = bin, nodes = nodes }).mean
    report.value(("bins of %d ms"):format(bin), math.floor(100 * means[i] + 0.5) / 100)
  end
  return means
end

local without = network(0.0)
local with, neurons = network(4.0)
local curves = {
  ["without astrocytes"] = correlations("without astrocytes", without),
  ["with, any two"] = correlations("with astrocytes, any two neurons", with),
  ["with, same astrocyte"] = correlations("with astrocytes, two of the first ten", with, neurons:slice(1, 10)),
}

plot.panels {
  plot.lines(BINS, curves, { logx = true, xlabel = "bin (ms)", ylabel = "mean correlation", title = "Local synchrony" }),
  plot.correlation(analysis.synchrony(with, { bin = 500 }), { title = "With astrocytes, bins of 500 ms" }),
  columns = 2,
}:save(options:figure("08_synchrony"))

-- Question: POOLS = { pool_type = "random", pool_size = 3 }. Are two of the first ten still closer than any two?
