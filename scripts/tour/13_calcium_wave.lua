-- 13. A calcium wave.
--
-- Twelve astrocytes in a row. IP3 of the first is held high and flows through gap junctions to the others. Two laws for such a
-- junction are compared: a flow proportional to the difference, and one with a threshold. Which of them lets the wave pass?
-- test: --time 300

local astro = require "astro"
local plot = require "astro.plot"
local presets = require "astro.presets"
local report = require "astro.report"
local options = require "astro.options" { "A wave in a row of astrocytes.", { "time", 100000.0, "simulated time in ms" } }

local N = 12
local OWN = 0.7    -- uM/s, largest rate at which a cell produces IP3 itself
local LAWS = {     -- the flow through a junction; d is the difference of IP3
  { "linear",  "F*d/(1*uM)" },
  { "sigmoid", "F/2*(1 + tanh((abs(d) - 0.3*uM)/(0.05*uM)))*sign(d)" },
}

-- The library's astrocyte chi. IP3 of a clamped cell is constant; each rise of calcium above 0.5 uM is a pulse.
local definition = require "astro.models.chi"
definition.name = "chi_in_a_row"
table.insert(definition.parameters, { "clamped", 0, "1: IP3 stays where it is", "0 to 1" })
definition.equations = definition.equations:gsub("(dI/dt%s*=) ([^\n]*)", "%1 (1 - clamped)*(%2)")
definition.events = { pulse = { crossing = "C > 0.5*uM" } }
local astrocyte = astro.model(definition)

local figures = {}
for _, law in ipairs(LAWS) do
  local name, flow = law[1], law[2]
  local junction = astro.coupling {
    name = "gap_" .. name,
    parameters = { { "F", "2 uM/s", "strength", ">= 0" } },
    where = { d = "pre.I - post.I" },
    input = "J_gap", value = flow,
  }

  -- The cells are 0.05 mm apart. A cell reaches all cells within 0.06 mm: its neighbour on each side.
  local sim = astro.Simulation { resolution = 10, seed = options.seed }
  local places = astro.space.grid { shape = { N, 1 }, extent = { 0.05 * N, 0.05 } }
  local cells = sim:create(astrocyte, nil, presets.goldberg_2010.params, { positions = places })
  cells:set { O_delta = OWN }
  cells[1]:set { I = 1.0, clamped = 1 }
  sim:connect(cells, cells, { rule = "all_to_all", mask = { circular = { radius = 0.06 } }, allow_autapses = false },
    { synapse_model = junction })
  local pulses = sim:record(cells, nil, { event = "pulse" })
  local trace = sim:record(cells, { "C" }, { interval = 250 })
  sim:simulate(options.time)

  local counts, first = {}, {}
  for i, id in ipairs(pulses.events.senders) do
    counts[id] = (counts[id] or 0) + 1
    first[id] = first[id] or pulses.events.times[i] / 1000
  end
  report.heading(name)
  for i = 1, N do
    local id = cells[i].ids[1]
    if counts[id] then report.value(("cell %d"):format(i), ("first pulse at %.1f s, pulses: %d"):format(first[id], counts[id])) end
  end
  figures[#figures + 1] = plot.wave(trace, "C", { title = ("Calcium, %s coupling"):format(name) })
end
figures.columns = 1
plot.panels(figures):save(options:figure("13_calcium_wave"))

-- Question: OWN = 0. What remains of the wave if no cell produces IP3 itself?
