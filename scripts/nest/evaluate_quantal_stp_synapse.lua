-- Ten release sites that fail at random, beside their mean: quantal_stp_synapse and tsodyks2_synapse with the same parameters, over trials.
--
-- Twin of NEST's example evaluate_quantal_stp_synapse.
-- test: --trials 2 --on 100 --off 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Short-term plasticity, deterministic and stochastic.",
  { "trials", 500, "number of trials, after one that is not recorded" },
  { "sites", 10, "number of release sites" },
  { "current", 376.0, "current in pA that makes the sender fire" },
  { "on", 500.0, "ms of each trial with it" },
  { "off", 1000.0, "ms without it" },
}

local FACILITATION = { U = 0.02, u = 0.02, tau_fac = 500.0, tau_rec = 200.0 }
local MODELS = {
  { "tsodyks2_synapse", { x = 0.02, weight = 1.0 } },
  { "quantal_stp_synapse", { n = options.sites, weight = 1 / options.sites } },
}

local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create("iaf_psc_exp", 3, { tau_syn_ex = 3.0 })
for i, row in ipairs(MODELS) do
  local synapse = { synapse_model = row[1] }
  for _, values in ipairs { FACILITATION, row[2] } do
    for name, value in pairs(values) do synapse[name] = value end
  end
  sim:connect(neurons[1], neurons[i + 1], "one_to_one", synapse)
end

-- The mean potential of each target over the trials, sample by sample.
local mean, cycle = {}, options.on + options.off
local voltmeters = {}
for i = 1, #MODELS do voltmeters[i] = sim:record(neurons[i + 1], { "V_m" }, { interval = sim.resolution, start = cycle }) end
for trial = 0, options.trials do
  neurons[1]:set { I_e = options.current }
  sim:simulate(options.on)
  neurons[1]:set { I_e = 0.0 }
  sim:simulate(options.off)
  if trial > 0 then
    for i, voltmeter in ipairs(voltmeters) do
      local V = voltmeter.events.V_m
      mean[i] = mean[i] and mean[i] + V or V
      voltmeter:clear()
    end
  end
end
local times, curves = {}, {}
for i = 1, #MODELS do mean[i] = mean[i] / options.trials end
for k = 1, #mean[1] do times[k] = k * sim.resolution end
for i, row in ipairs(MODELS) do
  curves[row[1]] = mean[i]
  report.samples(row[1], mean[i], "mV")
end
report.value("RMS difference", math.sqrt(((mean[1] - mean[2]) * (mean[1] - mean[2])):mean()), "mV")
plot.lines(times, curves, { xlabel = "time (ms)", ylabel = "V_m (mV)", title = "Deterministic and stochastic plasticity" })
  :save(options:figure("evaluate_quantal_stp_synapse"))
