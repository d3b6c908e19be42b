-- Gamma trains with a rate that is modulated by a sine: rates and intervals of two sources of order 2 and 10; individual and common
-- trains; and how the rate of a thousand sources follows a change of each parameter.
--
-- Twin of NEST's example sinusoidal_gamma_generator.
-- test: --time 20 --sources 20

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local sinusoidal_gamma = require "sinusoidal_gamma"

local options = require "astro.options" {
  "Gamma trains at a rate that oscillates.",
  { "time", 200.0, "simulated time of the first two parts in ms, a fifth of that of the third" },
  { "sources", 1000, "number of sources in the third part" },
}

-- Two orders: the higher, the more regular.
local sim = astro.Simulation { resolution = 0.01, seed = options.seed }
local sources = sim:create(sinusoidal_gamma, 2, { rate = 10000, amplitude = 5000, frequency = 10, order = { 2, 10 } })
local spikes = { sim:record(sources[1]), sim:record(sources[2]) }
sim:simulate(options.time)
local figures = { columns = 3 }
for i, recorder in ipairs(spikes) do
  report.value(("source %d"):format(i), ("%d spikes, CV %.2f"):format(recorder.n_events, analysis.cv(recorder)))
  local counted = analysis.rate_over_time(recorder, { bin = 5 })
  local axes = { xlabel = "time (ms)", ylabel = "spikes per second", xrange = { 0, options.time } }
  figures[#figures + 1] = plot.lines(counted.times, counted.values, axes)
end

for _, kind in ipairs { "individual", "common" } do
  sim = astro.Simulation { seed = options.seed }
  local n = kind == "individual" and 20 or 1
  local source = sim:create(sinusoidal_gamma, n, { rate = 100, amplitude = 50, frequency = 10, order = 3 })
  local parrots = sim:create("parrot_neuron", 20)
  sim:connect(source, parrots, n == 1 and "all_to_all" or "one_to_one")
  local trains = sim:record(parrots)
  sim:simulate(options.time)
  figures[#figures + 1] = plot.raster(trains, { title = kind .. " trains", xrange = { 0, options.time } })
end

local CHANGES = {
  { "DC rate: 20 to 50", { rate = 20 }, { rate = 50 } },
  { "DC rate: 80 to 40", { order = 6, rate = 80 }, { rate = 40 } },
  { "Modulation: 40 to 20", { order = 3, rate = 40, amplitude = 40, frequency = 10 }, { amplitude = 20 } },
  { "Both: 20 to 50", { order = 6, rate = 20, amplitude = 20, frequency = 10 }, { rate = 50, amplitude = 50 } },
  { "Modulation: 0 to 40", { rate = 40 }, { amplitude = 40, frequency = 20 } },
  { "Phase: 0 to pi", { order = 6, rate = 60, amplitude = 60, frequency = 10 }, { phase = math.pi } },
}
for _, change in ipairs(CHANGES) do
  local title, before, after = table.unpack(change)
  sim = astro.Simulation { resolution = 1.0, seed = options.seed }
  local all = sim:create(sinusoidal_gamma, options.sources, before)
  local trains = sim:record(all)
  sim:simulate(2.5 * options.time)
  all:set(after)
  sim:simulate(2.5 * options.time)
  report.value(title, ("%d spikes"):format(trains.n_events))
  local counted = analysis.rate_over_time(trains, { bin = 1 })
  figures[#figures + 1] = plot.lines(counted.times, counted.values, { title = title, xlabel = "time (ms)", ylabel = "spikes per second" })
end
plot.panels(figures):save(options:figure("sinusoidal_gamma_generator"))
