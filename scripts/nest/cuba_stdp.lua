-- A balanced network whose excitatory connections learn: 11 250 neurons with currents, ten million connections with stdp_synapse.
--
-- Twin of NEST's example brette_et_al_2007/cuba_stdp.
-- test: --scale 0.05 --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A balanced network with plastic connections.",
  { "scale", 1.0, "size of the network; at 1 it has 11 250 neurons" },
  { "time", 2000.0, "simulated time in ms" },
  { "plastic", true, "the excitatory connections learn" },
}

local NEURON = {
  E_L = 0.0, V_th = 20.0, V_reset = 0.0, C_m = 250.0, tau_m = 20.0, V_m = astro.random.redraw(astro.random.normal(7.0, 5.0), -100, 19.9),
}
local EPSILON, DELAY = 0.1, 1.5            -- probability of a connection; ms
local WEIGHT, SPREAD, G = 35.0, 3.0, 5.0   -- pA; inhibitory over excitatory weight
local RATE = 900.0 * 4.5                   -- Hz
local N_RECORDED = 500
local STDP = { synapse_model = "stdp_synapse", alpha = 1.05, Wmax = 2 * WEIGHT, delay = DELAY }
local EXCITATORY, INHIBITORY = { weight = WEIGHT, delay = DELAY }, { weight = -G * WEIGHT, delay = DELAY }

local n_ex, n_in = 9000 * options.scale // 1, 2250 * options.scale // 1
local c_ex, c_in = EPSILON * n_ex // 1, EPSILON * n_in // 1

local sim = astro.Simulation { seed = options.seed }
local exc, inh = sim:create("iaf_psc_exp", n_ex, NEURON), sim:create("iaf_psc_exp", n_in, NEURON)
sim:connect(sim:create("poisson_generator", { rate = RATE }), exc + inh, "all_to_all", EXCITATORY)
local learning = options.plastic and STDP or { delay = DELAY }
learning.weight = astro.random.normal(WEIGHT, SPREAD)
sim:connect(exc, exc, { rule = "fixed_indegree", indegree = c_ex }, learning)
sim:connect(exc, inh, { rule = "fixed_indegree", indegree = c_ex }, EXCITATORY)
sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = c_in }, INHIBITORY)
local exc_spikes = sim:record(exc:slice(1, math.min(n_ex, N_RECORDED)))
local inh_spikes = sim:record(inh:slice(1, math.min(n_in, N_RECORDED)))
sim:simulate(options.time)

report.value("excitatory rate", exc_spikes:rate(), "Hz")
report.value("inhibitory rate", inh_spikes:rate(), "Hz")
report.samples("weights", sim:connections { source = exc:slice(1, 10), target = exc }.weight, "pA")
report.run(sim)
plot.raster(exc_spikes, { histogram = true }):save(options:figure("cuba_stdp"))
