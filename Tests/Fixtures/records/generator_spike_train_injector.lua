-- What spike_train_injector sends to four targets.
local sim = astro.Simulation { seed = 1 }
local targets = sim:create("parrot_neuron", 4)
sim:connect(sim:create("spike_train_injector", { spike_times = { 1, 7, 7 }, spike_multiplicities = { 2, 1, 1 } }), targets)
local spikes = sim:record(targets)
for _ = 1, 2 do sim:simulate(50) end
spikes:save("spikes.csv")
print(spikes.n_events)
