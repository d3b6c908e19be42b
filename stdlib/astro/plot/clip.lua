-- Bands cut at the edges of a panel. gnuplot draws one that goes beyond an edge with a wedge outside, and leaves its other side out of
-- account when it chooses a range.
local huge, max, min = math.huge, math.max, math.min
local ipairs, sort = ipairs, table.sort

local function clamped(y, least, greatest) return min(max(y, least), greatest) end

-- Adds the places between x1 and x2 where a line from y1 to y2 crosses a bound.
local function add_crossings(places, x1, x2, y1, y2, least, greatest)
  for _, bound in ipairs { least, greatest } do
    if (y1 - bound) * (y2 - bound) < 0 then places[#places + 1] = x1 + (x2 - x1) * (bound - y1) / (y2 - y1) end
  end
end

-- clip(band, range) -> x, low, high between the bounds of the range, either of which may be missing
return function(band, range)
  if not (range and (range[1] or range[2])) then return band.x, band.low, band.high end
  local least, greatest = range[1] or -huge, range[2] or huge
  local x, low, high = {}, {}, {}
  local function add(place, below, above)
    x[#x + 1], low[#low + 1], high[#high + 1] = place, clamped(below, least, greatest), clamped(above, least, greatest)
  end
  for i = 1, #band.x do
    local x1, low1, high1 = band.x[i], band.low[i], band.high[i]
    add(x1, low1, high1)
    local x2, low2, high2 = band.x[i + 1], band.low[i + 1], band.high[i + 1]
    local places = {}
    if x2 then
      add_crossings(places, x1, x2, low1, low2, least, greatest)
      add_crossings(places, x1, x2, high1, high2, least, greatest)
      sort(places)
    end
    for _, place in ipairs(places) do
      local t = (place - x1) / (x2 - x1)
      add(place, low1 + t * (low2 - low1), high1 + t * (high2 - high1))
    end
  end
  return x, low, high
end
