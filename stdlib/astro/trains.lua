-- Spike trains as lists of times, for scripts: Poisson, gamma, correlated, packets.
--
--   local trains = require "astro.trains"
--   local times = trains.poisson { rate = 20, stop = 1000 }                            -- one train: a list of times in ms
--   local many = trains.mip { n = 10, rate = 100, p_copy = 0.3, stop = 1000 }          -- ten of them
--   sim:create("spike_generator", 10, { spike_times = many })                          -- each node has its own
--
-- Names and units are those of the generators: Hz and ms. All functions take a table with these keys in addition to their own:
--
-- - `start` (0) and `stop` (required) in ms: times lie in start < t <= stop.
-- - `n`: the number of trains, returned as a list of lists; without it, the result is one list.
-- - `resolution` (0.1 ms): times are rounded up to the end of their step, so that a generator accepts them; several spikes in a step have
--   equal times. `false`: times as they are drawn, for a generator with `allow_offgrid_times`.
-- - `seed`: a whole number; the same seed gives the same trains. Without it, `math.random` is used, and with it the run's seed.
--
-- `rate` may be a function of the time in ms: `rate = function(t) return 10 + t/100 end`. In each step of the resolution (or of 0.1 ms),
-- it has its value at the end of the step.
local _, _, host = ...
local check = require "astro.check"
local random = require "astro".random
local fail, public = check.fail, check.public
local trains = {}

-- ## Random numbers

local BLOCK <const> = 256
local UNIT <const>, NORMAL <const>, EXPONENTIAL <const> = random.uniform(0, 1), random.normal(0, 1), random.exponential(1)

-- A function that gives numbers of a distribution, one after the other; distributions of one seed are independent.
local function source(seed, distribution, purpose)
  local block, place, call = nil, BLOCK, 0
  return function()
    if place == BLOCK then
      block, place = host.draw(distribution, BLOCK, seed, call * 4 + purpose):totable(), 0
      call = call + 1
    end
    place = place + 1
    return block[place]
  end
end

local function sources(seed)
  return { uniform = source(seed, UNIT, 1), normal = source(seed, NORMAL, 2), gap = source(seed, EXPONENTIAL, 3) }
end

-- ## Options

local SHARED <const> = { "start", "stop", "n", "resolution", "seed" }
local RATES <const> = { "rate", "rate_times", "rate_values", "amplitude", "frequency", "phase" }

local function joined(...)
  local all = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

local function number(call, options, key, default, low, high)
  local value = options[key]
  if value == nil then value = default end
  if value == nil then fail("%s: %s is missing", call, key) end
  if type(value) ~= "number" or value ~= value then fail("%s: %s must be a number, got %s", call, key, check.shown(value)) end
  if value < (low or -math.huge) or value > (high or math.huge) then
    fail("%s: %s = %s is not allowed (%s)", call, key, value, high and ("%s to %s"):format(low, high) or ">= " .. low)
  end
  return value
end

local function whole(call, options, key, default, low)
  local value = math.tointeger(number(call, options, key, default, low))
  if not value then fail("%s: %s = %s is not a whole number", call, key, options[key]) end
  return value
end

local function list(call, options, key)
  local value = options[key]
  if value == nil then return {} end
  if check.is_vector(value) then value = value:totable() end
  if type(value) ~= "table" then fail("%s: %s must be a list of numbers, got %s", call, key, check.shown(value)) end
  for i, x in ipairs(value) do
    if type(x) ~= "number" then fail("%s: %s[%d] must be a number, got %s", call, key, i, check.shown(x)) end
  end
  return value
end

-- What all functions take, checked.
local function settings(call, options, own)
  if type(options) ~= "table" then fail("%s: options must be a table, got %s", call, check.shown(options)) end
  local known = joined(own, SHARED)
  for key in pairs(options) do
    if not check.includes(known, key) then fail("%s: there is no option '%s' (%s)", call, tostring(key), check.suggestion(key, known)) end
  end
  local result = { start = number(call, options, "start", 0), stop = number(call, options, "stop") }
  if result.stop < result.start or result.stop == math.huge then
    fail("%s: stop = %s must not be before start = %s", call, result.stop, result.start)
  end
  if options.resolution ~= false then
    result.resolution = number(call, options, "resolution", 0.1)
    if result.resolution <= 0 then fail("%s: resolution = %s is not allowed (> 0, or false)", call, result.resolution) end
  end
  result.step = result.resolution or 0.1
  result.n = options.n ~= nil and whole(call, options, "n", nil, 0) or nil
  result.seed = options.seed ~= nil and whole(call, options, "seed", nil, math.mininteger) or math.random(0)
  return result
end

-- ## Rates

local function steps_of(call, options, before)
  local times, values = list(call, options, "rate_times"), list(call, options, "rate_values")
  if #times ~= #values then
    fail("%s: rate_times (%d) and rate_values (%d) must have the same length", call, #times, #values)
  end
  for i, time in ipairs(times) do
    if i > 1 and time <= times[i - 1] then
      fail("%s: rate_times must be strictly increasing: %s comes after %s", call, time, times[i - 1])
    end
    if values[i] < 0 then fail("%s: rate_values[%d] = %s is not allowed (>= 0)", call, i, values[i]) end
  end
  if #times == 0 then return nil end
  local i = 0
  return function(t)
    while i > 0 and times[i] > t do i = i - 1 end
    while times[i + 1] and times[i + 1] <= t do i = i + 1 end
    return i == 0 and before or values[i]
  end
end

-- The rate of the options: a number where it is constant, else a function of time.
local function rate_of(call, options)
  local given = options.rate
  if type(given) == "function" then
    return function(t)
      local rate = given(t)
      if type(rate) ~= "number" or rate ~= rate or rate < 0 then
        fail("%s: rate(%s) is %s, not a rate in Hz", call, t, check.shown(rate))
      end
      return rate
    end
  end
  local base = number(call, options, "rate", (options.rate_times or options.amplitude) and 0 or nil, 0)
  local steps, amplitude = steps_of(call, options, base), number(call, options, "amplitude", 0)
  local turn, phase = 2 * math.pi * number(call, options, "frequency", 0) / 1000, math.rad(number(call, options, "phase", 0))
  if amplitude == 0 then return steps or base end
  return function(t) return math.max(0, (steps and steps(t) or base) + amplitude * math.sin(turn * t + phase)) end
end

-- ## Trains

local function on_grid(set, t)
  if not set.resolution then return t end
  local steps = math.ceil(t / set.resolution - 1e-9)
  local per_ms = math.floor(1 / set.resolution + 0.5)
  return math.abs(per_ms * set.resolution - 1) < 1e-12 and steps / per_ms or steps * set.resolution
end

-- A process in which next() gives the expected number of spikes to the next one.
local function renewal(set, rate, next)
  local times, waiting = {}, next()
  local function add(t)
    t = on_grid(set, t)
    if t > set.start and t <= set.stop then times[#times + 1] = t end
  end
  if type(rate) == "number" then
    if rate == 0 then return times end
    local t = set.start
    while true do
      t = t + 1000 * waiting / rate
      if t > set.stop then return times end
      add(t)
      waiting = next()
    end
  end
  for k = 1, math.ceil((set.stop - set.start) / set.step - 1e-9) do
    local from = set.start + (k - 1) * set.step
    local expected = rate(math.min(from + set.step, set.stop)) * set.step / 1000
    local passed = 0
    while waiting <= expected - passed do
      passed = passed + waiting
      add(from + set.step * passed / expected)
      waiting = next()
    end
    waiting = waiting - (expected - passed)
  end
  return times
end

-- n trains, or one.
local function several(set, make)
  local from = sources(set.seed)
  if not set.n then return make(from) end
  local all = {}
  for i = 1, set.n do all[i] = make(from) end
  return all
end

local function poisson(call, options)
  local set = settings(call, options, RATES)
  local rate = rate_of(call, options)
  return several(set, function(from) return renewal(set, rate, from.gap) end)
end

-- poisson { rate =, stop =, … }
-- A Poisson train. The rate is a number, a function of time, or given as for the generators: `rate_times`, `rate_values`, `amplitude`,
-- `frequency`, `phase`.
trains.poisson = public(function(options) return poisson("poisson", options) end)

-- inhomogeneous_poisson { rate_times =, rate_values =, stop =, … }
-- The same, under the generator's name.
trains.inhomogeneous_poisson = public(function(options) return poisson("inhomogeneous_poisson", options) end)

-- sinusoidal_poisson { rate =, amplitude =, frequency =, phase =, stop =, … }
-- The same, under the generator's name.
trains.sinusoidal_poisson = public(function(options) return poisson("sinusoidal_poisson", options) end)

-- Marsaglia & Tsang (2000), ACM Trans Math Softw 26:363, doi:10.1145/358407.358414
local function gamma_deviate(shape, from)
  if shape < 1 then return gamma_deviate(shape + 1, from) * (1 - from.uniform()) ^ (1 / shape) end
  local d = shape - 1 / 3
  local c = 1 / math.sqrt(9 * d)
  while true do
    local x = from.normal()
    local v = (1 + c * x) ^ 3
    if v > 0 and math.log(1 - from.uniform()) < 0.5 * x * x + d - d * v + d * math.log(v) then return d * v end
  end
end

-- In equilibrium: the interval that the start falls into is drawn by its length.
local function gamma_train(set, rate, shape, from)
  local first = true
  return renewal(set, rate, function()
    if not first then return gamma_deviate(shape, from) / shape end
    first = false
    return (1 - from.uniform()) * gamma_deviate(shape + 1, from) / shape
  end)
end

-- gamma { rate =, gamma_shape =, stop =, … }
-- A gamma process: the coefficient of variation of the intervals is 1/sqrt(gamma_shape); gamma_shape is any number above 0. The rate is
-- given as in `poisson`; if it depends on time, so do the intervals. The process is in equilibrium from the beginning.
trains.gamma = public(function(options)
  local set = settings("gamma", options, joined(RATES, { "gamma_shape" }))
  local rate, shape = rate_of("gamma", options), number("gamma", options, "gamma_shape", 1)
  if shape <= 0 then fail("gamma: gamma_shape = %s is not allowed (> 0)", shape) end
  return several(set, function(from) return gamma_train(set, rate, shape, from) end)
end)

-- gamma_sup { rate =, gamma_shape =, n_proc =, stop =, … }
-- The superposition of `n_proc` gamma processes, each with that rate.
trains.gamma_sup = public(function(options)
  local set = settings("gamma_sup", options, joined(RATES, { "gamma_shape", "n_proc" }))
  local rate, shape = rate_of("gamma_sup", options), number("gamma_sup", options, "gamma_shape", 1)
  if shape <= 0 then fail("gamma_sup: gamma_shape = %s is not allowed (> 0)", shape) end
  local processes = whole("gamma_sup", options, "n_proc", 1, 1)
  return several(set, function(from)
    local all = {}
    for _ = 1, processes do
      local times = gamma_train(set, rate, shape, from)
      table.move(times, 1, #times, #all + 1, all)
    end
    table.sort(all)
    return all
  end)
end)

-- mip { rate =, p_copy =, n =, stop =, … }
-- Copies of one Poisson train of that rate, in which each spike is kept with probability `p_copy`: the counts of two of the `n` trains have
-- that correlation. The rate is given as in `poisson`.
trains.mip = public(function(options)
  local set = settings("mip", options, joined(RATES, { "p_copy" }))
  local rate, p = rate_of("mip", options), number("mip", options, "p_copy", 1, 0, 1)
  local mother
  return several(set, function(from)
    mother = mother or renewal(set, rate, from.gap)
    local copy = {}
    for _, time in ipairs(mother) do
      if from.uniform() < p then copy[#copy + 1] = time end
    end
    return copy
  end)
end)

-- pulsepacket { pulse_times =, activity =, sdev =, stop =, … }
-- Packets of `activity` spikes, normally distributed around `pulse_times` with the standard deviation `sdev`. Spikes outside `start` to
-- `stop` are left out.
trains.pulsepacket = public(function(options)
  local set = settings("pulsepacket", options, { "pulse_times", "activity", "sdev" })
  local centres = list("pulsepacket", options, "pulse_times")
  local activity, deviation = whole("pulsepacket", options, "activity", nil, 0), number("pulsepacket", options, "sdev", 0, 0)
  return several(set, function(from)
    local times = {}
    for _, centre in ipairs(centres) do
      for _ = 1, activity do
        local t = on_grid(set, deviation > 0 and centre + deviation * from.normal() or centre)
        if t > set.start and t <= set.stop then times[#times + 1] = t end
      end
    end
    table.sort(times)
    return times
  end)
end)

-- merge(trains)
-- One train with all spikes of a list of trains, in order.
trains.merge = public(function(all)
  if type(all) ~= "table" then fail("merge: trains must be a list of lists, got %s", check.shown(all)) end
  local merged = {}
  for i, times in ipairs(all) do
    if check.is_vector(times) then times = times:totable() end
    if type(times) ~= "table" then fail("merge: trains[%d] must be a list of times, got %s", i, check.shown(times)) end
    table.move(times, 1, #times, #merged + 1, merged)
  end
  table.sort(merged)
  return merged
end)

check.module("astro.trains", trains, {
  sinusoidal_gamma = "gamma", inhomogeneous_gamma = "gamma", superpose = "merge", join = "merge", pulse_packet = "pulsepacket",
})
return trains
