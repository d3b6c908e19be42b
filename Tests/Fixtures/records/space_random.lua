-- Random places in three dimensions, and astrocytes that are nearest.
local sim = astro.Simulation { seed = 1 }
local neurons = sim:create("iaf_psc_exp", 30, { I_e = 450 }, { positions = astro.space.uniform { extent = { 1, 1, 1 } } })
local glia = sim:create("astrocyte_lr_1994", 6, {}, { positions = astro.space.uniform { extent = { 1, 1, 1 } } })
local made = sim:tripartite_connect(neurons, neurons, glia, { rule = "pairwise_bernoulli", p = 0.2 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 1, pool_type = "nearest" },
  { primary = { weight = 50 }, third_in = { weight = 1 }, third_out = { synapse_model = "sic_connection" } })
print(made.primary, made.third_in, made.third_out)
for _, place in ipairs(neurons.positions) do print(place[1], place[2], place[3]) end
sim:simulate(50)
