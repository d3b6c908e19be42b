-- Side by side with NEST: the same networks at an eighth of their size, the same measures, as many seeds.
--
-- NEST's side is nest/runs.csv and nest/degrees.csv, written by nest/benchmarks.py, which shares nothing with this.
local comparison = require "comparison"
local measures = require "measures"
local network = require "network"

local nest = { title = "Side by side with NEST 3.10" }

local SCALE <const>, WARM_UP <const>, TIME <const> = 0.125, 500.0, 1000.0       -- 1, ms, ms: as nest/benchmarks.py
local LEVEL <const> = 0.01                                                      -- of any false alarm in the whole table

nest.cases = {
  "sparse", "synchronous", "fixed_indegree", "no_tripartite", "surrogate", "fixed_outdegree", "fixed_total_number", "min_delay",
  "pools_block", "pools_100",
}

local function parameters_of(case)
  local parameters = network.parameters(case:match("^pools") or case)
  local third = parameters.connections.third_rule
  if case == "pools_100" then third.pool_size = 100 end
  if case == "pools_block" then third.pool_size, third.pool_type = 1, "block" end
  return parameters
end

function nest.run(case, seed, given)
  local run = { seed = seed, scale = SCALE, warm_up = WARM_UP, time = TIME, threads = given.threads }
  local m = measures.of_network(parameters_of(case), run)
  run.scale, run.inputs = SCALE / 10, 0.1
  for name, value in pairs(measures.of_degrees(parameters_of(case), run)) do m[name] = value end
  return m
end

-- { [case] = { [measure] = list of a value a seed } } of the rows network,seed,measure,value of a file beside the script.
local function read(name, reference)
  local directory = package.path:match("^(.-)%?")         -- the script's
  local file = assert(io.open(directory .. "nest/" .. name))
  for line in file:lines() do
    local case, measure, value = line:match("^([%w_]+),%d+,([%w_]+),(.+)$")
    value = tonumber(value)
    if value then
      reference[case] = reference[case] or {}
      reference[case][measure] = reference[case][measure] or {}
      table.insert(reference[case][measure], value)
    end
  end
  file:close()
end

-- tests(store, seeds) -> a test for each case and measure that both sides have, with the level of the whole table applied
function nest.tests(store, seeds)
  local reference, tests = {}, {}
  read("runs.csv", reference)
  read("degrees.csv", reference)
  for _, case in ipairs(nest.cases) do
    for _, measure in ipairs(store:measures("nest", case, seeds)) do
      local ours, theirs = store:values("nest", case, measure, seeds), (reference[case] or {})[measure] or {}
      if #ours > 1 and #theirs > 1 then
        local p, mean, reference_mean, t = comparison.welch(ours, theirs)
        tests[#tests + 1] = {
          case = case, measure = measure, p = p, ours = mean, theirs = reference_mean, t = t, n = #ours, m = #theirs,
        }
      end
    end
  end
  return tests, comparison.holm(tests, LEVEL)
end

-- A line a measure, a column a case: the difference in standard errors, bold where it is one by Holm's rule.
function nest.table(store, seeds)
  local tests, found = nest.tests(store, seeds)
  local of, measure_names, seen = {}, {}, {}
  for _, test in ipairs(tests) do
    of[test.case .. test.measure] = test
    if not seen[test.measure] then seen[test.measure], measure_names[#measure_names + 1] = true, test.measure end
  end
  local lines = { "| measure |", "|---|" }
  for _, case in ipairs(nest.cases) do lines[1], lines[2] = lines[1] .. " " .. case .. " |", lines[2] .. "---|" end
  table.sort(measure_names)
  for _, measure in ipairs(measure_names) do
    local line = ("| %s |"):format(measure)
    for _, case in ipairs(nest.cases) do
      local test = of[case .. measure]
      local cell = test and ("%.4g / %.4g (%+.1f)"):format(test.ours, test.theirs, test.t) or "–"
      line = ("%s %s |"):format(line, test and test.differs and "**" .. cell .. "**" or cell)
    end
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("%d comparisons, %d differences at a false-alarm rate of %g over the whole table."):format(#tests, found, LEVEL)
  return lines
end

return nest
