-- What a synapse learns.
local check = require "astro.check"
local measured = require "astro.analysis.window"

local plasticity = {}

-- stdp_window(synapse [, { range = { -80, 80 }, step = 1, pairs = 1, frequency = 1, tau_minus = ms }])
--   -> { intervals, change, start, delay }
--
-- How a synapse's weight changes by a pair of spikes, over t_post - t_pre (ms). `synapse` is what connect takes: a model of a synapse, its
-- name, or a table such as { synapse_model = "stdp_synapse", weight = 50, Wmax = 100 }. `change` is a Vector, one for each of the
-- `intervals`; `start` is the weight before. `pairs` at a `frequency` (Hz) count together. `tau_minus` is a parameter of the target, which
-- some synapses read. A spike of the target comes to the synapse a delay later: without one in the table it is 0.1 ms, the shortest.
plasticity.stdp_window = check.public("analysis.stdp_window(synapse [, options])",
  function(synapse, options) return measured(synapse, options) end)

return plasticity
