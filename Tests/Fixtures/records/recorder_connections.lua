-- A recorder of connections: how weights change.
local sim = astro.Simulation { seed = 1 }
local pre, post = sim:create("iaf_psc_exp", 3, { I_e = 450 }), sim:create("iaf_psc_exp", 2, { I_e = 420 })
sim:connect(pre, post, "all_to_all", { synapse_model = "stdp_synapse", weight = 40, lambda = 0.1 })
local weights = sim:record(sim:connections { source = pre, target = post }, { "weight" }, { interval = 10 })
sim:simulate(200)
local events = weights.events
for i = 1, weights.n_events do print(events.times[i], events.senders[i], events.targets[i], events.weight[i]) end
