-- One astrocyte, driven by random spikes.
--
-- Each spike raises IP3 by delta_IP3; between spikes IP3 falls back to IP3_0 within seconds. While IP3 stays between about
-- 0.35 and 0.66 uM calcium oscillates with a period of 10 to 13 s; above, it settles at a high level. Try --rate 0.1.
-- test: --time 2000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "One astrocyte, driven by a Poisson generator.",
  { "time", 60000.0, "simulated time in ms" },
  { "rate", 1.0, "rate of the spikes in Hz" },
}

-- simulation
local RESOLUTION = 0.1  -- ms
local INTERVAL = 1.0    -- ms, between two samples

-- astrocyte
local DELTA_IP3 = 0.2   -- uM, rise of IP3 at a spike of weight 1

-- input
local WEIGHT = 1.0      -- of each spike, in units of delta_IP3
local DELAY = 1.0       -- ms

local sim = astro.Simulation { resolution = RESOLUTION, seed = options.seed }

local astrocyte = sim:create("astrocyte_lr_1994", { delta_IP3 = DELTA_IP3 })
local noise = sim:create("poisson_generator", { rate = options.rate })

sim:connect(noise, astrocyte, "one_to_one", { weight = WEIGHT, delay = DELAY })

local trace = sim:record(astrocyte, { "IP3", "Ca_astro" }, { interval = INTERVAL })

sim:simulate(options.time)

local IP3, calcium = trace.events.IP3, trace.events.Ca_astro
report.heading("astrocyte")
report.samples("IP3", IP3, "uM")
report.samples("calcium", calcium, "uM")
report.value("calcium above SIC_th", calcium:gt(astrocyte:get("SIC_th")):sum() * INTERVAL, "ms")
report.run(sim)

plot.traces(trace, { "IP3", "Ca_astro" }, { title = "One astrocyte" }):save(options:figure("single"))
