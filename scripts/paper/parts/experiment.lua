-- The experiment on synchronisation: what the strength of the interaction, the pools and the drive do, seed by seed.
local plot = require "astro.plot"
local synchronisation = require "synchronisation"

local experiment = { title = "The experiment on synchronisation" }

local WARM_UP <const>, TIME <const> = 10000.0, 40000.0      -- ms

local STRENGTHS <const> = { 0.20, 0.24, 0.28, 0.31 }        -- w_n2a
local SILENT <const> = 0.0                                  -- pA: astrocytes listen, and say nothing

-- name = what differs from the preset
experiment.cases, experiment.given = {}, {}
local function case(name, given)
  experiment.cases[#experiment.cases + 1] = name
  experiment.given[name] = given
end
for _, w in ipairs(STRENGTHS) do case(("block_%.2f"):format(w), { w_n2a = w }) end
case("silent_0.31", { w_n2a = 0.31, w_a2n = SILENT })
case("silent_driven", { w_n2a = 0.31, w_a2n = SILENT, rate_ex = 2900.0 })
case("driven_0.20", { w_n2a = 0.20, rate_ex = 2900.0 })
case("weak_0.31", { w_n2a = 0.31, w_a2n = 0.5 })
case("random_0.20", { pools = "random", w_n2a = 0.20 })
case("random_0.31", { pools = "random", w_n2a = 0.31 })
case("wide_0.20", { pools = "wide", w_n2a = 0.20 })
for _, rule in ipairs { "fixed_indegree", "fixed_outdegree", "fixed_total_number" } do
  for _, w in ipairs { 0.20, 0.31 } do case(("%s_%.2f"):format(rule, w), { wiring = rule, w_n2a = w }) end
end

function experiment.run(name, seed, options)
  local given = { seed = seed, threads = options.threads, warm_up = WARM_UP, time = TIME }
  for key, value in pairs(experiment.given[name]) do given[key] = value end
  return synchronisation.measures(synchronisation.simulate(given))
end

local COLUMNS <const> = {
  { "rate_excitatory", "E (Hz)", "%.3f" }, { "rate_inhibitory", "I (Hz)", "%.2f" }, { "active", "active", "%.2f" },
  { "transients", "transients", "%.0f" }, { "correlation", "r of astrocytes", "%.3f" }, { "within", "r within", "%.3f" },
  { "across", "r across", "%.3f" }, { "global_synchrony", "global", "%.4f" },
}

-- Over seeds: lower median, least, greatest. A mean would be of two regimes.
local function spread(values, format)
  if #values == 0 then return "–" end
  table.sort(values)
  local median = values[(#values + 1) // 2]
  return (format .. " (" .. format .. " to " .. format .. ")"):format(median, values[1], values[#values])
end

-- How many seeds synchronise, and how many there are.
local function regimes(store, name, seeds)
  local n, values = 0, store:values("experiment", name, "across", seeds)
  for _, across in ipairs(values) do
    if synchronisation.is_synchronous { across = across } then n = n + 1 end
  end
  return n, #values
end

-- The table: a line a case, median and range over seeds.
function experiment.table(store, seeds)
  local lines = { "| case | synchronous |", "|---|---|" }
  for _, column in ipairs(COLUMNS) do lines[1], lines[2] = lines[1] .. " " .. column[2] .. " |", lines[2] .. "---|" end
  for _, name in ipairs(experiment.cases) do
    local synchronous, of = regimes(store, name, seeds)
    if of > 0 then
      local line = ("| %s | %d of %d |"):format(name, synchronous, of)
      for _, column in ipairs(COLUMNS) do
        line = ("%s %s |"):format(line, spread(store:values("experiment", name, column[1], seeds), column[3]))
      end
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- Share of seeds whose network is synchronous, with its interval (Wilson 1927, level 95 %), over w_n2a.
local function wilson(n, of)
  local z <const> = 1.959963984540054
  local p = n / of
  local centre, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
  return (centre - half) / (1 + z * z / of), (centre + half) / (1 + z * z / of)
end

-- The correlations of each seed, beside the tick of its strength: a mean would be of two regimes.
local function points(store, seeds)
  local x, within, across = {}, {}, {}
  for _, w in ipairs(STRENGTHS) do
    local name = ("block_%.2f"):format(w)
    local inner, outer = store:values("experiment", name, "within", seeds), store:values("experiment", name, "across", seeds)
    for i = 1, #outer do
      x[#x + 1] = w + 0.0008 * (i - (#outer + 1) / 2)
      within[#x], across[#x] = inner[i], outer[i]
    end
  end
  return x, { ["sharing an astrocyte"] = within, ["sharing none"] = across }
end

function experiment.figures(store, seeds, figure)
  local x, share, low, high = {}, {}, {}, {}
  for _, w in ipairs(STRENGTHS) do
    local synchronous, of = regimes(store, ("block_%.2f"):format(w), seeds)
    if of > 0 then
      x[#x + 1], share[#share + 1] = w, synchronous / of
      low[#x], high[#x] = wilson(synchronous, of)
    end
  end
  if #x < 2 then return end
  local range = { 0.19, 0.32 }
  local seed_x, correlations = points(store, seeds)
  plot.panels {
    plot.lines(x, { ["seeds that synchronise"] = { share, low, high } }, {
      title = "How many seeds synchronise", points = true, lines = true, errors = "bars", spread = "95 % CI", xlabel = "w_n2a",
      ylabel = "share", xrange = range, yrange = { -0.02, 1.02 },
    }),
    plot.lines(seed_x, correlations,
      { points = true, title = "Pairs of excitatory neurons, a pair of points a seed", xlabel = "w_n2a",
        ylabel = "correlation of counts in 1 s", xrange = range }),
    columns = 2,
  }:save(figure("paper_experiment"))
end

return experiment
