-- Convergent connections from a rectangle, seen from the target.
--
-- Twin of NEST's example spatial/conncon_sources.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two layers whose edges meet, connected within a rectangle around each target.",
  { "p", 0.5, "probability within the rectangle" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 30, 30 }, extent = { 3, 3 }, wrap = true }
local a, b = sim:create("iaf_psc_alpha", nil, {}, { positions = grid }), sim:create("iaf_psc_alpha", nil, {}, { positions = grid })

-- around each sender: the rectangle is the same from both ends
local mask = { rectangular = { lower_left = { -0.2, -0.5 }, upper_right = { 0.2, 0.5 } } }
sim:connect(a, b, { rule = "pairwise_bernoulli", p = options.p, mask = mask }, { weight = astro.random.uniform(0.5, 2.0) })

local figures = { columns = 2 }
for i, index in ipairs { 30 * 15 + 15 + 1, 1 } do
  local target = b[index]
  local sources = sim:connections { source = a, target = target }
  report.value(("sources of cell %d"):format(index), #sources)
  -- strokes would lead across the picture where edges meet
  local is_source = {}
  for k = 1, #a do is_source[k] = 0 end
  for _, id in ipairs(sources.source) do is_source[math.tointeger(id - a.ids[1] + 1)] = 1 end
  figures[i] = plot.map(a, { values = is_source, label = "is a source", marks = target, title = ("Sources of cell %d"):format(index) })
end
plot.panels(figures):save(options:figure("conncon_sources"))
