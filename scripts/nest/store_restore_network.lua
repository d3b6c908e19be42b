-- A plastic network is stored after a second, goes on, and is loaded to go on again: bit for bit the same. NEST's example keeps potentials
-- and weights; a checkpoint keeps all.
--
-- Twin of NEST's example store_restore_network.
-- test: --scale 0.1 --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Storing and loading a network that learns.",
  { "time", 1000.0, "simulated time of each part in ms" },
  { "scale", 1.0, "size of the network; at 1 it has 2500 neurons" },
}

local N_IN = 500 * options.scale // 1
local JE = 1.0  -- mV
local PATH = options.out .. "/store_restore_network.checkpoint"

local definition = require "astro.models.iaf_psc_delta"
definition.name = "iaf_psc_delta_stdp"
table.insert(definition.parameters, { "tau_minus", "20 ms", "time constant of the trace of its spikes", "> 0" })
local model = astro.model(definition)

local sim = astro.Simulation { seed = options.seed }
local exc = sim:create(model, 4 * N_IN, { V_m = astro.random.normal(-65, 5), label = "excitatory" })
local inh = sim:create(model, N_IN, { V_m = astro.random.normal(-65, 5) })
local learning = { synapse_model = "stdp_synapse", weight = JE, Wmax = 2 * JE }
sim:connect(exc, exc + inh, { rule = "fixed_indegree", indegree = 2 * N_IN // 5 }, learning)
sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = N_IN // 10 }, { weight = -4 * JE })
sim:connect(sim:create("poisson_generator", { rate = 800.0 }), exc + inh, "all_to_all", { weight = JE })
sim:record(exc, { label = "spikes" })

local figures = {}
local function go_on(simulation, title)
  simulation:simulate(options.time)
  local weights = simulation:connections { source = simulation:nodes("excitatory"):slice(1, 4 * N_IN, 41) }.weight
  report.value(title, ("%d spikes, %s"):format(simulation:recorder("spikes").n_events, simulation:fingerprint():sub(1, 12)))
  report.samples("weights", weights, "mV")
  figures[#figures + 1] = plot.raster(simulation:recorder("spikes"), { title = title })
  figures[#figures + 1] = plot.histogram(weights, { title = title, xlabel = "weight (mV)" })
end

go_on(sim, "At first")
sim:save(PATH)
go_on(sim, "Gone on")
go_on(astro.load(PATH), "Loaded, gone on")
assert(astro.load(PATH):fingerprint() ~= sim:fingerprint())
figures.columns = 2
plot.panels(figures):save(options:figure("store_restore_network"))
