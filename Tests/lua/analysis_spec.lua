-- Against closed forms. Random trains have a fixed seed; their tolerance is four standard errors of the estimate.
local astro = require "astro"
local analysis = require "astro.analysis"

-- Park and Miller's generator: the same numbers everywhere.
local function generator(seed)
  local state = seed
  return function()
    state = state * 48271 % 2147483647
    return state / 2147483647
  end
end

-- n trains of `rate` Hz over `duration` ms as a table of spikes.
local function poisson(n, rate, duration, seed)
  local draw, times, senders, ids = generator(seed), {}, {}, {}
  for id = 1, n do
    ids[id] = id
    local t = -math.log(draw()) * 1000 / rate
    while t < duration do
      times[#times + 1], senders[#senders + 1] = t, id
      t = t - math.log(draw()) * 1000 / rate
    end
  end
  return { times = times, senders = senders, nodes = { ids = ids }, window = { 0, duration } }
end

local function every(interval, duration, first)
  local times = {}
  for t = first or interval / 2, duration, interval do times[#times + 1] = t end
  return times
end

local function sinusoid(amplitude, hertz, n, interval, phase, offset)
  local values = {}
  for k = 1, n do
    values[k] = (offset or 0) + amplitude * math.sin(2 * math.pi * hertz * k * interval / 1000 + (phase or 0))
  end
  return astro.vector(values)
end

local function near(expected, got, tolerance)
  assert(math.abs(got - expected) <= (tolerance or 1e-12), ("%.15g is not %.15g"):format(got, expected))
end

local function is_nan(x) return x ~= x end

describe("analysis.rate, rates, rate_over_time", function()
  local two = { times = { 10, 20, 30, 40, 1000 }, senders = { 1, 1, 1, 2, 2 }, nodes = { ids = { 1, 2, 3 } }, window = { 0, 1000 } }

  it("counts silent nodes", function()
    near(5 / 3, analysis.rate(two))
    local rates, ids = analysis.rates(two)
    assert.are.same({ 3, 2, 0 }, rates:totable())
    assert.are.same({ 1, 2, 3 }, ids:totable())
  end)

  it("takes the window and the nodes that are asked for", function()
    near(1000 * 2 / 25, analysis.rate(two, { from = 15, to = 40, nodes = { 1 } }))
    near(1000 * 1 / 3 / 5, analysis.rate(two, { from = 38, to = 43 }))
  end)

  it("a plain list is one train, from 0 to its last spike", function()
    near(4, analysis.rate { 250, 500, 750, 1000 })
    near(2, analysis.rate(astro.vector { 250, 500 }, { to = 1000 }))
  end)

  it("agrees with rec:rate() and knows the recorder's window", function()
    local sim = astro.Simulation { seed = 3 }
    local noise, parrots = sim:create("poisson_generator", { rate = 40 }), sim:create("parrot_neuron", 30)
    sim:connect(noise, parrots)
    local rec = sim:record(parrots)
    sim:simulate(500)
    assert.are.same({ 0, 500 }, rec.window)
    near(rec:rate(), analysis.rate(rec), 1e-9)
    rec:clear()
    sim:simulate(300)
    assert.are.same({ 500, 800 }, rec.window)
    near(rec:rate(), analysis.rate(rec), 1e-9)
    near(analysis.rate(rec), analysis.rates(rec):mean(), 1e-9)
  end)

  it("in time: mean per node in bins; the last one holds its upper edge, what is left over does not count", function()
    local signal = analysis.rate_over_time({ times = { 0, 5, 10, 20, 24 }, senders = { 1, 2, 1, 1, 1 } }, { bin = 10, to = 20 })
    assert.are.same({ 100, 100 }, signal.values:totable())
    assert.are.same({ 5, 15 }, signal.times:totable())
    local rest = analysis.rate_over_time({ 0, 5, 10, 20, 24 }, { bin = 10, to = 29 })
    assert.are.same({ 200, 200 }, rest.values:totable())
  end)

  it("grid times lie in the bin that begins with them", function()
    local times = {}
    for k = 1, 1000 do times[k] = k * 0.1 end
    local counts = analysis.counts(times, { bin = 0.3, from = 0, to = 99.9 })[1]
    assert.equal(333, #counts)
    assert.equal(2, counts[1])
    for i = 2, 332 do assert.equal(3, counts[i]) end
    assert.equal(4, counts[333])
  end)
end)

describe("analysis.counts", function()
  it("gives a Vector for each node", function()
    local counts = analysis.counts({ times = { 1, 2, 11, 12 }, senders = { 7, 8, 7, 7 } }, { bin = 10, to = 20 })
    assert.are.same({ 1, 2 }, counts[1]:totable())
    assert.are.same({ 1, 0 }, counts[2]:totable())
    assert.are.same({ 7, 8 }, counts.ids:totable())
    assert.are.same({ 5, 15 }, counts.times:totable())
  end)

  it("in a moved window", function()
    local counts = analysis.counts({ 0, 3, 4, 9.9 }, { bin = 4, step = 2, to = 10 })
    assert.are.same({ 2, 2, 1, 1 }, counts[1]:totable())
    assert.are.same({ 2, 4, 6, 8 }, counts.times:totable())
    local apart = analysis.counts({ 0, 3, 4, 9.9 }, { bin = 2, step = 4, to = 10 })
    assert.are.same({ 1, 1, 1 }, apart[1]:totable())
  end)
end)

describe("analysis.intervals, cv, lv, fano", function()
  local clock = every(10, 1000)

  it("a clock varies not at all", function()
    near(0, analysis.cv(clock), 1e-9)
    near(0, analysis.lv(clock), 1e-9)
    near(0, analysis.fano(clock, { bin = 100, to = 1000 }), 1e-9)
    near(10, analysis.intervals(clock):mean())
  end)

  it("intervals a and b in turn: cv = |a - b|/(a + b), lv = 3 cv^2", function()
    local times, t = { 0 }, 0
    for _ = 1, 50 do
      times[#times + 1] = t + 30
      t = t + 40
      times[#times + 1] = t
    end
    near(0.5, analysis.cv(times), 1e-12)
    near(0.75, analysis.lv(times), 1e-12)
  end)

  it("nodes are taken apart; too few spikes have no cv", function()
    local spikes = { times = { 1, 2, 3, 5, 5, 10 }, senders = { 1, 2, 1, 1, 2, 3 } }
    local each = analysis.intervals(spikes, { each = true })
    assert.are.same({ 2, 2 }, each[1]:totable())
    assert.are.same({ 3 }, each[2]:totable())
    assert.are.same({ 2, 2, 3 }, analysis.intervals(spikes):totable())
    local mean, values, ids = analysis.cv(spikes)
    assert.equal(0, mean)
    assert.is_true(is_nan(values[2]) and is_nan(values[3]))
    assert.are.same({ 1, 2, 3 }, ids:totable())
  end)

  it("spikes need no order", function()
    assert.are.same({ 1, 2 }, analysis.intervals({ 4, 1, 2 }):totable())
  end)

  -- With n intervals the cv of a Poisson train has a standard error of 1/sqrt n; lv sqrt(0.6/n); the Fano factor over b
  -- bins sqrt(2/b) for large counts.
  it("a Poisson train: 1, 1, 1", function()
    local spikes = poisson(50, 40, 50000, 11)
    local n = #spikes.times
    near(40, analysis.rate(spikes), 4 * 40 / math.sqrt(n))
    near(1, analysis.cv(spikes), 4 / math.sqrt(n))
    near(1, analysis.lv(spikes), 4 / math.sqrt(n))
    near(1, analysis.fano(spikes, { bin = 500 }), 4 * math.sqrt(2 / (50 * 100)))
    near(25, analysis.intervals(spikes):mean(), 4 * 25 / math.sqrt(n))
  end)

  it("fano: counts 1 and 3 in turn have variance 1 and mean 2", function()
    local times = {}
    for k = 0, 9 do
      times[#times + 1] = 200 * k + 1
      for i = 1, 3 do times[#times + 1] = 200 * k + 100 + i end
    end
    near(0.5, (analysis.fano(times, { bin = 100, to = 2000 })))
  end)
end)

describe("analysis.correlation, correlations, synchrony", function()
  it("Pearson's r", function()
    near(1, analysis.correlation({ 1, 2, 3 }, { 10, 20, 30 }))
    near(-1, analysis.correlation({ 1, 2, 3 }, { 3, 2, 1 }))
    near(0.5, analysis.correlation({ 1, 2, 3 }, { 1, 3, 2 }))
    assert.is_true(is_nan(analysis.correlation({ 1, 2 }, { 5, 5 })))
  end)

  it("of all pairs; a constant series has none", function()
    local all = analysis.correlations { { 1, 2, 3 }, { 1, 3, 2 }, { 3, 2, 1 }, { 7, 7, 7 } }
    near(0.5, all.matrix[1][2])
    near(-1, all.matrix[3][1])
    assert.is_true(is_nan(all.matrix[4][1]))
    assert.equal(3, all.pairs)
    near((0.5 - 1 - 0.5) / 3, all.mean)
  end)

  it("neurons that do the same: local and global synchrony are 1", function()
    local one, spikes = poisson(1, 20, 20000, 5), { times = {}, senders = {} }
    for id = 1, 8 do
      for _, t in ipairs(one.times) do spikes.times[#spikes.times + 1], spikes.senders[#spikes.senders + 1] = t, id end
    end
    local s = analysis.synchrony(spikes)
    near(1, s.mean)
    near(0, s.std, 1e-7)
    near(1, s.global)
    assert.equal(28, s.pairs)
  end)

  -- n independent neurons: r has mean 0 and variance 1/(bins - 1) a pair; the ratio of variances mean 1/n and a relative
  -- standard error of sqrt(2/bins).
  it("independent neurons: 0 and 1/n", function()
    local s = analysis.synchrony(poisson(100, 20, 20000, 7))
    assert.equal(4950, s.pairs)
    near(0, s.mean, 4 / math.sqrt(4950 * 1999))
    near(1 / math.sqrt(1999), s.std, 4 / math.sqrt(1999) / math.sqrt(2 * 4950))
    near(0.01, s.global, 4 * 0.01 * math.sqrt(2 / 2000))
  end)

  -- Each neuron is the union of a train that all share and one of its own, both of 10 Hz: covariance half the variance.
  it("neurons that share half of their spikes: 1/2, (1 + 1/n)/2", function()
    local spikes, shared = poisson(20, 10, 100000, 13), poisson(1, 10, 100000, 17)
    for id = 1, 20 do
      for _, t in ipairs(shared.times) do spikes.times[#spikes.times + 1], spikes.senders[#spikes.senders + 1] = t, id end
    end
    local s = analysis.synchrony(spikes)
    near(0.5, s.mean, 0.02)
    near((1 + 1 / 20) / 2, s.global, 0.02)
    assert.are.same({ s.mean, s.std }, { analysis.local_synchrony(spikes) })
    assert.equal(s.global, analysis.global_synchrony(spikes))
  end)

  it("draws the sample among those that fired, equally for equal seeds", function()
    local spikes = poisson(300, 20, 1000, 19)
    for id = 301, 600 do spikes.nodes.ids[id] = id end
    local s = analysis.synchrony(spikes, { sample = 50, from = 100 })
    assert.equal(50, #s.ids)
    assert.is_true(s.ids:max() <= 300)
    assert.is_true(s.ids == s.ids:sorted())
    for i = 2, 50 do assert.is_true(s.ids[i] > s.ids[i - 1]) end
    assert.are.same(s.ids:totable(), analysis.synchrony(spikes, { sample = 50, from = 100 }).ids:totable())
    assert.are_not.same(s.ids:totable(), analysis.synchrony(spikes, { sample = 50, from = 100, seed = 2 }).ids:totable())
  end)

  it("without spikes there is none", function()
    local s = analysis.synchrony({ times = {}, senders = {}, window = { 0, 1000 } })
    assert.is_true(is_nan(s.mean) and is_nan(s.global))
  end)
end)

describe("analysis.power_spectrum, spectrogram", function()
  it("the power of a sinusoid, A^2/2, lies at its frequency", function()
    for _, segment in ipairs { 1024, 1000, 999, 81 } do
      local hertz = 40 * 1000 / segment -- 40 periods in a segment of 1 ms samples
      if hertz > 400 then hertz = 10 * 1000 / segment end
      local f, p = analysis.power_spectrum(sinusoid(3, hertz, 8192, 1, 0.3, 5), { interval = 1, segment = segment })
      local step, best = f[2] - f[1], 1
      for i = 2, #p do
        if p[i] > p[best] then best = i end
      end
      near(hertz, f[best], 1e-9)
      near(4.5, p:sum() * step, 1e-9)
      near(4.5 * 2 / 3, p[best] * step, 1e-9) -- Hann's window spreads it as 1/6, 2/3, 1/6
    end
  end)

  it("the powers add up to the variance under the window, for even and odd lengths", function()
    for _, n in ipairs { 64, 63 } do
      local draw, values, squares, window = generator(41), {}, 0, 0
      for k = 1, n do values[k] = draw() end
      local mean = astro.vector(values):mean()
      for k = 1, n do
        local w = 0.5 - 0.5 * math.cos(2 * math.pi * (k - 1) / n)
        squares, window = squares + ((values[k] - mean) * w) ^ 2, window + w ^ 2
      end
      local f, p = analysis.power_spectrum(values, { interval = 1, segment = n })
      near(squares / window, p:sum() * f[2], 1e-12)
    end
  end)

  it("white noise has a flat spectrum: variance times twice the interval", function()
    local draw, values = generator(23), {}
    for k = 1, 65536 do values[k] = draw() end
    local f, p = analysis.power_spectrum(values, { interval = 2, segment = 512 })
    near(250, f:max())
    -- 255 segments that overlap by half count as 255 * 0.95 / 1.056 or so; four standard errors of one frequency, 8 of the worst of 255
    local expected = 2 * 0.002 / 12
    for i = 3, #p - 1 do near(expected, p[i], 8 * expected / math.sqrt(240)) end
    near(expected, p:slice(3, -2):mean(), 4 * expected / math.sqrt(240 * 254 / 2))
  end)

  it("the spectrum of a Poisson train is 2 r / n", function()
    local rate = analysis.rate_over_time(poisson(10, 30, 200000, 29), { bin = 1 })
    local _, p = analysis.power_spectrum(rate, { segment = 500 })
    near(2 * 30 / 10, p:slice(3, -3):mean(), 4 * 6 / math.sqrt(248 * 400))
  end)

  it("a spectrogram shows when a frequency begins", function()
    local n, values = 4000, {}
    for k = 1, n do values[k] = math.sin(2 * math.pi * (k <= n / 2 and 20 or 50) * k / 1000) end
    local g = analysis.spectrogram(values, { interval = 1, segment = 500, overlap = 0 })
    assert.equal(8, #g.power)
    assert.are.same({ 250, 750, 1250, 1750, 2250, 2750, 3250, 3750 }, g.times:totable())
    for i, p in ipairs(g.power) do
      local at = i <= 4 and 11 or 26
      near(p:max(), p[at])
    end
    assert.equal(20, g.frequencies[11])
  end)
end)

describe("analysis.spike_triggered_average", function()
  it("spikes at the peaks of a sinusoid: a cosine, without spread", function()
    local spikes = {}
    for k = 1, 9 do spikes[k] = k * 100 end
    local signal = sinusoid(2, 10, 1000, 1, math.pi / 2, -70)
    local sta = analysis.spike_triggered_average(spikes, signal, { interval = 1, window = { -30, 20 } })
    assert.equal(9, sta.n)
    assert.equal(51, #sta.lags)
    for i, lag in ipairs(sta.lags) do
      near(-70 + 2 * math.cos(2 * math.pi * lag / 100), sta.mean[i], 1e-9)
      near(0, sta.std[i], 1e-6)
    end
  end)

  it("leaves out spikes too near to an end", function()
    local sta = analysis.spike_triggered_average({ 2, 50, 98 }, sinusoid(1, 10, 100, 1), { interval = 1, window = { -10, 10 } })
    assert.equal(1, sta.n)
  end)

  it("mean and spread of two values", function()
    local sta = analysis.spike_triggered_average({ 2, 4, 4 }, { 0, 1, 0, 4, 0 }, { interval = 1, window = { -0.1, 0 } })
    near(3, sta.mean[1])
    near(math.sqrt(2), sta.std[1])
  end)
end)

describe("analysis.cross_correlation", function()
  it("a delayed signal follows at its delay", function()
    local draw, a, b = generator(31), {}, {}
    for k = 1, 3000 do a[k] = draw() end
    for k = 1, 3000 do b[k] = a[math.max(1, k - 7)] end
    local lags, values = analysis.cross_correlation(a, b, { interval = 5, max_lag = 100 })
    assert.equal(41, #lags)
    assert.equal(-100, lags[1])
    local best = 1
    for i = 2, #values do
      if values[i] > values[best] then best = i end
    end
    assert.equal(35, lags[best])
    near(1, values[best], 0.01)
  end)

  it("agrees with the sum written out", function()
    local draw, a, b = generator(37), {}, {}
    for k = 1, 23 do a[k], b[k] = draw(), draw() end
    local x, y = astro.vector(a), astro.vector(b)
    x, y = x - x:mean(), y - y:mean()
    local lags, values = analysis.cross_correlation(a, b, { interval = 1, max_lag = 30 })
    assert.equal(45, #lags)
    for i, lag in ipairs(lags) do
      local sum = 0
      for k = 1, 23 do sum = sum + x[k] * (k + lag >= 1 and k + lag <= 23 and y[k + lag] or 0) end
      near(sum / 23 / x:std() / y:std(), values[i], 1e-12)
    end
    local _, own = analysis.cross_correlation(a, a, { interval = 1, max_lag = 0 })
    near(1, own[1])
  end)

  it("uses the time that both signals share", function()
    local a = { values = { 9, 1, 2, 4, 1 }, interval = 10, from = 0 }
    local b = { values = { 1, 2, 4, 1, 0 }, interval = 10, from = 10 }
    local _, values = analysis.cross_correlation(a, b, { max_lag = 0 })
    near(1, values[1])
  end)
end)

describe("analysis.signal, signals", function()
  local rec = {
    events = {
      times = { 1, 1, 2, 2, 3, 3, 4, 4 }, senders = { 5, 6, 5, 6, 5, 6, 5, 6 }, V_m = { 1, 3, 2, 4, 3, 5, 6, 8 }, w = { 0, 0, 0, 0, 0, 0, 0, 0 },
    },
  }

  it("means over nodes", function()
    local signal = analysis.signal(rec, "V_m")
    assert.are.same({ 2, 3, 4, 7 }, signal.values:totable())
    assert.equal(1, signal.interval)
    assert.equal("mV", signal.unit)
    assert.are.same({ 3, 4, 7 }, analysis.signal(rec, "V_m", { from = 1 }).values:totable())
    assert.are.same({ 3, 4, 5, 8 }, analysis.signal(rec, "V_m", { nodes = { 6 } }).values:totable())
  end)

  it("means over bins", function()
    local signal = analysis.signal(rec, "V_m", { bin = 2 })
    assert.are.same({ 2.5, 5.5 }, signal.values:totable())
    assert.are.same({ 1, 3 }, signal.times:totable())
    assert.equal(2, signal.interval)
  end)

  it("one Vector for each node", function()
    local list = analysis.signals(rec, "V_m")
    assert.are.same({ 1, 2, 3, 6 }, list[1]:totable())
    assert.are.same({ 5, 6 }, list.ids:totable())
    near(1, analysis.correlations(list).matrix[1][2])
  end)
end)

describe("analysis.calcium_events", function()
  -- One astrocyte whose calcium is given, sampled every 100 ms.
  local function recording(...)
    local events = { times = {}, senders = {}, Ca_astro = {} }
    local columns = { ... }
    for k = 1, #columns[1] do
      for id, values in ipairs(columns) do
        local n = #events.times + 1
        events.times[n], events.senders[n], events.Ca_astro[n] = 100 * k, id, values[k]
      end
    end
    return { events = events }
  end

  it("onset, duration, peak and amplitude of triangles", function()
    local found = analysis.calcium_events(recording { 0.1, 0.1, 0.3, 0.5, 0.3, 0.1, 0.05, 0.25, 0.1 }, { threshold = 0.2, bridge = 0 })
    assert.equal(2, found.n_events)
    near(250, found.times[1], 1e-9)
    near(300, found.durations[1], 1e-9)
    near(0.5, found.peaks[1])
    near(0.4, found.amplitudes[1])
    near(775, found.times[2], 1e-9)
    near(100 * (0.05 / 0.2 + 0.05 / 0.15), found.durations[2], 1e-9)
    near(0.2, found.amplitudes[2])
    near(2 / 0.9, found.frequency)
    assert.equal(1, found.active)
  end)

  it("bridges gaps shorter than the given time", function()
    local values = { 0, 1, 0, 1, 0, 0, 0, 0, 1, 0 }
    assert.equal(3, analysis.calcium_events(recording(values), { threshold = 0.5, bridge = 100 }).n_events)
    local found = analysis.calcium_events(recording(values), { threshold = 0.5, bridge = 101 })
    assert.equal(2, found.n_events)
    near(300, found.durations[1], 1e-9)
    assert.equal(1, analysis.calcium_events(recording(values), { threshold = 0.5, bridge = 2000 }).n_events)
  end)

  it("what is under way at the beginning has no onset; what is at the end is not complete", function()
    local found = analysis.calcium_events(recording { 1, 0, 0, 0, 1, 1 }, { threshold = 0.5, bridge = 0 })
    assert.equal(1, found.n_events)
    assert.equal(0, found.complete[1])
    near(600 - 450, found.durations[1], 1e-9)
  end)

  it("nodes without events count in frequency and share", function()
    local found = analysis.calcium_events(recording({ 0, 1, 0 }, { 0, 0, 0 }), { threshold = 0.5 })
    assert.equal(0.5, found.active)
    assert.are.same({ 1 / 0.3, 0 }, found.rates:totable())
    assert.are.same({ 1 }, found.senders:totable())
  end)

  it("takes SIC_th from the astrocytes; its result serves as spikes", function()
    local sim = astro.Simulation { seed = 1 }
    local glia = sim:create("astrocyte_lr_1994", 2, { IP3 = 0.5, IP3_0 = { 0.5, 0.16 } })
    local rec = sim:record(glia, { "Ca_astro" }, { interval = 10 })
    sim:simulate(60000)
    local found = analysis.calcium_events(rec)
    local mean, values = analysis.cv(found)
    assert.is_true(mean < 0.2 and is_nan(values[2]))
    -- the oscillation of IP3 = 0.5 uM has a period of 11.5 s and is above the threshold for 54 % of it
    local first = analysis.intervals(found, { each = true })[1]
    near(11500, first[#first], 100)
    near(0.55 * 11500, found.durations:select(found.senders:eq(1))[3], 200)
  end)
end)

describe("analysis.confidence", function()
  it("Student's t: tabulated quantiles", function()
    -- mean 0, standard error 1: {-1, 1} for n = 2; the half width is the quantile
    for _, row in ipairs { { { -1, 1 }, 0.95, 12.7062 }, { { -1, 1 }, 0.99, 63.6567 }, { { -1, 0, 1 }, 0.95, 4.30265 } } do
      local values, level, t = table.unpack(row)
      local mean, low, high = analysis.confidence(values, level)
      local n, squares = #values, 2
      local standard_error = math.sqrt(squares / (n - 1) / n)
      near(0, mean)
      near(t, high / standard_error, 1e-4 * t)
      near(-high, low)
    end
    local values = {}
    for i = 1, 31 do values[i] = i % 2 end
    local v = astro.vector(values)
    local _, _, high = analysis.confidence(v)
    near(2.04227, (high - v:mean()) / (v:std() / math.sqrt(30)), 1e-4)
  end)

  it("a band of curves", function()
    local mean, low, high = analysis.confidence_band({ { 1, 5 }, { 3, 5 } }, 0.95)
    assert.are.same({ 2, 5 }, mean:totable())
    near(2 - 12.7062, low[1], 1e-3)
    near(5, high[2])
  end)
end)

describe("a wrong call of the analysis", function()
  local spikes = { times = { 1, 2 }, senders = { 1, 1 } }
  local cases = {
    { function() analysis.rate(5) end, "rate: spikes must be a Vector or a table of numbers, got number 5 %(usage: analysis%.rate%(spikes %[, options%]%)%)" },
    { function() analysis.rate() end, "rate: spikes must be a Vector or a table of numbers, got nothing" },
    { function() analysis.rate({ tims = {} }) end, "rate: spikes must be a Recorder, a table { times =, senders = } or a Vector of times, got table" },
    { function() analysis.rate({ 1, "a" }) end, "rate: spikes%[2%] must be a number, got 'a'" },
    { function() analysis.rate({ times = { 1 }, senders = { 1, 2 } }) end, "rate: there are 1 times and 2 senders" },
    { function() analysis.rate(spikes, { form = 1 }) end, "rate: there is no option 'form' %(did you mean 'from'%?%)" },
    { function() analysis.rate(spikes, { from = 5 }) end, "rate: the window has no length" },
    { function() analysis.rate(spikes, { from = 5, to = 1 }) end, "rate: from = 5 ms must be below to = 1 ms" },
    { function() analysis.counts(spikes, { bin = 0 }) end, "counts: bin must be a number above 0, got number 0" },
    { function() analysis.counts(spikes, { bin = 10 }) end, "counts: bin = 10 ms is longer than the window from 0 to 2 ms" },
    { function() analysis.synchrony(spikes, { sample = 1.5 }) end, "synchrony: sample must be a whole number above 0, got number 1.5" },
    { function() analysis.local_synchrony(spikes, { sampel = 1 }) end, "local_synchrony: there is no option 'sampel' %(did you mean 'sample'%?%)" },
    { function() analysis.correlation({ 1 }, { 1, 2 }) end, "correlation: a has 1 values and b has 2" },
    { function() analysis.correlations(5) end, "correlations: the first argument must be a list of Vectors, got number 5" },
    { function() analysis.correlations({ { 1 }, { 1, 2 } }) end, "correlations: number 1 has 1 values and number 2 has 2" },
    { function() analysis.power_spectrum({ 1, 2 }) end, "power_spectrum: signal is a plain list: give the option interval" },
    { function() analysis.power_spectrum({ 1, 2, 3 }, { interval = 1, segment = 9 }) end, "power_spectrum: a segment of 9 ms is 9 samples; it must have 2 to 3" },
    { function() analysis.signal(spikes, "V_m") end, "signal: the table holds no sampled quantity" },
    { function() analysis.signal({ times = { 1 }, senders = { 1 }, V_m = { 1 } }, "Vm") end, "signal: 'Vm' was not recorded %(did you mean 'V_m'%?%)" },
    { function() analysis.signal({ times = { 1, 2, 4 }, senders = { 1, 1, 1 }, V_m = { 1, 1, 1 } }) end, "signal: the samples are not evenly spaced" },
    { function() analysis.signal({ times = { 1, 2 }, senders = { 1, 1 }, V_m = { 1, 1 } }, "V_m", { bin = 1.5 }) end, "signal: bin = 1.5 ms is not a multiple of the interval, 1 ms" },
    { function() analysis.calcium_events({ times = { 1, 2 }, senders = { 1, 1 }, Ca_astro = { 1, 1 } }) end, "calcium_events: give the option threshold" },
    { function() analysis.cross_correlation({ values = { 1, 2 }, interval = 1 }, { values = { 1, 2 }, interval = 2 }) end, "cross_correlation: the samples of a are 1 ms apart, those of b 2 ms" },
    { function() analysis.confidence({ 1, 2 }, 95) end, "confidence: level must be between 0 and 1, got number 95" },
    { function() analysis.confidence_band({ { 1 } }) end, "confidence_band: needs a list of two curves or more" },
  }

  for _, case in ipairs(cases) do
    local call, message = case[1], case[2]
    it("says " .. message, function()
      local ok, problem = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(problem:find(message), problem)
      local line = problem:match("analysis_spec%.lua:(%d+): ")
      assert.equal(debug.getinfo(call, "S").linedefined, tonumber(line), problem)
    end)
  end
end)

describe("what holds events", function()
  local plot = require "astro.plot"
  local io = require "astro.io"
  local sim = astro.Simulation()
  local neurons = sim:create("aeif_cond_alpha_astro", 3, { I_e = 700.0 })
  local spikes, samples = sim:create("spike_recorder"), sim:create("multimeter", { record_from = { "V_m" } })
  sim:connect(neurons, spikes)
  sim:connect(samples, neurons)
  local recorded = sim:record(neurons)
  sim:simulate(200)

  it("may be a recorder that was created as a node", function()
    assert.equal(9, #plot.raster(spikes).cells[1].panels[1].series[1].x)
    assert.equal(analysis.intervals(recorded):mean(), analysis.intervals(spikes):mean())
    assert.equal("V_m of 3 aeif_cond_alpha_astro", plot.traces(samples).cells[1].title)
    assert.equal(3, #analysis.signals(samples, "V_m"))
  end)

  it("may be what a file held, or the events alone", function()
    recorded:save("analysis_spec.csv")
    local read = io.read("analysis_spec.csv")
    os.remove("analysis_spec.csv")
    for _, events in ipairs { read, recorded.events } do
      assert.equal(analysis.intervals(recorded):mean(), analysis.intervals(events):mean())
      assert.equal("Spikes of 3 cells", plot.raster(events).cells[1].title)
    end
  end)

  it("is no population of neurons, nor samples where spikes are wanted", function()
    for _, case in ipairs {
      { function() plot.raster(neurons) end, "raster: Nodes(aeif_cond_alpha_astro, n = 3, ids 1 to 3) holds no events" },
      { function() analysis.rate(neurons) end, "rate: Nodes(aeif_cond_alpha_astro, n = 3, ids 1 to 3) holds no events" },
      { function() plot.raster(samples) end, "raster: the recorder holds samples of V_m, not spikes" },
      { function() analysis.rate(samples) end, "rate: the recorder holds samples of V_m, not spikes" },
    } do
      local ok, problem = pcall(case[1])
      assert.is_false(ok)
      assert.is_truthy(problem:find(case[2], 1, true), problem)
    end
  end)
end)

describe("a recorder that was created as a node", function()
  local plot = require "astro.plot"
  local sim = astro.Simulation { seed = 1, threads = 1 }
  sim:simulate(100)
  local noise, parrots, others = sim:create("poisson_generator", { rate = 20 }), sim:create("parrot_neuron", 20), sim:create("parrot_neuron", 5)
  sim:connect(noise, parrots:slice(1, 5))
  local neurons = sim:create("aeif_cond_alpha_astro", 3, { I_e = 700 })
  local pairs_of, limits = {}, { start = 300, stop = 900 }
  local function add(nodes, options, quantities)
    local made = sim:create(quantities and "multimeter" or "spike_recorder",
      { start = options.start, stop = options.stop, record_from = quantities })
    for _, one in ipairs(nodes) do if quantities then sim:connect(made, one) else sim:connect(one, made) end end
    local all = nodes[1]
    for i = 2, #nodes do all = all + nodes[i] end
    pairs_of[#pairs_of + 1] = { quantities and sim:record(all, quantities, options) or sim:record(all, options), made, quantities }
  end
  add({ parrots }, {})
  add({ parrots }, limits)
  add({ parrots, others, neurons }, {})
  add({ others }, {})
  add({ sim:create("spike_generator", { spike_times = { 150, 400 } }) }, {})
  add({ neurons }, limits, { "V_m" })
  sim:simulate(1000)

  -- nan is not equal to itself
  local function plain(x)
    if type(x) == "userdata" then
      local list = x:totable()
      for i, one in ipairs(list) do list[i] = plain(one) end
      return list
    end
    return x ~= x and "nan" or x
  end

  local function same_numbers(f)
    for _, pair in ipairs(pairs_of) do
      if not pair[3] then assert.are.same(plain((f(pair[1]))), plain((f(pair[2])))) end
    end
  end

  it("has the same nodes and the same window", function()
    for _, pair in ipairs(pairs_of) do
      local rec, node = pair[1], pair[2].recorder
      assert.are.same(rec.window, node.window)
      assert.are.same(rec.nodes.ids:totable(), node.nodes.ids:totable())
      if not pair[3] then assert.equal(rec:rate(), node:rate()) end
    end
  end)

  it("gives the same numbers, silent or not", function()
    same_numbers(analysis.rate)
    same_numbers(analysis.rates)
    same_numbers(function(spikes) return analysis.rate_over_time(spikes, { bin = 100 }).values end)
    same_numbers(function(spikes) return #analysis.counts(spikes, { bin = 100 }) end)
    same_numbers(function(spikes) return (analysis.fano(spikes, { bin = 100 })) end)
    same_numbers(function(spikes) return (analysis.cv(spikes)) end)
    assert.equal(0, analysis.rate(pairs_of[4][2]))
  end)

  it("is drawn the same", function()
    for _, pair in ipairs(pairs_of) do
      local draw = pair[3] and plot.traces or function(rec) return plot.raster(rec, { histogram = true }) end
      assert.equal(draw(pair[1]):commands("a.svg"), draw(pair[2]):commands("a.svg"))
      assert.equal(draw(pair[1]):commands("a.py"), draw(pair[2]):commands("a.py"))
    end
  end)

  it("does so after a checkpoint", function()
    sim:save("analysis_spec.ckpt")
    local loaded = astro.load("analysis_spec.ckpt")
    os.remove("analysis_spec.ckpt")
    for _, nodes in ipairs(loaded:populations()) do
      if nodes.model == "spike_recorder" and nodes.ids[1] == pairs_of[2][2].ids[1] then
        assert.equal(analysis.rate(pairs_of[2][1]), analysis.rate(nodes))
        assert.are.same(pairs_of[2][1].window, nodes.recorder.window)
      end
    end
  end)

  it("is one at a time", function()
    local done, problem = pcall(function() analysis.rate(sim:create("spike_recorder", 2)) end)
    assert.is_false(done)
    assert.is_truthy(problem:find("are several recorders (take one: nodes[1])", 1, true), problem)
  end)
end)

describe("what the pages promise", function()
  it("calcium_events: the share of samples above the threshold", function()
    local found = analysis.calcium_events({ times = { 1, 2, 3 }, senders = { 1, 1, 1 }, Ca_astro = { 0.1, 0.3, 0.1 } }, { threshold = 0.2 })
    near(1 / 3, found.fraction_above)
    local two = { times = { 1, 1, 2, 2 }, senders = { 1, 2, 1, 2 }, Ca_astro = { 1, 0, 1, 1 } }
    near(0.75, analysis.calcium_events(two, { threshold = 0.5 }).fraction_above)
  end)

  it("calcium_events: each astrocyte has its own threshold, also where only some are looked at", function()
    local sim = astro.Simulation { seed = 1 }
    local glia = sim:create("astrocyte_lr_1994", 2, { SIC_th = { 1e-3, 100 } })
    local rec = sim:record(glia, { "Ca_astro" })
    sim:simulate(10)
    near(1, analysis.calcium_events(rec, { nodes = glia[1] }).fraction_above)
    near(0, analysis.calcium_events(rec, { nodes = glia[2] }).fraction_above)
  end)

  it("power_spectrum: powers add up to the mean variance within segments, under the window", function()
    local n, values = 256, {}
    for k = 1, 1024 do values[k] = k end
    local f, p = analysis.power_spectrum(values, { interval = 1, segment = n, overlap = 0 })
    local squares, window = 0, 0
    for k = 1, n do
      local w = 0.5 - 0.5 * math.cos(2 * math.pi * (k - 1) / n)
      squares, window = squares + ((k - (n + 1) / 2) * w) ^ 2, window + w ^ 2
    end
    near(squares / window, p:sum() * f[2], 1e-6)
    assert.is_true(p:sum() * f[2] < 0.1 * astro.vector(values):std() ^ 2)
  end)

  it("lists of unequal length are refused, and options that a signal has itself", function()
    local signal = { values = { 1, 2, 3 }, interval = 1, from = 5 }
    assert.has_error(function() analysis.cross_correlation({ 1, 2, 3 }, { 1, 2 }, { interval = 1 }) end)
    assert.has_error(function() analysis.cross_correlation(signal, { 1, 2 }, { interval = 1 }) end)
    local _, r = analysis.cross_correlation(signal, { 1, 2, 3 }, { interval = 1, max_lag = 0 })
    near(1, r[1])
    assert.has_error(function() analysis.power_spectrum(signal, { interval = 2, segment = 2 }) end)
    assert.has_error(function() analysis.power_spectrum({ values = { 1, 2, 3 }, times = { 1, 2 }, interval = 1 }, { segment = 2 }) end)
  end)

  it("one default of overlap, in the picture too", function()
    local plot = require "astro.plot"
    local values = sinusoid(1, 20, 1024, 1)
    assert.equal(tostring(plot.spectrogram(analysis.spectrogram(values, { interval = 1 }))), tostring(plot.spectrogram(values, { interval = 1 })))
  end)
end)
