-- Makes a checkpoint for CheckpointTests: astrolua Tests/Fixtures/checkpoints/make.lua, in an empty folder.
--
-- Files of older versions of the format stay as they were written; only a new version of the format gets a new one. The
-- fingerprints that are printed go into the test. The one at the end depends on the models' integrators: where one of them is
-- changed on purpose, the test gets a new one by loading the old file.
local astro = require "astro"

local sim = astro.Simulation { seed = 17, threads = 1 }
local times = sim:create("spike_generator", { spike_times = { 1.0, 2.5, 19.9, 21.0 } })
local noise = sim:create("poisson_generator", { rate = 900.0 })
local parrots = sim:create("parrot_neuron", 3, { label = "parrots" })
local neurons = sim:create("aeif_cond_alpha_astro", 4, { V_m = { -70, -65, -60, -55 }, I_e = 600.0, label = "neurons" })
local glia = sim:create("astrocyte_lr_1994", 2, { IP3 = 0.8, Ca_astro = 0.4, label = "glia" })
sim:connect(times, parrots, nil, { delay = 2.0 })
sim:connect(noise, neurons, nil, { weight = 5.0 })
sim:connect(parrots, neurons, nil, { synapse_model = "tsodyks_synapse", weight = 10.0, delay = 3.0 })
sim:connect(neurons, glia, "all_to_all", { weight = astro.random.uniform(1, 5), delay = astro.random.uniform(0.5, 4) })
sim:connect(glia, neurons, nil, { synapse_model = "sic_connection", weight = 0.5, delay = 1.2 })
sim:record(neurons, { label = "spikes" })
sim:record(glia, { "IP3", "Ca_astro" }, { interval = 5.0, label = "calcium" })
sim:simulate(20.3)
sim:save("version-1.checkpoint")
print("at the checkpoint", sim:fingerprint())
local spikes = sim:recorder("spikes").n_events
sim:simulate(30)
print("30 ms later", sim:fingerprint(), spikes, sim:recorder("spikes").n_events)
