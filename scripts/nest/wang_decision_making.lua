-- Decision making by slow reverberation: two groups of neurons compete, each with its own input, and the NMDA currents of the winner
-- keep it active. Wang (2002), doi:10.1016/S0896-6273(02)01092-9.
--
-- Twin of NEST's example wang_decision_making. A spike opens NMDA channels by what its sender has left closed, so that gate is a state of
-- the sender's synapses.
-- test: --time 20 --runs 1

local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Two groups that compete, for three differences of their inputs.",
  { "time", 4000.0, "simulated time in ms" },
  { "runs", 3, "how many of the coherences: 51.2, 12.8 and 0 %" },
}

local COHERENCES = { 51.2, 12.8, 0.0 }                       -- %
local N_EX, N_IN, SELECTIVE = 1600, 400, 0.15                -- neurons; part of the excitatory ones in each group
local DELAY = 0.5                                            -- ms
local W_PLUS = 1.7                                           -- weight within a group
local W_MINUS = 1 - SELECTIVE * (W_PLUS - 1) / (1 - SELECTIVE)
local G_EX = { AMPA = 0.05, NMDA = 0.165, GABA = 1.3, outside = 2.1 }   -- nS, onto excitatory neurons
local G_IN = { AMPA = 0.04, NMDA = 0.13, GABA = 1.0, outside = 1.62 }   -- onto inhibitory ones
local BACKGROUND = 2400.0                                    -- Hz
local SIGNAL_START, SIGNAL_STOP, UPDATE = 1000, 2000, 50     -- ms
local MU, SIGMA = 40.0, 4.0                                  -- Hz, of the signals

local neuron = astro.model {
  name = "iaf_bw_2001",
  summary = "Leaky integrate-and-fire neuron with AMPA, NMDA and GABA conductances.",
  parameters = {
    { "C_m", "500 pF", "", "> 0" }, { "g_L", "25 nS", "", "> 0" }, { "E_L", "-70 mV" }, { "E_ex", "0 mV" }, { "E_in", "-70 mV" },
    { "V_th", "-50 mV" }, { "V_reset", "-55 mV" }, { "t_ref", "2 ms", "", ">= 0" },
    { "tau_AMPA", "2 ms", "", "> 0" }, { "tau_GABA", "5 ms", "", "> 0" }, { "tau_decay_NMDA", "100 ms", "", "> 0" },
    { "conc_Mg2", 1.0, "magnesium in mM" },
  },
  state = { { "V_m", "E_L" }, { "s_AMPA", "0 nS" }, { "s_GABA", "0 nS" }, { "s_NMDA", "0 nS" } },
  equations = [[
    dV_m/dt    = (g_L*(E_L - V_m) - I_AMPA - I_NMDA - I_GABA)/C_m
    ds_AMPA/dt = -s_AMPA/tau_AMPA
    ds_GABA/dt = -s_GABA/tau_GABA
    ds_NMDA/dt = -s_NMDA/tau_decay_NMDA
    I_AMPA = (V_m - E_ex)*s_AMPA
    I_GABA = (V_m - E_in)*s_GABA
    I_NMDA = (V_m - E_ex)*s_NMDA/(1 + conc_Mg2*exp(-0.062/mV*V_m)/3.57)
  ]],
  on_spike = { AMPA = "s_AMPA += weight", GABA = "s_GABA += weight", NMDA = "s_NMDA += weight" },
  spike = { when = "V_m >= V_th", action = "V_m = V_reset", refractory = "t_ref", hold = "V_m" },
  method = "rkf45", tolerance = 1e-3,
}

-- How far a spike opens the gate s of NMDA channels, k_0 + k_1 s: what x, which opens it with alpha and decays with tau_rise, does in the
-- long run. k_0 is an incomplete gamma function, here as its series.
local ALPHA, TAU_RISE, TAU_DECAY = 0.5, 2.0, 100.0           -- 1/ms, ms, ms
local function gate()
  local x, a = ALPHA * TAU_RISE, 1 - TAU_RISE / TAU_DECAY
  local sum, term = 0, 1
  for n = 0, 50 do
    sum, term = sum + term / (a + n), term * -x / (n + 1)
  end
  return x * sum, math.exp(-x) - 1
end
local K_0, K_1 = gate()

local nmda = astro.synapse {
  name = "nmda_synapse",
  parameters = { k_0 = K_0, k_1 = K_1, tau_decay = "100 ms" },
  state = { s = 0 },
  equations = "ds/dt = -s/tau_decay",
  on_pre = "jump = k_0 + k_1*s; s += jump; send(weight*jump)",
}

-- Both kinds of excitatory connections, or an inhibitory one.
local function excite(sim, from, to, g, factor)
  sim:connect(from, to, "all_to_all", { weight = factor * g.AMPA, delay = DELAY, receptor_type = "AMPA" })
  sim:connect(from, to, "all_to_all", { synapse_model = nmda, weight = factor * g.NMDA, delay = DELAY, receptor_type = "NMDA" })
end
local function outside(g) return { weight = g.outside, delay = 0.1, receptor_type = "AMPA" } end

-- A signal whose rate is drawn anew every 50 ms.
local function signal(sim, mean)
  local times, rates = {}, {}
  for t = SIGNAL_START, SIGNAL_STOP - UPDATE, UPDATE do
    times[#times + 1], rates[#rates + 1] = t, math.max(0, astro.random.normal(mean, SIGMA):draw())
  end
  times[#times + 1], rates[#rates + 1] = SIGNAL_STOP, 0
  return sim:create("inhomogeneous_poisson_generator", { rate_times = times, rate_values = rates })
end

local function connect(sim, a, b, rest, inh)
  local exc = a + b + rest
  sim:connect(sim:create("poisson_generator", { rate = BACKGROUND }), exc, "all_to_all", outside(G_EX))
  sim:connect(sim:create("poisson_generator", { rate = BACKGROUND }), inh, "all_to_all", outside(G_IN))
  for _, one in ipairs { { a, b }, { b, a } } do
    excite(sim, one[1], one[1], G_EX, W_PLUS)
    excite(sim, one[1], one[2], G_EX, W_MINUS)
  end
  excite(sim, rest, a + b, G_EX, W_MINUS)
  excite(sim, exc, rest, G_EX, 1)
  excite(sim, exc, inh, G_IN, 1)
  sim:connect(inh, exc, "all_to_all", { weight = G_EX.GABA, delay = DELAY, receptor_type = "GABA" })
  sim:connect(inh, inh, "all_to_all", { weight = G_IN.GABA, delay = DELAY, receptor_type = "GABA" })
end

local function run(coherence)
  local sim = astro.Simulation { seed = options.seed }
  local group = math.floor(SELECTIVE * N_EX)
  local a, b, rest = sim:create(neuron, group), sim:create(neuron, group), sim:create(neuron, N_EX - 2 * group)
  local inh = sim:create(neuron, N_IN, { g_L = 20, C_m = 200, t_ref = 1 })
  connect(sim, a, b, rest, inh)
  for i, cells in ipairs { a, b } do
    local difference = (i == 1 and 1 or -1) * coherence / 100
    sim:connect(signal(sim, MU * (1 + difference)), cells, "all_to_all", outside(G_EX))
  end
  local others, first, second, inhibitory = sim:record(rest), sim:record(a), sim:record(b), sim:record(inh)
  sim:simulate(options.time)
  return { first, second, others, inhibitory }
end

local figures = {}
for i = 1, math.min(options.runs, #COHERENCES) do
  local spikes, curves, times = run(COHERENCES[i]), {}, nil
  report.heading(("coherence %g %%"):format(COHERENCES[i]))
  for k, name in ipairs { "group A", "group B", "others", "inhibitory" } do report.value(name, spikes[k]:rate(), "Hz") end
  for k, name in ipairs { "A", "B" } do
    local rate = analysis.rate_over_time(spikes[k], { bin = math.min(25, options.time / 4) })
    curves[name], times = rate.values, rate.times
    local last = { from = options.time - math.min(options.time, 500), to = options.time }
    report.value("group " .. name .. " at the end", analysis.rate(spikes[k], last), "Hz")
  end
  figures[i] = plot.lines(times, curves, { xlabel = "time (ms)", ylabel = "rate (Hz)", title = ("Coherence %g %%"):format(COHERENCES[i]) })
end
plot.panels(figures):save(options:figure("wang_decision_making"))
