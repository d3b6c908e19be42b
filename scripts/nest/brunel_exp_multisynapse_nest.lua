-- Brunel's network whose synapses have fifty time constants, drawn for each connection. Brunel (2000), doi:10.1023/A:1008925309027.
--
-- Twin of NEST's example brunel_exp_multisynapse_nest, which has a hundred. A model has as many receptors as its text, which a loop writes.
-- test: --order 20 --time 20 --ports 8

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Brunel's network with currents of many time constants.",
  { "order", 2500, "number of inhibitory neurons, a quarter of that of excitatory ones" },
  { "time", 1000.0, "simulated time in ms" },
  { "g", 5.0, "inhibitory over excitatory weight" },
  { "eta", 2.0, "external rate over the rate that reaches the threshold" },
  { "ports", 50, "number of receptors, at most 64, with time constants from 0.1 to 1.1 ms" },
}

local EPSILON, DELAY = 0.1, 1.5                              -- probability of a connection; ms
local THRESHOLD, TAU_M, J = 20.0, 20.0, 0.1                  -- mV, ms, pA
local N_RECORDED = 50

local function iaf_psc_exp_multisynapse(ports)
  local definition = {
    name = "iaf_psc_exp_multisynapse",
    summary = "Leaky integrate-and-fire neuron with exponential currents of many time constants.",
    parameters = {
      { "C_m", "1 pF", "", "> 0" }, { "tau_m", TAU_M .. " ms", "", "> 0" }, { "E_L", "0 mV" }, { "V_reset", "0 mV" },
      { "V_th", THRESHOLD .. " mV" }, { "t_ref", "2 ms", "", ">= 0" },
    },
    state = { { "V_m", "0 mV", "membrane potential" } },
    on_spike = {}, spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  }
  local currents, lines = {}, {}
  for k = 1, ports do
    currents[k] = "I_" .. k
    definition.state[k + 1] = { currents[k], "0 pA" }
    definition.on_spike[k - 1] = currents[k] .. " += weight"
    lines[k] = ("d%s/dt = -%s/(%g*ms)"):format(currents[k], currents[k], 0.1 + (k - 1) / ports)
  end
  lines[#lines + 1] = ("dV_m/dt = (E_L - V_m)/tau_m + (%s)/C_m"):format(table.concat(currents, " + "))
  definition.equations = table.concat(lines, "\n")
  return astro.model(definition)
end

local n_ex, n_in = 4 * options.order, options.order
local c_ex, c_in = EPSILON * n_ex // 1, EPSILON * n_in // 1
local threshold_rate = THRESHOLD / (J * c_ex * TAU_M)        -- 1/ms

local sim = astro.Simulation { seed = options.seed }
local model = iaf_psc_exp_multisynapse(options.ports)
local exc, inh = sim:create(model, n_ex), sim:create(model, n_in)
local noise = sim:create("poisson_generator", { rate = 1000.0 * options.eta * threshold_rate * c_ex })
local function synapse(weight) return { weight = weight, delay = DELAY, receptor_type = astro.random.uniform_int(options.ports) } end
sim:connect(noise, exc + inh, "all_to_all", synapse(J))
sim:connect(exc, exc + inh, { rule = "fixed_indegree", indegree = c_ex }, synapse(J))
sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = c_in }, synapse(-options.g * J))
local exc_spikes, inh_spikes = sim:record(exc:slice(1, N_RECORDED)), sim:record(inh:slice(1, math.min(N_RECORDED, n_in)))
sim:simulate(options.time)

report.value("excitatory rate", exc_spikes:rate(), "Hz")
report.value("inhibitory rate", inh_spikes:rate(), "Hz")
report.run(sim)
plot.raster(exc_spikes, { histogram = true }):save(options:figure("brunel_exp_multisynapse_nest"))
