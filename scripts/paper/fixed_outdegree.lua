-- Fixed out-degree: as Sparse, but every neuron has exactly 1000 targets, at every scale.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("fixed_outdegree", "Every neuron has the same number of targets.", function(p)
  p.connections.excitatory_rule = { rule = "fixed_outdegree", outdegree = 1000 }
  p.connections.inhibitory_rule = { rule = "fixed_outdegree", outdegree = 1000 }
end)
