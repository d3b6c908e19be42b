-- A pyramidal cell and an interneuron at each place of a grid.
--
-- Twin of NEST's example spatial/ctx_2n.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "Two cells at each of 4 x 3 places.",
  { "columns", 4, "number of columns" },
  { "rows", 3, "number of rows" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { options.columns, options.rows }, extent = { 2.0, 1.5 } }
local pyramidal = sim:create("iaf_psc_alpha", nil, { label = "pyramidal" }, { positions = grid })
local inter = sim:create("iaf_psc_alpha", nil, { label = "interneuron" }, { positions = grid })

for _, layer in ipairs { pyramidal, inter } do
  print(layer)
  for i, p in ipairs(layer.positions) do print(("%3d  %7.3f %7.3f"):format(i, p[1], p[2])) end
end
plot.map(pyramidal, { marks = inter, xrange = { -1, 1 }, yrange = { -1, 1 } }):save(options:figure("ctx_2n"))
