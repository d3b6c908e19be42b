-- The experiment on synchronisation, once: 500 neurons and 100 fitted astrocytes, each cell different. Whether they synchronise depends on
-- how strongly neurons and astrocytes act on each other: try --w_n2a 0.2 and 0.31, --w_a2n 0, --pools random or wide.
-- test: --warm_up 200 --time 3000
local plot = require "astro.plot"
local report = require "astro.report"
local synchronisation = require "synchronisation"

local options = require "astro.options" {
  "The experiment on synchronisation of Jiang et al. (2025).",
  { "w_n2a", 0.31, "weight of neurons on astrocytes" },
  { "w_a2n", -1.0, "weight of astrocytes on neurons in pA; -1: 1 pA, with wide pools 7 pA" },
  { "rate_ex", 2700.0, "Poisson input of the excitatory neurons in Hz" },
  { "pools", "block", "how astrocytes are assigned", { "block", "random", "wide" } },
  { "wiring", "pairwise_bernoulli", "rule of the connections between neurons",
    { "pairwise_bernoulli", "fixed_indegree", "fixed_outdegree", "fixed_total_number" } },
  { "warm_up", 20000.0, "simulated time in ms before anything is measured" },
  { "time", 60000.0, "simulated time in ms, after the warm-up" },
  { "resolution", 0.1, "ms in a step" },
  { "figures", true, "draw the figures" },
}

local run = synchronisation.simulate {
  seed = options.seed, warm_up = options.warm_up, time = options.time, resolution = options.resolution, pools = options.pools,
  wiring = options.wiring,
  w_n2a = options.w_n2a, w_a2n = options.w_a2n >= 0 and options.w_a2n or nil, rate_ex = options.rate_ex,
}
local m = synchronisation.measures(run)

report.heading(("neurons, from %g ms on"):format(run.from))
report.value("excitatory rate", m.rate_excitatory, "Hz")
report.value("inhibitory rate", m.rate_inhibitory, "Hz")
report.value("local synchrony", m.local_synchrony)
report.value("global synchrony", m.global_synchrony)
if m.within == m.within then report.value("r, sharing an astrocyte", m.within) end
report.value("r, of others", m.across)
report.value("regime", synchronisation.is_synchronous(m) and "synchronous" or "asynchronous")
report.heading("astrocytes")
report.value("with transients", ("%.0f %%"):format(100 * m.active))
report.value("transients per 100 cells", m.transients)
report.value("correlation of transients", m.correlation)
report.run(run.sim)

if options.figures then
  local groups = { { "excitatory", run.cells.excitatory }, { "inhibitory", run.cells.inhibitory } }
  plot.panels {
    plot.raster(run.spikes, { groups = groups, histogram = true, bin = 500, xrange = { run.from, run.to } }),
    plot.traces(run.calcium, { "Ca_astro" }, { each = true, xrange = { run.from, run.to } }),
  }:save(options:figure("experiment"))
end
