-- A small tripartite network: neurons, astrocytes, and the slow inward current between them.
local sim = astro.Simulation { seed = 1 }
local exc = sim:create("aeif_cond_alpha_astro", 40, { tau_syn_ex = 2, tau_syn_in = 4 })
local inh = sim:create("aeif_cond_alpha_astro", 10, { tau_syn_ex = 2, tau_syn_in = 4 })
local glia = sim:create("astrocyte_lr_1994", 50, { IP3 = 0.6, Ca_astro = 0.3, delta_IP3 = 0.01 })
local noise = sim:create("poisson_generator", { rate = 2000 })
sim:connect(noise, exc + inh, "all_to_all", { weight = 2 })
local tsodyks = { synapse_model = "tsodyks_synapse", weight = 2, tau_psc = 2, delay = 2 }
sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.2 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 5, pool_type = "random" },
  { primary = tsodyks, third_in = tsodyks, third_out = { synapse_model = "sic_connection", weight = 0.5 } })
sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.2 }, { weight = -4, delay = 1 })
local spikes, calcium = sim:record(exc + inh), sim:record(glia, { "Ca_astro", "IP3" }, { interval = 5 })
local current = sim:record(exc, { "V_m", "I_SIC" }, { interval = 5 })
for _ = 1, 4 do sim:simulate(25) end
spikes:save("spikes.csv")
calcium:save("calcium.csv")
current:save("current.csv")
print(spikes.n_events)
