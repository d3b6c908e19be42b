-- From recordings to the numbers that are drawn.
local axes = require "astro.plot.axes"
local check = require "astro.check"
local style = require "astro.plot.style"
local fail, wrong, shown, numbers = check.fail, check.wrong, check.shown, check.numbers

local data = {}

-- The events of a Recorder (or of a table like it): all columns, times and senders as plain tables.
function data.events_of(call, rec)
  rec = check.recorder(call, rec)
  local is_recorder = type(rec) == "table" or type(rec) == "userdata" and getmetatable(rec) == "Recorder"
  local events = is_recorder and rec.events
  if type(events) ~= "table" then wrong("%s: the first argument must be a Recorder, got %s", call, shown(rec)) end
  return events, numbers(call, "times", events.times), numbers(call, "senders", events.senders)
end

function data.least_and_greatest(values)
  local least, greatest = math.huge, -math.huge
  for _, x in ipairs(values) do
    least, greatest = math.min(least, x), math.max(greatest, x)
  end
  return least, greatest
end

-- 0 to a round number at or above the last time, unless the user says otherwise.
local function time_range(times, given)
  local from, to = table.unpack(given or {}, 1, 2)
  from = from or 0
  if to then return { from, to } end
  local _, last = data.least_and_greatest(times)
  if #times == 0 or last <= from then return { from, from + 1 } end
  local step = axes.round_up((last - from) / 20)
  return { from, from + math.ceil((last - from) / step - 1e-9) * step }
end

function data.scaled(values, factor)
  if factor == 1 then return values end
  local result = {}
  for i, x in ipairs(values) do result[i] = x * factor end
  return result
end

-- The axis of time: { ms = range in ms, range, factor, label }. Long times read better in seconds.
function data.time_axis(times, given)
  local ms = time_range(times, given)
  local factor, label = 1, "time (ms)"
  if ms[2] - ms[1] > 5000 then factor, label = 0.001, "time (s)" end
  return { ms = ms, factor = factor, range = data.scaled(ms, factor), label = label }
end

function data.bin_counts(values, from, width, bins)
  local counts = {}
  for i = 1, bins do counts[i] = 0 end
  for _, x in ipairs(values) do
    local i = math.floor((x - from) / width + 1e-9) + 1
    if i >= 1 and i <= bins then counts[i] = counts[i] + 1 end
  end
  return counts
end

function data.bin_centres(from, width, bins)
  local centres = {}
  for i = 1, bins do centres[i] = from + (i - 0.5) * width end
  return centres
end

-- Indices that keep a curve's look: of each run of points the lowest and the highest.
function data.visible_indices(values)
  local n = #values
  local kept = {}
  local run = math.max(1, math.ceil(2 * n / style.MAX_POINTS))
  for first = 1, n, run do
    local low, high = first, first
    for i = first, math.min(first + run - 1, n) do
      if values[i] < values[low] then low = i end
      if values[i] > values[high] then high = i end
    end
    kept[#kept + 1] = math.min(low, high)
    if low ~= high then kept[#kept + 1] = math.max(low, high) end
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
