-- jonke_synapse between cells that fire by themselves.
local sim = astro.Simulation { seed = 1 }
local pre = sim:create("iaf_psc_exp", 5, { I_e = astro.random.uniform(400, 600) })
local post = sim:create("iaf_psc_exp", 3, { I_e = 420 })
sim:connect(pre, post, "all_to_all", { synapse_model = "jonke_synapse", weight = 40, delay = 1.5, lambda = 0.1 })
local spikes = sim:record(pre + post)
for _ = 1, 3 do sim:simulate(50) end
spikes:save("spikes.csv")
for _, weight in ipairs(sim:connections({ source = pre, target = post }).weight) do print(weight) end
