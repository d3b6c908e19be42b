-- Synchronous: as Sparse, but inhibition arrives later and is shorter, too late to damp excitation. The network oscillates;
-- the paper reports 11.95 Hz.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("synchronous", "The synchronous network of Jiang et al. (2025).", function(p)
  p.connections.inhibitory.delay = 2.0                      -- ms (Sparse: 1.0)
  -- the rise time of the inhibitory conductance, and with it the decay of the synapses' active state
  p.cells.excitatory.params.tau_syn_in = 2.0                -- ms (Sparse: 4.0)
  p.cells.inhibitory.params.tau_syn_in = 2.0                -- ms
  p.connections.inhibitory.tau_psc = 2.0                    -- ms
end)
