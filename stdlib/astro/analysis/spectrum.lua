-- Power spectra.
local astro = require "astro"
local check = require "astro.check"
local fourier = require "astro.analysis.fft"
local inputs = require "astro.analysis.inputs"
local fail, public = check.fail, check.public

local spectrum = {}

local OPTIONS <const> = { interval = "positive", from = "number", segment = "positive", overlap = "fraction" }

-- Hann's window: what leaks from a strong frequency into its neighbours falls off fast.
local function hann(n)
  local window = {}
  for k = 1, n do window[k] = 0.5 - 0.5 * math.cos(2 * math.pi * (k - 1) / n) end
  return window
end

-- Segments of n samples, `step` samples apart. As Welch, eight that overlap by half unless the user says otherwise.
local function layout_of(call, signal, options)
  local overlap = options.overlap or 0.5
  local samples = #signal.values
  local n = options.segment and math.floor(options.segment / signal.interval + 0.5) or samples // (8 - 7 * overlap)
  n = math.floor(n)
  if n < 2 or n > samples then
    fail("%s: a segment of %g ms is %d samples; it must have 2 to %d", call, n * signal.interval, n, samples)
  end
  return n, math.max(1, n - math.floor(n * overlap))
end

-- One-sided spectral density of n samples from `first` on, their mean taken away.
local function density(values, first, window, interval)
  local n, mean, power_of_window = #window, 0.0, 0.0
  for k = 1, n do mean = mean + values[first + k - 1] / n end
  local re, im = {}, {}
  for k = 1, n do
    re[k], im[k] = (values[first + k - 1] - mean) * window[k], 0.0
    power_of_window = power_of_window + window[k] ^ 2
  end
  fourier.fft(re, im)
  local scale, power = interval / 1000 / power_of_window, {}
  for k = 1, n // 2 + 1 do
    local has_no_twin = k == 1 or (n % 2 == 0 and k == n // 2 + 1)
    power[k] = (re[k] ^ 2 + im[k] ^ 2) * scale * (has_no_twin and 1 or 2)
  end
  return power
end

local function frequencies(n, interval)
  local list = {}
  for k = 0, n // 2 do list[k + 1] = k * 1000 / (n * interval) end
  return list
end

-- power_spectrum(signal [, { interval =, segment =, overlap = 0.5 }]) -> Vector of frequencies (Hz), Vector of powers (unit^2/Hz)
--
-- Welch's estimate, one-sided: the mean over overlapping segments of `segment` ms (eight segments by default). The mean of each segment is
-- subtracted, and a Hann window applied. The sum of the powers times the frequency spacing is the variance within segments (under the
-- window, mean over the segments). It is close to the variance of the whole signal only if the signal has nothing slower than a segment:
-- most of a drift or of slow waves is missing. A longer `segment` includes more of it.
-- Welch (1967), doi:10.1109/TAU.1967.1161901.
spectrum.power_spectrum = public("analysis.power_spectrum(signal [, options])", function(signal, options)
  options = check.options("power_spectrum", options, OPTIONS)
  local s = inputs.signal("power_spectrum", "signal", signal, options)
  local n, step = layout_of("power_spectrum", s, options)
  local window, total, count = hann(n), nil, 0
  for first = 1, #s.values - n + 1, step do
    local power = astro.vector(density(s.values, first, window, s.interval))
    total, count = total and total + power or power, count + 1
  end
  return astro.vector(frequencies(n, s.interval)), total / count
end)

-- spectrogram(signal [, { interval =, segment =, overlap = 0.5 }])
--   -> { times (centres, ms), frequencies (Hz), power = list of Vectors, one for each time, step, window = { from, to } }
--
-- The spectral density of each segment. By default a segment is a sixteenth of the signal.
spectrum.spectrogram = public("analysis.spectrogram(signal [, options])", function(signal, options)
  options = check.options("spectrogram", options, OPTIONS)
  local s = inputs.signal("spectrogram", "signal", signal, options)
  local segment = options.segment or #s.values // 16 * s.interval
  local n, step = layout_of("spectrogram", s, { segment = segment, overlap = options.overlap })
  local window, times, power = hann(n), {}, {}
  for first = 1, #s.values - n + 1, step do
    times[#times + 1] = s.from + (first - 1 + n / 2) * s.interval
    power[#power + 1] = astro.vector(density(s.values, first, window, s.interval))
  end
  return {
    times = astro.vector(times), frequencies = astro.vector(frequencies(n, s.interval)), power = power, step = step * s.interval,
    window = s.window, name = s.name, unit = s.unit,
  }
end)

return spectrum
