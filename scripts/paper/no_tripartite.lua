-- No tripartite: as Sparse, but the astrocytes are connected by themselves. They listen to as many excitatory neurons as in Sparse,
-- whichever these are, and send nothing back.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("no_tripartite", "Astrocytes listen, and send nothing.", function(p)
  p.connections.third_rule = nil
  p.connections.astrocyte_rule = { rule = "pairwise_bernoulli", p = 0.1 * 0.5 }
end)
