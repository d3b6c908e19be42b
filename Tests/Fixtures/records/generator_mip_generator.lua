-- What mip_generator sends to four targets.
local sim = astro.Simulation { seed = 1 }
local targets = sim:create("parrot_neuron", 4)
sim:connect(sim:create("mip_generator", { rate = 500, p_copy = 0.4 }), targets)
local spikes = sim:record(targets)
for _ = 1, 2 do sim:simulate(50) end
spikes:save("spikes.csv")
print(spikes.n_events)
