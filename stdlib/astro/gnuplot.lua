-- Turns a figure (what astro.plot builds) into gnuplot commands.
--
-- A figure is { title, width, columns, cells }; a cell is { title, height, panels }; the panels of a cell stand above each
-- other and share the x axis; a panel is { xlabel, ylabel, xrange, yrange, weight, whole (numbers along y), series }; a
-- series is { style, name, colour, x, y … }.
--
-- gnuplot could run any program, and a script may change figures and the global libraries as it likes. So whatever is not written
-- in this file gets into the commands through `quote`, `number` or `rgb` only, and those use functions taken when the module was
-- loaded.
local concat, format, gmatch, gsub, match, sub = table.concat, string.format, string.gmatch, string.gsub, string.match, string.sub
local floor, huge, log, max, unpack, utf8_length = math.floor, math.huge, math.log, math.max, table.unpack, utf8.len
local ipairs, type = ipairs, type

local gnuplot = {}

local PIXELS_PER_INCH <const> = 96
local LINE <const>, AXIS <const>, LEFT <const>, RIGHT <const> = 20, 60, 84, 20
local GAP <const>, KEY <const>, TIC_DISTANCE <const>, XLABEL <const>, YLABEL <const> = 14, 24, 36, 44, 66

-- noenhanced: V_m must not become a V with a subscript.
local TERMINALS <const> = {
  svg = function(w, h)
    return format("svg size %.0f,%.0f font 'Helvetica,Arial,sans-serif,13' noenhanced background '#ffffff'", w, h)
  end,
  png = function(w, h)
    return format("pngcairo size %.0f,%.0f font 'Helvetica,10' fontscale 2 linewidth 2 pointscale 2 noenhanced", 2 * w, 2 * h)
  end,
  pdf = function(w, h)
    return format("pdfcairo size %.3fin,%.3fin font 'Helvetica,10' fontscale 0.85 noenhanced",
      w / PIXELS_PER_INCH, h / PIXELS_PER_INCH)
  end,
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

local function rgb(colour) return "rgb '" .. (match(colour, "^#%x%x%x%x%x%x$") or "#000000") .. "'" end

local function rows(...)
  local columns, lines = { ... }, {}
  for i = 1, #columns[1] do
    local row = {}
    for c, column in ipairs(columns) do row[c] = number(column[i]) end
    lines[i] = concat(row, " ")
  end
  return concat(lines, "\n")
end

-- As one long path an SVG takes a third of the space that single marks would need.
local function tick_rows(series)
  local lines = {}
  for i, x in ipairs(series.x) do
    local at, y = number(x), series.y[i]
    lines[i] = format("%s %s\n%s %s\n", at, number(y - series.size / 2), at, number(y + series.size / 2))
  end
  return concat(lines, "\n")
end

local function xy_rows(series) return rows(series.x, series.y) end

-- For each style: the rows of its data block, and how to draw them.
local STYLES <const> = {
  line = { xy_rows, "using 1:2 with lines linewidth %(width) linecolor %(colour)" },
  points = { xy_rows, "using 1:2 with points pointtype 7 pointsize 0.4 linecolor %(colour)" },
  bars = { xy_rows, "using 1:2 with boxes fillstyle solid 0.7 noborder fillcolor %(colour)" },
  ticks = { tick_rows, "using 1:2 with lines linewidth 0.8 linecolor %(colour)" },
  band = {
    function(series) return rows(series.x, series.low, series.high) end,
    "using 1:2:3 with filledcurves fillstyle transparent solid 0.25 noborder fillcolor %(colour)",
  },
}

local function data_block(name, series) return format("%s << EOD\n%s\nEOD", name, STYLES[series.style][1](series)) end

-- The sample of a tick would be too thin to show its colour.
local function thick_key(series)
  return format(", keyentry with lines linewidth 4 linecolor %s title %s", rgb(series.colour), quote(series.name))
end

local function drawing(name, series)
  local with = gsub(STYLES[series.style][2], "%%%((%a+)%)", { colour = rgb(series.colour), width = number(series.width or 1.4) })
  local command = name .. " " .. with
  if not series.name then return command .. " notitle" end
  if series.style == "ticks" then return command .. " notitle" .. thick_key(series) end
  return command .. " title " .. quote(series.name)
end

local function drawn_series(panel)
  local drawn = {}
  for _, series in ipairs(panel.series) do
    if #series.x > 0 then drawn[#drawn + 1] = series end
  end
  return drawn
end

local function plot_command(panel, counter)
  local blocks, drawings = {}, {}
  for i, series in ipairs(drawn_series(panel)) do
    local name = format("$data%d_%d", counter, i)
    blocks[i], drawings[i] = data_block(name, series), drawing(name, series)
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

-- gnuplot would set the labels of axes by the width of the numbers beside them, at times outside of the picture.
local function axis_labels(panel, place, page, is_lowest)
  local left, right, bottom, top = unpack(place)
  local commands = {}
  local function label(text, x, y, turned)
    if text then commands[#commands + 1] = format("set label %s at screen %.5f, screen %.5f center %s", quote(text), x, y, turned) end
  end
  label(panel.ylabel, left - YLABEL / page.width, (bottom + top) / 2, "rotate")
  label(is_lowest and panel.xlabel, (left + right) / 2, bottom - XLABEL / page.height, "")
  return concat(commands, "\n")
end

-- The least and greatest of all that a panel shows along y.
local function span(panel)
  local least, greatest = huge, -huge
  for _, series in ipairs(panel.series) do
    for _, column in ipairs { series.y or {}, series.low or {}, series.high or {} } do
      for _, y in ipairs(column) do
        if y < least then least = y end
        if y > greatest then greatest = y end
      end
    end
  end
  local given = panel.yrange or {}
  return given[1] or least, given[2] or greatest
end

-- gnuplot counts on more height than a low panel has, and its numbers would touch.
local function tics_command(panel, height)
  local least, greatest = span(panel)
  local wanted = max((greatest - least) * TIC_DISTANCE / height, panel.whole and 1 or 0)
  if panel.logy or not (wanted > 0 and wanted < huge) then return "set ytics autofreq" end
  local power = 10.0 ^ floor(log(wanted, 10))
  for _, factor in ipairs { 1, 2, 5, 10 } do
    if wanted <= factor * power then return "set ytics " .. number(factor * power) end
  end
end

-- Room above a panel; names of curves stand there, where they hide no data.
local function room_above(panel)
  for _, series in ipairs(panel.series) do
    if series.name then return KEY end
  end
  return GAP
end

-- `place` holds left, right, bottom, top in fractions of the page.
local function panel_commands(panel, place, page, is_lowest, title, counter)
  return concat({
    "unset label",
    format("set margins at screen %.5f, at screen %.5f, at screen %.5f, at screen %.5f", unpack(place)),
    title and format("set title %s offset 0,%g", quote(title), room_above(panel) == KEY and 0.8 or 0) or "unset title",
    (panel.logx and "set" or "unset") .. " logscale x", (panel.logy and "set" or "unset") .. " logscale y",
    range_command("x", panel.xrange), range_command("y", panel.yrange),
    is_lowest and "set format x" or "set format x ''",
    tics_command(panel, (place[4] - place[3]) * page.height),
    axis_labels(panel, place, page, is_lowest),
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

-- Top and bottom of each panel of a cell, in pixels from the top of the cell.
local function stack(cell, whole_height)
  local top = title_height(cell.title)
  local free = whole_height - top - AXIS
  for _, panel in ipairs(cell.panels) do free = free - room_above(panel) end
  local edges = {}
  for i, panel in ipairs(cell.panels) do
    local height = free * (panel.weight or 1) / total_weight(cell.panels)
    top = top + room_above(panel)
    edges[i] = { top, top + height }
    top = top + height
  end
  return edges
end

local function row_height(cells, first, columns)
  local height = 0
  for i = first, first + columns - 1 do height = max(height, cells[i] and cells[i].height or 0) end
  return height
end

-- Where the cells stand, in pixels, and the height of all. A row is as high as its highest cell.
local function arrange(figure)
  local columns, places = figure.columns or 1, {}
  local bottom, height = title_height(figure.title), 0
  for i in ipairs(figure.cells) do
    local column = (i - 1) % columns
    if column == 0 then
      height = row_height(figure.cells, i, columns)
      bottom = bottom + height
    end
    places[i] = {
      left = column * figure.width / columns, right = (column + 1) * figure.width / columns,
      top = bottom - height, height = height,
    }
  end
  return places, bottom
end

local HEAD <const> = [[
reset
set encoding utf8
set terminal %s
%sset border 3 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set key at graph 1,1 right bottom horizontal samplen 1.5 height 0.3 noenhanced
set datafile missing 'NaN'
set multiplot%s
]]

local function head(figure, path, ending, height)
  local title = figure.title and " title " .. quote(figure.title) or ""
  local output = path and format("set output %s\n", quote_path(path)) or ""
  return format(HEAD, TERMINALS[ending](figure.width, height), output, title)
end

local function cell_commands(cell, place, page, counter)
  local parts = {}
  for i, edges in ipairs(stack(cell, place.height)) do
    local screen = {
      (place.left + LEFT) / page.width, (place.right - RIGHT) / page.width,
      1 - (place.top + edges[2]) / page.height, 1 - (place.top + edges[1]) / page.height,
    }
    parts[i] = panel_commands(cell.panels[i], screen, page, i == #cell.panels, i == 1 and cell.title or nil, counter + i)
  end
  return concat(parts, "\n")
end

-- Without a path the picture goes to gnuplot's standard output.
function gnuplot.commands(figure, path, ending)
  local places, height = arrange(figure)
  local page = { width = figure.width, height = height }
  local parts, counter = { head(figure, path, ending, height) }, 0
  for i, cell in ipairs(figure.cells) do
    parts[#parts + 1] = cell_commands(cell, places[i], page, counter)
    counter = counter + #cell.panels
  end
  parts[#parts + 1] = "unset multiplot\nunset output\n"
  return concat(parts, "\n")
end

return gnuplot
