-- Connections as a collection: asked by source, target and model, read and set, and drawn as matrices.
--
-- Twin of NEST's example synapsecollection.
-- test: --seed 2

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" { "What connections say, and what they are told." }

local function matrix(sim, pre, post, title, model)
  return plot.connectivity(sim, pre, post, { weight = true, title = title, synapse_model = model })
end

-- Weights of ten connections: all the same, then each its own.
local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create("iaf_psc_alpha", 10)
sim:connect(neurons, neurons, "one_to_one")
local figures = { columns = 2, matrix(sim, neurons, neurons, "Uniform weight") }
local connections = sim:connections { source = neurons, target = neurons }
connections:set { weight = neurons.ids }
report.samples("weights set", connections.weight, "pA")
figures[2] = matrix(sim, neurons, neurons, "Set weight")

-- Random weights from one population to another.
sim = astro.Simulation { seed = options.seed }
local pre, post = sim:create("iaf_psc_alpha", 10), sim:create("iaf_psc_delta", 5)
sim:connect(pre, post, "all_to_all", { weight = astro.random.uniform(0.5, 4.5) })
report.samples("random weights", sim:connections().weight, "")
figures[3] = matrix(sim, pre, post, "All to all")

-- Five rules in one population; then some of the connections.
sim = astro.Simulation { seed = options.seed }
neurons = sim:create("iaf_psc_alpha", 15)
local function part(first, last) return neurons:slice(first, last) end
local normal = astro.random.redraw(astro.random.normal(5, 2), 0, 100)
sim:connect(part(1, 5), part(1, 5), "one_to_one", { synapse_model = "stdp_synapse", weight = normal })
sim:connect(part(1, 10), part(6, 12), { rule = "pairwise_bernoulli", p = 0.4 }, { weight = 4.0 })
sim:connect(part(6, 10), part(1, 5), { rule = "fixed_total_number", N = 5 }, { weight = 3.0 })
sim:connect(part(11, 15), part(1, 12), "all_to_all", { synapse_model = "stdp_synapse", weight = astro.random.uniform(1, 5) })
sim:connect(neurons, part(13, 15), { rule = "fixed_indegree", indegree = 3 })
report.value("connections", sim.num_connections)
report.value("of the first ten", #sim:connections { source = part(1, 10), target = part(1, 10) })
report.value("with stdp_synapse", #sim:connections { synapse_model = "stdp_synapse" })
figures[4] = matrix(sim, neurons, neurons, "All connections")
figures[5] = matrix(sim, part(1, 10), part(1, 10), "Of the first ten neurons")
figures[6] = matrix(sim, neurons, neurons, "With stdp_synapse", "stdp_synapse")
sim:connections { source = part(6, 10), target = part(1, 5) }:set { weight = { 1, 2, 3, 4, 5 } }
figures[7] = matrix(sim, part(6, 10), part(1, 5), "fixed_total_number, set weight")
plot.panels(figures):save(options:figure("synapsecollection"))
