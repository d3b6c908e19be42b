-- Samples of cells or connections, against time.
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail = check.fail

local traces = {}

-- Mean and standard deviation over the nodes at each time.
local function over_nodes(times, values)
  local distinct, at = {}, {}
  for i, t in ipairs(times) do
    if not at[t] then
      at[t] = { n = 0, mean = 0, squares = 0 }
      distinct[#distinct + 1] = t
    end
    local m = at[t]
    local difference = values[i] - m.mean
    m.n = m.n + 1
    m.mean = m.mean + difference / m.n
    m.squares = m.squares + difference * (values[i] - m.mean)
  end
  table.sort(distinct)
  local mean, low, high = {}, {}, {}
  for i, t in ipairs(distinct) do
    local m = at[t]
    local std = math.sqrt(m.squares / m.n)
    mean[i], low[i], high[i] = m.mean, m.mean - std, m.mean + std
  end
  return distinct, mean, low, high
end

-- Mean and standard deviation over the connections at each time, where each keeps its value until its next sample: at spikes of their
-- senders connections are sampled at times of their own. Before its first sample a connection does not count.
local function over_connections(connections)
  local events, reference = {}, connections[1] and connections[1].values[1] or 0
  for c, one in ipairs(connections) do
    for i, time in ipairs(one.times) do events[#events + 1] = { time, c, one.values[i] - reference } end
  end
  table.sort(events, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  local held, n, sum, squares = {}, 0, 0, 0
  local times, mean, low, high = {}, {}, {}, {}
  for i, event in ipairs(events) do
    local time, c, value = table.unpack(event)
    local before = held[c]
    held[c], n = value, n + (before and 0 or 1)
    sum, squares = sum + value - (before or 0), squares + value ^ 2 - (before or 0) ^ 2
    if not events[i + 1] or events[i + 1][1] ~= time then
      local average = sum / n
      local std, k = math.sqrt(math.max(0, squares / n - average ^ 2)), #times + 1
      times[k], mean[k], low[k], high[k] = time, reference + average, reference + average - std, reference + average + std
    end
  end
  return times, mean, low, high
end

local function mean_series(t, mean, low, high, look, factor, count)
  local kept = data.visible_indices(mean)
  local x = data.scaled(data.pick(t, kept), factor)
  local line = { style = "line", x = x, y = data.pick(mean, kept), colour = look.colour, of = look.of }
  if count < 2 then return { line } end
  line.name = "mean"
  local band = {
    style = "band", x = x, low = data.pick(low, kept), high = data.pick(high, kept), colour = look.colour, of = look.of,
    name = ("± s.d. of %d"):format(count),
  }
  return { band, line }
end

local function node_series(nodes, factor)
  local series = {}
  for i = 1, math.min(#nodes, style.MAX_NODES) do
    local kept = data.visible_indices(nodes[i].values)
    series[i] = {
      style = "line", x = data.scaled(data.pick(nodes[i].times, kept), factor), y = data.pick(nodes[i].values, kept), width = 1,
      colour = style.colour(i), name = #nodes > 1 and tostring(nodes[i].id):gsub("%.0$", "") or nil,
    }
  end
  return series
end

local function check_name(name, events)
  if next(check.quantities(events)) == nil then fail("traces: the recorder holds spikes, not samples (plot.raster draws them)") end
  if type(name) ~= "string" or rawget(events, name) == nil then
    fail("traces: %s was not recorded (%s)", check.shown(name), check.suggestion(name, check.quantities(events)))
  end
end

-- The names as a list whose elements are lists of one or two.
local function pairs_of(names, events)
  if names == nil then names = check.quantities(events) end
  if type(names) == "string" then names = { names } end
  if type(names) ~= "table" then fail("traces: names must be a table of names, got %s", check.shown(names)) end
  local list = {}
  for i, name in ipairs(names) do
    local pair = type(name) == "table" and name or { name }
    if #pair < 1 or #pair > 2 then fail("traces: names[%d] must be a name, or a table of one for each axis", i) end
    for _, one in ipairs(pair) do check_name(one, events) end
    list[i] = pair
  end
  if #list == 0 then fail("traces: nothing to draw: name at least one recorded quantity") end
  return list
end

-- Two quantities in one panel: each curve is called by its quantity, and its band by what it is.
local function named(series, symbol)
  local band
  for _, one in ipairs(series) do band = band or one.style == "band" and one.name end
  for _, one in ipairs(series) do one.name = one.style == "line" and (band and ("%s, mean %s"):format(symbol, band) or symbol) or nil end
  return series
end

local function on_right_axis(series)
  for _, one in ipairs(series) do one.axis = "y2" end
  return series
end

-- "[IP3] and [Ca2+] of 20 astrocyte_lr_1994"
local function title_of(names, whose, count, each)
  local title = ("%s of %s"):format(titles.list(names), whose)
  return each and count > style.MAX_NODES and ("%s, %d shown"):format(title, style.MAX_NODES) or title
end

-- traces(rec, { "IP3", "Ca_astro" } [, { each = true }])
--
-- One panel for each quantity, over the whole recording: the mean over the recorded nodes and a band of one standard deviation or, with
-- `each`, a curve for each of the first seven nodes. { { "IP3", "Ca_astro" } } draws two quantities into one panel, the second with an axis
-- at the right. For a recorder of connections, means are over the connections; if it records at spikes, each connection counts with its
-- last value.
traces.traces = check.public("plot.traces(rec, names [, options])", function(rec, names, options)
  options = checked("traces", options)
  rec = check.recorder("traces", rec)
  local events, times, senders = data.events_of("traces", rec)
  local targets = rawget(events, "targets") and data.column("traces", events, "targets", times)
  local axis, panels, all = data.time_axis(times, rec.window, options.xrange), {}, {}
  local count, position = 0, 0
  local function series_of(name, is_second)
    local values = data.column("traces", events, name, times)
    local ones = targets and data.by_connection(times, senders, targets, values) or data.by_node(times, senders, values)
    count, position, all[#all + 1] = #ones, position + 1, style.symbol(name, rec)
    if options.each and not is_second then return node_series(ones, axis.factor) end
    local t, mean, low, high = table.unpack(targets and { over_connections(ones) } or { over_nodes(times, values) })
    return mean_series(t, mean, low, high, { colour = style.quantity_colour(name, position), of = name }, axis.factor, count)
  end
  for i, pair in ipairs(pairs_of(names, events)) do
    if pair[2] and options.each then fail("traces: each = true needs a panel for each quantity, not %s and %s in one", pair[1], pair[2]) end
    local series = series_of(pair[1])
    panels[i] = {
      xrange = axis.range, yrange = options.yrange, xlabel = options.xlabel or axis.label, empty = "no samples",
      ylabel = options.ylabel or style.quantity_label(pair[1], rec), series = series, time = axis.time,
    }
    if pair[2] then
      named(series, style.symbol(pair[1], rec))
      local right = on_right_axis(named(series_of(pair[2], true), style.symbol(pair[2], rec)))
      table.move(right, 1, #right, #series + 1, series)
      panels[i].y2label = style.quantity_label(pair[2], rec)
    end
  end
  local whose = targets and titles.count(count, "connection") or titles.cells(rec.nodes, count)
  local summary = ("%s of %s"):format(table.concat(all, ", "), titles.count(count, targets and "connection" or "node"))
  return figures.new("traces", summary, options,
    { title = title_of(all, whose, count, options.each), height = 100 + 150 * #panels, panels = panels })
end)

return traces
