-- A neuron and an astrocyte of equations.
local cell = astro.model {
  name = "cell",
  parameters = { C_m = "250 pF", tau_m = "10 ms", tau_syn = "2 ms", E_L = "-70 mV", V_th = "-55 mV" },
  state = { V_m = "E_L", I_syn = "0 pA" },
  inputs = { I_stim = "current pA" },
  equations = [[
    dV_m/dt = (E_L - V_m)/tau_m + (I_syn + I_stim)/C_m
    dI_syn/dt = -I_syn/tau_syn
  ]],
  on_spike = "I_syn += weight",
  spike = { when = "V_m >= V_th", action = "V_m = E_L", refractory = "2*ms" },
}
local sim = astro.Simulation { seed = 1 }
local cells = sim:create(cell, 5)
sim:connect(sim:create("poisson_generator", { rate = 4000 }), cells, "all_to_all", { weight = 60 })
local spikes, traces = sim:record(cells), sim:record(cells, { "V_m", "I_syn" })
for _ = 1, 2 do sim:simulate(50) end
spikes:save("spikes.csv")
traces:save("traces.csv")
