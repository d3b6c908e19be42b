-- Where titles, legends, panels and labels stand in a figure (figure.lua says what that is), in pixels from the top left. gnuplot would
-- place them by the letters of each of its formats, at times outside of the picture.
--
-- `k` is the size of the letters, 1 being usual: what surrounds panels grows with them.
local axes = require "astro.plot.axes"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local is_drawn, fitted = axes.is_drawn, titles.fitted
local huge, max, min, utf8_length = math.huge, math.max, math.min, utf8.len
local ipairs = ipairs

local layout = {}

local AXIS <const>, LEFT <const>, RIGHT <const>, RIGHT_AXIS <const>, RIGHT_SCALE <const> = 60, 84, 24, 84, 96
local GAP <const>, BARE <const> = 18, 14
local TITLE <const>, TITLE_LINE <const> = 8, 20
-- Of the labels of axes: a line, how far they may reach beyond their axis, and how far they stand from it.
local LABEL_LINE <const>, OVERHANG <const>, XLABEL <const>, YLABEL <const>, Y2LABEL <const>, SCALE_LABEL <const> = 17, 24, 44, 66, 64, 82
-- Of legends: a row, the sample of a curve, the gaps beside it, and those above and below all rows.
local KEY_ROW <const>, SAMPLE <const>, SAMPLE_GAP <const>, KEY_GAP <const>, KEY_ABOVE <const>, KEY_BELOW <const> = 18, 26, 8, 24, 6, 6
-- The mean width of a letter, and that of a digit.
local LETTER <const> = 7.2
layout.DIGIT = 8.5
-- Between the numbers at an axis, and what stands between the axis and its label beside them.
layout.TIC_DISTANCE = 36
local BESIDE_NUMBERS <const> = 30

function layout.letters(figure) return (figure.font_size or style.FONT_SIZE) / style.FONT_SIZE end

-- ## Legends: above a panel, where they hide no data

function layout.drawn_series(panel)
  local drawn = {}
  for _, series in ipairs(panel.series) do
    if is_drawn(series) then drawn[#drawn + 1] = series end
  end
  return drawn
end

-- Curves come before what lies around them.
local LATER <const> = { band = true, errors = true }

local function named_series(panel)
  local named = {}
  for _, later in ipairs { false, true } do
    for _, series in ipairs(layout.drawn_series(panel)) do
      if series.name and (LATER[series.style] or false) == later then named[#named + 1] = series end
    end
  end
  return named
end

local function length(text) return utf8_length(text) or #text end

-- How many entries stand side by side, how wide each is, and in how many rows.
local function key_shape(named, width, k)
  local longest = 0
  for _, series in ipairs(named) do longest = max(longest, length(series.name)) end
  local entry = (longest * LETTER + SAMPLE_GAP + SAMPLE + KEY_GAP) * k
  local columns = max(1, min(#named, (width + KEY_GAP * k) // entry))
  return columns, entry, (#named + columns - 1) // columns
end

local function key_height(panel, width, k)
  local named = named_series(panel)
  local _, _, rows = key_shape(named, width, k)
  return #named == 0 and 0 or (KEY_ABOVE + rows * KEY_ROW + KEY_BELOW) * k
end

-- key(panel, place, k) -> list of { series, text_x (where its name ends), x, x2 (of its sample), y }
function layout.key(panel, place, k)
  local named, entries = named_series(panel), {}
  local columns, entry, rows = key_shape(named, place.right - place.left, k)
  for i, series in ipairs(named) do
    local column, row = (i - 1) % columns, (i - 1) // columns
    local x2 = place.right - (columns - 1 - column) * entry
    local x = x2 - SAMPLE * k
    entries[i] = {
      series = series, text_x = x - SAMPLE_GAP * k, x = x, x2 = x2, y = place.top - (KEY_BELOW + (rows - row - 0.5) * KEY_ROW) * k,
    }
  end
  return entries
end

local function room_above(panel, width, k) return max(GAP * k, key_height(panel, width, k)) end

-- ## Titles

local function lines_in(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

local function title_height(title, k) return title and k * (TITLE + TITLE_LINE * #lines_in(title)) or 0 end

-- title(text, box, middle, top, k) -> list of { text, x, y }: its lines, centred on the middle as far as they then fit into the box.
function layout.title(text, box, middle, top, k)
  local lines = lines_in(text)
  for i, line in ipairs(lines) do
    local half = length(line) * LETTER * k / 2
    local x = max(min(middle, box.right - half), box.left + half)
    if 2 * half > box.right - box.left then x = (box.left + box.right) / 2 end
    lines[i] = { line, x, top + (TITLE + TITLE_LINE * (i - 0.5)) * k }
  end
  return lines
end

-- ## Labels of axes

local function label_lines(text, room, k) return titles.lines(text, max(8, (room + OVERHANG * k) // (LETTER * k))) end

-- How many pixels the lines of a label after its first take.
local function further_lines(text, room, k) return text and (#label_lines(text, room, k) - 1) * LABEL_LINE * k or 0 end

-- How much farther than usual the label of an upright axis stands, for numbers that are wide.
local function further_for_numbers(panel, axis, height, k, usual)
  local step = height > 0 and axes.step(panel, axis, height, layout.TIC_DISTANCE * k)
  if not step then return 0 end
  return max(0, BESIDE_NUMBERS + layout.DIGIT * axes.widest_number(panel, axis, step) - usual) * k
end

-- labels(panel, place, is_lowest, k) -> list of { text, x, y, axis }, a line each; further lines stand farther away.
function layout.labels(panel, place, is_lowest, k)
  local list = {}
  local function add(text, axis, room, x, y, away)
    for i, line in ipairs(text and label_lines(text, room, k) or {}) do
      local distance = away[3] * k + (i - 1) * LABEL_LINE * k
      list[#list + 1] = { line, x + away[1] * distance, y + away[2] * distance, axis }
    end
  end
  local height, width = place.bottom - place.top, place.right - place.left
  local across, up = (place.left + place.right) / 2, (place.top + place.bottom) / 2
  -- a label at the left is read upwards, so that its first line is the farthest
  local lines, far = panel.ylabel and label_lines(panel.ylabel, height, k) or {}, further_for_numbers(panel, "y", height, k, YLABEL)
  for i = 1, #lines do
    list[#list + 1] = { lines[i], place.left - far - (YLABEL + (#lines - i) * LABEL_LINE) * k, up, "y" }
  end
  local right = place.right + (panel.y2label and further_for_numbers(panel, "y2", height, k, Y2LABEL) or 0)
  add(panel.y2label, "y2", height, right, up, { 1, 0, Y2LABEL })
  add(panel.scale and not panel.scale.hidden and panel.scale.label, "scale", height, place.right, up, { 1, 0, SCALE_LABEL })
  add(is_lowest and panel.xlabel, "x", width, across, place.bottom, { 0, 1, XLABEL })
  return list
end

-- ## Panels

local function is_bare(cell) return cell.panels[#cell.panels].bare end

local function total_weight(panels)
  local total = 0
  for _, panel in ipairs(panels) do total = total + (panel.weight or 1) end
  return total
end

-- The least that panels of a cell measure: { width, heights }. How many lines labels take depends on it.
local function least_sizes(cell, width, title, k)
  local across, heights = width - (LEFT + RIGHT_SCALE) * k, {}
  local free = cell.height - title_height(title, k) - AXIS * k
  for _, panel in ipairs(cell.panels) do free = free - room_above(panel, across, k) end
  for i, panel in ipairs(cell.panels) do heights[i] = max(0, free) * (panel.weight or 1) / total_weight(cell.panels) end
  return { width = across, heights = heights }
end

-- Room at the left, right and bottom of a cell's panels. The widest label beside any of them decides.
local function margins_of(cell, width, title, k)
  if is_bare(cell) then return { left = 0, right = 0, bottom = BARE * k } end
  local sizes, margins = least_sizes(cell, width, title, k), { left = LEFT * k, right = RIGHT * k }
  for i, panel in ipairs(cell.panels) do
    local room, scale = sizes.heights[i], panel.scale and not panel.scale.hidden and panel.scale
    local function beside(label, axis, usual)
      -- a panel that becomes higher has more numbers, which may be wider
      local numbers = max(further_for_numbers(panel, axis, room, k, usual), further_for_numbers(panel, axis, 1.5 * room, k, usual))
      return further_lines(label, room, k) + numbers
    end
    margins.left = max(margins.left, LEFT * k + beside(panel.ylabel, "y", YLABEL))
    if panel.y2label then margins.right = max(margins.right, RIGHT_AXIS * k + beside(panel.y2label, "y2", Y2LABEL)) end
    if scale then margins.right = max(margins.right, RIGHT_SCALE * k + further_lines(scale.label, room, k)) end
  end
  margins.bottom = AXIS * k + further_lines(cell.panels[#cell.panels].xlabel, sizes.width, k)
  return margins
end

-- Titles, and margins that are the same for all cells of a column, so that axes of time above each other agree.
local function surroundings(figure, k)
  local columns, widest, all = figure.columns or 1, {}, {}
  local width = figure.width / columns
  for i, cell in ipairs(figure.cells) do
    local column, title = (i - 1) % columns + 1, fitted(cell.title, width, k)
    local own = margins_of(cell, width, title, k)
    local shared = widest[column] or { left = 0, right = 0 }
    shared.left, shared.right = max(shared.left, own.left), max(shared.right, own.right)
    widest[column], all[i] = shared, { title = title, margins = shared, bottom = own.bottom }
  end
  return all
end

-- Left and right of the panels of a cell, in pixels from its left.
local function sides(cell, width, margins, k)
  if is_bare(cell) then return BARE * k, width - BARE * k end
  return margins.left, width - margins.right
end

-- Top and bottom of each panel of a cell, in pixels from the top of the cell.
local function stack(cell, place, width, k)
  local top = title_height(place.title, k)
  local free = place.height - top - place.margin_below
  for _, panel in ipairs(cell.panels) do free = free - room_above(panel, width, k) end
  local edges = {}
  for i, panel in ipairs(cell.panels) do
    local height = free * (panel.weight or 1) / total_weight(cell.panels)
    top = top + room_above(panel, width, k)
    edges[i] = { top, top + height }
    top = top + height
  end
  return edges
end

-- panels(cell, place, k) -> { left, right, top, bottom } of each panel of a cell. A cell with an aspect (height over width) of its own
-- leaves room free.
function layout.panels(cell, place, k)
  local left, right = sides(cell, place.right - place.left, place.margins, k)
  local edges, places = stack(cell, place, right - left, k), {}
  for i, edge in ipairs(edges) do
    local top, bottom, from, to = edge[1], edge[2], left, right
    if cell.aspect then
      local width = min(right - left, (bottom - top) / cell.aspect)
      from = from + (right - left - width) / 2
      to, top = from + width, bottom - width * cell.aspect
    end
    places[i] = { left = place.left + from, right = place.left + to, top = place.top + top, bottom = place.top + bottom }
  end
  return places
end

-- ## Cells

-- What a cell needs beyond one line of everything, unless its user chose its height.
local function further_height(cell, around, width, k)
  if cell.is_fixed then return 0 end
  local more = max(0, title_height(around.title, k) - title_height("one line", k)) + around.bottom - (is_bare(cell) and BARE or AXIS) * k
  for _, panel in ipairs(cell.panels) do more = more + max(0, room_above(panel, width, k) - (KEY_ABOVE + KEY_ROW + KEY_BELOW) * k) end
  return more
end

-- More would stay empty above a panel that has an aspect.
local function most_height(cell, around, width, k)
  if cell.is_fixed or not cell.aspect then return huge end
  return title_height(around.title, k) + room_above(cell.panels[1], width, k) + width * cell.aspect + around.bottom
end

local function height_of(cell, around, width, k)
  local left, right = sides(cell, width, around.margins, k)
  return min(cell.height + further_height(cell, around, right - left, k), most_height(cell, around, right - left, k))
end

-- arrange(figure) -> places of its cells, with what is around them, and the height of all. A row is as high as its highest cell.
function layout.arrange(figure)
  local k, columns = layout.letters(figure), figure.columns or 1
  local places, all, width = {}, surroundings(figure, k), figure.width / columns
  local bottom, height = title_height(fitted(figure.title, figure.width, k), k), 0
  for i in ipairs(figure.cells) do
    local column = (i - 1) % columns
    if column == 0 then
      height = 0
      for j = i, min(i + columns - 1, #all) do height = max(height, height_of(figure.cells[j], all[j], width, k)) end
      bottom = bottom + height
    end
    places[i] = {
      left = column * width, right = (column + 1) * width, top = bottom - height, height = height, margins = all[i].margins,
      margin_below = all[i].bottom, title = all[i].title,
    }
  end
  return places, bottom
end

return layout
