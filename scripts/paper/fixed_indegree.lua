-- Fixed in-degree: as Sparse, but every neuron has exactly 800 excitatory and 200 inhibitory inputs.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("fixed_indegree", "Every neuron has the same number of inputs.", function(p)
  p.connections.excitatory_rule = { rule = "fixed_indegree", indegree = 800 }
  p.connections.inhibitory_rule = { rule = "fixed_indegree", indegree = 200 }
end)
