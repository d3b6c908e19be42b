-- A row of twelve astrocytes: a wave of calcium that dies, and one that passes.
--
-- IP3 of the first cell is held at 1 uM and flows through gap junctions to the others. If the flow is proportional to the
-- difference, IP3 leaks away ahead of the front and the wave dies; with a threshold (Goldberg et al. 2010), it reaches the end.
-- The numbers beside ours are those of a Runge-Kutta method of order 4 over the whole row, with steps of 1 ms and without delay.
-- test: --time 3000

local astro = require "astro"
local cells = require "chi_cells"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Twelve astrocytes in a row.",
  { "time", 600000.0, "simulated time in ms" },
  { "resolution", 1.0, "step in ms" },
}

local N <const> = 12
local REFERENCE <const> = {
  linear = {
    pulses = { 35, 31, 26, 21, 15, 10, 4, 1, 0, 0, 0, 0 },
    first = { 0.711, 1.367, 2.657, 8.233, 14.539, 21.658, 99.615, 417.140 },
  },
  sigmoid = {
    pulses = { 35, 29, 20, 10, 10, 3, 3, 3, 3, 2, 4, 2 },
    first = { 0.711, 1.108, 2.706, 9.800, 17.056, 24.579, 33.019, 41.268, 49.765, 57.882, 66.280, 74.026 },
  },
}

local row = {}
for i = 1, N - 1 do row[i] = { i, i + 1 } end

local panels = {}
for _, kind in ipairs { "linear", "sigmoid" } do
  local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
  local nodes = sim:create(cells.model, N, cells.params)
  nodes[1]:set { I = 1.0, clamped = 1 }
  cells.join(sim, nodes, row, cells[kind])
  local events = sim:record(nodes, nil, { event = "pulse" })
  local trace = sim:record(nodes, { "C" }, { interval = 100 })
  sim:simulate(options.time)

  local counts, first = cells.pulses(events, nodes)
  report.heading(kind)
  print("  cell   pulses  reference   first pulse  reference")
  local reached = 0
  for i = 1, N do
    local expected = REFERENCE[kind].first[i]
    print(("  %4d   %6d  %9d   %9s s  %s"):format(i, counts[i], REFERENCE[kind].pulses[i],
      first[i] and ("%.3f"):format(first[i]) or "-", expected and ("%.3f s"):format(expected) or "-"))
    if counts[i] > 0 then reached = i end
  end
  report.value("the wave reaches cell", reached)
  panels[#panels + 1] = plot.traces(trace, { "C" }, { each = true, title = ("Calcium, %s coupling"):format(kind) })
end
plot.panels(panels):save(options:figure("row"))
