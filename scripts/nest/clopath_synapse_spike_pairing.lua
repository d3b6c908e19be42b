-- The weight change of a voltage-based synapse by pairs of spikes at five rates, the sender 10 ms after the target or 10 ms before.
--
-- Twin of NEST's example clopath_synapse_spike_pairing.

local astro = require "astro"
local plot = require "astro.plot"

local options = require "astro.options" {
  "Voltage-based plasticity of pairs of spikes at five rates.",
  { "weight", 0.5, "initial weight in mV" },
}

local RATES <const> = { 10, 20, 30, 40, 50 }                                     -- Hz
local CELL <const> = { delay_u_bars = 4.0, b = 0.0805, V_reset = -49.6 }
-- The other spike of a pair is 10 ms away; times are on the grid of 0.1 ms.
local EXPERIMENTS <const> = {
  { name = "post-pre", first = 20.0, pairs = 5, target = -10.0, grid = function(t) return math.floor(t * 10 + 0.5) / 10 end },
  { name = "pre-post", first = 20.0, skipped = 1, pairs = 6, target = 10.0, grid = function(t) return math.floor(t * 10 + 1e-6) / 10 end },
}

-- When the sender and the target are made to spike.
local function trains(experiment, rate)
  local pre, post = {}, {}
  for pair = 1, experiment.pairs do
    local time = experiment.grid(experiment.first + (pair - 1 + (experiment.skipped or 0)) * 1000 / rate)
    pre[pair], post[pair] = time, time + experiment.target
  end
  return pre, post
end

local function learned(pre, post)
  local sim = astro.Simulation { resolution = 0.1, seed = options.seed }
  local cell, sender = sim:create("aeif_psc_delta_clopath", 1, CELL), sim:create "parrot_neuron"
  sim:connect(sim:create("spike_generator", 1, { spike_times = pre }), sender, "one_to_one", { delay = 0.1 })
  sim:connect(sim:create("spike_generator", 1, { spike_times = post }), cell, "one_to_one", { weight = 80.0, delay = 0.1 })
  sim:connect(sender, cell, "one_to_one", { synapse_model = "clopath_synapse", weight = options.weight, delay = 0.1 })
  sim:simulate(10 + math.max(pre[#pre], post[#post]))
  return sim:connections({ source = sender, target = cell }).weight[1]
end

local lines = {}
for _, experiment in ipairs(EXPERIMENTS) do
  local changes = {}
  for i, rate in ipairs(RATES) do
    local weight = learned(trains(experiment, rate))
    -- percent of the initial weight, as if there were 15 times as many pairs
    changes[i] = 100 + 100 * 15 * (weight - options.weight) / options.weight
    print(("%s, %d Hz: %.4f %%"):format(experiment.name, rate, changes[i]))
  end
  lines[experiment.name] = changes
end
plot.lines(RATES, lines, { xlabel = "pairs per second (Hz)", ylabel = "weight (% of the initial one)" })
  :save(options:figure "clopath_synapse_spike_pairing")
