-- The network that coba.lua, cuba.lua, cuba_ps.lua and hh_coba.lua run, each with its own model: 4000 neurons with 2 % of all
-- connections, started by a short stimulus. Brette et al. (2007), doi:10.1007/s10827-007-0038-6.
--
-- Twin of NEST's brette_et_al_2007_benchmark.

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local N_EX, N_IN, EPSILON, N_STIMULATED, N_RECORDED = 3200, 800, 0.02, 50, 500

-- `network`: name, model, params, weights (excitatory, inhibitory), step (ms; the delay, too), time (ms).
return function(network)
  local options = require "astro.options" {
    ("The benchmark %s of Brette et al. (2007)."):format(network.name),
    { "time", network.time, "simulated time in ms" },
  }
  local sim = astro.Simulation { resolution = network.step, seed = options.seed }
  local exc, inh = sim:create(network.model, N_EX, network.params), sim:create(network.model, N_IN, network.params)
  local stimulus = sim:create("poisson_generator", { rate = 300.0, start = 1.0, stop = 51.0 })
  local excitatory = { weight = network.weights[1], delay = network.step }
  local inhibitory = { weight = network.weights[2], delay = network.step }
  sim:connect(exc, exc + inh, { rule = "fixed_indegree", indegree = EPSILON * N_EX // 1 }, excitatory)
  sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = EPSILON * N_IN // 1 }, inhibitory)
  sim:connect(stimulus, exc:slice(1, N_STIMULATED), "all_to_all", excitatory)
  local exc_spikes, inh_spikes = sim:record(exc:slice(1, N_RECORDED)), sim:record(inh:slice(1, N_RECORDED))
  sim:simulate(options.time)

  report.value("excitatory rate", exc_spikes:rate(), "Hz")
  report.value("inhibitory rate", inh_spikes:rate(), "Hz")
  report.run(sim)
  plot.raster(exc_spikes, { histogram = true, title = network.name }):save(options:figure(network.name))
end
