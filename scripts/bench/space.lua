-- What connections in space cost: processor time of `connect` for numbers of cells at the same density, on one thread.
-- test: --cells 1000
local astro = require "astro"
local space = astro.space
local options = require "astro.options" {
  "Processor time of connections in space.",
  { "cells", 100000, "largest number of cells; the others are a half, a quarter and an eighth of it" },
}

local DENSITY <const> = 1000                 -- cells in a square millimetre

local RULES <const> = {
  { name = "all_to_all, circle of 0.1 mm", { rule = "all_to_all", mask = { circular = { radius = 0.1 } } } },
  { name = "pairwise_bernoulli, Gaussian, circle of 0.3 mm",
    { rule = "pairwise_bernoulli", p = 0.5 * space.gaussian { std = 0.1 }, mask = { circular = { radius = 0.3 } } } },
  { name = "fixed_outdegree 20, circle of 0.3 mm", { rule = "fixed_outdegree", outdegree = 20, mask = { circular = { radius = 0.3 } } } },
  { name = "fixed_indegree 20, Gaussian, circle of 0.3 mm",
    { rule = "fixed_indegree", indegree = 20, p = space.gaussian { std = 0.1 }, mask = { circular = { radius = 0.3 } } } },
  { name = "the same, and pools of the 10 nearest astrocytes", third = true,
    { rule = "fixed_indegree", indegree = 20, p = space.gaussian { std = 0.1 }, mask = { circular = { radius = 0.3 } } } },
}
local POOL <const> = { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "nearest" }

local function seconds(n, rule)
  local sim, side = astro.Simulation { seed = 1, threads = 1 }, math.sqrt(n / DENSITY)
  local function place(model) return sim:create(model, n, {}, { positions = space.uniform { extent = { side, side }, wrap = true } }) end
  local neurons, astrocytes = place "aeif_cond_alpha_astro", rule.third and place "astrocyte_lr_1994"
  local before = os.clock()
  if rule.third then sim:tripartite_connect(neurons, neurons, astrocytes, rule[1], POOL, { third_out = "sic_connection" })
  else sim:connect(neurons, neurons, rule[1]) end
  return os.clock() - before, sim.num_connections
end

for _, rule in ipairs(RULES) do
  print(rule.name)
  for divisor = 3, 0, -1 do
    local n = options.cells >> divisor
    local time, made = seconds(n, rule)
    print(("  %7d cells %9d connections %7.2f s %5.0f ns a connection"):format(n, made, time, time / made * 1e9))
  end
end
