-- What iaf_tum_2000_short_term_depression.lua and iaf_tum_2000_short_term_facilitation.lua run: a neuron that spikes every 50 ms under
-- a constant current, and another that sees its spikes through a synapse with short-term plasticity. Tsodyks, Uziel & Markram (2000),
-- doi:10.1523/JNEUROSCI.20-01-j0003.2000. NEST's iaf_tum_2000 works out in the sender what a spike carries; here a tsodyks_synapse does.

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local V_TH, T_REF, PERIOD = 15.0, 2.0, 50.0  -- mV, ms, ms between spikes of the sender

-- `kind`: its name, tau_m (ms), R_m (GOhm), weight (pA), and U, tau_psc, tau_rec, tau_fac of the synapse.
return function(kind)
  local options = require "astro.options" {
    ("Short-term %s of one connection."):format(kind.name),
    { "time", 1200.0, "simulated time in ms" },
  }
  local tau_m, C_m = kind.tau_m, kind.tau_m / kind.R_m
  local sim = astro.Simulation { seed = options.seed }
  local neurons = sim:create("iaf_psc_exp", 2, {
    C_m = C_m, tau_m = tau_m, tau_syn_ex = kind.tau_psc, tau_syn_in = kind.tau_psc, V_th = V_TH, V_reset = 0.0,
    E_L = 0.0, V_m = 0.0, t_ref = T_REF,
  })
  local amplitude = V_TH * C_m / tau_m / (1 - math.exp(-(PERIOD - T_REF) / tau_m))
  sim:connect(sim:create("dc_generator", { amplitude = amplitude, start = 50.0, stop = 1050.0 }), neurons[1])
  sim:connect(neurons[1], neurons[2], "one_to_one", {
    synapse_model = "tsodyks_synapse", weight = kind.weight, delay = 0.1, x = 1.0, u = 0.0,
    U = kind.U, tau_psc = kind.tau_psc, tau_rec = kind.tau_rec, tau_fac = kind.tau_fac,
  })
  local trace = sim:record(neurons[2], { "V_m" })
  sim:simulate(options.time)

  report.samples("V_m", trace.events.V_m, "mV")
  plot.traces(trace, { "V_m" }):save(options:figure("iaf_tum_2000_short_term_" .. kind.name))
end
