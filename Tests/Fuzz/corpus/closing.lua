local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function(_, e) error(e) end })
  for i = 1, 3 do coroutine.yield(i) end
end)
print(coroutine.resume(co), coroutine.close(co), coroutine.status(co))
local w = coroutine.wrap(function(...) local a <close> = astro.Simulation() return select("#", ...) end)
print(pcall(w, 1, 2), pcall(w))
