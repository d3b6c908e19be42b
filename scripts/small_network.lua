-- Twenty neurons and five astrocytes.
--
-- Ten presynaptic neurons, all driven by a constant current, connect to ten postsynaptic ones; each connection involves the
-- astrocyte of its target. With block pools, every two neighbouring targets share an astrocyte. Other rules:
--
--   astrolua small_network.lua --rule fixed_indegree --degree 4
--   astrolua small_network.lua --pool_type random --pool_size 3 --p_third 0.5
-- test: --time 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Ten neurons to ten neurons, with five astrocytes.",
  { "time", 1000.0, "simulated time in ms" },
  { "rule", "pairwise_bernoulli", "rule of the primary connections", {
    "pairwise_bernoulli", "pairwise_poisson", "fixed_indegree", "fixed_outdegree", "fixed_total_number", "all_to_all", "one_to_one" } },
  { "p", 1.0, "probability of a pair (pairwise_bernoulli), mean number per pair (pairwise_poisson)" },
  { "degree", 5, "connections of each neuron (fixed_indegree, fixed_outdegree)" },
  { "total", 50, "connections in all (fixed_total_number)" },
  { "p_third", 1.0, "probability that an astrocyte takes part in a connection" },
  { "pool_type", "block", "how astrocytes are dealt out to targets", { "block", "random" } },
  { "pool_size", 1, "astrocytes in the pool of a target" },
}

-- simulation
local RESOLUTION = 0.1   -- ms
local INTERVAL = 1.0     -- ms, between two samples

-- cells
local N_PRE, N_POST, N_ASTRO = 10, 10, 5
local TAU_SYN_EX = 2.0   -- ms, rise time of the excitatory conductance
local I_E = 1000.0       -- pA, constant current into every neuron
local IP3_START = 0.4    -- uM
local DELTA_IP3 = 0.2    -- uM, rise of IP3 at a spike of weight 1

-- connections
local TSODYKS = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 1.0 }  -- nS, ms, ms
local SIC = { synapse_model = "sic_connection", weight = 1.0, delay = 1.0 }                      -- pA, ms

local RULES = {
  pairwise_bernoulli = { rule = "pairwise_bernoulli", p = options.p },
  pairwise_poisson = { rule = "pairwise_poisson", pairwise_avg_num_conns = options.p },
  fixed_indegree = { rule = "fixed_indegree", indegree = options.degree },
  fixed_outdegree = { rule = "fixed_outdegree", outdegree = options.degree },
  fixed_total_number = { rule = "fixed_total_number", N = options.total },
  all_to_all = { rule = "all_to_all" },
  one_to_one = { rule = "one_to_one" },
}
local THIRD_FACTOR = {
  rule = "third_factor_bernoulli_with_pool", p = options.p_third, pool_type = options.pool_type, pool_size = options.pool_size,
}

local sim = astro.Simulation { resolution = RESOLUTION, seed = options.seed }

local pre = sim:create("aeif_cond_alpha_astro", N_PRE, { tau_syn_ex = TAU_SYN_EX, I_e = I_E })
local post = sim:create("aeif_cond_alpha_astro", N_POST, { tau_syn_ex = TAU_SYN_EX, I_e = I_E })
local glia = sim:create("astrocyte_lr_1994", N_ASTRO, { IP3 = IP3_START, delta_IP3 = DELTA_IP3 })

local made = sim:tripartite_connect(pre, post, glia, RULES[options.rule], THIRD_FACTOR,
  { primary = TSODYKS, third_in = TSODYKS, third_out = SIC })

local pre_spikes, post_spikes = sim:record(pre), sim:record(post)
local pre_trace = sim:record(pre, { "V_m" }, { interval = INTERVAL })
local post_trace = sim:record(post, { "V_m", "I_SIC" }, { interval = INTERVAL })
local glia_trace = sim:record(glia, { "IP3", "Ca_astro" }, { interval = INTERVAL })

sim:simulate(options.time)

report.heading("connections")
report.value("neuron to neuron", made.primary)
report.value("neuron to astrocyte", made.third_in)
report.value("astrocyte to neuron", made.third_out)
report.heading("activity")
report.value("presynaptic rate", pre_spikes:rate(), "Hz")
report.value("postsynaptic rate", post_spikes:rate(), "Hz")
report.samples("IP3", glia_trace.events.IP3, "uM")
report.samples("calcium", glia_trace.events.Ca_astro, "uM")
report.samples("SIC", post_trace.events.I_SIC, "pA")
report.run(sim)

plot.panels {
  plot.traces(pre_trace, { "V_m" }, { title = "Presynaptic neurons" }),
  plot.traces(glia_trace, { { "IP3", "Ca_astro" } }, { title = "Astrocytes" }),
  plot.traces(post_trace, { "I_SIC", "V_m" }, { title = "Postsynaptic neurons" }),
}:save(options:figure("small_network"))
plot.tripartite(sim, pre, post, glia, { title = "Connections" }):save(options:figure("small_network_connections"))
