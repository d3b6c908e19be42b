-- The same window of Poisson spikes in each of several trials: the generator's origin moves with the trial.
--
-- Twin of NEST's example repeated_stimulation.
-- test: --trials 2

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A Poisson generator that starts again in each trial.",
  { "trials", 5, "their number" },
  { "rate", 1000.0, "rate of the generator in Hz" },
}

local TRIAL = 1000.0  -- ms

local sim = astro.Simulation { seed = options.seed }
local generator = sim:create("poisson_generator", { rate = options.rate, start = 100.0, stop = 500.0 })
local spikes = sim:record(generator)
for _ = 1, options.trials do
  generator:set { origin = sim.time }
  sim:simulate(TRIAL)
end

report.value("spikes", spikes.n_events)
plot.raster(spikes, { histogram = true, bin = 100.0 }):save(options:figure("repeated_stimulation"))
