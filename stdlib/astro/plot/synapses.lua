-- Synapses that learn: their weights over time, and the window of a rule.
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local measured = require "astro.analysis.window"
local plot_lines = require "astro.plot.lines"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local traces = require "astro.plot.traces"
local fail = check.fail

local synapses = {}

-- ## Weights

-- The quantity that is drawn, and what its recorder holds of it by connection.
local function recorded(rec, quantity)
  local events, times, senders = data.events_of("weights", rec)
  if not rawget(events, "targets") then
    fail("weights: the recorder holds no samples of connections (sim:record(connections, { \"weight\" }) returns one that does)")
  end
  local names = check.quantities(events)
  local name = quantity or check.includes(names, "weight") and "weight" or names[1]
  if not check.includes(names, name) then
    fail("weights: %s was not recorded (%s)", check.shown(name), check.suggestion(name, names))
  end
  local targets = data.column("weights", events, "targets", times)
  return name, data.by_connection(times, senders, targets, data.column("weights", events, name, times))
end

local function seconds_or_ms(time)
  local factor, label = data.unit_of_time(time)
  return ("%.4g %s"):format(time * factor, label:match("%((.-)%)"))
end

-- When the first and the last of the samples were taken, as the legend says it.
local function moments(connections)
  local first, last = math.huge, -math.huge
  for _, one in ipairs(connections) do
    first, last = math.min(first, one.times[1]), math.max(last, one.times[#one.times])
  end
  if first > last then return "first", "last" end
  return "first, from " .. seconds_or_ms(first), "last, to " .. seconds_or_ms(last)
end

-- weights(rec [, { each = true, bins = 30, quantity = "weight" }])
--
-- Recorded weights of connections: mean and standard deviation against time (with `each`, a curve for each of the first seven
-- connections), and below, the distributions of each connection's first and last sample. `quantity` names another quantity of synapses.
synapses.weights = check.public("plot.weights(rec [, options])", function(rec, options)
  options = checked("weights", options)
  rec = check.recorder("weights", rec)
  local name, connections = recorded(rec, options.quantity)
  local before, after = {}, {}
  for i, one in ipairs(connections) do before[i], after[i] = one.values[1], one.values[#one.values] end
  local first, last = moments(connections)
  local label = style.quantity_label(name, rec)
  local above = traces.traces(rec, { name }, { each = options.each, ylabel = label })
  local below = plot_lines.histogram({ { first, before }, { last, after } },
    { bins = options.bins, xlabel = label, ylabel = "connections" })
  local cells = { above.cells[1], below.cells[1] }
  -- the user's title, or none, stands above both
  cells[1].title = options.title == nil and titles.capitalised(cells[1].title) or nil
  cells[2].title = options.title == nil and titles.capitalised(name) .. " at first and at last" or nil
  for _, cell in ipairs(cells) do cell.height, cell.usual_height = 260, nil end
  local figure = figures.of_cells("weights", ("%s of %s"):format(name, titles.count(#connections, "connection")), options,
    { title = titles.chosen(options.title), columns = 1 }, cells)
  -- the user's height is that of both
  for _, cell in ipairs(options.height and cells or {}) do cell.height = cell.height / 2 end
  return figure
end)

-- ## Windows

-- What analysis.stdp_window returned.
local function is_measured(value) return type(value) == "table" and rawget(value, "intervals") ~= nil and rawget(value, "change") ~= nil end

-- What can be measured by itself: a model, its name, or a table that connect would take.
local function is_synapse(value) return type(value) ~= "table" or rawget(value, "synapse_model") ~= nil end

local function is_one(value) return is_measured(value) or is_synapse(value) end

local function window_of(one, options)
  if is_measured(one) then return one end
  return measured(one, {
    range = options.xrange, step = options.step, pairs = options.pairs, frequency = options.frequency, tau_minus = options.tau_minus,
  })
end

local function name_of(one)
  local model = type(one) == "table" and rawget(one, "synapse_model") or one
  return type(model) == "string" and model or type(model) == "userdata" and tostring(model):match("%((.-)%)") or nil
end

local function curve_of(window, options, i, name)
  local x = data.ids_of("stdp_window", "intervals", window.intervals)
  local y = data.column("stdp_window", window, "change", x)
  if options.percent then
    if not window.start or window.start == 0 then fail("stdp_window: a weight of 0 has no change in percent") end
    y = data.scaled(y, 100 / window.start)
  end
  return { style = "line", x = x, y = y, colour = style.colour(i), name = name }
end

local function title_of(one, options)
  local name = name_of(one)
  local title = name and "Window of " .. name or "Windows of plasticity"
  if not options.pairs or options.pairs == 1 then return title end
  return ("%s, %d pairs at %g Hz"):format(title, options.pairs, options.frequency or 1)
end

-- stdp_window(synapse [, { xrange = { -80, 80 }, step = 1, pairs = 1, frequency = 1, tau_minus = ms, percent = true }])
--
-- The window of a plasticity rule, measured and drawn: the change of the weight by a pair of spikes, over the difference of their times.
-- `synapse` is given as for connect: a synapse model, its name, or a table with parameters, such as
-- { synapse_model = "stdp_synapse", weight = 50 }; or several of these by name; or a result of analysis.stdp_window, which describes
-- the measurement.
synapses.stdp_window = check.public("plot.stdp_window(synapse [, options])", function(synapse, options)
  options = checked("stdp_window", options)
  local curves = is_one(synapse) and { { nil, synapse } } or {}
  if #curves == 0 then
    for i, name in ipairs(check.sorted_keys(synapse)) do curves[i] = { name, synapse[name] } end
    if #curves == 0 then fail("stdp_window: the table holds no synapses") end
  end
  local series = {}
  for i, curve in ipairs(curves) do series[i] = curve_of(window_of(curve[2], options), options, i, curve[1] and tostring(curve[1])) end
  local x = series[1].x
  local panel = {
    xrange = options.xrange or { x[1], x[#x] }, yrange = options.yrange, xlabel = options.xlabel or "t_post - t_pre (ms)",
    ylabel = options.ylabel or "change of weight" .. (options.percent and " (%)" or ""), series = series,
  }
  table.insert(series, 1, { style = "line", x = { x[1], x[#x] }, y = { 0, 0 }, colour = style.light_grey, width = 1 })
  return figures.new("stdp_window", ("%d intervals"):format(#x), options,
    { title = title_of(#curves == 1 and curves[1][2] or {}, options), height = 360, panels = { panel } })
end)

return synapses
