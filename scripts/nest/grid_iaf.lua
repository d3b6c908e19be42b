-- Neurons on a grid.
--
-- Twin of NEST's example spatial/grid_iaf.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "4 x 3 neurons.",
  { "columns", 4, "number of columns" },
  { "rows", 3, "number of rows" },
}

local sim = astro.Simulation { seed = options.seed }
local layer = sim:create("iaf_psc_alpha", nil, {},
  { positions = astro.space.grid { shape = { options.columns, options.rows }, extent = { 2.0, 1.5 } } })

print(layer)
for i, p in ipairs(layer.positions) do print(("%3d  %7.3f %7.3f"):format(i, p[1], p[2])) end
plot.layer(layer, { xrange = { -1, 1 }, yrange = { -0.75, 0.75 } }):save(options:figure("grid_iaf"))
