-- Two-variable neuron of Izhikevich, which fires in many patterns.
-- Source: Izhikevich (2003), doi:10.1109/TNN.2003.820440
return {
  name = "izhikevich",
  summary = "Two-variable neuron of Izhikevich, which fires in many patterns.",
  references = { "Izhikevich (2003), doi:10.1109/TNN.2003.820440" },
  notes = {
    "The paper's numbers have no units and stand for mV and ms; a current of 1 pA counts as 1.",
    "Forward Euler, where both variables use values from before the step, as in NEST with consistent_integration = true (its default). "
      .. "The paper uses another scheme: two half steps for V_m, and U_m from the new V_m.",
    "A spike of weight W raises V_m by W mV. V_m never falls below V_min.",
  },
  parameters = {
    { "a",     "0.02 1/ms", "rate of recovery" },
    { "b",     0.2,         "how strongly recovery follows V_m" },
    { "c",     "-65 mV",    "potential after a spike" },
    { "d",     "8 mV",      "recovery added at a spike" },
    { "V_th",  "30 mV",     "peak of a spike, where V_m is reset" },
    { "V_min", "-inf mV", "lowest V_m" },
    { "I_e",   "0 pA",      "constant current" },
  },
  state = {
    { "V_m", "-65 mV", "membrane potential" },
    { "U_m", "-13 mV", "recovery" },
  },
  inputs = { I_stim = "current pA", I_SIC = "signal pA" },
  equations = [[
    dV_m/dt = 0.04/(mV*ms)*V_m^2 + 5/ms*V_m + 140*mV/ms - 1/ms*U_m + 1/pF*(I_e + I_stim + I_SIC)
    dU_m/dt = a*(b*V_m - U_m)
  ]],
  on_spike = "V_m += weight",
  spike = { when = "V_m >= V_th", action = "V_m = c; U_m += d" },
  events = { bound = { when = "V_m < V_min", action = "V_m = V_min" } },
  method = "euler",
}
