-- Astrocytes with the calcium of Goldberg et al. (2010) and Lallouette et al. (2014), of which some can be held at an IP3, and what
-- couples them.
local astro = require "astro"
local chi = require "astro.models.chi"
local presets = require "astro.presets"

local cells = {}

-- Parameters and start of both papers.
cells.params = presets.goldberg_2010.params

local parameters = { { "clamped", 0, "1: IP3 stays where it is", "0 to 1" } }
for i, row in ipairs(chi.parameters) do parameters[i + 1] = row end

-- Each rise of calcium through 0.5 uM is an event.
cells.model = astro.model {
  name = "chi_clamped", kind = "astrocyte",
  summary = "The ChI model, with IP3 that can be held.",
  references = chi.references, parameters = parameters, state = chi.state, inputs = chi.inputs, on_spike = chi.on_spike,
  equations = (chi.equations:gsub("(dI/dt%s*=) ([^\n]*)", "%1 (1 - clamped)*(%2)")),
  events = { pulse = { crossing = "C > 0.5*uM" } },
}

cells.linear = astro.coupling {
  name = "gap_linear", summary = "IP3 flows in proportion to its difference.",
  parameters = { { "F", "2 1/s", "permeability", ">= 0" } },
  input = "J_gap", value = "F*(pre.I - post.I)",
}

cells.sigmoid = astro.coupling {
  name = "gap_sigmoid", summary = "IP3 flows where its difference is above a threshold.",
  references = { "Goldberg et al. (2010), doi:10.1371/journal.pcbi.1000909" },
  parameters = {
    { "F", "2 uM/s", "largest flow", ">= 0" }, { "theta", "0.3 uM", "difference at which half of it flows", ">= 0" },
    { "omega", "0.05 uM", "width of the threshold", "> 0" },
  },
  where = { d = "pre.I - post.I" },
  input = "J_gap", value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
}

-- Neighbours on a lattice of some shape; the last dimension counts first; and how many cells there are.
function cells.neighbours(shape)
  local strides, count = {}, 1
  for k = #shape, 1, -1 do strides[k], count = count, count * shape[k] end
  local list = {}
  for cell = 0, count - 1 do
    for k = 1, #shape do
      if cell // strides[k] % shape[k] + 1 < shape[k] then list[#list + 1] = { cell + 1, cell + strides[k] + 1 } end
    end
  end
  return list, count
end

-- Couples neighbours both ways: `pairs` is a list of { first, second }, places in `nodes`.
function cells.join(sim, nodes, pairs_of_cells, coupling, spec)
  local first, source, target = nodes.ids[1] - 1, {}, {}
  for _, pair in ipairs(pairs_of_cells) do
    for way = 1, 2 do
      source[#source + 1], target[#target + 1] = first + pair[way], first + pair[3 - way]
    end
  end
  local synapse = { synapse_model = coupling }
  for key, value in pairs(spec or {}) do synapse[key] = value end
  return require("astro.io").connect(sim, { source = astro.vector(source), target = astro.vector(target) }, { synapse = synapse })
end

-- For each cell, how many pulses there were, and when the first was (s; nil where there was none).
function cells.pulses(recorder, nodes)
  local first, counts, times = nodes.ids[1] - 1, {}, {}
  for i = 1, #nodes do counts[i] = 0 end
  for i, sender in ipairs(recorder.events.senders) do
    local cell = math.tointeger(sender - first)
    counts[cell] = counts[cell] + 1
    times[cell] = times[cell] or recorder.events.times[i] / 1000
  end
  return counts, times
end

return cells
