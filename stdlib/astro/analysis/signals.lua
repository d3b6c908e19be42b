-- Samples of multimeters, as signals.
--
-- A signal is a table { values = Vector, times = Vector (ms), interval = ms, from = ms, window = { from, to }, name =, unit = }: evenly
-- spaced samples, and the recorded time.
-- A sample at time t stands for the interval that ends there, so the options `from` and `to` select samples with from < t <= to.
local astro = require "astro"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local public = check.public

local signals = {}

local UNITS <const> = {
  V_m = "mV", w = "pA", g_ex = "nS", g_in = "nS", I_SIC = "pA", I = "pA", IP3 = "uM", Ca_astro = "uM",
}

-- Means of `bin` ms each; only whole bins count.
local function binned(call, values, interval, bin)
  local n = math.floor(bin / interval + 0.5)
  if n < 1 or math.abs(n * interval - bin) > 1e-6 * bin then
    check.fail("%s: bin = %g ms is not a multiple of the interval, %g ms", call, bin, interval)
  end
  local means = {}
  for i = 1, #values // n do
    local sum = 0.0
    for k = (i - 1) * n + 1, i * n do sum = sum + values[k] end
    means[i] = sum / n
  end
  return means
end

local function times_of(from, interval, n, shift)
  local times = {}
  for i = 1, n do times[i] = from + (i - shift) * interval end
  return times
end

local function mean_over_nodes(samples)
  local sum = {}
  for k = 1, #samples.times do
    local total = 0.0
    for i = 1, #samples do total = total + samples[i][k] end
    sum[k] = total / #samples
  end
  return sum
end

local OPTIONS <const> = { bin = "positive" }

-- signal(rec [, name [, { bin =, from =, to =, nodes = }]]) -> signal
--
-- The mean of a multimeter's quantity over the recorded nodes; with `bin`, means over bins of that length (`times` are then their centres).
signals.signal = public("analysis.signal(rec, name [, options])", function(rec, name, options)
  options = inputs.options("signal", options, OPTIONS)
  local samples = inputs.samples("signal", rec, name, options)
  local values, interval, times = mean_over_nodes(samples), samples.interval, samples.times
  if options.bin then
    values = binned("signal", values, interval, options.bin)
    interval = options.bin
    times = times_of(samples.from, interval, #values, 0.5)
  end
  return {
    values = astro.vector(values), times = astro.vector(times), interval = interval, from = samples.from,
    window = samples.window, name = samples.name, unit = UNITS[samples.name],
  }
end)

-- signals(rec [, name [, { from =, to =, nodes = }]]) -> list of Vectors, one for each node, with `ids`, `times`, `interval`, `name`
signals.signals = public("analysis.signals(rec, name [, options])", function(rec, name, options)
  options = inputs.options("signals", options)
  local samples = inputs.samples("signals", rec, name, options)
  local list = {
    ids = astro.vector(samples.ids), times = astro.vector(samples.times), interval = samples.interval, name = samples.name,
    from = samples.from, window = samples.window, unit = UNITS[samples.name],
  }
  for i, values in ipairs(samples) do list[i] = astro.vector(values) end
  return list
end)

return signals
