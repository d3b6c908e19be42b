-- One range for the axes of time of figures that stand above each other.
local data = require "astro.plot.data"

local COLUMNS <const> = { "x", "x2" }

local function copy_of(t)
  local copy = {}
  for name, value in pairs(t) do copy[name] = value end
  return copy
end

-- A series whose times count in another unit.
local function rescaled(series, ratio)
  if ratio == 1 then return series end
  local copy = copy_of(series)
  if series.style == "image" then
    copy.x = { series.x[1] * ratio, series.x[2] * ratio }
    return copy
  end
  for _, name in ipairs(COLUMNS) do
    if series[name] then copy[name] = data.scaled(series[name], ratio) end
  end
  copy.bar = series.bar and series.bar * ratio
  return copy
end

-- The unit of a panel goes on where the user has written a label of their own.
local function stretched(panel, from, to, is_usual)
  local time = panel.time
  if not time then return panel end
  local copy, factor, label = copy_of(panel), time.factor, time.label
  if is_usual then factor, label = data.unit_of_time(to - from) end
  copy.time = { from = from, to = to, factor = factor, label = label }
  copy.xrange = { from * factor, to * factor }
  copy.xlabel, copy.series = is_usual and panel.xlabel and label or panel.xlabel, {}
  for i, series in ipairs(panel.series) do copy.series[i] = rescaled(series, factor / time.factor) end
  return copy
end

-- Do all panels of a cell call their time by its usual label? They have one axis.
local function has_usual_labels(cell)
  for _, panel in ipairs(cell.panels) do
    if panel.time and (panel.time.is_fixed or panel.xlabel and panel.xlabel ~= panel.time.label) then return false end
  end
  return true
end

local function range_of(cells)
  local from, to = math.huge, -math.huge
  for _, cell in ipairs(cells) do
    for _, panel in ipairs(cell.panels) do
      if panel.time then from, to = math.min(from, panel.time.from), math.max(to, panel.time.to) end
    end
  end
  return from, to
end

local function stretched_cell(cell, from, to)
  local copy, is_usual = copy_of(cell), has_usual_labels(cell)
  copy.panels = {}
  for i, panel in ipairs(cell.panels) do copy.panels[i] = stretched(panel, from, to, is_usual) end
  return copy
end

-- shared(cells, columns) -> cells, those of a column with one range of time. The given ones stay as they are.
return function(cells, columns)
  local result = {}
  for column = 1, math.min(columns, #cells) do
    local above = {}
    for i = column, #cells, columns do above[#above + 1] = cells[i] end
    local from, to = range_of(above)
    for i = column, #cells, columns do result[i] = from <= to and stretched_cell(cells[i], from, to) or cells[i] end
  end
  return result
end
