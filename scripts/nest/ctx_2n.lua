-- A pyramidal cell and an interneuron at each place of a grid.
--
-- Twin of NEST's example spatial/ctx_2n.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "Two cells at each of 4 x 3 places.",
  { "shift", 0.05, "how far apart both are drawn, in mm" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 4, 3 }, extent = { 2.0, 1.5 } }
local pyramidal = sim:create("iaf_psc_alpha", nil, { label = "pyramidal" }, { positions = grid })
local inter = sim:create("iaf_psc_alpha", nil, { label = "interneuron" }, { positions = grid })

print(pyramidal)
print(inter)
local curves = {}
for name, layer in pairs { pyramidal = pyramidal, interneuron = inter } do
  local by = name == "pyramidal" and -options.shift or options.shift
  for i, p in ipairs(layer.positions) do curves[#curves + 1] = { name = i == 1 and name, x = p[1] + by, y = p[2] + by } end
end
-- all places on one axis: a gap where a curve has no point
local x, columns = {}, { pyramidal = {}, interneuron = {} }
for i, point in ipairs(curves) do
  x[i] = point.x
  local is_pyramidal = i <= #curves // 2
  columns.pyramidal[i], columns.interneuron[i] = is_pyramidal and point.y or 0 / 0, is_pyramidal and 0 / 0 or point.y
end
plot.lines(x, columns, { points = true, xlabel = "x (mm)", ylabel = "y (mm)", title = "Two cells at each place" })
  :save(options:figure("ctx_2n"))
