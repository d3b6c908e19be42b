-- 3. One neuron, three characters.
--
-- The adaptive exponential neuron has two variables: the potential V_m and the adaptation w. Two parameters determine its response to a
-- constant current: b, which a spike adds to w, and V_reset, the potential after a spike.
-- test: --format svg

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "A neuron with three sets of parameters." }

local CURRENT = 800.0                                                    -- pA, from 50 to 450 ms
local CHARACTERS = {
  { "tonic", { a = 0.0, b = 0.0, V_reset = -60.0 } },                    -- nS, pA, mV
  { "adapting", { a = 4.0, b = 80.5, V_reset = -60.0 } },
  { "bursting", { a = 4.0, b = 100.0, V_reset = -46.0 } },
}

local sim = astro.Simulation { seed = options.seed }
local stimulus = sim:create("dc_generator", { amplitude = CURRENT, start = 50, stop = 450 })

local traces, spikes = {}, {}
for i, character in ipairs(CHARACTERS) do
  local neuron = sim:create("aeif_cond_alpha_astro", character[2])
  sim:connect(stimulus, neuron)
  traces[i] = sim:record(neuron, { "V_m" }, { interval = 0.1 })
  spikes[i] = sim:record(neuron)
end
sim:simulate(500)

local panels = { columns = 1 }
for i, character in ipairs(CHARACTERS) do
  local times = spikes[i].events.times
  report.heading(character[1])
  report.value("spikes", #times)
  if #times > 2 then
    local intervals = times:slice(2) - times:slice(1, -2)
    report.value("first interval", intervals[1], "ms")
    report.value("last interval", intervals[-1], "ms")
    report.value("longest", intervals:max(), "ms")
  end
  panels[i] = plot.traces(traces[i], { "V_m" }, { title = character[1], yrange = { -80, 0 } })
end
plot.panels(panels):save(options:figure("03_one_neuron"))

-- Question: remove the adaptation from the bursting neuron, b = 0.0. Does it still burst?
