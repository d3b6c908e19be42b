-- Targets and sources of a cell, with a mask that has an anchor.
--
-- Twin of NEST's example spatial/nodes_source_target.
-- test:

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "A grid connected within a square to the upper right.",
  { "anchor", 3.0, "how far the square is from the sender, in mm" },
}

local sim = astro.Simulation { seed = options.seed }
local layer = sim:create("iaf_psc_alpha", nil, {}, { positions = astro.space.grid { shape = { 11, 11 }, extent = { 11, 11 } } })
local mask = {
  rectangular = { lower_left = { -1, -1 }, upper_right = { 1, 1 } }, anchor = { options.anchor, options.anchor },
}
sim:connect(layer, layer, { rule = "pairwise_bernoulli", p = 1.0, mask = mask })

local center = layer[(#layer + 1) // 2]
local targets, sources = sim:connections { source = center }, sim:connections { target = center }
local function show(name, ids)
  print(name)
  for _, id in ipairs(ids) do
    local p = layer[math.tointeger(id)].positions[1]
    print(("  %3d  %5.1f %5.1f"):format(id, p[1], p[2]))
  end
end
show("Targets of the cell in the middle", targets.target)
show("Sources of the cell in the middle", sources.source)
plot.panels {
  columns = 2, plot.targets(sim, center, layer, { mask = mask, title = "Targets of the cell in the middle" }),
  plot.map(layer, { connections = sources, marks = center, title = "Sources of the cell in the middle" }),
}:save(options:figure("nodes_source_target"))
