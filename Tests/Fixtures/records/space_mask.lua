-- A sheet with edges that meet: connections within a circle, less probable and later with distance.
local sim = astro.Simulation { seed = 1 }
local places = astro.space.grid { shape = { 8, 8 }, extent = { 2, 2 }, wrap = true }
local sheet = sim:create("iaf_psc_alpha", nil, { I_e = 400 }, { positions = places })
print(sim:connect(sheet, sheet, { rule = "pairwise_bernoulli", p = "exp(-distance/0.3)", mask = { circular = { radius = 0.6 } },
  allow_autapses = false }, { weight = 20, delay = "1 + 2*distance" }))
local spikes = sim:record(sheet)
sim:simulate(100)
spikes:save("spikes.csv")
