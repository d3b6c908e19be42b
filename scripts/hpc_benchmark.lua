-- NEST's scaling benchmark: a balanced random network with plastic connections between excitatory neurons.
--
-- 11 250 neurons at scale 1, and 11 250 inputs to each at any scale: 126.6 million connections, 81 million of which follow power-law STDP.
-- The network of Morrison, Aertsen & Diesmann (2007), doi:10.1162/neco.2007.19.6.1437, as Kunkel et al. (2014),
-- doi:10.3389/fninf.2014.00078, and NEST's example hpc_benchmark use it. Below scale 10, neurons share most of their inputs, so weights
-- grow in the long run until all neurons fire together; therefore the run is short.
-- test: --scale 0.004 --time 20 --presimulation 5

local astro = require "astro"
local report = require "astro.report"

local options = require "astro.options" {
  "NEST's scaling benchmark: 11 250 inputs a neuron, power-law STDP.",
  { "scale", 1.0, "number of neurons, in 11 250" },
  { "time", 250.0, "simulated time in ms, after the presimulation" },
  { "presimulation", 50.0, "simulated time in ms before anything is measured" },
}

-- sizes
local N_EX <const>, N_IN <const> = math.floor(9000 * options.scale), math.floor(2250 * options.scale)
local C_EX <const>, C_IN <const> = 9000, 2250    -- inputs a neuron
local N_RECORDED <const> = 1000

-- neurons
local TAU_SYN <const> = 0.32582722403722841      -- ms: the potential then peaks RISE_TIME after a spike
local RISE_TIME <const> = 1.700759               -- ms
local NEURON <const> = {
  E_L = 0, C_m = 250, tau_m = 10, t_ref = 0.5, V_th = 20, V_reset = 0, tau_syn_ex = TAU_SYN, tau_syn_in = TAU_SYN,
  tau_minus = 30,                                -- ms, trace that a spike of the target leaves at its synapses
}
local V_MEAN <const>, V_SD <const> = 5.7, 7.2    -- mV, start values

-- synapses
local DELAY <const> = 1.5                        -- ms
local PSP <const> = 0.14                         -- mV, peak of an excitatory postsynaptic potential
local G <const> = -5                             -- inhibitory weight relative to an excitatory one
local STDP <const> = { alpha = 0.0513, lambda = 0.1, mu = 0.4, tau_plus = 15 }
local ETA <const> = 1.685                        -- rate from outside, relative to what just reaches the threshold

-- Peak of the potential after a spike of weight 1 pA, in mV.
local function peak_of_1_pA()
  local t, b = RISE_TIME, 1 / TAU_SYN - 1 / NEURON.tau_m
  local decay = math.exp(-t / TAU_SYN)
  return math.exp(1) / (TAU_SYN * NEURON.C_m * b) * ((math.exp(-t / NEURON.tau_m) - decay) / b - t * decay)
end
local W <const> = PSP / peak_of_1_pA()           -- pA

-- The total rate of all external inputs, in Hz. A spike carries the charge e W tau_syn.
local function outside_rate()
  local threshold = NEURON.V_th / (NEURON.tau_m / NEURON.C_m * W * math.exp(1) * TAU_SYN)
  return 1000 * ETA * threshold
end

local sim = astro.Simulation { resolution = 0.1, seed = options.seed }
local exc, inh = sim:create("iaf_psc_alpha", N_EX, NEURON), sim:create("iaf_psc_alpha", N_IN, NEURON)
local all = exc + inh
all:set { V_m = astro.random.normal(V_MEAN, V_SD) }
local noise = sim:create("poisson_generator", { rate = outside_rate() })

local excitatory, inhibitory = { weight = W, delay = DELAY }, { weight = G * W, delay = DELAY }
local learning = { synapse_model = "stdp_pl_synapse_hom", weight = W, delay = DELAY }
for name, value in pairs(STDP) do learning[name] = value end
local function inputs(n) return { rule = "fixed_indegree", indegree = n, allow_autapses = false, allow_multapses = true } end

sim:connect(noise, all, "all_to_all", excitatory)
sim:connect(exc, exc, inputs(C_EX), learning)
sim:connect(inh, exc, inputs(C_IN), inhibitory)
sim:connect(exc, inh, inputs(C_EX), excitatory)
sim:connect(inh, inh, inputs(C_IN), inhibitory)

if options.presimulation > 0 then sim:simulate(options.presimulation) end
local exc_spikes = sim:record(exc:slice(1, math.min(N_RECORDED, N_EX)))
local inh_spikes = sim:record(inh:slice(1, math.min(N_RECORDED, N_IN)))
local before = sim.stats.simulate
sim:simulate(options.time)

report.heading "rates"
report.value("excitatory", exc_spikes:rate(), "Hz")
report.value("inhibitory", inh_spikes:rate(), "Hz")
report.samples("weights of one neuron", sim:connections({ source = exc, target = exc[1] }).weight, "pA")
local stats = sim.stats
print(("\nreal-time factor %.2f, building %.1f s, memory %.0f MB"):format(
  1000 * (stats.simulate - before) / options.time, stats.create + stats.connect + stats.prepare, stats.memory_bytes / 2 ^ 20))
report.run(sim)
