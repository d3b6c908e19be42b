-- A network that solves Sudoku: a population for each digit in each cell of the field, which inhibits all that it excludes. Noise lets
-- it look; given digits are stimulated. Whoever spikes most in 100 ms is the digit of a cell. Ostrau et al. (2019),
-- doi:10.1145/3320288.3320307.
--
-- Twin of NEST's example sudoku.
-- test: --time 100 --neurons 1

local astro = require "astro"
local report = require "astro.report"

local options = require "astro.options" {
  "A network that solves Sudoku.",
  { "time", 10000.0, "simulated time in ms after which it gives up" },
  { "puzzle", "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79", "its 81 cells by rows; . is empty" },
  { "neurons", 5, "neurons of a population" },
  { "noise", 350.0, "rate of the noise in Hz" },
}

local NEURON = {
  C_m = 0.25, I_e = 0.5, tau_m = 20.0, t_ref = 2.0, tau_syn_ex = 5.0, tau_syn_in = 5.0, V_reset = -70.0, E_L = -65.0, V_th = -50.0,
  V_m = astro.random.uniform(-65, -55),
}
local LOOK, DELAY = 100.0, 1.0                            -- ms
local STIMULUS, RATE, NOISE, INHIBITION = 1.3, 200.0, 1.6, -0.2  -- pA, Hz, pA, pA

if not options.puzzle:match("^[1-9.]+$") or #options.puzzle ~= 81 then error("a puzzle has 81 characters, 1 to 9 or .") end

local sim = astro.Simulation { seed = options.seed }
local neurons = sim:create("iaf_psc_exp", 729 * options.neurons, NEURON)
sim:connect(sim:create("poisson_generator", { rate = options.noise }), neurons, "all_to_all", { weight = NOISE, delay = DELAY })

local function number(row, column, digit) return (row * 9 + column) * 9 + digit + 1 end
local function population(i) return neurons:slice((i - 1) * options.neurons + 1, i * options.neurons) end

for row = 0, 8 do
  for column = 0, 8 do
    for digit = 0, 8 do
      local excluded = {}
      for k = 0, 8 do
        excluded[number(row, k, digit)], excluded[number(k, column, digit)], excluded[number(row, column, k)] = true, true, true
        excluded[number(row // 3 * 3 + k // 3, column // 3 * 3 + k % 3, digit)] = true
      end
      local this = number(row, column, digit)
      excluded[this] = nil
      local targets
      for other in pairs(excluded) do targets = targets and targets + population(other) or population(other) end
      sim:connect(population(this), targets, "all_to_all", { weight = INHIBITION, delay = DELAY })
      if options.puzzle:sub(row * 9 + column + 1, row * 9 + column + 1) == tostring(digit + 1) then
        sim:connect(sim:create("poisson_generator", { rate = RATE }), population(this), "all_to_all", { weight = STIMULUS, delay = DELAY })
      end
    end
  end
end
local spikes = sim:record(neurons)

-- The digit of each cell: that of the population with most spikes.
local function solution()
  local counts, digits = {}, {}
  for _, sender in ipairs(spikes.events.senders) do
    local i = (sender - neurons.ids[1]) // options.neurons + 1
    counts[i] = (counts[i] or 0) + 1
  end
  for cell = 0, 80 do
    local best = 1
    for digit = 2, 9 do
      if (counts[cell * 9 + digit] or 0) > (counts[cell * 9 + best] or 0) then best = digit end
    end
    digits[cell + 1] = best
  end
  return digits
end

-- How many of rows, columns and boxes, 27 in all, have each digit, and whether the given ones stand.
local function right(digits)
  local count, given = 0, true
  for i = 0, 8 do
    local row, column, box = {}, {}, {}
    for k = 0, 8 do
      row[digits[i * 9 + k + 1]], column[digits[k * 9 + i + 1]] = true, true
      box[digits[(i // 3 * 3 + k // 3) * 9 + i % 3 * 3 + k % 3 + 1]] = true
    end
    for _, seen in ipairs { row, column, box } do
      local n = 0
      for _ in pairs(seen) do n = n + 1 end
      if n == 9 then count = count + 1 end
    end
  end
  for cell, digit in ipairs(digits) do
    local character = options.puzzle:sub(cell, cell)
    given = given and (character == "." or character == tostring(digit))
  end
  return count, given
end

local digits, count, given
repeat
  spikes:clear()
  sim:simulate(LOOK)
  digits = solution()
  count, given = right(digits)
  report.value(("at %g ms"):format(sim.time), ("%d of 27 right"):format(count))
until count == 27 and given or sim.time + LOOK > options.time
for row = 0, 8 do print("  " .. table.concat(digits, " ", row * 9 + 1, row * 9 + 9)) end
report.value("solved", count == 27 and given and "yes" or "no")
