-- Turns a figure (figure.lua says what that is) into gnuplot commands.
--
-- gnuplot could run any program, and a script may change figures and the global libraries as it likes. So whatever is not written
-- in this file gets into the commands through `quote`, `number` or `rgb` only, and those use functions taken when the module was
-- loaded.
local concat, format, gmatch, gsub, match, sub = table.concat, string.format, string.gmatch, string.gsub, string.match, string.sub
local huge, max, min, unpack, utf8_length = math.huge, math.max, math.min, table.unpack, utf8.len
local ipairs, type = ipairs, type
local axes = require "astro.plot.axes"
local clip = require "astro.plot.clip"
local titles = require "astro.plot.titles"
local is_drawn, round_up, span, fitted = axes.is_drawn, axes.round_up, axes.span, titles.fitted

local gnuplot = {}

local PIXELS_PER_INCH <const> = 96
local LINE <const>, AXIS <const>, LEFT <const>, RIGHT <const>, RIGHT_AXIS <const>, RIGHT_SCALE <const> = 20, 60, 84, 24, 84, 96
local GAP <const>, KEY <const>, TIC_DISTANCE <const>, XTIC_DISTANCE <const>, XLABEL <const>, YLABEL <const> = 14, 24, 36, 52, 44, 66
local Y2LABEL <const>, SCALE_GAP <const>, SCALE_WIDTH <const> = 64, 12, 14
local BARE <const>, LETTER <const>, KEY_SAMPLE <const>, KEY_ROW <const> = 14, 8, 75, 18

-- How many pixels of a terminal one pixel of the figure takes, so that it fits.
local function magnification(figure_width, screen)
  return min(screen.columns * screen.cell_width / figure_width, 1.5)
end

-- noenhanced: V_m must not become a V with a subscript.
local function window(name)
  return function(w, h) return format("%s size %.0f,%.0f font 'Helvetica,10' noenhanced persist", name, w, h) end
end

-- For a terminal, in its size.
local function kitty(w, h, screen)
  local k = magnification(w, screen)
  return format("pngcairo size %.0f,%.0f font 'Helvetica,10' fontscale %.3f linewidth %.3f pointscale %.3f noenhanced",
    k * w, k * h, k, k, k)
end

local function sixel(w, h, screen)
  local k = magnification(w, screen)
  return format("sixelgd noenhanced truecolor linewidth %.3f font 'Sans,10' fontscale %.3f size %.0f,%.0f background '#ffffff'",
    k, k, k * w, k * h)
end

local TERMINALS <const> = {
  svg = function(w, h)
    return format("svg standalone size %.0f,%.0f font 'Helvetica,Arial,sans-serif,13' noenhanced background '#ffffff'", w, h)
  end,
  png = function(w, h)
    return format("pngcairo size %.0f,%.0f font 'Helvetica,10' fontscale 2 linewidth 2 pointscale 2 noenhanced", 2 * w, 2 * h)
  end,
  pdf = function(w, h)
    return format("pdfcairo size %.3fin,%.3fin font 'Helvetica,10' fontscale 0.85 noenhanced",
      w / PIXELS_PER_INCH, h / PIXELS_PER_INCH)
  end,
  kitty = kitty, sixel = sixel,
  qt = window "qt", wxt = window "wxt", x11 = window "x11",
}

gnuplot.endings = { "svg", "png", "pdf" }

-- Between single quotes gnuplot reads everything as it stands, backslash, backtick and macro too. A single quote itself comes from
-- outside: gnuplot takes a doubled one for the end of the string if it is the first character.
local function quote_line(line) return "'" .. gsub(gsub(line, "%c", " "), "'", [['."'".']]) .. "'" end

local function lines_of(text)
  local lines = {}
  for line in gmatch(gsub(text, "\r\n?", "\n") .. "\n", "(.-)\n") do lines[#lines + 1] = line end
  return lines
end

local function quote(text)
  if not utf8_length(text) then text = gsub(text, "[\x80-\xff]", "?") end
  local lines = lines_of(text)
  for i, line in ipairs(lines) do lines[i] = quote_line(line) end
  return concat(lines, '."\\n".')
end

-- A leading | would be a command and a leading ~ a home directory.
local function quote_path(path)
  return quote_line(sub(path, 1, 1) == "/" and path or "./" .. path)
end

local function number(x)
  if type(x) ~= "number" or x ~= x or x == huge or x == -huge then return "NaN" end
  return format("%.7g", x)
end

-- A faint colour lets what lies behind show through.
local function rgb(colour, is_faint)
  local digits = match(colour or "", "^#(%x%x%x%x%x%x)$") or "000000"
  return "rgb '#" .. (is_faint and "A0" or "") .. digits .. "'"
end

local function rows(...)
  local columns, lines = { ... }, {}
  for i = 1, #columns[1] do
    local row = {}
    for c, column in ipairs(columns) do row[c] = number(column[i]) end
    lines[i] = concat(row, " ")
  end
  return concat(lines, "\n")
end

-- Strokes from x, y to x2, y2. As one long path an SVG takes a third of the space that single strokes would need.
local function stroke_rows(n, ends)
  local lines = {}
  for i = 1, n do
    local x, y, x2, y2 = ends(i)
    lines[i] = format("%s %s\n%s %s\n", number(x), number(y), number(x2), number(y2))
  end
  return concat(lines, "\n")
end

local function tick_rows(series)
  local x, y, half = series.x, series.y, series.size / 2
  return stroke_rows(#x, function(i) return x[i], y[i] - half, x[i], y[i] + half end)
end

local function segment_rows(series)
  return stroke_rows(#series.x, function(i) return series.x[i], series.y[i], series.x2[i], series.y2[i] end)
end

local function image_rows(series)
  local lines = {}
  for i, row in ipairs(series.rows) do
    local cells = {}
    for j = 1, #row do cells[j] = number(row[j]) end
    lines[i] = concat(cells, " ")
  end
  return concat(lines, "\n")
end

local function xy_rows(series) return rows(series.x, series.y) end

local function bar_rows(series)
  local widths = {}
  for i = 1, #series.x do widths[i] = series.bar end
  return rows(series.x, series.y, widths)
end

local SHAPES <const> = { dot = "7", circle = "7", ring = "6", triangle = "9", star = "3" }

-- For each style: the rows of its data block, and how to draw them.
local STYLES <const> = {
  line = { xy_rows, "using 1:2%(axes) with lines linewidth %(width) dashtype %(dash) linecolor %(colour)" },
  points = { xy_rows, "using 1:2%(axes) with points pointtype %(shape) pointsize %(size) linewidth 1.5 linecolor %(colour)" },
  spots = {
    function(series) return rows(series.x, series.y, series.values) end,
    "using 1:2:3%(axes) with points pointtype %(shape) pointsize %(size) linecolor palette",
  },
  bars = { bar_rows, "using 1:2:3%(axes) with boxes fillstyle solid 0.7 noborder fillcolor %(colour)" },
  ticks = { tick_rows, "using 1:2%(axes) with lines linewidth 0.8 linecolor %(colour)" },
  band = {
    function(series, panel) return rows(clip(series, series.axis == "y2" and panel.y2range or panel.yrange)) end,
    "using 1:2:3%(axes) with filledcurves fillstyle transparent solid 0.25 noborder fillcolor %(colour)",
  },
  segments = { segment_rows, "using 1:2%(axes) with lines linewidth %(width) linecolor %(colour)" },
  arrows = {
    function(series) return rows(series.x, series.y, series.dx, series.dy) end,
    "using 1:2:3:4%(axes) with vectors head filled size graph 0.008,25 linewidth 0.8 linecolor %(colour)",
  },
  image = { image_rows, "matrix using (%(x)+%(xstep)*$1):(%(y)+%(ystep)*$2):3 with image" },
}

local function data_block(name, series, panel)
  return format("%s << EOD\n%s\nEOD", name, STYLES[series.style][1](series, panel))
end

-- What stands for the places in a style.
local function fields_of(series)
  local is_image, is_line = series.style == "image", series.style == "line"
  local x, y = is_image and series.x or {}, is_image and series.y or {}
  return {
    colour = rgb(series.colour, series.faint), width = number(series.width or (is_line and 1.4 or 1)), dash = series.dashed and "2" or "1",
    shape = SHAPES[series.shape] or SHAPES.dot, size = number(series.size or 0.4), axes = series.axis == "y2" and " axes x1y2" or "",
    x = number(x[1]), xstep = number(x[2]), y = number(y[1]), ystep = number(y[2]),
  }
end

-- The sample of a tick would be too thin to show its colour.
local function thick_key(series)
  return format(", keyentry with lines linewidth 4 linecolor %s title %s", rgb(series.colour), quote(series.name))
end

local function drawing(name, series)
  local with = gsub(STYLES[series.style][2], "%%%((%a+)%)", fields_of(series))
  local command = name .. " " .. with
  if not series.name then return command .. " notitle" end
  if series.style == "ticks" then return command .. " notitle" .. thick_key(series) end
  return command .. " title " .. quote(series.name)
end

local function drawn_series(panel)
  local drawn = {}
  for _, series in ipairs(panel.series) do
    if is_drawn(series) then drawn[#drawn + 1] = series end
  end
  return drawn
end

local function plot_command(panel, counter)
  local blocks, drawings = {}, {}
  for i, series in ipairs(drawn_series(panel)) do
    local name = format("$data%d_%d", counter, i)
    blocks[i], drawings[i] = data_block(name, series, panel), drawing(name, series)
  end
  if #blocks == 0 then
    return "set yrange [0:1]\nset label " .. quote(panel.empty or "no data") .. " at graph 0.5,0.5 center\nplot NaN notitle"
  end
  return concat(blocks, "\n") .. "\nplot " .. concat(drawings, ", \\\n  ")
end

local function range_command(axis, range)
  if not range then return format("set autoscale %s", axis) end
  return format("set %srange [%s:%s]", axis, range[1] and number(range[1]) or "*", range[2] and number(range[2]) or "*")
end

-- The colour of an axis's label where there are two axes: that of its first curve.
local function axis_colour(panel, axis)
  if not panel.y2label then return "" end
  for _, series in ipairs(panel.series) do
    if (series.axis == "y2") == (axis == "y2") and series.style == "line" then return " textcolor " .. rgb(series.colour) end
  end
  return ""
end

-- gnuplot would set the labels of axes by the width of the numbers beside them, at times outside of the picture.
local function axis_labels(panel, place, page, is_lowest)
  local left, right, bottom, top = unpack(place)
  local commands = {}
  local function label(text, x, y, more)
    if text then commands[#commands + 1] = format("set label %s at screen %.5f, screen %.5f center %s", quote(text), x, y, more) end
  end
  label(panel.ylabel, left - YLABEL / page.width, (bottom + top) / 2, "rotate" .. axis_colour(panel, "y"))
  label(panel.y2label, right + Y2LABEL / page.width, (bottom + top) / 2, "rotate by 270" .. axis_colour(panel, "y2"))
  label(panel.scale and panel.scale.label, right + (RIGHT_SCALE - 14) / page.width, (bottom + top) / 2, "rotate by 270")
  label(is_lowest and panel.xlabel, (left + right) / 2, bottom - XLABEL / page.height, "")
  return concat(commands, "\n")
end

local ALIGNMENTS <const> = { left = "left", right = "right", center = "center" }

local function text_labels(panel)
  local commands = {}
  for i, text in ipairs(panel.texts or {}) do
    commands[i] = format("set label %s at %s, %s %s", quote(text[3]), number(text[1]), number(text[2]), ALIGNMENTS[text[4]] or "left")
  end
  return concat(commands, "\n")
end

-- The colours of images and the bar beside the panel that explains them.
local function scale_commands(panel, place, page)
  local scale = panel.scale
  if not scale then return "unset colorbox" end
  local steps, colours = #scale.colours - 1, {}
  for i, colour in ipairs(scale.colours) do colours[i] = format("%s '%s'", number((i - 1) / steps), sub(rgb(colour), 6, 12)) end
  local _, right, bottom, top = unpack(place)
  return concat({
    "set palette defined (" .. concat(colours, ", ") .. ")",
    format("set cbrange [%s:%s]", number(scale.range[1]), number(scale.range[2])),
    scale.hidden and "unset colorbox"
      or format("set colorbox vertical user origin screen %.5f,%.5f size screen %.5f,%.5f", right + SCALE_GAP / page.width, bottom,
      SCALE_WIDTH / page.width, top - bottom),
    format("set cbtics %s scale 0.4", scale.whole and number(round_up(max(1, (scale.range[2] - scale.range[1]) / 8))) or "autofreq"),
  }, "\n")
end

-- gnuplot counts on more room than a small panel has, and its numbers would touch.
local function tics_command(panel, axis, pixels)
  local least, greatest = span(panel, axis)
  local is_whole = axis == "x" and panel.xwhole or axis == "y" and panel.whole
  local distance = axis == "x" and XTIC_DISTANCE or TIC_DISTANCE
  local wanted = max((greatest - least) * distance / pixels, is_whole and 1 or 0)
  local is_log = axis == "x" and panel.logx or axis == "y" and panel.logy
  if is_log or not (wanted > 0 and wanted < huge) then return format("set %stics autofreq", axis) end
  return format("set %stics %s", axis, number(round_up(wanted)))
end

-- Axes, their ranges and marks.
local function axes_commands(panel, place, page, is_lowest)
  if panel.bare then
    local ranges = range_command("x", panel.xrange) .. "\n" .. range_command("y", panel.yrange)
    return "unset border\nunset tics\nunset logscale\n" .. ranges
  end
  local width, height = (place[2] - place[1]) * page.width, (place[4] - place[3]) * page.height
  local commands = {
    format("set border %s linecolor rgb '#404040'", panel.y2label and "11" or "3"),
    "set xtics nomirror out scale 0.6", "set ytics nomirror out scale 0.6",
    (panel.logx and "set" or "unset") .. " logscale x", (panel.logy and "set" or "unset") .. " logscale y",
    range_command("x", panel.xrange), range_command("y", panel.yrange),
    is_lowest and "set format x" or "set format x ''",
    tics_command(panel, "x", width), tics_command(panel, "y", height),
  }
  if panel.y2label then
    commands[#commands + 1] = "set y2tics out scale 0.6"
    commands[#commands + 1] = range_command("y2", panel.y2range)
    commands[#commands + 1] = tics_command(panel, "y2", height)
  else
    commands[#commands + 1] = "unset y2tics"
  end
  return concat(commands, "\n")
end

-- The names of curves stand above a panel, where they hide no data: in how many columns and rows.
local function key_shape(panel, width)
  local count, longest = 0, 0
  for _, series in ipairs(drawn_series(panel)) do
    if series.name then count, longest = count + 1, max(longest, utf8_length(series.name) or #series.name) end
  end
  local columns = max(1, width // (longest * LETTER + KEY_SAMPLE))
  return columns, (count + columns - 1) // columns
end

local function room_above(panel, width)
  local _, count = key_shape(panel, width)
  return count == 0 and GAP or KEY + (count - 1) * KEY_ROW
end

local function title_command(panel, title, width)
  if not title then return "unset title" end
  local _, count = key_shape(panel, width)
  return format("set title %s offset 0,%g", quote(title), count == 0 and 0 or 0.8 + 1.05 * (count - 1))
end

-- `place` holds left, right, bottom, top in fractions of the page.
local function panel_commands(panel, place, page, is_lowest, title, counter)
  local width = (place[2] - place[1]) * page.width
  return concat({
    "unset label",
    format("set margins at screen %.5f, at screen %.5f, at screen %.5f, at screen %.5f", unpack(place)),
    title_command(panel, title, width), format("set key maxcols %.0f", (key_shape(panel, width))),
    axes_commands(panel, place, page, is_lowest), scale_commands(panel, place, page),
    axis_labels(panel, place, page, is_lowest), text_labels(panel),
    plot_command(panel, counter),
  }, "\n")
end

local function total_weight(panels)
  local total = 0
  for _, panel in ipairs(panels) do total = total + (panel.weight or 1) end
  return total
end

local function title_height(title)
  return title and 8 + LINE * #lines_of(title) or 0
end

local function is_bare(cell) return cell.panels[#cell.panels].bare end

-- Room at the right of a cell's panels. The widest label beside any of them decides.
local function right_margin(cell)
  local right = RIGHT
  for _, panel in ipairs(cell.panels) do
    right = max(right, panel.scale and not panel.scale.hidden and RIGHT_SCALE or 0, panel.y2label and RIGHT_AXIS or 0)
  end
  return right
end

-- The same for all cells of a column, so that axes of time above each other agree.
local function right_margins(figure)
  local margins, columns = {}, figure.columns or 1
  for i, cell in ipairs(figure.cells) do
    local column = (i - 1) % columns + 1
    margins[column] = max(margins[column] or 0, is_bare(cell) and 0 or right_margin(cell))
  end
  return margins
end

-- Left and right of the panels of a cell, in pixels from its left.
local function sides(cell, width, margin)
  if is_bare(cell) then return BARE, width - BARE end
  return LEFT, width - margin
end

-- Top and bottom of each panel of a cell, in pixels from the top of the cell.
local function stack(cell, place, width)
  local top = title_height(place.title)
  local free = place.height - top - (is_bare(cell) and BARE or AXIS)
  for _, panel in ipairs(cell.panels) do free = free - room_above(panel, width) end
  local edges = {}
  for i, panel in ipairs(cell.panels) do
    local height = free * (panel.weight or 1) / total_weight(cell.panels)
    top = top + room_above(panel, width)
    edges[i] = { top, top + height }
    top = top + height
  end
  return edges
end

-- Left, right, bottom, top of each panel of a cell in pixels from the top left of the page. A cell with an aspect (height over width)
-- of its own leaves room free.
local function panel_places(cell, place)
  local left, right = sides(cell, place.right - place.left, place.margin)
  local edges, places = stack(cell, place, right - left), {}
  for i, edge in ipairs(edges) do
    local top, bottom, from, to = edge[1], edge[2], left, right
    if cell.aspect then
      local width = min(right - left, (bottom - top) / cell.aspect)
      from = from + (right - left - width) / 2
      to, top = from + width, bottom - width * cell.aspect
    end
    places[i] = { place.left + from, place.left + to, place.top + bottom, place.top + top }
  end
  return places
end

local function row_height(cells, first, columns)
  local height = 0
  for i = first, first + columns - 1 do height = max(height, cells[i] and cells[i].height or 0) end
  return height
end

-- Where the cells stand, in pixels, with their titles, and the height of all. A row is as high as its highest cell.
local function arrange(figure)
  local columns, places, margins = figure.columns or 1, {}, right_margins(figure)
  local bottom, height = title_height(fitted(figure.title, figure.width)), 0
  for i, cell in ipairs(figure.cells) do
    local column = (i - 1) % columns
    if column == 0 then
      height = row_height(figure.cells, i, columns)
      bottom = bottom + height
    end
    places[i] = {
      left = column * figure.width / columns, right = (column + 1) * figure.width / columns,
      top = bottom - height, height = height, margin = margins[column + 1], title = fitted(cell.title, figure.width / columns),
    }
  end
  return places, bottom
end

local HEAD <const> = [[
reset
set encoding utf8
set terminal %s
%s
set key at graph 1,1 right bottom horizontal samplen 1.5 height 0.3 noenhanced
set multiplot%s
]]

local function head(figure, path, kind, height, screen)
  local title = figure.title and " title " .. quote(fitted(figure.title, figure.width)) or ""
  local output = path and "set output " .. quote_path(path) or ""
  return format(HEAD, TERMINALS[kind](figure.width, height, screen), output, title)
end

local function cell_commands(cell, place, page, counter)
  local parts = {}
  for i, pixels in ipairs(panel_places(cell, place)) do
    local screen = { pixels[1] / page.width, pixels[2] / page.width, 1 - pixels[3] / page.height, 1 - pixels[4] / page.height }
    parts[i] = panel_commands(cell.panels[i], screen, page, i == #cell.panels, i == 1 and place.title or nil, counter + i)
  end
  return concat(parts, "\n")
end

-- commands(figure, path, kind [, screen]) -> text
--
-- `kind` is an ending, a window ("qt", "wxt", "x11"), or a way of showing pictures in a terminal ("sixel", "kitty"); those need
-- the screen's `columns` and `cell_width` in pixels, and go to standard output.
function gnuplot.commands(figure, path, kind, screen)
  local places, height = arrange(figure)
  local page = { width = figure.width, height = height }
  local parts, counter = { head(figure, path, kind, height, screen) }, 0
  for i, cell in ipairs(figure.cells) do
    parts[#parts + 1] = cell_commands(cell, places[i], page, counter)
    counter = counter + #cell.panels
  end
  parts[#parts + 1] = path and "unset multiplot\nunset output\n" or "unset multiplot\n"
  return concat(parts, "\n")
end

return gnuplot
