-- Pyramidal cells and interneurons on a grid: two projections of one cell.
--
-- Twin of NEST's example spatial/conncomp.
-- test:

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two layers of pyramidal cells and two of interneurons, connected within circles.",
  { "pyr", 0.5, "probability of pyramidal to pyramidal within 0.5 mm" },
  { "inter", 0.2, "probability of pyramidal to interneuron within 1 mm" },
}

local sim = astro.Simulation { seed = options.seed }
local grid = astro.space.grid { shape = { 30, 30 }, extent = { 3, 3 } }
local function layer() return sim:create("iaf_psc_alpha", nil, {}, { positions = grid }) end
local a_pyr, _, b_pyr, b_in = layer(), layer(), layer(), layer()

local narrow, wide = { circular = { radius = 0.5 } }, { circular = { radius = 1.0 } }
sim:connect(a_pyr, b_pyr, { rule = "pairwise_bernoulli", p = options.pyr, mask = narrow })
sim:connect(a_pyr, b_in, { rule = "pairwise_bernoulli", p = options.inter, mask = wide })

local center = a_pyr[30 * 15 + 15 + 1]
report.value("onto pyramidal cells", #sim:connections { source = center, target = b_pyr })
report.value("onto interneurons", #sim:connections { source = center, target = b_in })
plot.panels {
  columns = 2, plot.targets(sim, center, b_pyr, { mask = narrow, title = "pyr to pyr" }),
  plot.targets(sim, center, b_in, { mask = wide, title = "pyr to in" }),
}:save(options:figure("conncomp"))
