-- Two synapses of the same parameters, tsodyks_synapse and tsodyks2_synapse, one experiment of depression and one of facilitation:
-- spikes, a pause, spikes.
--
-- Twin of NEST's example evaluate_tsodyks2_synapse.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Short-term plasticity by two synapses.",
  { "time", 500.0, "length of each of three parts in ms" },
}

local EXPERIMENTS = {
  Depression = { U = 0.67, u = 0.67, x = 1.0, tau_rec = 450.0, tau_fac = 0.0, weight = 250.0 },
  Facilitation = { U = 0.1, u = 0.1, x = 1.0, tau_rec = 100.0, tau_fac = 1000.0, weight = 250.0 },
}

local figures = {}
for _, name in ipairs { "Depression", "Facilitation" } do
  local sim = astro.Simulation { seed = options.seed }
  local neurons = sim:create("iaf_psc_exp", 3, { tau_syn_ex = 3.0 })
  for i, model in ipairs { "tsodyks_synapse", "tsodyks2_synapse" } do
    local synapse = { synapse_model = model }
    for key, value in pairs(EXPERIMENTS[name]) do synapse[key] = value end
    sim:connect(neurons[1], neurons[i + 1], "one_to_one", synapse)
  end
  local trace = sim:record(neurons:slice(2, 3), { "V_m" })
  for _, current in ipairs { 376.0, 0.0, 376.0 } do
    neurons[1]:set { I_e = current }
    sim:simulate(options.time)
  end
  report.samples(name, trace.events.V_m, "mV")
  figures[#figures + 1] = plot.traces(trace, { "V_m" }, { each = true, title = name })
end
plot.panels(figures):save(options:figure("evaluate_tsodyks2_synapse"))
