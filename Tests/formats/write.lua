-- Writes a file of every kind, and beside each what it must hold, for check.py.
local astro = require "astro"
local io = require "astro.io"

local sim = astro.Simulation { seed = 1, threads = 1 }
local noise = sim:create("poisson_generator", { rate = 2000.0 })
local exc = sim:create("aeif_cond_alpha_astro", 8, { I_e = 600.0, label = "exc" })
local inh = sim:create("aeif_cond_alpha_astro", 4, { I_e = 700.0, label = "inh" })
local glia = sim:create("astrocyte_lr_1994", 3, { IP3 = 0.4 })
local plastic = { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(0.5, 1.5), U = 0.4, delay = 2.0 }
sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.5 }, "third_factor_bernoulli_with_pool",
  { primary = plastic, third_in = plastic, third_out = { synapse_model = "sic_connection" } })
sim:connect(inh, exc, nil, { weight = -2.0 })
sim:connect(noise, exc)

local spikes, potential = sim:record(exc + inh), sim:record(exc, { "V_m" }, { interval = 0.5 })
local calcium = sim:record(glia, { "IP3", "Ca_astro" })
local running = sim:record(exc + inh, { to = "running.csv" })
sim:simulate(300)
assert(running.n_events == spikes.n_events and spikes.n_events > 20)

for _, ending in ipairs { "csv", "dat", "npz", "h5" } do
  spikes:save("spikes." .. ending)
  potential:save("potential." .. ending)
  calcium:save("calcium." .. ending)
end
for _, ending in ipairs { "csv", "h5" } do io.save_connections(sim:connections(), "network." .. ending) end
