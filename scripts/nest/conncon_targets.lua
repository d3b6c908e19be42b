-- Convergent connections from a rectangle, seen from the source.
--
-- Twin of NEST's example spatial/conncon_targets.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two layers whose edges meet, connected within a rectangle.",
  { "p", 0.5, "probability within the rectangle" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 30, 30 }, extent = { 3, 3 }, wrap = true }
local a, b = sim:create("iaf_psc_alpha", nil, {}, { positions = grid }), sim:create("iaf_psc_alpha", nil, {}, { positions = grid })

local mask = { rectangular = { lower_left = { -0.2, -0.5 }, upper_right = { 0.2, 0.5 } } }
sim:connect(a, b, { rule = "pairwise_bernoulli", p = options.p, mask = mask }, { weight = astro.random.uniform(0.5, 2.0) })

local figures = { columns = 2 }
for i, index in ipairs { 30 * 15 + 15 + 1, 1 } do
  report.value(("targets of cell %d"):format(index), #sim:connections { source = a[index] })
  figures[i] = plot.targets(sim, a[index], b, { mask = mask })
end
plot.panels(figures):save(options:figure("conncon_targets"))
