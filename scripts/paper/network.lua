-- The benchmark networks of Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503: what the scripts of this directory share.
--
--   local network = require "network"
--   network.run("synchronous", "What it is, in one line.", function(p) p.connections.inhibitory.delay = 2.0 end)
--
-- Every network is the base network ("Sparse", require "astro.presets".jiang_2025_sparse) with a few changes, which its script
-- makes. A network of scale s has s times the cells; probabilities are divided by s, so that each neuron keeps its 1000 inputs.
local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local presets = require "astro.presets"
local report = require "astro.report"

local network = {}

-- ## Building

local function scaled(n, scale) return math.floor(n * scale + 0.5) end

-- A rule for a network of another size, with `inputs` times the mean number of inputs per neuron.
local function rule_at(rule, scale, inputs)
  local copy = {}
  for name, value in pairs(rule) do copy[name] = value end
  if rule.p then copy.p = rule.p * inputs / scale end
  if rule.N then copy.N = scaled(rule.N, scale * inputs) end
  if rule.indegree then copy.indegree = scaled(rule.indegree, inputs) end
  if rule.outdegree then copy.outdegree = scaled(rule.outdegree, inputs) end
  return copy
end

local function create(sim, cells, scale, label)
  local params = { label = label }
  for name, value in pairs(cells.params) do params[name] = value end
  return sim:create(cells.model, scaled(cells.n, scale), params)
end

-- build(sim, parameters [, scale [, inputs]]) -> { excitatory, inhibitory, neurons, astrocytes (Nodes), made (counts of connections) }
--
-- Creates and connects the network in a simulation. `parameters` as in presets.jiang_2025_sparse. Without `third_rule` in its
-- connections the astrocytes are connected by `astrocyte_rule` alone and send nothing. `scale` multiplies the number of cells,
-- `inputs` the number of inputs of each.
function network.build(sim, parameters, scale, inputs)
  scale, inputs = scale or 1.0, inputs or 1.0
  local cells, c, input = parameters.cells, parameters.connections, parameters.input
  local excitatory = create(sim, cells.excitatory, scale, "excitatory")
  local inhibitory = create(sim, cells.inhibitory, scale, "inhibitory")
  local astrocytes = create(sim, cells.astrocytes, scale, "astrocytes")
  local neurons = excitatory + inhibitory

  local noise = sim:create("poisson_generator", { rate = input.rate })
  sim:connect(noise, neurons, "all_to_all", { weight = input.weight, delay = input.delay })

  local rule = rule_at(c.excitatory_rule, scale, inputs)
  local made
  if c.third_rule then
    made = sim:tripartite_connect(excitatory, neurons, astrocytes, rule, c.third_rule,
      { primary = c.primary, third_in = c.third_in, third_out = c.third_out })
  else
    made = {
      primary = sim:connect(excitatory, neurons, rule, c.primary),
      third_in = sim:connect(excitatory, astrocytes, rule_at(c.astrocyte_rule, scale, inputs), c.third_in),
      third_out = 0,
    }
  end
  made.inhibitory = sim:connect(inhibitory, neurons, rule_at(c.inhibitory_rule, scale, inputs), c.inhibitory)
  return { excitatory = excitatory, inhibitory = inhibitory, neurons = neurons, astrocytes = astrocytes, made = made }
end

-- record(sim, cells [, options]) -> { spikes, excitatory, inhibitory, currents, calcium (nil for surrogates) }
--
-- Records all spikes, and the currents and calcium of `sample` cells (50; `all = true`: of all) every `interval` ms (1) from
-- `start` ms (0) on, to `stop` ms (for ever).
function network.record(sim, cells, options)
  options = options or {}
  local function some(nodes) return options.all and nodes or nodes:sample(math.min(#nodes, options.sample or 50)) end
  local timing = { interval = options.interval or 1.0, start = options.start, stop = options.stop }
  return {
    spikes = sim:record(cells.neurons), excitatory = sim:record(cells.excitatory), inhibitory = sim:record(cells.inhibitory),
    currents = sim:record(some(cells.neurons), { "I_SIC" }, timing),
    calcium = cells.astrocytes.model == "astrocyte_lr_1994"
      and sim:record(some(cells.astrocytes), { "IP3", "Ca_astro" }, timing) or nil,
  }
end

-- ## Running

local function options_of(text)
  return require "astro.options" {
    text,
    { "scale", 1.0, "size of the network; at 1 it has 20 000 cells" },
    { "time", 10000.0, "simulated time in ms, after the warm-up" },
    { "warm_up", 1000.0, "simulated time in ms before anything is measured" },
    { "resolution", 0.1, "ms in a step" },
    { "threads", 0, "number of threads; 0: all cores" },
    { "pool_size", 10, "astrocytes in the pool of a target" },
    { "pool_type", "random", "how pools are drawn", { "random", "block" } },
    { "figures", true, "draw the figures" },
  }
end

-- A pool of one kind may ask for more astrocytes: in blocks of more than one, no two targets share any.
local function set_pools(parameters, options)
  local third = parameters.connections.third_rule
  if not third then return end
  third.pool_size, third.pool_type = options.pool_size, options.pool_type
  if third.pool_type == "block" and third.pool_size > 1 then
    local cells = parameters.cells
    cells.astrocytes.n = (cells.excitatory.n + cells.inhibitory.n) * third.pool_size
  end
end

local function check(parameters, options)
  local p = parameters.connections.excitatory_rule.p
  if p and p > options.scale then
    error(("--scale must be at least %g: smaller networks have fewer than 1000 neurons to connect to"):format(p), 0)
  end
end

local function print_report(cells, recorded, from)
  local made, window = cells.made, { from = from }
  report.heading("connections")
  report.value("excitatory", made.primary)
  report.value("neuron to astrocyte", made.third_in)
  report.value("astrocyte to neuron", made.third_out)
  report.value("inhibitory", made.inhibitory)
  local synchrony = analysis.synchrony(recorded.spikes, window)
  report.heading(("activity from %g ms on"):format(from))
  report.value("mean rate", analysis.rate(recorded.spikes, window), "Hz")
  report.value("excitatory rate", analysis.rate(recorded.excitatory, window), "Hz")
  report.value("inhibitory rate", analysis.rate(recorded.inhibitory, window), "Hz")
  report.value("CV of the intervals", (analysis.cv(recorded.spikes, window)))
  report.value("local synchrony", ("%.4f, sd %.4f over pairs"):format(synchrony.mean, synchrony.std))
  report.value("global synchrony", synchrony.global)
  report.heading(("%d cells, mean and range over all and the time from %g ms on"):format(#recorded.currents.nodes, from))
  if recorded.calcium then
    report.samples("IP3", recorded.calcium.events.IP3, "uM")
    report.samples("calcium", recorded.calcium.events.Ca_astro, "uM")
  end
  report.samples("SIC", recorded.currents.events.I_SIC, "pA")
end

local function draw(name, options, cells, recorded)
  local groups = { { "excitatory", cells.excitatory }, { "inhibitory", cells.inhibitory } }
  local last = options.warm_up + options.time
  plot.raster(recorded.spikes, { histogram = true, groups = groups, xrange = { math.max(0, last - 1000), last } })
    :save(options:figure(name))
  plot.traces(recorded.currents, { "I_SIC" }, { title = "Neurons" }):save(options:figure(name .. "_currents"))
  if recorded.calcium then
    plot.traces(recorded.calcium, { "IP3", "Ca_astro" }, { title = "Astrocytes" }):save(options:figure(name .. "_astrocytes"))
  end
end

-- run(name, text [, change])
--
-- The whole of a script: reads its options, lets `change` alter the parameters of the base network, builds, simulates warm-up and
-- time, reports, draws figures that begin with `name`. `change` gets the parameters.
function network.run(name, text, change)
  local options = options_of(text)
  local parameters = presets.jiang_2025_sparse
  if change then change(parameters) end
  set_pools(parameters, options)
  check(parameters, options)

  local sim = astro.Simulation {
    resolution = options.resolution, seed = options.seed, threads = options.threads > 0 and options.threads or nil,
  }
  local cells = network.build(sim, parameters, options.scale)
  local recorded = network.record(sim, cells, { start = options.warm_up })
  sim:simulate(options.warm_up)
  sim:simulate(options.time)

  print_report(cells, recorded, options.warm_up)
  report.run(sim)
  if options.figures then draw(name, options, cells, recorded) end
end

-- parameters(name) -> the parameters of the network of the script of that name, which is asked for its change and not run
local changes = {}
function network.parameters(name)
  if changes[name] == nil then
    local run = network.run
    network.run = function(_, _, change) changes[name] = change or false end
    require(name)
    network.run = run
  end
  local parameters = presets.jiang_2025_sparse
  if changes[name] then changes[name](parameters) end
  return parameters
end

return network
