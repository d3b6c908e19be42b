-- Results of single runs, kept in a file: part,case,seed,measure,value. A run that is in the file is not repeated, so a long series may
-- be interrupted and continued, and tables and figures can be made again quickly.
--
--   local store = results.open("paper_runs.csv")
--   local measures = store:once("rates", "sparse", 3, function() return { rate = 4.7 } end)
local results = {}

local HEADER <const> = "part,case,seed,measure,value\n"

local Store <const> = { __name = "Store" }
Store.__index = Store

local function key(part, case, seed) return ("%s,%s,%d"):format(part, case, seed) end

local function sorted_names(t)
  local names = {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- Reads rows of `part,case,seed,measure,value` into { [key] = { measure = value } }.
local function read(file, runs)
  for line in file:lines() do
    local run, measure, value = line:match("^([^,]+,[^,]+,%d+),([%w_]+),([^,]+)$")
    if run then
      runs[run] = runs[run] or {}
      runs[run][measure] = tonumber(value) or 0 / 0
    end
  end
end

-- open(path) -> store; the file need not exist
function results.open(path)
  local runs = {}
  local file = io.open(path, "r")
  if file then
    read(file, runs)
    file:close()
  end
  return setmetatable({ path = path, runs = runs, is_new = not file }, Store)
end

-- once(part, case, seed, f) -> { measure = value }: what the file has, or else what f returns, which goes into the file
function Store:once(part, case, seed, f)
  local name = key(part, case, seed)
  if self.runs[name] then return self.runs[name] end
  local measures = f()
  local file = assert(io.open(self.path, "a"))
  if self.is_new then file:write(HEADER) end
  self.is_new = false
  for _, measure in ipairs(sorted_names(measures)) do
    file:write(("%s,%s,%.10g\n"):format(name, measure, measures[measure]))
  end
  file:close()
  self.runs[name] = measures
  return measures
end

-- values(part, case, measure, seeds) -> list of numbers of seeds 1 to `seeds` as far as they are there, nan left out
function Store:values(part, case, measure, seeds)
  local list = {}
  for seed = 1, seeds do
    local run = self.runs[key(part, case, seed)]
    local value = run and run[measure]
    if value and value == value then list[#list + 1] = value end
  end
  return list
end

-- measures(part, case, seeds) -> sorted names of all measures of a case
function Store:measures(part, case, seeds)
  local all = {}
  for seed = 1, seeds do
    for name in pairs(self.runs[key(part, case, seed)] or {}) do all[name] = true end
  end
  return sorted_names(all)
end

return results
