-- Draws what suite.py measured: time and memory against size, rate and delays. Reads results.csv in `--out`, or the table of a page:
--   astrolua scripts/bench/plots.lua --table Docs/performance.md --out Docs/images --format png
-- test: --help

local plot = require "astro.plot"

local options = require "astro.options" {
  "Plots of the benchmark suite's results.",
  { "table", "", "page with the suite's table, drawn in place of results.csv" },
}

local function as_row(names, cells)
  local row = {}
  for i, name in ipairs(names) do row[name] = tonumber(cells[i]) or cells[i] end
  return row
end

-- Cells of a line, each of which `separator` ends.
local function split(line, separator)
  local cells = {}
  for cell in line:gmatch("([^" .. separator .. "]*)" .. separator) do cells[#cells + 1] = cell:match "^%s*(.-)%s*$" end
  return cells
end

-- Rows of results.csv as tables by column name; numbers where they are numbers.
local function read(path)
  local rows, names = {}, nil
  for line in io.lines(path) do
    local cells = split(line:gsub("\r", "") .. ",", ",")
    if names then rows[#rows + 1] = as_row(names, cells) end
    names = names or cells
  end
  return rows
end

-- The same from the table of a page, whose columns suite.py has named for readers.
local function read_page(path)
  local rows, names = {}, nil
  for line in io.lines(path) do
    local cells = line:sub(1, 1) == "|" and split(line:sub(2), "|")
    if cells and cells[1] == "case" then
      names = cells
    elseif names and not cells then
      break
    elseif names and not cells[1]:find "^%-" then
      local row = as_row(names, cells)
      row.nodes, row.build_s, row.simulate_s, row.simulated_ms = row.cells, row["build s"], row["simulate s"], row["of ms"]
      row.peak_bytes = row["peak MB"] * 1e6
      rows[#rows + 1] = row
    end
  end
  if #rows == 0 then error("there is no table of the benchmark suite in '" .. path .. "'", 0) end
  return rows
end

local rows = options.table == "" and read(options.out .. "/results.csv") or read_page(options.table)

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
  local figure = plot.lines(xs, curves, { points = true, lines = true, logx = true, logy = true, xlabel = xlabel, ylabel = ylabel })
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
