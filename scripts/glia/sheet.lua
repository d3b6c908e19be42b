-- Waves of calcium in a sheet of 40 x 40 astrocytes, and in a net of 11 x 11 x 11.
--
-- IP3 of the cell in the middle is held at 1 uM for 200 s, as in Lallouette et al. (2014), doi:10.3389/fncom.2014.00045; neighbours on the
-- lattice are coupled. The larger the number of neighbours, the more IP3 is lost to each side, and the earlier a wave dies, as in that
-- paper; it has no numbers for these lattices. The numbers beside ours are those of reference.py and of Brian2 (reference_brian2.py),
-- which agree.
-- test: --time 2000

local astro = require "astro"
local cells = require "chi_cells"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"

local options = require "astro.options" {
  "Waves in a sheet and in a net of astrocytes.",
  { "time", 200000.0, "simulated time in ms" },
  { "resolution", 20.0, "step in ms" },
  { "coupling", "sigmoid", "how IP3 flows", { "linear", "sigmoid" } },
  { "strength", 2.0, "uM/s of the sigmoid, 1/s of the linear coupling" },
}

local SPACING = 0.05                         -- mm between neighbours
local NETS = {
  { shape = { 40, 40 }, active = 13, pulses = 108 },
  { shape = { 11, 11, 11 }, active = 25, pulses = 180 },
}
local AS_REFERENCE = options.time == 200000 and options.coupling == "sigmoid" and options.strength == 2

-- Cells on a lattice, coupled to their neighbours; the cell in the middle is stimulated.
local function build(shape)
  local list, n = cells.neighbours(shape)
  local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
  local extent, middle = {}, 1
  for k, side in ipairs(shape) do extent[k], middle = side * SPACING, (middle - 1) * side + side // 2 + 1 end
  local nodes = sim:create(cells.model, n, cells.params, { positions = astro.space.grid { shape = shape, extent = extent } })
  nodes[middle]:set { I = 1.0, clamped = 1 }
  local connections = cells.join(sim, nodes, list, cells[options.coupling], { F = options.strength })
  return sim, nodes, nodes[middle].positions[1], connections
end

local panels = { columns = 1 }
for _, net in ipairs(NETS) do
  local sim, nodes, origin, connections = build(net.shape)
  local events = sim:record(nodes, nil, { event = "pulse" })
  local calcium = sim:record(nodes, { "C" }, { interval = math.max(500, options.resolution) })
  sim:simulate(options.time)

  local counts, active = cells.pulses(events, nodes), 0
  for i = 1, #nodes do if counts[i] > 0 then active = active + 1 end end
  local name = table.concat(net.shape, " x ")
  report.heading(name)
  report.value("cells", #nodes)
  report.value("couplings", connections)
  acceptance.heading("reference", nil, 0)
  acceptance.row("active cells", active, AS_REFERENCE and net.active or nil)
  acceptance.row("pulses", events.n_events, AS_REFERENCE and net.pulses or nil)
  report.run(sim)
  if #net.shape == 2 then panels[#panels + 1] = plot.map(nodes, { values = counts, title = name .. ": pulses of each cell" }) end
  panels[#panels + 1] = plot.wave(calcium, "C", { along = "distance", origin = origin, bins = #net.shape == 2 and 28 or 9,
    yrange = { 0, 0.3 }, title = name .. ": calcium by distance" })
end
plot.panels(panels):save(options:figure("sheet"))
