-- Potential and rate of a neuron under Poisson input, compared with Campbell's theorem and Siegert's formula.
--
-- Twin of NEST's example CampbellSiegert.
-- test: --time 200

local astro = require "astro"
local report = require "astro.report"

local options = require "astro.options" {
  "Theory and simulation of a neuron under Poisson input.",
  { "time", 20000.0, "simulated time in ms" },
  { "rate", 10000.0, "rate of the input in Hz" },
  { "psp", 0.1, "peak of a postsynaptic potential in mV" },
}

local C_M, E_L, V_TH, T_REF, TAU_M = 250.0, -70.0, -55.0, 2.0, 10.0  -- pF, mV, mV, ms, ms
local TAU_SYN = { excitatory = 0.5, inhibitory = 2.0 }               -- ms
local N, SKIP = 10, 50.0                                             -- neurons; ms left out of the mean
local tau = options.psp > 0 and TAU_SYN.excitatory or TAU_SYN.inhibitory

-- Peak of the potential, in mV, after a spike of weight 1 pA.
local function peak()
  local b, largest = 1 / tau - 1 / TAU_M, 0
  for t = 0, 5 * TAU_M, 1e-4 do
    local decay = math.exp(-t / tau)
    largest = math.max(largest, (math.exp(-t / TAU_M) - decay) / b - t * decay)
  end
  return math.exp(1) / (tau * C_M * b) * largest
end

local weight = options.psp / peak()                                 -- pA
local charge = weight * tau * math.exp(1) * TAU_M / C_M             -- mV ms
local mean = E_L + options.rate / 1000 * charge
local variance = options.rate / 1000 * (2 * TAU_M + tau) * (charge / (2 * (TAU_M + tau))) ^ 2

-- Siegert's integral of exp(u^2) (1 + erf(u)), both by the rule of trapezoids.
local function siegert(steps)
  local from, to = (E_L - mean) / math.sqrt(2 * variance), (V_TH - mean) / math.sqrt(2 * variance)
  local h, sum, below = (to - from) / steps, 0, 0
  for u = -8, from, 1e-4 do below = below + math.exp(-u * u) * 1e-4 end
  for i = 0, steps do
    local u = from + i * h
    sum = sum + math.exp(u * u) * 2 * below * h * (i % steps == 0 and 0.5 or 1)
    below = below + (math.exp(-u * u) + math.exp(-(u + h) ^ 2)) / 2 * h
  end
  return 1000 / (T_REF + TAU_M * sum)
end

local neuron = {
  C_m = C_M, tau_m = TAU_M, tau_syn_ex = TAU_SYN.excitatory, tau_syn_in = TAU_SYN.inhibitory,
  E_L = E_L, V_m = E_L, V_reset = E_L, V_th = V_TH, t_ref = T_REF,
}
local sim = astro.Simulation { seed = options.seed }
local neurons, free = sim:create("iaf_psc_alpha", N, neuron), sim:create("iaf_psc_alpha", neuron)
free:set { V_th = 1e12 }
sim:connect(sim:create("poisson_generator", { rate = options.rate }), neurons + free, "all_to_all", { weight = weight, delay = 0.1 })
local trace, spikes = sim:record(free, { "V_m" }, { interval = 0.1 }), sim:record(neurons)
sim:simulate(options.time)

local V_m = trace.events.V_m:select(trace.events.times:gt(SKIP))
report.heading("simulated, and calculated")
report.value("mean of V_m", ("%.4f, %.4f mV"):format(V_m:mean(), mean))
report.value("variance of V_m", ("%.4f, %.4f mV²"):format(V_m:std() ^ 2, variance))
report.value("rate", ("%.4f, %.4f Hz"):format(spikes:rate(), siegert(1000)))
