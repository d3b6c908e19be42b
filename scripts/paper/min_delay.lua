-- Min-delay: as Sparse, but what astrocytes send arrives after 0.1 ms instead of 1 ms. The shortest delay is how long cells can be
-- advanced before they must exchange what they sent, so this network shows what exchanging costs.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("min_delay", "Astrocytes reach neurons within 0.1 ms.", function(p)
  p.connections.third_out.delay = 0.1                       -- ms (Sparse: 1.0)
end)
