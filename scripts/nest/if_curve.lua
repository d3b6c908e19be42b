-- Rate of an adaptive exponential neuron against mean and standard deviation of a noisy current.
--
-- Twin of NEST's example if_curve.
-- test: --time 100 --neurons 10

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Transfer function of an adaptive exponential neuron.",
  { "time", 1000.0, "simulated time of each point in ms" },
  { "neurons", 100, "their number" },
  { "step", 50.0, "step of both axes in pA" },
}

local NEURON = {
  a = 4.0, b = 80.8, V_th = -50.4, Delta_T = 2.0, C_m = 281.0, g_L = 30.0, V_reset = -70.6, tau_w = 144.0, t_ref = 5.0,
  V_peak = -40.0, E_L = -70.6, E_ex = 0.0, E_in = -70.0,
}

local function rate(mean, std)
  local sim = astro.Simulation { seed = options.seed }
  local neurons = sim:create("aeif_cond_exp", options.neurons, NEURON)
  sim:connect(sim:create("noise_generator", { mean = mean, std = std, stop = 1000.0 }), neurons)
  local spikes = sim:record(neurons)
  sim:simulate(options.time)
  return spikes:rate()
end

local rows = {}
for mean = 400.0, 899.0, options.step do
  local row = {}
  for std = 0.0, 599.0, options.step do row[#row + 1] = rate(mean, std) end
  rows[#rows + 1] = astro.vector(row)
  report.value(("mean %g pA"):format(mean), ("%.2f to %.2f Hz"):format(row[1], row[#row]))
end
plot.matrix(rows, { label = "rate (Hz)", xlabel = "standard deviation (steps)", ylabel = "mean (steps)" }):save(options:figure("if_curve"))
