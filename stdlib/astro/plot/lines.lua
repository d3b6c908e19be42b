-- Curves and histograms of any numbers.
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail, numbers = check.fail, check.numbers

local lines = {}

local function is_list(value) return type(value) == "table" or check.is_vector(value) end

-- { mean, low, high }: a curve with its band.
local function is_band(y) return type(y) == "table" and #y == 3 and is_list(y[1]) end

-- Curves as { name, values } in a fixed order.
local function curves_of(y)
  if type(y) ~= "table" or #y > 0 or next(y) == nil then return { { nil, y } } end
  local curves = {}
  for i, name in ipairs(check.sorted_keys(y)) do curves[i] = { name, y[name] } end
  return curves
end

local function column(name, what, values, count)
  values = numbers("lines", what, values)
  if #values ~= count then fail("lines: x has %d values and %s has %d", count, name, #values) end
  return values
end

local function band_series(x, name, triple, hue)
  return {
    style = "band", x = x, colour = hue, low = column(name, name .. " (low)", triple[2], #x),
    high = column(name, name .. " (high)", triple[3], #x),
  }
end

-- "Rate against time", by the labels of the axes; without them by the names of the curves.
local function title_of(curves, options)
  local names = {}
  for i, curve in ipairs(curves) do names[i] = curve[1] and tostring(curve[1]) end
  local label = options.ylabel and titles.capitalised(titles.quantity(options.ylabel))
  local what = label or #names < 4 and titles.list(names) or titles.count(#curves, "curve")
  local against = titles.quantity(options.xlabel)
  if what == "" then what = against and "y" or nil end
  return against and what .. " against " .. against or what
end

-- lines(x, y [, { xlabel =, points = true, logx = true, logy = true }])
--
-- Curves; `y` is one Vector or table of numbers, or a table of them by name, drawn in the order of the names. In place of a
-- curve may stand { mean, low, high }, drawn with a band between low and high: what analysis.confidence_band returns.
lines.lines = check.public("plot.lines(x, y [, options])", function(x, y, options)
  options = figures.options("lines", options, { points = "boolean", logx = "boolean", logy = "boolean" })
  x = numbers("lines", "x", x)
  local series, curves = {}, curves_of(y)
  for i, curve in ipairs(curves) do
    local name, values, hue = curve[1] and tostring(curve[1]) or "y", curve[2], style.colour(i)
    if is_band(values) then series[#series + 1], values = band_series(x, name, values, hue), values[1] end
    series[#series + 1] = {
      style = options.points and "points" or "line", x = x, y = column(name, name, values, #x), name = curve[1] and name, colour = hue,
    }
  end
  local panel = {
    xrange = options.xrange, yrange = options.yrange, xlabel = options.xlabel, ylabel = options.ylabel,
    logx = options.logx, logy = options.logy, series = series,
  }
  local summary = ("%d curve%s of %d points"):format(#curves, #curves == 1 and "" or "s", #x)
  return figures.new("lines", summary, options, { title = title_of(curves, options) or summary, height = 360, panels = { panel } })
end)

-- From the least to the greatest value, in `count` bins.
local function bins_for(values, range, count)
  local least, greatest = data.least_and_greatest(values)
  if #values == 0 then least, greatest = 0, 1 end
  least, greatest = range and range[1] or least, range and range[2] or greatest
  if greatest <= least then least, greatest = least - 0.5, least + 0.5 end
  return least, (greatest - least) / count
end

-- histogram(values [, { bins = 30, xlabel = … }])
--
-- How often values occur. The last bin holds its upper edge.
lines.histogram = check.public("plot.histogram(values [, options])", function(values, options)
  options = figures.options("histogram", options, { bins = "positive" })
  values = numbers("histogram", "values", values)
  local bins = math.max(1, math.floor(options.bins or math.max(5, math.min(100, math.ceil(2 * (#values) ^ (1 / 3))))))
  local from, width = bins_for(values, options.xrange, bins)
  local counts = data.bin_counts(values, from, width, bins + 1)
  counts[bins] = counts[bins] + table.remove(counts)
  local panel = {
    whole = true, xrange = { from, from + bins * width }, yrange = options.yrange or { 0 }, xlabel = options.xlabel,
    ylabel = options.ylabel or "count",
    series = { { style = "bars", x = data.bin_centres(from, width, bins), y = counts, colour = style.colour(1) } },
  }
  local summary, of = titles.count(#values, "value"), titles.quantity(options.xlabel)
  return figures.new("histogram", ("%d values in %d bins"):format(#values, bins), options, {
    title = "Distribution of " .. (of and ("%s (%s)"):format(of, summary) or summary), height = 360, panels = { panel },
  })
end)

return lines
