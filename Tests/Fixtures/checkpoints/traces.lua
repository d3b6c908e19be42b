-- The network of version-3-traces.checkpoint, before it is simulated.
local astro = require "astro"

local sim = astro.Simulation { resolution = 0.5, seed = 7, threads = 1 }
local pre, post = sim:create("parrot_neuron", 3), sim:create("parrot_neuron", 2, { tau_minus = 25 })
sim:connect(sim:create("poisson_generator", { rate = 80 }), pre + post, nil, { delay = 0.5 })
sim:connect(pre, post, nil, { synapse_model = "stdp_pl_synapse_hom", weight = 20, delay = 2, receptor_type = 1 })
return sim
