-- A network with clusters of excitatory and inhibitory neurons, whose connections are stronger within a cluster than between: clusters are
-- active by turns, and a current makes three of them so. Rost, Deger & Nawrot (2018), doi:10.1007/s00422-017-0737-7;
-- Rostami et al. (2024), doi:10.1371/journal.pcbi.1012220.
--
-- Twin of NEST's example EI_clustered_network.
-- test: --scale 0.1 --time 200

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A network of excitatory and inhibitory clusters.",
  { "time", 11000.0, "simulated time in ms, the first second to settle" },
  { "scale", 1.0, "size of the network; at 1 it has 5000 neurons" },
  { "clusters", 20, "their number" },
  { "strength", 6.0, "how much stronger excitatory connections are within a cluster" },
}

local WARM_UP = 1000.0                                       -- ms
local TAU = { E = 20.0, I = 10.0 }                           -- ms
local TAU_SYN, THRESHOLD, T_REF, DELAY = 5.0, 20.0, 5.0, 0.1 -- ms, mV, ms, ms
local DRIVE = { E = 1.25, I = 0.78 }                         -- constant current over that which reaches the threshold
local P = { EE = 0.2, EI = 0.5, IE = 0.5, II = 0.5 }         -- probability of a connection, target first
local G = { EI = 1.2, IE = 1.0, II = 1.0 }                   -- inhibition over excitation, and so on
local R_J = 0.82                                             -- inhibitory clustering over excitatory
local STIMULATED, STIMULUS = { 3, 4, 5 }, { times = { 3000, 4500, 7000, 8500 }, values = { 0.15, 0, 0.15, 0 } }  -- ms, pA

local Q = options.clusters
local N = { E = 4000 * options.scale // Q // 1 * Q, I = 1000 * options.scale // Q // 1 * Q }

-- Peak of the potential, in mV, after a current that decays with TAU_SYN from 1 pA (C_m = 1 pF).
local function peak(tau)
  local t, factor = math.log(TAU_SYN / tau) / (1 / tau - 1 / TAU_SYN), tau * TAU_SYN / (TAU_SYN - tau)
  return factor * (math.exp(-t / TAU_SYN) - math.exp(-t / tau))
end

-- Weights that balance excitation and inhibition.
local J = {}
J.EE = THRESHOLD / math.sqrt(N.E * P.EE) / peak(TAU.E)
J.EI = -G.EI * J.EE * P.EE * N.E / (P.EI * N.I)
J.IE = G.IE * THRESHOLD / math.sqrt(N.E * P.IE) / peak(TAU.I)
J.II = -G.II * J.IE * P.IE * N.E / (P.II * N.I)

math.randomseed(options.seed)
local function lognormal()
  return math.exp(math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random()))
end

local sim = astro.Simulation { seed = options.seed }
local cells, clusters = {}, { E = {}, I = {} }
for _, kind in ipairs { "E", "I" } do
  local potentials = {}
  for i = 1, N[kind] do potentials[i] = THRESHOLD - 20 * lognormal() end
  cells[kind] = sim:create("iaf_psc_exp", N[kind], {
    C_m = 1.0, E_L = 0.0, V_reset = 0.0, V_th = THRESHOLD, t_ref = T_REF, tau_m = TAU[kind], tau_syn_ex = TAU_SYN, tau_syn_in = TAU_SYN,
    I_e = DRIVE[kind] * THRESHOLD / TAU[kind], V_m = potentials,
  })
  local size = N[kind] // Q
  for q = 1, Q do clusters[kind][q] = cells[kind]:slice((q - 1) * size + 1, q * size) end
end

for _, pair in ipairs { "EE", "EI", "IE", "II" } do
  local within = pair == "EE" and options.strength or 1 + (options.strength - 1) * R_J
  local between = (Q - within) / (Q - 1)
  for i, pre in ipairs(clusters[pair:sub(2)]) do
    for j, post in ipairs(clusters[pair:sub(1, 1)]) do
      local weight = J[pair] * (i == j and within or between)
      sim:connect(pre, post, { rule = "pairwise_bernoulli", p = P[pair], allow_autapses = false }, { weight = weight, delay = DELAY })
    end
  end
end
local current = sim:create("step_current_generator", { amplitude_times = STIMULUS.times, amplitude_values = STIMULUS.values })
for _, q in ipairs(STIMULATED) do sim:connect(current, clusters.E[q]) end

local spikes = sim:record(cells.E + cells.I)
sim:simulate(options.time)

local events = spikes.events
local after = events.senders:select(events.times:gt(WARM_UP))
local seconds = math.max(options.time - WARM_UP, 0) / 1000
if seconds > 0 then
  report.value("excitatory rate", after:le(N.E):sum() / N.E / seconds, "Hz")
  report.value("inhibitory rate", after:gt(N.E):sum() / N.I / seconds, "Hz")
end
report.run(sim)
plot.raster(spikes, { groups = { { "excitatory", cells.E }, { "inhibitory", cells.I } } }):save(options:figure("EI_clustered_network"))
