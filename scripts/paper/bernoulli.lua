-- Bernoulli: every pair of neurons is connected with a probability of 0.1, independently of all others. The same network as Sparse;
-- so it is called where connection rules are compared.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("bernoulli", "Pairs connected at random: the base network of Jiang et al. (2025).", function(p)
  p.connections.excitatory_rule = { rule = "pairwise_bernoulli", p = 0.1 }
  p.connections.inhibitory_rule = { rule = "pairwise_bernoulli", p = 0.1 }
end)
