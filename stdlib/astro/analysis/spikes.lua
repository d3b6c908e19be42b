-- Rates, and the regularity of single spike trains.
--
-- All functions take the options `from`, `to` (ms; by default the recorder's window, or 0 to the last spike) and `nodes` (only these).
-- Silent nodes count in rates if the recorder, the option `nodes` or a field `nodes` of the table includes them.
local astro = require "astro"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local public, NAN = check.public, inputs.NAN

local spikes_part = {}

local function mean_of_numbers(values)
  local sum, n = 0.0, 0
  for _, x in ipairs(values) do
    if x == x then sum, n = sum + x, n + 1 end
  end
  return n > 0 and sum / n or NAN
end

local function duration(call, spikes)
  if spikes.to <= spikes.from then check.fail("%s: the window has no length (give from and to in ms)", call) end
  return spikes.to - spikes.from
end

-- rate(spikes [, options]) -> Hz
--
-- Mean rate: spikes per node per second.
spikes_part.rate = public("analysis.rate(spikes [, options])", function(spikes, options)
  local s = inputs.spikes("rate", spikes, inputs.options("rate", options))
  local seconds = duration("rate", s) / 1000
  return #s.ids > 0 and #s.times / #s.ids / seconds or NAN
end)

-- rates(spikes [, options]) -> Vector of Hz, Vector of ids
--
-- The rate of each node.
spikes_part.rates = public("analysis.rates(spikes [, options])", function(spikes, options)
  local s = inputs.spikes("rates", spikes, inputs.options("rates", options))
  local seconds, rates = duration("rates", s) / 1000, {}
  for i, train in ipairs(inputs.trains(s)) do rates[i] = #train / seconds end
  return astro.vector(rates), astro.vector(s.ids)
end)

local function differences(train)
  local intervals = {}
  for i = 2, #train do intervals[i - 1] = train[i] - train[i - 1] end
  return intervals
end

-- intervals(spikes [, options]) -> Vector of ms; with each = true: a list of Vectors, one for each node, with `ids`
--
-- Intervals between successive spikes (ISI) of each node, node after node.
spikes_part.intervals = public("analysis.intervals(spikes [, options])", function(spikes, options)
  options = inputs.options("intervals", options, { each = "boolean" })
  local s = inputs.spikes("intervals", spikes, options)
  local all, each = {}, { ids = astro.vector(s.ids) }
  for i, train in ipairs(inputs.trains(s)) do
    local own = differences(train)
    each[i] = options.each and astro.vector(own)
    table.move(own, 1, #own, #all + 1, all)
  end
  return options.each and each or astro.vector(all)
end)

local function coefficient_of_variation(intervals)
  local n, sum, squares = #intervals, 0.0, 0.0
  if n < 2 then return NAN end
  for _, x in ipairs(intervals) do sum = sum + x end
  local mean = sum / n
  for _, x in ipairs(intervals) do squares = squares + (x - mean) ^ 2 end
  return mean > 0 and math.sqrt(squares / n) / mean or NAN
end

local function local_variation(intervals)
  local n, sum = #intervals, 0.0
  if n < 2 then return NAN end
  for i = 2, n do
    local a, b = intervals[i - 1], intervals[i]
    if a + b > 0 then sum = sum + ((a - b) / (a + b)) ^ 2 end
  end
  return 3 * sum / (n - 1)
end

local function per_node(call, spikes, options, measure)
  local s = inputs.spikes(call, spikes, inputs.options(call, options))
  local values = {}
  for i, train in ipairs(inputs.trains(s)) do values[i] = measure(differences(train)) end
  return mean_of_numbers(values), astro.vector(values), astro.vector(s.ids)
end

-- cv(spikes [, options]) -> mean over nodes, Vector of each node's, Vector of ids
--
-- Coefficient of variation of the intervals: their standard deviation (divided by n) over their mean. 0 for a clock, 1 for a
-- Poisson train. A node with fewer than three spikes has no CV (nan) and is left out of the mean.
spikes_part.cv = public("analysis.cv(spikes [, options])", function(spikes, options)
  return per_node("cv", spikes, options, coefficient_of_variation)
end)

-- lv(spikes [, options]) -> mean over nodes, Vector of each node's, Vector of ids
--
-- Local variation of the intervals: 3/(n-1) times the sum of ((a - b)/(a + b))^2 over successive intervals a, b. Like the CV, but
-- insensitive to slow changes of the rate. Shinomoto, Shima & Tanji (2003), doi:10.1162/089976603322518759.
spikes_part.lv = public("analysis.lv(spikes [, options])", function(spikes, options)
  return per_node("lv", spikes, options, local_variation)
end)

return spikes_part
