-- Draws what suite.py measured: time and memory against size, rate and delays. Reads results.csv in `--out`.
-- test: --help

local plot = require "astro.plot"

local options = require "astro.options" {
  "Plots of the benchmark suite's results.",
}

-- Rows of results.csv as tables by column name; numbers where they are numbers.
local function read(path)
  local rows, names = {}, nil
  for line in io.lines(path) do
    local cells = {}
    for cell in (line:gsub("\r", "") .. ","):gmatch("([^,]*),") do cells[#cells + 1] = cell end
    if not names then
      names = cells
    else
      local row = {}
      for i, name in ipairs(names) do row[name] = tonumber(cells[i]) or cells[i] end
      rows[#rows + 1] = row
    end
  end
  return rows
end

local rows = read(options.out .. "/results.csv")

-- A column of the rows of a case, through `f`.
local function column(case, f)
  local values = {}
  for _, row in ipairs(rows) do
    if row.case == case then values[#values + 1] = f(row) end
  end
  return values
end

local function draw(name, case, x, xlabel, y, ylabel)
  local xs, curves = column(case, x), {}
  if #xs < 2 then return end
  for curve, f in pairs(y) do curves[curve] = column(case, f) end
  local figure = plot.lines(xs, curves, { logx = true, logy = true, xlabel = xlabel, ylabel = ylabel, title = case })
  figure:save(options:figure(name))
end

local function cells(row) return row.nodes end
local function per_connection(row) return 1e9 * row.build_s / row.connections end

draw("size_time", "size", cells, "cells", {
  ["build (s)"] = function(row) return row.build_s end,
  ["simulate 1 s of model time (s)"] = function(row) return 1000 * row.simulate_s / row.simulated_ms end,
}, "time (s)")
draw("size_build", "size", cells, "cells", { ["build"] = per_connection }, "ns per connection")
draw("size_memory", "size", cells, "cells", {
  ["peak of the process"] = function(row) return row.peak_bytes / 1e6 end,
}, "memory (MB)")
draw("rate_time", "rate", function(row) return tonumber(row.value) end, "rate (spikes/s)", {
  ["10 000 neurons, 10 million connections"] = function(row) return 1000 * row.simulate_s / row.simulated_ms end,
}, "time for 1 s (s)")
