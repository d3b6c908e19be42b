-- A population of generalized integrate-and-fire neurons that spike at random, with adaptation and recurrent excitation: bursts of the
-- population. Mensi et al. (2012), doi:10.1152/jn.00408.2011; Pozzorini et al. (2015), doi:10.1371/journal.pcbi.1004275.
--
-- Twin of NEST's example gif_population.
-- test: --time 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A population of neurons that spike at random.",
  { "time", 2000.0, "simulated time in ms" },
  { "neurons", 100, "their number" },
}

local gif = astro.model {
  name = "gif_psc_exp",
  parameters = {
    C_m = "83.1 pF", g_L = "3.7 nS", E_L = "-67 mV", Delta_V = "1.4 mV", V_T_star = "-39.6 mV", t_ref = "4 ms", V_reset = "-36.7 mV",
    lambda_0 = "1 1/s", tau_syn_ex = "10 ms", tau_syn_in = "2 ms", I_e = "0 pA",
    q_stc_1 = "56.7 pA", tau_stc_1 = "57.8 ms", q_stc_2 = "-6.9 pA", tau_stc_2 = "218.2 ms",
    q_sfa_1 = "11.7 mV", tau_sfa_1 = "53.8 ms", q_sfa_2 = "1.8 mV", tau_sfa_2 = "640 ms",
  },
  state = {
    V_m = "-70 mV", I_syn_ex = "0 pA", I_syn_in = "0 pA", stc_1 = "0 pA", stc_2 = "0 pA", sfa_1 = "0 mV", sfa_2 = "0 mV",
  },
  inputs = { I_stim = "current pA" },
  equations = [[
    dV_m/dt = (g_L*(E_L - V_m) + I_syn_ex + I_syn_in + I_e + I_stim - stc_1 - stc_2)/C_m
    dI_syn_ex/dt = -I_syn_ex/tau_syn_ex
    dI_syn_in/dt = -I_syn_in/tau_syn_in
    dstc_1/dt = -stc_1/tau_stc_1
    dstc_2/dt = -stc_2/tau_stc_2
    dsfa_1/dt = -sfa_1/tau_sfa_1
    dsfa_2/dt = -sfa_2/tau_sfa_2
    hazard = lambda_0*exp((V_m - V_T_star - sfa_1 - sfa_2)/Delta_V)
  ]],
  on_spike = { excitatory = "I_syn_ex += weight", inhibitory = "I_syn_in += weight" },
  spike = {
    when = "rand() < 1 - exp(-hazard*dt)",
    action = "V_m = V_reset; stc_1 += q_stc_1; stc_2 += q_stc_2; sfa_1 += q_sfa_1; sfa_2 += q_sfa_2",
    refractory = "t_ref", hold = "V_m",
  },
}

local sim = astro.Simulation { seed = options.seed }
local population = sim:create(gif, options.neurons)
local noise = sim:create("poisson_generator", 50, { rate = 10.0 })
sim:connect(population, population, { rule = "pairwise_bernoulli", p = 0.3 }, { weight = 30.0 })
sim:connect(noise, population, "all_to_all", { weight = 20.0 })
local spikes = sim:record(population)
sim:simulate(options.time)

report.value("mean rate", spikes:rate(), "Hz")
plot.raster(spikes, { histogram = true, title = "Population dynamics" }):save(options:figure("gif_population"))
