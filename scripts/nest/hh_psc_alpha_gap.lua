-- NEST's hh_psc_alpha_gap: a fast-spiking Hodgkin-Huxley neuron with gap junctions. Mancilla et al. (2007),
-- doi:10.1523/JNEUROSCI.2715-06.2007. Each gap junction sends the potential of the other cell, times its conductance in nS, to V_other;
-- g_gap is the sum of a cell's conductances.
local astro = require "astro"

local rest = -69.60401191631222  -- mV
local function linoid(x, y) return x / (1 - math.exp(-x / y)) end
local function steady(alpha, beta) return alpha / (alpha + beta) end

return astro.model {
  name = "hh_psc_alpha_gap",
  parameters = {
    C_m = "40 pF", E_Na = "74 mV", E_K = "-90 mV", E_L = "-70 mV", g_Na = "4500 nS", g_Kv1 = "9 nS", g_Kv3 = "9000 nS", g_L = "10 nS",
    tau_syn_ex = "0.2 ms", tau_syn_in = "2 ms", t_ref = "2 ms", I_e = "0 pA", g_gap = "0 nS",
  },
  state = {
    V_m = "-69.60401191631222 mV",
    Act_m = steady(40 * linoid(rest - 75.5, 13.5), 1.2262 / math.exp(rest / 42.248)),
    Inact_h = steady(0.0035 / math.exp(rest / 24.186), 0.017 * linoid(rest + 51.25, 5.2)),
    Act_n = steady(0.014 * linoid(rest + 44, 2.3), 0.0043 / math.exp((rest + 44) / 34)),
    Inact_p = steady(linoid(rest - 95, 11.8), 0.025 / math.exp(rest / 22.222)),
    I_syn_ex = "0 pA", dI_syn_ex = "0 pA/ms", I_syn_in = "0 pA", dI_syn_in = "0 pA/ms",
  },
  inputs = { I_stim = "current pA", V_other = "signal mV" },
  equations = [[
    v = V_m/(1*mV)
    I_Na = g_Na*Act_m^3*Inact_h*(V_m - E_Na)
    I_K = (g_Kv1*Act_n^4 + g_Kv3*Inact_p^2)*(V_m - E_K)
    dV_m/dt = (g_L*(E_L - V_m) - I_Na - I_K + I_syn_ex + I_syn_in + I_e + I_stim + 1*nS*V_other - g_gap*V_m)/C_m

    # x/(1 - exp(-x/y)) is y/exprel(-x/y)
    dAct_m/dt = 40/ms*13.5/exprel(-(v - 75.5)/13.5)*(1 - Act_m) - 1.2262/ms*exp(-v/42.248)*Act_m
    dInact_h/dt = 0.0035/ms*exp(-v/24.186)*(1 - Inact_h) - 0.017/ms*5.2/exprel(-(v + 51.25)/5.2)*Inact_h
    dAct_n/dt = 0.014/ms*2.3/exprel(-(v + 44)/2.3)*(1 - Act_n) - 0.0043/ms*exp(-(v + 44)/34)*Act_n
    dInact_p/dt = 1/ms*11.8/exprel(-(v - 95)/11.8)*(1 - Inact_p) - 0.025/ms*exp(-v/22.222)*Inact_p

    dI_syn_ex/dt = dI_syn_ex - I_syn_ex/tau_syn_ex
    ddI_syn_ex/dt = -dI_syn_ex/tau_syn_ex
    dI_syn_in/dt = dI_syn_in - I_syn_in/tau_syn_in
    ddI_syn_in/dt = -dI_syn_in/tau_syn_in
  ]],
  on_spike = {
    excitatory = "dI_syn_ex += exp(1)*weight/tau_syn_ex",
    inhibitory = "dI_syn_in += exp(1)*weight/tau_syn_in",
  },
  spike = { when = "V_m >= 0*mV and last(V_m) > V_m", refractory = "t_ref" },
  method = "rkf45",
}
