-- Parrots repeat what they get, with the multiplicity.
local sim = astro.Simulation { seed = 1 }
local first, second = sim:create("parrot_neuron", 3), sim:create("parrot_neuron", 2)
sim:connect(sim:create("spike_generator", { spike_times = { 1, 5, 9.3 } }), first)
sim:connect(first, second, { rule = "all_to_all" }, { delay = astro.random.uniform(0.5, 3) })
local spikes = sim:record(first + second)
sim:simulate(20)
spikes:save("spikes.csv")
