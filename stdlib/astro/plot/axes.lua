-- How far axes reach, for all ways of drawing.
local floor, huge, log = math.floor, math.huge, math.log
local ipairs, type = ipairs, type

local axes = {}

function axes.is_drawn(series) return series.style == "image" and #series.rows > 0 or series.style ~= "image" and #series.x > 0 end
local is_drawn = axes.is_drawn

-- What a series shows along an axis.
local function columns_along(series, axis)
  if series.style == "image" then
    local first, step = series[axis][1], series[axis][2]
    local n = axis == "y" and #series.rows or #series.rows[1]
    return { { first - step / 2, first + (n - 0.5) * step } }
  end
  if axis == "x" then return { series.x, series.x2 or {} } end
  return { series.y or {}, series.low or {}, series.high or {}, series.y2 or {} }
end

-- The least and greatest of all that a panel shows along x, y or its second y axis.
function axes.span(panel, axis)
  local least, greatest = huge, -huge
  for _, series in ipairs(panel.series) do
    local belongs = axis == "x" or (series.axis == "y2") == (axis == "y2")
    for _, column in ipairs(belongs and is_drawn(series) and columns_along(series, axis == "x" and "x" or "y") or {}) do
      for _, value in ipairs(column) do
        if type(value) == "number" then
          if value < least then least = value end
          if value > greatest then greatest = value end
        end
      end
    end
  end
  local given = panel[axis .. "range"] or {}
  return type(given[1]) == "number" and given[1] or least, type(given[2]) == "number" and given[2] or greatest
end

-- Room beside marks, as a share of what an axis shows: none lies on the other axis, and none is cut.
local ROOM <const> = { x = 0.02, y = 0.05, y2 = 0.05 }
local MARKS <const> = { points = true, spots = true, ticks = true, errors = true }

-- Has a panel marks (not only curves and areas) along x, y or its second y axis?
function axes.has_marks(panel, axis)
  for _, series in ipairs(panel.series) do
    local belongs = axis == "x" or (series.axis == "y2") == (axis == "y2")
    if belongs and is_drawn(series) and (MARKS[series.style] or series.shape) then return true end
  end
  return false
end

local function with_room(from, to, share, is_log)
  if not is_log then return from - share * (to - from), to + share * (to - from) end
  local factor = (to / from) ^ share
  return from / factor, to * factor
end

-- limits(panel, axis) -> { from, to }, either or both of which may be nil: what is drawn, which is what the panel asks for, or else
-- leaves room beside marks.
function axes.limits(panel, axis)
  local given, is_log = panel[axis .. "range"] or {}, panel["log" .. axis]
  if axis == "x" and panel.time and given[1] then
    if not panel.time.has_marks then return given end
    return { with_room(given[1], given[2], ROOM.x, false) }
  end
  if given[1] and given[2] or not axes.has_marks(panel, axis) then return given end
  local least, greatest = axes.span(panel, axis)
  if not (least < greatest and greatest < huge and least > -huge) or is_log and least <= 0 then return given end
  local from, to = with_room(least, greatest, ROOM[axis], is_log)
  return { given[1] or from, given[2] or to }
end

-- step(panel, axis, pixels, distance): the round step between numbers that stand at least so many pixels apart; nil where gnuplot chooses.
function axes.step(panel, axis, pixels, distance)
  local least, greatest = axes.span(panel, axis)
  local is_whole = axis == "x" and panel.xwhole or axis == "y" and panel.whole
  local wanted = math.max((greatest - least) * distance / pixels, is_whole and 1 or 0)
  if panel["log" .. axis] or not (wanted > 0 and wanted < huge) then return nil end
  local step = axes.round_up(wanted)
  -- a raster of one cell says which one it is: 5, 2 or 1 follow 10, 5 or 2 until there is a number within the range
  while is_whole and step > 1 and floor(greatest / step) * step < least do step = axes.round_up(step / 2.6) end
  return step
end

-- How wide a number is, in digits: points and signs are narrower.
function axes.width_of_number(x)
  local text = ("%.6g"):format(x)
  local _, others = text:gsub("%D", "")
  return #text - 0.45 * others
end

-- The width of the widest number at multiples of a step.
function axes.widest_number(panel, axis, step)
  local least, greatest = axes.span(panel, axis)
  local widest = 1
  for k = floor(least / step), math.min(floor(greatest / step) + 1, floor(least / step) + 50) do
    widest = math.max(widest, axes.width_of_number(k * step))
  end
  return widest
end

-- The next of 1, 2, 5, 10, 20 … that is not below x.
function axes.round_up(x)
  local power = 10.0 ^ floor(log(x, 10))
  for _, factor in ipairs { 1, 2, 5 } do
    if x <= factor * power * (1 + 1e-9) then return factor * power end
  end
  return 10 * power
end

return axes
