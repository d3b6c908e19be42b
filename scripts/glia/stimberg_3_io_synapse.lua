-- The effect of gliotransmitter on a synapse: the same spikes reach a synapse without an astrocyte, one whose astrocyte released some time
-- ago, and one whose astrocyte has released again. Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18, example 3, figure 3, after
-- De Pittà et al. (2011), doi:10.1371/journal.pcbi.1002293.
--
-- The astrocytes are stimulated from outside for 16.5 s. Then come 16 spikes: five at 20 Hz, eleven at 100 Hz from 300 ms on.
-- test: --transient 500

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "Stimberg et al. (2019), example 3.",
  { "transient", 16500.0, "time of stimulated astrocytes before the first spike, in ms" },
  { "time", 600.0, "simulated time from then on in ms" },
  { "step", 1.0, "step of integration in ms" },
}

local SPIKES = { 0, 50, 100, 150, 200, 300, 310, 320, 330, 340, 350, 360, 370, 380, 390, 400 }   -- ms after the transient
local ASTROCYTE = { F_ex = 2.0, O_beta = 0, C = 0, I = 0.4, I_bias = { 0.8, 1.25 } }             -- the synapse does not feed it: O_beta
-- Brian2 2.9 with a step of 0.1 ms. With the published 1 ms it holds G_A for a step, which makes Gamma_S larger by 0.007 and 0.003.
local RELEASES = { { 2.0846 }, { 1.0589, 10.3418 } }                          -- s, by astrocyte
local GAMMA = { 0.761534, 0.922454 }
local RELEASED = {                           -- parts that spikes release, by synapse
  { 0.600000, 0.367136, 0.153963, 0.103508, 0.095842, 0.162926, [16] = 0.019793 },
  { 0.143080, 0.215066, 0.222040, 0.195196, 0.161304, 0.146325, [16] = 0.020200 },
  { 0.046528, 0.080759, 0.102227, 0.112963, 0.115943, 0.106728, [16] = 0.028655 },
}
local NAMES = { "no gliotransmission", "weak", "stronger" }

local sim = astro.Simulation { resolution = options.step, seed = options.seed }
local astrocytes = sim:create(astro.model(gliotransmission.astrocyte()), 2, ASTROCYTE)
local sender, target = sim:create("parrot_neuron"), sim:create("parrot_neuron", 3)
local times = {}
for i, time in ipairs(SPIKES) do times[i] = options.transient + time - options.step end
sim:connect(sim:create("spike_generator", { spike_times = times }), sender, "one_to_one", { delay = options.step })
local synapse = astro.synapse(gliotransmission.synapse())
for i = 1, 3 do                              -- receptor 1 of a parrot_neuron does not listen
  sim:connect(sender, target[i], "one_to_one",
    { synapse_model = synapse, receptor_type = 1, delay = options.step, third = i > 1 and astrocytes[i - 1] or 0 })
end

local synapses = sim:connections { synapse_model = synapse }
local sent = sim:record(synapses, { "sent" }, { when = "spike" })
local releases = sim:record(astrocytes, nil, { event = "release" })
local calcium = sim:record(astrocytes, { "C", "G_A", "Gamma_S" }, { interval = 10 })
sim:simulate(options.transient)
local Gamma_S = astrocytes:get("Gamma_S")
local trace = sim:record(synapses, { "u_S", "x_S", "Y_S" }, { interval = math.max(1, options.step) })
sim:simulate(options.time)

-- The parts that each spike releases, by synapse.
local released = { {}, {}, {} }
local events = sent.events
for i = 1, #events.times do table.insert(released[events.targets[i] - target[1].ids[1] + 1], events.sent[i]) end

local by_cell = { {}, {} }
local crossings = releases.events
for i = 1, #crossings.times do table.insert(by_cell[crossings.senders[i] - astrocytes[1].ids[1] + 1], crossings.times[i] / 1000) end
for cell = 1, 2 do
  acceptance.heading("Brian2", "s")
  for i, published in ipairs(RELEASES[cell]) do
    acceptance.row(("%s: release %d"):format(NAMES[cell + 1], i), by_cell[cell][i], published)
  end
end
acceptance.heading("Brian2", nil, 6)
for cell = 1, 2 do acceptance.row(NAMES[cell + 1] .. ": Gamma_S before the spikes", Gamma_S[cell], GAMMA[cell]) end
for i = 1, 3 do
  for _, spike in ipairs { 1, 2, 5, 6, 16 } do
    acceptance.row(("%s: r_S of spike %d"):format(NAMES[i], spike), released[i][spike], RELEASED[i][spike])
  end
end
report.run(sim)
plot.panels {
  plot.traces(calcium, { "C" }, { title = "Example 3: astrocytes" }), plot.traces(calcium, { "G_A" }),
  plot.traces(trace, { "u_S" }), plot.traces(trace, { "x_S" }), plot.traces(trace, { "Y_S" }),
  columns = 1,
}:save(options:figure("stimberg_3_io_synapse"))
