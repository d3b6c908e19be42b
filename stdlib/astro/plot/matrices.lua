-- Tables of numbers as coloured cells: any matrix, correlations, spectrograms.
local analysis = require "astro.analysis"
local axes = require "astro.plot.axes"
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail, wrong = check.fail, check.wrong

local matrices = {}

local MOST_CELLS <const> = 250

-- Means of blocks, so that at most MOST_CELLS are left each way; and how large a block is.
local function condensed(rows)
  local down, across = math.ceil(#rows / MOST_CELLS), math.ceil(#rows[1] / MOST_CELLS)
  if down == 1 and across == 1 then return rows, 1, 1 end
  local result = {}
  for i = 1, #rows, down do
    local line = {}
    for j = 1, #rows[1], across do
      local sum, n = 0.0, 0
      for k = i, math.min(i + down - 1, #rows) do
        for l = j, math.min(j + across - 1, #rows[1]) do
          local value = rows[k][l]
          if value == value then sum, n = sum + value, n + 1 end
        end
      end
      line[#line + 1] = n > 0 and sum / n or 0 / 0
    end
    result[#result + 1] = line
  end
  return result, down, across
end

local function range_of(rows)
  local least, greatest = math.huge, -math.huge
  for _, row in ipairs(rows) do
    for _, value in ipairs(row) do
      if value == value and math.abs(value) < math.huge then least, greatest = math.min(least, value), math.max(greatest, value) end
    end
  end
  if least > greatest then return { 0, 1 } end
  return least < greatest and { least, greatest } or { least - 0.5, greatest + 0.5 }
end

-- A cell with one image. `image` has title, x, y ({ first, step }), rows, colours, range, label, xlabel, ylabel.
local function image_cell(image, options)
  local range = options.range or image.range or range_of(image.rows)
  local rows, x, y = image.rows, image.x, image.y
  local xrange = options.xrange or { x[1] - x[2] / 2, x[1] + (#rows[1] - 0.5) * x[2] }
  local yrange = options.yrange or { y[1] - y[2] / 2, y[1] + (#rows - 0.5) * y[2] }
  return {
    title = image.title, height = image.height, width = image.width, aspect = image.aspect,
    panels = {
      {
        xlabel = options.xlabel or image.xlabel, ylabel = options.ylabel or image.ylabel, xrange = xrange, yrange = yrange,
        xwhole = image.whole, whole = image.whole,
        scale = {
          colours = image.colours, range = { range[1], range[2] }, label = options.label or image.label, whole = image.whole_values,
        },
        series = { { style = "image", x = x, y = y, rows = rows } }, time = image.time,
      },
    },
  }
end
matrices.image_cell = image_cell

local function palette_of(call, name)
  local colours = style.palettes[name]
  if not colours then fail("%s: there is no palette '%s' (%s)", call, name, check.suggestion(name, check.sorted_keys(style.palettes))) end
  return colours
end

-- matrix(rows [, { palette = "counts", range = { from, to }, label =, xlabel =, ylabel = }])
--
-- A list of Vectors or tables as coloured cells, counted from 1; rows[1] is the lowest. Palettes: "counts" (white to blue), "power"
-- (dark to yellow), "signed" (blue, white, orange).
matrices.matrix = check.public("plot.matrix(rows [, options])", function(rows, options)
  options = checked("matrix", options)
  local plain = data.matrix("matrix", rows)
  local small, down, across = condensed(plain)
  local summary, of = ("%d by %d"):format(#plain, #plain[1]), titles.quantity(options.label)
  return figures.new("matrix", summary, options, image_cell({
    title = of and ("%s (%s)"):format(titles.capitalised(of), summary) or "Matrix of " .. summary,
    rows = small, x = { (1 + across) / 2, across }, y = { (1 + down) / 2, down }, whole = true, xlabel = "column", ylabel = "row",
    colours = palette_of("matrix", options.palette or "counts"), width = 600, height = 500,
  }, options))
end)

-- The greatest size of what lies off the diagonal.
local function greatest_off_diagonal(rows)
  local greatest = 0
  for i, row in ipairs(rows) do
    for j, r in ipairs(row) do
      if i ~= j and r == r then greatest = math.max(greatest, math.abs(r)) end
    end
  end
  return greatest
end

-- correlation(result [, { range =, label = }])
--
-- The matrix of Pearson's r: a result of analysis.correlations or analysis.synchrony, or a list of Vectors. By default, the colours range
-- up to the largest |r| off the diagonal, so that weak correlations are visible; `range` sets another one.
matrices.correlation = check.public("plot.correlation(result [, options])", function(result, options)
  options = checked("correlation", options)
  local rows = data.matrix("correlation", type(result) == "table" and result.matrix or result)
  if #rows ~= #rows[1] then fail("correlation: the matrix must be square, got %d by %d", #rows, #rows[1]) end
  local greatest = greatest_off_diagonal(rows)
  local limit = greatest > 0 and math.min(1, axes.round_up(greatest)) or 1
  local small, down, across = condensed(rows)
  return figures.new("correlation", ("%d by %d"):format(#rows, #rows), options, image_cell({
    title = "Pairwise correlations of " .. titles.count(#rows, "cell"),
    rows = small, x = { (1 + across) / 2, across }, y = { (1 + down) / 2, down }, whole = true, aspect = 1,
    xlabel = "cell", ylabel = "cell", range = { -limit, limit }, label = "correlation r",
    colours = palette_of("correlation", options.palette or "signed"), width = 560, height = 460,
  }, options))
end)

-- Ten times the decimal logarithm.
local function decibels(power)
  local rows = {}
  for j = 1, #power[1] do
    rows[j] = {}
    for i, column in ipairs(power) do rows[j][i] = column[j] > 0 and 10 * math.log(column[j], 10) or 0 / 0 end
  end
  return rows
end

local OF_ANALYSIS <const> = { "interval", "segment", "overlap" }

local function spectrogram_of(signal, options)
  local asked = {}
  for _, name in ipairs(OF_ANALYSIS) do asked[name] = options[name] end
  if type(signal) ~= "table" or not signal.power then
    local done, result = pcall(analysis.spectrogram, signal, asked)
    if not done then wrong("%s", (tostring(result):gsub("^.-: spectrogram: ", "spectrogram: "))) end
    return result
  end
  local name = next(asked)
  if name then fail("spectrogram: %s is for a signal, but this is already a spectrogram (analysis.spectrogram takes it)", name) end
  return signal
end

local function check_lengths(g, times, frequencies)
  local power = data.matrix("spectrogram", g.power)
  if #power ~= #times or #power[1] ~= #frequencies or #frequencies < 2 then
    fail("spectrogram: there are %d times, %d frequencies and powers of %d by %d", #times, #frequencies, #power, #power[1])
  end
  return power
end

-- From when to when: what was recorded, else from the first to the last segment.
local function time_of(g, times, step)
  local window = type(g.window) == "table" and g.window or { times[1] - step / 2, times[#times] + step / 2 }
  local factor, label = data.unit_of_time(window[2] - window[1])
  return { from = window[1], to = window[2], factor = factor, label = label }
end

-- The strongest 40 dB: what lies below is mostly leakage.
local function strongest(rows, count)
  local greatest = -math.huge
  for j = 2, count do
    for _, value in ipairs(rows[j]) do
      if value == value then greatest = math.max(greatest, value) end
    end
  end
  return greatest > -math.huge and { greatest - 40, greatest } or { 0, 1 }
end

-- spectrogram(signal [, { segment = ms, overlap = 0.5, yrange = { 0, 100 }, range = { dB, dB } }])
--
-- Power against time and frequency, in decibels, of a signal or of a result of analysis.spectrogram; by default up to 100 Hz, and the
-- strongest 40 dB. The axis of time covers the recording; there is no power in half a segment at each end.
matrices.spectrogram = check.public("plot.spectrogram(signal [, options])", function(signal, options)
  options = checked("spectrogram", options)
  local g = spectrogram_of(signal, options)
  local times = check.numbers("spectrogram", "times", g.times)
  local frequencies = check.numbers("spectrogram", "frequencies", g.frequencies)
  local rows = decibels(check_lengths(g, times, frequencies))
  local step, hertz = g.step or 1, frequencies[2] - frequencies[1]
  local top = options.yrange and options.yrange[2] or math.min(100, frequencies[#frequencies])
  local shown = math.max(2, math.min(#rows, math.floor(top / hertz + 1.5)))
  local cut = table.move(rows, 1, shown, 1, {})
  local time = time_of(g, times, step)
  local factor, given = time.factor, options.xrange or {}
  return figures.new("spectrogram", ("%d by %d"):format(#times, #frequencies), options, image_cell({
    title = "Spectrogram of " .. (g.name or "a signal"), time = not options.xrange and time or nil,
    rows = cut, x = { times[1] * factor, step * factor }, y = { frequencies[1], hertz }, xlabel = time.label, ylabel = "frequency (Hz)",
    range = strongest(rows, shown), label = ("power (dB of %s²/Hz)"):format(g.unit and g.unit:gsub("uM", "µM") or "unit"),
    colours = palette_of("spectrogram", options.palette or "power"), height = 340,
  }, { range = options.range, label = options.label, xlabel = options.xlabel, ylabel = options.ylabel,
    xrange = { (given[1] or time.from) * factor, (given[2] or time.to) * factor },
    yrange = { options.yrange and options.yrange[1] or 0, top } }))
end)

return matrices
