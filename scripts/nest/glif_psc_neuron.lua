-- The five levels of the generalized integrate-and-fire neurons of the Allen Institute under spikes, a current and noise. The library's
-- model gets a second receptor with its own time constant.
--
-- Twin of NEST's example glif_psc_neuron.
-- test: --time 300

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "The five levels of GLIF neurons.",
  { "time", 1000.0, "simulated time in ms" },
  { "noise", 150000.0, "rate of the noise in Hz" },
}

local STEP = 0.05  -- ms
local LEVELS = {
  lif = {}, lif_r = { spike_dependent_threshold = 1 }, lif_asc = { after_spike_currents = 1 },
  lif_r_asc = { spike_dependent_threshold = 1, after_spike_currents = 1 },
  lif_r_asc_a = { spike_dependent_threshold = 1, after_spike_currents = 1, adapting_threshold = 1 },
}
local ORDER = { "lif", "lif_r", "lif_asc", "lif_r_asc", "lif_r_asc_a" }

local glif = require "astro.models.glif_psc"
glif.name = "glif_psc_two_receptors"
table.move({ { "tau_syn_2", "1 ms", "time to peak of the second current", "> 0" } }, 1, 1, #glif.parameters + 1, glif.parameters)
table.move({ { "I_syn_2", "0 pA" }, { "dI_syn_2", "0 pA/ms" } }, 1, 2, #glif.state + 1, glif.state)
glif.equations = glif.equations:gsub("%+ I_syn", "+ I_syn + I_syn_2")
  .. "\ndI_syn_2/dt = dI_syn_2 - I_syn_2/tau_syn_2\nddI_syn_2/dt = -dI_syn_2/tau_syn_2\nI_syn_sum = I_syn + I_syn_2"
glif.on_spike[2] = "dI_syn_2 += exp(1)*weight/tau_syn_2"
local model = astro.model(glif)

local QUANTITIES = { "V_m", "threshold", "threshold_spike", "threshold_voltage", "ASCurrents_sum", "I_syn_sum" }

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create(model, #ORDER)
local traces = {}
for i, level in ipairs(ORDER) do
  if next(LEVELS[level]) then neurons[i]:set(LEVELS[level]) end
  traces[i] = sim:record(neurons[i], QUANTITIES, { interval = STEP })
end
local up = sim:create("spike_generator", { spike_times = { 10, 100, 150 }, spike_weights = { 20, 20, 20 } })
local down = sim:create("spike_generator", { spike_times = { 15, 99, 150 }, spike_weights = { -20, -20, -20 } })
local current = sim:create("step_current_generator", { amplitude_times = { 200 }, amplitude_values = { 400 }, start = 200, stop = 500 })
local noise = sim:create("poisson_generator", { rate = options.noise, start = 600, stop = 900 })
local parrot = sim:create("parrot_neuron")
sim:connect(current, neurons, "all_to_all", { delay = STEP })
sim:connect(up + down, neurons, "all_to_all", { delay = STEP, receptor_type = 1 })
sim:connect(noise, parrot, "all_to_all", { delay = STEP })
sim:connect(parrot, neurons, "all_to_all", { delay = STEP, receptor_type = 2 })
local spikes = sim:record(neurons)
sim:simulate(options.time)

local figures = { columns = 2 }
for i, level in ipairs(ORDER) do
  report.value("spikes of " .. level, spikes.events.senders:eq(neurons.ids[i]):sum())
  figures[i] = plot.traces(traces[i], { { "V_m", "threshold" } }, { title = level })
end
plot.panels(figures):save(options:figure("glif_psc_neuron"))
