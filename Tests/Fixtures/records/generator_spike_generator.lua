-- What spike_generator sends to four targets.
local sim = astro.Simulation { seed = 1 }
local targets = sim:create("parrot_neuron", 4)
sim:connect(sim:create("spike_generator", { spike_times = { 1, 10.5, 60 } }), targets)
local spikes = sim:record(targets)
for _ = 1, 2 do sim:simulate(50) end
spikes:save("spikes.csv")
print(spikes.n_events)
