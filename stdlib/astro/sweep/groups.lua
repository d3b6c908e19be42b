-- What a sweep found at each value of a parameter, over its repetitions.
local astro = require "astro"
local check = require "astro.check"
local confidence = require("astro.analysis.statistics").confidence
local fail = check.fail

local OPTIONS <const> = { by = "string", spread = { "confidence", "sd" }, level = "fraction" }
local NAN <const> = 0 / 0

local function names_of(rows)
  local names, known = {}, {}
  for _, row in ipairs(rows) do
    for name in pairs(row) do
      if not known[name] then known[name], names[#names + 1] = true, name end
    end
  end
  table.sort(names)
  return names
end

-- A number of each row; without rows, or where there is none, an error.
local function check_numbers(rows, what, name)
  if type(name) ~= "string" then check.wrong("group: %s must be the name of a parameter or result, got %s", what, check.shown(name)) end
  for i, row in ipairs(rows) do
    if row[name] == nil then
      fail("group: row %d has no '%s' (%s)", i, name, check.suggestion(name, names_of(rows)))
    end
    if type(row[name]) ~= "number" then fail("group: '%s' of row %d is not a number but %s", name, i, check.shown(row[name])) end
  end
end

-- The values of y at each x, by the name of their curve: { [name] = { [x] = { y, … } } }; and all x in order.
local function collected(rows, x, y, by)
  local curves, places, seen = {}, {}, {}
  for _, row in ipairs(rows) do
    local value = by and row[by]
    local name = by and ("%s = %s"):format(by, type(value) == "number" and ("%g"):format(value) or tostring(value)) or y
    local curve, place = curves[name] or {}, row[x]
    curves[name], curve[place] = curve, curve[place] or {}
    table.insert(curve[place], row[y])
    if not seen[place] then seen[place], places[#places + 1] = true, place end
  end
  table.sort(places)
  return curves, places
end

-- Standard deviation as it is estimated from few values.
local function deviation(values, mean)
  if #values < 2 then return NAN end
  local squares = 0.0
  for _, y in ipairs(values) do squares = squares + (y - mean) ^ 2 end
  return math.sqrt(squares / (#values - 1))
end

-- Mean, low, high, standard deviation of the values at a place, where there are some.
local function summary(values, options)
  if #values == 0 then return NAN, NAN, NAN, NAN end
  local mean, low, high = confidence(values, options.level)
  local sd = deviation(values, mean)
  if options.spread == "sd" then low, high = mean - sd, mean + sd end
  return mean, low, high, sd
end

local function spread_text(n, options)
  local least, greatest = n:min(), n:max()
  local of = least == greatest and ("%d"):format(least) or ("%d to %d"):format(least, greatest)
  if options.spread == "sd" then return "± s.d. of " .. of end
  return ("%g %% CI of %s"):format(100 * (options.level or 0.95), of)
end

-- A curve as plot.lines takes it, with the same by name.
local function curve_of(by_place, places, options)
  local columns = { mean = {}, low = {}, high = {}, sd = {}, n = {} }
  for i, place in ipairs(places) do
    local values = by_place[place] or {}
    columns.n[i] = #values
    columns.mean[i], columns.low[i], columns.high[i], columns.sd[i] = summary(values, options)
  end
  local curve = {}
  for name, column in pairs(columns) do curve[name] = astro.vector(column) end
  curve[1], curve[2], curve[3] = curve.mean, curve.low, curve.high
  curve.spread = spread_text(curve.n, options)
  return curve
end

-- group(rows, x, y, options) -> { x = Vector, curves = { [name] = curve } }, and the fields of the curve where there is one
return function(rows, x, y, options)
  options = check.options("group", options, OPTIONS)
  if #rows == 0 then fail("group: there are no results") end
  if options.level == 0 then fail("group: level must be between 0 and 1, got 0") end
  if options.level and options.spread == "sd" then fail("group: level is for spread = \"confidence\"") end
  check_numbers(rows, "x", x)
  check_numbers(rows, "y", y)
  local names = names_of(rows)
  if options.by and not check.includes(names, options.by) then
    fail("group: no row has '%s' (%s)", options.by, check.suggestion(options.by, names))
  end
  local curves, places = collected(rows, x, y, options.by)
  local result = { x = astro.vector(places), curves = {} }
  for name, by_place in pairs(curves) do result.curves[name] = curve_of(by_place, places, options) end
  for name, value in pairs(not options.by and result.curves[y] or {}) do
    if type(name) == "string" then result[name] = value end
  end
  return result
end
