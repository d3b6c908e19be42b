-- Pictures of what was recorded. gnuplot draws them; here they are figures: tables of numbers and text.
--
--   plot.raster(spikes, { histogram = true }):save("raster.svg")
--   plot.traces(calcium, { "IP3", "Ca_astro" }):save("calcium.pdf")
--   plot.panels { plot.raster(spikes), plot.traces(calcium, { "IP3" }) }:save("both.png")
local _, _, host = ...
local gnuplot = require "astro.gnuplot"
local draw, endings = gnuplot.commands, gnuplot.endings

local plot = {}

-- Okabe and Ito's palette: told apart with any kind of colour vision, and in grey.
plot.colours = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" }

-- More marks than these make a picture that no viewer opens with pleasure.
local MAX_SPIKES <const>, MAX_POINTS <const>, MAX_NODES <const> = 30000, 3000, 7
local WIDTH <const> = 760

local UNITS <const> = {
  V_m = "mV", w = "pA", g_ex = "nS", g_in = "nS", I_SIC = "pA", I = "pA", IP3 = "µM", Ca_astro = "µM", Ca = "µM",
  I_syn_ex = "pA", I_syn_in = "pA", U_m = "mV/ms", SIC = "pA",
}

-- The same quantity has the same colour in every picture.
local QUANTITY_COLOURS <const> = { IP3 = 1, Ca_astro = 2, I_SIC = 3, V_m = 7, h_IP3R = 4, g_ex = 1, g_in = 2, w = 5 }

local function colour(i) return plot.colours[(i - 1) % #plot.colours + 1] end

-- ## Errors at the caller's line

local Failure <const> = {}

local function fail(message, ...) error(setmetatable({ message:format(...) }, Failure), 0) end

-- A failure, however deep, becomes an error at the line that called the function.
local function public(f)
  return function(...)
    local results = table.pack(pcall(f, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    local problem = results[2]
    if getmetatable(problem) ~= Failure then error(problem, 0) end
    error(problem[1], 2)
  end
end

local function shown(value)
  if type(value) == "string" then return ("'%s'"):format(value) end
  if type(value) == "number" or type(value) == "boolean" then return ("%s %s"):format(type(value), value) end
  return value == nil and "nothing" or type(value)
end

local COMMON <const> = {
  title = "string", xlabel = "string", ylabel = "string", width = "number", height = "number",
  xrange = "range", yrange = "range",
}

local function sorted_keys(...)
  local names = {}
  for _, t in ipairs { ... } do
    for name in pairs(t) do names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function is_bound(x) return x == nil or type(x) == "number" and x == x and math.abs(x) < math.huge end

-- What an option may be beside a value of Lua's own types: its name, and a test.
local KINDS <const> = {
  range = function(x)
    return type(x) == "table" and is_bound(x[1]) and is_bound(x[2]) and not (x[1] and x[2] and x[1] >= x[2]),
      "{ from, to } with from below to"
  end,
  number = function(x) return type(x) == "number" and x > 0 and x < math.huge, "a number above 0" end,
}

local function check_option(call, name, value, wanted)
  if KINDS[wanted] then
    local right, what = KINDS[wanted](value)
    if not right then fail("%s: %s must be %s, got %s", call, name, what, shown(value)) end
  elseif type(value) ~= wanted then
    fail("%s: %s must be a %s, got %s", call, name, wanted, shown(value))
  end
end

-- `own` says which options there are besides the common ones, and what they may be.
local function check_options(call, options, own, common)
  common = common or COMMON
  if options == nil then return {} end
  if type(options) ~= "table" then fail("%s: options must be a table, got %s", call, shown(options)) end
  for name, value in pairs(options) do
    local wanted = own[name] or common[name]
    if not wanted then
      fail("%s: there is no option '%s' (there are: %s)", call, tostring(name), table.concat(sorted_keys(own, common), ", "))
    end
    check_option(call, name, value, wanted)
  end
  return options
end

-- A plain table of the numbers in a Vector or table.
local function numbers(call, what, values)
  if type(values) ~= "table" and type(values) ~= "userdata" then
    fail("%s: %s must be a Vector or a table of numbers, got %s", call, what, shown(values))
  end
  local copy = {}
  for i = 1, #values do
    local x = values[i]
    if type(x) ~= "number" then fail("%s: %s[%d] must be a number, got %s", call, what, i, shown(x)) end
    copy[i] = x
  end
  return copy
end

local function events_of(call, rec)
  local events = (type(rec) == "table" or type(rec) == "userdata") and rec.events
  if type(events) ~= "table" then fail("%s: the first argument must be a Recorder, got %s", call, shown(rec)) end
  return events, numbers(call, "times", events.times), numbers(call, "senders", events.senders)
end

-- ## Numbers

local function least_and_greatest(values)
  local least, greatest = math.huge, -math.huge
  for _, x in ipairs(values) do
    least, greatest = math.min(least, x), math.max(greatest, x)
  end
  return least, greatest
end

-- The next of 1, 2, 5, 10, 20 … that is not below x.
local function round_up(x)
  local power = 10.0 ^ math.floor(math.log(x, 10))
  for _, factor in ipairs { 1, 2, 5 } do
    if x <= factor * power * (1 + 1e-9) then return factor * power end
  end
  return 10 * power
end

-- 0 to a round number at or above the last time, unless the user says otherwise.
local function time_range(times, given)
  local from, to = table.unpack(given or {}, 1, 2)
  from = from or 0
  if to then return { from, to } end
  local _, last = least_and_greatest(times)
  if #times == 0 or last <= from then return { from, from + 1 } end
  local step = round_up((last - from) / 20)
  return { from, from + math.ceil((last - from) / step - 1e-9) * step }
end

-- Long times read better in seconds.
local function time_unit(range)
  if range[2] - range[1] > 5000 then return 0.001, "time (s)" end
  return 1, "time (ms)"
end

local function scaled(values, factor)
  if factor == 1 then return values end
  local result = {}
  for i, x in ipairs(values) do result[i] = x * factor end
  return result
end

local function bin_counts(values, from, width, bins)
  local counts = {}
  for i = 1, bins do counts[i] = 0 end
  for _, x in ipairs(values) do
    local i = math.floor((x - from) / width + 1e-9) + 1
    if i >= 1 and i <= bins then counts[i] = counts[i] + 1 end
  end
  return counts
end

local function bin_centres(from, width, bins)
  local centres = {}
  for i = 1, bins do centres[i] = from + (i - 0.5) * width end
  return centres
end

-- Indices that keep a curve's look: of each run of points the lowest and the highest.
local function visible_indices(values)
  local n = #values
  local kept = {}
  local run = math.max(1, math.ceil(2 * n / MAX_POINTS))
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

local function pick(values, indices)
  local picked = {}
  for i, index in ipairs(indices) do picked[i] = values[index] end
  return picked
end

-- ## Figures

local Figure <const> = { __name = "Figure" }
Figure.__index = Figure

local function new_figure(kind, summary, options, cell)
  cell.title = options.title
  cell.height = options.height or cell.height
  return setmetatable({ kind = kind, summary = summary, width = options.width or WIDTH, cells = { cell } }, Figure)
end

function Figure:__tostring() return ("Figure(%s: %s)"):format(self.kind, self.summary) end

local function ending_of(path)
  if type(path) ~= "string" then fail("save: path must be a string, got %s", shown(path)) end
  local ending = path:match("%.(%w+)$")
  for _, known in ipairs(endings) do
    if ending and ending:lower() == known then return known end
  end
  fail("save: cannot tell a picture format from '%s' (endings: .%s)", path, table.concat(endings, ", ."))
end

-- The gnuplot commands that draw the figure into a file.
Figure.commands = public(function(self, path) return draw(self, path, ending_of(path)) end)

-- figure:save(path) writes an SVG, PNG or PDF file, by the ending of the path.
Figure.save = public(function(self, path)
  local commands = draw(self, nil, ending_of(path))
  if path:find("%c") then fail("save: the path must not hold control characters") end
  local done, problem = host.gnuplot(commands, path)
  if not done then fail("save: %s", problem) end
  return self
end)

-- ## Raster

-- The recorded nodes; without them, those that fired.
local function recorded_ids(call, rec, senders)
  if rec.nodes then return numbers(call, "ids", rec.nodes.ids) end
  local ids, seen = {}, {}
  for _, id in ipairs(senders) do
    if not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  table.sort(ids)
  return ids
end

-- Groups as { name, ids }: what the user gave as { name, nodes }, or one group of all.
local function groups_of(call, given, ids)
  if not given then return { { ids = ids } } end
  local groups = {}
  for i, group in ipairs(given) do
    if type(group) ~= "table" or type(group[1]) ~= "string" or not group[2] then
      fail("%s: groups[%d] must be { name, nodes }", call, i)
    end
    groups[i] = { name = group[1], ids = numbers(call, "groups", group[2].ids or group[2]) }
  end
  return groups
end

local function every(ids, step)
  local chosen = {}
  for i = 1, #ids, step do chosen[ids[i]] = true end
  return chosen
end

local function spikes_among(times, senders, chosen)
  local x, y = {}, {}
  for i, id in ipairs(senders) do
    if chosen[id] then
      x[#x + 1], y[#y + 1] = times[i], id
    end
  end
  return x, y
end

local function raster_panel(groups, times, senders, axis)
  local least, greatest = math.huge, -math.huge
  local step = math.max(1, math.ceil(#times / MAX_SPIKES))
  local series = {}
  for i, group in ipairs(groups) do
    local x, y = spikes_among(times, senders, every(group.ids, step))
    local low, high = least_and_greatest(group.ids)
    least, greatest = math.min(least, low), math.max(greatest, high)
    series[i] = { style = "ticks", colour = colour(i), x = scaled(x, axis.factor), y = y, name = group.name }
  end
  if least > greatest then least, greatest = 0, 1 end
  for _, one in ipairs(series) do one.size = math.max(0.8, (greatest - least) / 180) end
  local edge = math.max(0.6, (greatest - least) / 100)
  return {
    weight = 3, whole = true, xrange = axis.range, yrange = { least - edge, greatest + edge }, xlabel = axis.label, series = series,
    ylabel = step > 1 and ("neuron (1 in %d shown)"):format(step) or "neuron", empty = "no spikes",
  }
end

local function rate_series(group, times, senders, axis, bin, style)
  local x = spikes_among(times, senders, every(group.ids, 1))
  local from = axis.ms[1]
  local bins = math.max(1, math.ceil((axis.ms[2] - from) / bin - 1e-9))
  local counts = bin_counts(x, from, bin, bins)
  return {
    style = style, x = scaled(bin_centres(from, bin, bins), axis.factor),
    y = scaled(counts, 1000 / (bin * math.max(1, #group.ids))),
  }
end

local function rate_panel(groups, times, senders, axis, bin)
  local series = {}
  for i, group in ipairs(groups) do
    series[i] = rate_series(group, times, senders, axis, bin, #groups == 1 and "bars" or "line")
    series[i].colour = colour(i)
  end
  return {
    weight = 1, xrange = axis.range, yrange = { 0 }, xlabel = axis.label, ylabel = "rate (Hz)", series = series,
  }
end

local function time_axis(times, given)
  local ms = time_range(times, given)
  local factor, label = time_unit(ms)
  return { ms = ms, factor = factor, range = scaled(ms, factor), label = label }
end

-- plot.raster(rec, { histogram = true, bin = ms, groups = { { "excitatory", exc }, … } })
--
-- A mark for every spike; with `histogram`, the mean rate of the neurons in bins below. Of very many spikes only those of
-- every n-th neuron are drawn, and the axis says so; the rates count all.
plot.raster = public(function(rec, options)
  options = check_options("raster", options, { histogram = "boolean", bin = "number", groups = "table" })
  local _, times, senders = events_of("raster", rec)
  local groups = groups_of("raster", options.groups, recorded_ids("raster", rec, senders))
  local axis = time_axis(times, options.xrange)
  local panels = { raster_panel(groups, times, senders, axis) }
  panels[1].ylabel = options.ylabel or panels[1].ylabel
  if options.histogram then
    local bin = options.bin or round_up((axis.ms[2] - axis.ms[1]) / 150)
    panels[2] = rate_panel(groups, times, senders, axis, bin)
  end
  panels[#panels].xlabel = options.xlabel or axis.label
  return new_figure("raster", ("%d spikes"):format(#times), options, { height = options.histogram and 480 or 360, panels = panels })
end)

-- ## Traces

-- The samples of each node: { id, times, values } in the order of the ids.
local function by_node(times, senders, values)
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

local function mean_series(times, values, hue, factor, several)
  local t, mean, low, high = over_nodes(times, values)
  local kept = visible_indices(mean)
  local x = scaled(pick(t, kept), factor)
  local line = { style = "line", x = x, y = pick(mean, kept), colour = hue }
  if not several then return { line } end
  line.name = "mean"
  return { { style = "band", x = x, low = pick(low, kept), high = pick(high, kept), colour = hue, name = "± s.d." }, line }
end

local function node_series(nodes, factor)
  local series = {}
  for i = 1, math.min(#nodes, MAX_NODES) do
    local kept = visible_indices(nodes[i].values)
    series[i] = {
      style = "line", x = scaled(pick(nodes[i].times, kept), factor), y = pick(nodes[i].values, kept), width = 1,
      colour = colour(i), name = #nodes > 1 and ("%d"):format(nodes[i].id) or nil,
    }
  end
  return series
end

local function quantity_label(name) return UNITS[name] and ("%s (%s)"):format(name, UNITS[name]) or name end

local function recorded_names(events)
  local names = {}
  for _, name in ipairs(sorted_keys(events)) do
    if name ~= "times" and name ~= "senders" then names[#names + 1] = name end
  end
  return names
end

local function check_names(names, events)
  if names == nil then names = recorded_names(events) end
  if type(names) == "string" then names = { names } end
  if type(names) ~= "table" then fail("traces: names must be a table of names, got %s", shown(names)) end
  for _, name in ipairs(names) do
    if rawget(events, name) == nil then
      fail("traces: %s was not recorded (there are: %s)", shown(name), table.concat(recorded_names(events), ", "))
    end
  end
  if #names == 0 then fail("traces: nothing to draw: name at least one recorded quantity") end
  return names
end

-- plot.traces(rec, { "IP3", "Ca_astro" }, { each = true })
--
-- One panel for each quantity: the mean over the recorded nodes and a band of one standard deviation, or, with `each`, a
-- curve for every node (the first seven).
plot.traces = public(function(rec, names, options)
  options = check_options("traces", options, { each = "boolean" })
  local events, times, senders = events_of("traces", rec)
  names = check_names(names, events)
  local axis, panels, count = time_axis(times, options.xrange), {}, 0
  for i, name in ipairs(names) do
    local values = numbers("traces", name, events[name])
    local nodes = by_node(times, senders, values)
    count = #nodes
    panels[i] = {
      xrange = axis.range, yrange = options.yrange, xlabel = options.xlabel or axis.label, empty = "no samples",
      ylabel = options.ylabel or quantity_label(name),
      series = options.each and node_series(nodes, axis.factor)
        or mean_series(times, values, colour(QUANTITY_COLOURS[name] or i), axis.factor, count > 1),
    }
  end
  local summary = ("%s of %d node%s"):format(table.concat(names, ", "), count, count == 1 and "" or "s")
  return new_figure("traces", summary, options, { height = 100 + 150 * #names, panels = panels })
end)

-- ## Lines and histograms

-- Curves as { name, values } in a fixed order.
local function curves_of(y)
  if type(y) ~= "table" or #y > 0 or next(y) == nil then return { { nil, y } } end
  local curves = {}
  for i, name in ipairs(sorted_keys(y)) do curves[i] = { name, y[name] } end
  return curves
end

-- plot.lines(x, y) or plot.lines(x, { name = y, … }, { xlabel = …, points = true, logx = true })
plot.lines = public(function(x, y, options)
  options = check_options("lines", options, { points = "boolean", logx = "boolean", logy = "boolean" })
  x = numbers("lines", "x", x)
  local series = {}
  for i, curve in ipairs(curves_of(y)) do
    local values = numbers("lines", curve[1] or "y", curve[2])
    if #values ~= #x then fail("lines: x has %d values and %s has %d", #x, curve[1] or "y", #values) end
    series[i] = {
      style = options.points and "points" or "line", x = x, y = values, name = curve[1] and tostring(curve[1]),
      colour = colour(i),
    }
  end
  local panel = {
    xrange = options.xrange, yrange = options.yrange, xlabel = options.xlabel, ylabel = options.ylabel,
    logx = options.logx, logy = options.logy, series = series,
  }
  local summary = ("%d curve%s of %d points"):format(#series, #series == 1 and "" or "s", #x)
  return new_figure("lines", summary, options, { height = 360, panels = { panel } })
end)

-- From the least to the greatest value, in `count` bins; whole numbers get bins of whole width.
local function bins_for(values, range, count)
  local least, greatest = least_and_greatest(values)
  if #values == 0 then least, greatest = 0, 1 end
  least, greatest = range and range[1] or least, range and range[2] or greatest
  if greatest <= least then least, greatest = least - 0.5, least + 0.5 end
  return least, (greatest - least) / count
end

-- plot.histogram(values, { bins = 30, xlabel = … })
plot.histogram = public(function(values, options)
  options = check_options("histogram", options, { bins = "number" })
  values = numbers("histogram", "values", values)
  local bins = math.floor(options.bins or math.max(5, math.min(100, math.ceil(2 * (#values) ^ (1 / 3)))))
  local from, width = bins_for(values, options.xrange, math.max(1, bins))
  local counts = bin_counts(values, from, width, bins + 1)
  -- The last bin holds its upper edge.
  counts[bins] = counts[bins] + table.remove(counts)
  local panel = {
    whole = true, xrange = { from, from + bins * width }, yrange = options.yrange or { 0 }, xlabel = options.xlabel,
    ylabel = options.ylabel or "count",
    series = { { style = "bars", x = bin_centres(from, width, bins), y = counts, colour = plot.colours[1] } },
  }
  return new_figure("histogram", ("%d values in %d bins"):format(#values, bins), options, { height = 360, panels = { panel } })
end)

local function cells_of(figures)
  local cells = {}
  for i, figure in ipairs(figures) do
    if getmetatable(figure) ~= Figure then fail("panels: number %d must be a figure, got %s", i, shown(figure)) end
    for _, cell in ipairs(figure.cells) do cells[#cells + 1] = cell end
  end
  if #cells == 0 then fail("panels: there is no figure in the table") end
  return cells
end

local function named_options(figures)
  local options = {}
  for name, value in pairs(figures) do
    if type(name) == "string" then options[name] = value end
  end
  return options
end

-- plot.panels { figure, figure, …, columns = 2, title = … }
plot.panels = public(function(figures)
  if type(figures) ~= "table" then fail("panels: figures must be a table, got %s", shown(figures)) end
  local cells = cells_of(figures)
  local options = check_options("panels", named_options(figures), { columns = "number" }, { title = "string", width = "number" })
  local columns = math.max(1, math.floor(options.columns or 1))
  return setmetatable({
    kind = "panels", summary = ("%d figures"):format(#figures), title = options.title, columns = columns,
    width = options.width or WIDTH * math.min(columns, 2), cells = cells,
  }, Figure)
end)

return plot
