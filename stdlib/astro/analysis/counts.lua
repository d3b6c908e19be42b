-- Spikes counted in bins.
--
-- A bin holds its lower edge, the last one both. Only whole bins count: what is left at the end of the window is left out.
-- Options of all: `bin` (ms), `from`, `to` (ms), `nodes`, as in analysis/spikes.lua.
local astro = require "astro"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local public, NAN = check.public, inputs.NAN

local counts_part = {}

-- Times are multiples of the resolution, rounded: a spike at 30 ms must not fall below 30.
local TOLERANCE <const> = 1e-9

-- The shape of the bins: how many, how wide, how far apart.
local function grid_of(call, s, bin, step)
  step = step or bin
  local n = math.floor((s.to - s.from - bin) / step * (1 + TOLERANCE) + TOLERANCE) + 1
  if n < 1 then check.fail("%s: bin = %g ms is longer than the window from %g to %g ms", call, bin, s.from, s.to) end
  return { n = n, bin = bin, step = step, from = s.from, whole = step == bin and s.from + n * bin }
end

local function zeros(n)
  local list = {}
  for i = 1, n do list[i] = 0 end
  return list
end

local function index_of(t, grid)
  local i = math.floor((t - grid.from) / grid.step + TOLERANCE) + 1
  if i == grid.n + 1 and grid.whole and t <= grid.whole + TOLERANCE * grid.bin then return grid.n end
  return i
end

-- Adds the times to the counts of bins that stand side by side.
local function add(list, times, grid)
  for _, t in ipairs(times) do
    local i = index_of(t, grid)
    if i <= grid.n then list[i] = list[i] + 1 end
  end
  return list
end

-- The same where a time may lie in several bins, or in none.
local function add_sliding(list, times, grid)
  local overlap = math.ceil(grid.bin / grid.step - TOLERANCE) - 1
  for _, t in ipairs(times) do
    local last = index_of(t, grid)
    for i = math.max(1, last - overlap), math.min(last, grid.n) do
      local upper = grid.from + (i - 1) * grid.step + grid.bin
      if t < upper - TOLERANCE * grid.bin then list[i] = list[i] + 1 end
    end
  end
  return list
end

local function centres(grid)
  local list = {}
  for i = 1, grid.n do list[i] = grid.from + (i - 1) * grid.step + grid.bin / 2 end
  return list
end

-- For other parts of the analysis: the counts of each node as plain tables.
function counts_part.each(call, s, bin, step)
  local grid, list = grid_of(call, s, bin, step), {}
  local count = grid.whole and add or add_sliding
  for i, train in ipairs(inputs.trains(s)) do list[i] = count(zeros(grid.n), train, grid) end
  return list, grid
end

-- counts(spikes, { bin = 10 [, step = bin] }) -> list of Vectors, one for each node, with `ids`, `times` (centres, ms), `bin`, `step`
--
-- How many spikes of each node fall into each bin. With `step` the bin is a window moved by `step` ms.
counts_part.counts = public("analysis.counts(spikes, { bin = ms })", function(spikes, options)
  options = inputs.options("counts", options, { bin = "positive", step = "positive" })
  local s, bin = inputs.spikes("counts", spikes, options), options.bin or 10
  local list, grid = counts_part.each("counts", s, bin, options.step)
  for i, one in ipairs(list) do list[i] = astro.vector(one) end
  list.ids, list.times, list.bin, list.step = astro.vector(s.ids), astro.vector(centres(grid)), bin, grid.step
  return list
end)

-- rate_over_time(spikes [, { bin = 10 }]) -> signal { times (centres, ms), values (Hz), interval, from, name, unit }
--
-- The mean rate of the nodes in each bin.
counts_part.rate_over_time = public("analysis.rate_over_time(spikes [, { bin = ms }])", function(spikes, options)
  options = inputs.options("rate_over_time", options, { bin = "positive" })
  local s, bin = inputs.spikes("rate_over_time", spikes, options), options.bin or 10
  local grid = grid_of("rate_over_time", s, bin)
  local values = astro.vector(add(zeros(grid.n), s.times, grid)) * (1000 / (bin * math.max(1, #s.ids)))
  return {
    times = astro.vector(centres(grid)), values = values, interval = bin, from = s.from, name = "rate", unit = "Hz",
  }
end)

-- Variance over mean of a train's counts. The train is ascending, so equal bins follow each other and empty ones need no place.
local function fano_factor(train, grid)
  local n, squares, current, run = 0, 0, nil, 0
  for _, t in ipairs(train) do
    local i = index_of(t, grid)
    if i <= grid.n then
      if i ~= current then squares, current, run = squares + run * run, i, 0 end
      n, run = n + 1, run + 1
    end
  end
  squares = squares + run * run
  local mean = n / grid.n
  return n > 0 and (squares / grid.n - mean * mean) / mean or NAN
end

-- fano(spikes [, { bin = 100 }]) -> mean over nodes, Vector of each node's, Vector of ids
--
-- Fano factor: variance (divided by n) over mean of the counts in bins. 1 for a Poisson train, 0 for a clock whose interval
-- divides the bin. A silent node has none (nan) and is left out of the mean.
counts_part.fano = public("analysis.fano(spikes [, { bin = ms }])", function(spikes, options)
  options = inputs.options("fano", options, { bin = "positive" })
  local s = inputs.spikes("fano", spikes, options)
  local grid, values, sum, n = grid_of("fano", s, options.bin or 100), {}, 0.0, 0
  for i, train in ipairs(inputs.trains(s)) do
    local value = fano_factor(train, grid)
    values[i] = value
    if value == value then sum, n = sum + value, n + 1 end
  end
  return n > 0 and sum / n or NAN, astro.vector(values), astro.vector(s.ids)
end)

return counts_part
