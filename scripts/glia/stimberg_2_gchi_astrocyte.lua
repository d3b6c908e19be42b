-- An astrocyte that is activated by synapses, without noise and with noise in its receptors: Stimberg et al. (2019),
-- doi:10.1007/978-3-030-00817-8_18, example 2, figure 2, after De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y.
--
-- A synapse releases transmitter every 2 s. IP3 also flows to a reservoir if the difference is large. The first cell is deterministic.
-- In the others, the receptors of IP3 open and close at random (Itô, Milstein); each has its own noise.
-- test: --time 3000 --cells 2

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "Stimberg et al. (2019), example 2.",
  { "time", 30000.0, "simulated time in ms" },
  { "step", 1.0, "step of integration in ms" },
  { "cells", 20, "astrocytes with noise" },
  { "method", "rk4", "how the deterministic astrocyte is integrated", { "rk4", "euler", "rkf45" } },
}

local PERIOD = 2001.0                        -- ms; the phase of the example's sender exceeds 1 after 2001 of its steps of 1 ms, not 2000
local RELEASED = 500.0                       -- uM: 0.001 of 500 mM
local CELL = {                               -- what differs from the defaults
  K_P = 0.1, O_delta = 0.2, K_delta = 0.3, Omega_5P = 0.1, K_D = 0.5, O_beta = 5.0, F_ex = 0.09, C = 0, I = 0,
}
-- Brian2 2.9 with the published step of 1 ms; its method is that of Euler where there is no noise.
local RISES = { 2.444, 7.612, 12.160, 16.612, 20.811, 24.884, 28.907 }        -- s
local AT_10_S = { C = 0.312002, I = 0.188823 }                                -- uM

local exact = astro.model(gliotransmission.astrocyte { name = "g_chi_exact", method = options.method })
local definition = gliotransmission.astrocyte { name = "g_chi_noisy", method = "milstein" }
definition.equations = definition.equations
  :gsub("dh/dt = %(h_inf %- h%)/tau_h", "dh/dt = (h_inf - h_c)/tau_h*(1 + xi*sqrt(tau_h))\n    h_c   = clip(h, 0, 1)")
  :gsub("m_inf^3%*h^3", "m_inf^3*h_c^3")
local noisy = astro.model(definition)

local sim = astro.Simulation { resolution = options.step, seed = options.seed }
local cell, others = sim:create(exact, 1, CELL), sim:create(noisy, options.cells, CELL)
local releases = {}
for time = PERIOD, options.time - 1, PERIOD do releases[#releases + 1] = time - options.step end
local source = sim:create("spike_generator", { spike_times = releases })
sim:connect(source, cell + others, "all_to_all", { weight = RELEASED, delay = options.step })

local rises = sim:record(cell, nil, { event = "release" })
local random_rises = sim:record(others, nil, { event = "release" })
local trace = sim:record(cell + others[1], { "Gamma_A", "I", "C", "h" }, { interval = math.max(10, options.step) })
sim:simulate(math.min(10000.0, options.time))
local at_10_s = { C = cell:get("C"), I = cell:get("I") }
sim:simulate(math.max(0, options.time - 10000.0))

acceptance.heading("Brian2", "s")
local times = rises.events.times:totable()
for i, published in ipairs(RISES) do acceptance.row(("C rises above 0.5 uM, %d"):format(i), times[i] and times[i] / 1000, published) end
if options.time >= 10000 then
  acceptance.heading("Brian2", "uM", 6)
  for _, name in ipairs { "C", "I" } do acceptance.row(name .. " after 10 s", at_10_s[name], AT_10_S[name]) end
end
report.heading("astrocytes with noise")
report.value("rises per cell", random_rises.n_events / options.cells)
report.value("without noise", rises.n_events)
report.run(sim)
plot.panels {
  plot.traces(trace, { "Gamma_A" }), plot.traces(trace, { "I" }), plot.traces(trace, { "C" }), plot.traces(trace, { "h" }),
  columns = 1, title = "Example 2: without and with noise",
}:save(options:figure("stimberg_2_gchi_astrocyte"))
