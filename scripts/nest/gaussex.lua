-- A Gaussian probability.
--
-- Twin of NEST's example spatial/gaussex.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two layers on a grid, connected by a Gaussian of distance.",
  { "std", 0.5, "width of the Gaussian in mm" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 30, 30 }, extent = { 3, 3 } }
local a, b = sim:create("iaf_psc_alpha", nil, {}, { positions = grid }), sim:create("iaf_psc_alpha", nil, {}, { positions = grid })

local rule = { rule = "pairwise_bernoulli", p = astro.space.gaussian { std = options.std }, mask = { circular = { radius = 3.0 } } }
report.value("connections", sim:connect(a, b, rule))

local figures = { columns = 2 }
for i, index in ipairs { 30 * 15 + 15 + 1, 1 } do
  report.value(("targets of cell %d"):format(index), #sim:connections { source = a[index] })
  figures[i] = plot.targets(sim, a[index], b, { mask = rule.mask, p = rule.p })
end
plot.panels(figures):save(options:figure("gaussex"))
