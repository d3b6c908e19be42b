-- What the functions of astro.analysis accept, brought into one shape.
local check = require "astro.check"
local fail, wrong, shown, numbers = check.fail, check.wrong, check.shown, check.numbers

local inputs = {}

inputs.NAN = -(0 / 0)

-- The options that say which spikes count.
inputs.SELECTION = { from = "number", to = "number", nodes = "anything" }

-- options(call, given, own): the function's own options, and those of the selection.
function inputs.options(call, given, own)
  return check.options(call, given, inputs.SELECTION, own)
end

local function is_record(value)
  return type(value) == "userdata" and getmetatable(value) == "Recorder" or type(value) == "table" and #value == 0 and next(value) ~= nil
end

-- Ids of a Nodes, or of a Vector or table of them.
local function ids_of(call, what, nodes)
  if type(nodes) == "userdata" and getmetatable(nodes) == "Nodes" then return numbers(call, what, nodes.ids) end
  if type(nodes) == "table" and nodes.ids then return numbers(call, what, nodes.ids) end
  return numbers(call, what, nodes)
end
inputs.ids_of = ids_of

local function distinct(senders)
  local ids, seen = {}, {}
  for _, id in ipairs(senders) do
    if not seen[id] then seen[id], ids[#ids + 1] = true, id end
  end
  table.sort(ids)
  return ids
end

-- From when to when: as the options say, else as the recorder knows, else from 0 to the last time.
local function window_of(call, record, times, options)
  local known = record.window or {}
  local from, to = options.from or known[1] or 0, options.to or known[2]
  if not to then
    to = from
    for _, t in ipairs(times) do to = math.max(to, t) end
  end
  if to < from then fail("%s: from = %g ms must be below to = %g ms", call, from, to) end
  return from, to
end

local function events_of(call, what, value)
  if not is_record(value) then return end
  local events = value.events
  if type(events) ~= "table" or events.times == nil then
    wrong("%s: %s must be a Recorder, a table { times =, senders = } or a Vector of times, got %s", call, what, shown(value))
  end
  return events
end

-- Spikes as { times, senders, ids, from, to }: plain tables; only those in the window and of the wanted nodes.
function inputs.spikes(call, value, options)
  value = check.recorder(call, value)
  check.spikes(call, value, "analysis.signal and plot.traces take samples")
  local events = events_of(call, "spikes", value)
  local record = events and value or {}
  local times = numbers(call, events and "times" or "spikes", events and events.times or value)
  local senders = {}
  if events and events.senders then
    senders = numbers(call, "senders", events.senders)
    if #senders ~= #times then fail("%s: there are %d times and %d senders", call, #times, #senders) end
  else
    for i = 1, #times do senders[i] = 1 end
  end
  local all = record.nodes and ids_of(call, "nodes", record.nodes) or #senders == 0 and not events and { 1 } or distinct(senders)
  local ids = options.nodes and ids_of(call, "nodes", options.nodes) or all
  local from, to = window_of(call, record, times, options)
  local wanted, kept_times, kept_senders = {}, {}, {}
  for _, id in ipairs(ids) do wanted[id] = true end
  for i, t in ipairs(times) do
    if t >= from and t <= to and wanted[senders[i]] then
      kept_times[#kept_times + 1], kept_senders[#kept_senders + 1] = t, senders[i]
    end
  end
  return { times = kept_times, senders = kept_senders, ids = ids, from = from, to = to }
end

local function is_ascending(list)
  for i = 2, #list do
    if list[i] < list[i - 1] then return false end
  end
  return true
end

-- The times of each id, in order of the ids; each ascending.
function inputs.trains(spikes)
  local trains, of = {}, {}
  for i, id in ipairs(spikes.ids) do
    trains[i] = {}
    of[id] = trains[i]
  end
  for i, t in ipairs(spikes.times) do
    local train = of[spikes.senders[i]]
    train[#train + 1] = t
  end
  for _, train in ipairs(trains) do
    if not is_ascending(train) then table.sort(train) end
  end
  return trains
end

-- The distance of samples that lie in equal steps.
local function step_of(call, times)
  if #times < 2 then fail("%s: at least two samples of each node are needed, there are %d", call, #times) end
  local interval = (times[#times] - times[1]) / (#times - 1)
  for i = 2, #times do
    if math.abs(times[i] - times[i - 1] - interval) > 1e-6 * math.max(1, interval) then
      fail("%s: the samples are not evenly spaced (%g ms before %g ms)", call, times[i] - times[i - 1], times[i])
    end
  end
  return interval
end

local function quantity_of(call, record, events, name)
  local names = check.quantities(events)
  if name == nil and #names == 1 then return names[1] end
  for _, known in ipairs(names) do
    if known == name then return name end
  end
  if #names == 0 then fail("%s: %s holds no sampled quantity", call, type(record) == "userdata" and tostring(record) or "the table") end
  if name == nil then fail("%s: which quantity? (there are: %s)", call, table.concat(names, ", ")) end
  fail("%s: %s was not recorded (%s)", call, shown(name), check.suggestion(name, names))
end

-- The samples of a multimeter by node: { ids, times, interval, name, from, to, [1] = values of the first id … }, plain tables.
function inputs.samples(call, record, name, options)
  record = check.recorder(call, record)
  local events = is_record(record) and record.events
  if type(events) ~= "table" or events.times == nil or events.senders == nil then
    wrong("%s: the first argument must be a Recorder of samples, got %s", call, shown(record))
  end
  if rawget(events, "targets") then
    fail("%s: the recorder holds samples of connections, not of nodes (plot.weights draws them; rec.events has their columns)", call)
  end
  name = quantity_of(call, record, events, name)
  local times, senders = numbers(call, "times", events.times), numbers(call, "senders", events.senders)
  local values = numbers(call, name, events[name])
  if #times ~= #senders or #times ~= #values then
    fail("%s: there are %d times, %d senders and %d values", call, #times, #senders, #values)
  end
  local ids = options.nodes and ids_of(call, "nodes", options.nodes) or record.nodes and ids_of(call, "nodes", record.nodes)
    or distinct(senders)
  local result, of, from, to = { ids = ids, name = name }, {}, options.from or -math.huge, options.to or math.huge
  for i, id in ipairs(ids) do
    result[i] = {}
    of[id] = result[i]
  end
  local first, axis = ids[1], {}
  for i, t in ipairs(times) do
    local series = of[senders[i]]
    if series and t > from and t <= to then
      series[#series + 1] = values[i]
      if senders[i] == first then axis[#axis + 1] = t end
    end
  end
  for i, series in ipairs(result) do
    if #series ~= #axis then fail("%s: node %d has %d samples, node %d has %d", call, ids[i], #series, first, #axis) end
  end
  result.times, result.interval = axis, step_of(call, axis)
  result.from, result.to = axis[1] - result.interval, axis[#axis]
  local known = record.window or {}
  result.window = { options.from or known[1] or result.from, options.to or known[2] or result.to }
  return result
end

local function same(a, b) return math.abs(a - b) <= 1e-6 * math.max(math.abs(a), math.abs(b)) end

-- A signal whose parts agree with each other and with the options; the time that was recorded goes with it.
local function checked_signal(call, what, signal, given, options)
  for _, name in ipairs { "interval", "from" } do
    if options[name] and not same(options[name], signal[name]) then
      fail("%s: %s = %g ms is for a plain list; %s has its own, %g ms", call, name, options[name], what, signal[name])
    end
  end
  local count = given.times and #numbers(call, "times", given.times) or #signal.values
  if count ~= #signal.values then fail("%s: %s has %d times and %d values", call, what, count, #signal.values) end
  signal.window = type(given.window) == "table" and given.window or { signal.from, signal.from + #signal.values * signal.interval }
  return signal
end

-- A signal as { values, interval, from, window }: what analysis.signal and rate_over_time return, or a Vector or table of numbers with
-- its interval (and the time at which it begins).
function inputs.signal(call, what, value, options)
  if is_record(value) and type(value) == "table" and rawget(value, "values") then
    return checked_signal(call, what, {
      values = numbers(call, what, value.values), interval = check.value(call, "interval", value.interval, "positive"),
      from = value.from or 0, name = value.name, unit = value.unit, is_timed = value.from ~= nil,
    }, value, options)
  end
  if type(value) ~= "table" and not check.is_vector(value) or is_record(value) then
    wrong("%s: %s must be a signal or a Vector, got %s", call, what, shown(value))
  end
  if not options.interval then wrong("%s: %s is a plain list: give the option interval (ms between its samples)", call, what) end
  local values, from = numbers(call, what, value), options.from or 0
  return { values = values, interval = options.interval, from = from, window = { from, from + #values * options.interval } }
end

return inputs
