-- Inhibitory neurons that gap junctions bring to spike together: without them (--gaps 0) they do not. Hahne et al. (2015),
-- doi:10.3389/fninf.2015.00022. Potentials of neighbours arrive a step later; NEST iterates to have them at once.
--
-- Twin of NEST's example gap_junctions_inhibitory_network.
-- test: --neurons 50 --gaps 6 --inhibitory 5 --time 20

local astro = require "astro"
local hh_psc_alpha_gap = require "hh_psc_alpha_gap"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A network of inhibitory neurons with gap junctions.",
  { "time", 501.0, "simulated time in ms" },
  { "neurons", 500, "their number" },
  { "gaps", 60, "mean number of gap junctions of a neuron" },
  { "inhibitory", 50, "inhibitory inputs of a neuron" },
  { "weight", 0.3, "conductance of a gap junction in nS" },
}

local STEP, DELAY = 0.05, 1.0             -- ms
local EXCITATORY, INHIBITORY = 300, -50   -- pA

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create(hh_psc_alpha_gap, options.neurons, { V_m = astro.random.uniform(-80, -40) })
local inhibition = { rule = "fixed_indegree", indegree = options.inhibitory, allow_autapses = false }
sim:connect(neurons, neurons, inhibition, { weight = INHIBITORY, delay = DELAY })
sim:connect(sim:create("poisson_generator", { rate = 500 }), neurons, "all_to_all", { weight = EXCITATORY, delay = DELAY })

-- As in NEST's example, pairs are drawn with replacement; a pair of a cell with itself changes nothing.
local conductance = {}
for i = 1, options.neurons do conductance[i] = 0 end
local gap = { synapse_model = "signal_connection", signal = "V_m", input = "V_other", weight = options.weight, delay = STEP }
for _ = 1, options.neurons * options.gaps // 2 do
  local a, b = math.random(options.neurons), math.random(options.neurons)
  if a ~= b then
    for from, to in pairs { [a] = b, [b] = a } do
      sim:connect(neurons[from], neurons[to], "one_to_one", gap)
      conductance[to] = conductance[to] + options.weight
    end
  end
end
neurons:set { g_gap = conductance }

local spikes = sim:record(neurons)
sim:simulate(options.time)

report.value("mean rate", spikes:rate(), "Hz")
plot.raster(spikes):save(options:figure("gap_junctions_inhibitory_network"))
