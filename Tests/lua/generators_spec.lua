-- Generators as scripts use them. Bounds are at five standard errors, where nothing else is said: a false alarm has a probability below
-- 1e-6, and seeds are fixed. What is certain is compared with NEST in Tests/Fixtures/between_runs.
local astro = require "astro"

local function near(expected, value, error)
  assert.is_true(math.abs(value - expected) <= error, ("%s is not %s within %s"):format(value, expected, error))
end

local function near_count(expected, n) near(expected, n, 5 * math.sqrt(expected)) end

-- What each of n parrots behind a generator is sent: lists of times.
local function sent(model, params, ms, n, options)
  options = options or {}
  local sim = astro.Simulation { seed = options.seed or 12, threads = options.threads or 2 }
  local generator, parrots = sim:create(model, params), sim:create("parrot_neuron", n)
  sim:connect(generator, parrots, nil, { delay = options.delay or 1.0 })
  sim:record(parrots, { label = "spikes" })
  for _, piece in ipairs(options.pieces or { ms }) do
    sim:simulate(piece)
    if options.through then
      sim:save(options.through)
      sim = astro.load(options.through, { threads = 1 })
    end
  end
  local events, lists = sim:recorder("spikes").events, {}
  local first = sim:populations()[2].ids[1] - 1
  for i = 1, n do lists[i] = {} end
  for i, time in ipairs(events.times) do
    local list = lists[math.tointeger(events.senders[i] - first)]
    list[#list + 1] = time
  end
  return lists
end

local function count(lists, low, high)
  local n = 0
  for _, list in ipairs(lists) do
    for _, t in ipairs(list) do
      if t > low and t <= high then n = n + 1 end
    end
  end
  return n
end

local function variation(lists)
  local sum, squares, n = 0, 0, 0
  for _, list in ipairs(lists) do
    for i = 2, #list do
      local gap = list[i] - list[i - 1]
      sum, squares, n = sum + gap, squares + gap * gap, n + 1
    end
  end
  return math.sqrt(squares / n - (sum / n) ^ 2) / (sum / n), n
end

local function correlation(a, b, window, stop)
  local x, y, n = {}, {}, stop // window
  for i = 1, n do x[i], y[i] = 0, 0 end
  for list, counts in pairs { [a] = x, [b] = y } do
    for _, t in ipairs(list) do
      local i = math.ceil(t / window - 1e-6)
      if i <= n then counts[i] = counts[i] + 1 end
    end
  end
  local vx, vy, product = astro.vector(x), astro.vector(y), 0
  local dx, dy = vx - vx:mean(), vy - vy:mean()
  for i = 1, n do product = product + dx[i] * dy[i] end
  return product / n / (vx:std() * vy:std())
end

describe("a generator", function()
  local all = {
    { "inhomogeneous_poisson_generator", { rate_times = { 5, 12 }, rate_values = { 300, 2000 } } },
    { "poisson_generator", { rate = 100, rate_times = { 12 }, rate_values = { 3000 } } },
    { "poisson_generator", { rate = 500, amplitude = 500, frequency = 60 } },
    { "sinusoidal_poisson_generator", { rate = 500, amplitude = 500, frequency = 60 } },
    { "sinusoidal_poisson_generator", { rate = 500, amplitude = 500, frequency = 60, individual_spike_trains = false } },
    { "mip_generator", { rate = 900, p_copy = 0.4 } },
    { "mip_generator", { rate = 90000, p_copy = 0.1 } },
    { "pulsepacket_generator", { pulse_times = { 4, 15, 15 }, activity = 20, sdev = 3 } },
    { "gamma_sup_generator", { rate = 100, gamma_shape = 3, n_proc = 5 } },
    { "gamma_sup_generator", { rate = 500, gamma_shape = 2, n_proc = 300 } },
    { "spike_train_injector", { spike_times = { 1, 7, 7 }, spike_multiplicities = { 2, 1, 1 } } },
  }

  it("sends the same on any number of threads, in pieces, and after loading", function()
    local path = os.tmpname()
    for _, one in ipairs(all) do
      local model, params = one[1], one[2]
      for _, delay in ipairs { 0.7, astro.random.uniform(0.1, 3) } do
        local expected = sent(model, params, 30, 5, { delay = delay })
        assert.is_true(count(expected, 0, 30) > 4, model)
        assert.same(expected, sent(model, params, 30, 5, { delay = delay, threads = 1 }))
        assert.same(expected, sent(model, params, 30, 5, { delay = delay, pieces = { 0.3, 13.3, 16.4 }, through = path }))
        assert.not_same(expected, sent(model == "spike_train_injector" and "mip_generator" or model,
          model == "spike_train_injector" and { rate = 900 } or params, 30, 5, { delay = delay, seed = 13 }))
      end
    end
    os.remove(path)
  end)

  it("sends each target its own train, or all the same", function()
    for _, one in ipairs(all) do
      local lists = sent(one[1], one[2], 60, 2)
      local is_shared = one[1] == "pulsepacket_generator" or one[1] == "spike_train_injector" or one[2].individual_spike_trains == false
      assert.equal(is_shared, #lists[1] == #lists[2] and table.concat(lists[1], " ") == table.concat(lists[2], " "), one[1])
    end
  end)

  it("differs from others of its model", function()
    local sim = astro.Simulation { seed = 3 }
    local two = sim:create("pulsepacket_generator", 2, { pulse_times = { { 10 }, { 10 } }, activity = 9, sdev = 2 })
    local recorder = sim:record(two)
    sim:simulate(30)
    local events = recorder.events
    local a, b = events.times:select(events.senders:eq(1)):totable(), events.times:select(events.senders:eq(2)):totable()
    assert.equal(9, #a)
    assert.equal(9, #b)
    assert.not_same(a, b)
  end)

  it("follows a rate that depends on time", function()
    local params = { rate_times = { 50, 120 }, rate_values = { 400, 100 } }
    for model, before in pairs { inhomogeneous_poisson_generator = 0, poisson_generator = 200 } do
      params.rate = model == "poisson_generator" and 200 or nil
      local lists = sent(model, params, 201, 100)
      local early = count(lists, 0, 50.9)
      if before == 0 then assert.equal(0, early) else near_count(before * 0.0498 * 100, early) end
      near_count(400 * 0.07 * 100, count(lists, 50.9, 120.9))
      near_count(100 * 0.08 * 100, count(lists, 120.9, 200.9))
    end
    for _, model in ipairs { "sinusoidal_poisson_generator", "poisson_generator" } do
      local lists = sent(model, { rate = 200, amplitude = 200, frequency = 10, phase = -90 }, 201, 100)
      near_count(200 * 0.2 * 100, count(lists, 1, 201))
      near_count(200 * 0.1 * (1 + 2 / math.pi) * 100, count(lists, 26, 76) + count(lists, 126, 176))
    end
  end)

  it("has a rate that can be recorded", function()
    local sim = astro.Simulation {}
    local generators = sim:create("poisson_generator", 2, { rate = { 10, 20 }, rate_times = { 1, 2 }, rate_values = { 30, 0 } })
    local wave = sim:create("sinusoidal_poisson_generator", { rate = 100, amplitude = 200, frequency = 250 })
    local recorder = sim:record(generators, { "rate" }, { interval = 0.5 })
    local rates = sim:record(wave, { "rate" })
    sim:simulate(2.5)
    assert.same({ 10, 20, 30, 30, 30, 30, 0, 0, 0, 0 }, recorder.events.rate:totable())
    sim:simulate(0.5)
    near(300, rates.events.rate[1], 1e-9)
    near(100, rates.events.rate[2], 1e-9)
    assert.equal(0, rates.events.rate[3])
    generators:set { rate = 5 }
    sim:simulate(0.5)
    assert.equal(5, recorder.events.rate[-1])
    generators:set { rate_times = { 4.5 }, rate_values = { 50 } }
    sim:simulate(1)
    assert.same({ 5, 5, 50, 50 }, recorder.events.rate:slice(-4, -1):totable())
  end)

  it("sends gamma processes whose intervals vary as their shape says", function()
    for _, shape in ipairs { 1, 4 } do
      local lists = sent("gamma_sup_generator", { rate = 100, gamma_shape = shape }, 1000, 20)
      near(2000, count(lists, 0, 1000), 5 * math.sqrt(2000 / shape))
      -- steps of 0.1 ms: the transitions are Bernoulli, of variance 1 - p
      near(math.sqrt((1 - 0.01 * shape) / shape), (variation(lists)), 5 * 1.5 / math.sqrt(2 * 2000))
    end
    near_count(4000, count(sent("gamma_sup_generator", { rate = 20, gamma_shape = 2, n_proc = 10 }, 1000, 20), 0, 1000))
  end)

  it("sends copies correlated by p_copy", function()
    local lists = sent("mip_generator", { rate = 200, p_copy = 0.3 }, 10000, 3)
    for _, list in ipairs(lists) do near_count(600, #list) end
    near(0.3, correlation(lists[1], lists[2], 10, 10000), 5 / math.sqrt(1000))
    near(0.3, correlation(lists[1], lists[3], 10, 10000), 5 / math.sqrt(1000))
    local sim = astro.Simulation { seed = 4 }
    local mother, parrots = sim:create("mip_generator", { rate = 500 }), sim:create("parrot_neuron", 2)
    sim:connect(mother, parrots[1])
    sim:connect(mother, parrots[2])
    local recorder, own = sim:record(parrots), sim:record(mother)
    sim:simulate(100)
    local events = recorder.events
    local first = events.times:select(events.senders:eq(2))
    assert.same(first:totable(), events.times:select(events.senders:eq(3)):totable())
    assert.same((first - 1):map(function(t) return math.floor(t * 10 + 0.5) end):totable(),
      own.events.times:map(function(t) return math.floor(t * 10 + 0.5) end):slice(1, #first):totable())
  end)

  it("sends packets of so many spikes, spread as asked", function()
    local list = sent("pulsepacket_generator", { pulse_times = { 100, 300 }, activity = 300, sdev = 12 }, 500, 1)[1]
    assert.equal(600, #list)
    local first = astro.vector(table.move(list, 1, 300, 1, {}))
    -- a delay of 1 ms, a step, and half a step for the end of each
    near(101.15, first:mean(), 5 * 12 / math.sqrt(300))
    near(12, first:std(), 5 * 12 / math.sqrt(600))
  end)

  it("goes on through a change of what it is", function()
    local sim = astro.Simulation { seed = 8 }
    local gamma, parrot = sim:create("gamma_sup_generator", { rate = 10, gamma_shape = 50 }), sim:create("parrot_neuron", 40)
    sim:connect(gamma, parrot)
    local recorder = sim:record(parrot)
    -- all begin in the last state, so the first interval is a fiftieth, and the next are regular: changes in between leave states alone
    for rate = 0, 9 do
      gamma:set { rate = 5 + rate }
      sim:simulate(100)
    end
    -- 475 transitions of a second on average behind 49: (524 / 50) less half a spike that is not complete
    near(40 * (524 / 50 - 0.5), recorder.n_events, 5 * math.sqrt(40 * (475 / 50 ^ 2 + 1 / 12)))
  end)
end)

-- `n` cells that add up what they get: V_m grows by the current, in pA, times the step, divided by C_m = 100 pF.
local function integrators(sim, n)
  return sim:create("aeif_cond_alpha_astro", n, { g_L = 0, a = 0, Delta_T = 0, V_th = 1e9, V_peak = 1e9, V_m = 0, C_m = 100 })
end

-- `I` of a noise_generator with n targets behind it, at each step of 0.1 ms; and each target's current one step (the delay) later.
local function noise_currents(params, n, ms, options)
  options = options or {}
  local sim = astro.Simulation { seed = 5, threads = options.threads or 1 }
  local noise, cells = sim:create("noise_generator", params), integrators(sim, n)
  sim:connect(noise, cells, "all_to_all", { delay = 0.1, weight = options.weight })
  local recorder, potentials = sim:record(noise, { "I" }, { interval = 0.1 }), sim:record(cells, { "V_m" }, { interval = 0.1 })
  sim:simulate(ms)
  local V, means = potentials.events.V_m, {}
  for k = 1, #V // n - 1 do means[k] = (V:slice(k * n + 1, (k + 1) * n):mean() - V:slice((k - 1) * n + 1, k * n):mean()) * 100 / 0.1 end
  return recorder.events.I, means
end

describe("the recorded I of a noise_generator", function()
  it("is the mean of what its targets get, before weights, on any number of threads", function()
    local params = { mean = 30, std = 100, std_mod = 80, frequency = 50, phase = 90, dt = 0.5, start = 1, stop = 9 }
    for _, options in ipairs { { threads = 1 }, { threads = 3 }, { weight = -2 } } do
      local I, means = noise_currents(params, 7, 12, options)
      for k = 2, #means do near((options.weight or 1) * I[k - 1], means[k], 1e-8) end
      -- from start on, before stop: 1.0 to 8.9 ms; 16 holds, of which no two are equal
      local seen, holds = {}, 0
      for k = 1, #I do
        if k < 10 or k >= 90 then assert.equal(0, I[k])
        elseif not seen[I[k]] then seen[I[k]], holds = true, holds + 1 end
      end
      assert.equal(16, holds)
    end
  end)

  it("is the mean of the distribution where nothing varies, and 0 where nobody is connected", function()
    local I = noise_currents({ mean = -12.5 }, 3, 4)
    for k = 1, #I do assert.equal(-12.5, I[k]) end
    local sim = astro.Simulation {}
    local alone = sim:record(sim:create("noise_generator", { mean = 30 }), { "I" })
    sim:simulate(3)
    assert.same({ 0, 0, 0 }, alone.events.I:totable())
  end)

  it("has the mean, and the variance std^2/n", function()
    for _, n in ipairs { 1, 4 } do
      local I = noise_currents({ mean = 30, std = 100, dt = 0.1 }, n, 1000)
      near(30, I:mean(), 5 * 100 / math.sqrt(n * #I))
      near(100 ^ 2 / n, I:std() ^ 2, 5 * 100 ^ 2 / n * math.sqrt(2 / #I))
    end
  end)

  it("has the variance (std^2 + std_mod^2 sin(2 pi f t + phase))/n", function()
    local n, period = 2, 200
    local I = noise_currents({ std = 100, std_mod = 90, frequency = 50, phase = 60, dt = 0.1 }, n, 2000)
    for first = 0, period - 1, 25 do
      local sum, expected, samples = 0, 0, 0
      for k = 1, #I do
        if k % period >= first and k % period < first + 25 then
          sum, samples = sum + I[k] ^ 2, samples + 1
          expected = expected + (100 ^ 2 + 90 ^ 2 * math.sin(2 * math.pi * (0.05 * k / 10 + 60 / 360))) / n
        end
      end
      near(expected / samples, sum / samples, 5 * expected / samples * math.sqrt(2.5 / samples))
    end
  end)
end)

describe("errors of generators", function()
  local sim = astro.Simulation {}
  for _, one in ipairs {
    { "inhomogeneous_poisson_generator", { rate_times = { 1 }, rate_values = { 1, 2 } },
      "rate_times (1) and rate_values (2) must have the same length" },
    { "inhomogeneous_poisson_generator", { rate_times = { 2, 1 }, rate_values = { 1, 2 } }, "must be strictly increasing" },
    { "inhomogeneous_poisson_generator", { rate_times = { 1.04 }, rate_values = { 1 } }, "1.04 ms is not a multiple of the resolution" },
    { "inhomogeneous_poisson_generator", { rate_times = { 0 }, rate_values = { 1 } }, "rate_times = 0 ms is not allowed (> 0)" },
    { "inhomogeneous_poisson_generator", { rate_times = { 1 }, rate_values = { -1 } }, "rate_values = -1 Hz is not allowed (>= 0)" },
    { "inhomogeneous_poisson_generator", { rate = 5 }, "has no parameter 'rate'" },
    { "inhomogeneous_poisson_generator", { rate_times = { 1 }, rate_values = { 1e13 } }, "spikes a step (at most" },
    { "sinusoidal_poisson_generator", { rate = -1 }, "rate = -1 Hz is not allowed (>= 0)" },
    { "sinusoidal_poisson_generator", { ampiltude = 1 }, "did you mean 'amplitude'?" },
    { "poisson_generator", { rate_values = { 1 } }, "rate_times (0) and rate_values (1) must have the same length" },
    { "gamma_sup_generator", { gamma_shape = 1.5 }, "gamma_shape = 1.5 is not allowed (a whole number from 1 to 65535)" },
    { "gamma_sup_generator", { n_proc = 0 }, "n_proc = 0 is not allowed (a whole number from 1 to 1000000)" },
    { "gamma_sup_generator", { rate = 6000, gamma_shape = 2 }, "rate * gamma_shape = 12000 Hz is more than one per step" },
    { "gamma_sup_generator", { rate = 5000, n_proc = 10000 }, "changes of state per step (at most 1000)" },
    { "mip_generator", { p_copy = 1.1 }, "p_copy = 1.1 is not allowed (0 to 1)" },
    { "mip_generator", { rate = 1e9 }, "rate gives" },
    { "pulsepacket_generator", { activity = 2.5 }, "activity = 2.5 is not a whole number" },
    { "pulsepacket_generator", { sdev = -1 }, "sdev = -1 ms is not allowed (>= 0)" },
    { "spike_train_injector", { spike_weights = { 1 } }, "has no parameter 'spike_weights'" },
    { "spike_train_injector", { spike_times = { 2, 1 } }, "spike_train_injector: spike_times must be in ascending order" },
    { "spike_generator", { spike_times = { { 1 }, { 2 } } }, "spike_times has 2 values for 1 node" },
  } do
    it("say " .. one[3], function()
      local ok, message = pcall(sim.create, sim, one[1], one[2])
      assert.is_false(ok)
      assert.truthy(message:find(one[3], 1, true), message)
    end)
  end
end)
