-- From recordings to the numbers that are drawn.
local axes = require "astro.plot.axes"
local check = require "astro.check"
local style = require "astro.plot.style"
local fail, wrong, shown, numbers = check.fail, check.wrong, check.shown, check.numbers

local data = {}

-- The events of a Recorder (or of a table like it): all columns, which are equally long, times and senders as plain tables.
function data.events_of(call, rec)
  rec = check.recorder(call, rec)
  local is_recorder = type(rec) == "table" or type(rec) == "userdata" and getmetatable(rec) == "Recorder"
  local events = is_recorder and rec.events
  if type(events) ~= "table" then wrong("%s: the first argument must be a Recorder, got %s", call, shown(rec)) end
  local times, senders = numbers(call, "times", events.times), numbers(call, "senders", events.senders)
  if #times ~= #senders then fail("%s: there are %d times and %d senders", call, #times, #senders) end
  return events, times, senders
end

-- A quantity's samples as a plain table, one for each of the times.
function data.column(call, events, name, times)
  local values = numbers(call, name, events[name])
  if #values ~= #times then fail("%s: there are %d times and %d values of %s", call, #times, #values, name) end
  return values
end

function data.least_and_greatest(values)
  local least, greatest = math.huge, -math.huge
  for _, x in ipairs(values) do
    least, greatest = math.min(least, x), math.max(greatest, x)
  end
  return least, greatest
end

-- From when to when: as the user says, else what was recorded; where that is not known, 0 to a round number at or above the last time.
local function time_range(times, window, given)
  local from, to = table.unpack(given or {}, 1, 2)
  window = window or {}
  from, to = from or window[1] or 0, to or window[2]
  if not to then
    local _, last = data.least_and_greatest(times)
    local step = last > from and axes.round_up((last - from) / 20)
    to = step and from + math.ceil((last - from) / step - 1e-9) * step or from + 1
  end
  if to <= from then return given and given[2] and { to - 1, to } or { from, from + 1 } end
  return { from, to }
end

-- From 0 to the greatest value, or to 1 where all are 0.
function data.range_from_0(values)
  for _, x in ipairs(values) do
    if x > 0 then return { 0 } end
  end
  return { 0, 1 }
end

function data.scaled(values, factor)
  if factor == 1 then return values end
  local result = {}
  for i, x in ipairs(values) do result[i] = x * factor end
  return result
end

-- Long times read better in seconds.
local function unit_of_time(length)
  if length > 5000 then return 0.001, "time (s)" end
  return 1, "time (ms)"
end
data.unit_of_time = unit_of_time

-- The axis of time: { ms = range in ms, range, factor, label, time }. `time` is for the panel: what plot.panels needs so that panels
-- above each other share their range; nil where the user chose it.
function data.time_axis(times, window, given)
  local ms = time_range(times, window, given)
  local factor, label = unit_of_time(ms[2] - ms[1])
  return {
    ms = ms, factor = factor, range = data.scaled(ms, factor), label = label,
    time = not given and { from = ms[1], to = ms[2], factor = factor, label = label } or nil,
  }
end

local function is_finite(x) return x == x and math.abs(x) < math.huge end
data.is_finite = is_finite

-- Of values first to last the places of the lowest, of the highest, and of a gap, ascending.
local function extremes(values, first, last)
  local low, high, gap
  for i = first, last do
    local x = values[i]
    if not is_finite(x) then
      gap = gap or i
    else
      if not low or x < values[low] then low = i end
      if not high or x > values[high] then high = i end
    end
  end
  local places = { low, high ~= low and high or nil }
  if gap then places[#places + 1] = gap end
  table.sort(places)
  return places
end

-- Indices that keep a curve's look: all of them, or of each run of points the lowest, the highest and a gap.
function data.visible_indices(values)
  local n, kept, places = #values, {}, 2
  for _, x in ipairs(values) do
    if not is_finite(x) then places = 3 end
  end
  local run = math.max(1, math.ceil(places * n / style.MAX_POINTS))
  for first = 1, n, run do
    for _, i in ipairs(extremes(values, first, math.min(first + run - 1, n))) do kept[#kept + 1] = i end
  end
  return kept
end

function data.pick(values, indices)
  local picked = {}
  for i, index in ipairs(indices) do picked[i] = values[index] end
  return picked
end

-- The samples of each node: { id, times, values } in the order of the ids.
function data.by_node(times, senders, values)
  local nodes, index = {}, {}
  for i, id in ipairs(senders) do
    if not index[id] then
      index[id] = { id = id, times = {}, values = {} }
      nodes[#nodes + 1] = index[id]
    end
    local node = index[id]
    node.times[#node.times + 1], node.values[#node.values + 1] = times[i], values[i]
  end
  table.sort(nodes, function(a, b) return a.id < b.id end)
  return nodes
end

-- How many connections lead from a sender to a target, by "sender → target": each has a sample at every moment of the pair. A sender that
-- spikes twice within a step has two at a few.
local function parallel_connections(times, names)
  local samples, moments, latest = {}, {}, {}
  for i, pair in ipairs(names) do
    samples[pair] = (samples[pair] or 0) + 1
    if latest[pair] ~= times[i] then moments[pair], latest[pair] = (moments[pair] or 0) + 1, times[i] end
  end
  for pair, n in pairs(samples) do samples[pair] = n // moments[pair] end
  return samples
end

-- The samples of each connection, as by_node has them of nodes, in the order of senders and targets.
function data.by_connection(times, senders, targets, values)
  local connections, index, place, names = {}, {}, {}, {}
  for i, sender in ipairs(senders) do names[i] = ("%d → %d"):format(sender, targets[i]) end
  local parallel = parallel_connections(times, names)
  for i, name in ipairs(names) do
    place[name] = (place[name] or 0) % parallel[name] + 1
    local key = name .. " " .. place[name]
    if not index[key] then
      index[key] = { id = name, sender = senders[i], target = targets[i], place = place[name], times = {}, values = {} }
      connections[#connections + 1] = index[key]
    end
    local one = index[key]
    one.times[#one.times + 1], one.values[#one.values + 1] = times[i], values[i]
  end
  table.sort(connections, function(a, b)
    if a.sender ~= b.sender then return a.sender < b.sender end
    if a.target ~= b.target then return a.target < b.target end
    return a.place < b.place
  end)
  return connections
end

-- Ids of Nodes, or of a table or Vector of them.
function data.ids_of(call, what, nodes)
  local is_nodes = type(nodes) == "userdata" and getmetatable(nodes) == "Nodes" or type(nodes) == "table" and nodes.ids
  return numbers(call, what, is_nodes and nodes.ids or nodes)
end

-- A handle to at most n of the nodes, evenly spaced; and every how many.
function data.evenly_spaced(nodes, n)
  local step = math.max(1, math.ceil(#nodes / n))
  return step == 1 and nodes or nodes:slice(1, #nodes, step), step
end

function data.check_nodes(call, what, nodes)
  if type(nodes) ~= "userdata" or getmetatable(nodes) ~= "Nodes" then wrong("%s: %s must be Nodes, got %s", call, what, shown(nodes)) end
  if #nodes == 0 then fail("%s: %s holds no nodes", call, what) end
end

function data.check_simulation(call, sim)
  if type(sim) ~= "userdata" or getmetatable(sim) ~= "Simulation" then
    wrong("%s: the first argument must be a Simulation, got %s", call, shown(sim))
  end
end

-- A matrix as a list of plain rows of equal length: from a list of Vectors or tables.
function data.matrix(call, rows)
  local plain = {}
  if type(rows) ~= "table" then wrong("%s: the matrix must be a list of Vectors or tables, got %s", call, shown(rows)) end
  for i, row in ipairs(rows) do
    plain[i] = numbers(call, ("row %d"):format(i), row)
    if #plain[i] ~= #plain[1] then fail("%s: row 1 has %d values and row %d has %d", call, #plain[1], i, #plain[i]) end
  end
  if #plain == 0 or #plain[1] == 0 then fail("%s: the matrix is empty", call) end
  return plain
end

return data
