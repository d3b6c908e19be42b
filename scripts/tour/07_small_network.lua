-- 7. A network with astrocytes, and without.
--
-- Eighty excitatory and twenty inhibitory neurons under random input, and ten astrocytes, one for every ten neighbours. They take
-- part in half of the excitatory connections; the weight of their current determines their effect on the network.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "A small network, with astrocytes and without.", { "time", 20000.0, "simulated time in ms" } }

local EXCITATORY = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }    -- nS, ms, ms
local INHIBITORY = { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 }

-- W_SIC: weight of the slow inward current in pA. I_e: constant current into each neuron in pA.
local function network(title, W_SIC, I_e)
  local sim = astro.Simulation { seed = options.seed }
  local exc = sim:create("aeif_cond_alpha_astro", 80, { tau_syn_ex = 2.0, tau_syn_in = 4.0, I_e = I_e })
  local inh = sim:create("aeif_cond_alpha_astro", 20, { tau_syn_ex = 2.0, tau_syn_in = 4.0, I_e = I_e })
  local glia = sim:create("astrocyte_lr_1994", 10, { IP3 = 0.42, delta_IP3 = 0.0005,                 -- uM
    IP3_0 = astro.random.uniform(0.39, 0.45), Ca_astro = astro.random.uniform(0.05, 0.4), h_IP3R = astro.random.uniform(0.4, 0.9) })
  sim:connect(sim:create("poisson_generator", { rate = 1500.0 }), exc + inh)

  sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.2 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_type = "block", pool_size = 1 },
    { primary = EXCITATORY, third_in = EXCITATORY, third_out = { synapse_model = "sic_connection", weight = W_SIC } })
  sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.2 }, INHIBITORY)

  local spikes = sim:record(exc + inh)
  local current = sim:record(exc + inh, { "I_SIC" }, { interval = 100 })
  sim:simulate(options.time)

  report.heading(title)
  report.value("rate", spikes:rate(), "Hz")
  report.value("slow inward current", current.events.I_SIC:mean(), "pA")
  return plot.raster(spikes, { title = title, histogram = true, bin = 500 })
end

plot.panels {
  network("without astrocytes", 0.0, 0.0),
  network("with astrocytes", 4.0, 0.0),
  columns = 2,
}:save(options:figure("07_small_network"))

-- Question: is it only more current? Give the network without astrocytes the same mean current as a constant one, I_e.
