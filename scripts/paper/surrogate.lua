-- Surrogate: as Sparse, but the astrocytes are replaced by cells without dynamics, which ignore what they receive and always send the
-- same current, near the mean of Sparse. The remaining run time is that of neurons and communication.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"
local presets = require "astro.presets"

network.run("surrogate", "Astrocytes without dynamics that always send the same current.", function(p)
  local surrogate = presets.jiang_2025_surrogate
  p.cells.astrocytes.model, p.cells.astrocytes.params = surrogate.model, surrogate.params
end)
