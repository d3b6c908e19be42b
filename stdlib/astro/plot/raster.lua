-- Spikes as marks, one row for each neuron.
local axes = require "astro.plot.axes"
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
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

local function raster_panel(groups, times, senders, axis)
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
  local edge = math.max(0.6, (greatest - least) / 100)
  return {
    weight = 3, whole = true, xrange = axis.range, yrange = { least - edge, greatest + edge }, xlabel = axis.label, series = series,
    ylabel = step > 1 and ("neuron (1 in %d shown)"):format(step) or "neuron", empty = "no spikes",
  }
end

local function rate_series(group, times, senders, axis, bin, mark)
  local x = spikes_among(times, senders, every(group.ids, 1))
  local from = axis.ms[1]
  local bins = math.max(1, math.ceil((axis.ms[2] - from) / bin - 1e-9))
  local counts = data.bin_counts(x, from, bin, bins)
  return {
    style = mark, x = data.scaled(data.bin_centres(from, bin, bins), axis.factor),
    y = data.scaled(counts, 1000 / (bin * math.max(1, #group.ids))),
  }
end

local function rate_panel(groups, times, senders, axis, bin)
  local series = {}
  for i, group in ipairs(groups) do
    series[i] = rate_series(group, times, senders, axis, bin, #groups == 1 and "bars" or "line")
    series[i].colour = style.colour(i)
  end
  return {
    weight = 1, xrange = axis.range, yrange = { 0 }, xlabel = axis.label, ylabel = "rate (Hz)", series = series,
  }
end

-- raster(rec, { histogram = true, bin = ms, groups = { { "excitatory", exc }, … } })
--
-- A mark for every spike; with `histogram`, the mean rate of the neurons in bins below. Of very many spikes only those of
-- every n-th neuron are drawn, and the axis says so; the rates count all.
raster.raster = check.public("plot.raster(rec [, options])", function(rec, options)
  options = figures.options("raster", options, { histogram = "boolean", bin = "positive", groups = "table" })
  rec = check.recorder("raster", rec)
  check.spikes("raster", rec, "plot.traces draws samples")
  local _, times, senders = data.events_of("raster", rec)
  local ids = recorded_ids("raster", rec, senders)
  local groups = groups_of("raster", options.groups, ids)
  local axis = data.time_axis(times, options.xrange)
  local panels = { raster_panel(groups, times, senders, axis) }
  panels[1].ylabel = options.ylabel or panels[1].ylabel
  if options.histogram then
    local length = axis.ms[2] - axis.ms[1]
    -- a bin longer than the picture would have its middle outside
    local bin = math.min(options.bin or axes.round_up(length / 150), length)
    panels[2] = rate_panel(groups, times, senders, axis, bin)
  end
  panels[#panels].xlabel = options.xlabel or axis.label
  return figures.new("raster", ("%d spikes"):format(#times), options, {
    title = "Spikes of " .. titles.cells(rec.nodes, #ids), height = options.histogram and 480 or 360, panels = panels,
  })
end)

return raster
