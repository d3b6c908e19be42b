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
  { "title", "title", concat(options.KINDS, " "), "in place of the usual title; `false` for none. Above all figures of panels" },
  { "xlabel", "string", AXES, "text as it is typed: `V_m` stays `V_m`" },
  { "ylabel", "string", AXES, "the same for the other axis" },
  { "xrange", "range", AXES, "`{ from, to }`, one of which may be nil; times in ms. Without it axes of time show what was recorded" },
  { "yrange", "range", AXES, "the same for the other axis; in a raster ids of neurons" },
  { "width", "length", concat(options.KINDS, " "),
    "a text such as `\"8 cm\"` (`cm`, `mm`, `in`), or pixels, 96 an inch; PNG files have twice as many" },
  { "height", "length", concat(options.KINDS, " "):gsub(" panels", ""), "the same; by default it follows from the width" },
  { "font_size", "positive", concat(options.KINDS, " "), "size of all letters in points (10)" },
  { "font", "font", concat(options.KINDS, " "), "typeface (`\"DejaVu Sans\"`), one that is installed where the picture is drawn" },
  { "colours", "colours", CURVES .. " tripartite layer",
    "in place of the usual ones: `{ \"#D55E00\", \"blue\", … }` in the order of the legend, or by name: `{ control = \"blue\" }`" },
  { "line_width", "positive", CURVES .. " tripartite map", "width of curves in points (1); other lines follow" },
  { "columns", "count", "panels wave", "how many figures side by side" },
  { "histogram", "boolean", "raster", "`true`: mean rate of the neurons in bins, below" },
  { "bin", "positive", "raster", "width of the histogram's bins in ms; by default some ten spikes fall into each" },
  { "groups", "table", "raster", "`{ { \"name\", nodes }, … }`: a colour for each" },
  { "each", "boolean", "traces weights", "`true`: a curve for each node or connection, the first seven" },
  { "points", "boolean", "lines", "`true`: points instead of lines" },
  { "lines", "boolean", "lines", "`true`, with `points`: points joined by lines" },
  { "errors", { "band", "bars" }, "lines", '`"bars"`: error bars instead of bands' },
  { "spread", "string", "lines", "what bands or error bars are, for the legend: `\"± s.d. of 5\"`" },
  { "logx", "boolean", "lines", "`true`: a logarithmic axis; numbers of 0 or below have no place there, and the axis says how many" },
  { "logy", "boolean", "lines", "the same for the other axis" },
  { "bins", "positive", "histogram weights wave", "their number" },
  { "most", "count", "tripartite", "cells shown in a row (20)" },
  { "synapse_model", "string", "degrees connectivity targets", "only connections of this model" },
  { "weight", "boolean", "connectivity", "`true`: sums of weights instead of counts" },
  { "trajectory", "anything", "phase_plane", "a recorder that sampled both variables" },
  { "I", "number", "phase_plane", "of a neuron: a current in addition to `I_e` (pA)" },
  { "IP3", "not negative", "phase_plane", "of an astrocyte: the concentration (uM), by default the node's" },
  { "field", "boolean", "phase_plane", "`false`: no arrows" },
  { "segment", "positive", "spectrogram", "as in `analysis.spectrogram`, ms" },
  { "overlap", "fraction", "spectrogram", "as in `analysis.spectrogram` (0.5)" },
  { "interval", "positive", "spectrogram", "ms between the samples of a signal that is a plain list" },
  { "quantity", "string", "map weights", "what colours cells: a parameter, state or recordable; of synapses what was recorded" },
  { "values", "anything", "map", "a number for each cell instead" },
  { "connections", "anything", "map", "Connections that are drawn as strokes" },
  { "territories", "anything", "map", "Connections: cells that get most of them from the same source have the same colour" },
  { "marks", "anything", "map", "nodes that are drawn as stars" },
  { "mask", "anything", "targets", "a mask as `connect` takes it, drawn around the source" },
  { "p", "anything", "targets", "a function of distance as `connect` takes it, drawn as shades" },
  { "along", "string", "wave", '`"x"`, `"y"`, `"z"` or `"distance"` (x)' },
  { "origin", "table", "wave", "`{ x, y }`: where distances are measured from" },
  { "times", "anything", "wave", "ms: a map for each of these moments instead of an image of space and time" },
  { "fps", "positive", "animate", "frames a second (10)" },
  { "from", "number", "animate", "ms: when the first frame is" },
  { "to", "number", "animate", "ms: when the last frame is" },
  { "every", "positive", "animate", "ms from one frame to the next; by default there are at most a hundred" },
  { "range", "range", IMAGES, "what the colours reach from and to" },
  { "step", "positive", "stdp_window", "ms from one interval to the next (1); the `xrange` says how far they go (from -80 to 80)" },
  { "pairs", "count", "stdp_window", "pairs of spikes that count together (1)" },
  { "frequency", "positive", "stdp_window", "pairs a second, of several (1)" },
  { "tau_minus", "positive", "stdp_window", "parameter of the target, ms" },
  { "percent", "boolean", "stdp_window", "`true`: the change in percent of the weight before" },
  { "label", "string", IMAGES, "what the colours mean" },
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
