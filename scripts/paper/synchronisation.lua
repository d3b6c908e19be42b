-- The experiment on synchronisation of Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503: what its scripts share.
--
-- 400 excitatory and 100 inhibitory neurons with 100 astrocytes that were fitted to measured calcium transients
-- (require "astro.presets".jiang_2025_experiment). Each cell differs from the others, and each has its own random input.
local astro = require "astro"
local analysis = require "astro.analysis"
local presets = require "astro.presets"

local synchronisation = {}

-- How astrocytes are dealt out.
local POOLS <const> = {
  -- each neuron has one astrocyte, which it shares with four others
  block = { type = "block", size = 1, astrocytes = 100, p_third = 0.2, w_a2n = 1.0 },             -- w_a2n in pA
  -- each neuron has five, drawn at random
  random = { type = "random", size = 5, astrocytes = 100, p_third = 0.2, w_a2n = 1.0 },
  -- the same with so many astrocytes that neurons hardly share any, each with few inputs
  wide = { type = "random", size = 5, astrocytes = 2500, p_third = 0.03, w_a2n = 7.0 },
}

-- Other rules than pairwise_bernoulli, with as many connections on average. `p`: its probability; `pre`, `post`: numbers of cells.
local WIRING <const> = {
  fixed_indegree = function(p, pre) return { rule = "fixed_indegree", indegree = math.floor(p * pre + 0.5) } end,
  fixed_outdegree = function(p, _, post) return { rule = "fixed_outdegree", outdegree = math.floor(p * post + 0.5) } end,
  fixed_total_number = function(p, pre, post) return { rule = "fixed_total_number", N = math.floor(p * pre * post + 0.5) } end,
}

-- parameters { pools = "block", "random" or "wide", wiring = a rule, w_n2a =, w_a2n = (pA), rate_ex =, rate_in =, rate_astro = (Hz) }
--   -> those of the network
--
-- Whatever is nil stays as in the preset. w_n2a is how strongly neurons act on astrocytes (units of delta_IP3), w_a2n how strongly
-- astrocytes act on neurons.
function synchronisation.parameters(given)
  local p = presets.jiang_2025_experiment
  local c = p.connections
  local pools = POOLS[given.pools or "block"]
  p.cells.astrocytes.n = pools.astrocytes
  c.third_rule.pool_type, c.third_rule.pool_size, c.third_rule.p = pools.type, pools.size, pools.p_third
  c.third_out.weight = pools.w_a2n
  c.third_in.weight = given.w_n2a or c.third_in.weight
  c.third_out.weight = given.w_a2n or c.third_out.weight
  c.wiring = given.wiring
  p.input.excitatory.rate = given.rate_ex or p.input.excitatory.rate
  p.input.inhibitory.rate = given.rate_in or p.input.inhibitory.rate
  p.input.astrocytes.rate = given.rate_astro or p.input.astrocytes.rate
  return p
end

local function drive(sim, cells, input, noise_dt)
  local poisson = sim:create("poisson_generator", { rate = input.rate })
  local noise = sim:create("noise_generator", { std = input.noise, dt = noise_dt })
  sim:connect(poisson, cells, "all_to_all", { weight = input.weight, delay = 1.0 })
  sim:connect(noise, cells, "all_to_all", { delay = 1.0 })
end

local function wire(bernoulli, wiring, pre, post)
  local other = WIRING[wiring]
  return other and other(bernoulli.p, #pre, #post) or bernoulli
end

-- build(sim, parameters) -> { excitatory, inhibitory, neurons, astrocytes (Nodes) }
--
-- The astrocytes' pools are dealt out anew for excitatory and for inhibitory targets: two tripartite calls.
function synchronisation.build(sim, parameters)
  local c, input, cells = parameters.connections, parameters.input, {}
  for name, kind in pairs(parameters.cells) do
    cells[name] = sim:create(kind.model, kind.n, kind.params)
    drive(sim, cells[name], input[name], input.noise_dt)
  end
  cells.neurons = cells.excitatory + cells.inhibitory
  local synapses = { primary = c.primary, third_in = c.third_in, third_out = c.third_out }
  for _, targets in ipairs { cells.excitatory, cells.inhibitory } do
    sim:tripartite_connect(cells.excitatory, targets, cells.astrocytes, wire(c.excitatory_rule, c.wiring, cells.excitatory, targets),
      c.third_rule, synapses)
  end
  sim:connect(cells.inhibitory, cells.neurons, wire(c.inhibitory_rule, c.wiring, cells.inhibitory, cells.neurons), c.inhibitory)
  return cells
end

-- simulate { seed =, warm_up =, time = (ms), resolution =, threads =, … as for parameters } -> { sim, parameters, cells,
-- spikes, excitatory, inhibitory, calcium (Recorders), from, to (ms) }
function synchronisation.simulate(given)
  local sim = astro.Simulation { resolution = given.resolution or 0.1, seed = given.seed or 1, threads = given.threads }
  local parameters = synchronisation.parameters(given)
  local cells = synchronisation.build(sim, parameters)
  local from, to = given.warm_up, given.warm_up + given.time
  local result = {
    sim = sim, parameters = parameters, cells = cells, from = from, to = to, spikes = sim:record(cells.neurons),
    excitatory = sim:record(cells.excitatory), inhibitory = sim:record(cells.inhibitory),
    calcium = sim:record(cells.astrocytes:slice(1, math.min(100, #cells.astrocytes)), { "Ca_astro" }, { interval = 100.0, start = from }),
  }
  sim:simulate(to)
  return result
end

-- ## Measures

-- Mean correlation of the counts in 1 s of excitatory neurons: of pairs that share an astrocyte (per_group neurons in a row do; nan if
-- per_group is 1), and of all others.
local function group_correlations(spikes, excitatory, window, per_group)
  local counts = analysis.counts(spikes, { bin = 1000, from = window.from, to = window.to, nodes = excitatory })
  local matrix = analysis.correlations(counts).matrix
  local within, across = { sum = 0.0, n = 0 }, { sum = 0.0, n = 0 }
  for i = 1, #matrix do
    for j = i + 1, #matrix do
      local r = matrix[i][j]
      local group = (i - 1) // per_group == (j - 1) // per_group and within or across
      if r == r then group.sum, group.n = group.sum + r, group.n + 1 end
    end
  end
  return within.sum / within.n, across.sum / across.n
end

-- The mean correlation of the onsets of calcium transients over pairs of astrocytes with at least one, counted in a window of 2 s
-- moved by 0.4 s.
local function transient_correlation(events)
  local counts = analysis.counts(events, { bin = 2000, step = 400 })
  local r = analysis.correlations(counts)
  return r.pairs > 0 and r.mean or 0.0
end

-- is_synchronous(measures): neurons that share no astrocyte fire together, too
function synchronisation.is_synchronous(m) return m.across > 0.1 end

-- measures(result of simulate) -> { name = number }
function synchronisation.measures(run)
  local window = { from = run.from, to = run.to }
  local synchrony = analysis.synchrony(run.spikes, window)
  local events = analysis.calcium_events(run.calcium)
  local m = {
    rate_excitatory = analysis.rate(run.excitatory, window), rate_inhibitory = analysis.rate(run.inhibitory, window),
    local_synchrony = synchrony.mean, global_synchrony = synchrony.global,
    active = events.active, transients = events.n_events / #run.calcium.nodes * 100, correlation = transient_correlation(events),
    duration = events.durations:mean(),
  }
  local is_block = run.parameters.connections.third_rule.pool_type == "block"
  m.within, m.across = group_correlations(run.spikes, run.cells.excitatory, window,
    is_block and #run.cells.excitatory // #run.cells.astrocytes or 1)
  return m
end

return synchronisation
