-- aeif_cond_exp: five cells with currents of their own, and spikes from one source.
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("aeif_cond_exp", 5, { I_e = astro.random.uniform(500, 900) })
local source = sim:create("poisson_generator", { rate = 500 })
sim:connect(source, cells, "all_to_all", { weight = 2 })
local spikes, traces = sim:record(cells), sim:record(cells, astro.models("aeif_cond_exp").recordables, { interval = 2 })
for _ = 1, 4 do sim:simulate(25) end
spikes:save("spikes.csv")
traces:save("traces.csv")
print(spikes.n_events)
