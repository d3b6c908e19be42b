-- An electrical synapse between two neurons of equations.
local neuron = astro.model {
  name = "neuron",
  parameters = { C_m = "250 pF", tau_m = "10 ms", E_L = "-70 mV", V_th = "-55 mV" },
  state = { V_m = "E_L" },
  inputs = { I_stim = "current pA", I_gap = "signal pA" },
  equations = "dV_m/dt = (E_L - V_m)/tau_m + (I_stim + I_gap)/C_m",
  spike = { when = "V_m >= V_th", action = "V_m = E_L" },
}
local junction = astro.coupling { name = "electrical", parameters = { g = "2 nS" }, input = "I_gap", value = "g*(pre.V_m - post.V_m)" }
local sim = astro.Simulation { seed = 1 }
local a, b = sim:create(neuron), sim:create(neuron)
sim:connect(a, b, { rule = "one_to_one", make_symmetric = true }, { synapse_model = junction })
sim:connect(sim:create("dc_generator", { amplitude = 450 }), a)
local traces, spikes = sim:record(a + b, { "V_m" }), sim:record(a + b)
sim:simulate(100)
traces:save("traces.csv")
print(spikes.n_events)
