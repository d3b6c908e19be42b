-- A neuron comes back to rest from five initial potentials. The model, with spike-frequency adaptation and a relative
-- refractory period, is written down here: Dayan & Abbott (2001), p. 166; Muller et al. (2007), doi:10.1162/neco.2007.19.11.2958.
--
-- Twin of NEST's example vinit_example.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" { "A neuron from five initial potentials.", { "time", 75.0, "simulated time in ms" } }

local sfa_rr = astro.model {
  name = "iaf_cond_exp_sfa_rr",
  parameters = {
    V_th = "-57 mV", V_reset = "-70 mV", E_L = "-70 mV", t_ref = "0.5 ms", C_m = "289.5 pF", g_L = "28.95 nS",
    E_ex = "0 mV", E_in = "-75 mV", tau_syn_ex = "1.5 ms", tau_syn_in = "10 ms",
    tau_sfa = "110 ms", E_sfa = "-70 mV", q_sfa = "14.48 nS", tau_rr = "1.97 ms", E_rr = "-70 mV", q_rr = "3214 nS", I_e = "0 pA",
  },
  state = { V_m = "-70 mV", g_ex = "0 nS", g_in = "0 nS", g_sfa = "0 nS", g_rr = "0 nS" },
  inputs = { I_stim = "current pA" },
  equations = [[
    I_syn = g_ex*(V_m - E_ex) + g_in*(V_m - E_in) + g_sfa*(V_m - E_sfa) + g_rr*(V_m - E_rr)
    dV_m/dt = (g_L*(E_L - V_m) - I_syn + I_e + I_stim)/C_m
    dg_ex/dt = -g_ex/tau_syn_ex
    dg_in/dt = -g_in/tau_syn_in
    dg_sfa/dt = -g_sfa/tau_sfa
    dg_rr/dt = -g_rr/tau_rr
  ]],
  on_spike = { excitatory = "g_ex += weight", inhibitory = "g_in -= weight" },
  spike = { when = "V_m >= V_th", action = "V_m = V_reset; g_sfa += q_sfa; g_rr += q_rr", refractory = "t_ref", hold = "V_m" },
}

local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create(sfa_rr, 5, { V_m = { -100, -90, -80, -70, -60 } })
local trace = sim:record(neurons, { "V_m" })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }, { each = true }):save(options:figure("vinit_example"))
