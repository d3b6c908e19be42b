-- A network in space: every rule with masks and functions of distance, nearest pools, positions through a checkpoint.
local astro = require "astro"
local space = astro.space
local sim = astro.Simulation { seed = 11 }
local P = space.uniform { extent = { 2, 2 }, wrap = true }
local cells = sim:create("aeif_cond_alpha_astro", 700, { V_m = astro.random.uniform(-70, -60), I_e = 600.0 }, { positions = P })
local others = sim:create("aeif_cond_alpha_astro", 300, { I_e = 650.0 }, { positions = P })
local glia = sim:create("astrocyte_lr_1994", nil, { delta_IP3 = 0.3 },
  { positions = space.grid { shape = { 20, 20 }, extent = { 2, 2 }, wrap = true } })
local noise = sim:create("poisson_generator", nil, { rate = 900.0 }, { positions = { { 0.3, 0.4 }, { -0.5, 0 } } })
local all = cells + others
local circle = { circular = { radius = 0.4 }, anchor = { 0.1, 0 } }
local made = {
  sim:connect(noise, all, { rule = "all_to_all", mask = { circular = { radius = 0.5 } } }, { weight = "3*exp(-distance/0.4)" }),
  sim:connect(all, all, { rule = "pairwise_bernoulli", p = 0.6 * space.exponential { beta = 0.1 }, mask = circle, allow_autapses = false },
    { weight = "1 + dx - dy", delay = "1 + distance" }),
  sim:connect(others, all, { rule = "fixed_indegree", indegree = 4, p = space.gaussian { std = 0.2 } },
    { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(-2, -1), delay = "0.5 + distance" }),
  sim:connect(cells, others, { rule = "fixed_outdegree", outdegree = 3, mask = circle, allow_multapses = false },
    { weight = astro.random.uniform(0, 2), delay = 1.3 }),
  sim:connect(cells, others, { rule = "pairwise_poisson", pairwise_avg_num_conns = "0.1*exp(-distance)" }, { weight = 0.5 }),
  sim:connect(cells, cells, { rule = "symmetric_pairwise_bernoulli", p = 0.2, mask = { circular = { radius = 0.2 } },
    make_symmetric = true, allow_autapses = false }, { weight = "0.1 + distance" }),
  sim:connect(glia, cells, { rule = "fixed_indegree", indegree = 2, mask = circle },
    { synapse_model = "sic_connection", weight = "4*exp(-distance)", delay = "1 + distance" }),
}
print(table.concat(made, " "))
for _, pool in ipairs { 1, 5 } do
  local counts = sim:tripartite_connect(cells, all, glia, { rule = "pairwise_bernoulli", p = "0.3*exp(-distance/0.3)", mask = circle },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = pool, pool_type = "nearest" },
    { primary = { weight = "exp(-distance)" }, third_in = { weight = "1 + distance" },
      third_out = { synapse_model = "sic_connection", weight = "distance", delay = "1 + distance" } })
  print(counts.primary, counts.third_in, counts.third_out)
end
local c = sim:connections()
print(#c, c.weight:sum(), c.delay:sum(), c.source:sum(), c.target:sum())
local spikes = sim:record(all)
sim:simulate(40)
print(sim:fingerprint(), #spikes.events.times)
sim:save("state.space")
local again = astro.load("state.space")
print(again:populations()[2].positions[300][1], again:connect(again:populations()[1], again:populations()[3],
  { rule = "all_to_all", mask = { circular = { radius = 0.1 } } }, { weight = 0.3 }))
sim:simulate(20)
print(sim:fingerprint())
spikes:save("spikes.csv")
