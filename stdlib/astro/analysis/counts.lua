-- Spikes counted in bins.
--
-- A bin includes its lower edge; the last bin includes both edges. Only whole bins count: a remainder of the window is ignored.
-- All functions take the options `bin` (ms), `from`, `to` (ms) and `nodes`, as in analysis/spikes.lua.
local astro = require "astro"
local bins = require "astro.analysis.bins"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local public, NAN = check.public, inputs.NAN

local counts_part = {}

-- counts(spikes, { bin = 10 [, step = bin] }) -> list of Vectors, one for each node, with `ids`, `times` (centres, ms), `bin`, `step`
--
-- The number of spikes of each node in each bin. With `step`, the bin is a window that moves by `step` ms.
counts_part.counts = public("analysis.counts(spikes, { bin = ms })", function(spikes, options)
  options = inputs.options("counts", options, { bin = "positive", step = "positive" })
  local s, bin = inputs.spikes("counts", spikes, options), options.bin or 10
  local list, grid = bins.each("counts", s, inputs.trains(s), bin, options.step)
  for i, one in ipairs(list) do list[i] = astro.vector(one) end
  list.ids, list.times, list.bin, list.step = astro.vector(s.ids), astro.vector(bins.centres(grid)), bin, grid.step
  return list
end)

-- rate_over_time(spikes [, { bin = 10 }]) -> signal { times (centres, ms), values (Hz), interval, from, window, name, unit }
--
-- The mean rate of the nodes in each bin. plot.raster draws the same below its spikes.
counts_part.rate_over_time = public("analysis.rate_over_time(spikes [, { bin = ms }])", function(spikes, options)
  options = inputs.options("rate_over_time", options, { bin = "positive" })
  local s, bin = inputs.spikes("rate_over_time", spikes, options), options.bin or 10
  local grid = bins.grid("rate_over_time", s, bin)
  return {
    times = astro.vector(bins.centres(grid)), values = astro.vector(bins.rate(s, grid)), interval = bin, from = s.from,
    window = { s.from, s.to }, name = "rate", unit = "Hz",
  }
end)

-- Variance over mean of a train's counts. The train is ascending, so equal bins follow each other and empty ones need no place.
local function fano_factor(train, grid)
  local n, squares, current, run = 0, 0, nil, 0
  for _, t in ipairs(train) do
    local i = bins.index(t, grid)
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
-- divides the bin. A silent node has no Fano factor (nan) and is left out of the mean.
counts_part.fano = public("analysis.fano(spikes [, { bin = ms }])", function(spikes, options)
  options = inputs.options("fano", options, { bin = "positive" })
  local s = inputs.spikes("fano", spikes, options)
  local grid, values, sum, n = bins.grid("fano", s, options.bin or 100), {}, 0.0, 0
  for i, train in ipairs(inputs.trains(s)) do
    local value = fano_factor(train, grid)
    values[i] = value
    if value == value then sum, n = sum + value, n + 1 end
  end
  return n > 0 and sum / n or NAN, astro.vector(values), astro.vector(s.ids)
end)

return counts_part
