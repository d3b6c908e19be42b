-- The options of each kind of picture. This is the one table of them: it refuses what a kind does not draw, completion shows it, and
-- Docs/generate.lua writes it into Docs/plot.md.
local check = require "astro.check"
local fail = check.fail
local concat, ipairs, pairs, type = table.concat, ipairs, pairs, type

local options = {}

options.KINDS = {
  "raster", "traces", "lines", "histogram", "matrix", "correlation", "spectrogram", "tripartite", "degrees", "connectivity",
  "phase_plane", "weights", "stdp_window", "map", "layer", "targets", "wave", "animate", "panels",
}

local AXES <const> =
  "raster traces lines histogram matrix correlation spectrogram connectivity phase_plane stdp_window map layer targets wave animate"
local CURVES <const> = "raster traces lines histogram degrees phase_plane weights stdp_window"
local IMAGES <const> = "matrix correlation spectrogram connectivity map layer targets wave animate"

-- { name, what it may be (as check.value takes it), the kinds of pictures that have it, meaning }
options.ROWS = {
  { "title", "title", concat(options.KINDS, " "), "replaces the usual title; `false`: none. Of panels: above all figures" },
  { "xlabel", "string", AXES, "text as typed, except for ions: `V_m` stays `V_m`" },
  { "ylabel", "string", AXES, "the same for the other axis" },
  { "xrange", "range", AXES, "`{ from, to }`, either of which may be nil; times in ms. By default, axes of time cover the recording" },
  { "yrange", "range", AXES, "the same for the other axis; in a raster: ids of neurons" },
  { "width", "length", concat(options.KINDS, " "),
    "a length such as `\"8 cm\"` (`cm`, `mm`, `in`), or a number of pixels, 96 per inch; PNG files have twice as many" },
  { "height", "length", concat(options.KINDS, " "):gsub(" panels", ""), "the same; by default it follows from the width" },
  { "font_size", "positive", concat(options.KINDS, " "), "size of all letters in points (10)" },
  { "font", "font", concat(options.KINDS, " "), "typeface (`\"DejaVu Sans\"`), installed where the picture is drawn" },
  { "colours", "colours", CURVES .. " tripartite layer",
    "replaces the usual ones: `{ \"#D55E00\", \"blue\", … }` in the order of the legend, or by name: `{ control = \"blue\" }`" },
  { "line_width", "positive", CURVES .. " tripartite map", "width of curves in points (1); other lines in proportion" },
  { "columns", "count", "panels wave", "number of figures side by side" },
  { "histogram", "boolean", "raster", "`true`: the mean rate of the neurons in bins, below" },
  { "bin", "positive", "raster", "width of the histogram's bins in ms; by default, about ten spikes per bin" },
  { "groups", "table", "raster", "`{ { \"name\", nodes }, … }`: a colour for each group" },
  { "each", "boolean", "traces weights", "`true`: one curve per node or connection, for the first seven" },
  { "points", "boolean", "lines", "`true`: points instead of lines" },
  { "lines", "boolean", "lines", "`true`, with `points`: points joined by lines" },
  { "errors", { "band", "bars" }, "lines", '`"bars"`: error bars instead of bands' },
  { "spread", "string", "lines", "text of the legend for bands or error bars: `\"± s.d. of 5\"`" },
  { "logx", "boolean", "lines", "`true`: a logarithmic axis; numbers of 0 or below are left out, and the axis says how many" },
  { "logy", "boolean", "lines", "the same for the other axis" },
  { "bins", "positive", "histogram weights wave", "number of bins" },
  { "most", "count", "tripartite", "largest number of cells in a row (20)" },
  { "synapse_model", "string", "degrees connectivity targets", "only connections of this model" },
  { "weight", "boolean", "connectivity", "`true`: sums of weights instead of counts" },
  { "trajectory", "anything", "phase_plane", "a recorder that sampled both variables" },
  { "I", "number", "phase_plane", "of a neuron: current in addition to `I_e` (pA)" },
  { "IP3", "not negative", "phase_plane", "of an astrocyte: concentration (uM), by default that of the node" },
  { "field", "boolean", "phase_plane", "`false`: no arrows" },
  { "segment", "positive", "spectrogram", "as in `analysis.spectrogram`, ms" },
  { "overlap", "fraction", "spectrogram", "as in `analysis.spectrogram` (0.5)" },
  { "interval", "positive", "spectrogram", "of a plain list: ms between its samples" },
  { "quantity", "string", "map weights", "shown by the colours: a parameter, state or recordable; of weights: a recorded quantity" },
  { "values", "anything", "map", "instead: one number per cell" },
  { "connections", "anything", "map", "Connections, drawn as strokes" },
  { "territories", "anything", "map", "Connections: cells with most of them from the same source have the same colour" },
  { "marks", "anything", "map", "nodes, drawn as stars" },
  { "mask", "anything", "targets", "the mask of `connect`, drawn around the source" },
  { "p", "anything", "targets", "the function of distance of `connect`, drawn as shades" },
  { "along", "string", "wave", '`"x"`, `"y"`, `"z"` or `"distance"` (x)' },
  { "origin", "table", "wave", "`{ x, y }`: origin of the distances" },
  { "times", "anything", "wave", "ms: a map for each of these times instead of an image of space and time" },
  { "fps", "positive", "animate", "frames per second (10)" },
  { "from", "number", "animate", "time of the first frame, ms" },
  { "to", "number", "animate", "time of the last frame, ms" },
  { "every", "positive", "animate", "ms from one frame to the next; by default, at most a hundred frames" },
  { "range", "range", IMAGES, "`{ from, to }`: range of the colours" },
  { "step", "positive", "stdp_window", "ms from one interval to the next (1); `xrange` is their range (-80 to 80)" },
  { "pairs", "count", "stdp_window", "number of pairs of spikes (1)" },
  { "frequency", "positive", "stdp_window", "pairs per second (1)" },
  { "tau_minus", "positive", "stdp_window", "of the target, ms" },
  { "percent", "boolean", "stdp_window", "`true`: change in percent of the initial weight" },
  { "label", "string", IMAGES, "label of the colours" },
  { "palette", "string", IMAGES:gsub(" connectivity", ""):gsub(" targets", ""), '`"counts"`, `"power"` or `"signed"`' },
}

local allowed <const>, known <const> = {}, {}
for _, kind in ipairs(options.KINDS) do allowed[kind] = {} end
for _, row in ipairs(options.ROWS) do
  known[row[1]] = true
  for kind in row[3]:gmatch("%S+") do allowed[kind][row[1]] = row[2] end
end

-- of(kind) -> rows of the options that a kind has, in order
function options.of(kind)
  local rows = {}
  for _, row in ipairs(options.ROWS) do
    if allowed[kind] and allowed[kind][row[1]] then rows[#rows + 1] = row end
  end
  return rows
end

-- checked(kind, given) -> the user's options, each of which the kind draws
function options.checked(kind, given)
  for name in pairs(type(given) == "table" and given or {}) do
    if known[name] and not allowed[kind][name] then
      fail("%s: there is no option '%s' here; other pictures have it (there are: %s)", kind, name,
        concat(check.sorted_keys(allowed[kind]), ", "))
    end
  end
  return check.options(kind, given, allowed[kind])
end

return options
