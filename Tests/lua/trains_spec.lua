-- Trains as lists, and the generators of the same names. Bounds are at five standard errors, where nothing else is said: a false alarm
-- has a probability below 1e-6, and seeds are fixed.
local astro = require "astro"
local trains = require "astro.trains"

local function count(list, low, high)
  local n = 0
  for _, t in ipairs(list) do
    if t > low and t <= high then n = n + 1 end
  end
  return n
end

local function near(expected, value, error)
  assert.is_true(math.abs(value - expected) <= error, ("%s is not %s within %s"):format(value, expected, error))
end

local function near_count(expected, n) near(expected, n, 5 * math.sqrt(expected)) end

-- Coefficient of variation of the intervals, and how many there are.
local function variation(list)
  local sum, squares, n = 0, 0, #list - 1
  for i = 1, n do
    local gap = list[i + 1] - list[i]
    sum, squares = sum + gap, squares + gap * gap
  end
  local mean = sum / n
  return math.sqrt(squares / n - mean * mean) / mean, n
end

-- Correlation of the counts of two trains in windows.
local function correlation(a, b, window, stop)
  local x, y, n = {}, {}, stop / window
  for i = 1, n do x[i], y[i] = 0, 0 end
  for _, t in ipairs(a) do x[math.ceil(t / window - 1e-6)] = x[math.ceil(t / window - 1e-6)] + 1 end
  for _, t in ipairs(b) do y[math.ceil(t / window - 1e-6)] = y[math.ceil(t / window - 1e-6)] + 1 end
  local vx, vy = astro.vector(x), astro.vector(y)
  local dx, dy = vx - vx:mean(), vy - vy:mean()
  local product = 0
  for i = 1, n do product = product + dx[i] * dy[i] end
  return product / n / (vx:std() * vy:std())
end

local function is_on_grid(list)
  local last = 0
  for _, t in ipairs(list) do
    assert.is_true(t >= last and math.abs(t * 10 - math.floor(t * 10 + 0.5)) < 1e-9, tostring(t))
    last = t
  end
end

describe("trains", function()
  it("are Poisson, of a rate", function()
    local list = trains.poisson { rate = 50, stop = 20000, seed = 1 }
    near_count(1000, #list)
    near_count(250, count(list, 5000, 10000))
    near(1, (variation(list)), 5 / math.sqrt(1000))
    is_on_grid(list)
    assert.equal(0, #trains.poisson { rate = 0, stop = 100 })
    near_count(500, #trains.poisson { rate = 500, start = 1000, stop = 2000, seed = 2 })
    assert.is_true(trains.poisson { rate = 500, start = 1000, stop = 2000 }[1] > 1000)
  end)

  it("are of a rate that depends on time", function()
    local steps = trains.poisson { rate_times = { 1000, 2000 }, rate_values = { 400, 100 }, stop = 3000, seed = 3 }
    assert.equal(0, count(steps, 0, 999.9))
    near_count(400, count(steps, 1000, 2000))
    near_count(100, count(steps, 2000, 3000))
    local wave = { rate = 100, amplitude = 100, frequency = 1, phase = -90, stop = 10000, seed = 4 }
    local list, inner = trains.sinusoidal_poisson(wave), 0
    for second = 0, 9 do inner = inner + count(list, 1000 * second + 250, 1000 * second + 750) end
    near_count(1000, #list)
    near_count(1000 * (0.5 + 1 / math.pi), inner)
    local ramp = trains.poisson { rate = function(t) return t / 10 end, stop = 1000, seed = 5, n = 20 }
    near_count(20 * 12.5, count(trains.merge(ramp), 0, 500))
    near_count(20 * 37.5, count(trains.merge(ramp), 500, 1000))
  end)

  it("are gamma processes, whose intervals vary as their shape says", function()
    for _, shape in ipairs { 0.5, 1, 4, 25 } do
      local list = trains.gamma { rate = 50, gamma_shape = shape, stop = 40000, seed = 6, resolution = false }
      near(2000, #list, 5 * math.sqrt(2000 / shape))
      -- the error of a CV: that of a normal sample, and more for skewed ones
      near(1 / math.sqrt(shape), (variation(list)), 5 * 1.5 / math.sqrt(2 * 2000) * (1 + 1 / shape) / math.sqrt(shape))
    end
    near_count(1000, #trains.gamma { rate = 100, amplitude = 50, frequency = 2, gamma_shape = 3, stop = 10000, seed = 7 })
    near_count(2000, #trains.gamma_sup { rate = 10, gamma_shape = 3, n_proc = 20, stop = 10000, seed = 8 })
  end)

  it("are copies of a mother train, correlated by p_copy", function()
    local all = trains.mip { n = 3, rate = 100, p_copy = 0.3, stop = 40000, seed = 9 }
    for _, list in ipairs(all) do near_count(1200, #list) end
    -- 2000 windows: the standard error of a correlation is below 1/sqrt(2000)
    near(0.3, correlation(all[1], all[2], 20, 40000), 5 / math.sqrt(2000))
    near(0.3, correlation(all[1], all[3], 20, 40000), 5 / math.sqrt(2000))
    local same = trains.mip { n = 2, rate = 100, stop = 1000, seed = 9 }
    assert.same(same[1], same[2])
  end)

  it("are packets of spikes", function()
    local list = trains.pulsepacket { pulse_times = { 200, 600 }, activity = 400, sdev = 10, stop = 1000, seed = 10, resolution = false }
    assert.equal(800, #list)
    local first = astro.vector(table.move(list, 1, 400, 1, {}))
    near(200, first:mean(), 5 * 10 / math.sqrt(400))
    near(10, first:std(), 5 * 10 / math.sqrt(800))
    assert.same({ 5, 5, 5 }, trains.pulsepacket { pulse_times = { 5 }, activity = 3, stop = 10 })
  end)

  it("come from their seed, else from math.random", function()
    local options = { rate = 100, stop = 500, seed = 11 }
    local first = trains.poisson(options)
    assert.same(first, trains.poisson(options))
    assert.not_same(first, trains.poisson { rate = 100, stop = 500, seed = 12 })
    math.randomseed(5)
    local a, b = trains.poisson { rate = 100, stop = 500 }, trains.poisson { rate = 100, stop = 500 }
    math.randomseed(5)
    assert.same(a, trains.poisson { rate = 100, stop = 500 })
    assert.not_same(a, b)
  end)

  it("are what spike_generators take, a list each", function()
    local sim = astro.Simulation {}
    local all = trains.poisson { rate = 100, n = 3, stop = 200, seed = 13 }
    local generators = sim:create("spike_generator", 3, { spike_times = all })
    local recorder = sim:record(generators)
    sim:simulate(200)
    for i, generator in ipairs(generators) do
      assert.same(all[i], recorder.events.times:select(recorder.events.senders:eq(generator.ids[1])):totable())
      assert.same(all[i], generator:get("spike_times"):totable())
    end
  end)

  it("are refused where something is wrong", function()
    local function says(pattern, f, options)
      local ok, message = pcall(f, options)
      assert.is_false(ok)
      assert.truthy(message:find(pattern, 1, true), message)
    end
    says("poisson: stop is missing", trains.poisson, { rate = 5 })
    says("poisson: rate is missing", trains.poisson, { stop = 5 })
    says("there is no option 'rat' (did you mean 'rate'?)", trains.poisson, { rat = 5, stop = 5 })
    says("poisson: rate = -5 is not allowed (>= 0)", trains.poisson, { rate = -5, stop = 5 })
    says("rate_times (1) and rate_values (2) must have the same length", trains.poisson,
      { rate_times = { 1 }, rate_values = { 1, 2 }, stop = 5 })
    says("rate_times must be strictly increasing: 1 comes after 2", trains.inhomogeneous_poisson,
      { rate_times = { 2, 1 }, rate_values = { 1, 2 }, stop = 5 })
    says("rate_values[1] = -1 is not allowed", trains.poisson, { rate_times = { 1 }, rate_values = { -1 }, stop = 5 })
    says("poisson: stop = 5 must not be before start = 6", trains.poisson, { rate = 1, start = 6, stop = 5 })
    says("poisson: rate(0.1) is 'x', not a rate in Hz", trains.poisson, { rate = function() return "x" end, stop = 5 })
    says("mip: p_copy = 2 is not allowed (0 to 1)", trains.mip, { rate = 1, p_copy = 2, stop = 5 })
    says("gamma: gamma_shape = 0 is not allowed (> 0)", trains.gamma, { rate = 1, gamma_shape = 0, stop = 5 })
    says("n = 1.5 is not a whole number", trains.poisson, { rate = 1, n = 1.5, stop = 5 })
    says("pulsepacket: activity is missing", trains.pulsepacket, { pulse_times = { 1 }, stop = 5 })
    says("poisson: options must be a table, got number 5", trains.poisson, 5)
  end)
end)
