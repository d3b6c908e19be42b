-- Synapses that learn.
local check = require "astro.check"
local measured = require "astro.analysis.window"

local plasticity = {}

-- stdp_window(synapse [, { range = { -80, 80 }, step = 1, pairs = 1, frequency = 1, tau_minus = ms }])
--   -> { intervals, change, start, delay }
--
-- The change of a synapse's weight by a pair of spikes, as a function of t_post - t_pre (ms). `synapse` is given as for connect: a
-- synapse model, its name, or a table such as { synapse_model = "stdp_synapse", weight = 50, Wmax = 100 }. `change` is a Vector with one
-- element for each of the `intervals`; `start` is the weight before. With `pairs`, it is the change by that many pairs at `frequency` (Hz).
-- `tau_minus` is a parameter of the target, which some synapses read. A spike of the target reaches the synapse a delay later, by default
-- 0.1 ms.
plasticity.stdp_window = check.public("analysis.stdp_window(synapse [, options])",
  function(synapse, options) return measured(synapse, options) end)

return plasticity
