-- 11. My own model.
--
-- In lesson 4, a neuron responded to how long calcium was high, but hardly to how high it was. Is the logarithm in the current the reason?
-- Here are two neurons that no simulator has. Both read the calcium of the same astrocyte; they differ in one line.
-- test: --time 2000

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Two neurons from equations.", { "time", 60000.0, "simulated time in ms" } }

local CA_TH = 0.19669    -- uM, calcium above which there is a current
local LAWS = {           -- the current as a function of calcium
  { "logarithm", "I_astro = w*log(max((Ca - Ca_th)/(0.001*uM), 1))" },
  { "line", "I_astro = k*max(Ca - Ca_th, 0)" },
}

-- A leaky integrate-and-fire neuron. Numbers carry their units, and the program checks that they fit.
local function neuron(name, law)
  return astro.model {
    name = name,
    summary = "Leaky neuron that reads the calcium of an astrocyte.",
    parameters = {
      { "C_m",   "250 pF",    "membrane capacitance", "> 0" },
      { "tau_m", "10 ms",     "membrane time constant", "> 0" },
      { "E_L",   "-70 mV",    "resting potential, also that after a spike" },
      { "V_th",  "-55 mV",    "threshold" },
      { "t_ref", "2 ms",      "refractory time", ">= 0" },
      { "I_e",   "340 pA",    "constant current" },
      { "Ca_th", "0.2 uM",    "calcium above which there is a current" },
      { "w",     "20 pA",     "weight of the logarithm" },
      { "k",     "220 pA/uM", "slope of the line" },
    },
    state = { { "V_m", "E_L", "membrane potential" } },
    inputs = { Ca = "signal uM" },
    equations = "dV_m/dt = (E_L - V_m)/tau_m + (I_e + I_astro)/C_m\n" .. law,
    spike = { when = "V_m >= V_th", action = "V_m = E_L", refractory = "t_ref", hold = "V_m" },
  }
end

local sim = astro.Simulation { seed = options.seed }
local astrocyte = sim:create("astrocyte_lr_1994", { IP3 = 0.5, IP3_0 = 0.5 })
local calcium = sim:record(astrocyte, { "Ca_astro" }, { interval = 10 })
local currents, spikes = {}, {}
for i, law in ipairs(LAWS) do
  local cell = sim:create(neuron("leaky_" .. law[1], law[2]), { Ca_th = CA_TH })
  sim:connect(astrocyte, cell, "one_to_one", { synapse_model = "signal_connection", signal = "Ca_astro", input = "Ca" })
  currents[i] = sim:record(cell, { "I_astro" }, { interval = 10 })
  spikes[i] = sim:record(cell)
end
sim:simulate(options.time)

local current, rate = {}, {}
for i, law in ipairs(LAWS) do
  local name, samples = law[1], currents[i].events.I_astro
  report.heading(name)
  report.samples("current", samples, "pA")
  report.value("part of the time", 100 * samples:gt(0):mean(), "%")
  report.value("spikes", spikes[i].n_events)
  current[name], rate[name] = samples, analysis.rate_over_time(spikes[i], { bin = 500 })
end

local times, bins = calcium.events.times / 1000, rate.line.times / 1000   -- s
local rates = { line = rate.line.values, logarithm = rate.logarithm.values }
plot.panels {
  plot.traces(calcium, { "Ca_astro" }, { title = "Astrocyte" }),
  plot.lines(times, current, { title = "Current that each neuron makes of it", xlabel = "time (s)", ylabel = "I_astro (pA)" }),
  plot.lines(bins, rates, { title = "Firing", xlabel = "time (s)", ylabel = "rate (Hz)" }),
  columns = 1,
}:save(options:figure("11_my_own_model"))

-- Question: CA_TH = 0.3, as in lesson 4. There the highest current fell by 3 %, and a third of the spikes were lost. And with the line?
