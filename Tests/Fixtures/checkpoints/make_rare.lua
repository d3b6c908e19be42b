-- Made version-1-rare.checkpoint for Tests/lua/checkpoint_spec.lua, with the program of commit 5ce118f, the last one that wrote
-- version 1: astrolua make_rare.lua, in an empty folder. A poisson_generator of few spikes, onto so many cells that later versions
-- draw its trains in another way. What is printed stands in the spec.
local astro = require "astro"

local sim = astro.Simulation { seed = 23, threads = 1 }
local noise = sim:create("poisson_generator", { rate = 20.0 })
local parrots = sim:create("parrot_neuron", 200, { label = "parrots" })
sim:connect(noise, parrots, nil, { delay = 1.5 })
sim:record(parrots, { label = "spikes" })
sim:simulate(20.3)
sim:save("version-1-rare.checkpoint")
local spikes = sim:recorder("spikes")
print("at the checkpoint", sim:fingerprint(), spikes.n_events)
sim:simulate(100)
print("100 ms later", sim:fingerprint(), spikes.n_events, spikes.events.senders:sum())
