-- Turns a figure (figure.lua says what that is) into gnuplot commands.
--
-- gnuplot could run any program, and a script may change figures and the global libraries as it likes. So whatever is not written
-- in this file gets into the commands through `quote`, `number` or `rgb` only, and those use functions taken when the module was
-- loaded.
local concat, format, gmatch, gsub, match, sub = table.concat, string.format, string.gmatch, string.gsub, string.match, string.sub
local floor, huge, log, max, min, utf8_length = math.floor, math.huge, math.log, math.max, math.min, utf8.len
local ipairs, type = ipairs, type
local axes = require "astro.plot.axes"
local clip = require "astro.plot.clip"
local layout = require "astro.plot.layout"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local limits, round_up, span, fitted = axes.limits, axes.round_up, axes.span, titles.fitted
local drawn_series = layout.drawn_series

local gnuplot = {}

local PIXELS_PER_INCH <const>, POINT <const> = 96, 96 / 72
-- Half of the ends of error bars, the least room between numbers at an axis, and the bar of colours.
local TIC_DISTANCE <const> = layout.TIC_DISTANCE
local CAP <const>, TIC_GAP <const>, SCALE_GAP <const>, SCALE_WIDTH <const> = 3.5, 16, 12, 14

-- ## Terminals: one typeface, and letters, lines and points of one size in all. Their own units are found by measuring.

-- How many pixels of a terminal one pixel of the figure takes, so that it fits.
local function magnification(figure_width, screen)
  return min(screen.columns * screen.cell_width / figure_width, 1.5)
end

local function family(font)
  local name = match(font or "", "^%w[%w %-]*$")
  return name or style.FONT
end

-- noenhanced: V_m must not become a V with a subscript.
local function window(name)
  return function(w, h, letters)
    return format("%s size %.0f,%.0f font '%s,%g' noenhanced persist", name, w, h, letters.font, letters.size)
  end
end

-- Bitmaps of gnuplot take the letters' size in points of 1/96 inch; fontscale makes them points.
local function bitmap(w, h, letters, k)
  return format("pngcairo size %.0f,%.0f font '%s,%g' fontscale %.3f linewidth %.3f pointscale %.3f noenhanced", k * w, k * h,
    letters.font, letters.size, k, k, 1.16 * k)
end

-- For a terminal, in its size.
local function sixel(w, h, letters, screen)
  local k = magnification(w, screen)
  return format("sixelgd noenhanced truecolor linewidth %.3f font '%s,%g' fontscale %.3f size %.0f,%.0f background '#ffffff'",
    k, letters.font, letters.size, k, k * w, k * h)
end

local TERMINALS <const> = {
  svg = function(w, h, letters)
    return format("svg standalone size %.0f,%.0f font '%s,Verdana,sans-serif,%.4g' noenhanced background '#ffffff'", w, h, letters.font,
      letters.size * POINT)
  end,
  png = function(w, h, letters) return bitmap(w, h, letters, 2) end,
  pdf = function(w, h, letters)
    -- a line of width 1 is half a point wide there, and letters of size 1 two thirds of a point
    return format("pdfcairo size %.3fin,%.3fin font '%s,%g' fontscale 0.75 linewidth 1.5 pointscale 0.873 noenhanced", w / PIXELS_PER_INCH,
      h / PIXELS_PER_INCH, letters.font, letters.size)
  end,
  gif = function(w, h, letters, frames)
    return format("gif animate delay %.0f loop 0 size %.0f,%.0f font '%s,%g' fontscale 1.1 noenhanced background '#ffffff'",
      frames.delay, w, h, letters.font, letters.size)
  end,
  kitty = function(w, h, letters, screen) return bitmap(w, h, letters, magnification(w, screen)) end, sixel = sixel,
  qt = window "qt", wxt = window "wxt", x11 = window "x11",
}

-- Points of an SVG have no outline, and those of a GIF are smaller.
local POINT_SIZES <const> = {
  svg = function(size) return 0.7 * size + 0.15 end, gif = function(size) return 1.22 * size + 0.26 end,
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
  line_with_points = {
    xy_rows,
    "using 1:2%(axes) with linespoints linewidth %(width) dashtype %(dash) pointtype %(shape) pointsize %(size) linecolor %(colour)",
  },
  points = { xy_rows, "using 1:2%(axes) with points pointtype %(shape) pointsize %(size) linewidth 1.5 linecolor %(colour)" },
  spots = {
    function(series) return rows(series.x, series.y, series.values) end,
    "using 1:2:3%(axes) with points pointtype %(shape) pointsize %(size) linecolor palette",
  },
  bars = { bar_rows, "using 1:2:3%(axes) with boxes fillstyle solid 0.7 noborder fillcolor %(colour)" },
  ticks = { tick_rows, "using 1:2%(axes) with lines linewidth %(width) linecolor %(colour)" },
  band = {
    function(series, panel) return rows(clip(series, series.axis == "y2" and panel.y2range or panel.yrange)) end,
    "using 1:2:3%(axes) with filledcurves fillstyle transparent solid 0.25 noborder fillcolor %(colour)",
  },
  -- gnuplot's own error bars have a gap around their point
  errors = {
    function(series) return rows(series.x, series.low, series.high) end,
    "using 1:2:(0):($3-$2)%(axes) with vectors heads size screen %(cap),90 fixed linewidth %(width) linecolor %(colour)",
  },
  segments = { segment_rows, "using 1:2%(axes) with lines linewidth %(width) linecolor %(colour)" },
  arrows = {
    function(series) return rows(series.x, series.y, series.dx, series.dy) end,
    "using 1:2:3:4%(axes) with vectors head filled size graph 0.008,25 linewidth 0.8 linecolor %(colour)",
  },
  image = { image_rows, "matrix using (%(x)+%(xstep)*$1):(%(y)+%(ystep)*$2):3 with image%(pixels)" },
}

local function style_of(series) return STYLES[series.style == "line" and series.shape and "line_with_points" or series.style] end

local function data_block(name, series, panel)
  return format("%s << EOD\n%s\nEOD", name, style_of(series)[1](series, panel))
end

local MOST_RECTANGLES <const> = 400
local WIDTHS <const> = { line = style.LINE, ticks = 0.8 }

-- What stands for the places in a style.
local function fields_of(series, page)
  local is_image = series.style == "image"
  local x, y, size = is_image and series.x or {}, is_image and series.y or {}, (series.size or 0.4) * page.marks
  return {
    colour = rgb(series.colour, series.faint), width = number(series.width or WIDTHS[series.style] or 1),
    dash = series.dashed and "2" or "1", shape = SHAPES[series.shape] or SHAPES.dot,
    size = number(page.point_size and page.point_size(size) or size), cap = number(CAP * page.k / page.width),
    -- browsers smear the few cells of a small image; of many cells the seams between rectangles would be seen
    pixels = is_image and page.has_rectangles and #series.rows * #series.rows[1] <= MOST_RECTANGLES and " pixels" or "",
    axes = series.axis == "y2" and " axes x1y2" or "", x = number(x[1]), xstep = number(x[2]), y = number(y[1]), ystep = number(y[2]),
  }
end

local function drawing(name, series, page)
  return name .. " " .. gsub(style_of(series)[2], "%%%((%a+)%)", fields_of(series, page)) .. " notitle"
end

local function plot_command(panel, page, counter)
  local blocks, drawings = {}, {}
  for i, series in ipairs(drawn_series(panel)) do
    local name = format("$data%d_%d", counter, i)
    blocks[i], drawings[i] = data_block(name, series, panel), drawing(name, series, page)
  end
  if #blocks == 0 then
    return "set yrange [0:1]\nset label " .. quote(panel.empty or "no data") .. " at graph 0.5,0.5 center\nplot NaN notitle"
  end
  return concat(blocks, "\n") .. "\nplot " .. concat(drawings, ", \\\n  ")
end

-- ## Text, placed by layout.lua

local function at(page, x, y) return format("screen %.5f, screen %.5f", x / page.width, 1 - y / page.height) end

local function label(text, page, x, y, more) return format("set label %s at %s %s", quote(text), at(page, x, y), more) end

local function title_labels(text, box, middle, top, page)
  local commands = {}
  for i, line in ipairs(text and layout.title(text, box, middle, top, page.k) or {}) do
    commands[i] = label(line[1], page, line[2], line[3], "center")
  end
  return commands
end

-- For each style the sample in the legend.
local SAMPLES <const> = {
  line = "set arrow from %(from) to %(to) nohead linewidth %(width) dashtype %(dash) linecolor %(colour)",
  segments = "set arrow from %(from) to %(to) nohead linewidth %(width) linecolor %(colour)",
  errors = "set arrow from %(from) to %(to) heads size screen %(cap),90 fixed linewidth %(width) linecolor %(colour)",
  points = "set label '' at %(middle) point pointtype %(shape) pointsize %(size) linewidth 1.5 linecolor %(colour)",
  -- one as thin as a spike would not show its colour
  ticks = "set arrow from %(from) to %(to) nohead linewidth 4 linecolor %(colour)",
  band = "set object rectangle from %(low) to %(high) fillstyle transparent solid 0.25 noborder fillcolor %(colour)",
  bars = "set object rectangle from %(low) to %(high) fillstyle solid 0.7 noborder fillcolor %(colour)",
}

local function sample(entry, page)
  local series, half = entry.series, 5 * page.k
  local fields = fields_of(series, page)
  fields.from, fields.to = at(page, entry.x, entry.y), at(page, entry.x2, entry.y)
  fields.low, fields.high = at(page, entry.x, entry.y + half), at(page, entry.x2, entry.y - half)
  fields.middle = at(page, (entry.x + entry.x2) / 2, entry.y)
  local command = gsub(SAMPLES[series.style] or "", "%%%((%a+)%)", fields)
  if series.style ~= "line" or not series.shape then return command end
  return command .. "\n" .. gsub(SAMPLES.points, "%%%((%a+)%)", fields)
end

local function legend(panel, place, page)
  local commands = {}
  for i, entry in ipairs(layout.key(panel, place, page.k)) do
    commands[i] = label(entry.series.name, page, entry.text_x, entry.y, "right") .. "\n" .. sample(entry, page)
  end
  return concat(commands, "\n")
end

-- The colour of an axis's label where there are two axes: that of its first curve.
local function axis_colour(panel, axis)
  if not panel.y2label then return "" end
  for _, series in ipairs(panel.series) do
    if (series.axis == "y2") == (axis == "y2") and series.style == "line" then return " textcolor " .. rgb(series.colour) end
  end
  return ""
end

local TURNED <const> = { y = "center rotate", y2 = "center rotate by 270", scale = "center rotate by 270", x = "center" }

local function axis_labels(panel, place, page, is_lowest)
  local commands = {}
  for i, line in ipairs(layout.labels(panel, place, is_lowest, page.k)) do
    local text, x, y, axis = line[1], line[2], line[3], line[4]
    commands[i] = label(text, page, x, y, TURNED[axis] .. (axis ~= "x" and axis ~= "scale" and axis_colour(panel, axis) or ""))
  end
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

-- ## Axes and colours

local function range_command(panel, axis)
  local range = limits(panel, axis)
  if not (range[1] or range[2]) then return format("set autoscale %s", axis) end
  return format("set %srange [%s:%s]", axis, range[1] and number(range[1]) or "*", range[2] and number(range[2]) or "*")
end

-- The colours of images and the bar beside the panel that explains them.
local function scale_commands(panel, place, page)
  local scale = panel.scale
  if not scale then return "unset colorbox" end
  local steps, colours = #scale.colours - 1, {}
  for i, colour in ipairs(scale.colours) do colours[i] = format("%s '%s'", number((i - 1) / steps), sub(rgb(colour), 6, 12)) end
  local origin, height = at(page, place.right + SCALE_GAP * page.k, place.bottom), (place.bottom - place.top) / page.height
  return concat({
    "set palette defined (" .. concat(colours, ", ") .. ")",
    format("set cbrange [%s:%s]", number(scale.range[1]), number(scale.range[2])),
    scale.hidden and "unset colorbox"
      or format("set colorbox vertical user origin %s size screen %.5f,%.5f", origin, SCALE_WIDTH * page.k / page.width, height),
    format("set cbtics %s scale 0.4", scale.whole and number(round_up(max(1, (scale.range[2] - scale.range[1]) / 8))) or "autofreq"),
  }, "\n")
end

-- The next of 1, 2, 5, 10 … above x.
local function next_step(x) return round_up(x * 1.5) end

local FEWEST_DECADES <const> = 3

-- The marks of a logarithmic axis within a range: gnuplot would number its powers of ten, of which a short one may have none. 1, 2 and 5 of
-- each are numbered then, if there is room.
local function log_tics(panel, axis, pixels, k)
  local range, marks, decades, widest = limits(panel, axis), {}, 0, 1
  if not (range[1] and range[2] and range[1] > 0) then return "autofreq" end
  for power = floor(log(range[1], 10)), floor(log(range[2], 10)) do
    for _, factor in ipairs { 1, 2, 5 } do
      local mark = factor * 10.0 ^ power
      if mark >= range[1] * (1 - 1e-9) and mark <= range[2] * (1 + 1e-9) then
        marks[#marks + 1], decades, widest = number(mark), decades + (factor == 1 and 1 or 0), max(widest, axes.width_of_number(mark))
      end
    end
  end
  local room = axis == "x" and (TIC_GAP + layout.DIGIT * widest) * k or TIC_DISTANCE * k / 2
  if decades >= FEWEST_DECADES or #marks == 0 then return "autofreq" end
  -- from 1 to 2 are three tenths of a decade
  return 0.3 * pixels / log(range[2] / range[1], 10) >= room and "(" .. concat(marks, ", ") .. ")" or "autofreq"
end

-- The steps between the numbers at an axis. gnuplot counts on more room than a small panel has, and its numbers would touch.
local function tics_command(panel, axis, pixels, k)
  local is_log = axis == "x" and panel.logx or axis == "y" and panel.logy
  if is_log then return format("set %stics %s", axis, log_tics(panel, axis, pixels, k)) end
  local step = axes.step(panel, axis, pixels, TIC_DISTANCE * k)
  if not step then return format("set %stics autofreq", axis) end
  local least, greatest = span(panel, axis)
  local function is_tight()
    return step / (greatest - least) * pixels < (TIC_GAP + layout.DIGIT * axes.widest_number(panel, axis, step)) * k
  end
  while axis == "x" and step < greatest - least and is_tight() do step = next_step(step) end
  return format("set %stics %s", axis, number(step))
end

-- Axes, their ranges and marks.
local function axes_commands(panel, place, page, is_lowest)
  if panel.bare then
    local ranges = range_command(panel, "x") .. "\n" .. range_command(panel, "y")
    return "unset border\nunset tics\nunset logscale\n" .. ranges
  end
  local width, height = place.right - place.left, place.bottom - place.top
  local commands = {
    format("set border %s back linecolor rgb '#404040'", panel.y2label and "11" or "3"),
    "set xtics nomirror out scale 0.6" .. page.xtics, "set ytics nomirror out scale 0.6",
    (panel.logx and "set" or "unset") .. " logscale x", (panel.logy and "set" or "unset") .. " logscale y",
    range_command(panel, "x"), range_command(panel, "y"),
    is_lowest and "set format x" or "set format x ''",
    tics_command(panel, "x", width, page.k), tics_command(panel, "y", height, page.k),
  }
  if panel.y2label then
    commands[#commands + 1] = "set y2tics out scale 0.6"
    commands[#commands + 1] = range_command(panel, "y2")
    commands[#commands + 1] = tics_command(panel, "y2", height, page.k)
  else
    commands[#commands + 1] = "unset y2tics"
  end
  return concat(commands, "\n")
end

-- ## Panels, cells, pages

-- `above` are the titles over the panel.
local function panel_commands(panel, place, page, is_lowest, above, counter)
  return concat({
    "unset label\nunset arrow\nunset object",
    format("set margins at screen %.5f, at screen %.5f, at screen %.5f, at screen %.5f", place.left / page.width, place.right / page.width,
      1 - place.bottom / page.height, 1 - place.top / page.height),
    concat(above, "\n"), legend(panel, place, page),
    axes_commands(panel, place, page, is_lowest), scale_commands(panel, place, page),
    axis_labels(panel, place, page, is_lowest), text_labels(panel),
    plot_command(panel, page, counter),
  }, "\n")
end

local HEAD <const> = [[
reset
set encoding utf8
set terminal %s
%s
unset key
]]

local function letters_of(figure)
  local size = figure.font_size
  return { font = family(figure.font), size = type(size) == "number" and size > 0 and size < huge and size or style.FONT_SIZE }
end

local function head(figure, path, kind, page, screen)
  local output = path and "set output " .. quote_path(path) or ""
  return format(HEAD, TERMINALS[kind](figure.width, page.height, letters_of(figure), screen), output)
end

local function cell_commands(cell, place, page, above, counter)
  local parts = {}
  for i, panel_place in ipairs(layout.panels(cell, place, page.k)) do
    local middle = (panel_place.left + panel_place.right) / 2
    local labels = i == 1 and title_labels(place.title, place, middle, place.top, page) or {}
    for _, one in ipairs(i == 1 and above or {}) do labels[#labels + 1] = one end
    parts[i] = panel_commands(cell.panels[i], panel_place, page, i == #cell.panels, labels, counter + i)
  end
  return concat(parts, "\n")
end

-- The title above all cells, which the first panel draws.
local function page_title(figure, page)
  local box = { left = 0, right = figure.width }
  return title_labels(fitted(figure.title, figure.width, page.k), box, figure.width / 2, 0, page)
end

local function page_of(figure, kind)
  local places, height = layout.arrange(figure)
  return {
    width = figure.width, height = height, k = layout.letters(figure), marks = figure.mark_scale or 1, point_size = POINT_SIZES[kind],
    -- the lines of an SVG are higher, and numbers would stand farther from their axis
    xtics = kind == "svg" and " offset 0,0.3" or "", has_rectangles = kind == "svg", places = places,
  }
end

local function body(figure, page)
  local parts, counter = { "set multiplot" }, 0
  for i, cell in ipairs(figure.cells) do
    parts[#parts + 1] = cell_commands(cell, page.places[i], page, i == 1 and page_title(figure, page) or {}, counter)
    counter = counter + #cell.panels
  end
  parts[#parts + 1] = "unset multiplot"
  return concat(parts, "\n")
end

-- commands(figure, path, kind [, screen]) -> text
--
-- `kind` is an ending, a window ("qt", "wxt", "x11"), or a way of showing pictures in a terminal ("sixel", "kitty"); those need
-- the screen's `columns` and `cell_width` in pixels, and go to standard output.
function gnuplot.commands(figure, path, kind, screen)
  local page = page_of(figure, kind)
  return concat({ head(figure, path, kind, page, screen), body(figure, page), path and "unset output\n" or "" }, "\n")
end

-- animation(frames, path, delay) -> text: figures after each other in a GIF, each for `delay` hundredths of a second.
function gnuplot.animation(frames, path, delay)
  local pages, height = {}, 0
  for i, frame in ipairs(frames) do
    pages[i] = page_of(frame, "gif")
    height = max(height, pages[i].height)
  end
  for _, page in ipairs(pages) do page.height = height end
  local parts = { head(frames[1], path, "gif", pages[1], { delay = delay }) }
  for i, frame in ipairs(frames) do parts[#parts + 1] = body(frame, pages[i]) end
  parts[#parts + 1] = path and "unset output\n" or ""
  return concat(parts, "\n")
end

return gnuplot
