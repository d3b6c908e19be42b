-- Plasticity that waits for dopamine.
local sim = astro.Simulation { seed = 1 }
local pre, post, vt = sim:create("parrot_neuron", 3), sim:create("iaf_psc_exp", 2, { I_e = 420 }), sim:create "volume_transmitter"
local dopamine = sim:create "parrot_neuron"
sim:connect(sim:create("poisson_generator", { rate = 80 }), pre)
sim:connect(sim:create("poisson_generator", { rate = 40 }), dopamine)
sim:connect(dopamine, vt)
sim:connect(pre, post, "all_to_all", { synapse_model = "stdp_dopamine_synapse", third = vt, weight = 30, b = 0.001 })
for _ = 1, 3 do sim:simulate(50) end
for _, weight in ipairs(sim:connections({ source = pre, target = post }).weight) do print(weight) end
