-- 9. How strong must an astrocyte be?
--
-- One run is an anecdote. A sweep runs the network for many weights, several times each, on all cores.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local sweep = require "astro.sweep"
local options = require "astro.options" { "The network's rate against the weight of its astrocytes.",
  { "time", 10000.0, "simulated time in ms" } }

local WEIGHTS = { 0, 2, 4, 6 }        -- pA
local TRIALS = { 1, 2, 3 }            -- each with its own seed

local EXCITATORY = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }    -- nS, ms, ms
local INHIBITORY = { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 }

-- The network of 7, for one point of the sweep: its rate in Hz.
local function network(point)
  local sim = astro.Simulation { seed = point.seed }
  local exc = sim:create("aeif_cond_alpha_astro", 80, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local inh = sim:create("aeif_cond_alpha_astro", 20, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local glia = sim:create("astrocyte_lr_1994", 10, { IP3 = 0.42, delta_IP3 = 0.0005,
    IP3_0 = astro.random.uniform(0.39, 0.45), Ca_astro = astro.random.uniform(0.05, 0.4), h_IP3R = astro.random.uniform(0.4, 0.9) })
  sim:connect(sim:create("poisson_generator", { rate = 1500.0 }), exc + inh)
  sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.2 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_type = "block", pool_size = 1 },
    { primary = EXCITATORY, third_in = EXCITATORY, third_out = { synapse_model = "sic_connection", weight = point.weight } })
  sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.2 }, INHIBITORY)
  local spikes = sim:record(exc + inh)
  sim:simulate(options.time)
  return spikes:rate()
end

local results = sweep.run(network, { weight = WEIGHTS, trial = TRIALS }, { seed = options.seed })

local rates = results:group("weight", "value")
report.heading("rate, with the range in which its mean lies with 95 %")
for i, weight in ipairs(rates.x) do
  report.value(("weight %g pA"):format(weight), ("%.2f Hz (%.2f to %.2f)"):format(rates.mean[i], rates.low[i], rates.high[i]))
end

plot.lines(rates.x, { rate = rates.curves.value },
  { points = true, lines = true, errors = "bars", xlabel = "weight of the slow inward current (pA)", ylabel = "rate (Hz)" })
  :save(options:figure("09_sweep"))

-- Question: what is gained by more trials? TRIALS = { 1, 2, 3, 4, 5, 6 }.
