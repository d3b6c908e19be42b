-- Numbers that the analysis makes of spikes.
local analysis = require "astro.analysis"
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("iaf_psc_exp", 20, { I_e = astro.random.uniform(380, 500) })
local spikes = sim:record(cells)
sim:simulate(300)
print(spikes.n_events, spikes:rate())
local times = spikes.events.times
print(times:mean(), times:std(), times:min(), times:max())
local cv = analysis.cv(spikes)
print(type(cv) == "number" and cv or cv:mean())
