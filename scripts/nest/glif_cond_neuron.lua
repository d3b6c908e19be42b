-- The five levels of the generalized integrate-and-fire neurons of the Allen Institute with conductances: the library's glif_psc, its
-- current replaced by two receptors, excitatory and inhibitory.
--
-- Twin of NEST's example glif_cond_neuron.
-- test: --time 300

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "The five levels of GLIF neurons, with conductances.",
  { "time", 1000.0, "simulated time in ms" },
  { "noise", 15000.0, "rate of the noise in Hz" },
}

local STEP = 0.05  -- ms
local ORDER = { "lif", "lif_r", "lif_asc", "lif_r_asc", "lif_r_asc_a" }
local SWITCHES = {
  spike_dependent_threshold = { 0, 1, 0, 1, 1 }, after_spike_currents = { 0, 0, 1, 1, 1 }, adapting_threshold = { 0, 0, 0, 0, 1 },
}

local glif = require "astro.models.glif_psc"
glif.name, glif.method = "glif_cond", "rkf45"
glif.equations = glif.equations:gsub("[^\n]*dI_syn[^\n]*\n?", "") .. "\nI_syn = g_1*(0*mV - V_m) + g_2*(-85*mV - V_m)"
glif.on_spike = {}
for i = #glif.state, 1, -1 do
  if glif.state[i][1]:find("I_syn") then table.remove(glif.state, i) end
end
for i, tau in ipairs { 0.2, 2.0 } do  -- ms
  table.insert(glif.state, { "g_" .. i, "0 nS" })
  table.insert(glif.state, { "dg_" .. i, "0 nS/ms" })
  glif.equations = glif.equations .. ("\ndg_%d/dt = dg_%d - g_%d/(%g*ms)\nddg_%d/dt = -dg_%d/(%g*ms)"):format(i, i, i, tau, i, i, tau)
  glif.on_spike[i] = ("dg_%d += exp(1)*weight/(%g*ms)"):format(i, tau)
end

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create(astro.model(glif), #ORDER, SWITCHES)
local up = sim:create("spike_generator", { spike_times = { 10, 100, 150 }, spike_weights = { 20, 20, 20 } })
local down = sim:create("spike_generator", { spike_times = { 15, 99, 150 }, spike_weights = { -20, -20, -20 } })
local current = sim:create("step_current_generator", { amplitude_times = { 200 }, amplitude_values = { 400 }, start = 200, stop = 500 })
local noise = sim:create("poisson_generator", { rate = options.noise, start = 600, stop = 900 })
local parrot = sim:create("parrot_neuron")
sim:connect(current, neurons, "all_to_all", { delay = STEP })
sim:connect(up, neurons, "all_to_all", { delay = STEP, receptor_type = 1 })
sim:connect(down, neurons, "all_to_all", { delay = STEP, receptor_type = 2 })
sim:connect(noise, parrot, "all_to_all", { delay = STEP })
sim:connect(parrot, neurons, "all_to_all", { delay = STEP, receptor_type = 1 })
local QUANTITIES = { "V_m", "g_1", "g_2", "threshold", "threshold_spike", "threshold_voltage", "ASCurrents_sum" }
local traces = {}
for i = 1, #ORDER do traces[i] = sim:record(neurons[i], QUANTITIES, { interval = STEP }) end
local spikes = sim:record(neurons)
sim:simulate(options.time)

local figures = { columns = 2 }
for i, level in ipairs(ORDER) do
  report.value("spikes of " .. level, spikes.events.senders:eq(neurons.ids[i]):sum())
  figures[i] = plot.traces(traces[i], { { "V_m", "threshold" } }, { title = level })
end
plot.panels(figures):save(options:figure("glif_cond_neuron"))
