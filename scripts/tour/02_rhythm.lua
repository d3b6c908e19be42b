-- 2. The rhythm of an astrocyte.
--
-- A current into an astrocyte is a flux of calcium (uM/ms). Below the range in which calcium oscillates, the astrocyte still has a
-- rhythm: it rings after a pulse, and it responds best to an input at its own frequency.
-- test: --format svg

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Astrocytes pushed by currents." }

local IP3 = 0.34                                                                  -- uM, kept constant
local FREQUENCIES = { 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.25, 0.5 }              -- Hz
local FLUX = 5e-6                                                                 -- uM/ms, amplitude of the sine

local sim = astro.Simulation { seed = options.seed }

-- One pulse of a second.
local bell = sim:create("astrocyte_lr_1994", { IP3 = IP3, IP3_0 = IP3 })
local push = sim:create("step_current_generator", { amplitude_times = { 55000, 56000 }, amplitude_values = { 5e-5, 0 } })
sim:connect(push, bell)

-- Sines: a frequency and an astrocyte each.
local glia = sim:create("astrocyte_lr_1994", #FREQUENCIES, { IP3 = IP3, IP3_0 = IP3 })
local waves = sim:create("ac_generator", #FREQUENCIES, { amplitude = FLUX, frequency = FREQUENCIES })
sim:connect(waves, glia, "one_to_one")

-- Half of the time to settle, half to look at.
local ringing = sim:record(bell, { "Ca_astro" }, { interval = 10, start = 50000 })
local driven = sim:record(glia, { "Ca_astro" }, { interval = 10, start = 50000 })
sim:simulate(100000)

report.heading("range of calcium, from lowest to highest")
local swings = {}
for i, astrocyte in ipairs(glia) do
  local calcium = driven.events.Ca_astro:select(driven.events.senders:eq(astrocyte.ids[1]))
  swings[i] = calcium:max() - calcium:min()
  report.value(("%.2f Hz"):format(FREQUENCIES[i]), 1000 * swings[i], "nM")
end

plot.panels {
  plot.traces(ringing, { "Ca_astro" }, { title = "After a pulse of current" }),
  plot.lines(FREQUENCIES, swings, {
    title = "Driven by sine currents", points = true, lines = true, logx = true, xlabel = "frequency (Hz)", ylabel = "range of [Ca2+] (µM)",
  }),
}:save(options:figure("02_rhythm"))

-- Question: does an astrocyte at rest, IP3 = 0.16, have a rhythm, too?
