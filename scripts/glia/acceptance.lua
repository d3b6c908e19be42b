-- Numbers of a run beside those that a source gives.
--
--   local acceptance = require "acceptance"
--   acceptance.heading("Brian2", "s")            what stands in the second column, and the unit of both
--   acceptance.row("first rise", 2.444, 2.4442)
local acceptance = {}

local function cell(x, digits)
  if x == nil then return "-" end
  return type(x) == "number" and ("%." .. digits .. "f"):format(x) or tostring(x)
end

local digits = 4

-- `places` are those behind the point: 4 if nothing is said.
function acceptance.heading(source, unit, places)
  digits = places or 4
  print(("\n  %-34s %12s %12s %12s"):format(unit and "in " .. unit or "", "here", source, "difference"))
end

-- `published` is left out where the source has no such number.
function acceptance.row(name, here, published)
  local difference = here and published and ("%+." .. digits .. "f"):format(here - published) or "-"
  print(("  %-34s %12s %12s %12s"):format(name, cell(here, digits), cell(published, digits), difference))
end

return acceptance
