-- At which inhibitory rate does a neuron fire as fast as its excitatory inputs? Bisection over runs of one simulation.
--
-- Twin of NEST's example balancedneuron.
-- test: --time 1000 --precision 1

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "The inhibitory rate that balances a neuron's inputs.",
  { "time", 25000.0, "simulated time of each guess in ms" },
  { "precision", 0.01, "precision of the inhibitory rate, in Hz" },
}

local N_EX, N_IN = 16000, 4000
local RATE_EX = 5.0          -- Hz, of each excitatory input; the goal
local LOW, HIGH = 15.0, 25.0 -- Hz, between which the inhibitory rate is looked for
local PSC = 45.0             -- pA

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("iaf_psc_alpha")
local noise = sim:create("poisson_generator", 2, { rate = { N_EX * RATE_EX, 0.0 } })
sim:connect(noise, neuron, "all_to_all", { weight = { PSC, -PSC } })
local spikes, trace = sim:record(neuron), sim:record(neuron, { "V_m" })

local function rate(guess)
  noise[2]:set { rate = N_IN * guess }
  local before = spikes.n_events
  sim:simulate(options.time)
  return (spikes.n_events - before) * 1000 / options.time
end

assert(rate(LOW) > RATE_EX and rate(HIGH) < RATE_EX, "the rate that is looked for lies outside")
local low, high = LOW, HIGH
while high - low > options.precision do
  local middle = (low + high) / 2
  local out = rate(middle)
  report.value(("rate at %.2f Hz"):format(middle), out, "Hz")
  if out > RATE_EX then low = middle else high = middle end  -- more inhibition, fewer spikes
end

report.value("inhibitory rate", (low + high) / 2, "Hz")
plot.traces(trace, { "V_m" }):save(options:figure("balancedneuron"))
