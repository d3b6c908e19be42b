-- Draws a figure (figure.lua says what that is) with characters: eight braille dots in each, or plain ASCII.
local axes = require "astro.plot.axes"
local canvas = require "astro.plot.canvas"
local ions = require "astro.plot.ions"
local titles = require "astro.plot.titles"
local is_drawn, round_up, span = axes.is_drawn, axes.round_up, axes.span

local terminal = {}

local MOST_COLUMNS <const>, CELL_COLUMNS <const>, LEAST_ROWS <const> = 120, 58, 4

-- ## Lines of text with a known width

-- Control characters in a user's text must not reach the terminal.
local function clean(text)
  text = tostring(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  return (text:gsub("%c", " "):gsub("\u{80}", " "):gsub("\xc2[\x80-\x9f]", " "))
end

local function cut(text, width)
  local n = utf8.len(text)
  if n <= width then return text, n end
  if width < 1 then return "", 0 end
  return text:sub(1, utf8.offset(text, width) - 1) .. "~", width
end

-- A line is { text, width }; parts are texts or { text, colour }.
local function line_of(screen, parts)
  local texts, width = {}, 0
  for i, part in ipairs(parts) do
    local text, colour = part, nil
    if type(part) == "table" then text, colour = part[1], part[2] end
    if screen.ascii then text = ions.ascii(text) end
    texts[i] = screen.colour and colour and canvas.coloured(text, colour) or text
    width = width + utf8.len(text)
  end
  return { table.concat(texts), width }
end

local function padded(line, width) return (line and line[1] or "") .. (" "):rep(width - (line and line[2] or 0)) end

local function centred(text, width)
  local shown, n = cut(text, width)
  return (" "):rep((width - n) // 2) .. shown
end

-- A title, in as many lines as it needs.
local function title_lines(screen, title, width)
  local lines = {}
  for i, line in ipairs(title and titles.lines(title, width) or {}) do lines[i] = line_of(screen, { centred(clean(line), width) }) end
  return lines
end

-- ## Axes

local function shown(value) return ("%.6g"):format(math.abs(value) < 1e-12 and 0 or value) end

-- An axis: from, to (after the logarithm if there is one), and its marks { at, text }.
local function axis_of(panel, name, pixels, distance)
  local is_log = name == "x" and panel.logx or name == "y" and panel.logy
  local least, greatest = span(panel, name)
  local given = panel[name .. "range"] or {}
  if is_log then least, greatest = math.log(math.max(least, 1e-300), 10), math.log(math.max(greatest, 1e-300), 10) end
  if least > greatest then return nil end
  if greatest <= least then least, greatest = least - 0.5, greatest + 0.5 end
  local step = round_up((greatest - least) * distance / pixels)
  if is_log or (name == "x" and panel.xwhole) or (name == "y" and panel.whole) then step = math.max(1, step) end
  if name ~= "x" and not given[1] then least = math.floor(least / step + 1e-9) * step end
  if name ~= "x" and not given[2] then greatest = math.ceil(greatest / step - 1e-9) * step end
  local axis = { from = least, to = greatest, log = is_log, marks = {} }
  for k = math.ceil(least / step - 1e-9), math.floor(greatest / step + 1e-9) do
    axis.marks[#axis.marks + 1] = { k * step, shown(is_log and 10 ^ (k * step) or k * step) }
  end
  return axis
end

-- From a value to a place between 0 and 1.
local function place_on(axis, value)
  if axis.log then value = value > 0 and math.log(value, 10) or -math.huge end
  return (value - axis.from) / (axis.to - axis.from)
end

-- ## Series

local function dots_of(board, x_axis, y_axis)
  local w, h = board.dots_x - 1, board.dots_y - 1
  return function(x, y) return place_on(x_axis, x) * w, (1 - place_on(y_axis, y)) * h end
end

local SIGNS <const> = { circle = "●", ring = "○", triangle = "▲", star = "✱" }
local ASCII_SIGNS <const> = { circle = "o", ring = "o", triangle = "^", star = "*" }

local DRAW <const> = {}

function DRAW.line(board, s, to_dots)
  local last_x, last_y
  for i, x in ipairs(s.x) do
    local dx, dy = to_dots(x, s.y[i])
    if last_x and not (s.dashed and i % 4 > 1) then board:line(last_x, last_y, dx, dy, s.colour) end
    last_x, last_y = dx, dy
  end
  if #s.x == 1 then board:dot(last_x, last_y, s.colour) end
end

function DRAW.points(board, s, to_dots)
  local sign = (board.ascii and ASCII_SIGNS or SIGNS)[s.shape]
  for i, x in ipairs(s.x) do
    local dx, dy = to_dots(x, s.y[i])
    if sign then board:sign(dx, dy, sign, s.colour) else board:dot(dx, dy, s.colour) end
  end
end

function DRAW.spots(board, s, to_dots, panel)
  local range, colours = panel.scale.range, panel.scale.colours
  for i, x in ipairs(s.x) do
    local part = (s.values[i] - range[1]) / (range[2] - range[1])
    local dx, dy = to_dots(x, s.y[i])
    if part == part then board:dot(dx, dy, colours[math.max(1, math.min(#colours, math.floor(part * #colours) + 1))]) end
  end
end

function DRAW.ticks(board, s, to_dots)
  for i, x in ipairs(s.x) do
    local dx, low = to_dots(x, s.y[i] - s.size / 2)
    local _, high = to_dots(x, s.y[i] + s.size / 2)
    local middle = (low + high) / 2
    local half = math.max(0, (low - high) / 2 - 0.5)
    board:line(dx, middle - half, dx, middle + half, s.colour)
  end
end

function DRAW.segments(board, s, to_dots)
  for i, x in ipairs(s.x) do
    local ax, ay = to_dots(x, s.y[i])
    local bx, by = to_dots(s.x2[i], s.y2[i])
    board:line(ax, ay, bx, by, s.colour)
  end
end

function DRAW.errors(board, s, to_dots)
  for i, x in ipairs(s.x) do
    local dx, low = to_dots(x, s.low[i])
    local _, high = to_dots(x, s.high[i])
    board:line(dx, low, dx, high, s.colour)
  end
end

-- Every other dot, so that a curve is seen on it.
function DRAW.band(board, s, to_dots)
  for i = 1, #s.x - 1 do
    local ax, a_low = to_dots(s.x[i], s.low[i])
    local bx, b_low = to_dots(s.x[i + 1], s.low[i + 1])
    local _, a_high = to_dots(s.x[i], s.high[i])
    local _, b_high = to_dots(s.x[i + 1], s.high[i + 1])
    board:shade(ax, a_low, a_high, bx, b_low, b_high, s.colour)
  end
end

function DRAW.bars(board, s, to_dots)
  for i, x in ipairs(s.x) do
    local left, top = to_dots(x - s.bar / 2, s.y[i])
    local right, bottom = to_dots(x + s.bar / 2, 0)
    board:fill(left, top, right - 0.51, bottom, s.colour)
  end
end

-- Arrows would be a thicket: only their beginnings.
function DRAW.arrows() end

function DRAW.image(board, s, _, panel, x_axis, y_axis)
  local range, rows = panel.scale.range, s.rows
  board:image(panel.scale.colours, function(px, py)
    local x, y = x_axis.from + px * (x_axis.to - x_axis.from), y_axis.from + py * (y_axis.to - y_axis.from)
    local row = rows[math.floor((y - s.y[1]) / s.y[2] + 0.5) + 1]
    local value = row and row[math.floor((x - s.x[1]) / s.x[2] + 0.5) + 1]
    return value and (value - range[1]) / (range[2] - range[1])
  end)
end

local function draw_texts(board, panel, to_dots)
  for _, text in ipairs(panel.texts or {}) do
    local x, y = to_dots(text[1], text[2])
    board:text(x, y, clean(text[3]), text[4])
  end
end

-- ## Panels

local function legend(panel, screen)
  local parts, width = {}, 0
  for _, series in ipairs(panel.series) do
    if series.name then
      local name = clean(series.name)
      parts[#parts + 1] = { (screen.ascii and "# " or "■ "), series.colour }
      parts[#parts + 1] = name .. "  "
      width = width + utf8.len(name) + 4
    end
  end
  if panel.scale and not panel.scale.hidden then
    local shades = screen.ascii and " .:+#" or " ░▒▓█"
    local text = ("%s %s%s%s  "):format(clean(panel.scale.label or ""), shown(panel.scale.range[1]), shades, shown(panel.scale.range[2]))
    parts, width = { text }, utf8.len(text)
  end
  return parts, width
end

-- What stands above a panel: the label of its axis, and what the colours mean.
local function header(panel, screen, width)
  local label = clean(panel.ylabel or "")
  local right = panel.y2label and clean(panel.y2label) or ""
  local parts, n = legend(panel, screen)
  local lines = {}
  if utf8.len(label) + n + utf8.len(right) + 2 <= width then
    local free = width - utf8.len(label) - n - utf8.len(right)
    lines[1] = line_of(screen, { label, (" "):rep(free // 2), "" })
    local all = { label, (" "):rep(right == "" and free or free // 2) }
    for _, part in ipairs(parts) do all[#all + 1] = part end
    all[#all + 1] = (" "):rep(right == "" and 0 or free - free // 2) .. right
    lines[1] = line_of(screen, all)
    return lines
  end
  local both = right == "" and label or label .. " | " .. right
  lines[1] = line_of(screen, { (cut(both, width)) })
  if n > 0 and n <= width then lines[2] = line_of(screen, parts) end
  return lines
end

local function labels_width(axis)
  local width = 0
  for _, mark in ipairs(axis and axis.marks or {}) do width = math.max(width, #mark[2]) end
  return width
end

-- The row at which each mark of a y axis stands.
local function labels_by_row(axis, rows)
  local labels = {}
  for _, mark in ipairs(axis and axis.marks or {}) do
    local row = math.floor((1 - (mark[1] - axis.from) / (axis.to - axis.from)) * (rows - 1) + 0.5) + 1
    labels[row] = mark[2]
  end
  return labels
end

-- The line below a panel and the numbers of its x axis.
local function x_lines(panel, axis, gutter, columns, screen)
  local line, numbers, last = {}, {}, -2
  for i = 1, columns do
    line[i], numbers[i] = screen.ascii and "-" or "─", " "
  end
  for _, mark in ipairs(axis.marks) do
    local at = math.floor((mark[1] - axis.from) / (axis.to - axis.from) * (columns - 1) + 0.5) + 1
    line[at] = screen.ascii and "+" or "┬"
    local first = math.max(1, math.min(columns - #mark[2] + 1, at - #mark[2] // 2))
    if first > last + 1 then
      for k = 1, #mark[2] do numbers[first + k - 1] = mark[2]:sub(k, k) end
      last = first + #mark[2] - 1
    end
  end
  local indent = (" "):rep(gutter)
  local lines = {
    line_of(screen, { indent, screen.ascii and "+" or "└", table.concat(line) }),
    line_of(screen, { indent, " ", table.concat(numbers) }),
  }
  if panel.xlabel then
    lines[3] = line_of(screen, { indent, " ", centred(clean(panel.xlabel), columns) })
  end
  return lines
end

local function append(lines, more)
  for _, line in ipairs(more) do lines[#lines + 1] = line end
end

local function draw_panel(board, panel, x_axis, y_axis, y2_axis)
  for _, series in ipairs(panel.series) do
    if is_drawn(series) then
      local own = series.axis == "y2" and y2_axis or y_axis
      DRAW[series.style](board, series, dots_of(board, x_axis, own), panel, x_axis, own)
    end
  end
  draw_texts(board, panel, dots_of(board, x_axis, y_axis))
end

local function has_data(panel)
  for _, series in ipairs(panel.series) do
    if is_drawn(series) then return true end
  end
  return panel.texts ~= nil
end

-- Says that there is nothing, between the axis at the left and that below, if it is known.
local function empty_panel(panel, screen, width, rows, gutter, x_axis, is_last)
  local columns = width - gutter - 2
  local lines, bar = header(panel, screen, width), screen.ascii and "|" or "│"
  for i = 1, rows do
    local text = i == (rows + 1) // 2 and centred(clean(panel.empty or "no data"), columns) or ""
    lines[#lines + 1] = line_of(screen, { x_axis and (" "):rep(gutter) .. bar or "", text })
  end
  if is_last and x_axis then append(lines, x_lines(panel, x_axis, gutter, columns, screen)) end
  return lines
end

-- `gutter` is the room for the numbers at the left, `right` at the right.
local function panel_lines(panel, screen, width, rows, gutter, right, is_last)
  local columns = width - gutter - 1 - (right > 0 and right + 2 or 1)
  local x_axis, y_axis = axis_of(panel, "x", columns, 11), axis_of(panel, "y", rows, 3)
  if not (x_axis and y_axis and has_data(panel)) then return empty_panel(panel, screen, width, rows, gutter, x_axis, is_last) end
  local y2_axis = panel.y2label and axis_of(panel, "y2", rows, 3)
  local board = canvas.new(columns, rows, screen)
  draw_panel(board, panel, x_axis, y_axis, y2_axis)
  local lines = header(panel, screen, width)
  local left_labels, right_labels = labels_by_row(y_axis, rows), labels_by_row(y2_axis, rows)
  local bar, tick = screen.ascii and "|" or "│", screen.ascii and "+" or "┤"
  for row, drawn in ipairs(board:lines()) do
    local label, other = left_labels[row], right_labels[row]
    local before = panel.bare and "" or (" "):rep(gutter - #(label or "")) .. (label or "") .. (label and tick or bar)
    local after = y2_axis and (other and (screen.ascii and "+" or "├") .. other or bar) or ""
    lines[#lines + 1] = { before .. drawn .. after, utf8.len(before) + columns + utf8.len(after) }
  end
  if is_last and not panel.bare then append(lines, x_lines(panel, x_axis, gutter, columns, screen)) end
  return lines
end

-- ## Cells and the page

local function gutters(cell, width, rows)
  local left, right = 0, 0
  for _, panel in ipairs(cell.panels) do
    if panel.bare then return -1, 0 end
    left = math.max(left, labels_width(axis_of(panel, "y", rows, 3)))
    right = math.max(right, panel.y2label and labels_width(axis_of(panel, "y2", rows, 3)) or 0)
  end
  return math.min(left, width // 3), math.min(right, width // 4)
end

local function cell_lines(cell, screen, width, rows)
  local lines, total = title_lines(screen, cell.title, width), 0
  for _, panel in ipairs(cell.panels) do total = total + (panel.weight or 1) end
  local free = rows - #lines - 3 - #cell.panels
  local left, right = gutters(cell, width, math.max(LEAST_ROWS, free // #cell.panels))
  for i, panel in ipairs(cell.panels) do
    local height = math.max(LEAST_ROWS, math.floor(free * (panel.weight or 1) / total))
    append(lines, panel_lines(panel, screen, width, height, left, right, i == #cell.panels))
  end
  return lines
end

-- Cells that stand side by side.
local function row_lines(cells, screen, width, rows)
  local blocks, height, lines = {}, 0, {}
  for i, cell in ipairs(cells) do
    blocks[i] = cell_lines(cell, screen, width, rows)
    height = math.max(height, #blocks[i])
  end
  for i = 1, height do
    local parts = {}
    for k, block in ipairs(blocks) do parts[k] = k < #blocks and padded(block[i], width) or (block[i] and block[i][1] or "") end
    lines[i] = table.concat(parts)
  end
  return lines
end

-- text(figure, { columns, rows, ascii, colour }) -> text of at most so many columns, which fits into so many rows if it can
function terminal.text(figure, screen)
  local width = math.max(20, math.min(screen.columns - 1, MOST_COLUMNS))
  local side_by_side = math.max(1, math.min(figure.columns or 1, width // CELL_COLUMNS))
  local count = math.ceil(#figure.cells / side_by_side)
  local lines = {}
  for i, line in ipairs(title_lines(screen, figure.title, width)) do lines[i] = line[1] end
  local rows = math.max(10, (screen.rows - 2 - #lines) // count)
  for first = 1, #figure.cells, side_by_side do
    local cells = table.move(figure.cells, first, math.min(first + side_by_side - 1, #figure.cells), 1, {})
    append(lines, row_lines(cells, screen, width // side_by_side, math.min(rows, 40)))
  end
  for i, line in ipairs(lines) do lines[i] = line:gsub("%s+$", "") end
  return table.concat(lines, "\n") .. "\n"
end

return terminal
