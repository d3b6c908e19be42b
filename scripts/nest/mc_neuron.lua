-- A neuron of three compartments, soma, proximal and distal dendrite: currents into each, then spikes onto each, then a constant current
-- that makes it spike. The model is written down here, each compartment by the same lines.
--
-- Twin of NEST's example mc_neuron.
-- test: --current 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A neuron of three compartments.",
  { "current", 150.0, "constant current into the soma from 700 ms on, in pA" },
}

local COMPARTMENTS = {  -- pF, nS, ms; current in pA and when it flows; times of excitatory and inhibitory spikes
  { name = "s", C_m = 150, g_L = 12, tau_ex = 0.5, tau_in = 2, current = { 50, 250, 300 }, ex = { 600, 620 }, inh = { 610, 630 } },
  { name = "p", C_m = 75, g_L = 5, tau_ex = 1, tau_in = 5, current = { -50, 150, 200 }, ex = { 500, 520 }, inh = { 510, 530 } },
  { name = "d", C_m = 90, g_L = 10, tau_ex = 0.5, tau_in = 2, current = { 100, 50, 100 }, ex = { 400, 420 }, inh = { 410, 430 } },
}
local COUPLING = {
  s = "g_sp*(V_p - V)", p = "g_sp*(V_s - V_p) + g_pd*(V_d - V_p)", d = "g_pd*(V_p - V_d)",
}

local definition = {
  name = "iaf_cond_alpha_mc",
  parameters = { V_th = "-60 mV", V_reset = "-65 mV", t_ref = "10 ms", g_sp = "5 nS", g_pd = "1 nS", I_e = "0 pA" },
  state = {}, inputs = {}, on_spike = {}, equations = "V = min(V_s, V_th)",
  -- as in NEST, the dendrites stand still with the soma
  spike = { when = "V_s >= V_th", action = "V_s = V_reset", refractory = "t_ref", hold = { "V_s", "V_p", "V_d" } },
  method = "rkf45",
}
for _, c in ipairs(COMPARTMENTS) do
  definition.state["V_" .. c.name], definition.inputs["I_" .. c.name] = "-70 mV", "current pA"
  local lines = [[

    dV_#/dt = (g_L*nS*(-70*mV - V) + g_ex_#*(0*mV - V) + g_in_#*(-85*mV - V) + COUPLING + I_# + I_e)/(C_m*pF)]]
  lines = lines:gsub("COUPLING", COUPLING[c.name]):gsub("C_m", c.C_m):gsub("g_L", c.g_L)
  if c.name ~= "s" then lines = lines:gsub("%- V%)", "- V_#)"):gsub(" %+ I_e", "") end
  for kind, tau in pairs { ex = c.tau_ex, ["in"] = c.tau_in } do
    local g = ("g_%s_%s"):format(kind, c.name)
    definition.state[g], definition.state["d" .. g] = "0 nS", "0 nS/ms"
    lines = lines .. ("\ndd%s/dt = -d%s/(%g*ms)\nd%s/dt = d%s - %s/(%g*ms)"):format(g, g, tau, g, g, g, tau)
    definition.on_spike[("%s_%s"):format(kind, c.name)] = ("d%s += exp(1)*weight/(%g*ms)"):format(g, tau)
  end
  definition.equations = definition.equations .. lines:gsub("#", c.name)
end

local sim = astro.Simulation { seed = options.seed }
local neuron = sim:create(astro.model(definition))
local quantities = {}
for _, c in ipairs(COMPARTMENTS) do
  local amplitude, start, stop = table.unpack(c.current)
  local current = sim:create("dc_generator", { amplitude = amplitude, start = start, stop = stop })
  sim:connect(current, neuron, "one_to_one", { input = "I_" .. c.name })
  sim:connect(sim:create("spike_generator", { spike_times = c.ex }), neuron, "one_to_one", { receptor_type = "ex_" .. c.name })
  sim:connect(sim:create("spike_generator", { spike_times = c.inh }), neuron, "one_to_one", { receptor_type = "in_" .. c.name })
  quantities[#quantities + 1] = "V_" .. c.name
end
for _, kind in ipairs { "ex", "in" } do
  for _, c in ipairs(COMPARTMENTS) do quantities[#quantities + 1] = ("g_%s_%s"):format(kind, c.name) end
end
local trace, spikes = sim:record(neuron, quantities, { interval = 0.1 }), sim:record(neuron)
sim:simulate(700)
neuron:set { I_e = options.current }
sim:simulate(300)

report.value("spikes", spikes.n_events)
local function panel(ylabel, first, last)
  local curves, events = {}, trace.events
  for i = first, last do curves[quantities[i]] = events[quantities[i]] end
  return plot.lines(events.times, curves, { xlabel = "time (ms)", ylabel = ylabel })
end
plot.panels { panel("potential (mV)", 1, 3), panel("conductance (nS)", 4, 9) }:save(options:figure("mc_neuron"))
