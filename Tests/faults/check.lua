-- Is a file that a run has left the beginning of what it was to be, up to a time at least?
--
--   check.lua FILE REFERENCE [TIME]          prints how many events it holds
local io = require "astro.io"

local file, reference, time = arg[1], io.read(arg[2]), tonumber(arg[3] or 0)
local events, note = io.read(file)
local count = #events.times
assert(count <= #reference.times, file .. ": more events than there are")
for name, expected in pairs(reference) do
  local same = count == 0 or events[name] == expected:slice(1, count)
  assert(same, ("%s: %s is not what it should be"):format(file, name))
end
local next_time = reference.times[count + 1]
assert(count == #reference.times or next_time > time,
  ("%s lacks an event at %g ms, and the run had reached %g ms"):format(file, next_time or 0, time))
print(count, note and "cut" or "whole")
