-- Waves of calcium in a sheet of 40 x 40 astrocytes, and in a net of 11 x 11 x 11.
--
-- IP3 of the cell in the middle is held at 1 uM for 200 s, as in Lallouette et al. (2014); neighbours on the lattice are coupled. The
-- larger the number of neighbours, the more IP3 is lost to each side, and the earlier a wave dies.
-- test: --time 2000

local astro = require "astro"
local cells = require "chi_cells"
local report = require "astro.report"

local options = require "astro.options" {
  "Waves in a sheet and in a net of astrocytes.",
  { "time", 200000.0, "simulated time in ms" },
  { "resolution", 20.0, "step in ms" },
  { "coupling", "sigmoid", "how IP3 flows", { "linear", "sigmoid" } },
  { "strength", 2.0, "uM/s of the sigmoid, 1/s of the linear coupling" },
}

for _, shape in ipairs { { 40, 40 }, { 11, 11, 11 } } do
  local list, n = cells.neighbours(shape)
  local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
  local nodes = sim:create(cells.model, n, cells.params)
  local middle = 1
  for _, side in ipairs(shape) do middle = (middle - 1) * side + side // 2 + 1 end
  nodes[middle]:set { I = 1.0, clamped = 1 }
  local connections = cells.join(sim, nodes, list, cells[options.coupling], { F = options.strength })
  local events = sim:record(nodes, nil, { event = "pulse" })
  sim:simulate(options.time)

  local counts = cells.pulses(events, nodes)
  local active = 0
  for i = 1, n do if counts[i] > 0 then active = active + 1 end end
  report.heading(table.concat(shape, " x "))
  report.value("cells", n)
  report.value("couplings", connections)
  report.value("active cells", active)
  report.value("pulses", events.n_events)
  report.run(sim)
end
