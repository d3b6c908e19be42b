-- A neuron with four receptors, which differ in rise time, decay time and reversal potential; one spike reaches them one after
-- another. The model is defined here: an adaptive exponential neuron, and three lines for each receptor.
--
-- Twin of NEST's example aeif_cond_beta_multisynapse.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" { "A neuron with four receptors.", { "time", 1000.0, "simulated time in ms" } }

local RECEPTORS = {  -- mV, ms, ms; delay in ms
  { E_rev = 0, rise = 10, decay = 50, delay = 1 }, { E_rev = 0, rise = 10, decay = 20, delay = 300 },
  { E_rev = 0, rise = 1, decay = 20, delay = 500 }, { E_rev = -85, rise = 1, decay = 20, delay = 700 },
}

local definition = {
  name = "aeif_cond_beta_multisynapse",
  parameters = {
    C_m = "281 pF", g_L = "30 nS", E_L = "-70.6 mV", V_th = "-50.4 mV", Delta_T = "2 mV", V_peak = "0 mV",
    V_reset = "-60 mV", t_ref = "0 ms", tau_w = "144 ms", a = "4 nS", b = "80.5 pA", I_e = "0 pA",
  },
  state = { V_m = "-70.6 mV", w = "0 pA" },
  on_spike = {},
  spike = { when = "V_m >= V_peak", action = "V_m = V_reset; w += b", refractory = "t_ref", hold = "V_m" },
  method = "rkf45",
}
local lines, currents = { "V = min(V_m, V_peak)", "dw/dt = (a*(V - E_L) - w)/tau_w" }, {}
for i, r in ipairs(RECEPTORS) do
  local peak = r.rise * r.decay * math.log(r.decay / r.rise) / (r.decay - r.rise)
  local jump = (1 / r.rise - 1 / r.decay) / (math.exp(-peak / r.decay) - math.exp(-peak / r.rise))
  definition.state["g_" .. i], definition.state["dg_" .. i] = "0 nS", "0 nS/ms"
  definition.on_spike[i] = ("dg_%d += %.17g/ms*weight"):format(i, jump)
  lines[#lines + 1] = ("ddg_%d/dt = -dg_%d/(%g*ms)"):format(i, i, r.rise)
  lines[#lines + 1] = ("dg_%d/dt = dg_%d - g_%d/(%g*ms)"):format(i, i, i, r.decay)
  currents[i] = ("g_%d*(%g*mV - V)"):format(i, r.E_rev)
end
lines[#lines + 1] = "I_syn = " .. table.concat(currents, " + ")
lines[#lines + 1] = "dV_m/dt = (g_L*(E_L - V) + g_L*Delta_T*exp((V - V_th)/Delta_T) + I_syn - w + I_e)/C_m"
definition.equations = table.concat(lines, "\n")

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create(astro.model(definition))
local spike = sim:create("spike_generator", { spike_times = { 10.0 } })
for i, r in ipairs(RECEPTORS) do sim:connect(spike, neuron, "all_to_all", { receptor_type = i, delay = r.delay }) end
local trace = sim:record(neuron, { "V_m" })
sim:simulate(options.time)

report.samples("V_m", trace.events.V_m, "mV")
plot.traces(trace, { "V_m" }):save(options:figure("aeif_cond_beta_multisynapse"))
