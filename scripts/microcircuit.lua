-- The cortical microcircuit: a square millimetre of early sensory cortex, eight populations in four layers.
--
-- 77 169 neurons and about 300 million synapses, the standard benchmark of simulators in this field. After Potjans & Diesmann
-- (2014), doi:10.1093/cercor/bhs358, whose tables are below; initial potentials after van Albada et al. (2018),
-- doi:10.3389/fninf.2018.00291. With fewer inputs per neuron (--in-degree), weights are larger and a constant current replaces the missing
-- input, as in van Albada, Helias & Diesmann (2015), doi:10.1371/journal.pcbi.1004490.
-- test: --scale 0.02 --in-degree 0.02 --time 50 --figures

local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "The cortical microcircuit of Potjans and Diesmann (2014).",
  { "scale", 1.0, "number of neurons, relative to the full network" },
  { "in_degree", 1.0, "inputs a neuron, relative to the full network" },
  { "time", 1000.0, "simulated time in ms, after the transient" },
  { "transient", 100.0, "simulated time in ms before anything is recorded" },
  { "background", "poisson", "input from outside", { "poisson", "dc" } },
  { "figures", false, "draw the figures" },
}
local N_SCALE <const>, K_SCALE <const> = options.scale, options.in_degree

-- simulation
local RESOLUTION <const> = 0.1            -- ms

-- populations: name, neurons, inputs from outside a neuron, rate of the full network in Hz, start of V_m: mean and SD in mV
local POPULATIONS <const> = {
  { "L23E", 20683, 1600, 0.903, -68.28, 5.36 }, { "L23I", 5834, 1500, 2.965, -63.16, 4.57 },
  { "L4E",  21915, 2100, 4.414, -63.33, 4.74 }, { "L4I",  5479, 1900, 5.876, -63.45, 4.94 },
  { "L5E",  4850,  2000, 7.569, -63.11, 4.94 }, { "L5I",  1065, 1900, 8.633, -61.66, 4.55 },
  { "L6E",  14395, 2900, 1.105, -66.72, 5.46 }, { "L6I",  2948, 2100, 7.829, -61.43, 4.48 },
}

-- probability that a neuron of a column's population sends to one of a row's
local P <const> = {
  { 0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0,      0.0076, 0 },
  { 0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0,      0.0042, 0 },
  { 0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0 },
  { 0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0,      0.1057, 0 },
  { 0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0 },
  { 0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0 },
  { 0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252 },
  { 0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443 },
}

-- cells and synapses
local NEURON <const> = { E_L = -65, V_th = -50, V_reset = -65, C_m = 250, tau_m = 10, tau_syn_ex = 0.5, tau_syn_in = 0.5, t_ref = 2 }
local PSP <const> = 0.15                  -- mV, peak of an excitatory postsynaptic potential
local G <const> = -4                      -- inhibitory weight relative to an excitatory one
local W_SD <const> = 0.1                  -- standard deviation of weights, relative to the mean
local D_EX <const>, D_IN <const> = 1.5, 0.75 -- ms
local D_SD <const> = 0.5                  -- standard deviation of delays, relative to the mean
local BACKGROUND_RATE <const> = 8         -- Hz, of each input from outside

-- what is measured
local SAMPLE <const>, BIN <const> = 100, 2 -- neurons, ms: of the correlation

-- The current whose potential peaks at PSP, in pA.
local function current_of_psp()
  local m, s = NEURON.tau_m, NEURON.tau_syn_ex
  local peak = (s / m) ^ (m / (m - s)) - (s / m) ^ (s / (m - s))
  return PSP / (m * s / (NEURON.C_m * (s - m)) * peak)
end
local W <const> = current_of_psp()

local function is_inhibitory(i) return i % 2 == 0 end

-- Synapses between two populations of the full network: pairs are drawn with replacement, so some count twice.
local function synapses(target, source)
  local pairs = POPULATIONS[target][2] * POPULATIONS[source][2]
  return math.log(1 - P[target][source]) / math.log(1 - 1 / pairs)
end

local function weight(target, source)
  if is_inhibitory(source) then return G * W end
  return (target == 1 and source == 3) and 2 * W or W
end

-- The mean current from one synapse, in pA: W tau_syn rate.
local function mean_current(w, rate) return w * NEURON.tau_syn_ex * rate / 1000 end

-- The current that replaces missing inputs, and external inputs if these are constant.
local function constant_current(target)
  local name, neurons, external = table.unpack(POPULATIONS[target])
  local recurrent = 0
  for source, population in ipairs(POPULATIONS) do
    recurrent = recurrent + synapses(target, source) / neurons * mean_current(weight(target, source), population[4])
  end
  local outside = external * mean_current(W, BACKGROUND_RATE)
  local left_out = 1 - math.sqrt(K_SCALE)
  return options.background == "dc" and outside + left_out * recurrent or left_out * (outside + recurrent), name
end

local sim = astro.Simulation { resolution = RESOLUTION, seed = options.seed }

local cells = {}
for i, population in ipairs(POPULATIONS) do
  local neurons = math.max(1, math.floor(population[2] * N_SCALE + 0.5))
  cells[i] = sim:create("iaf_psc_exp", neurons, NEURON)
  cells[i]:set { V_m = astro.random.normal(population[5], population[6]), I_e = constant_current(i) }
end

if options.background == "poisson" then
  for i, population in ipairs(POPULATIONS) do
    local outside = sim:create("poisson_generator", { rate = BACKGROUND_RATE * population[3] * K_SCALE })
    sim:connect(outside, cells[i], "all_to_all", { weight = W / math.sqrt(K_SCALE), delay = D_EX })
  end
end

for target = 1, #POPULATIONS do
  for source = 1, #POPULATIONS do
    local number = math.floor(synapses(target, source) * N_SCALE * K_SCALE + 0.5)
    if number > 0 then
      local w, d = weight(target, source) / math.sqrt(K_SCALE), is_inhibitory(source) and D_IN or D_EX
      local least, most = w > 0 and 0 or -math.huge, w > 0 and math.huge or 0
      sim:connect(cells[source], cells[target], { rule = "fixed_total_number", N = number }, {
        weight = astro.random.redraw(astro.random.normal(w, math.abs(w) * W_SD), least, most),
        delay = astro.random.redraw(astro.random.normal(d, d * D_SD), RESOLUTION / 2, math.huge),
      })
    end
  end
end

if options.transient > 0 then sim:simulate(options.transient) end
local recorders = {}
for i = 1, #POPULATIONS do recorders[i] = sim:record(cells[i]) end
local all = cells[1]
for i = 2, #POPULATIONS do all = all + cells[i] end
local whole = options.figures and sim:record(all)
local before = sim.stats.simulate
sim:simulate(options.time)

local function shown(x, digits) return x == x and ("%." .. digits .. "f"):format(x) or "-" end

-- Correlation of counts in bins, over the pairs of some neurons that fired.
report.heading "rate in Hz (full network), CV of intervals between spikes, correlation"
for i, population in ipairs(POPULATIONS) do
  local has_pairs = recorders[i].n_events > 1 and options.time >= BIN
  local r = has_pairs and analysis.synchrony(recorders[i], { bin = BIN, sample = SAMPLE }).mean or 0 / 0
  report.value(population[1], ("%.3f (%.3f)   %s   %s"):format(
    recorders[i]:rate(), population[4], shown(analysis.cv(recorders[i]), 3), shown(r, 5)))
end
local stats = sim.stats
print(("\nreal-time factor %.2f, building %.1f s, memory %.0f MB"):format(
  1000 * (stats.simulate - before) / options.time, stats.create + stats.connect + stats.prepare, stats.memory_bytes / 2 ^ 20))
report.run(sim)

if options.figures then
  local groups = {}
  for i, population in ipairs(POPULATIONS) do groups[i] = { population[1], cells[i] } end
  plot.raster(whole, { groups = groups }):save(options:figure "microcircuit")
end
