-- What multimeters sampled, against time.
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

local function mean_series(times, values, hue, factor, count)
  local t, mean, low, high = over_nodes(times, values)
  local kept = data.visible_indices(mean)
  local x = data.scaled(data.pick(t, kept), factor)
  local line = { style = "line", x = x, y = data.pick(mean, kept), colour = hue }
  if count < 2 then return { line } end
  line.name = "mean"
  local band = { style = "band", x = x, low = data.pick(low, kept), high = data.pick(high, kept), colour = hue, name = "± s.d." }
  return { band, line }
end

local function node_series(nodes, factor)
  local series = {}
  for i = 1, math.min(#nodes, style.MAX_NODES) do
    local kept = data.visible_indices(nodes[i].values)
    series[i] = {
      style = "line", x = data.scaled(data.pick(nodes[i].times, kept), factor), y = data.pick(nodes[i].values, kept), width = 1,
      colour = style.colour(i), name = #nodes > 1 and ("%d"):format(nodes[i].id) or nil,
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

-- The curves of the second axis, in its colour. Where there are two, each is called by its name.
local function on_right_axis(series, left, names)
  for _, one in ipairs(left) do one.name = one.style == "line" and names[1] or nil end
  for _, one in ipairs(series) do
    one.axis = "y2"
    one.name = one.style == "line" and names[2] or nil
  end
  return series
end

-- "IP3 and Ca_astro of 20 astrocyte_lr_1994, mean and s.d."
local function title_of(names, nodes, count, each)
  local title = ("%s of %s"):format(titles.list(names), titles.cells(nodes, count))
  if count < 2 then return title end
  if not each then return title .. ", mean and s.d." end
  return count > style.MAX_NODES and ("%s, %d shown"):format(title, style.MAX_NODES) or title
end

-- traces(rec, { "IP3", "Ca_astro" } [, { each = true }])
--
-- One panel for each quantity, from the beginning to the end of what was recorded: the mean over the recorded nodes and a band of one
-- standard deviation, or, with `each`, a curve for every node (the first seven). { { "IP3", "Ca_astro" } } draws two quantities into one
-- panel, the second with an axis at the right.
traces.traces = check.public("plot.traces(rec, names [, options])", function(rec, names, options)
  options = checked("traces", options)
  rec = check.recorder("traces", rec)
  local events, times, senders = data.events_of("traces", rec)
  local axis, panels, all = data.time_axis(times, rec.window, options.xrange), {}, {}
  local count, position = 0, 0
  local function series_of(name, is_second)
    local values = data.column("traces", events, name, times)
    local nodes = data.by_node(times, senders, values)
    count, position, all[#all + 1] = #nodes, position + 1, name
    if options.each and not is_second then return node_series(nodes, axis.factor) end
    return mean_series(times, values, style.quantity_colour(name, position), axis.factor, count)
  end
  for i, pair in ipairs(pairs_of(names, events)) do
    if pair[2] and options.each then fail("traces: each = true needs a panel for each quantity, not %s and %s in one", pair[1], pair[2]) end
    local series = series_of(pair[1])
    panels[i] = {
      xrange = axis.range, yrange = options.yrange, xlabel = options.xlabel or axis.label, empty = "no samples",
      ylabel = options.ylabel or style.quantity_label(pair[1], rec), series = series, time = axis.time,
    }
    if pair[2] then
      local right = on_right_axis(series_of(pair[2], true), series, pair)
      table.move(right, 1, #right, #series + 1, series)
      panels[i].y2label = style.quantity_label(pair[2], rec)
    end
  end
  local summary = ("%s of %d node%s"):format(table.concat(all, ", "), count, count == 1 and "" or "s")
  return figures.new("traces", summary, options,
    { title = title_of(all, rec.nodes, count, options.each), height = 100 + 150 * #panels, panels = panels })
end)

return traces
