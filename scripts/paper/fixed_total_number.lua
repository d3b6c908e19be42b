-- Fixed total number: as Sparse, but with exactly 8 million excitatory and 2 million inhibitory connections (times the scale), both
-- ends of each drawn at random.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("fixed_total_number", "The number of connections is fixed, nothing else.", function(p)
  p.connections.excitatory_rule = { rule = "fixed_total_number", N = 8000000 }
  p.connections.inhibitory_rule = { rule = "fixed_total_number", N = 2000000 }
end)
