-- Poisson spikes with a rate that is modulated by a sine: rates and intervals of two sources; then twenty cells, each with a train of its
-- own, and all with the same.
--
-- Twin of NEST's example sinusoidal_poisson_generator.
-- test: --time 50

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local sinusoidal_gamma = require "sinusoidal_gamma"

local options = require "astro.options" { "Poisson spikes at a rate that oscillates.", { "time", 200.0, "simulated time in ms" } }

local sim = astro.Simulation { resolution = 0.01, seed = options.seed }
local sources = sim:create(sinusoidal_gamma, 2, {
  rate = { 10000, 0 }, amplitude = { 5000, 10000 }, frequency = { 10, 5 }, phase = { 0, math.pi / 2 },
})
local rates, spikes = {}, {}
for i = 1, 2 do
  rates[i], spikes[i] = sim:record(sources[i], { "current_rate" }, { interval = 0.1 }), sim:record(sources[i])
end
sim:simulate(options.time)

local figures = { columns = 2 }
for i = 1, 2 do
  local counted = analysis.rate_over_time(spikes[i], { bin = 5 })
  report.value(("source %d"):format(i), ("%d spikes"):format(spikes[i].n_events))
  figures[#figures + 1] = plot.panels {
    plot.traces(rates[i], { "current_rate" }, { title = false }),
    plot.lines(counted.times, counted.values, { xlabel = "time (ms)", ylabel = "spikes per second" }),
  }
end

for _, kind in ipairs { "individual", "common" } do
  sim = astro.Simulation { seed = options.seed }
  local n = kind == "individual" and 20 or 1
  local source = sim:create(sinusoidal_gamma, n, { rate = 100, amplitude = 50, frequency = 10 })
  local parrots = sim:create("parrot_neuron", 20)
  sim:connect(source, parrots, n == 1 and "all_to_all" or "one_to_one")
  local trains = sim:record(parrots)
  sim:simulate(options.time)
  report.value(kind .. " trains", ("%d spikes"):format(trains.n_events))
  figures[#figures + 1] = plot.raster(trains, { title = kind .. " trains" })
end
plot.panels(figures):save(options:figure("sinusoidal_poisson_generator"))
