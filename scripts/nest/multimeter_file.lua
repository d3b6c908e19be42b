-- Recording to a file: the potential and both conductances of a neuron with a few excitatory and inhibitory spikes.
--
-- Twin of NEST's example multimeter_file.
-- test: --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A multimeter that writes to a file.",
  { "time", 100.0, "simulated time in ms" },
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create("iaf_cond_alpha", { tau_syn_ex = 1.0, V_reset = -70.0 })
local path = options.out .. "/multimeter_file.dat"
local trace = sim:record(neuron, { "V_m", "g_ex", "g_in" }, { interval = 0.1, to = path })
sim:connect(sim:create("spike_generator", { spike_times = { 10.0, 20.0, 50.0 } }), neuron, "all_to_all", { weight = 40.0 })
sim:connect(sim:create("spike_generator", { spike_times = { 15.0, 25.0, 55.0 } }), neuron, "all_to_all", { weight = -20.0 })
sim:simulate(options.time)

report.value("samples in " .. path, #require("astro.io").read(path).times)
plot.traces(trace, { "V_m", { "g_ex", "g_in" } }):save(options:figure("multimeter_file"))
