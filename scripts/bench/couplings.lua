-- What couplings cost: nanoseconds of processor time a coupled pair and evaluation, and a cell and step where the value is held.
--
-- Cells on a lattice that do next to nothing, coupled to their neighbours both ways; the time of the same cells with a single pair
-- coupled the same way is taken off. One thread.
package.path = package.path:gsub("bench/%?", "glia/?") .. ";" .. package.path
local astro = require "astro"
local cells = require "chi_cells"

local cell = astro.model {
  name = "bench_cell", kind = "astrocyte", state = { I = "0.1 uM" }, inputs = { J_gap = "signal uM/s" },
  equations = "dI/dt = J_gap", method = "exact",
}

for _, shape in ipairs { { 11, 11, 11 }, { 40, 40 }, { 45, 45, 45 } } do
  local list, n = cells.neighbours(shape)
  local steps = n > 10000 and 200 or 3000
  -- the best of five
  local function seconds(some, coupling, every)
    local sim, best = astro.Simulation { resolution = 1, threads = 1 }, math.huge
    local nodes = sim:create(cell, n, { I = astro.random.uniform(0, 1) })
    cells.join(sim, nodes, some, coupling, { F = 0.01, every = every })
    sim:simulate(10)
    for _ = 1, 5 do
      local before = os.clock()
      sim:simulate(steps)
      best = math.min(best, os.clock() - before)
    end
    return best
  end
  for _, kind in ipairs { "linear", "sigmoid" } do
    local one = { list[1] }
    local all = seconds(list, cells[kind]) - seconds(one, cells[kind])
    local held = seconds(list, cells[kind], 100) - seconds(one, cells[kind], 100)
    print(("%-10s %-8s %6d pairs: %.2f ns a pair and evaluation; held: %.2f ns a cell and step"):format(table.concat(shape, "x"), kind,
      2 * #list, all / steps / (2 * #list) * 1e9, held / steps / n * 1e9))
  end
end
