-- Freely placed neurons.
--
-- Twin of NEST's example spatial/grid_iaf_irr.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "Neurons at random places.",
  { "n", 12, "number of neurons" },
}

local sim = astro.Simulation { seed = options.seed }
local layer = sim:create("iaf_psc_alpha", options.n, {}, { positions = astro.space.uniform { extent = { 1.5, 1.0 } } })

print(layer)
for i, p in ipairs(layer.positions) do print(("%3d  %7.3f %7.3f"):format(i, p[1], p[2])) end
plot.layer(layer, { xrange = { -1, 1 }, yrange = { -0.75, 0.75 } }):save(options:figure("grid_iaf_irr"))
