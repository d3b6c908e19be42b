-- Turns a figure (figure.lua says what that is) into a Python script: matplotlib draws it, and the data stand below.
local axes = require "astro.plot.axes"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fitted, is_drawn = titles.fitted, axes.is_drawn

local matplotlib = {}

local PIXELS_PER_INCH <const>, POINT <const> = 96, 72 / 96
local WIDTH <const> = 110
-- Of the names above a panel, in pixels: a letter, a curve's sample with what surrounds it; in points: a row.
local LETTER <const>, KEY_SAMPLE <const>, KEY_ROW <const> = 6.5, 60, 12

-- A Python string. What a user typed cannot end it.
local function quoted(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  local escaped = text:gsub('[%c\\"]', function(c)
    if c == "\n" then return "\\n" end
    return c:match('[\\"]') and "\\" .. c or ("\\x%02x"):format(c:byte())
  end)
  return '"' .. escaped .. '"'
end

local function number(x)
  if type(x) ~= "number" or x ~= x then return "nan" end
  if math.abs(x) == math.huge then return "nan" end
  return (("%.7g"):format(x):gsub("e%+?(%-?)0*", "e%1"))
end

local function colour_of(text) return quoted(type(text) == "string" and text:match("^#%x%x%x%x%x%x$") or "#000000") end

-- [1, 2, 3 …] in lines of a readable width.
local function list(values, indent)
  local lines, line = {}, ""
  for i = 1, #values do
    local word = number(values[i]) .. (i < #values and "," or "")
    if #indent + #line + #word >= WIDTH then
      lines[#lines + 1], line = line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return "[" .. table.concat(lines, "\n" .. indent .. " ") .. "]"
end

local COLUMNS <const> = { "x", "y", "x2", "y2", "dx", "dy", "low", "high", "values" }

local function data_of(series)
  local parts = {}
  if series.style == "image" then
    for i, row in ipairs(series.rows) do parts[i] = "        " .. list(row, "         ") end
    return '{"rows": [\n' .. table.concat(parts, ",\n") .. "]}"
  end
  for _, name in ipairs(COLUMNS) do
    if series[name] then parts[#parts + 1] = ('"%s": %s'):format(name, list(series[name], "         ")) end
  end
  return "{" .. table.concat(parts, ",\n     ") .. "}"
end

local function label(series) return series.name and ", label=" .. quoted(series.name) or "" end

local SHAPES <const> = { dot = "o", circle = "o", ring = "o", triangle = "^", star = "*" }

-- As large as gnuplot's, in points.
local function mark_size(s, marks) return 5.25 * (s.size or 0.4) * marks + 1.1 end

local function marker(s, marks)
  local face = s.shape == "ring" and ', markerfacecolor="white"' or ""
  return (', marker="%s", markersize=%s%s'):format(SHAPES[s.shape] or "o", number(mark_size(s, marks)), face)
end

-- For each style the call that draws it; d is the series' data.
local STYLES <const> = {
  line = function(s, _, marks)
    return ('plot(d["x"], d["y"], color=%s, linewidth=%s%s%s%s)'):format(colour_of(s.colour), number((s.width or style.LINE) * POINT),
      s.dashed and ', linestyle="--"' or "", s.shape and marker(s, marks) or "", label(s))
  end,
  points = function(s, _, marks)
    return ('plot(d["x"], d["y"], linestyle="none", color=%s%s%s)'):format(colour_of(s.colour), marker(s, marks), label(s))
  end,
  spots = function(s, panel, marks)
    local colours = {}
    for i, colour in ipairs(panel.scale.colours) do colours[i] = colour_of(colour) end
    return ([[scatter(d["x"], d["y"], c=d["values"], s=%s, linewidths=0, vmin=%s, vmax=%s,
                      cmap=LinearSegmentedColormap.from_list("", [%s]))]]):format(number(mark_size(s, marks) ^ 2),
      number(panel.scale.range[1]), number(panel.scale.range[2]), table.concat(colours, ", "))
  end,
  bars = function(s)
    return ('bar(d["x"], d["y"], width=%s, color=%s, alpha=0.7%s)'):format(number(s.bar), colour_of(s.colour), label(s))
  end,
  ticks = function(s)
    return ('vlines(d["x"], [y - %s for y in d["y"]], [y + %s for y in d["y"]], color=%s, linewidth=%s%s)'):format(
      number(s.size / 2), number(s.size / 2), colour_of(s.colour), number((s.width or 0.8) * POINT), label(s))
  end,
  band = function(s)
    return ('fill_between(d["x"], d["low"], d["high"], color=%s, alpha=0.25, linewidth=0%s)'):format(colour_of(s.colour), label(s))
  end,
  errors = function(s)
    return ([[errorbar(d["x"], d["y"],
                yerr=([y - low for y, low in zip(d["y"], d["low"])], [high - y for y, high in zip(d["y"], d["high"])]),
                fmt="none", ecolor=%s, elinewidth=%s, capsize=2%s)]]):format(colour_of(s.colour), number((s.width or 1) * POINT), label(s))
  end,
  segments = function(s)
    return ('add_collection(LineCollection(list(zip(zip(d["x"], d["y"]), zip(d["x2"], d["y2"]))), color=%s, linewidth=%s, alpha=%s%s))')
      :format(colour_of(s.colour), number((s.width or 1) * POINT), s.faint and "0.4" or "1", label(s))
  end,
  arrows = function(s)
    return ('quiver(d["x"], d["y"], d["dx"], d["dy"], angles="xy", scale_units="xy", scale=1, width=0.0015, color=%s)'):format(
      colour_of(s.colour))
  end,
  image = function(s, panel)
    local colours, x, y = {}, s.x, s.y
    for i, colour in ipairs(panel.scale.colours) do colours[i] = colour_of(colour) end
    return ([[imshow(d["rows"], origin="lower", aspect="auto", interpolation="nearest",
                      extent=(%s, %s, %s, %s), vmin=%s, vmax=%s,
                      cmap=LinearSegmentedColormap.from_list("", [%s]))]]):format(
      number(x[1] - x[2] / 2), number(x[1] + (#s.rows[1] - 0.5) * x[2]), number(y[1] - y[2] / 2), number(y[1] + (#s.rows - 0.5) * y[2]),
      number(panel.scale.range[1]), number(panel.scale.range[2]), table.concat(colours, ", "))
  end,
}

local function limits(target, panel, axis)
  local range = axes.limits(panel, axis)
  local words = { axis == "x" and "left" or "bottom", axis == "x" and "right" or "top" }
  local parts = {}
  for i, word in ipairs(words) do
    if range[i] then parts[#parts + 1] = ("%s=%s"):format(word, number(range[i])) end
  end
  return #parts > 0 and ("%s.set_%slim(%s)"):format(target, axis, table.concat(parts, ", ")) or nil
end

-- The colour of an axis where there are two: that of its first curve.
local function axis_colour(panel, axis)
  for _, series in ipairs(panel.y2label and panel.series or {}) do
    if (series.axis == "y2") == (axis == "y2") and series.style == "line" then return ", color=" .. colour_of(series.colour) end
  end
  return ""
end

-- In how many columns and rows the names of curves stand above a panel of so many pixels.
local function legend_shape(panel, width)
  local count, longest = 0, 0
  for _, series in ipairs(panel.series) do
    if series.name then count, longest = count + 1, math.max(longest, utf8.len(series.name) or #series.name) end
  end
  local columns = math.max(1, math.min(count, width // (longest * LETTER + KEY_SAMPLE)))
  return columns, math.ceil(count / columns)
end

local function legend_lines(panel, columns, add)
  local place = ('loc="lower right", bbox_to_anchor=(1, 1), ncols=%d, frameon=False, borderpad=0'):format(columns)
  if not panel.y2label then return add("ax.legend(%s)", place) end
  add "handles, labels = ax.get_legend_handles_labels()"
  add "more_handles, more_labels = right.get_legend_handles_labels()"
  add("ax.legend(handles + more_handles, labels + more_labels, %s)", place)
end

local function has_data(panel)
  for _, series in ipairs(panel.series) do
    if is_drawn(series) then return true end
  end
  return false
end

local function panel_lines(panel, name, is_last, page)
  local lines, columns, rows = {}, legend_shape(panel, page.width)
  local function add(text, ...) lines[#lines + 1] = text and "    " .. (select("#", ...) > 0 and text:format(...) or text) end
  if page.title then add("ax.set_title(%s%s)", quoted(page.title), rows > 0 and (", pad=%d"):format(6 + KEY_ROW * rows) or "") end
  if panel.y2label then
    add "right = ax.twinx()"
    add 'right.spines["right"].set_visible(True)'
    add("right.set_ylabel(%s%s)", quoted(panel.y2label), axis_colour(panel, "y2"))
  end
  for i, series in ipairs(panel.series) do
    add('d = DATA["%s series %d"]', name, i)
    local call = STYLES[series.style](series, panel, page.marks)
    local is_coloured = series.style == "image" or series.style == "spots"
    local target = is_coloured and "image = ax." or series.axis == "y2" and "right." or "ax."
    add(target .. call)
    if is_coloured and not panel.scale.hidden then add("fig.colorbar(image, ax=ax, label=%s)", quoted(panel.scale.label or "")) end
  end
  if not has_data(panel) then add("ax.text(0.5, 0.5, %s, ha=\"center\", transform=ax.transAxes)", quoted(panel.empty or "no data")) end
  for _, text in ipairs(panel.texts or {}) do
    add("ax.text(%s, %s, %s, ha=%s, va=\"center\")", number(text[1]), number(text[2]), quoted(text[3]), quoted(text[4] or "left"))
  end
  if panel.bare then add "ax.set_axis_off()" end
  for _, axis in ipairs { "x", "y" } do
    if panel["log" .. axis] then
      add('ax.set_%sscale("log")', axis)
      -- the usual one writes powers of ten as mathematics, which parse_math keeps from being read
      add('ax.%saxis.set_major_formatter(StrMethodFormatter("{x:g}"))', axis)
    end
  end
  add(limits("ax", panel, "x"))
  add(limits("ax", panel, "y"))
  if panel.ylabel then add("ax.set_ylabel(%s%s)", quoted(panel.ylabel), axis_colour(panel, "y")) end
  if panel.whole then add "ax.yaxis.set_major_locator(MaxNLocator(integer=True))" end
  if panel.xwhole then add "ax.xaxis.set_major_locator(MaxNLocator(integer=True))" end
  if is_last and panel.xlabel then add("ax.set_xlabel(%s)", quoted(panel.xlabel)) end
  if not is_last then add "ax.tick_params(labelbottom=False)" end
  if rows > 0 then legend_lines(panel, columns, add) end
  return lines
end

local function weights(panels)
  local list_of = {}
  for i, panel in ipairs(panels) do list_of[i] = number(panel.weight or 1) end
  return table.concat(list_of, ", ")
end

local function row_heights(figure, columns)
  local heights, total = {}, 0
  for i, cell in ipairs(figure.cells) do
    local row = (i - 1) // columns + 1
    heights[row] = math.max(heights[row] or 0, cell.height)
  end
  for i, height in ipairs(heights) do
    total = total + height
    heights[i] = number(height)
  end
  return heights, total
end

local HEAD <const> = [[
"""%s

Written by astrolua; the data stand at the end. To draw it:  python3 %s [picture.pdf]
"""
import sys
from math import nan

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

plt.rcParams.update({
    "font.family": [%s], "font.size": %s, "axes.titlesize": %s, "legend.fontsize": %s,
    "axes.spines.top": False, "axes.spines.right": False,
    "pdf.fonttype": 42, "svg.fonttype": "none", "savefig.dpi": 200, "savefig.bbox": "tight",
    "text.parse_math": False,
})


def draw():
    fig = plt.figure(figsize=(%s, %s), layout="constrained")
    grid = fig.add_gridspec(%d, %d, height_ratios=[%s])
]]

local TAIL <const> = [[

figure = draw()
if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
else:
    plt.show()
]]

-- The typeface, and one that matplotlib itself has.
local function typeface(font)
  if not font or font == style.FONT then return quoted(style.FONT) end
  return quoted(font) .. ", " .. quoted(style.FONT)
end

-- The lines that draw a cell, and the data of its series.
local function cell_script(cell, i, columns, page)
  local parts, data = {}, {}
  parts[1] = ("\n    cell = grid[%d, %d].subgridspec(%d, 1, height_ratios=[%s])\n"):format((i - 1) // columns, (i - 1) % columns,
    #cell.panels, weights(cell.panels))
  for p, panel in ipairs(cell.panels) do
    local key = ("cell %d panel %d"):format(i, p)
    parts[#parts + 1] = ("    ax = fig.add_subplot(cell[%d]%s)\n"):format(p - 1, p > 1 and ", sharex=ax" or "")
    if cell.aspect then parts[#parts + 1] = ("    ax.set_box_aspect(%s)\n"):format(number(cell.aspect)) end
    local title = p == 1 and fitted(cell.title, page.width, page.k) or nil
    local above = { title = title, width = page.width // page.k, marks = page.marks }
    parts[#parts + 1] = table.concat(panel_lines(panel, key, p == #cell.panels, above), "\n") .. "\n"
    for j, series in ipairs(panel.series) do
      data[#data + 1] = ('    "%s series %d":\n    %s,\n'):format(key, j, data_of(series))
    end
  end
  return table.concat(parts), table.concat(data)
end

-- script(figure, path) -> text of a Python script
function matplotlib.script(figure, path)
  local columns = math.floor(figure.columns or 1)
  local size = figure.font_size or style.FONT_SIZE
  local k, letters = size / style.FONT_SIZE, number(size)
  local heights, total = row_heights(figure, columns)
  local name = path:match("[^/]*$"):gsub("[^%w_%.%-]", "_")
  local parts = {
    HEAD:format(("A figure: " .. tostring(figure.summary)):gsub('[\\"%c]', " "), name, typeface(figure.font), letters, letters, letters,
      number(figure.width / PIXELS_PER_INCH), number(total / PIXELS_PER_INCH), #heights, columns, table.concat(heights, ", ")),
  }
  local data = {}
  if figure.title then parts[#parts + 1] = ("    fig.suptitle(%s)\n"):format(quoted(fitted(figure.title, figure.width, k))) end
  local page = { width = figure.width / columns, k = k, marks = figure.mark_scale or 1 }
  for i, cell in ipairs(figure.cells) do parts[#parts + 1], data[i] = cell_script(cell, i, columns, page) end
  parts[#parts + 1] = "    return fig\n\n\nDATA = {\n" .. table.concat(data) .. "}\n" .. TAIL
  return table.concat(parts)
end

return matplotlib
