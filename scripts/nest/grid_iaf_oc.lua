-- Grids with a centre.
--
-- Twin of NEST's example spatial/grid_iaf_oc.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "The same grid about three places.",
  { "columns", 4, "number of columns" },
  { "rows", 3, "number of rows" },
}

local figures = { columns = 3 }
for i, center in ipairs { { 0.0, 0.0 }, { -2.0, 2.0 }, { 0.5, 1.0 } } do
  local sim = astro.Simulation { seed = options.seed }
  local grid = astro.space.grid { shape = { options.columns, options.rows }, extent = { 2.0, 1.5 }, center = center }
  local layer = sim:create("iaf_psc_alpha", nil, {}, { positions = grid })
  local first = layer.positions[1]
  print(("centre %4.1f, %4.1f: the first cell at %6.2f, %6.2f"):format(center[1], center[2], first[1], first[2]))
  figures[i] = plot.layer(layer, { xrange = { -3, 3 }, yrange = { -3, 3 }, title = ("centre %g, %g"):format(center[1], center[2]) })
end
plot.panels(figures):save(options:figure("grid_iaf_oc"))
