-- The neurons and the network of Stimberg et al. (2019), examples 1 and 6: 3200 excitatory and 800 inhibitory neurons with conductances,
-- where a synapse releases a part of the transmitter that it has.
local astro = require "astro"

local coba = {}

coba.neuron = astro.model {
  name = "coba",
  summary = "Leaky integrate-and-fire neuron with conductances that decay exponentially.",
  references = { "Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18" },
  parameters = {
    { "C_m",   "198 pF",  "membrane capacitance", "> 0" },
    { "g_L",   "9.99 nS", "leak conductance", "> 0" },
    { "E_L",   "-60 mV",  "resting potential, and that after a spike" },
    { "V_th",  "-50 mV",  "threshold" },
    { "t_ref", "5 ms",    "refractory time", ">= 0" },
    { "I_ex",  "150 pA",  "current from outside" },
    { "E_e",   "0 mV",    "excitatory reversal potential" },
    { "E_i",   "-80 mV",  "inhibitory reversal potential" },
    { "tau_e", "5 ms",    "decay time of the excitatory conductance", "> 0" },
    { "tau_i", "10 ms",   "decay time of the inhibitory conductance", "> 0" },
    { "w_e",   "0.05 nS", "bound of the excitatory conductance at the start", ">= 0" },
    { "w_i",   "1 nS",    "bound of the inhibitory conductance at the start", ">= 0" },
  },
  state = {
    { "V_m", "E_L + rand()*(V_th - E_L)", "membrane potential" },
    { "g_e", "rand()*w_e",                "excitatory conductance" },
    { "g_i", "rand()*w_i",                "inhibitory conductance" },
  },
  equations = [[
    dV_m/dt = (g_L*(E_L - V_m) + g_e*(E_e - V_m) + g_i*(E_i - V_m) + I_ex)/C_m
    dg_e/dt = -g_e/tau_e
    dg_i/dt = -g_i/tau_i
  ]],
  on_spike = { excitatory = "g_e += weight", inhibitory = "g_i -= weight" },
  spike = { when = "V_m > V_th", action = "V_m = E_L", refractory = "t_ref", hold = "V_m" },
}

-- Release without astrocytes. U_0 is the same for all, so the program keeps the states once a sender.
coba.synapse = astro.synapse {
  name = "facilitating_depressing",
  summary = "Facilitation and depression.",
  parameters = { U_0 = 0.6, Omega_f = "3.33 1/s", Omega_d = "2 1/s" },
  state = { u_S = 0, x_S = 1 },
  equations = [[
    du_S/dt = -Omega_f*u_S
    dx_S/dt = Omega_d*(1 - x_S)
  ]],
  on_pre = "u_S += U_0*(1 - u_S); r_S = u_S*x_S; x_S -= r_S; send(weight*r_S)",
}

coba.W_E, coba.W_I = 0.05, -1.0              -- nS
coba.P_E, coba.P_I = 0.05, 0.2

return coba
