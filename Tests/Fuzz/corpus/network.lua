local sim = astro.Simulation { seed = 2 }
local n = sim:create("aeif_cond_alpha_astro", 4, { V_m = astro.random.normal(-70, 3), label = "n" })
local g = sim:create("astrocyte_lr_1994", 2)
local p = sim:create("poisson_generator", { rate = 2000 })
sim:connect(p, n + g)
sim:tripartite_connect(n, n, g, { rule = "pairwise_bernoulli", p = 0.5 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 1, pool_type = "random" },
  { primary = { synapse_model = "tsodyks_synapse", weight = 1.0, delay = 2.0 }, third_out = "sic_connection" })
local r, m = sim:record(n), sim:record(g, { "IP3" }, { interval = 1 })
sim:simulate(10)
print(r.n_events, m.events.IP3:mean(), sim:fingerprint(), sim:connections { source = n }.weight)
for i, node in ipairs(n) do node:set { V_m = -60 - i } end
