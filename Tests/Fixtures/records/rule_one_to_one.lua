-- Who is connected with whom by one_to_one, with weights and delays that are drawn, and what comes of it.
local sim = astro.Simulation { seed = 1 }
local a, b = sim:create("iaf_psc_exp", 8, { I_e = 450 }), sim:create("iaf_psc_exp", 10)
local synapse = { weight = astro.random.normal(200, 50), delay = astro.random.uniform(0.5, 4) }
print(sim:connect(a, b:slice(1, 8), "one_to_one", synapse))
local c = sim:connections { source = a }
for i = 1, #c do print(c.source[i], c.target[i], c.weight[i], c.delay[i]) end
local spikes = sim:record(a + b)
sim:simulate(60)
spikes:save("spikes.csv")
