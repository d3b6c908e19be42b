-- One case of the benchmark suite: builds a network, runs it, prints what it took as lines `name value`.
--
--   astrolua --quiet scripts/bench/cases.lua --case size --value 1
--
-- suite.py runs all of them, each in a process of its own. Times are in s, memory in bytes.
-- test: --case size --value 0.25 --time 10

local astro = require "astro"

local CASES <const> = {}

local options = require "astro.options" {
  "One case of the benchmark suite.",
  { "case", "size", "which", { "size", "rate", "delay", "random", "multimeter", "steps", "calls", "nodes", "fresh", "kernel" } },
  { "value", "1", "what the case varies" },
  { "time", 100.0, "simulated time in ms" },
}

local function print_value(name, value)
  if math.type(value) == "integer" then print(("%s %d"):format(name, value)) else print(("%s %.9g"):format(name, value)) end
end

local function print_stats(sim)
  local stats = sim.stats
  print_value("nodes", sim.num_nodes)
  print_value("connections", sim.num_connections)
  print_value("build_s", stats.create + stats.connect + stats.prepare)
  print_value("prepare_s", stats.prepare)
  print_value("simulate_s", stats.simulate)
  print_value("simulated_ms", sim.time)
  print_value("spikes", stats.spikes)
  print_value("events", stats.events)
  print_value("memory_bytes", stats.memory_bytes)
end

-- The tutorial's network (../brunel.lua) at a scale; `delays` and `weights` replace its own.
local function brunel(scale, synapse)
  local function scaled(n) return math.floor(n * scale + 0.5) end
  local sim = astro.Simulation { seed = options.seed }
  local neuron = { tau_syn_ex = 2.0, tau_syn_in = 4.0 }                            -- ms
  local exc = sim:create("aeif_cond_alpha_astro", scaled(8000), neuron)
  local inh = sim:create("aeif_cond_alpha_astro", scaled(2000), neuron)
  local glia = sim:create("astrocyte_lr_1994", scaled(10000), { IP3 = 0.4 })       -- uM
  local noise = sim:create("poisson_generator", { rate = 2000 })                   -- Hz
  sim:connect(noise, exc + inh, "all_to_all", { weight = 1.0 })
  local excitatory = {
    synapse_model = "tsodyks_synapse", weight = synapse.excitatory or 1.0, tau_psc = 2.0, delay = synapse.delay or 2.0,
  }
  local inhibitory = {
    synapse_model = "tsodyks_synapse", weight = synapse.inhibitory or -4.0, tau_psc = 4.0, delay = synapse.delay or 1.0,
  }
  local sic = { synapse_model = "sic_connection", weight = 0.05, delay = synapse.sic_delay or 1.0 }
  local pairwise = { rule = "pairwise_bernoulli", p = 0.1 / scale }
  sim:tripartite_connect(exc, exc + inh, glia, pairwise,
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "random" },
    { primary = excitatory, third_in = excitatory, third_out = sic })
  sim:connect(inh, exc + inh, pairwise, inhibitory)
  return sim, exc + inh, glia
end

-- scale: 1 has 20 000 cells; each neuron keeps 800 + 200 inputs
function CASES.size(value)
  local sim = brunel(tonumber(value), {})
  sim:simulate(options.time)
  return sim
end

-- Hz of 10 000 senders with 1000 targets each; what arrives has hardly a weight, so the rate is what was asked for
function CASES.rate(value)
  local sim = astro.Simulation { seed = options.seed }
  local senders = sim:create("parrot_neuron", 10000)
  local neurons = sim:create("aeif_cond_alpha_astro", 10000, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  sim:connect(sim:create("poisson_generator", { rate = tonumber(value) }), senders)
  sim:connect(senders, neurons, { rule = "pairwise_bernoulli", p = 0.1 }, { weight = 1e-6, delay = 2.0 })
  sim:simulate(options.time)
  return sim
end

-- equal: 2 ms everywhere; uniform: 0.1 to 20 ms; shortest: 0.1 ms, so that a slice is one step
function CASES.delay(value)
  local synapses = {
    equal = { delay = 2.0, sic_delay = 2.0 },
    uniform = { delay = astro.random.uniform(0.1, 20.0) },
    shortest = { delay = 0.1, sic_delay = 0.1 },
  }
  local sim = brunel(1, synapses[value])
  sim:simulate(options.time)
  return sim
end

-- weights, or weights and delays, of their own for every connection
function CASES.random(value)
  local random = astro.random
  local synapses = {
    none = {},
    weights = { excitatory = random.uniform(0.5, 1.5), inhibitory = random.uniform(-6, -2) },
    both = {
      excitatory = random.uniform(0.5, 1.5), inhibitory = random.uniform(-6, -2), delay = random.uniform(1.0, 3.0),
    },
  }
  local sim = brunel(1, synapses[value])
  sim:simulate(options.time)
  return sim
end

-- all cells recorded every 0.1 ms, or none
function CASES.multimeter(value)
  local sim, neurons, glia = brunel(1, {})
  if value == "all" then
    sim:record(neurons, { "V_m" }, { interval = 0.1 })
    sim:record(glia, { "Ca_astro" }, { interval = 0.1 })
  end
  sim:simulate(options.time)
  return sim
end

-- ten neurons for a long time: what a step costs beside the cells
function CASES.steps(value)
  local sim = astro.Simulation { seed = options.seed }
  local neurons = sim:create("aeif_cond_alpha_astro", 10, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  sim:connect(sim:create("poisson_generator", { rate = 2000 }), neurons)
  sim:connect(neurons, neurons, { rule = "pairwise_bernoulli", p = 0.5 })
  sim:simulate(tonumber(value) * 1000)
  return sim
end

-- calls of simulate(1)
function CASES.calls(value)
  local sim = brunel(0.1, {})
  for _ = 1, tonumber(value) do sim:simulate(1) end
  return sim
end

-- calls of create and of connect for one node each
function CASES.nodes(value)
  local sim = astro.Simulation { seed = options.seed }
  local before = sim:create("aeif_cond_alpha_astro")
  for _ = 1, tonumber(value) do
    local node = sim:create("aeif_cond_alpha_astro")
    sim:connect(before, node)
    before = node
  end
  sim:simulate(options.time)
  return sim
end

-- simulations one after the other in a process: memory must not grow
function CASES.fresh(value)
  for _ = 1, tonumber(value) do
    brunel(0.1, {}):simulate(1)
    collectgarbage()
  end
  return brunel(0.1, {})
end

-- one kind of work at a time, 10 000 cells
local KERNELS <const> = {}

function KERNELS.neurons(sim) sim:create("aeif_cond_alpha_astro", 10000, { tau_syn_ex = 2.0, tau_syn_in = 4.0 }) end

function KERNELS.spiking(sim)
  sim:create("aeif_cond_alpha_astro", 10000, {
    tau_syn_ex = 2.0, tau_syn_in = 4.0, I_e = 1000.0, V_m = astro.random.uniform(-70, -50),
  })
end

function KERNELS.astrocytes(sim) sim:create("astrocyte_lr_1994", 10000, { IP3_0 = 0.5, IP3 = 0.5 }) end

function KERNELS.poisson(sim)
  local neurons = sim:create("aeif_cond_alpha_astro", 10000, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  sim:connect(sim:create("poisson_generator", { rate = 2000 }), neurons, "all_to_all", { weight = 1e-6 })
end

function KERNELS.sic(sim)
  local neurons = sim:create("aeif_cond_alpha_astro", 10000, { tau_syn_ex = 2.0, tau_syn_in = 4.0 })
  local glia = sim:create("astrocyte_lr_1994", 10000, { IP3_0 = 0.7, IP3 = 0.7, Ca_astro = 0.351 })
  local sic = { synapse_model = "sic_connection", weight = 1e-6, delay = 1.0 }
  sim:connect(glia, neurons, { rule = "fixed_indegree", indegree = 10 }, sic)
end

function CASES.kernel(value)
  local sim = astro.Simulation { seed = options.seed }
  KERNELS[value](sim)
  sim:simulate(options.time)
  return sim
end

print_stats(CASES[options.case](options.value))
