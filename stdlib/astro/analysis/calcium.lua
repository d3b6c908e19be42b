-- Events in the calcium of astrocytes.
local astro = require "astro"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local fail, public, NAN = check.fail, check.public, inputs.NAN

local calcium = {}

-- When the straight line between two samples crosses the threshold.
local function crossing(t1, v1, t2, v2, threshold)
  return t1 + (t2 - t1) * (threshold - v1) / (v2 - v1)
end

-- Stretches above the threshold as { onset, stop, peak, trough }; onset is nil if the record begins above, stop if it ends
-- above. The trough is the least value since the stretch before.
local function stretches(times, values, threshold)
  local list, current, trough = {}, nil, math.huge
  if values[1] > threshold then current = { peak = -math.huge, trough = math.huge } end
  for k, v in ipairs(values) do
    if not current and v > threshold then
      current = { onset = crossing(times[k - 1], values[k - 1], times[k], v, threshold), peak = v, trough = trough }
    elseif current and v <= threshold then
      current.stop = crossing(times[k - 1], values[k - 1], times[k], v, threshold)
      list[#list + 1], current, trough = current, nil, math.huge
    end
    if current then current.peak = math.max(current.peak, v) else trough = math.min(trough, v) end
  end
  list[#list + 1] = current
  return list
end

-- Stretches with gaps shorter than `bridge` between them become one.
local function bridged(list, bridge)
  local events = { list[1] }
  for i = 2, #list do
    local before, now = events[#events], list[i]
    if now.onset - before.stop < bridge then
      before.stop, before.peak = now.stop, math.max(before.peak, now.peak)
    else
      events[#events + 1] = now
    end
  end
  return events
end

-- The threshold of each astrocyte: the given one, or its SIC_th.
local function thresholds(record, given, ids)
  local list = {}
  for i = 1, #ids do list[i] = given end
  if given then return list end
  local known, value = pcall(function() return record.nodes:get("SIC_th") end)
  if not known then fail("calcium_events: give the option threshold (uM; SIC_th of astrocyte_lr_1994 is 0.19669)") end
  local of = {}
  for i, id in ipairs(record.nodes.ids) do of[id] = type(value) == "number" and value or value[i] end
  for i, id in ipairs(ids) do list[i] = of[id] or fail("calcium_events: node %g was not recorded", id) end
  return list
end

local function share_above(values, threshold)
  local n = 0
  for _, v in ipairs(values) do
    if v > threshold then n = n + 1 end
  end
  return n / #values
end

-- The events as columns.
local function columns(found, samples, rates, active, above)
  local onsets, senders, durations, peaks, amplitudes, complete = {}, {}, {}, {}, {}, {}
  for i, event in ipairs(found) do
    onsets[i], senders[i], peaks[i] = event.onset, event.sender, event.peak
    durations[i] = (event.stop or samples.to) - event.onset
    amplitudes[i], complete[i] = event.peak - event.trough, event.stop and 1 or 0
  end
  rates = astro.vector(rates)
  return {
    times = astro.vector(onsets), senders = astro.vector(senders), durations = astro.vector(durations),
    peaks = astro.vector(peaks), amplitudes = astro.vector(amplitudes), complete = astro.vector(complete),
    n_events = #found, nodes = { ids = astro.vector(samples.ids) }, window = { samples.from, samples.to },
    frequency = #rates > 0 and rates:mean() or NAN, rates = rates, active = #rates > 0 and active / #rates or NAN,
    fraction_above = #rates > 0 and above / #rates or NAN,
  }
end

local OPTIONS <const> = { threshold = "number", bridge = "not negative", quantity = "string" }

-- calcium_events(rec [, { threshold = SIC_th, bridge = 2000, quantity = "Ca_astro", from =, to =, nodes = }])
--   -> { times, senders, durations, peaks, amplitudes, complete (Vectors), n_events, nodes = { ids }, window = { from, to },
--        frequency, rates, active, fraction_above }
--
-- An event is a stretch in which calcium is above the threshold; stretches with gaps shorter than `bridge` ms between them are
-- one event. By default the threshold is the astrocytes' SIC_th, so the astrocyte sends current during an event.
--
-- times       onsets in ms, where the line between two samples crosses the threshold; in order of time
-- durations   from onset to the last crossing downwards, ms; up to the end of the record for an event that is under way there,
--             whose `complete` is 0 instead of 1
-- peaks       the greatest value, uM
-- amplitudes  peak minus the least value since the event before (or the beginning), uM
-- frequency   mean over all nodes of their onsets per second, Hz; `rates` has each node's
-- active      the share of nodes that have an event
-- fraction_above  the share of samples above the threshold, mean over all nodes, including samples outside events
--
-- Calcium that is above the threshold at the beginning of the record has no onset and is not an event. All other functions accept the
-- result as spikes: analysis.counts(events, { bin = 2000, step = 400 }) counts onsets in a moving window.
calcium.calcium_events = public("analysis.calcium_events(rec [, options])", function(rec, options)
  local call = "calcium_events"
  options = inputs.options(call, options, OPTIONS)
  local samples = inputs.samples(call, rec, options.quantity or "Ca_astro", options)
  rec = check.recorder(call, rec)
  local ids, found, rates, active, above = samples.ids, {}, {}, 0, 0.0
  local threshold = thresholds(rec, options.threshold, ids)
  local seconds = (samples.to - samples.from) / 1000
  for i, id in ipairs(ids) do
    local limit, n = threshold[i], 0
    above = above + share_above(samples[i], limit)
    for _, event in ipairs(bridged(stretches(samples.times, samples[i], limit), options.bridge or 2000)) do
      if event.onset then
        event.sender, n = id, n + 1
        found[#found + 1] = event
      end
    end
    rates[i], active = n / seconds, active + (n > 0 and 1 or 0)
  end
  table.sort(found, function(a, b) return a.onset < b.onset or a.onset == b.onset and a.sender < b.sender end)
  return columns(found, samples, rates, active, above)
end)

return calcium
