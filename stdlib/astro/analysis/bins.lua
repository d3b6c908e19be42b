-- Spikes counted in bins of time: one rule for the analysis and for pictures.
--
-- A bin includes its lower edge, the last bin both edges. Only whole bins count: a remainder of the window is ignored.
local check = require "astro.check"

local bins = {}

-- Times are multiples of the resolution, rounded: a spike at 30 ms must not fall below 30.
local TOLERANCE <const> = 1e-9

-- grid(call, s, bin, step): how many bins there are in a window { from =, to = }, how wide they are and how far apart.
function bins.grid(call, s, bin, step)
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

-- The bin that a time of the window lies in, or the last one that begins before it.
function bins.index(t, grid)
  local i = math.floor((t - grid.from) / grid.step + TOLERANCE) + 1
  if i == grid.n + 1 and grid.whole and t <= grid.whole + TOLERANCE * grid.bin then return grid.n end
  return i
end
local index_of = bins.index

-- Bins that stand side by side.
local function side_by_side(times, grid)
  local list = zeros(grid.n)
  for _, t in ipairs(times) do
    local i = index_of(t, grid)
    if i <= grid.n then list[i] = list[i] + 1 end
  end
  return list
end

-- A time may lie in several bins, or in none.
local function sliding(times, grid)
  local list, overlap = zeros(grid.n), math.ceil(grid.bin / grid.step - TOLERANCE) - 1
  for _, t in ipairs(times) do
    local last = index_of(t, grid)
    for i = math.max(1, last - overlap), math.min(last, grid.n) do
      local upper = grid.from + (i - 1) * grid.step + grid.bin
      if t < upper - TOLERANCE * grid.bin then list[i] = list[i] + 1 end
    end
  end
  return list
end

-- counts(times, grid) -> plain table: how many of the times, all within the window, lie in each bin
function bins.counts(times, grid) return (grid.whole and side_by_side or sliding)(times, grid) end

-- rate(s, grid) -> plain table: mean rate of the nodes of `s` (as inputs.spikes returns it) in each bin, Hz
function bins.rate(s, grid)
  local rate, factor = side_by_side(s.times, grid), 1000 / (grid.bin * math.max(1, #s.ids))
  for i, count in ipairs(rate) do rate[i] = count * factor end
  return rate
end

function bins.centres(grid)
  local list = {}
  for i = 1, grid.n do list[i] = grid.from + (i - 1) * grid.step + grid.bin / 2 end
  return list
end

-- each(call, s, trains, bin [, step]) -> the counts of each train as plain tables, and the grid
function bins.each(call, s, trains, bin, step)
  local grid, list = bins.grid(call, s, bin, step), {}
  for i, train in ipairs(trains) do list[i] = bins.counts(train, grid) end
  return list, grid
end

return bins
