-- Open and closed loops: a synapse is modulated by an astrocyte that is stimulated from outside, or by one that the synapse activates.
-- Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18, example 4 (their two scripts synrel and rsmean), figure 4.
--
-- First part: the fraction of transmitter that a spike releases, as a function of the rate. Without an astrocyte it falls with the rate.
-- Gliotransmitter lowers it at low rates, so that it has a maximum. Second part: transmitter around 500 synapses while the rate grows
-- tenfold every 5 s.
-- test: --time 2000 --synapses 2 --part both

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "Stimberg et al. (2019), example 4.",
  { "time", 195000.0, "simulated time of the first part in ms" },
  { "synapses", 12, "synapses for each rate of the first part, of each kind" },
  { "step", 1.0, "step of integration in ms" },
  { "part", "both", "what is run", { "rates", "steps", "both" } },
}

local KINDS = { "none", "open", "closed" }
local RATES, BRIAN = {}, {                   -- Hz; Brian2 2.9, seed 1929, one synapse for each rate
  none   = { 0.584, 0.517, 0.437, 0.324, 0.218, 0.0946, 0.0367, 0.0195 },
  open   = { 0.062, 0.057, 0.066, 0.081, 0.087, 0.071, 0.035, 0.019 },
  closed = { 0.188, 0.098, 0.068, 0.060, 0.061, 0.091, 0.037, 0.020 },
}
for i, k in ipairs { 0, 25, 40, 50, 60, 75, 90, 99 } do RATES[i] = 10 ^ (k / 33 - 1) end

-- Three synapses from each sender: without astrocyte, with one that is stimulated (O_beta = 0: it does not hear the synapse), and with one
-- that the synapse feeds.
local function network(sim, senders)
  local n, model = #senders, astro.model(gliotransmission.astrocyte())
  local start = { C = 0, I = 0, F_ex = 2.0 }
  local open = sim:create(model, n, start)
  open:set { I_bias = 1.0, O_beta = 0 }
  local third = { none = 0, open = open, closed = sim:create(model, n, start) }
  local synapses, result = {}, {}
  for _, kind in ipairs(KINDS) do
    synapses[kind] = astro.synapse(gliotransmission.synapse("release_" .. kind))
    sim:connect(senders, sim:create("parrot_neuron", n), "one_to_one",
      { synapse_model = synapses[kind], receptor_type = 1, delay = options.step, third = third[kind] })
    result[kind] = sim:connections { synapse_model = synapses[kind] }
  end
  return result, third
end

-- ## Release by rate

-- Of the senders from the id `first` on, `n` have each rate.
local function mean_release(recorder, first, n)
  local events, sum, count = recorder.events, {}, {}
  local senders, sent = events.senders, events.sent
  for i = 1, #senders do
    local group = (senders[i] - first) // n + 1
    sum[group], count[group] = (sum[group] or 0) + sent[i], (count[group] or 0) + 1
  end
  local mean = {}
  for i = 1, #RATES do mean[i] = count[i] and sum[i] / count[i] end
  return mean
end

local function by_rate()
  local sim = astro.Simulation { resolution = options.step, seed = options.seed }
  local n = options.synapses
  local senders = sim:create("parrot_neuron", n * #RATES)
  for i, rate in ipairs(RATES) do
    local source = sim:create("poisson_generator", { rate = rate })
    sim:connect(source, senders:slice((i - 1) * n + 1, i * n), "all_to_all", { delay = options.step })
  end
  local recorders = {}
  for kind, synapses in pairs(network(sim, senders)) do recorders[kind] = sim:record(synapses, { "sent" }, { when = "spike" }) end
  sim:simulate(options.time)
  local curves = {}
  for _, kind in ipairs(KINDS) do
    acceptance.heading("Brian2", nil, 3)
    curves[kind] = mean_release(recorders[kind], senders[1].ids[1], n)
    for i, rate in ipairs(RATES) do acceptance.row(("%s: r_S at %.3g Hz"):format(kind, rate), curves[kind][i], BRIAN[kind][i]) end
  end
  report.run(sim)
  return curves
end

-- ## Transmitter at steps of the rate

local STEPS, LENGTH = { 0.011, 0.11, 1.1, 11 }, 5000.0                       -- Hz, ms

local function by_step(n)
  local sim = astro.Simulation { resolution = options.step, seed = options.seed }
  local senders = sim:create("parrot_neuron", n)
  for i, rate in ipairs(STEPS) do
    local source = sim:create("poisson_generator", { rate = rate, start = (i - 1) * LENGTH, stop = i * LENGTH })
    sim:connect(source, senders, "all_to_all", { delay = options.step })
  end
  local synapses, third = network(sim, senders)
  local recorders = {}
  for kind, connections in pairs(synapses) do recorders[kind] = sim:record(connections, { "Y_S" }, { interval = 10 }) end
  local releases = sim:record(third.closed, nil, { event = "release" })
  sim:simulate(#STEPS * LENGTH)
  report.heading(("mean transmitter around %d synapses"):format(n))
  local curves, times = {}, {}
  for _, kind in ipairs(KINDS) do
    local Y_S, mean = recorders[kind].events.Y_S, {}
    for i = 1, #Y_S // n do
      mean[i], times[i] = Y_S:slice((i - 1) * n + 1, i * n):mean(), i * 0.01
    end
    curves[kind] = mean
    for i, rate in ipairs(STEPS) do
      local sum, first, last = 0, (i - 1) * 500 + 1, math.min(i * 500, #mean)
      for j = first, last do sum = sum + mean[j] end
      report.value(("%s, %g Hz"):format(kind, rate), sum / (last - first + 1), "uM")
    end
  end
  report.value("releases of the closed loop", releases.n_events)
  return times, curves
end

-- Rates at which every kind had a spike.
local function drawn(curves)
  local rates, shown = {}, {}
  for _, kind in ipairs(KINDS) do shown[kind] = {} end
  for i, rate in ipairs(RATES) do
    if curves.none[i] then
      rates[#rates + 1] = rate
      for kind, values in pairs(shown) do values[#rates] = curves[kind][i] end
    end
  end
  return rates, shown
end

local panels = {}
if options.part ~= "steps" then
  local rates, curves = drawn(by_rate())
  panels[1] = plot.lines(rates, curves, { title = "Example 4", xlabel = "rate (Hz)", ylabel = "released part r_S", logx = true })
end
if options.part ~= "rates" then
  local times, curves = by_step(options.synapses < 12 and 5 or 500)
  for _, kind in ipairs(KINDS) do
    panels[#panels + 1] = plot.lines(times, { [kind] = curves[kind] }, { xlabel = "time (s)", ylabel = "Y_S (uM)" })
  end
end
panels.columns = 1
plot.panels(panels):save(options:figure("stimberg_4_synrel"))
