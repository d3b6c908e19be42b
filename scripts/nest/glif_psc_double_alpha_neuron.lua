-- Synaptic currents of two alpha functions, a fast one and a slow one: three receptors that differ in the time to peak, or in the size, of
-- the slow part, beside a single alpha function.
--
-- Twin of NEST's example glif_psc_double_alpha_neuron.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" { "Synaptic currents of two alpha functions.", { "time", 300.0, "simulated time in ms" } }

local STEP, TAU_FAST = 0.05, 2.0  -- ms
local KINDS = {                   -- time to peak of the slow part in ms and its size, for each of three receptors
  { name = "single", tau = { 1, 1, 1 }, size = { 0, 0, 0 } },
  { name = "timing", tau = { 4, 6, 8 }, size = { 0.5, 0.5, 0.5 } },
  { name = "amp", tau = { 6, 6, 6 }, size = { 0.2, 0.5, 0.8 } },
}

-- The first level of GLIF neurons: what the library's model is with all switches at 0.
local definition = {
  name = "glif_psc_double_alpha",
  parameters = {
    C_m = "58.72 pF", g = "9.43 nS", E_L = "-78.85 mV", V_th = "-51.68 mV", V_reset = "-78.85 mV", t_ref = "3.75 ms", tau_fast = "2 ms",
  },
  state = { V_m = "-78.85 mV" },
  on_spike = {},
  spike = { when = "V_m > V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  method = "exact",
}
local lines, sum = {}, {}
for i = 1, 3 do
  definition.parameters["tau_slow_" .. i], definition.parameters["size_" .. i] = "6 ms", 0.3
  for _, part in ipairs { "fast", "slow" } do
    local I, tau = ("I_%s_%d"):format(part, i), part == "fast" and "tau_fast" or "tau_slow_" .. i
    definition.state[I], definition.state["d" .. I] = "0 pA", "0 pA/ms"
    lines[#lines + 1] = ("d%s/dt = d%s - %s/%s\ndd%s/dt = -d%s/%s"):format(I, I, I, tau, I, I, tau)
    sum[#sum + 1] = I
  end
  definition.on_spike[i] = ("dI_fast_%d += exp(1)*weight/tau_fast; dI_slow_%d += exp(1)*size_%d*weight/tau_slow_%d"):format(i, i, i, i)
end
definition.equations = ("I_syn = %s\ndV_m/dt = (g*(E_L - V_m) + I_syn)/C_m\n%s"):format(table.concat(sum, " + "), table.concat(lines, "\n"))

local sim = astro.Simulation { resolution = STEP, seed = options.seed }
local neurons = sim:create(astro.model(definition), #KINDS, { tau_fast = TAU_FAST })
for k, kind in ipairs(KINDS) do
  for i = 1, 3 do neurons[k]:set { ["tau_slow_" .. i] = kind.tau[i], ["size_" .. i] = kind.size[i] } end
end
for i = 1, 3 do
  local spike = sim:create("spike_generator", { spike_times = { 100 * i - 90 }, spike_weights = { 20 } })
  sim:connect(spike, neurons, "all_to_all", { delay = STEP, receptor_type = i })
end
local trace = sim:record(neurons, { "V_m", "I_syn" }, { interval = STEP })
sim:simulate(options.time)

report.samples("I_syn", trace.events.I_syn, "pA")
plot.traces(trace, { "I_syn", "V_m" }, { each = true }):save(options:figure("glif_psc_double_alpha_neuron"))
