-- Packets of spikes that are normally distributed around a time, their effect on a population, and the theory: the convolution of a
-- Gaussian with the postsynaptic potential.
--
-- Twin of NEST's example pulsepacket.
-- test: --neurons 10

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "The mean potential after packets of spikes.",
  { "neurons", 100, "number of neurons, each with its own packet" },
  { "spikes", 100, "number of spikes in a packet" },
  { "sdev", 10.0, "its standard deviation in ms" },
}

local WEIGHT, CENTRE, TIME = 0.1, 500.0, 1000.0     -- pA, ms, ms
local STEP, DELAY = 0.1, 1.0                        -- ms
local C_M, TAU_S, TAU_M = 200.0, 0.5, 20.0          -- pF, ms, ms

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create("iaf_psc_alpha", options.neurons, {
  V_th = 1e10, tau_m = TAU_M, tau_syn_ex = TAU_S, C_m = C_M, E_L = 0.0, V_reset = 0.0, V_m = 0.0,
})
math.randomseed(options.seed)
for i = 1, options.neurons do
  local times = {}
  for k = 1, options.spikes do  -- a normal number by Box and Muller's transform
    local normal = math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random())
    times[k] = CENTRE + options.sdev * normal
  end
  table.sort(times)
  local generator = sim:create("spike_generator", { spike_times = times, allow_offgrid_times = true })
  sim:connect(generator, neurons[i], "one_to_one", { weight = WEIGHT, delay = DELAY })
end
local trace = sim:record(neurons, { "V_m" })
sim:simulate(TIME)

-- A postsynaptic potential in mV, t ms after its spike arrives.
local rate = 1 / TAU_S - 1 / TAU_M
local function psp(t)
  local synapse, membrane = math.exp(-t / TAU_S), math.exp(-t / TAU_M)
  return WEIGHT / C_M * math.exp(1) / TAU_S * (-t * synapse / rate + (membrane - synapse) / rate ^ 2)
end

local expected, times = {}, {}
for t = 1, TIME do
  local sum, h = 0, 0.5
  for s = 0, 12 * TAU_M, h do  -- s: time since arrival
    local z = (t - s - DELAY - STEP / 2 - CENTRE) / options.sdev  -- times are rounded up to the grid
    sum = sum + psp(s) * math.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * options.sdev) * h
  end
  times[t], expected[t] = t, options.spikes * sum
end

local mean = require "astro.analysis".signal(trace, "V_m").values
local theory = astro.vector(expected)
report.value("peak of the mean potential", mean:max(), "mV")
report.value("peak of the theory", theory:max(), "mV")
plot.lines(times, { simulated = mean, theory = theory }, { xlabel = "time (ms)", ylabel = "V_m (mV)", xrange = { 400, 700 } })
  :save(options:figure("pulsepacket"))
