-- Small files of each kind that astro.io reads, for the fuzzer to begin with.
local astro = require "astro"
local io_module = require "astro.io"

local sim = astro.Simulation { seed = 5 }
local cells = sim:create("aeif_cond_alpha_astro", 3, { I_e = 1500.0 })
sim:connect(cells, cells, { rule = "pairwise_bernoulli", p = 0.5 }, { weight = astro.random.uniform(0, 1) })
local spikes, traces = sim:record(cells), sim:record(cells, { "V_m", "g_ex" }, { interval = 5.0 })
sim:simulate(30)
for _, ending in ipairs { "csv", "dat", "npz", "h5" } do
  spikes:save(ending .. "/spikes." .. ending)
  traces:save(ending .. "/traces." .. ending)
end
io_module.save_connections(sim:connections(), "csv/connections.csv")
io_module.save_connections(sim:connections(), "h5/connections.h5")
