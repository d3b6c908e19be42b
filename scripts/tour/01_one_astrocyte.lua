-- 1. One astrocyte.
--
-- Random spikes reach an astrocyte. Each adds IP3, IP3 opens the calcium stores, and calcium rises in waves.
-- test: --time 2000

local analysis = require "astro.analysis"
local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "One astrocyte under random spikes.", { "time", 120000.0, "simulated time in ms" } }

local RATE = 0.2        -- Hz, spikes that reach the astrocyte
local DELTA_IP3 = 0.2   -- uM, what each adds

local sim = astro.Simulation { seed = options.seed }
local astrocyte = sim:create("astrocyte_lr_1994", { delta_IP3 = DELTA_IP3 })
local noise = sim:create("poisson_generator", { rate = RATE })
sim:connect(noise, astrocyte)

local trace = sim:record(astrocyte, { "IP3", "Ca_astro" }, { interval = 10 })
sim:simulate(options.time)

-- Each spike adds DELTA_IP3, which decays with tau_IP3. The expected mean is therefore:
local expected = astrocyte:get("IP3_0") + RATE / 1000 * DELTA_IP3 * astrocyte:get("tau_IP3")

report.heading("astrocyte")
report.samples("IP3", trace.events.IP3, "uM")
report.value("IP3 to be expected", expected, "uM")
report.samples("calcium", trace.events.Ca_astro, "uM")
report.value("calcium waves", analysis.calcium_events(trace).n_events)

plot.traces(trace, { "IP3", "Ca_astro" }, { title = "One astrocyte" }):save(options:figure("01_one_astrocyte"))

-- Question: five times as many spikes, RATE = 1.0. Are there more waves?
-- Another:  ten times as many, each a tenth as strong: RATE = 2.0, DELTA_IP3 = 0.02. What changes, what does not?
