-- Two samples: are their means different?
--
-- Welch's t test (Welch 1947, doi:10.1093/biomet/34.1-2.28), and Holm's way to hold the probability of any false alarm among many
-- tests below a level (Holm 1979).
local comparison = {}

local function moments(values)
  local n, sum, squares = #values, 0.0, 0.0
  for _, x in ipairs(values) do sum = sum + x end
  local mean = sum / n
  for _, x in ipairs(values) do squares = squares + (x - mean) ^ 2 end
  return mean, squares / (n - 1), n
end
comparison.moments = moments

-- ln Gamma(x) for x > 0: Stirling's series (Abramowitz & Stegun 1964, 6.1.41) after a shift above 10.
local function log_gamma(x)
  local shift = 0.0
  while x < 10 do
    shift, x = shift + math.log(x), x + 1
  end
  local series = 1 / (12 * x) - 1 / (360 * x ^ 3) + 1 / (1260 * x ^ 5) - 1 / (1680 * x ^ 7)
  return (x - 0.5) * math.log(x) - x + 0.5 * math.log(2 * math.pi) + series - shift
end

-- Continued fraction of the incomplete beta function (Abramowitz & Stegun 1964, 26.5.8), from the tail forwards.
local function beta_fraction(x, a, b)
  local value = 1.0
  for m = 200, 1, -1 do
    local even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    local odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    value = 1 + even / (1 + odd / value)
  end
  return 1 - (a + b) * x / (a + 1) / value
end

-- Regularised incomplete beta function I_x(a, b).
local function incomplete_beta(x, a, b)
  if x <= 0 then return 0.0 end
  if x >= 1 then return 1.0 end
  if x > (a + 1) / (a + b + 2) then return 1 - incomplete_beta(1 - x, b, a) end
  local front = math.exp(a * math.log(x) + b * math.log(1 - x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b))
  return front / (a * beta_fraction(x, a, b))
end

-- student(t, degrees of freedom) -> probability of a greater |t|
function comparison.student(t, df) return incomplete_beta(df / (df + t * t), df / 2, 0.5) end

-- welch(a, b) -> p, mean of a, mean of b, difference in units of its standard error
--
-- p is the probability of such a difference of the means of two lists if there is none. Both constant: 1 if equal, else 0.
function comparison.welch(a, b)
  local mean_a, variance_a, n_a = moments(a)
  local mean_b, variance_b, n_b = moments(b)
  local sa, sb = variance_a / n_a, variance_b / n_b
  local difference = mean_a - mean_b
  -- rounding in sums of equal numbers is no spread
  if sa + sb <= (1e-12 * math.max(math.abs(mean_a), math.abs(mean_b))) ^ 2 then
    local equal = math.abs(difference) <= 1e-9 * math.max(math.abs(mean_a), math.abs(mean_b))
    return equal and 1.0 or 0.0, mean_a, mean_b, equal and 0.0 or math.huge
  end
  local t = difference / math.sqrt(sa + sb)
  local df = (sa + sb) ^ 2 / (sa ^ 2 / (n_a - 1) + sb ^ 2 / (n_b - 1))
  return comparison.student(t, df), mean_a, mean_b, t
end

-- holm(tests [, level = 0.01]) -> number of differences
--
-- `tests` is a list of tables with `p`. Sets `differs` in each. All tests together raise a false alarm with a probability of at most
-- `level`, however they depend on each other.
function comparison.holm(tests, level)
  level = level or 0.01
  local order = table.move(tests, 1, #tests, 1, {})
  table.sort(order, function(x, y) return x.p < y.p end)
  local found = 0
  for i, test in ipairs(order) do
    test.differs = found == i - 1 and test.p <= level / (#order - i + 1)
    if test.differs then found = found + 1 end
  end
  return found
end

return comparison
