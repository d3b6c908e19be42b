-- Confidence of means.
local astro = require "astro"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local fail, wrong, public, NAN = check.fail, check.wrong, check.public, inputs.NAN

local statistics = {}

-- Probability that |t| of Student's distribution with n degrees of freedom exceeds x: a finite sum of powers of cos(theta), with
-- theta = atan(x / sqrt n). Abramowitz & Stegun (1964), 26.7.3 and 26.7.4.
local function outside(x, n)
  local theta = math.atan(x / math.sqrt(n))
  local c, s = math.cos(theta), math.sin(theta)
  local term, sum = n % 2 == 1 and c or 1.0, 0.0
  for k = n % 2 == 1 and 3 or 2, n, 2 do
    sum = sum + term
    term = term * c * c * (k - 1) / k
  end
  local inside = n % 2 == 0 and s * sum or 2 / math.pi * (theta + s * sum)
  return 1 - inside
end

-- The x that |t| exceeds with probability 1 - level, by halving.
local function quantile(level, n)
  local low, high = 0.0, 1.0
  while outside(high, n) > 1 - level and high < 1e9 do high = 2 * high end
  for _ = 1, 100 do
    local middle = (low + high) / 2
    if outside(middle, n) > 1 - level then low = middle else high = middle end
  end
  return high
end

local function check_level(call, level)
  if level == nil then return 0.95 end
  if not (type(level) == "number" and level > 0 and level < 1) then
    wrong("%s: level must be between 0 and 1, got %s", call, check.shown(level))
  end
  return level
end

-- Mean, and half of the width of its interval.
local function interval_of(values, n, t)
  local sum, squares = 0.0, 0.0
  for i = 1, n do sum = sum + values[i] end
  local mean = sum / n
  for i = 1, n do squares = squares + (values[i] - mean) ^ 2 end
  return mean, n > 1 and t * math.sqrt(squares / (n - 1) / n) or NAN
end

-- confidence(values [, level = 0.95]) -> mean, low, high
--
-- The interval that holds the true mean with probability `level` if the values are independent and normal (Student's t): for results
-- of several seeds.
statistics.confidence = public("analysis.confidence(values [, level])", function(values, level)
  values, level = check.numbers("confidence", "values", values), check_level("confidence", level)
  if #values == 0 then fail("confidence: there are no values") end
  local mean, half = interval_of(values, #values, #values > 1 and quantile(level, #values - 1) or NAN)
  return mean, mean - half, mean + half
end)

-- confidence_band(curves [, level = 0.95]) -> Vectors mean, low, high
--
-- The same at each point of several equally long curves (a list of Vectors or tables), such as rates over time of several seeds.
statistics.confidence_band = public("analysis.confidence_band(list of curves [, level])", function(curves, level)
  level = check_level("confidence_band", level)
  if type(curves) ~= "table" or #curves < 2 then fail("confidence_band: needs a list of two curves or more") end
  local plain = {}
  for i, curve in ipairs(curves) do
    plain[i] = check.numbers("confidence_band", ("curve %d"):format(i), curve)
    if #plain[i] ~= #plain[1] then fail("confidence_band: curve 1 has %d values and curve %d has %d", #plain[1], i, #plain[i]) end
  end
  local t, mean, low, high, column = quantile(level, #plain - 1), {}, {}, {}, {}
  for k = 1, #plain[1] do
    for i, curve in ipairs(plain) do column[i] = curve[k] end
    local m, half = interval_of(column, #plain, t)
    mean[k], low[k], high[k] = m, m - half, m + half
  end
  return astro.vector(mean), astro.vector(low), astro.vector(high)
end)

return statistics
