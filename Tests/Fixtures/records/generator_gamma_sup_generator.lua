-- What gamma_sup_generator sends to four targets.
local sim = astro.Simulation { seed = 1 }
local targets = sim:create("parrot_neuron", 4)
sim:connect(sim:create("gamma_sup_generator", { rate = 100, gamma_shape = 3, n_proc = 5 }), targets)
local spikes = sim:record(targets)
for _ = 1, 2 do sim:simulate(50) end
spikes:save("spikes.csv")
print(spikes.n_events)
