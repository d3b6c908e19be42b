-- 12. My own synapse.
--
-- A synapse that learns: the weight grows if the target fires after the sender, and shrinks if it fires before. First the rule is measured,
-- with one pair of spikes at each interval. Then one line of it is changed, and both learn from sixty pairs at several frequencies.
-- test: --pairs 3

local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Two rules of plasticity.", { "pairs", 60, "pairs of spikes at each frequency" } }

local DELAY = 1.0                            -- ms
local LONGEST = 60                           -- ms, between the spikes of a pair
local FREQUENCIES = { 10, 20, 30, 40, 50 }   -- Hz
local LAWS = {                               -- the effect of a spike of the target on the weight
  { "pair", "weight += A_pair*K_plus" },
  { "triplet", "weight += A_triplet*K_plus*K_slow" },
}

-- Traces of spikes decay between them. `on_pre` is the effect of a spike of the sender, `on_post` that of a spike of the target.
local function rule(name, law)
  return astro.synapse {
    name = name,
    summary = "Plasticity by the timing of spikes.",
    parameters = {
      { "tau_plus",  "17 ms",  "time constant of the sender's trace", "> 0" },
      { "tau_minus", "34 ms",  "time constant of the target's trace", "> 0" },
      { "tau_slow",  "114 ms", "time constant of the target's slow trace", "> 0" },
      { "A_minus",   0.007,    "depression" },
      { "A_pair",    0.005,    "potentiation by two spikes" },
      { "A_triplet", 0.0065,   "potentiation by three" },
    },
    state = {
      { "K_plus",  0, "trace of the sender" },
      { "K_minus", 0, "trace of the target" },
      { "K_slow",  0, "slow trace of the target" },
    },
    equations = "dK_plus/dt = -K_plus/tau_plus; dK_minus/dt = -K_minus/tau_minus; dK_slow/dt = -K_slow/tau_slow",
    on_pre = "weight -= A_minus*K_minus; K_plus += 1; send(weight)",
    on_post = law .. "; K_minus += 1; K_slow += 1",
  }
end

-- Cells that fire at given times: a list for each.
local function cells(sim, trains)
  local nodes = sim:create("parrot_neuron", #trains)
  for i, times in ipairs(trains) do sim:connect(sim:create("spike_generator", { spike_times = times }), nodes[i]) end
  return nodes
end

-- The change of a weight by one pair, at each interval between its spikes: one spike of the target, and senders that fire around it.
local function window(synapse)
  return analysis.stdp_window({ synapse_model = synapse, weight = 1.0, delay = DELAY }, { range = { -LONGEST, LONGEST } })
end

-- The weights from senders to their targets after some time, in percent of the initial ones. Targets ignore spikes on receptor 1.
local function learned(synapse, senders, targets, duration)
  local sim = astro.Simulation { resolution = 0.5, seed = options.seed }
  local pre, post = cells(sim, senders), cells(sim, targets)
  sim:connect(pre, post, "one_to_one", { synapse_model = synapse, weight = 1.0, delay = DELAY, receptor_type = 1 })
  sim:simulate(duration)
  return sim:connections { synapse_model = synapse }.weight * 100
end

-- Pairs at each frequency, the target `lag` behind its sender.
local function by_frequency(synapse, lag)
  local senders, targets = {}, {}
  for i, frequency in ipairs(FREQUENCIES) do
    local before, behind = {}, {}
    for n = 1, options.pairs do
      local time = 20 + 1000 * n // frequency
      before[n], behind[n] = time, time + lag
    end
    senders[i], targets[i] = before, behind
  end
  return learned(synapse, senders, targets, 1000 * options.pairs / FREQUENCIES[1] + 200)
end

local windows, curves = {}, {}
for _, law in ipairs(LAWS) do
  local name = law[1]
  local synapse = rule(name .. "_rule", law[2])
  windows[name] = window(synapse)
  report.heading(name)
  local change = windows[name].change * 100
  for _, interval in ipairs { -20, -10, -1, 1, 10, 20 } do
    report.value(("a pair, %+d ms"):format(interval), change[interval + LONGEST + 1], "%")
  end
  for _, lag in ipairs { 10, -10 } do
    local weights = by_frequency(synapse, lag)
    curves[("%s, %+d ms"):format(name, lag)] = weights
    for i = 1, #FREQUENCIES, 2 do
      report.value(("%d Hz, %+d ms"):format(FREQUENCIES[i], lag), weights[i], "%")
    end
  end
end

plot.panels {
  plot.stdp_window(windows, { title = "One pair", percent = true }),
  plot.lines(FREQUENCIES, curves, { title = "Many pairs", xlabel = "frequency (Hz)", ylabel = "weight (%)" }),
  columns = 1,
}:save(options:figure("12_my_own_synapse"))

-- Question: DELAY = 11. Where does the window of the pair rule change its sign, and what do the pairs at +10 and -10 ms do?
