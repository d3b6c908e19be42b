-- Curves and histograms of any numbers.
local astro = require "astro"
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail, numbers = check.fail, check.numbers

local lines = {}

local function is_list(value) return type(value) == "table" or check.is_vector(value) end

-- { mean, low, high }: a curve with its band or error bars; it may say what these are: { …, spread = "± s.d. of 5" }.
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

local function is_ascending(x)
  for i = 2, #x do
    if x[i] <= x[i - 1] or x[i] ~= x[i] then return false end
  end
  return true
end

-- A curve of very many points as what is seen of it. Points, and curves that turn back, stay as they are.
local function thinned(series)
  if series.style ~= "line" or series.shape or not is_ascending(series.x) then return series end
  local kept = data.visible_indices(series.y)
  series.x, series.y = data.pick(series.x, kept), data.pick(series.y, kept)
  return series
end

-- A band with its two edges where the curve within it has its points.
local function thinned_band(series, values)
  if not is_ascending(series.x) then return series end
  local kept = data.visible_indices(values)
  for _, name in ipairs { "x", "low", "high" } do series[name] = data.pick(series[name], kept) end
  return series
end

local POINT_SIZE <const> = 0.7

-- The curve as points, a line, or both.
local function curve_series(x, y, options, look)
  local is_line = not options.points or options.lines
  return thinned {
    style = is_line and "line" or "points", x = x, y = y, name = look.name, of = look.of, colour = look.colour,
    shape = options.points and "dot" or nil, size = options.points and POINT_SIZE or nil,
  }
end

local function spread_series(x, triple, values, options, look)
  local series = {
    style = options.errors == "bars" and "errors" or "band", x = x, colour = look.colour, of = look.of,
    low = column(look.of, look.of .. " (low)", triple[2], #x), high = column(look.of, look.of .. " (high)", triple[3], #x),
  }
  if series.style == "errors" then series.y, series.width = values, style.LINE end
  return not (options.points or options.errors == "bars") and thinned_band(series, values) or series
end

-- "calcium ± s.d. of 5", "calcium, 95 % CI of 5"
local function joined(name, spread)
  return name .. (spread:find("^±") and " " or ", ") .. spread
end

-- What is drawn of a curve: its band or error bars if it has some, and itself. In the legend a curve without a name is the mean.
local function series_of(curve, x, hue, options)
  local name, values = curve[1] and tostring(curve[1]), curve[2]
  local look = { name = name, of = name or "y", colour = hue }
  if not is_band(values) then return curve_series(x, column(look.of, look.of, values, #x), options, look) end
  local spread, mean = options.spread or rawget(values, "spread"), column(look.of, look.of, values[1], #x)
  local around = spread_series(x, values, mean, options, look)
  if spread and name then look.name = joined(name, spread) end
  if spread and not name then look.name, around.name = "mean", spread end
  return curve_series(x, mean, options, look), around
end

local function check_curves(curves, options)
  if options.lines ~= nil and not options.points then fail "lines: the option lines needs points = true" end
  local has_bands = false
  for _, curve in ipairs(curves) do has_bands = has_bands or is_band(curve[2]) end
  for _, name in ipairs { "errors", "spread" } do
    if options[name] and not has_bands then fail("lines: %s is for curves with a spread, { mean, low, high }", name) end
  end
end

-- ## Logarithmic axes

local NAN <const> = 0 / 0

-- Numbers of 0 or below become gaps; how many there were.
local function without_others(values)
  local kept, count = {}, 0
  for i, x in ipairs(values) do
    kept[i] = x <= 0 and NAN or x
    count = count + (x <= 0 and 1 or 0)
  end
  return kept, count
end

local function least_above_0(series)
  local least = math.huge
  for _, one in ipairs(series) do
    for _, name in ipairs { "y", "low", "high" } do
      for _, y in ipairs(one[name] or {}) do
        if y > 0 then least = math.min(least, y) end
      end
    end
  end
  return least
end

-- A band reaches down to the least that is drawn.
local function lifted(values, least)
  local result = {}
  for i, y in ipairs(values) do result[i] = y <= 0 and least or y end
  return result
end

local function with_logarithm(series, axis)
  local least, count = least_above_0(series), 0
  for _, one in ipairs(series) do
    local n = 0
    if axis == "y" and one.low then one.low, one.high = lifted(one.low, least), lifted(one.high, least) end
    if one[axis] then one[axis], n = without_others(one[axis]) end
    if not one.low then count = count + n end
  end
  return count
end

local function has_numbers(series, axis)
  for _, one in ipairs(series) do
    for _, value in ipairs(one[axis] or {}) do
      if data.is_finite(value) then return true end
    end
  end
  return false
end

-- Takes away what has no place on the panel's logarithmic axes; its label says how much that is.
local function apply_logarithms(panel, options)
  for _, axis in ipairs { "x", "y" } do
    local range, label = options[axis .. "range"] or {}, options[axis .. "label"]
    if panel["log" .. axis] then
      for _, bound in ipairs { range[1] or 1, range[2] or 1 } do
        if bound <= 0 then fail("lines: %srange must lie above 0 on a logarithmic axis, got %g", axis, bound) end
      end
      local count = with_logarithm(panel.series, axis)
      local note = ("%s of 0 or below not shown"):format(titles.count(count, "value"))
      if count > 0 then panel[axis .. "label"] = label and ("%s (%s)"):format(label, note) or note end
      if not has_numbers(panel.series, axis) then panel.series, panel.empty = {}, "no values above 0" end
    end
  end
end

-- ## Time along x

local FACTORS <const> = { ["time (ms)"] = 1, ["time (s)"] = 0.001 }

-- For plot.panels: from when to when these curves go, if their label says that x is time.
local function time_of(x, options)
  local factor = FACTORS[options.xlabel]
  if not factor or options.xrange or options.logx or #x == 0 then return end
  local least, greatest = data.least_and_greatest(x)
  if not (data.is_finite(least) and data.is_finite(greatest)) then return end
  return { from = least / factor, to = greatest / factor, factor = factor, label = options.xlabel, is_fixed = true }
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

-- lines(x, y [, { xlabel =, points = true, lines = true, errors = "bars", spread = "± s.d. of 5", logx = true, logy = true }])
--
-- Curves. `y` is one Vector or table of numbers, or a table of them by name, drawn in the order of the names. `points` draws points
-- instead of curves, and with `lines` both. A curve may also be { mean, low, high }, as analysis.confidence_band returns it: the spread is
-- drawn as a band between low and high, or with `errors` = "bars" as error bars. `spread` is the text for it in the legend;
-- { mean, low, high, spread = … } has one for a single curve. A curve of very many points along an ascending x is drawn by its highs
-- and lows.
lines.lines = check.public("plot.lines(x, y [, options])", function(x, y, options)
  options = checked("lines", options)
  x = numbers("lines", "x", x)
  local series, curves = {}, curves_of(y)
  check_curves(curves, options)
  for i, curve in ipairs(curves) do
    local line, band = series_of(curve, x, style.colour(i), options)
    series[#series + 1] = band
    series[#series + 1] = line
  end
  local panel = {
    xrange = options.xrange, yrange = options.yrange, xlabel = options.xlabel, ylabel = options.ylabel,
    logx = options.logx, logy = options.logy, series = series, time = time_of(x, options),
  }
  apply_logarithms(panel, options)
  local summary = ("%d curve%s of %d points"):format(#curves, #curves == 1 and "" or "s", #x)
  return figures.new("lines", summary, options, { title = title_of(curves, options) or summary, height = 360, panels = { panel } })
end)

-- What can be drawn: no nan, which an average without cells is, and nothing infinite.
local function finite(values)
  local kept = {}
  for _, x in ipairs(values) do
    if data.is_finite(x) then kept[#kept + 1] = x end
  end
  return kept
end

-- From the least to the greatest value.
local function range_of(values, given)
  local least, greatest = data.least_and_greatest(values)
  if #values == 0 then least, greatest = 0, 1 end
  least, greatest = given and given[1] or least, given and given[2] or greatest
  local size = math.max(math.abs(least), math.abs(greatest))
  if greatest - least > 1e-12 * size then return least, greatest end
  local half = math.max(0.5, 1e-6 * size)
  return least - half, least + half
end

local function middles(edges)
  local list = {}
  for i = 1, #edges - 1 do list[i] = (edges[i] + edges[i + 1]) / 2 end
  return list
end

-- ## Histograms

-- Values as { name, numbers } in a fixed order: several by name, as a table of them or as a list of pairs, or one without a name.
local function groups_of(values)
  local is_pairs = type(values) == "table" and type(values[1]) == "table"
  if not is_pairs and (type(values) ~= "table" or #values > 0 or next(values) == nil) then
    return { { nil, numbers("histogram", "values", values) } }
  end
  local groups = {}
  for i, one in ipairs(is_pairs and values or curves_of(values)) do
    if type(one) ~= "table" or type(one[1]) ~= "string" then
      fail("histogram: values[%d] must be { name, values }, got %s", i, check.shown(type(one) == "table" and one[1] or one))
    end
    groups[i] = { one[1], numbers("histogram", one[1], one[2]) }
  end
  return groups
end

-- The outline of bars, and the area below it: several histograms are seen through each other.
local function outline(group, counts, edges, hue)
  local x, y, zero = {}, {}, {}
  for i = 1, #counts do
    for _, edge in ipairs { edges[i], edges[i + 1] } do x[#x + 1], y[#y + 1], zero[#zero + 1] = edge, counts[i], 0 end
  end
  local line = { style = "line", x = table.move(x, 1, #x, 2, { x[1] }), y = table.move(y, 1, #y, 2, { 0 }), colour = hue, name = group[1] }
  line.x[#x + 2], line.y[#x + 2] = x[#x], 0
  line.of = group[1]
  return { style = "band", x = x, low = zero, high = y, colour = hue, of = group[1] }, line
end

-- The series of all groups over the same bins, the counts, and how many values lie within them.
local function histogram_series(groups, bins, from, to)
  local series, all, counted = {}, {}, 0
  for i, group in ipairs(groups) do
    local counts, edges = astro.vector(finite(group[2])):histogram(bins, from, to)
    counts, edges = counts:totable(), edges:totable()
    for _, n in ipairs(counts) do all[#all + 1], counted = n, counted + n end
    if group[1] then
      series[2 * i - 1], series[2 * i] = outline(group, counts, edges, style.colour(i))
    else
      series[1] = { style = "bars", x = middles(edges), y = counts, bar = (to - from) / bins, colour = style.colour(1) }
    end
  end
  return series, all, math.floor(counted)
end

-- histogram(values [, { bins = 30, xlabel = … }])
--
-- How often values occur, counted as by Vector:histogram: a bin includes its lower edge, and the last bin both edges. Values that are nan
-- or outside the `xrange` are in no bin; the title gives the number of values in the bins. Several histograms over the same bins, by name:
-- { { "before", w0 }, { "after", w1 } } in this order, or { before = w0, after = w1 } in the order of the names.
lines.histogram = check.public("plot.histogram(values [, options])", function(values, options)
  options = checked("histogram", options)
  local groups, all = groups_of(values), {}
  for _, group in ipairs(groups) do table.move(group[2], 1, #group[2], #all + 1, all) end
  local shown = finite(all)
  local bins = math.max(1, math.floor(options.bins or math.max(5, math.min(100, math.ceil(2 * (#shown / #groups) ^ (1 / 3))))))
  local from, to = range_of(shown, options.xrange)
  local series, counts, counted = histogram_series(groups, bins, from, to)
  local panel = {
    whole = true, xrange = { from, to }, yrange = options.yrange or data.range_from_0(counts), xlabel = options.xlabel,
    ylabel = options.ylabel or "count", series = series,
  }
  local summary = titles.count(#all, "value")
  if counted < #all then summary = ("%d of %s"):format(counted, summary) end
  local of = titles.quantity(options.xlabel)
  return figures.new("histogram", ("%d values in %d bins"):format(counted, bins), options, {
    title = "Distribution of " .. (of and ("%s (%s)"):format(of, summary) or summary), height = 360, panels = { panel },
  })
end)

return lines
