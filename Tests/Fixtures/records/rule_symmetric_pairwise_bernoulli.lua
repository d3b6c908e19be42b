-- Who is connected with whom by symmetric_pairwise_bernoulli, with weights and delays that are drawn, and what comes of it.
local sim = astro.Simulation { seed = 1 }
local a, b = sim:create("iaf_psc_exp", 8, { I_e = 450 }), sim:create("iaf_psc_exp", 10)
local synapse = { weight = 200, delay = 1.5 }
print(sim:connect(a, a, { rule = "symmetric_pairwise_bernoulli", p = 0.2, make_symmetric = true, allow_autapses = false }, synapse))
local c = sim:connections { source = a }
for i = 1, #c do print(c.source[i], c.target[i], c.weight[i], c.delay[i]) end
local spikes = sim:record(a + b)
sim:simulate(60)
spikes:save("spikes.csv")
