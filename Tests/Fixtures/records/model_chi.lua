-- chi: three cells that begin with amounts of IP3 of their own, and spikes onto them.
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("chi", 3, { I = { 0.1, 0.5, 1 } })
sim:connect(sim:create("poisson_generator", { rate = 50 }), cells)
local traces = sim:record(cells, astro.models("chi").recordables, { interval = 50 })
for _ = 1, 2 do sim:simulate(500) end
traces:save("traces.csv")
print(traces.n_events)
