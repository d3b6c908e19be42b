-- Delays between signals: spike-triggered averages and cross-correlation.
local astro = require "astro"
local check = require "astro.check"
local fourier = require "astro.analysis.fft"
local inputs = require "astro.analysis.inputs"
local fail, public, NAN = check.fail, check.public, inputs.NAN

local lags = {}

local function rounded(x) return math.floor(x + 0.5) end

-- The samples nearest to spikes, in order, and how many spikes each has: those at which the whole window fits. A sample at time t
-- stands for the interval that ends there.
local function triggers(times, signal, first, last)
  local counts, places, n = {}, {}, 0
  for _, t in ipairs(times) do
    local k = rounded((t - signal.from) / signal.interval)
    if k + first >= 1 and k + last <= #signal.values then
      if not counts[k] then places[#places + 1] = k end
      counts[k], n = (counts[k] or 0) + 1, n + 1
    end
  end
  table.sort(places)
  return places, counts, n
end

-- Mean and standard deviation of the samples `lag` after the places. Differences from a value of the signal lose no digits.
local function average(values, places, counts, n, lag)
  if n == 0 then return NAN, NAN end
  local base, sum, squares = values[places[1] + lag], 0.0, 0.0
  for _, k in ipairs(places) do
    local x = values[k + lag] - base
    sum, squares = sum + counts[k] * x, squares + counts[k] * x * x
  end
  return base + sum / n, math.sqrt(math.max(0, squares / n - (sum / n) ^ 2))
end

-- spike_triggered_average(spikes, signal [, { window = { -50, 50 }, interval =, from =, to =, nodes = }])
--   -> { lags (ms), mean, std, n }
--
-- Mean and standard deviation (divided by n) of the signal at each lag from the spikes, as Vectors. n is the number of spikes for which the
-- whole window lies within the signal. Negative lags are before the spike.
lags.spike_triggered_average = public("analysis.spike_triggered_average(spikes, signal [, options])", function(spikes, signal, options)
  local call = "spike_triggered_average"
  options = inputs.options(call, options, { window = "range", interval = "positive" })
  local s = inputs.spikes(call, spikes, options)
  local x = inputs.signal(call, "signal", signal, { interval = options.interval })
  local window = options.window or { -50, 50 }
  if not (window[1] and window[2]) then fail("%s: window must be { from, to } in ms", call) end
  local first, last = rounded(window[1] / x.interval), rounded(window[2] / x.interval)
  local places, counts, n = triggers(s.times, x, first, last)
  local distances, mean, std = {}, {}, {}
  for lag = first, last do
    local i = lag - first + 1
    distances[i] = lag * x.interval
    mean[i], std[i] = average(x.values, places, counts, n, lag)
  end
  return { lags = astro.vector(distances), mean = astro.vector(mean), std = astro.vector(std), n = n }
end)

-- A plain list does not say when it begins, so it must be as long as the other one, and begins with it.
local function align(call, a, b)
  if a.is_timed and b.is_timed then return end
  if #a.values ~= #b.values then
    fail("%s: a has %d values and b has %d (lists must be equally long; of two signals, the time that they share is used)", call,
      #a.values, #b.values)
  end
  if a.is_timed then b.from = a.from else a.from = b.from end
end

-- The samples of both signals over the time that they share.
local function shared(call, a, b)
  if math.abs(a.interval - b.interval) > 1e-6 * a.interval then
    fail("%s: the samples of a are %g ms apart, those of b %g ms (give analysis.signal the bin of the other)", call, a.interval, b.interval)
  end
  local shift = rounded((b.from - a.from) / a.interval)
  local skip_a, skip_b = math.max(0, shift), math.max(0, -shift)
  local n = math.min(#a.values - skip_a, #b.values - skip_b)
  if n < 2 then fail("%s: the signals do not overlap in time", call) end
  return table.move(a.values, skip_a + 1, skip_a + n, 1, {}), table.move(b.values, skip_b + 1, skip_b + n, 1, {}), n
end

-- The deviations from the mean, followed by zeros up to m, and the root of the sum of their squares.
local function centred(values, n, m)
  local mean, squares, list = 0.0, 0.0, {}
  for k = 1, n do mean = mean + values[k] / n end
  for k = 1, m do
    list[k] = k <= n and values[k] - mean or 0.0
    squares = squares + list[k] ^ 2
  end
  return list, math.sqrt(squares)
end

-- Sum over t of x_t y_(t+lag) for all lags by one transform: x is the real, y the imaginary part.
local function products(x, y)
  local m = #x
  fourier.fft(x, y)
  local re, im = {}, {}
  for k = 1, m do
    local twin = (m - k + 1) % m + 1
    local xr, xi = (x[k] + x[twin]) / 2, (y[k] - y[twin]) / 2
    local yr, yi = (y[k] + y[twin]) / 2, (x[twin] - x[k]) / 2
    -- conj(X) Y; exchanged parts make the next transform the inverse one
    re[k], im[k] = xr * yi - xi * yr, xr * yr + xi * yi
  end
  fourier.fft(re, im)
  return im
end

-- cross_correlation(a, b [, { max_lag = 1000, interval = }]) -> Vector of lags (ms), Vector of correlations
--
-- Correlation of a with b `lag` later, from -max_lag to max_lag: sum over t of (a_t - mean a)(b_(t+lag) - mean b), divided by
-- n and both standard deviations. It is 1 at lag 0 for equal signals; a peak at a positive lag means that b follows a. Signals are compared
-- over their common time; plain lists must be equally long. For slow inward current and rate:
--
--   analysis.cross_correlation(analysis.signal(currents, "I_SIC", { bin = 10 }), analysis.rate_over_time(spikes, { bin = 10 }))
lags.cross_correlation = public("analysis.cross_correlation(a, b [, options])", function(a, b, options)
  local call = "cross_correlation"
  options = check.options(call, options, { max_lag = "not negative", interval = "positive" })
  local x = inputs.signal(call, "a", a, { interval = options.interval })
  local y = inputs.signal(call, "b", b, { interval = options.interval })
  align(call, x, y)
  local first, second, n = shared(call, x, y)
  local most = math.min(n - 1, rounded((options.max_lag or 1000) / x.interval))
  local m = fourier.power_above(n + most)
  local u, length_u = centred(first, n, m)
  local v, length_v = centred(second, n, m)
  local sums = products(u, v)
  local distances, values = {}, {}
  for lag = -most, most do
    distances[#distances + 1] = lag * x.interval
    local scale = m * length_u * length_v
    values[#values + 1] = scale > 0 and sums[lag % m + 1] / scale or NAN
  end
  return astro.vector(distances), astro.vector(values)
end)

return lags
