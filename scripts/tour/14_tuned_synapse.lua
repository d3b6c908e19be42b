-- 14. A tuned synapse.
--
-- Transmitter from synapses activates an astrocyte, and its gliotransmitter changes what they release next: a loop. What does it do at
-- low and at high rates? The same spikes go to synapses without an astrocyte, with one that lowers release, and with one that raises it.
-- test: --time 2000 --synapses 2

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" {
  "Synapses that an astrocyte tunes.",
  { "time", 60000.0, "simulated time in ms" },
  { "synapses", 4, "synapses for each rate, of each kind" },
}

local RATES = { 0.2, 0.5, 1, 2, 5, 10, 20, 50 }   -- Hz
local KINDS = {                                   -- what a spike releases under gliotransmitter; 0.6 without
  { "alone", nil },
  { "lowered", 0.0 },
  { "raised", 1.0 },
}

-- The library's astrocyte g_chi with one more line: receptors of terminals (Gamma), to which its gliotransmitter G_A binds.
local definition = require "astro.models.g_chi"
definition.name = "g_chi_with_receptors"
table.insert(definition.state, { "Gamma", 0, "part of the receptors that is active" })
definition.equations = definition.equations .. "dGamma/dt = 1.5/(uM*s)*G_A*(1 - Gamma) - Gamma/(120*s)\n"
local astrocyte = astro.model(definition)

-- u: fraction of the transmitter that a spike releases; x: fraction that is available. `third` is the astrocyte of the synapse.
local release = astro.synapse {
  name = "tuned_release",
  summary = "Release that an astrocyte tunes.",
  parameters = {
    { "U_0",   0.6,       "released part without gliotransmitter", "0 to 1" },
    { "alpha", 0,         "released part under gliotransmitter", "0 to 1" },
    { "tau_f", "300 ms",  "time constant of facilitation", "> 0" },
    { "tau_d", "500 ms",  "time constant of recovery", "> 0" },
    { "Y_T",   "2500 uM", "concentration of all transmitter outside", ">= 0" },
  },
  state = { { "u", 0, "part that is released" }, { "x", 1, "part that is there" } },
  equations = "du/dt = -u/tau_f; dx/dt = (1 - x)/tau_d",
  on_pre = [[
    U  = (1 - third.Gamma)*U_0 + third.Gamma*alpha
    u += U*(1 - u); r = u*x; x -= r
    send(weight*r); send_third(Y_T*r)
  ]],
}

local sim = astro.Simulation { resolution = 1.0, seed = options.seed }
local per_rate, n = options.synapses, options.synapses * #RATES
local senders = sim:create("parrot_neuron", n)
for i, rate in ipairs(RATES) do
  sim:connect(sim:create("poisson_generator", { rate = rate }), senders:slice((i - 1) * per_rate + 1, i * per_rate))
end

-- Each synapse has its own astrocyte. A parrot_neuron repeats the spikes that it receives, except those on its receptor 1.
local recorders, glia = {}, {}
for _, kind in ipairs(KINDS) do
  local name, alpha = kind[1], kind[2]
  local targets = sim:create("parrot_neuron", n)
  local third = alpha and sim:create(astrocyte, n) or 0
  sim:connect(senders, targets, "one_to_one", { synapse_model = release, receptor_type = 1, alpha = alpha or 0, third = third })
  recorders[name] = sim:record(sim:connections { target = targets, synapse_model = release }, { "sent" }, { when = "spike" })
  glia[name] = alpha and sim:record(third, nil, { event = "release" })
end
sim:simulate(options.time)

local curves = {}
for _, kind in ipairs(KINDS) do
  local name, sum, count = kind[1], {}, {}
  local events = recorders[name].events
  for i, sender in ipairs(events.senders) do
    local group = (sender - senders[1].ids[1]) // per_rate + 1
    sum[group], count[group] = (sum[group] or 0) + events.sent[i], (count[group] or 0) + 1
  end
  report.heading(name)
  curves[name] = {}
  for i, rate in ipairs(RATES) do
    curves[name][i] = count[i] and sum[i] / count[i] or 0
    report.value(("%g Hz"):format(rate), ("a spike releases %.3f"):format(curves[name][i]))
  end
  if glia[name] then report.value("releases of an astrocyte", glia[name].n_events / n) end
end
plot.lines(RATES, curves,
  { title = "A tuned synapse", points = true, lines = true, xlabel = "rate (Hz)", ylabel = "part that a spike releases", logx = true })
  :save(options:figure("14_tuned_synapse"))

-- Question: for which alpha does the astrocyte not matter? Use it instead of 0.0.
