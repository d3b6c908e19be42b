-- Spikes as marks, one row for each neuron.
local axes = require "astro.plot.axes"
local bins = require "astro.analysis.bins"
local check = require "astro.check"
local data = require "astro.plot.data"
local inputs = require "astro.analysis.inputs"
local figures = require "astro.plot.figure"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"

local raster = {}

-- The recorded nodes; without them, those that fired.
local function recorded_ids(call, rec, senders)
  if rec.nodes then return data.ids_of(call, "nodes", rec.nodes) end
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
      check.fail("%s: groups[%d] must be { name, nodes }", call, i)
    end
    groups[i] = { name = group[1], ids = data.ids_of(call, "groups", group[2]) }
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

local function raster_panel(groups, times, senders, axis, options)
  local least, greatest = math.huge, -math.huge
  local step = math.max(1, math.ceil(#times / style.MAX_SPIKES))
  local series = {}
  for i, group in ipairs(groups) do
    local x, y = spikes_among(times, senders, every(group.ids, step))
    local low, high = data.least_and_greatest(group.ids)
    least, greatest = math.min(least, low), math.max(greatest, high)
    series[i] = { style = "ticks", colour = style.colour(i), x = data.scaled(x, axis.factor), y = y, name = group.name }
  end
  if least > greatest then least, greatest = 0, 1 end
  for _, one in ipairs(series) do one.size = math.max(0.8, (greatest - least) / 180) end
  local edge = math.max(0.8, (greatest - least) * 0.03)
  local yrange = options.yrange or {}
  return {
    weight = 3, whole = true, xrange = axis.range, xlabel = axis.label,
    yrange = { yrange[1] or least - edge, yrange[2] or greatest + edge },
    ylabel = options.ylabel or step > 1 and ("neuron (1 in %d shown)"):format(step) or "neuron", series = series, empty = "no spikes",
    time = axis.time,
  }
end

-- The part of the picture in which spikes were recorded; nil if there is none. Where it is not known, all of it.
local function counted_window(axis, window)
  local from, to = axis.ms[1], axis.ms[2]
  if window then from, to = math.max(from, window[1]), math.min(to, window[2]) end
  return from < to and { from = from, to = to } or nil
end

local FEWEST <const>, MOST <const>, SPIKES_IN_A_BIN <const> = 10, 150, 10

-- A round width for which some ten spikes fall into a bin; most round numbers divide the window.
local function usual_bin(count, length)
  local wanted = math.max(FEWEST, math.min(MOST, count / SPIKES_IN_A_BIN, length))
  return axes.round_up(length / wanted)
end

local function bin_width(options, count, window)
  local length = window.to - window.from
  return math.min(options.bin or usual_bin(count, length), length)
end

-- The rates that analysis.rate_over_time has, too.
local function rate_series(rec, group, window, bin, axis, look)
  local spikes = inputs.spikes("raster", rec, { from = window.from, to = window.to, nodes = group.ids })
  local grid = bins.grid("raster", window, bin)
  return {
    style = look.style, colour = look.colour, of = group.name, bar = bin * axis.factor, x = data.scaled(bins.centres(grid), axis.factor),
    y = bins.rate(spikes, grid),
  }
end

local function count_within(times, window)
  local n = 0
  for _, t in ipairs(times) do
    if t >= window.from and t <= window.to then n = n + 1 end
  end
  return n
end

local function rate_panel(rec, groups, times, axis, options)
  local window, series = counted_window(axis, rec.window), {}
  local bin = window and bin_width(options, count_within(times, window) / #groups, window)
  for i, group in ipairs(window and groups or {}) do
    series[i] = rate_series(rec, group, window, bin, axis, { style = #groups == 1 and "bars" or "line", colour = style.colour(i) })
  end
  local all = {}
  for _, one in ipairs(series) do table.move(one.y, 1, #one.y, #all + 1, all) end
  return {
    weight = 1, xrange = axis.range, yrange = data.range_from_0(all), xlabel = axis.label, ylabel = "rate (Hz)", series = series,
    empty = "nothing recorded", time = axis.time,
  }
end

-- raster(rec, { histogram = true, bin = ms, groups = { { "excitatory", exc }, … } })
--
-- A mark for every spike of the recording. With `histogram`, the panel below shows the mean rate of the neurons in bins, as
-- analysis.rate_over_time returns it for the window that is drawn. If there are very many spikes, only those of every n-th neuron
-- are drawn, and the axis says so; the rates count all spikes.
raster.raster = check.public("plot.raster(rec [, options])", function(rec, options)
  options = checked("raster", options)
  if options.bin and not options.histogram then check.fail("raster: bin needs histogram = true") end
  rec = check.recorder("raster", rec)
  check.spikes("raster", rec, "plot.traces draws samples")
  local _, times, senders = data.events_of("raster", rec)
  local ids = recorded_ids("raster", rec, senders)
  local groups = groups_of("raster", options.groups, ids)
  local axis = data.time_axis(times, rec.window, options.xrange)
  local panels = { raster_panel(groups, times, senders, axis, options) }
  if options.histogram then panels[2] = rate_panel(rec, groups, times, axis, options) end
  panels[#panels].xlabel = options.xlabel or axis.label
  return figures.new("raster", ("%d spikes"):format(#times), options, {
    title = "Spikes of " .. titles.cells(rec.nodes, #ids), height = options.histogram and 480 or 360, panels = panels,
  })
end)

return raster
