-- Brunel's sparsely connected network of excitatory and inhibitory neurons, with alpha-shaped currents: asynchronous irregular activity.
-- Brunel (2000), doi:10.1023/A:1008925309027.
--
-- Twin of NEST's example brunel_alpha_nest.
-- test: --order 50 --time 100

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Brunel's network with alpha-shaped currents.",
  { "order", 2500, "number of inhibitory neurons, a quarter of that of excitatory ones" },
  { "time", 1000.0, "simulated time in ms" },
  { "g", 5.0, "inhibitory over excitatory weight" },
  { "eta", 2.0, "external rate over the rate that reaches the threshold" },
}

local EPSILON, DELAY = 0.1, 1.5                              -- probability of a connection; ms
local TAU_M, TAU_SYN, C_M, THRESHOLD = 20.0, 0.5, 250.0, 20.0 -- ms, ms, pF, mV
local J = 0.1                                                -- mV, peak of a postsynaptic potential
local N_RECORDED = 50

-- Peak of the potential, in mV, after a spike of weight 1 pA.
local function psp()
  local b, largest = 1 / TAU_SYN - 1 / TAU_M, 0
  for t = 0, TAU_M, 1e-4 do
    local decay = math.exp(-t / TAU_SYN)
    largest = math.max(largest, (math.exp(-t / TAU_M) - decay) / b - t * decay)
  end
  return math.exp(1) / (TAU_SYN * C_M * b) * largest
end

local n_ex, n_in = 4 * options.order, options.order
local c_ex, c_in = EPSILON * n_ex // 1, EPSILON * n_in // 1
local weight = J / psp()
local threshold_rate = THRESHOLD * C_M / (weight * c_ex * math.exp(1) * TAU_M * TAU_SYN)  -- 1/ms
local neuron = {
  C_m = C_M, tau_m = TAU_M, tau_syn_ex = TAU_SYN, tau_syn_in = TAU_SYN, t_ref = 2.0, E_L = 0.0, V_reset = 0.0, V_m = 0.0, V_th = THRESHOLD,
}

local sim = astro.Simulation { seed = options.seed }
local exc, inh = sim:create("iaf_psc_alpha", n_ex, neuron), sim:create("iaf_psc_alpha", n_in, neuron)
local noise = sim:create("poisson_generator", { rate = 1000.0 * options.eta * threshold_rate * c_ex })
local excitatory, inhibitory = { weight = weight, delay = DELAY }, { weight = -options.g * weight, delay = DELAY }
sim:connect(noise, exc + inh, "all_to_all", excitatory)
sim:connect(exc, exc + inh, { rule = "fixed_indegree", indegree = c_ex }, excitatory)
sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = c_in }, inhibitory)
local exc_spikes, inh_spikes = sim:record(exc:slice(1, N_RECORDED)), sim:record(inh:slice(1, N_RECORDED))
sim:simulate(options.time)

report.value("excitatory rate", exc_spikes:rate(), "Hz")
report.value("inhibitory rate", inh_spikes:rate(), "Hz")
report.run(sim)
plot.raster(exc_spikes, { histogram = true }):save(options:figure("brunel_alpha_nest"))
