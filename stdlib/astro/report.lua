-- Values and reports for a script to print.
--
--   report.value("mean rate", spikes:rate(), "Hz")        mean rate              4.76 Hz
--   report.samples("IP3", trace.events.IP3, "uM")         IP3                    0.4414 uM (0.3996 to 0.5211)
--   report.run(sim)                                       sizes, seconds spent, real-time factor, memory
local _, _, host = ...
local check = require "astro.check"
local show_text = host.show_text
local report = {}

-- 18000000 as 18 000 000.
function report.grouped(n)
  if n < 0 then return "-" .. report.grouped(-n) end
  local digits = ("%d"):format(n)
  local first = #digits % 3
  local groups = first > 0 and { digits:sub(1, first) } or {}
  for i = first + 1, #digits, 3 do groups[#groups + 1] = digits:sub(i, i + 2) end
  return table.concat(groups, " ")
end

local function number(x)
  local is_long = x == math.floor(x) or math.abs(x) >= 10000
  return is_long and math.abs(x) < 2 ^ 53 and report.grouped(math.floor(x + 0.5)) or ("%.4g"):format(x)
end

function report.heading(text) print(("\n%s"):format(text)) end

local function line(name, value, unit)
  local text = type(value) == "number" and number(value) or tostring(value)
  return ("  %-26s %s%s"):format(name, text, unit and " " .. unit or "")
end

function report.value(name, value, unit) print(line(name, value, unit)) end

-- What is another time another value is shown, but does not count as printed by the script: astrolua --record keeps none of it.
local function passing(name, value, unit) show_text(line(name, value, unit) .. "\n") end

-- The mean of a Vector, with its smallest and largest element.
function report.samples(name, samples, unit)
  if #samples == 0 then return report.value(name, "no samples") end
  local range = ("(%s to %s)"):format(number(samples:min()), number(samples:max()))
  report.value(name, samples:mean(), unit .. " " .. range)
end

function report.run(sim)
  local stats = sim.stats
  report.heading("run")
  report.value("nodes", sim.num_nodes)
  report.value("connections", sim.num_connections)
  report.value("simulated time", sim.time, "ms")
  passing("threads", sim.threads)
  passing("building", stats.create + stats.connect + stats.prepare, "s")
  passing("simulating", stats.simulate, "s")
  if sim.time > 0 then passing("real-time factor", 1000 * stats.simulate / sim.time) end
  passing("memory", stats.memory_bytes / 2 ^ 20, "MB")
end

check.module("astro.report", report)
return report
