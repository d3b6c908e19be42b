-- A wave of calcium in a ring of 50 astrocytes, which exchange IP3 through gap junctions: Stimberg et al. (2019),
-- doi:10.1007/978-3-030-00817-8_18, example 5, figure 5, after Goldberg et al. (2010), doi:10.1371/journal.pcbi.1000909.
--
-- One cell is stimulated for 20 s in every 50 s. IP3 flows through a junction if the difference exceeds a threshold.
-- test: --time 5000

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"
local options = require "astro.options" {
  "Stimberg et al. (2019), example 5.",
  { "time", 4000000.0, "simulated time in ms" },
  { "step", 50.0, "step of integration in ms" },
}

local N, STIMULATED = 50, 26                 -- cell 25, counted from 0
-- Brian2 2.9, step 50 ms: first rises of calcium above 0.5 uM by the distance from the stimulated cell, and rises in 4000 s by distance.
local FIRST = { [0] = 7.45, 25.15, 40.20, 55.85, 71.50, 87.05, [25] = 391.05 }  -- s
local RISES = { [0] = 88, 107, [25] = 44 }
local HIGHEST = 1.01375                      -- uM

-- The library's g_chi, with a reservoir of IP3 that is there for 20 s of each 50 s.
local definition = {}
for key, value in pairs(require "astro.models.g_chi") do definition[key] = value end
definition.name = "g_chi_stimulated"
definition.equations = definition.equations:gsub("I_bias", "I_out") .. "I_out = I_bias if t % (50*s) < 20*s else 0*uM\n"
local astrocyte = astro.model(definition)

local gap = astro.coupling {
  name = "ip3_gap_junction",
  parameters = { F = "0.09 uM/s", theta = "0.3 uM", omega = "0.05 uM" },
  where = { d = "pre.I - post.I" },
  input = "J_gap", value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
}

local sim = astro.Simulation { resolution = options.step, seed = options.seed }
local cells = sim:create(astrocyte, N, { F_ex = 0.09, C = 0, I = 0 })
cells[STIMULATED]:set { I_bias = 1.0 }
for _, pair in ipairs { { cells:slice(1, N - 1), cells:slice(2, N) }, { cells[N], cells[1] } } do
  for side = 1, 2 do                         -- a junction is a connection in each direction
    sim:connect(pair[side], pair[3 - side], "one_to_one", { synapse_model = gap, delay = options.step })
  end
end
local calcium = sim:record(cells, { "C" }, { interval = math.max(1000, options.step) })
local rises = sim:record(cells, nil, { event = "release" })
sim:simulate(options.time)

local first, count, events = {}, {}, rises.events
for i = 1, #events.times do
  local cell = events.senders[i] - cells[1].ids[1] + 1
  first[cell], count[cell] = first[cell] or events.times[i] / 1000, (count[cell] or 0) + 1
end
local function at(distance, side) return (STIMULATED - 1 + side * distance) % N + 1 end

acceptance.heading("Brian2", "s", 2)
for _, distance in ipairs { 0, 1, 2, 3, 4, 5, 25 } do
  acceptance.row(("first rise at distance %d"):format(distance), first[at(distance, 1)], FIRST[distance])
end
local worst = 0
for distance = 1, N // 2 - 1 do
  local right, left = first[at(distance, 1)], first[at(distance, -1)]
  if right and left then worst = math.max(worst, math.abs(right - left)) end
end
acceptance.row("largest difference of both sides", worst, options.time >= 4e6 and 0 or nil)
acceptance.heading("Brian2", "s", 2)
if first[at(15, 1)] then acceptance.row("seconds a cell, distances 5 to 15", (first[at(15, 1)] - first[at(5, 1)]) / 10, 15.5) end
acceptance.heading("Brian2", nil, 0)
for _, distance in ipairs { 0, 1, 25 } do
  acceptance.row(("rises at distance %d"):format(distance), count[at(distance, 1)], options.time >= 4e6 and RISES[distance] or nil)
end
acceptance.heading("Brian2", "uM", 5)
acceptance.row("highest calcium", calcium.events.C:max(), options.time >= 4e6 and HIGHEST or nil)
report.run(sim)
plot.traces(calcium, { "C" }, { title = "Example 5: a ring of 50 astrocytes" }):save(options:figure("stimberg_5_astro_ring"))
