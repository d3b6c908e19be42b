-- 10. My own experiment.
--
-- Hypothesis:  an astrocyte that reaches ten neurons makes them fire together, although no neuron is connected to another.
-- Prediction:  their spike counts are correlated; if each neuron has its own astrocyte, they are not.
-- Control:     the same neurons, input and currents; only the number of astrocytes differs.
-- test: --time 5000

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Ten neurons that share astrocytes.", { "time", 60000.0, "simulated time in ms" } }

-- What I vary.
local ASTROCYTES = { 1, 10 }   -- for ten neurons

-- What I hold constant.
local N = 10                   -- neurons
local NOISE = 100.0            -- pA, standard deviation of the random current into each neuron
local I_E = 550.0              -- pA, constant current
local RATE = 0.2               -- Hz, spikes onto each astrocyte
local W_SIC = 20.0             -- pA
local BIN = 500.0              -- ms, for the counts

-- The experiment: everything that a run needs; returns its spikes.
local function run(n_astrocytes)
  local sim = astro.Simulation { seed = options.seed }
  local neurons = sim:create("aeif_cond_alpha_astro", N, { I_e = I_E })
  local glia = sim:create("astrocyte_lr_1994", n_astrocytes, { delta_IP3 = 0.2 })
  sim:connect(sim:create("noise_generator", { std = NOISE }), neurons)
  sim:connect(sim:create("poisson_generator", { rate = RATE }), glia)
  for i, neuron in ipairs(neurons) do
    local nearest = glia[(i - 1) * n_astrocytes // N + 1]
    sim:connect(nearest, neuron, "one_to_one", { synapse_model = "sic_connection", weight = W_SIC })
  end
  local spikes = sim:record(neurons)
  sim:simulate(options.time)
  return spikes
end

local figures = { columns = 1 }
for i, n_astrocytes in ipairs(ASTROCYTES) do
  local spikes = run(n_astrocytes)
  local title = ("astrocytes for ten neurons: %d"):format(n_astrocytes)
  report.heading(title)
  report.value("rate", spikes:rate(), "Hz")
  report.value("mean correlation", ("%.2f"):format(analysis.synchrony(spikes, { bin = BIN }).mean))
  figures[i] = plot.raster(spikes, { title = title, histogram = true, bin = BIN })
end
plot.panels(figures):save(options:figure("10_my_own_experiment"))

-- Question: five astrocytes, for two neurons each. Predict the mean correlation of all pairs before you run it.
-- Then test your own hypothesis.
