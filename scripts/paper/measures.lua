-- The measures by which networks are compared with NEST, as in nest/benchmarks.py, which computes them anew.
local analysis = require "astro.analysis"
local astro = require "astro"
local network = require "network"

local measures = {}

local INTERVAL <const> = 10.0                             -- ms, between samples

local function count_by_id(ids, nodes)
  local counts, first = {}, nodes.ids[1]
  for i = 1, #nodes do counts[i] = 0 end
  for _, id in ipairs(ids) do
    local i = math.tointeger(id - first + 1)
    counts[i] = counts[i] + 1
  end
  return astro.vector(counts)
end

local function distinct_pairs(sources, targets)
  local seen, n = {}, 0
  for i = 1, #sources do
    local pair = sources[i] * 2 ^ 32 + targets[i]
    if not seen[pair] then seen[pair], n = true, n + 1 end
  end
  return n
end

-- degrees(sim, cells) -> { name = number }: numbers of connections, and the spread of degrees over cells
function measures.degrees(sim, cells)
  local function between(source, target) return sim:connections { source = source, target = target } end
  local excitatory, inhibitory = between(cells.excitatory, cells.neurons), between(cells.inhibitory, cells.neurons)
  local third_in, third_out = between(cells.excitatory, cells.astrocytes), between(cells.astrocytes, cells.neurons)
  return {
    n_excitatory = #excitatory, n_inhibitory = #inhibitory, n_third_in = #third_in, n_third_out = #third_out,
    indegree_excitatory_sd = count_by_id(excitatory.target, cells.neurons):std(),
    outdegree_excitatory_sd = count_by_id(excitatory.source, cells.excitatory):std(),
    indegree_inhibitory_sd = count_by_id(inhibitory.target, cells.neurons):std(),
    outdegree_inhibitory_sd = count_by_id(inhibitory.source, cells.inhibitory):std(),
    indegree_astrocyte_sd = count_by_id(third_in.target, cells.astrocytes):std(),
    outdegree_astrocyte_sd = count_by_id(third_out.source, cells.astrocytes):std(),
    astrocytes_per_neuron = distinct_pairs(third_out.source, third_out.target) / #cells.neurons,
  }
end

-- Mean over cells and time, and standard deviation over cells of each one's mean over time.
local function add_samples(m, recorder, quantity, label)
  local values, senders, first = recorder.events[quantity], recorder.events.senders, recorder.nodes.ids[1]
  local sums, n = {}, #recorder.nodes
  for i = 1, n do sums[i] = 0.0 end
  for i, x in ipairs(values) do
    local cell = math.tointeger(senders[i] - first + 1)
    sums[cell] = sums[cell] + x
  end
  m[label .. "_mean"] = values:mean()
  m[label .. "_sd"] = (astro.vector(sums) * (n / #values)):std()
end

-- activity(recorded, from) -> { name = number }: firing, synchrony, currents and calcium from `from` ms on; recorded as by
-- network.record of all cells
function measures.activity(recorded, from)
  local window = { from = from }
  local synchrony = analysis.synchrony(recorded.spikes, window)
  local m = {
    rate_excitatory = analysis.rate(recorded.excitatory, window), rate_inhibitory = analysis.rate(recorded.inhibitory, window),
    rate_sd = analysis.rates(recorded.spikes, window):std(), cv_isi = (analysis.cv(recorded.spikes, window)),
    local_synchrony = synchrony.mean, local_synchrony_sd = synchrony.std, global_synchrony = synchrony.global,
  }
  add_samples(m, recorded.currents, "I_SIC", "SIC")
  if recorded.calcium then
    add_samples(m, recorded.calcium, "IP3", "IP3")
    add_samples(m, recorded.calcium, "Ca_astro", "calcium")
  end
  return m
end

-- of_network(parameters, { seed =, scale =, warm_up =, time =, resolution =, threads = }) -> { name = number }
function measures.of_network(parameters, given)
  local sim = astro.Simulation { resolution = given.resolution or 0.1, seed = given.seed, threads = given.threads }
  local cells = network.build(sim, parameters, given.scale)
  local stop = given.warm_up + given.time
  local recorded = network.record(sim, cells, {
    all = true, interval = INTERVAL, start = given.warm_up,
    stop = stop - INTERVAL,                               -- PyNEST hands over the samples of the last slice with the next call
  })
  sim:simulate(stop)
  return measures.activity(recorded, given.warm_up)
end

-- of_degrees(parameters, { seed =, scale =, inputs = }) -> { name = number }: as measures.degrees, of a network that is only built
function measures.of_degrees(parameters, given)
  local sim = astro.Simulation { seed = given.seed, threads = given.threads }
  return measures.degrees(sim, network.build(sim, parameters, given.scale, given.inputs))
end

return measures
