-- Neurons in three dimensions, connected within a box.
--
-- Twin of NEST's example spatial/test_3d.
-- test: --n 300

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Neurons in three dimensions, connected within a box.",
  { "n", 1000, "number of neurons" },
}

local sim = astro.Simulation { seed = options.seed }
local cells = sim:create("iaf_psc_alpha", options.n, {}, { positions = astro.space.uniform { extent = { 1, 1, 1 } } })
sim:connect(cells, cells, {
  rule = "pairwise_bernoulli", p = 1.0, allow_autapses = false,
  mask = { box = { lower_left = { -0.2, -0.2, -0.2 }, upper_right = { 0.2, 0.2, 0.2 } } },
})

-- The cell nearest to the middle, and how far its targets are from it.
local positions = cells.positions
local function distance(a, b) return math.sqrt((a[1] - b[1]) ^ 2 + (a[2] - b[2]) ^ 2 + (a[3] - b[3]) ^ 2) end
local best = 1
for i, p in ipairs(positions) do
  if distance(p, { 0, 0, 0 }) < distance(positions[best], { 0, 0, 0 }) then best = i end
end
local distances = {}
for i, id in ipairs(sim:connections { source = cells[best] }.target) do
  distances[i] = distance(positions[math.tointeger(id)], positions[best])
end
report.samples("distances", astro.vector(distances), "mm")
plot.panels {
  columns = 2, plot.targets(sim, cells[best], cells),
  plot.histogram(distances, { bins = 25, xlabel = "distance (mm)", title = "Targets by distance" }),
}:save(options:figure("test_3d"))
