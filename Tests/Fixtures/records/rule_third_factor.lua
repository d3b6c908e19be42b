-- Astrocytes for some of the pairs of neurons.
local sim = astro.Simulation { seed = 1 }
local neurons, glia = sim:create("iaf_psc_exp", 20, { I_e = 450 }), sim:create("astrocyte_lr_1994", 5, { IP3 = 1, delta_IP3 = 0.5 })
local made = sim:tripartite_connect(neurons, neurons, glia, { rule = "pairwise_bernoulli", p = 0.2 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 2, pool_type = "random" },
  { primary = { weight = 50 }, third_in = { weight = 1 }, third_out = { synapse_model = "sic_connection", weight = 10 } })
print(made.primary, made.third_in, made.third_out)
local spikes, calcium = sim:record(neurons), sim:record(glia, { "IP3", "Ca_astro" }, { interval = 10 })
for _ = 1, 2 do sim:simulate(100) end
spikes:save("spikes.csv")
calcium:save("calcium.csv")
