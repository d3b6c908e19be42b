-- Connections: drawings of tripartite connections, degrees, connectivity matrices.
local astro = require "astro"
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local look = require "astro.plot.look"
local checked = require("astro.plot.options").checked
local matrices = require "astro.plot.matrices"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"

local network = {}

-- ## Tripartite drawing

-- Cells of a row stand evenly spaced from 0 to 1, each in the middle of its share.
local function row_of(nodes, y)
  local at = {}
  for i, id in ipairs(nodes.ids:totable()) do at[id] = (i - 0.5) / #nodes end
  return { at = at, y = y, n = #nodes, ids = nodes.ids:totable() }
end

-- Each pair once, however many connections it has.
local function strokes(sim, from, to, model, source_row, target_row)
  local found = sim:connections { source = from, target = to, synapse_model = model }
  local sources, targets = found.source, found.target
  local x, y, x2, y2, seen = {}, {}, {}, {}, {}
  for i = 1, #found do
    local key = sources[i] * 2 ^ 26 + targets[i]
    if not seen[key] then
      seen[key] = true
      local n = #x + 1
      x[n], y[n], x2[n], y2[n] = source_row.at[sources[i]], source_row.y, target_row.at[targets[i]], target_row.y
    end
  end
  return x, y, x2, y2
end

-- Of many third cells those that are connected to the shown targets, since few of the others would have a line.
local function shown_third(sim, third, targets, most)
  if #third <= most then return third end
  local connected, chosen = {}, nil
  for _, id in ipairs(sim:connections({ source = third, target = targets }).source:totable()) do connected[id] = true end
  local places = {}
  for i, id in ipairs(third.ids:totable()) do
    if connected[id] then places[#places + 1] = i end
  end
  if #places < most then return (data.evenly_spaced(third, most)) end
  for k = 1, most do
    local one = third[places[math.floor((k - 0.5) * #places / most) + 1]]
    chosen = chosen and chosen + one or one
  end
  return chosen
end

local function segments(name, colour, is_faint, ...)
  local x, y, x2, y2 = ...
  local width = #x > 400 and 0.5 or #x > 100 and 0.8 or 1.2
  return {
    style = "segments", name = #x > 0 and name or nil, colour = colour, faint = is_faint, width = width, x = x, y = y, x2 = x2, y2 = y2,
  }
end

local function marks(row, shape, colour)
  local x, y = {}, {}
  for i, id in ipairs(row.ids) do x[i], y[i] = row.at[id], row.y end
  local keeps = colour == "#000000"
  local size = row.n > 40 and 1 or row.n > 20 and 1.4 or 1.9
  return { style = "points", shape = shape, colour = colour, keeps_colour = keeps, size = size, x = x, y = y }
end

-- What stands beside a row: its name, and how many cells there are.
local function row_texts(y, name, shown, all)
  local count = #shown == #all and ("%d"):format(#all) or ("%d of %d shown"):format(#shown, #all)
  return { -0.02, y + 0.09, name, "right" }, { -0.02, y - 0.09, count, "right" }
end

-- All rows from above, each population once.
local function populations_of(...)
  local populations, seen = {}, {}
  for _, nodes in ipairs { ... } do
    local name = tostring(nodes)
    if not seen[name] then seen[name], populations[#populations + 1] = true, titles.cells(nodes) end
  end
  return titles.list(populations)
end

local LETTER <const>, GAP <const> = 8, 40

-- From where to where the picture reaches across: what stands beside the rows needs room at the left of 0.
local function reach(texts, options)
  local longest = 0
  for _, text in ipairs(texts) do longest = math.max(longest, utf8.len(text[3])) end
  local share = math.min(0.6, (longest * LETTER + GAP) * look.letters(options) / look.width(options, style.WIDTH))
  return { -1.01 * share / (1 - share), 1.01 }
end

-- tripartite(sim, pre, post, third [, { most = 20 }])
--
-- The connections between three populations, given as for sim:tripartite_connect: presynaptic neurons above, astrocytes in the
-- middle, postsynaptic neurons below; lines for primary connections, for those to the astrocytes and for those from them. From
-- larger populations, `most` cells are shown, evenly spaced (astrocytes: among those connected to the shown postsynaptic
-- neurons), with the connections among these.
network.tripartite = check.public("plot.tripartite(sim, pre, post, third [, options])", function(sim, pre, post, third, options)
  options = checked("tripartite", options)
  data.check_simulation("tripartite", sim)
  for what, nodes in pairs { pre = pre, post = post, third = third } do data.check_nodes("tripartite", what, nodes) end
  local most = options.most or 20
  local some_pre, some_post = data.evenly_spaced(pre, most), data.evenly_spaced(post, most)
  local some_third = shown_third(sim, third, some_post, most)
  local top, middle, bottom = row_of(some_pre, 2), row_of(some_third, 1), row_of(some_post, 0)
  local primary, third_in, third_out = style.grey, style.colour(1), style.colour(2)
  local series = {
    segments("primary", primary, true, strokes(sim, some_pre, some_post, nil, top, bottom)),
    segments("third_in", third_in, false, strokes(sim, some_pre, some_third, nil, top, middle)),
    segments("third_out", third_out, false, strokes(sim, some_third, some_post, nil, middle, bottom)),
    marks(top, "triangle", "#000000"), marks(middle, "star", style.colour(3)), marks(bottom, "triangle", "#000000"),
  }
  local texts = {}
  for y, row in pairs { [2] = { "presynaptic", some_pre, pre }, [1] = { "astrocytes", some_third, third },
    [0] = { "postsynaptic", some_post, post } } do
    texts[#texts + 1], texts[#texts + 2] = row_texts(y, table.unpack(row))
  end
  local summary = ("%d lines"):format(#series[1].x + #series[2].x + #series[3].x)
  return figures.new("tripartite", summary, options, {
    title = "Tripartite connections of " .. populations_of(pre, third, post), height = 400,
    panels = {
      {
        bare = true, xrange = reach(texts, options), yrange = { -0.25, 2.2 }, series = series, texts = texts,
      },
    },
  })
end)

-- ## Degrees

-- How many of the ends belong to each of the ids.
local function degrees_of(ends, ids)
  local least, greatest = data.least_and_greatest(ids)
  local counts = ends:histogram(greatest - least + 1, least - 0.5, greatest + 0.5)
  local degrees = {}
  for i, id in ipairs(ids) do degrees[i] = counts[id - least + 1] end
  return degrees
end

-- Bars of whole width, at most about sixty, with room for one at each side; but there are no degrees below 0.
local function degree_cell(degrees, label, hue, title)
  local least, greatest = data.least_and_greatest(degrees)
  local width = math.max(1, math.ceil((greatest - least + 1) / 60))
  local bars = (greatest - least) // width + 1
  local from = least - 0.5
  local to = from + bars * width
  local counts, centres = astro.vector(degrees):histogram(bars, from, to), {}
  for i = 1, bars do centres[i] = from + (i - 0.5) * width end
  return {
    title = title, height = 300,
    panels = {
      {
        xlabel = label, ylabel = "cells", whole = true, xwhole = true, yrange = { 0 },
        xrange = { math.max(from - width, -0.9), to + width },
        series = { { style = "bars", colour = hue, x = centres, y = counts:totable(), bar = width } },
      },
    },
  }
end

-- degrees(sim, pre, post [, { synapse_model = "sic_connection" }])
--
-- Two histograms: the number of connections from each cell of `pre` onto `post` (out-degree), and from `pre` onto each cell of `post`
-- (in-degree). Parallel connections count one by one.
network.degrees = check.public("plot.degrees(sim, pre, post [, options])", function(sim, pre, post, options)
  options = checked("degrees", options)
  data.check_simulation("degrees", sim)
  data.check_nodes("degrees", "pre", pre)
  data.check_nodes("degrees", "post", post)
  local found = sim:connections { source = pre, target = post, synapse_model = options.synapse_model }
  local function cell(ends, nodes, label, hue)
    -- the user's title, or none, stands above both
    local title = options.title == nil and ("%s of %s"):format(titles.capitalised(label), titles.cells(nodes)) or nil
    return degree_cell(degrees_of(ends, nodes.ids:totable()), label, hue, title)
  end
  local out = cell(found.source, pre, "out-degree", style.colour(1))
  local into = cell(found.target, post, "in-degree", style.colour(2))
  return figures.of_cells("degrees", ("%d connections"):format(#found), options,
    { title = titles.chosen(options.title), columns = look.columns(options, 2, 280) }, { out, into })
end)

-- ## Connectivity matrix

local MOST <const> = 200

local function positions(ids)
  local at = {}
  for i, id in ipairs(ids) do at[id] = i end
  return at
end

-- Counts, or sums of weights, by target (row) and source (column).
local function table_of(found, from, to, weights)
  local row_at, column_at, rows = positions(to), positions(from), {}
  for i = 1, #to do
    rows[i] = {}
    for j = 1, #from do rows[i][j] = 0 end
  end
  local sources, targets = found.source, found.target
  for i = 1, #found do
    local row, j = rows[row_at[targets[i]]], column_at[sources[i]]
    row[j] = row[j] + (weights and weights[i] or 1)
  end
  return rows
end

local function largest(rows)
  local greatest = 0
  for _, row in ipairs(rows) do
    for _, value in ipairs(row) do greatest = math.max(greatest, math.abs(value)) end
  end
  return greatest
end

-- What the weights of these connections are measured in, if all are alike.
local function unit_of(found, post)
  local currents, model = 0, post.model or ""
  local names = found.synapse_model
  for _, name in ipairs(names) do
    if name == "sic_connection" then currents = currents + 1 end
  end
  if #names > 0 and currents == #names then return " (pA)" end
  return currents == 0 and model:find("_cond_", 1, true) and " (nS)" or ""
end

-- connectivity(sim, pre, post [, { weight = true, synapse_model = … }])
--
-- The number of connections from each cell of `pre` (across) to each cell of `post` (upwards) or, with `weight`, the sum of their weights.
-- If there are more than 200 cells, every second, third … is shown, and the axis says so.
network.connectivity = check.public("plot.connectivity(sim, pre, post [, options])", function(sim, pre, post, options)
  options = checked("connectivity", options)
  data.check_simulation("connectivity", sim)
  data.check_nodes("connectivity", "pre", pre)
  data.check_nodes("connectivity", "post", post)
  local some_pre, step_pre = data.evenly_spaced(pre, MOST)
  local some_post, step_post = data.evenly_spaced(post, MOST)
  local found = sim:connections { source = some_pre, target = some_post, synapse_model = options.synapse_model }
  local rows = table_of(found, some_pre.ids:totable(), some_post.ids:totable(), options.weight and found.weight)
  local most = largest(rows)
  local function label(side, step) return step > 1 and ("%s (1 in %d shown)"):format(side, step) or side end
  return figures.new("connectivity", ("%d connections"):format(#found), options, matrices.image_cell({
    title = (options.weight and "Weights " or "Connections ") .. titles.between(pre, post),
    rows = rows, x = { 1, step_pre }, y = { 1, step_post }, whole = true, aspect = 1, width = 560, height = 460,
    xlabel = label("source", step_pre), ylabel = label("target", step_post),
    range = options.weight and { -math.max(most, 1e-9), math.max(most, 1e-9) } or { 0, math.max(1, most) },
    label = options.weight and "sum of weights" .. unit_of(found, post) or "connections",
    colours = options.weight and style.palettes.signed or most <= 1 and { "#FFFFFF", style.colour(1) } or style.palettes.counts,
    whole_values = not options.weight,
  }, options))
end)

return network
