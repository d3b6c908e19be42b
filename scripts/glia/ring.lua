-- A ring of fifty astrocytes, one of them stimulated for 20 s of every 50.
--
-- Example 5 of Stimberg et al. (2019): waves run along both sides and meet at the opposite cell. The numbers beside ours are those of its
-- script, run with Brian 2.9.
-- test: --time 30000

local astro = require "astro"
local cells = require "chi_cells"
local chi = require "astro.models.chi"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A ring of astrocytes.",
  { "time", 4000000.0, "simulated time in ms" },
  { "resolution", 50.0, "step in ms" },
}

local N <const> = 50
local STIMULATED <const> = N // 2 + 1                             -- Brian counts from 0

local parameters = {
  { "F_ex", "0.09 uM/s", "largest flow of IP3 from outside", ">= 0" },
  { "I_bias", "0 uM", "IP3 there while there is a stimulus", ">= 0" },
  { "I_Theta", "0.3 uM", "difference at which half of it flows", ">= 0" },
  { "omega_I", "0.05 uM", "width of this threshold", "> 0" },
}
for _, line in ipairs(chi.parameters) do parameters[#parameters + 1] = line end

local astrocyte = astro.model {
  name = "chi_stimulated", kind = "astrocyte", parameters = parameters, state = chi.state, inputs = chi.inputs,
  equations = (chi.equations:gsub("%+ J_ex", "+ J_ex + J_bias")) .. [[
    stimulus = int(t % (50000*ms) < 20000*ms)
    d        = I - I_bias*stimulus
    J_bias   = -F_ex/2*(1 + tanh((abs(d) - I_Theta)/omega_I))*sign(d)
  ]],
  events = { pulse = { crossing = "C > 0.5*uM" } },
}

local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
local nodes = sim:create(astrocyte, N, {
  rho_A = 0.18, Omega_L = 0.1, K_P = 0.05, d_2 = 1.05, d_5 = 0.08, O_delta = 0.6, O_3K = 4.5, Omega_5P = 0.05,
  C = 0, h = 0.9, I = 0,
})
nodes[STIMULATED]:set { I_bias = 1.0 }
local ring = {}
for i = 1, N do ring[i] = { i, i % N + 1 } end
cells.join(sim, nodes, ring, cells.sigmoid, { F = 0.09 })
local events = sim:record(nodes, nil, { event = "pulse" })
local trace = sim:record(nodes, { "C" }, { interval = 10 * options.resolution })
sim:simulate(options.time)

local counts, first = cells.pulses(events, nodes)
local function seconds(x) return x and ("%.2f s"):format(x) or "-" end
report.heading("first rise of calcium through 0.5 uM, by distance from the stimulated cell")
for _, line in ipairs { { 0, 7.45 }, { 1, 25.15 }, { 2, 40.20 }, { 3, 55.85 }, { 4, 71.50 }, { 5, 87.05 }, { 25, 391.05 } } do
  local distance, reference = line[1], line[2]
  local left, right = first[(STIMULATED - 1 - distance) % N + 1], first[(STIMULATED - 1 + distance) % N + 1]
  print(("  %2d   left %-9s  right %-9s  Brian2 %.2f s"):format(distance, seconds(left), seconds(right), reference))
end
report.heading("rises")
for _, row in ipairs { { 25, 88 }, { 24, 107 }, { 26, 107 }, { 0, 44 } } do
  print(("  cell %2d: %d, Brian2 %d in 4000 s"):format(row[1], counts[row[1] + 1], row[2]))
end
report.value("highest C", trace.events.C:max(), "uM (Brian2: 1.01375)")
plot.traces(trace, { "C" }, { each = true, title = "Calcium in a ring" }):save(options:figure("ring"))
