-- Weights that are drawn from a normal distribution, as matrices of the connections between two populations.
--
-- Twin of NEST's example plot_weight_matrices.
-- test: --excitatory 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Weights between excitatory and inhibitory neurons as matrices.",
  { "excitatory", 100, "number of excitatory neurons" },
  { "inhibitory", 25, "number of inhibitory neurons" },
}

local G = 5.0                                         -- inhibitory over excitatory weight
local EX = astro.random.normal(20.0, 0.5)             -- pA
local IN = astro.random.normal(-G * 20.0, G * 0.5)    -- pA

local sim = astro.Simulation { seed = options.seed }
local populations = { E = sim:create("iaf_psc_alpha", options.excitatory), I = sim:create("iaf_psc_alpha", options.inhibitory) }
local all = populations.E + populations.I
for name, weight in pairs { E = EX, I = IN } do
  local pre = populations[name]
  sim:connect(pre, all, { rule = "fixed_indegree", indegree = #pre // 10 }, { weight = weight, delay = 1.5 })
end

local figures = { columns = 2 }
for _, pair in ipairs { "EE", "EI", "IE", "II" } do
  local pre, post = populations[pair:sub(1, 1)], populations[pair:sub(2)]
  report.samples(pair, sim:connections { source = pre, target = post }.weight, "pA")
  figures[#figures + 1] = plot.connectivity(sim, pre, post, { weight = true, title = pair })
end
plot.panels(figures):save(options:figure("plot_weight_matrices"))
