local v = astro.vector { 3, 1, 2 }
print(v:map(function(x) return v:map(function(y) return x * y end):sum() end))
print(pcall(v.map, v, coroutine.yield), pcall(v.map, v, error))
table.sort({ 3, 1, 2 }, function(a, b) collectgarbage() return a < b end)
print(("key=value"):gsub("(%w+)=(%w+)", function(k, s) return s .. k end))
print(xpcall(function() error({}) end, function(e) return type(e) end))
