-- Rate of a Hodgkin-Huxley neuron against its constant current.
--
-- Twin of NEST's example hh_psc_alpha.
-- test: --time 100 --most 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Rate of a Hodgkin-Huxley neuron against its current.",
  { "time", 1000.0, "time in ms over which spikes are counted, after as much to settle" },
  { "step", 20.0, "step of the current in pA" },
  { "most", 2000.0, "where the currents end, in pA" },
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("hh_psc_alpha")
local spikes = sim:record(neuron)

local currents, rates = {}, {}
for current = 0, options.most - options.step, options.step do
  neuron:set { I_e = current }
  sim:simulate(options.time)
  local before = spikes.n_events
  sim:simulate(options.time)
  currents[#currents + 1], rates[#rates + 1] = current, (spikes.n_events - before) / options.time * 1000
end

report.value("rate at the last current", rates[#rates], "Hz")
plot.lines(currents, rates, { xlabel = "current (pA)", ylabel = "rate (Hz)" }):save(options:figure("hh_psc_alpha"))
