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
local function stretched(panel, from, to, is_usual, has_marks)
  local time = panel.time
  if not time then return panel end
  local copy, factor, label = copy_of(panel), time.factor, time.label
  if is_usual then factor, label = data.unit_of_time(to - from) end
  copy.time = { from = from, to = to, factor = factor, label = label, has_marks = has_marks }
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

-- From when to when, and whether there are marks that need room beside them.
local function range_of(cells)
  local from, to, has_marks = math.huge, -math.huge, false
  for _, cell in ipairs(cells) do
    for _, panel in ipairs(cell.panels) do
      if panel.time then
        from, to, has_marks = math.min(from, panel.time.from), math.max(to, panel.time.to), has_marks or panel.time.has_marks
      end
    end
  end
  return from, to, has_marks
end

local function stretched_cell(cell, from, to, has_marks)
  local is_usual = has_usual_labels(cell)
  cell.panels = table.move(cell.panels, 1, #cell.panels, 1, {})
  for i, panel in ipairs(cell.panels) do cell.panels[i] = stretched(panel, from, to, is_usual, has_marks) end
end

-- shared(cells, columns) -> copies of the cells, those of a column with one range of time. The given ones stay as they are.
return function(cells, columns)
  local result = {}
  for i, cell in ipairs(cells) do result[i] = copy_of(cell) end
  for column = 1, math.min(columns, #cells) do
    local above = {}
    for i = column, #cells, columns do above[#above + 1] = result[i] end
    local from, to, has_marks = range_of(above)
    for _, cell in ipairs(from <= to and above or {}) do stretched_cell(cell, from, to, has_marks) end
  end
  return result
end
