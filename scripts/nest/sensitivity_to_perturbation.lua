-- The same network twice, the second time with one spike more: from the moment it arrives, all activity is another one.
--
-- Twin of NEST's example sensitivity_to_perturbation.
-- test: --time 100 --perturbation 50 --resolution 0.1

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "What one more spike changes.",
  { "time", 1000.0, "simulated time in ms" },
  { "perturbation", 400.0, "time of the spike in ms" },
  { "seed", 7, "seed of all random numbers; with some the cell spikes anyway, and nothing changes" },
  { "resolution", 0.01, "step in ms, and delay of all connections" },
}

local N_EX, N_IN, K_EX, K_IN = 1000, 250, 100, 25
local J, G, J_EXT, RATE = 0.5, 6.0, 0.2, 6500.0  -- mV; inhibitory over excitatory weight; mV; Hz

local function run(target)
  local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
  local delay = options.resolution
  local exc, inh = sim:create("iaf_psc_delta", N_EX), sim:create("iaf_psc_delta", N_IN)
  local all = exc + inh
  all:set { V_m = astro.random.uniform(-70, -55) }
  sim:connect(exc, all, { rule = "fixed_indegree", indegree = K_EX }, { weight = J, delay = delay })
  sim:connect(inh, all, { rule = "fixed_indegree", indegree = K_IN }, { weight = -G * J, delay = delay })
  sim:connect(sim:create("poisson_generator", { rate = RATE }), all, "all_to_all", { weight = J_EXT, delay = delay })
  local stimulus = sim:create("spike_generator", { spike_times = { options.perturbation } })
  if target then sim:connect(stimulus, all[target], "one_to_one", { weight = J_EXT, delay = delay }) end
  local spikes = sim:record(all)
  sim:simulate(options.time)
  return spikes
end

local first = run()
local events = first.events
local after = events.times:gt(options.perturbation + options.resolution)
local second = run(events.senders:select(after)[1] // 1)  -- the cell that spikes next after it arrives

-- Spikes of the first that the second does not have.
local seen, changed, from = {}, 0, nil
local others = second.events
for i, t in ipairs(others.times) do seen[("%d %.3f"):format(others.senders[i], t)] = true end
for i, t in ipairs(events.times) do
  if not seen[("%d %.3f"):format(events.senders[i], t)] then changed, from = changed + 1, math.min(from or t, t) end
end
report.value("spikes", ("%d and %d"):format(first.n_events, second.n_events))
report.value("of the first, changed", changed)
report.value("the first that changed, at", from or "none", "ms")
plot.panels { plot.raster(first, { title = "Undisturbed" }), plot.raster(second, { title = "With one more spike" }) }
  :save(options:figure("sensitivity_to_perturbation"))
