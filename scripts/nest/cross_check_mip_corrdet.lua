-- Two trains that share half of the spikes of a common one, and their cross-correlation: as many pairs at lag 0 beyond chance as there
-- are shared spikes. The trains are made here and played by generators.
--
-- Twin of NEST's example cross_check_mip_corrdet.
-- test: --time 1000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Cross-correlation of two trains with common spikes.",
  { "time", 100000.0, "simulated time in ms" },
  { "rate", 100.0, "rate of the common train in Hz" },
  { "p_copy", 0.5, "probability that a train has a spike of the common one" },
}

local STEP, BIN, LAG = 0.1, 10.0, 100.0  -- ms

math.randomseed(options.seed)
local trains = { {}, {} }
local time = 0
while true do
  time = time - 1000 / options.rate * math.log(1 - math.random())
  if time > options.time - 2 * STEP then break end
  for _, train in ipairs(trains) do
    if math.random() < options.p_copy then train[#train + 1] = math.max(math.ceil(time / STEP), 1) * STEP end
  end
end

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local parrots = sim:create("parrot_neuron", 2)
for i, train in ipairs(trains) do
  local generator = sim:create("spike_generator", { spike_times = train, allow_offgrid_times = true })
  sim:connect(generator, parrots[i], "one_to_one", { delay = STEP })
end
local spikes = sim:record(parrots)
sim:simulate(options.time)

local events = spikes.events
local function train(i) return events.times:select(events.senders:eq(parrots.ids[i])) end
local a, b = train(1), train(2)
local lags, counts, first = {}, {}, 1
local half = LAG // BIN
for i = -half, half do lags[#lags + 1], counts[#counts + 1] = i * BIN, 0 end
for _, t in ipairs(a) do
  while b[first] and b[first] < t - LAG - BIN / 2 do first = first + 1 end
  local j = first
  while b[j] and b[j] < t + LAG + BIN / 2 do
    local bin = (b[j] - t + BIN / 2) // BIN + half + 1
    counts[bin] = counts[bin] + 1
    j = j + 1
  end
end

report.value("rates", ("%.2f and %.2f Hz"):format(#a * 1000 / options.time, #b * 1000 / options.time))
report.value("pairs in all", astro.vector(counts):sum())
report.value("at lag 0, beyond chance", counts[half + 1] - #a * #b * BIN / options.time)
report.value("common spikes", "about " .. math.floor(options.rate * options.p_copy ^ 2 * options.time / 1000 + 0.5))
plot.lines(lags, counts, { xlabel = "lag (ms)", ylabel = "pairs" }):save(options:figure("cross_check_mip_corrdet"))
