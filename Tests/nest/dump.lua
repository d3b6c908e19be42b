-- Runs a script and writes what its recorders hold: OUT/1.csv, OUT/2.csv and so on, in the order in which they were made.
--
--   TWIN=scripts/nest/one_neuron.lua OUT=/tmp/out astrolua --trust Tests/nest/dump.lua [options of the script]
local astro = require "astro"

local recorders = {}
local methods = debug.getmetatable(astro.Simulation {}).__methods
local record = methods.record

function methods.record(...)
  local recorder = record(...)
  recorders[#recorders + 1] = recorder
  return recorder
end

local twin = os.getenv("TWIN")
package.path = twin:match("^(.*)/") .. "/?.lua;" .. package.path
dofile(twin)

for i, recorder in ipairs(recorders) do recorder:save(("%s/%d.csv"):format(os.getenv("OUT"), i)) end
