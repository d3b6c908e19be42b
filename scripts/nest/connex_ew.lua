-- A circular mask and a flat probability where the edges meet.
--
-- Twin of NEST's example spatial/connex_ew.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two layers on a grid, connected within a circle.",
  { "p", 0.5, "probability within the circle" },
  { "radius", 0.5, "of the circle in mm" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 30, 30 }, extent = { 3, 3 }, wrap = true }
local a, b = sim:create("iaf_psc_alpha", nil, {}, { positions = grid }), sim:create("iaf_psc_alpha", nil, {}, { positions = grid })

local mask = { circular = { radius = options.radius } }
local made = sim:connect(a, b, { rule = "pairwise_bernoulli", p = options.p, mask = mask }, { weight = astro.random.uniform(0.5, 2.0) })
report.value("connections", made)

local figures = { columns = 2 }
for i, index in ipairs { 30 * 15 + 15 + 1, 1 } do
  report.value(("targets of cell %d"):format(index), #sim:connections { source = a[index] })
  figures[i] = plot.targets(sim, a[index], b, { mask = mask })
end
plot.panels(figures):save(options:figure("connex_ew"))
