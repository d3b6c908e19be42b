-- A simulation through a checkpoint: what it is after `save` and `load`.
local astro = require "astro"

return function(sim)
  local path = os.tmpname()
  sim:save(path)
  local again = astro.load(path)
  os.remove(path)
  return again
end
