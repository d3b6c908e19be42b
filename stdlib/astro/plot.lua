-- Pictures of recordings and connections. Functions return figures, tables of numbers and text, which gnuplot or matplotlib draws.
--
--   plot.raster(spikes, { histogram = true }):save("raster.svg")
--   plot.traces(calcium, { "IP3", "Ca_astro" }):save("calcium.pdf")
--   plot.panels { plot.raster(spikes), plot.traces(calcium, { "IP3" }) }:show()
--
-- The title of a picture says what is drawn, and of which cells. Axes have units, and axes of time cover the recording. Each function
-- takes the options of its kind of picture, which plot/options.lua lists, and refuses others.
--
-- Each kind of picture has a file in plot/; plot/figure.lua describes figures, and plot/gnuplot.lua, plot/terminal.lua and
-- plot/matplotlib.lua draw them.
local check = require "astro.check"
local style = require "astro.plot.style"

local plot = { colours = style.colours, palettes = style.palettes }

local KINDS <const> = {
  raster = { "raster" },
  traces = { "traces" },
  lines = { "lines", "histogram" },
  matrices = { "matrix", "correlation", "spectrogram" },
  network = { "tripartite", "degrees", "connectivity" },
  phase_plane = { "phase_plane" },
  space = { "map", "layer", "targets", "wave" },
  animate = { "animate" },
  synapses = { "weights", "stdp_window" },
  panels = { "panels" },
}

for file, names in pairs(KINDS) do
  local kinds = require("astro.plot." .. file)
  for _, name in ipairs(names) do plot[name] = kinds[name] end
end

check.module("astro.plot", plot, {
  plot = "lines", scatter = "lines", spikes = "raster", raster_plot = "raster", voltage_trace = "traces", imshow = "matrix",
  animation = "animate", movie = "animate", hist = "histogram", subplots = "panels", specgram = "spectrogram", nullclines = "phase_plane",
})
return plot
