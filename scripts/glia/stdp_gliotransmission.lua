-- Plasticity reversed by astrocytes: pairs of spikes that strengthen a synapse weaken it if an astrocyte changes its
-- release, and slow currents from an astrocyte shift the whole curve. After De Pittà and Brunel (2016), doi:10.1155/2016/7607924, figures 5
-- to 7: 60 pairs at 1 Hz; the astrocyte releases once in 10 s (0.1 Hz), for the first time 0.1 s before the first pair.
--
-- The weight follows calcium in the spine (Graupner and Brunel 2012, doi:10.1073/pnas.1109359109): above theta_d it falls, above theta_p it
-- grows. A presynaptic spike adds calcium in proportion to what the synapse releases, 13.7 ms later; a postsynaptic one adds C_post.
-- Values of the spine are the set DP of that paper, without noise; those of release are from Stimberg et al. (2019). So the curves can be
-- compared with the paper's in form only. The numbers beside ours are those of reference.py, with steps of 0.02 ms.
-- test: --pairs 2 --points 5

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "The curve of STDP, with and without gliotransmission.",
  { "pairs", 60, "pairs of spikes, one per second" },
  { "points", 41, "intervals from -100 to 100 ms" },
  { "time", 0.0, "simulated time in ms; 0: until the last pair has acted" },
}

local DT, LONGEST, START = 0.1, 100.0, 600.0                                 -- ms; the first pair
local DELAY_PRE, C_PRE, C_POST = 13.7, 1.0, 2.0                              -- ms, calcium of a spike

local spine = astro.model {
  name = "spine",
  summary = "Calcium of a spine, and the weight that follows it.",
  references = { "Graupner and Brunel (2012), doi:10.1073/pnas.1109359109" },
  parameters = {
    { "tau_c",   "20 ms",  "decay time of calcium", "> 0" },
    { "theta_d", 1,        "calcium above which the weight falls", ">= 0" },
    { "theta_p", 1.3,      "calcium above which it grows", ">= 0" },
    { "gamma_d", 200,      "rate of depression", ">= 0" },
    { "gamma_p", 321.808,  "rate of potentiation", ">= 0" },
    { "tau_rho", "150 s",  "time constant of the weight", "> 0" },
    { "tau_r",   "20 ms",  "rise time of a slow current", "> 0" },
    { "tau_s",   "600 ms", "decay time of a slow current", "> 0" },
  },
  state = {
    { "c",   0,   "calcium that spikes bring" },
    { "a",   0,   "slow current from the astrocyte, before its rise" },
    { "s",   0,   "calcium that the slow current brings" },
    { "rho", 0.5, "weight, from 0 to 1" },
  },
  equations = [[
    dc/dt   = -c/tau_c
    da/dt   = -a/tau_s
    ds/dt   = (a - s)/tau_r
    total   = c + s
    drho/dt = (gamma_p*(1 - rho)*int(total > theta_p) - gamma_d*rho*int(total > theta_d))/tau_rho
  ]],
  on_spike = { spike = "c += weight", SIC = "a += weight" },
}

local astrocyte = astro.model(gliotransmission.releasing_astrocyte("releasing_astrocyte", {
  O_G = "1.5 1/(uM*s)", Omega_G = "0.00833333333333333 1/s", U_A = 0.6, Omega_A = "0.6 1/s", G_0 = "130 uM", Omega_e = "60 1/s",
}))
local synapse = astro.synapse(gliotransmission.synapse())

local AT = { -50, -20, 0, 20, 50 }            -- ms: where `reference` has the change of the weight in percent
local CASES = {
  { name = "no astrocyte", reference = { -0.92, -15.21, -0.80, 7.63, 2.25 } },
  { name = "release lowered", third = true, alpha = 0.0, reference = { -0.31, -0.31, -4.06, 0.53, -0.12 } },
  { name = "release raised", third = true, alpha = 1.0, reference = { -8.88, -3.14, 3.50, 2.38, -6.61 } },
  { name = "slow current", SIC = 0.5, reference = { -2.43, -12.95, 0.82, 6.88, 0.93 } },
}

local intervals = {}
for i = 1, options.points do intervals[i] = -LONGEST + 2 * LONGEST * (i - 1) / (options.points - 1) end

local function trains()
  local pre, post, glia = {}, {}, {}
  for n = 1, options.pairs do
    pre[n] = START + 1000.0 * (n - 1)
    if n % 10 == 1 then glia[#glia + 1] = pre[n] - 100.0 end
  end
  for i, interval in ipairs(intervals) do
    post[i] = {}
    for n = 1, options.pairs do post[i][n] = math.floor((pre[n] + interval) * 10 + 0.5) / 10 end
  end
  return pre, post, glia
end

-- The change of the weight in percent for each interval. Spikes of generators arrive a step after they are sent.
local function curve(case)
  local sim = astro.Simulation { resolution = DT, seed = options.seed }
  local spines, sender = sim:create(spine, #intervals), sim:create("parrot_neuron")
  local glia = sim:create(astrocyte)
  local pre, post, glia_times = trains()
  sim:connect(sim:create("spike_generator", { spike_times = pre }), sender, "all_to_all", { delay = DT })
  local on_time = DELAY_PRE + DT             -- so that pre and post are equally late, but for DELAY_PRE
  sim:connect(sender, spines, "all_to_all", {
    synapse_model = synapse, receptor_type = "spike", weight = C_PRE / 0.6, delay = DELAY_PRE,
    alpha = case.alpha or 0, third = case.third and glia or 0, rho_c = 0,            -- it does not feed the astrocyte
  })
  for i, times in ipairs(post) do
    sim:connect(sim:create("spike_generator", { spike_times = times }), spines[i], "all_to_all",
      { receptor_type = "spike", weight = C_POST, delay = on_time - DELAY_PRE })
  end
  local release = sim:create("spike_generator", { spike_times = glia_times })
  sim:connect(release, glia, "all_to_all", { delay = DT })
  if case.SIC then sim:connect(release, spines, "all_to_all", { receptor_type = "SIC", weight = case.SIC, delay = DT }) end
  sim:simulate(options.time > 0 and options.time or START + 1000.0 * options.pairs)
  return (spines:get("rho") / 0.5 - 1) * 100, sim
end

-- The value at one of the intervals; nil if it is not among them.
local function at(change, interval)
  for i = 1, #intervals do
    if math.abs(intervals[i] - interval) < 1e-9 then return change[i] end
  end
end

-- The reference has all pairs, each with its time to act.
local COMPLETE = options.pairs == 60 and options.time == 0
local curves, last = {}, nil
for _, case in ipairs(CASES) do
  local change, sim = curve(case)
  curves[case.name], last = change, sim
  report.heading(case.name)
  local strongest, weakest = 1, 1
  for i = 1, #intervals do
    if change[i] > change[strongest] then strongest = i end
    if change[i] < change[weakest] then weakest = i end
  end
  report.value("largest", ("%+.1f %% at %+.0f ms"):format(change[strongest], intervals[strongest]))
  report.value("smallest", ("%+.1f %% at %+.0f ms"):format(change[weakest], intervals[weakest]))
  acceptance.heading("reference", "%", 2)
  for k, interval in ipairs(AT) do
    acceptance.row(("at %+d ms"):format(interval), at(change, interval), COMPLETE and case.reference[k] or nil)
  end
end
report.run(last)
plot.lines(intervals, curves, { title = "60 pairs at 1 Hz", xlabel = "t_post - t_pre (ms)", ylabel = "change of weight (%)" })
  :save(options:figure("stdp_gliotransmission"))
