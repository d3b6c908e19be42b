-- Learning of synapses from pairs of spikes.
--
-- Senders, one for each interval, and one target that all of them connect to are made to fire at given times. The target is a parrot_neuron
-- that does not hear its synapses (receptor 1), so that nothing but the given times counts.
local astro = require "astro"
local check = require "astro.check"
local fail, wrong, shown = check.fail, check.wrong, check.shown

local RESOLUTION <const> = 0.1              -- ms
local REACH <const>, STEP <const> = 80, 1   -- ms
local MOST <const> = 100000                 -- intervals
local TAU_MINUS <const> = 20                -- ms, of a target unless it is set

-- This one takes up spikes of its target when its sender spikes next. So each sender spikes once more at the end, when traces are gone.
local WAITS <const> = { stdp_synapse = true }
local GONE <const> = 40                     -- time constants

-- The intervals t_post - t_pre, on the grid of the resolution.
local function intervals_of(options)
  local range, step = options.range or {}, options.step or STEP
  local from, to = range[1] or -REACH, range[2] or REACH
  local steps = math.floor(step / RESOLUTION + 0.5)
  if steps < 1 then fail("stdp_window: step must be at least %g ms, got %g", RESOLUTION, step) end
  local n = math.floor((to - from) / (steps * RESOLUTION) + 1e-9) + 1
  if n > MOST then fail("stdp_window: from %g to %g ms in steps of %g ms are %d intervals, at most %d", from, to, step, n, MOST) end
  local first, intervals = math.floor(from / RESOLUTION + 0.5), {}
  for i = 1, n do intervals[i] = (first + (i - 1) * steps) / (1 / RESOLUTION) end
  return intervals
end

-- What connect takes as its last argument, with what this experiment needs.
local function specification(synapse)
  local kind = type(synapse) == "userdata" and getmetatable(synapse)
  local spec = {}
  if type(synapse) == "string" or kind == "Synapse" then
    spec.synapse_model = synapse
  elseif type(synapse) == "table" then
    for name, value in pairs(synapse) do spec[name] = value end
  else
    wrong("stdp_window: the first argument must be a synapse model, its name, or a table as connect takes it, got %s", shown(synapse))
  end
  if spec.synapse_model == nil then fail("stdp_window: the table names no synapse_model") end
  if spec.delay == nil then spec.delay = RESOLUTION end
  spec.receptor_type = 1
  return spec
end

-- Spike times in ms of the target, and of each sender.
local function trains(intervals, options)
  local pairs_, period = options.pairs or 1, 1000 / (options.frequency or 1)
  local reach = math.max(math.abs(intervals[1]), math.abs(intervals[#intervals]))
  local function at(k, interval)
    return math.floor((reach + 1 + (k - 1) * period) / RESOLUTION + 0.5) / (1 / RESOLUTION) - (interval or 0)
  end
  local target, senders = {}, {}
  for k = 1, pairs_ do target[k] = at(k) end
  for i, interval in ipairs(intervals) do
    senders[i] = {}
    for k = 1, pairs_ do senders[i][k] = math.floor(at(k, interval) / RESOLUTION + 0.5) / (1 / RESOLUTION) end
  end
  return senders, { target }, at(pairs_) + reach
end

-- Adds a last spike to each sender; returns its time.
local function add_last(trains_, time)
  for _, train in ipairs(trains_) do train[#train + 1] = time end
  return time
end

local function firing(sim, times, params)
  local cells = sim:create("parrot_neuron", #times, params)
  sim:connect(sim:create("spike_generator", #times, { spike_times = times }), cells, "one_to_one")
  return cells
end

-- Measures; analysis.stdp_window, in plasticity.lua, says what comes of it.
return function(synapse, options)
  options = check.options("stdp_window", options,
    { range = "range", step = "positive", pairs = "count", frequency = "positive", tau_minus = "positive" })
  local spec, intervals = specification(synapse), intervals_of(options)
  local sender_times, target_times, last = trains(intervals, options)
  if WAITS[spec.synapse_model] then last = add_last(sender_times, math.ceil(last + GONE * (options.tau_minus or TAU_MINUS))) end
  local sim = astro.Simulation { resolution = RESOLUTION, seed = 1 }
  local senders = firing(sim, sender_times)
  local target = firing(sim, target_times, { tau_minus = options.tau_minus })
  local done, problem = pcall(sim.connect, sim, senders, target, "all_to_all", spec)
  if not done then fail("stdp_window: %s", (tostring(problem):gsub("^.-connect: ", ""))) end
  local connections = sim:connections { source = senders, target = target }
  local before = connections.weight
  sim:simulate(last + 10 + 10 * connections.delay[1])
  return { intervals = astro.vector(intervals), change = connections.weight - before, start = before[1], delay = connections.delay[1] }
end
