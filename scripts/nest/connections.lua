-- Masks, probabilities, weights and delays by distance.
--
-- Twin of connections.py, which draws the connections of NEST's guide to spatially structured networks.
-- test: --n 300

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local space = astro.space

local options = require "astro.options" {
  "Targets within masks, random targets by distance, weights and delays by distance.",
  { "n", 1000, "cells at random places, for the distances of targets" },
}

local GRID <const> = { shape = { 11, 11 }, extent = { 11, 11 } }
local RECTANGLE <const> = { lower_left = { -2, -1 }, upper_right = { 2, 1 } }

local function sheet(grid, more)
  local sim = astro.Simulation { seed = options.seed }
  local spec = {}
  for key, value in pairs(grid) do spec[key] = value end
  for key, value in pairs(more or {}) do spec[key] = value end
  return sim, sim:create("iaf_psc_alpha", nil, {}, { positions = space.grid(spec) })
end

-- The cell nearest to a place.
local function nearest(nodes, ...)
  local place, best, least = { ... }, nil, math.huge
  for i, p in ipairs(nodes.positions) do
    local square = 0
    for k = 1, #p do square = square + (p[k] - (place[k] or 0)) ^ 2 end
    if square < least then best, least = i, square end
  end
  return nodes[best]
end

local function save(name, figures)
  figures.columns = figures.columns or 2
  plot.panels(figures):save(options:figure("connections_" .. name))
end

-- ## A rectangle around a cell in the middle, and near an edge that ends the layer or meets the opposite one

local edges = {}
for _, wrap in ipairs { false, true } do
  local sim, nodes = sheet(GRID, { wrap = wrap })
  sim:connect(nodes, nodes, { rule = "pairwise_bernoulli", p = 1.0, mask = { rectangular = RECTANGLE } })
  for _, source in ipairs { nearest(nodes, 0, 0), nearest(nodes, 4, 5) } do
    local name = ("rectangle, %s, targets of cell %d"):format(wrap and "edges that meet" or "open edges", source.ids[1])
    report.value(name, #sim:connections { source = source })
    edges[#edges + 1] = plot.targets(sim, source, nodes, { mask = not wrap and { rectangular = RECTANGLE } or nil, title = name })
  end
end
save("edges", edges)

-- ## Masks

local MASKS <const> = {
  { "rectangle", { rectangular = RECTANGLE } },
  { "circle", { circular = { radius = 2.0 } } },
  { "doughnut", { doughnut = { inner_radius = 1.5, outer_radius = 3.0 } } },
  { "ellipse", { elliptical = { major_axis = 7.0, minor_axis = 4.0 } } },
  { "rectangle, shifted", { rectangular = RECTANGLE, anchor = { -1.5, -1.5 } } },
  { "circle, shifted", { circular = { radius = 2.0 }, anchor = { -2.0, 0.0 } } },
  { "doughnut, shifted", { doughnut = { inner_radius = 1.5, outer_radius = 3.0 }, anchor = { 1.5, 1.5 } } },
  { "ellipse, shifted", { elliptical = { major_axis = 7.0, minor_axis = 4.0 }, anchor = { 2.0, -1.0 } } },
  { "rectangle, turned by 120", { rectangular = { lower_left = { -2, -1 }, upper_right = { 2, 1 }, azimuth_angle = 120 } } },
  { "ellipse, turned by 45", { elliptical = { major_axis = 7.0, minor_axis = 4.0, azimuth_angle = 45 } } },
  -- NEST has a mask of rows and columns of the grid: here it is the rectangle around them
  { "5 columns, 3 rows", { rectangular = { lower_left = { -0.5, -2.5 }, upper_right = { 4.5, 0.5 } } } },
  { "the same around the cell", { rectangular = { lower_left = { -2.5, -1.5 }, upper_right = { 2.5, 1.5 } } } },
  { "3 columns, 5 rows, shifted", { rectangular = { lower_left = { -2.5, -5.5 }, upper_right = { 0.5, -0.5 } } } },
}

local masks = { columns = 4 }
for _, line in ipairs(MASKS) do
  local name, mask = line[1], line[2]
  local sim, nodes = sheet(GRID)
  sim:connect(nodes, nodes, { rule = "pairwise_bernoulli", p = 1.0, mask = mask })
  local source = nearest(nodes, 0, 0)
  report.value(name .. ", targets of the middle", #sim:connections { source = source })
  masks[#masks + 1] = plot.targets(sim, source, nodes, { mask = mask, title = name })
end
save("masks", masks)

-- ## Masks in three dimensions

for _, line in ipairs {
  { "box", { box = { lower_left = { -2, -1, -1 }, upper_right = { 2, 1, 1 } } } },
  { "sphere", { spherical = { radius = 2.5 } } },
  { "ellipsoid", { ellipsoidal = { major_axis = 7.0, minor_axis = 4.0, polar_axis = 4.5 } } },
} do
  local sim, nodes = sheet { shape = { 11, 11, 11 }, extent = { 11, 11, 11 } }
  sim:connect(nearest(nodes, 0, 0, 0), nodes, { rule = "pairwise_bernoulli", p = 1.0, mask = line[2] })
  report.value(line[1] .. ", targets of the middle", #sim:connections())
end

-- ## Probabilities

local probabilities = {}
for _, line in ipairs {
  { "constant", 0.5 },
  { "Gaussian", space.gaussian { std = 1.0 } },
  { "Gaussian, cut", "exp(-distance^2/2) if exp(-distance^2/2) > 0.5 else 0" },
  { "Gaussian of dx and dy", space.gaussian2D { std_x = 1.0, std_y = 3.0 } },
} do
  local sim, nodes = sheet(GRID)
  local rule = { rule = "pairwise_bernoulli", p = line[2], mask = { circular = { radius = 4.0 } } }
  report.value(line[1] .. ", connections", sim:connect(nodes, nodes, rule))
  local look = { mask = rule.mask, p = rule.p, title = line[1] }
  probabilities[#probabilities + 1] = plot.targets(sim, nearest(nodes, 0, 0), nodes, look)
end
save("probabilities", probabilities)

-- ## Weights and delays along a line

local LINE <const> = { shape = { 51, 1 }, extent = { 51, 1 }, center = { 25, 0 } }

local function along(title, from, wrap, curves)
  local x, lines = {}, {}
  for name, spec in pairs(curves) do
    local sim, nodes = sheet(LINE, { wrap = wrap })
    local whole = { rectangular = { lower_left = { -25.5, -0.5 }, upper_right = { 25.5, 0.5 } } }
    sim:connect(nodes, nodes, { rule = "all_to_all", mask = whole }, spec)
    local found, positions = sim:connections { source = nearest(nodes, from, 0) }, nodes.positions
    for i, id in ipairs(found.target) do x[i] = positions[math.tointeger(id)][1] end
    lines[name] = spec.delay and found.delay or found.weight
  end
  return plot.lines(x, lines, { points = true, title = title, xlabel = "position (mm)" })
end

local LINEAR <const>, DELAY <const> = "max(1 - 0.05*distance, 0)", "0.1 + 0.02*distance"
save("weights", {
  columns = 1,
  along("from an end", 0, false, { weight = { weight = LINEAR }, ["delay (ms)"] = { delay = DELAY } }),
  along("from an end that meets the other", 0, true, { weight = { weight = LINEAR }, ["delay (ms)"] = { delay = DELAY } }),
  along("weights from the middle", 25, false, {
    linear = { weight = LINEAR }, exponential = { weight = space.exponential { beta = 5.0 } },
    Gaussian = { weight = space.gaussian { std = 5.0 } }, uniform = { weight = astro.random.uniform(0.2, 0.8) },
  }),
})

-- ## A number of targets by distance: how far they are, beside 2 pi r (1 - 2 r) 12/pi

local sim = astro.Simulation { seed = options.seed }
local cells = sim:create("iaf_psc_alpha", options.n, {}, { positions = space.uniform { extent = { 2, 2 }, wrap = true } })
sim:connect(cells, cells, {
  rule = "fixed_outdegree", outdegree = 50, p = "max(1 - 2*distance, 0)", mask = { circular = { radius = 1.0 } },
  allow_multapses = true, allow_autapses = false,
})
local positions, distances = cells.positions, {}
local found = sim:connections()
local sources, targets = found.source, found.target
local function apart(a, b) return math.abs((a - b + 1) % 2 - 1) end
for i = 1, #found do
  local a, b = positions[math.tointeger(sources[i])], positions[math.tointeger(targets[i])]
  distances[i] = math.sqrt(apart(a[1], b[1]) ^ 2 + apart(a[2], b[2]) ^ 2)
end
distances = astro.vector(distances)
report.samples("distances", distances, "mm")
report.value("mean of the density", 0.25, "mm")
local picture = plot.histogram(distances, { bins = 50, xlabel = "distance (mm)", title = "50 targets of each cell" })
picture:save(options:figure("connections_distances"))

-- ## Two layers, a stimulus and a recorder that have places

sim = astro.Simulation { seed = options.seed }
local function layer(model, columns)
  return sim:create(model, nil, {}, { positions = space.grid { shape = { columns, columns } } })
end
local exc, inh = layer("iaf_psc_alpha", 10), layer("iaf_psc_alpha", 10)
report.value("excitatory connections", sim:connect(exc, inh,
  { rule = "pairwise_bernoulli", p = 0.8, mask = { circular = { radius = 0.5 } } }, { weight = 2.0 }))
report.value("inhibitory connections", sim:connect(inh, exc,
  { rule = "pairwise_bernoulli", p = 1.0, mask = { rectangular = { lower_left = { -0.2, -0.2 }, upper_right = { 0.2, 0.2 } } } },
  { weight = -8.0 }))
local stimulus, neurons = layer("poisson_generator", 1), layer("iaf_psc_alpha", 20)
report.value("cells that the stimulus reaches", sim:connect(stimulus, neurons,
  { rule = "pairwise_bernoulli", p = 1.0, mask = { circular = { radius = 0.1 }, anchor = { 0.2, 0.2 } } }))
local mask, seen = space.mask { circular = { radius = 0.1 }, anchor = { -0.2, 0.2 } }, {}
for i, p in ipairs(neurons.positions) do if mask:contains(p) then seen[#seen + 1] = i end end
report.value("cells near the recorder", #seen)
