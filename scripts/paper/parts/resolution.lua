-- The networks at 0.1, 0.05 and 0.025 ms: what changes with the length of a step?
local comparison = require "comparison"
local measures = require "measures"
local network = require "network"
local synchronisation = require "synchronisation"

local resolution = { title = "Resolution" }

local STEPS <const> = { 0.1, 0.05, 0.025 }                                      -- ms
local SCALE <const>, WARM_UP <const>, TIME <const> = 0.125, 500.0, 1000.0       -- 1, ms, ms
local LEVEL <const> = 0.01                                                      -- of any false alarm in the table
local NETWORKS <const> = {
  "sparse", "synchronous", "fixed_indegree", "fixed_outdegree", "fixed_total_number", "no_tripartite", "surrogate", "min_delay",
}
local EXPERIMENT <const> = { w_n2a = 0.20, warm_up = 5000.0, time = 20000.0 }   -- 1, ms, ms

-- a case is a network and a step, as in sparse_0.05
resolution.cases = {}
for _, step in ipairs(STEPS) do
  for _, name in ipairs(NETWORKS) do resolution.cases[#resolution.cases + 1] = name .. "_" .. step end
  resolution.cases[#resolution.cases + 1] = "experiment_" .. step
end

function resolution.run(case, seed, given)
  local name, step = case:match("^(.*)_([%d.]+)$")
  step = tonumber(step)
  if name == "experiment" then
    local run = { seed = seed, resolution = step, threads = given.threads }
    for key, value in pairs(EXPERIMENT) do run[key] = value end
    return synchronisation.measures(synchronisation.simulate(run))
  end
  return measures.of_network(network.parameters(name),
    { seed = seed, scale = SCALE, warm_up = WARM_UP, time = TIME, resolution = step, threads = given.threads })
end

local SHOWN <const> = {
  { "rate_excitatory", "%.3f" }, { "rate_inhibitory", "%.3f" }, { "cv_isi", "%.3f" }, { "local_synchrony", "%.4f" },
  { "SIC_mean", "%.2f" }, { "IP3_mean", "%.4f" }, { "transients", "%.1f" },
}

-- The mean at each step, and the difference of 0.1 ms from the others in standard errors.
local function row(store, name, shown, seeds, tests)
  local measure, format = table.unpack(shown)
  local lists, cells = {}, {}
  for i, step in ipairs(STEPS) do
    lists[i] = store:values("resolution", name .. "_" .. step, measure, seeds)
    if #lists[i] < 2 then return end
    local mean, variance, n = comparison.moments(lists[i])
    cells[i] = (format .. " ± " .. format):format(mean, math.sqrt(variance / n))
  end
  for i = 2, #STEPS do
    local p, _, _, t = comparison.welch(lists[1], lists[i])
    tests[#tests + 1] = { p = p, t = t }
    cells[#cells + 1] = ("%+.1f"):format(t)
  end
  return ("| %s | %s | %s |"):format(name, measure, table.concat(cells, " | "))
end

function resolution.table(store, seeds)
  local lines, tests = {
    "| network | measure | 0.1 ms | 0.05 ms | 0.025 ms | 0.1 − 0.05 (s.e.) | 0.1 − 0.025 (s.e.) |", "|---|---|---|---|---|---|---|",
  }, {}
  local names = table.move(NETWORKS, 1, #NETWORKS, 1, {})
  names[#names + 1] = "experiment"
  for _, name in ipairs(names) do
    for _, shown in ipairs(SHOWN) do lines[#lines + 1] = row(store, name, shown, seeds, tests) end
  end
  local found = comparison.holm(tests, LEVEL)
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%d comparisons, %d differences at a false-alarm rate of %g over the whole table."):format(#tests, found, LEVEL)
  return lines
end

return resolution
