-- Layers: cells on grids and at random places.
--
-- Twin of layers.py, which draws the layers of NEST's guide to spatially structured networks.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local space = astro.space

local options = require "astro.options" {
  "Layers on grids and at random places, in two and three dimensions.",
  { "n", 50, "cells at random places in two dimensions" },
  { "n3", 200, "cells at random places in three dimensions" },
}

local sim = astro.Simulation { seed = options.seed }
local figures = { columns = 3 }

local function layer(title, positions, n, ranges)
  local nodes = sim:create("iaf_psc_alpha", n, {}, { positions = positions })
  ranges = ranges or {}
  figures[#figures + 1] = plot.layer(nodes, { title = title, xrange = ranges[1], yrange = ranges[2] })
  report.value(title, #nodes, "cells")
  return nodes
end

-- ## Grids

local first = layer("5 x 5", space.grid { shape = { 5, 5 } })
for i, p in ipairs(first.positions) do print(("%3d  %4.1f %4.1f"):format(i, p[1], p[2])) end
layer("5 x 5, 2 mm by 0.5 mm", space.grid { shape = { 5, 5 }, extent = { 2.0, 0.5 } }, nil, { { -1, 1 }, { -0.25, 0.25 } })

local three = first + sim:create("iaf_psc_alpha", nil, {}, { positions = space.grid { shape = { 5, 5 }, center = { -1.0, 1.0 } } })
  + sim:create("iaf_psc_alpha", nil, {}, { positions = space.grid { shape = { 5, 5 }, center = { 1.5, 0.5 } } })
figures[#figures + 1] = plot.layer(three, { title = "three centres", xrange = { -1.6, 2.1 }, yrange = { -0.6, 1.6 } })
report.value("three centres", #three, "cells")

local columns, rows, d = 5, 3, 0.1
layer("the left edge at 0", space.grid {
  shape = { columns, rows }, extent = { columns * d, rows * d }, center = { columns * d / 2, 0.0 },
}, nil, { { -0.05, 0.55 }, { -0.2, 0.2 } })

-- ## Free places

layer("random", space.uniform { extent = { 1, 1 } }, options.n)
layer("three points", { { -0.5, -0.5 }, { -0.25, -0.25 }, { 0.75, 0.75 } })

-- ## Three dimensions, drawn as seen from above

layer("random, three dimensions", space.uniform { extent = { 1, 1, 1 } }, options.n3)
layer("4 x 5 x 6", space.grid { shape = { 4, 5, 6 } })

-- ## Edges that meet: the first and the last cell of a ring are neighbours

local ring = layer("a ring of 5", space.grid { shape = { 5, 1 }, extent = { 5.0, 1.0 }, wrap = true })
sim:connect(ring, ring, { rule = "all_to_all", mask = { circular = { radius = 1.0 } }, allow_autapses = false })
local neighbours = {}
for i, id in ipairs(sim:connections { source = ring[1] }.target) do neighbours[i] = math.tointeger(id - ring.ids[1]) + 1 end
table.sort(neighbours)
report.value("neighbours of its first cell", table.concat(neighbours, " and "))

-- ## Layers of any model

local pairs_of = { "iaf_cond_alpha", "poisson_generator" }
for _, model in ipairs(pairs_of) do
  report.value(model, #sim:create(model, nil, {}, { positions = space.grid { shape = { 2, 1 } } }), "at (-0.25, 0) and (0.25, 0) mm")
end

-- ## Targets of the cell in the middle, over mask and probability

local sheet = sim:create("iaf_psc_alpha", nil, {}, { positions = space.grid { shape = { 21, 21 } } })
local rule = { rule = "pairwise_bernoulli", p = space.gaussian { std = 0.15 }, mask = { circular = { radius = 0.4 } } }
report.value("connections within 0.4 mm", sim:connect(sheet, sheet, rule))
figures[#figures + 1] = plot.targets(sim, sheet[221], sheet, { mask = rule.mask, p = rule.p, title = "the middle of 21 x 21" })

plot.panels(figures):save(options:figure("layers"))
