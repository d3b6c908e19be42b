-- Cells at their positions: layers, maps of a quantity, the targets of a cell, waves.
local astro = require "astro"
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local look = require "astro.plot.look"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail, numbers = check.fail, check.numbers

local space = {}

-- Cells that are drawn; of more every second, third … is.
local MOST <const> = 20000
-- What a picture is as wide and at most as high as, in pixels.
local WIDTH <const>, LEAST_HEIGHT <const>, MOST_HEIGHT <const> = 560, 240, 640
local PALE <const> = "#D6E6F2"

-- ## Places

-- The places of nodes, as columns: { ids, x, y, z, n, dimensions }.
local function places_of(call, what, nodes)
  data.check_nodes(call, what, nodes)
  local positions = nodes.positions
  if not positions then
    fail("%s: %s have no positions (sim:create(model, n, params, { positions = … }))", call, titles.cells(nodes))
  end
  local places = { ids = nodes.ids:totable(), x = {}, y = {}, z = {}, n = #nodes, dimensions = #positions[1] }
  for i, p in ipairs(positions) do places.x[i], places.y[i], places.z[i] = p[1], p[2], p[3] end
  return places
end

-- The places of every k-th node, where there are too many to draw.
local function thinned(places)
  local step = math.max(1, math.ceil(places.n / MOST))
  if step == 1 then return places end
  local kept = {}
  for i = 1, places.n, step do kept[#kept + 1] = i end
  return {
    ids = data.pick(places.ids, kept), x = data.pick(places.x, kept), y = data.pick(places.y, kept), z = data.pick(places.z, kept),
    n = #kept, dimensions = places.dimensions, kept = kept, step = step,
  }
end

local function size_of(n) return n <= 60 and 1.5 or n <= 400 and 1 or n <= 2500 and 0.6 or n <= 8000 and 0.35 or 0.2 end

-- From and to of a column, with a margin.
local function reach(list)
  local least, greatest = data.least_and_greatest(list)
  local margin = math.max((greatest - least) * 0.04, 1e-3)
  return { least - margin, greatest + margin }
end

-- A panel with as many pixels a mm upwards as across. `all`: the columns that it has to show.
local function cell_of(title, series, options, all, scale)
  local xrange, yrange = options.xrange or reach(all.x), options.yrange or reach(all.y)
  local function length(range, list) return (range[2] or reach(list)[2]) - (range[1] or reach(list)[1]) end
  local aspect = length(yrange, all.y) / length(xrange, all.x)
  local height = math.min(MOST_HEIGHT, math.max(LEAST_HEIGHT, 100 + (WIDTH - 180) * aspect))
  return {
    title = title, width = WIDTH, height = height, aspect = aspect,
    panels = {
      {
        xlabel = options.xlabel or "x (mm)", ylabel = options.ylabel or "y (mm)", xrange = xrange, yrange = yrange, series = series,
        scale = scale,
      },
    },
  }
end

-- ## Colours

local function palette(call, name)
  local colours = style.palettes[name]
  if not colours then fail("%s: there is no palette '%s' (%s)", call, name, check.suggestion(name, check.sorted_keys(style.palettes))) end
  return colours
end

local function range_of(values)
  local least, greatest = math.huge, -math.huge
  for _, x in ipairs(values) do
    if data.is_finite(x) then least, greatest = math.min(least, x), math.max(greatest, x) end
  end
  if least > greatest then return { 0, 1 } end
  return least < greatest and { least, greatest } or { least - 0.5, greatest + 0.5 }
end

local function scale_of(call, values, options, label)
  local given, own = options.range or {}, range_of(values)
  return {
    colours = palette(call, options.palette or "power"), range = { given[1] or own[1], given[2] or own[2] }, label = options.label or label,
  }
end

local function points(places, colour, name, size)
  return { style = "points", shape = "dot", colour = colour, name = name, size = size or size_of(places.n), x = places.x, y = places.y }
end

local function spots(places, values)
  return { style = "spots", shape = "dot", size = size_of(places.n) * 1.2, x = places.x, y = places.y, values = values }
end

-- What is drawn of cells in three dimensions: their third coordinate as a colour.
local function plain(call, places, options, colour, name)
  if places.dimensions == 2 then return points(places, colour, name) end
  return spots(places, places.z), scale_of(call, places.z, options, "z (mm)")
end

-- ## Layers

local function note_of(places) return places.step and (" (1 in %d shown)"):format(places.step) or "" end

-- layer(nodes [, { xrange = { from, to } }])
--
-- Cells at their positions. In three dimensions, the colour shows the third coordinate.
space.layer = check.public("plot.layer(nodes [, options])", function(nodes, options)
  options = checked("layer", options)
  local places = thinned(places_of("layer", "nodes", nodes))
  local series, scale = plain("layer", places, options, style.colour(1))
  return figures.new("layer", titles.count(#nodes, "cell"), options,
    cell_of(titles.capitalised(titles.cells(nodes)) .. note_of(places), { series }, options, places, scale))
end)

-- ## Maps

local function values_of(nodes, options)
  if options.values ~= nil then
    local values = numbers("map", "values", options.values)
    if #values ~= #nodes then fail("map: there are %s and %d values", titles.count(#nodes, "cell"), #values) end
    return values, "value"
  end
  if not options.quantity then return nil end
  local values = nodes:get(options.quantity)
  if #nodes == 1 then values = { values } end
  return numbers("map", options.quantity, values), style.quantity_label(options.quantity)
end

local function check_connections(call, name, value)
  if type(value) ~= "userdata" or getmetatable(value) ~= "Connections" then
    check.wrong("%s: %s must be Connections (sim:connections { source = … }), got %s", call, name, check.shown(value))
  end
  return value
end

-- Where each id is drawn.
local function index_of(...)
  local at = {}
  for _, places in ipairs { ... } do
    for i, id in ipairs(places.ids) do at[id] = { places.x[i], places.y[i] } end
  end
  return at
end

-- Of nodes in a space that repeats itself: its lengths and edges, those of x and of y, as { length, least, greatest }; nil for others.
-- It lies around the middle of what is in it.
local function edges_of(nodes, places)
  local period = nodes.period
  if not period then return nil end
  local edges = {}
  for i, list in ipairs { places.x, places.y } do
    local least, greatest = data.least_and_greatest(list)
    local middle = (least + greatest) / 2
    edges[i] = { period[i], middle - period[i] / 2, middle + period[i] / 2 }
  end
  return edges
end

-- The shortest way along an axis: from -1/2 to below 1/2 of its length.
local function shortest(d, length) return d - length * math.floor(d / length + 0.5) end

-- What share of the way from a place by d lies before an edge.
local function share_within(place, d, edge)
  if d == 0 then return 1 end
  local distance = (d > 0 and edge[3] or edge[2]) - place
  return math.max(0, math.min(1, distance / d))
end

-- A stroke between two places; across edges that meet, two strokes: to the edge, and from the opposite one.
local function add_stroke(series, from, to, edges)
  local dx, dy = to[1] - from[1], to[2] - from[2]
  local function add(x, y, x2, y2)
    local n = #series.x + 1
    series.x[n], series.y[n], series.x2[n], series.y2[n] = x, y, x2, y2
  end
  local near_x, near_y = edges and shortest(dx, edges[1][1]) or dx, edges and shortest(dy, edges[2][1]) or dy
  if math.abs(near_x - dx) < 1e-9 and math.abs(near_y - dy) < 1e-9 then return add(from[1], from[2], to[1], to[2]) end
  local first = math.min(share_within(from[1], near_x, edges[1]), share_within(from[2], near_y, edges[2]))
  local last = math.min(share_within(to[1], -near_x, edges[1]), share_within(to[2], -near_y, edges[2]))
  add(from[1], from[2], from[1] + first * near_x, from[2] + first * near_y)
  add(to[1] - last * near_x, to[2] - last * near_y, to[1], to[2])
end

-- Strokes from sources to targets, those with both ends in the picture; and how many pairs are joined.
local function strokes(connections, at, edges)
  local sources, targets, seen, n = connections.source, connections.target, {}, 0
  local series = { style = "segments", colour = style.grey, x = {}, y = {}, x2 = {}, y2 = {} }
  for i = 1, #connections do
    local from, to, key = at[sources[i]], at[targets[i]], sources[i] * 2 ^ 26 + targets[i]
    if from and to and not seen[key] then
      seen[key], n = true, n + 1
      add_stroke(series, from, to, edges)
    end
  end
  series.faint, series.width = n > 300, n > 300 and 0.5 or 0.9
  return series, n
end

-- For each target the source that it has most connections from; the first of equals.
local function owners(connections)
  local counts, owner = {}, {}
  local sources, targets = connections.source, connections.target
  for i = 1, #connections do
    local source, target = sources[i], targets[i]
    counts[target] = counts[target] or {}
    counts[target][source] = (counts[target][source] or 0) + 1
  end
  for target, list in pairs(counts) do
    for source, n in pairs(list) do
      local best = owner[target]
      if not best or n > list[best] or n == list[best] and source < best then owner[target] = source end
    end
  end
  return owner
end

-- Cells by their territory: neighbours mostly differ, since there are six colours and grey for cells that nobody has.
local function territories(places, connections)
  local owner, groups, order = owners(connections), {}, {}
  local sources, seen = {}, {}
  for _, source in pairs(owner) do
    if not seen[source] then
      seen[source] = true
      sources[#sources + 1] = source
    end
  end
  table.sort(sources)
  for i, source in ipairs(sources) do order[source] = (i * 5 - 1) % 6 + 1 end
  for i, id in ipairs(places.ids) do
    local k = owner[id] and order[owner[id]] or 0
    groups[k] = groups[k] or { x = {}, y = {}, n = places.n }
    local group = groups[k]
    group.x[#group.x + 1], group.y[#group.y + 1] = places.x[i], places.y[i]
  end
  local series = {}
  for k = 0, 6 do
    if groups[k] then series[#series + 1] = points(groups[k], k == 0 and style.light_grey or style.colour(k)) end
  end
  return series, #sources
end

local function add_marks(series, all, call, marks)
  if not marks then return end
  local places = places_of(call, "marks", marks)
  table.move(places.x, 1, places.n, #all.x + 1, all.x)
  table.move(places.y, 1, places.n, #all.y + 1, all.y)
  series[#series + 1] = {
    style = "points", shape = "star", colour = "#000000", size = places.n > 400 and 0.7 or 1.1, x = places.x, y = places.y,
    name = titles.cells(marks),
  }
  return places
end

-- map(nodes [, { quantity = "V_m", values = list, connections = c, territories = c, marks = nodes }])
--
-- Cells at their positions, coloured by a `quantity` of the cells or by `values`, one per cell. `connections`, such as
-- `sim:connections { source = cell }`, are drawn as strokes, across periodic boundaries as two. With `territories`, such as
-- `sim:connections { source = astrocytes, target = cells }`, cells with most connections from the same source have the same colour.
-- `marks` are nodes that are drawn as stars.
space.map = check.public("plot.map(nodes [, options])", function(nodes, options)
  options = checked("map", options)
  local whole = places_of("map", "nodes", nodes)
  local places, all = thinned(whole), { x = table.move(whole.x, 1, whole.n, 1, {}), y = table.move(whole.y, 1, whole.n, 1, {}) }
  local values, label = values_of(nodes, options)
  if values and options.territories then fail "map: cells have one colour: territories, or a quantity or values" end
  if values and places.kept then values = data.pick(values, places.kept) end
  local series, scale, title = {}, nil, titles.cells(nodes)
  if options.territories then
    local n
    series, n = territories(places, check_connections("map", "territories", options.territories))
    title = ("%s of %s"):format(titles.count(n, "territory"):gsub("territorys", "territories"), title)
  elseif values then
    series[1], scale = spots(places, values), scale_of("map", values, options, label)
    title = ("%s of %s"):format(titles.quantity(options.label or label), title)
  else
    series[1], scale = plain("map", places, options, style.colour(1))
  end
  local marked = add_marks(series, all, "map", options.marks)
  if options.connections then
    local given = check_connections("map", "connections", options.connections)
    local lines, n = strokes(given, index_of(whole, marked), edges_of(nodes, whole))
    table.insert(series, 1, lines)
    title = ("%s, %s"):format(title, titles.count(n, "connection"))
  end
  return figures.new("map", titles.count(#nodes, "cell"), options,
    cell_of(titles.capitalised(title) .. note_of(places), series, options, all, scale))
end)

-- ## Targets

local PIXELS <const> = 80

-- The middles of pixels over a range: first, step.
local function pixels(range)
  local step = (range[2] - range[1]) / PIXELS
  return { range[1] + step / 2, step }
end

-- Where a mask around a place is: pixels of 1, gaps elsewhere.
local function mask_rows(mask, from, x, y)
  local rows = {}
  for i = 1, PIXELS do
    rows[i] = {}
    for j = 1, PIXELS do
      local inside = mask:contains { x[1] + (j - 1) * x[2] - from[1], y[1] + (i - 1) * y[2] - from[2] }
      rows[i][j] = inside and 1 or 0 / 0
    end
  end
  return rows
end

-- The values of a function of distance around a place, within a mask if there is one, as weights have them.
local function function_rows(p, from, mask, x, y)
  local sim = astro.Simulation { threads = 1 }
  local centre = { x[1] + (PIXELS - 1) / 2 * x[2], y[1] + (PIXELS - 1) / 2 * y[2] }
  local source = sim:create("parrot_neuron", nil, nil, { positions = { from } })
  local everywhere = sim:create("parrot_neuron", nil, nil, {
    positions = astro.space.grid { shape = { PIXELS, PIXELS }, extent = { PIXELS * x[2], PIXELS * y[2] }, center = centre },
  })
  sim:connect(source, everywhere, "all_to_all", { weight = p })
  local weights, rows = sim:connections().weight, {}
  for i = 1, PIXELS do
    rows[i] = {}
    for j = 1, PIXELS do
      local inside = not mask or mask:contains { x[1] + (j - 1) * x[2] - from[1], y[1] + (i - 1) * y[2] - from[2] }
      rows[i][j] = inside and math.max(0, math.min(1, weights[(j - 1) * PIXELS + PIXELS - i + 1])) or 0 / 0
    end
  end
  return rows
end

-- What lies behind the cells: the mask, or the probability.
local function background(options, from, xrange, yrange)
  local mask = options.mask
  if type(mask) == "table" then mask = astro.space.mask(mask) end
  local has_function = options.p ~= nil and type(options.p) ~= "number"
  if not mask and not has_function then return nil end
  if #from == 3 then fail "targets: masks and functions of distance are drawn in two dimensions only" end
  local x, y = pixels(xrange), pixels(yrange)
  local rows = has_function and function_rows(options.p, from, mask, x, y) or mask_rows(mask, from, x, y)
  local scale = has_function
      and { colours = { "#FFFFFF", "#BBD8EA", "#7FB5D8" }, range = { 0, 1 }, label = options.label or "probability" }
    or { colours = { PALE, PALE }, range = { 0, 1 } }
  return { style = "image", x = x, y = y, rows = rows }, scale
end

-- targets(sim, source, layer [, { mask =, p =, synapse_model = }])
--
-- The targets of a cell among the cells of a layer. `mask` and `p`, as given to `connect`, are drawn behind them.
space.targets = check.public("plot.targets(sim, source, layer [, options])", function(sim, source, layer, options)
  options = checked("targets", options)
  data.check_simulation("targets", sim)
  local from, places = places_of("targets", "source", source), places_of("targets", "layer", layer)
  if from.n ~= 1 then fail("targets: source must be one node, got %d", from.n) end
  local found = sim:connections { source = source, target = layer, synapse_model = options.synapse_model }
  local hit = {}
  for _, id in ipairs(found.target:totable()) do hit[id] = true end
  local others, targets = { x = {}, y = {}, n = places.n }, { x = {}, y = {}, n = places.n }
  for i, id in ipairs(places.ids) do
    local list = hit[id] and targets or others
    list.x[#list.x + 1], list.y[#list.y + 1] = places.x[i], places.y[i]
  end
  local all = { x = { table.unpack(from.x) }, y = { table.unpack(from.y) } }
  table.move(places.x, 1, places.n, 2, all.x)
  table.move(places.y, 1, places.n, 2, all.y)
  local xrange, yrange = options.xrange or reach(all.x), options.yrange or reach(all.y)
  local series = {}
  local image, scale = background(options, { from.x[1], from.y[1], from.z[1] }, xrange, yrange)
  series[1] = image
  series[#series + 1] = points(others, style.light_grey)
  series[#series + 1] = points(targets, style.colour(1), "targets", size_of(places.n) * 1.3)
  series[#series + 1] = { style = "points", shape = "star", colour = style.colour(2), size = 1.8, x = from.x, y = from.y, name = "source" }
  local title = ("%s from one %s to %s"):format(titles.count(#found, "connection"), source.model, titles.cells(layer))
  local cell = cell_of(title, series, options, all, scale)
  if scale and not scale.label then cell.panels[1].scale.hidden = true end
  return figures.new("targets", titles.count(#found, "connection"), options, cell)
end)

-- ## Waves

-- Samples of a quantity: { times, by_time = { [time] = { [id] = value } }, unit }.
local function samples_of(call, rec, quantity)
  local events, times, senders = data.events_of(call, rec)
  local names = check.quantities(events)
  if not check.includes(names, quantity) then
    fail("%s: the recorder holds no '%s' (%s)", call, tostring(quantity), check.suggestion(quantity, names))
  end
  local values, by_time, list = data.column(call, events, quantity, times), {}, {}
  for i, t in ipairs(times) do
    if not by_time[t] then
      by_time[t] = {}
      list[#list + 1] = t
    end
    by_time[t][senders[i]] = values[i]
  end
  table.sort(list)
  if #list == 0 then fail("%s: nothing was recorded", call) end
  return { times = list, by_time = by_time, values = values }
end

local AXES <const> = { x = 1, y = 2, z = 3 }

-- How far along each cell lies, and what the axis is called.
local function along_of(places, options)
  local along, origin = options.along or "x", options.origin
  local list = {}
  if along == "distance" then
    if type(origin) ~= "table" then fail "wave: along = \"distance\" needs origin = { x, y }, the origin of the distances" end
    for i = 1, places.n do
      local dx, dy, dz = places.x[i] - origin[1], places.y[i] - origin[2], (places.z[i] or 0) - (origin[3] or 0)
      list[i] = math.sqrt(dx * dx + dy * dy + dz * dz)
    end
    return list, "distance (mm)"
  end
  if not AXES[along] or AXES[along] > places.dimensions then
    fail("wave: along must be x, y%s or distance, got '%s'", places.dimensions == 3 and ", z" or "", along)
  end
  return places[along], along .. " (mm)"
end

-- Bins along an axis: those of a row or a grid are its places.
local function bins_of(list, wanted)
  local sorted = { table.unpack(list) }
  table.sort(sorted)
  local least, greatest = sorted[1], sorted[#sorted]
  local span = math.max(greatest - least, 1e-9)
  local distinct = { sorted[1] }
  for _, x in ipairs(sorted) do
    if x - distinct[#distinct] > 1e-6 * span then distinct[#distinct + 1] = x end
  end
  local n = wanted or (#distinct <= 100 and #distinct or 50)
  local step = n > 1 and (wanted or #distinct > 100) and span / n or n > 1 and span / (n - 1) or 1
  local first = (wanted or #distinct > 100) and least + step / 2 or least
  return n, first, step
end

-- Rows from below, a column for each of the times: means of the cells of a bin.
local function wave_rows(samples, times, places, list, n, first, step)
  local row_of, rows = {}, {}
  for i, id in ipairs(places.ids) do row_of[id] = math.max(1, math.min(n, math.floor((list[i] - first) / step + 0.5) + 1)) end
  for k = 1, n do rows[k] = {} end
  for column, t in ipairs(times) do
    local sums, counts = {}, {}
    for id, value in pairs(samples.by_time[t]) do
      local k = row_of[id]
      if k and value == value then sums[k], counts[k] = (sums[k] or 0) + value, (counts[k] or 0) + 1 end
    end
    for k = 1, n do rows[k][column] = counts[k] and sums[k] / counts[k] or 0 / 0 end
  end
  return rows
end

local function flattened(rows)
  local list = {}
  for _, row in ipairs(rows) do table.move(row, 1, #row, #list + 1, list) end
  return list
end

-- Time across, space upwards.
local function time_space(samples, places, what, options)
  local every = math.max(1, math.ceil(#samples.times / 400))
  local times = {}
  for i = 1, #samples.times, every do times[#times + 1] = samples.times[i] end
  local list, axis_label = along_of(places, options)
  local n, first, step = bins_of(list, options.bins)
  local rows = wave_rows(samples, times, places, list, n, first, step)
  local width = #times > 1 and times[2] - times[1] or 1
  local factor, time_label = data.unit_of_time(times[#times] - times[1] + width)
  local scale, from, to = scale_of("wave", flattened(rows), options, what.label), times[1] - width / 2, times[#times] + width / 2
  local given = options.xrange
  return figures.new("wave", ("%d by %d"):format(n, #times), options, {
    title = what.title .. " in space and time", height = 340,
    panels = {
      {
        xlabel = options.xlabel or time_label, ylabel = options.ylabel or axis_label, scale = scale,
        xrange = data.scaled(given and { given[1] or times[1], given[2] or times[#times] } or { from, to }, factor),
        time = not given and { from = from, to = to, factor = factor, label = time_label } or nil,
        yrange = options.yrange or { first - step / 2, first + (n - 0.5) * step },
        series = { { style = "image", x = { times[1] * factor, width * factor }, y = { first, step }, rows = rows } },
      },
    },
  })
end

local function nearest_time(times, wanted)
  local best = times[1]
  for _, t in ipairs(times) do
    if math.abs(t - wanted) < math.abs(best - wanted) then best = t end
  end
  return best
end

-- A map at each of some times at which there are samples, all with the same colours.
local function maps_at(call, times, samples, places, what, options)
  local cells, seen = {}, {}
  for _, t in ipairs(times) do
    for _, value in pairs(samples.by_time[t]) do seen[#seen + 1] = value end
  end
  for i, t in ipairs(times) do
    local values = {}
    for k, id in ipairs(places.ids) do values[k] = samples.by_time[t][id] or 0 / 0 end
    local title = ("%g %s"):format(t >= 5000 and t / 1000 or t, t >= 5000 and "s" or "ms")
    cells[i] = cell_of(title, { spots(places, values) }, options, places, scale_of(call, seen, options, what.label))
  end
  return cells
end

-- A map for each of some moments, side by side.
local function frames(samples, places, what, options)
  local wanted = numbers("wave", "times", options.times)
  if #wanted == 0 then fail "wave: times is empty" end
  for i, t in ipairs(wanted) do wanted[i] = nearest_time(samples.times, t) end
  local cells = maps_at("wave", wanted, samples, places, what, options)
  for _, cell in ipairs(cells) do cell.height = 60 + cell.height * 0.65 end
  local columns = options.columns or look.columns(options, math.min(3, #cells), 280)
  return figures.of_cells("wave", titles.count(#cells, "frame"), options, { width = 430 * columns, columns = columns,
    title = titles.chosen(options.title, what.title) }, cells)
end

-- What was sampled of cells with places: samples, places, and what the picture says of them, { label, title }.
local function sampled(call, rec, quantity)
  local samples = samples_of(call, rec, quantity)
  local nodes = (type(rec) == "userdata" or type(rec) == "table") and rec.nodes
  if not nodes then fail("%s: the recorded nodes are unknown (give a Recorder, or { events =, nodes = })", call) end
  local title = ("%s of %s"):format(style.symbol(quantity, rec), titles.cells(nodes))
  return samples, places_of(call, "the recorded nodes", nodes), { label = style.quantity_label(quantity, rec), title = title }
end

-- wave(rec, quantity [, { along = "x", bins = n, times = { ms, … } }])
--
-- A quantity of cells with positions, in space and time: time across, a coordinate upwards. The coordinate `along` is "x", "y", "z" or
-- "distance" from `origin`; values are means of the cells in `bins`. With `times`, there is a map for each of these times instead.
space.wave = check.public("plot.wave(rec, quantity [, options])", function(rec, quantity, options)
  options = checked("wave", options)
  local samples, places, what = sampled("wave", rec, quantity)
  if options.times then return frames(samples, places, what, options) end
  return time_space(samples, places, what, options)
end)

-- ## For plot.animate

local MOST_FRAMES <const>, USUAL_FRAMES <const> = 1000, 100

-- The times of frames: samples from `from` to `to`, `every` ms.
local function frame_times(all, options)
  local from, to = options.from or all[1], options.to or all[#all]
  if from >= to then fail("animate: from = %g ms must be before to = %g ms", from, to) end
  local every = options.every or math.max((to - from) / USUAL_FRAMES, 1e-9)
  local times, next_time = {}, from
  for _, t in ipairs(all) do
    if t >= next_time - 1e-9 and t <= to + 1e-9 then
      times[#times + 1] = t
      next_time = math.max(next_time + every, t + 0.5 * every)
    end
  end
  if #times == 0 then fail("animate: there are no samples from %g to %g ms (they go from %g to %g)", from, to, all[1], all[#all]) end
  if #times > MOST_FRAMES then fail("animate: every = %g ms gives %d frames (at most %d)", every, #times, MOST_FRAMES) end
  return times
end

-- frames(rec, quantity, options) -> list of { title, cell }: a map for each frame
function space.frames(rec, quantity, options)
  local samples, places, what = sampled("animate", rec, quantity)
  local cells = maps_at("animate", frame_times(samples.times, options), samples, places, what, options)
  for _, cell in ipairs(cells) do cell.title = (options.title or what.title) .. ", " .. titles.glued(cell.title) end
  return cells
end

return space
