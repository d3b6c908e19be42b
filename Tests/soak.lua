-- Hours of a network's time, in a loop of simulate, record, set, save and load: does memory stay flat, and does it end where a run ends
-- that was never stopped?
--
--   astrolua --trust --quiet Tests/soak.lua --hours 8                   the loop; make soak
--   astrolua --trust --quiet Tests/soak.lua --hours 8 --continue        goes on with soak.checkpoint, where a loop was broken off
--   astrolua --trust --quiet Tests/soak.lua --hours 1 --plastic         the same with synapses that learn
--   astrolua --quiet Tests/soak.lua --hours 8 --plain                   the same without save and load: the fingerprint to expect
--   astrolua --trust --quiet Tests/soak.lua --hours 8 --expect 0123…    compares
--
-- With --trust the memory is what the system says of the process, otherwise what the simulation says of itself.
local astro = require "astro"
local options = require "astro.options" {
  "A network of 2000 cells in a loop of simulate, record, set, save and load.",
  { "hours", 8.0, "simulated time in hours" },
  { "cycle", 10.0, "simulated seconds between two checkpoints" },
  { "plain", false, "never save and load" },
  { "plastic", false, "synapses that learn, of the program and from equations" },
  { "continue", false, "go on with soak.checkpoint" },
  { "expect", "", "the fingerprint at the end" },
  { "log", "soak.csv", "a line a cycle: time, rate, memory" },
}

local N_EXC <const>, N_INH <const>, N_GLIA <const> = 800, 200, 1000
local NOISE <const> = { 1900, 2000, 2100 }                     -- Hz; another one each cycle
local CHECKPOINT <const> = "soak.checkpoint"
local TOLERANCE <const> = 4 * 2 ^ 20                            -- bytes by which later cycles may exceed early ones

-- Synapses that tire, half of the excitatory ones with an astrocyte.
local function connectDepressing(sim, exc, inh, glia)
  local tsodyks = { synapse_model = "tsodyks_synapse", weight = 4.0, tau_psc = 2.0, delay = 2.0 }
  sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.1 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "random" },
    { primary = tsodyks, third_in = tsodyks, third_out = { synapse_model = "sic_connection", weight = 0.1 } })
  sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.1 },
    { synapse_model = "tsodyks_synapse", weight = -16.0, tau_psc = 4.0, delay = 1.0 })
end

-- Excitatory synapses by triplets and pairs, inhibitory ones that keep rates as they are.
local function connectPlastic(sim, exc, inh)
  local random = { rule = "pairwise_bernoulli", p = 0.1 }
  sim:connect(exc, exc, random,
    { synapse_model = "stdp_synapse", weight = astro.random.uniform(0.5, 1.5), Wmax = 2.0, lambda = 0.001, alpha = 1.2, delay = 2.0 })
  sim:connect(exc, inh, random, { synapse_model = "stdp_triplet_synapse", weight = 1.0, Wmax = 2.0, delay = 1.5 })
  sim:connect(inh, exc, random, { synapse_model = "vogels_sprekeler_synapse", weight = -8.0, Wmax = -40.0, eta = 1.0, alpha = 0.16 })
  sim:connect(inh, inh, random, { synapse_model = "tsodyks_synapse", weight = -16.0, tau_psc = 4.0 })
end

local function network()
  local sim = astro.Simulation { resolution = 0.1, seed = options.seed }
  local neurons = { tau_syn_ex = 2.0, tau_syn_in = 4.0, V_m = astro.random.uniform(-70, -55) }
  local exc = sim:create("aeif_cond_alpha_astro", N_EXC, neurons)
  local inh = sim:create("aeif_cond_alpha_astro", N_INH, neurons)
  local glia = sim:create("astrocyte_lr_1994", N_GLIA, { delta_IP3 = 0.02, IP3 = 0.4 })
  local noise = sim:create("poisson_generator", { rate = NOISE[1], label = "noise" })
  sim:connect(noise, exc + inh, "all_to_all", { weight = 1.0 })
  if options.plastic then
    connectPlastic(sim, exc, inh)
    sim:connect(exc, glia, { rule = "fixed_indegree", indegree = 10 })
    sim:connect(glia, exc, { rule = "fixed_indegree", indegree = 5 }, { synapse_model = "sic_connection", weight = 0.1 })
  else
    connectDepressing(sim, exc, inh, glia)
  end
  sim:record(exc + inh, { label = "spikes" })
  sim:record(glia:sample(20), { "Ca_astro" }, { interval = 100.0, label = "calcium" })
  return sim
end

-- Bytes, by the system or by the simulation.
local function memory(sim)
  local status = io.open "/proc/self/status"
  if not status then return sim.stats.memory_bytes end
  local kilobytes = status:read("a"):match "VmRSS:%s*(%d+)"
  status:close()
  return tonumber(kilobytes) * 1024
end

-- On another number of threads each time, unless --threads says how many.
local function reloaded(sim, cycle)
  sim:save(CHECKPOINT)
  local loaded = astro.load(CHECKPOINT, { threads = 1 + cycle % 2 })
  assert(loaded:fingerprint() == sim:fingerprint(), "what was loaded is not what was saved")
  return loaded
end

local sim = options.continue and astro.load(CHECKPOINT) or network()
local cycles = math.max(1, math.floor(options.hours * 3600 / options.cycle + 0.5))
local done = math.floor(sim.time / 1000 / options.cycle + 0.5)
local log <close> = assert(io.open(options.log, options.continue and "a" or "w"))
if not options.continue then log:write "time_s,rate_Hz,calcium_uM,memory_bytes\n" end
local samples = {}
for cycle = done + 1, cycles do
  sim:nodes("noise"):set { rate = NOISE[cycle % #NOISE + 1] }
  sim:simulate(options.cycle * 1000)
  local spikes, calcium = sim:recorder "spikes", sim:recorder "calcium"
  local rate, mean = spikes.n_events / (N_EXC + N_INH) / options.cycle, calcium.events.Ca_astro:mean()
  spikes:clear()
  calcium:clear()
  if not options.plain then sim = reloaded(sim, cycle) end
  collectgarbage()
  samples[#samples + 1] = memory(sim)
  log:write(("%.15g,%.4f,%.6f,%d\n"):format(sim.time / 1000, rate, mean, samples[#samples])):flush()
end

-- The highest of this process's cycles from one share of them to another.
local function highest(from, to)
  local most, count = 0, #samples
  for i = math.max(1, count * from // 100), math.max(1, count * to // 100) do most = math.max(most, samples[i] or 0) end
  return most
end

local early, late = highest(5, 25), highest(75, 100)
print(("%d cycles, %.1f s; memory %.1f MB in the first quarter, %.1f MB in the last"):format(
  cycles, sim.time / 1000, early / 2 ^ 20, late / 2 ^ 20))
print(sim:fingerprint())
assert(late <= early + TOLERANCE, "memory grows")
assert(options.expect == "" or options.expect == sim:fingerprint(), "this is not the fingerprint to expect")
