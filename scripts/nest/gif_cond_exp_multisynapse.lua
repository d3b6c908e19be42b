-- A generalized integrate-and-fire neuron that spikes at random, with two receptors that differ in time constant and reversal potential.
--
-- Twin of NEST's example gif_cond_exp_multisynapse.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" { "A neuron that spikes at random, with two receptors.", { "time", 100.0, "simulated time in ms" } }

local gif = astro.model {
  name = "gif_cond_exp_multisynapse",
  parameters = {
    C_m = "80 pF", g_L = "4 nS", E_L = "-70 mV", V_reset = "-55 mV", Delta_V = "0.5 mV", V_T_star = "-35 mV",
    lambda_0 = "1 1/s", t_ref = "4 ms", E_rev_1 = "0 mV", tau_syn_1 = "4 ms", E_rev_2 = "-85 mV", tau_syn_2 = "8 ms",
  },
  state = { V_m = "-70 mV", g_1 = "0 nS", g_2 = "0 nS" },
  equations = [[
    dV_m/dt = (g_L*(E_L - V_m) + g_1*(E_rev_1 - V_m) + g_2*(E_rev_2 - V_m))/C_m
    dg_1/dt = -g_1/tau_syn_1
    dg_2/dt = -g_2/tau_syn_2
    hazard = lambda_0*exp((V_m - V_T_star)/Delta_V)
  ]],
  on_spike = { "g_1 += weight", "g_2 += weight" },
  spike = { when = "rand() < 1 - exp(-hazard*dt)", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  method = "rkf45",
}

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create(gif)
local spike = sim:create("spike_generator", { spike_times = { 10.0 } })
for receptor, synapse in ipairs { { weight = 1.0, delay = 1.0 }, { weight = 5.0, delay = 30.0 } } do
  synapse.receptor_type = receptor
  sim:connect(spike, neuron, "one_to_one", synapse)
end
local trace = sim:record(neuron, { "V_m", "g_1", "g_2" }, { interval = 0.1 })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m", { "g_1", "g_2" } }):save(options:figure("gif_cond_exp_multisynapse"))
