-- Territories: does it matter for synchrony whether an astrocyte serves neighbouring neurons?
--
-- The network "Sparse" of Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503, with its cells at random positions in a square with
-- periodic boundaries. Connections do not depend on positions. The networks differ in the pool of a neuron: any ten astrocytes (as in the
-- paper), the ten nearest ones, or only the nearest one, which divides the square into territories without overlap. All have the same mean
-- number of connections; only the sharing of astrocytes changes.
--
-- Prints rates and synchrony, and the correlation of the slow inward currents of neurons that are neighbours and of others. The paper has
-- the rate with random pools, in the seconds 1 to 11; rates of other times differ, since the activity of astrocytes has not settled yet.
-- test: --scale 0.1 --time 50 --warm_up 50 --trials 1 --sample 20

local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local presets = require "astro.presets"
local report = require "astro.report"
local acceptance = require "acceptance"
local options = require "astro.options" {
  "The network Sparse with astrocytes in territories.",
  { "scale", 1.0, "size of the network; at 1 it has 20 000 cells" },
  { "time", 10000.0, "simulated time in ms, after the warm-up" },
  { "warm_up", 1000.0, "simulated time in ms before anything is measured" },
  { "trials", 3, "networks of each kind, each with its own seed" },
  { "sample", 100, "neurons in the middle, and as many elsewhere, whose currents are compared" },
  { "ratio", 1.0, "astrocytes for a neuron" },
}

local CASES = {
  { name = "random, 10", pool_type = "random", pool_size = 10, published = 4.76 },                          -- Hz
  { name = "nearest, 10", pool_type = "nearest", pool_size = 10 },
  { name = "nearest, 1", pool_type = "nearest", pool_size = 1 },
}
local NEAR, FAR = 0.05, 0.25                 -- of the edge: closer are neighbours, farther apart are others

local function build(case, seed)
  local sim = astro.Simulation { resolution = 0.1, seed = seed }
  local parameters, scale = presets.jiang_2025_sparse, options.scale
  local c, input = parameters.connections, parameters.input
  local function place(cells, factor, places)
    local n = math.floor(cells.n * scale * factor + 0.5)
    local positions = astro.space.uniform { n = n, extent = { 1.0, 1.0 }, wrap = true, seed = 10 * seed + places }
    return sim:create(cells.model, n, cells.params, { positions = positions })
  end
  local exc, inh = place(parameters.cells.excitatory, 1, 1), place(parameters.cells.inhibitory, 1, 2)
  local astrocytes, neurons = place(parameters.cells.astrocytes, options.ratio, 3), exc + inh
  sim:connect(sim:create("poisson_generator", { rate = input.rate }), neurons, "all_to_all",
    { weight = input.weight, delay = input.delay })
  c.third_rule.pool_type, c.third_rule.pool_size = case.pool_type, case.pool_size
  c.excitatory_rule.p, c.inhibitory_rule.p = c.excitatory_rule.p / scale, c.inhibitory_rule.p / scale
  sim:tripartite_connect(exc, neurons, astrocytes, c.excitatory_rule, c.third_rule,
    { primary = c.primary, third_in = c.third_in, third_out = c.third_out })
  sim:connect(inh, neurons, c.inhibitory_rule, c.inhibitory)
  return sim, neurons, exc
end

-- Distance on a square with edges of 1 that meet.
local function distance(p, q)
  local dx, dy = math.abs(p[1] - q[1]), math.abs(p[2] - q[2])
  return math.sqrt(math.min(dx, 1 - dx) ^ 2 + math.min(dy, 1 - dy) ^ 2)
end

-- Those that are nearest to the middle, and as many at any place.
local function sampled(nodes)
  local positions, order = nodes.positions, {}
  for i = 1, #nodes do order[i] = i end
  table.sort(order, function(a, b) return distance(positions[a], { 0, 0 }) < distance(positions[b], { 0, 0 }) end)
  local chosen, n = {}, math.min(options.sample, #nodes // 2)
  for i = 1, n do
    chosen[#chosen + 1] = order[i]
    chosen[#chosen + 1] = order[n + (i * (#nodes - n)) // n]
  end
  table.sort(chosen)
  local result, places = nodes[chosen[1]], { positions[chosen[1]] }
  for i = 2, #chosen do result, places[i] = result + nodes[chosen[i]], positions[chosen[i]] end
  return result, places
end

-- Values of each cell around their mean, divided by their norm; nil where they do not vary.
local function normalised(recorder)
  local values, I, n = {}, recorder.events.I_SIC, #recorder.nodes
  for cell = 1, n do
    local trace, sum = {}, 0
    for k = 0, #I // n - 1 do
      trace[k + 1] = I[k * n + cell]
      sum = sum + trace[k + 1]
    end
    local mean, norm = sum / #trace, 0
    for k = 1, #trace do
      trace[k] = trace[k] - mean
      norm = norm + trace[k] ^ 2
    end
    for k = 1, #trace do trace[k] = trace[k] / math.sqrt(norm) end
    values[cell] = norm > 0 and trace or nil
  end
  return values
end

local function correlations(recorder, places)
  local values, sum, count = normalised(recorder), { near = 0, far = 0 }, { near = 0, far = 0 }
  for i = 1, #places do
    for j = 1, i - 1 do
      local d = distance(places[i], places[j])
      local kind = d < NEAR and "near" or d > FAR and "far" or nil
      local a, b = values[i], values[j]
      if kind and a and b then
        local product = 0
        for k = 1, #a do product = product + a[k] * b[k] end
        sum[kind], count[kind] = sum[kind] + product, count[kind] + 1
      end
    end
  end
  return count.near > 0 and sum.near / count.near or 0, count.far > 0 and sum.far / count.far or 0
end

local MEASURES = {
  { "rate", "Hz" }, { "local synchrony" }, { "global synchrony" }, { "SIC", "pA" }, { "correlation of SIC, neighbours" },
  { "correlation of SIC, others" },
}

local function measured(case, seed)
  local sim, neurons, exc = build(case, seed)
  local spikes = sim:record(neurons)
  local some, places = sampled(exc)
  local currents = sim:record(some, { "I_SIC" }, { interval = 10, start = options.warm_up })
  sim:simulate(options.warm_up + options.time)
  local window = { from = options.warm_up }
  local synchrony = analysis.synchrony(spikes, window)
  local near, far = correlations(currents, places)
  return { analysis.rate(spikes, window), synchrony.mean, synchrony.global, currents.events.I_SIC:mean(), near, far }, sim, spikes
end

local AS_PUBLISHED = options.scale == 1 and options.ratio == 1 and options.warm_up == 1000 and options.time == 10000
local panels, last = { columns = 1 }, nil
for _, case in ipairs(CASES) do
  local values = {}
  for trial = 1, options.trials do
    local row, sim, spikes = measured(case, options.seed + trial - 1)
    for m, value in ipairs(row) do
      values[m] = values[m] or {}
      values[m][trial] = value
    end
    last = sim
    if trial == 1 then
      local stop = options.warm_up + options.time
      panels[#panels + 1] = plot.raster(spikes,
        { histogram = true, title = case.name, xrange = { math.max(0, stop - 500), stop } })
    end
  end
  report.heading(case.name)
  for m, measure in ipairs(MEASURES) do
    local v = astro.vector(values[m])
    report.value(measure[1], ("%.4f (%.4f to %.4f)%s"):format(v:mean(), v:min(), v:max(), measure[2] and " " .. measure[2] or ""))
  end
  acceptance.heading("paper", "Hz", 2)
  acceptance.row("mean rate", astro.vector(values[1]):mean(), AS_PUBLISHED and case.published or nil)
end
report.run(last)
plot.panels(panels):save(options:figure("territories"))
