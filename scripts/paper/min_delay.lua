-- Min-delay: as Sparse, but the astrocytes' currents arrive after 0.1 ms instead of 1 ms. Cells can be advanced by the shortest delay
-- before they must exchange their output, so this network shows the cost of the exchange.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("min_delay", "Astrocytes reach neurons within 0.1 ms.", function(p)
  p.connections.third_out.delay = 0.1                       -- ms (Sparse: 1.0)
end)
