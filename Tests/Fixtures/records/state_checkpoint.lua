-- A state that is saved and loaded goes on as if nothing had been.
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("iaf_psc_exp", 10, { I_e = astro.random.uniform(300, 500), label = "cells" })
sim:connect(sim:create("poisson_generator", { rate = 500 }), cells, "all_to_all", { weight = 50 })
sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 3 }, { synapse_model = "tsodyks_synapse", weight = 30 })
sim:simulate(50)
sim:save("middle.checkpoint")
local again = astro.load("middle.checkpoint")
os.remove("middle.checkpoint")
for _, one in ipairs { sim, again } do one:simulate(50) end
print(sim:fingerprint() == again:fingerprint())
