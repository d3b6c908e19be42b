-- The STDP curve under gliotransmission that changes release, with the spine of De Pittà and Brunel (2016), doi:10.1155/2016/7607924,
-- figure 5: one release of gliotransmitter at the beginning of the first of 61 pairs at 1 Hz.
--
-- Calcium in the spine comes from release by the synapse and from spikes of the target; the contribution of the latter grows with the
-- former. The change of the synapse follows from the time above two thresholds, as the mean over noisy two-state synapses (Graupner and
-- Brunel 2012, doi:10.1073/pnas.1109359109). Parameters are those of the authors' program (github.com/tshaddix18/NeuralPlasticity2016).
-- test: --pairs 2 --points 5

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "The curve of STDP under gliotransmission, with the spine of De Pittà and Brunel (2016).",
  { "pairs", 61, "pairs of spikes, one per second" },
  { "points", 41, "intervals from -100 to 100 ms" },
  { "time", 0.0, "simulated time in ms, one pair for each 1000; 0: all pairs" },
}

local DT, LONGEST, START = 0.1, 100.0, 1.0                                   -- ms; START: the first spike of the first pair
local SHORT = options.time > 0 and options.time < 1000.0 * options.pairs
local PAIRS = SHORT and math.ceil(options.time / 1000.0) or options.pairs
local STOP = SHORT and options.time or START + 1000.0 * PAIRS

-- What scales a difference of exponentials to a peak of 1: rise and decay in s.
local function normalised(rise, decay)
  local ratio, k = rise / decay, decay - rise
  return (1 / decay - 1 / rise) / (ratio ^ (decay / k) - ratio ^ (rise / k))
end

local spine = astro.model {
  name = "spine_with_rise",
  summary = "Calcium of a spine that rises and decays, and how long it is above two thresholds.",
  references = { "De Pittà and Brunel (2016), doi:10.1155/2016/7607924" },
  parameters = {
    { "tau_pre_r",  "10 ms", "rise time of presynaptic calcium", "> 0" },
    { "tau_pre_d",  "30 ms", "its decay time", "> 0" },
    { "tau_post_r", "2 ms",  "rise time of postsynaptic calcium", "> 0" },
    { "tau_post_d", "12 ms", "its decay time", "> 0" },
    { "n_pre",      normalised(0.010, 0.030), "scale of presynaptic calcium" },
    { "n_post",     2.5 * normalised(0.002, 0.012), "scale of postsynaptic calcium" },
    { "k",          "59 1/s",   "strength of the synapse", ">= 0" },
    { "Omega_c",    "1000 1/s", "clearance rate of transmitter", "> 0" },
    { "eta",        4,          "amplification of postsynaptic by presynaptic calcium", ">= 0" },
    { "theta_d",    1,          "calcium above which the synapse is depressed", ">= 0" },
    { "theta_p",    2.2,        "calcium above which it is potentiated", ">= 0" },
  },
  state = {
    { "y", 0, "transmitter, in units of a full release" },
    { "B", "0 1/s", "presynaptic calcium before its rise" }, { "A", 0, "presynaptic calcium" },
    { "F", "0 1/s", "postsynaptic calcium before its rise" }, { "P", 0, "postsynaptic calcium" },
    { "above_d", "0 ms", "time above theta_d" }, { "above_p", "0 ms", "time above theta_p" },
  },
  equations = [[
    dy/dt = -Omega_c*y
    dB/dt = (k*y - B)/tau_pre_d
    dA/dt = -A/tau_pre_r + n_pre*B
    dF/dt = -F/tau_post_d
    dP/dt = -P/tau_post_r + n_post*F
    C     = A + P
    dabove_d/dt = int(C > theta_d)
    dabove_p/dt = int(C > theta_p)
  ]],
  on_spike = { pre = "y += weight", post = "F += weight*(1 + eta*A)/(1*s)" },
}

local astrocyte = astro.model(gliotransmission.releasing_astrocyte("releasing_astrocyte_slow", {
  O_G = "1.5 1/(uM*s)", Omega_G = "0.0333333333333333 1/s", U_A = 0.6, Omega_A = "0.6 1/s", G_0 = "20 uM", Omega_e = "5 1/s",
}))
local synapse = astro.synapse(gliotransmission.synapse())

-- ## The change of a synapse: the mean over many with noise, of which half begin in each state

local RHO, GAMMA_D, GAMMA_P, TAU, SIGMA, BETA, B = 0.5, 0.57, 1.32, 1500.0, 0.1, 0.5, 4.0

-- 1 - erf(x), relative error 1.2e-7 (a Chebyshev fit).
local function erfc(x)
  local t = 1 / (1 + 0.5 * math.abs(x))
  local c, sum = {
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
  }, 0
  for i = #c, 1, -1 do sum = sum * t + c[i] end
  local y = t * math.exp(-x * x + sum)
  return x >= 0 and y or 2 - y
end

-- In percent, from the times above both thresholds as parts of all time.
local function change(d, p)
  if d == 0 then return 0 end
  local n, rate = PAIRS, GAMMA_P * p + GAMMA_D * d
  local mean, decay = GAMMA_P * p / rate, math.exp(-n * 1000.0 * rate / TAU)
  local spread = math.sqrt(SIGMA ^ 2 * (p + d) / rate * (1 - decay ^ 2))
  local function below(start) return erfc((RHO - mean + (mean - start) * decay) / spread) / 2 end
  local up, down = below(0), 1 - below(1)
  return 100 * ((BETA * (1 - up) + (1 - BETA) * down + (BETA * up + (1 - BETA) * (1 - down)) * B) / (BETA + (1 - BETA) * B) - 1)
end

-- ## Curves

local intervals = {}
for i = 1, options.points do intervals[i] = -LONGEST + 2 * LONGEST * (i - 1) / (options.points - 1) end

local function train(first)
  local times = {}
  for n = 1, PAIRS do times[n] = math.floor((first + 1000.0 * (n - 1)) * 10 + 0.5) / 10 end
  return times
end

-- Both spikes of a pair take as long to arrive; the first of them comes as the astrocyte releases, if it does.
local function curve(case)
  local sim = astro.Simulation { resolution = DT, seed = options.seed }
  local spines, glia = sim:create(spine, #intervals), sim:create(astrocyte)
  local senders = sim:create("parrot_neuron", #intervals)
  for i, interval in ipairs(intervals) do
    local pre, post = train(START + math.max(0, -interval)), train(START + math.max(0, interval))
    sim:connect(sim:create("spike_generator", { spike_times = pre }), senders[i], "all_to_all", { delay = DT })
    sim:connect(sim:create("spike_generator", { spike_times = post }), spines[i], "all_to_all", { receptor_type = "post", delay = 2 * DT })
  end
  sim:connect(senders, spines, "one_to_one", {
    synapse_model = synapse, receptor_type = "pre", delay = DT, U_0 = case.U_0, alpha = case.alpha or case.U_0,
    Omega_f = 3.0, Omega_d = 3.0, third = case.alpha and glia or 0, rho_c = 0,                             -- it does not feed the astrocyte
  })
  sim:connect(sim:create("spike_generator", { spike_times = { START } }), glia, "all_to_all", { delay = DT })
  sim:simulate(STOP)
  local d, p, values = spines:get("above_d"), spines:get("above_p"), {}
  for i = 1, #intervals do values[i] = change(d[i] / (1000.0 * PAIRS), p[i] / (1000.0 * PAIRS)) end
  return values, sim
end

local AT = { -20, 20, 50, 80 }                -- ms: where `reference` has the change in percent
local CASES = {
  { name = "no gliotransmission", U_0 = 0.5, reference = { -37.16, 49.73, 35.72, 8.78 } },
  { name = "facilitating, 0.1", U_0 = 0.1 },
  { name = "depressing, 0.8", U_0 = 0.8 },
  { name = "release lowered", U_0 = 0.5, alpha = 0.0, reference = { -0.57, 39.34, 18.59, 1.93 } },
  { name = "release raised", U_0 = 0.5, alpha = 1.0, reference = { -55.19, 38.43, -9.57, -30.84 } },
}

-- Where a curve changes sign between two values, in ms: upwards or downwards.
local function crossings(values)
  local found = {}
  for i = 2, #values do
    if values[i - 1] * values[i] < 0 then
      local x = intervals[i - 1] + (intervals[i] - intervals[i - 1]) * values[i - 1] / (values[i - 1] - values[i])
      found[#found + 1] = ("%.1f ms %s"):format(x, values[i] > 0 and "up" or "down")
    end
  end
  return #found > 0 and table.concat(found, ", ") or "none"
end

-- The value at one of the intervals; nil if it is not among them.
local function at(values, interval)
  for i = 1, #intervals do
    if math.abs(intervals[i] - interval) < 1e-9 then return values[i] end
  end
end

local COMPLETE = PAIRS == 61 and not SHORT
local curves, last = {}, nil
for _, case in ipairs(CASES) do
  local values, sim = curve(case)
  curves[case.name], last = values, sim
  report.heading(case.name)
  local high, low = 1, 1
  for i = 1, #values do
    if values[i] > values[high] then high = i end
    if values[i] < values[low] then low = i end
  end
  report.value("largest", ("%+.1f %% at %+.0f ms"):format(values[high], intervals[high]))
  report.value("smallest", ("%+.1f %% at %+.0f ms"):format(values[low], intervals[low]))
  report.value("crosses 0 at", crossings(values))
  acceptance.heading("reference", "%", 2)
  for k, interval in ipairs(AT) do
    acceptance.row(("at %+d ms"):format(interval), at(values, interval), COMPLETE and case.reference and case.reference[k] or nil)
  end
end
report.run(last)
plot.lines(intervals, curves, {
  title = ("%d pairs at 1 Hz"):format(PAIRS), xlabel = "t_post - t_pre (ms)", ylabel = "change of the synapse (%)",
}):save(options:figure("stdp_release"))
