-- Ways out of Lua sandboxes that are known, each tried. Runs inside the sandbox: astrolua Tests/lua/escapes.lua
-- Prints "no way out" at the end. What is said of the CVEs is what their advisories say; none of the code is theirs.
--
--   astrolua escapes.lua                       all
--   astrolua escapes.lua "Lua 5.4.4"           without those that no layer of ours can close in that Lua
--   astrolua escapes.lua "Lua 5.4.9" lua       the defects of Lua only, with a collector that waits for the memory limit
local ways, with_others = {}, (select(2, ...)) ~= "lua"
local release = tonumber(tostring((...)):match "Lua 5%.4%.(%d+)") or math.huge

local function way(name) return function(attempt) if with_others then ways[#ways + 1] = { name, attempt } end end end

-- A defect in Lua's list (lua.org/bugs.html), from version 5.4.0 on. `repaired`: from which release on this is right; none where
-- it is closed here.
local function defect(name, repaired)
  return function(attempt)
    if release >= (repaired or 0) then ways[#ways + 1] = { name, attempt }
    else print(("skipped, since Lua 5.4.%d has this defect: %s"):format(release, name)) end
  end
end

local function fails(f, ...) return not pcall(f, ...) end

local function gone(...)
  for i = 1, select("#", ...) do assert((select(i, ...)) == nil, "argument " .. i .. " is there") end
end

local EXTREMES <const> = {
  0, 1, -1, 2 ^ 31, -2 ^ 31, 2 ^ 32, 2 ^ 53, math.maxinteger, math.mininteger, math.maxinteger - 1, math.mininteger + 1,
  0 / 0, 1 / 0, -1 / 0, 1e308, -1e308, 5e-324,
}

-- ## Redis

way "CVE-2022-0543: a packager left `package` in place, and with it loadlib" (function()
  gone(package.loadlib, package.cpath, package.searchpath)
  assert(#package.searchers == 3)
  for _, module in pairs(package.loaded) do
    if type(module) == "table" then gone(rawget(module, "loadlib"), rawget(module, "execute"), rawget(module, "popen")) end
  end
end)

way "CVE-2015-4335: bytecode written by hand" (function()
  gone(string.dump, rawget(_G, "loadstring"))
  assert(not load("\27Lua"))
  assert(not load("\27Lua", "x", "b"))
  local parts = { "\27Lua", "T\0" }
  assert(not load(function() return table.remove(parts, 1) end, "x", "bt"))
  local file <close> = assert(io.open("escape.luac", "w"))
  file:write("\27LuaT\0\25\147\r\n\26\n")
  file:flush()
  assert(not loadfile("escape.luac", "b"))
  assert(fails(dofile, "escape.luac"))
  package.path = "./?.luac"
  assert(fails(require, "escape"))
  os.remove("escape.luac")
end)

way "CVE-2024-31449: the least integer overflows a buffer of digits" (function()
  for _, x in ipairs(EXTREMES) do
    for _, form in ipairs { "%d", "%x", "%o", "%c", "%i", "%a", "%e", "%g", "%f", "%99.99f", "%-+ #099.99e", "%q", "%s" } do
      pcall(string.format, form, x)
    end
    for _, y in ipairs(EXTREMES) do
      for _, f in pairs(math) do
        if type(f) == "function" then pcall(f, x, y) end
      end
      pcall(string.sub, "text", x, y)
      pcall(string.byte, "text", x, y)
      pcall(string.find, "text", "t", x, y)
      pcall(utf8.codepoint, "text", x, y)
      pcall(utf8.offset, "text", x, y)
      pcall(utf8.len, "text", x, y)
      pcall(utf8.char, x, y)
      pcall(string.char, x, y)
    end
  end
end)

way "CVE-2024-46981: a finalizer that runs when the state is closed" (function()
  assert(fails(setmetatable, {}, { __gc = function() end }))
  assert(fails(setmetatable, {}, { __gc = false }))
  local late = setmetatable({}, {})
  getmetatable(late).__gc = function() print("ran") end
end)

way "CVE-2025-49844: the collector takes a chunk's name from under the parser" (function()
  for i = 1, 50 do
    local n = 0
    local chunk = load(function()
      n = n + 1
      collectgarbage()
      return n < 30 and ("local a%d = '%s' "):format(n, ("x"):rep(n)) or nil
    end, "name" .. i .. ("y"):rep(100))
    assert(chunk)()
  end
end)

way "CVE-2025-46817: unpack counts past the end of an integer" (function()
  assert(fails(table.unpack, {}, 0, math.maxinteger))
  assert(fails(table.unpack, {}, math.mininteger, math.maxinteger))
  assert(fails(table.unpack, {}, 1, 2 ^ 31 - 1))
  assert(fails(table.unpack, {}, 0, 1e8))
  assert(select("#", table.unpack({}, math.maxinteger, math.mininteger)) == 0)
  assert(select("#", table.unpack({}, math.maxinteger - 1, math.maxinteger)) == 2)
  for _, x in ipairs(EXTREMES) do
    for _, y in ipairs(EXTREMES) do
      if math.tointeger(x) and math.tointeger(y) and math.ult(math.tointeger(y) - math.tointeger(x), 1 << 30) then
        pcall(table.unpack, {}, x, y)
      end
      pcall(select, x, y)
      pcall(string.rep, "", x)
      if x == math.maxinteger or x < 0 then pcall(string.rep, "xy", x, "z") end
    end
  end
end)

way "CVE-2025-46818: metatables that all strings, numbers or functions share" (function()
  assert(getmetatable("") == "string")
  assert(fails(setmetatable, "", {}))
  assert(fails(rawset, getmetatable("x"), "__index", {}))
  gone(getmetatable(1), getmetatable(print), getmetatable(true), getmetatable(nil), getmetatable(coroutine.create(print)))
  assert(getmetatable(io.stdout) == "FILE*")
end)

way "CVE-2025-46819: long brackets that do not end" (function()
  for n = 0, 70 do
    load("return [" .. ("="):rep(n))
    load("return [" .. ("="):rep(n) .. "[")
    load("return [" .. ("="):rep(n) .. "[]" .. ("="):rep(n))
    load("--[" .. ("="):rep(n) .. "[")
  end
  load("return [" .. ("="):rep(1e6) .. "[x]" .. ("="):rep(1e6) .. "]")
end)

way "CVE-2018-11219, CVE-2020-14147: sizes in string.pack" (function()
  for _, form in ipairs {
    "i17", "i0", "!17i", "!3i4", "s16", "c2147483647", "c-1", "c99999999999999999999", "i99999999999999999999", "!", "X", "Xz",
    ("i16"):rep(1000), "c9223372036854775807c9223372036854775807", ">", "<=!8 ", "z", "s1",
  } do
    pcall(string.packsize, form)
    pcall(string.pack, form, 1, 2)
    for _, at in ipairs(EXTREMES) do pcall(string.unpack, form, ("\255"):rep(40), at) end
  end
  assert(fails(string.unpack, "s8", ("\255"):rep(16)))
  assert(fails(string.unpack, "z", "no end"))
end)

way "CVE-2021-32626: more on the stack than there is room for" (function()
  assert(fails(table.unpack, {}, 1, 1e7))
  local function many(f, n, value)
    local t = {}
    for i = 1, n do t[i] = value end
    return pcall(f, table.unpack(t))
  end
  many(string.char, 250000, 65)
  many(string.format, 250000, "%s")
  many(math.max, 250000, 1)
  many(astro.vector, 250000, 1)
  many(coroutine.wrap(function(...) return ... end), 250000, 1)
  many(string.byte, 3, ("x"):rep(1e6))
  pcall(string.byte, ("x"):rep(2e6), 1, -1)
  assert(fails(string.gsub, ("x"):rep(33), "x", "%9"))
end)

-- ## Lua itself

way "CVE-2022-28805: _ENV as a constant" (function()
  local chunk = load("local _ENV <const> = {} ; a = 1 ; return _ENV.a")
  if chunk then pcall(chunk) end
  load("return function() local _ENV <const> = 1 ; return x end")
end)

way "CVE-2022-33099: an error in the handling of an error" (function()
  local function f() error(f) end
  xpcall(f, function() error(f) end)
  local t = setmetatable({}, { __tostring = function() error("again") end, __concat = function() error("again") end })
  xpcall(error, function(e) return e .. t end, t)
  pcall(function() local s = "x" return s < t end)
  local deep = function() end
  for _ = 1, 300 do
    local inner = deep
    deep = function() xpcall(inner, function(e) error(e) end) error("x") end
  end
  pcall(deep)
end)

way "CVE-2021-43519: coroutines in coroutines" (function()
  local function nest() return coroutine.wrap(nest)() end
  assert(fails(nest))
  local function chain(...) return coroutine.resume(coroutine.create(chain), ...) end
  chain(1)
end)

way "CVE-2021-44647, CVE-2019-6706: what `debug` offers" (function()
  for name in pairs(debug) do assert(name == "traceback") end
  assert(package.loaded.debug == debug)
  assert(type(debug.traceback(coroutine.create(print), "x", -5)) == "string")
  debug.traceback("x", math.maxinteger)
  debug.traceback("x", 1 << 31)
end)

-- ## Lua's own list of bugs. Not in it here: what needs `debug`, `string.dump`, bytecode, finalizers, `io.popen` or the program `lua`,
-- none of which a script has (tried above).

defect "5.4.0: a stack that shrinks while a call makes it grow" (function()
  local function wide(n, ...) if n == 0 then return select("#", ...) end return wide(n - 1, n, {}, ...) end
  for _ = 1, 20 do
    assert(wide(60) == 120)
    assert(coroutine.wrap(function() return wide(100) end)() == 200)
    collectgarbage()
  end
  local callable = setmetatable({}, { __call = function(_, ...) return select("#", ...) end })
  for n = 0, 240, 20 do assert(callable(table.unpack({}, 1, n)) == n) end
end)

defect "5.4.0: the limit of C's stack in coroutines within deep calls" (function()
  local function deep(n, last) if n == 0 then return last() end return (deep(n - 1, last)) end
  local function twice() return coroutine.wrap(function() return deep(5000, function() return true end) end)() end
  assert(deep(1000, twice))
  local function nested(n) return n == 0 or coroutine.wrap(function() return deep(50, function() return nested(n - 1) end) end)() end
  assert(nested(50))
  pcall(nested, 500)
end)

defect "5.4.1: a key that is gone, given to `next`" (function()
  local t = {}
  for i = 1, 200 do t["key" .. i], t[i + 0.5] = i, {} end
  local seen = 0
  for key in next, t do
    t[key] = nil
    collectgarbage "step"
    seen = seen + 1
  end
  assert(seen == 400 and next(t) == nil)
end)

defect "5.4.2: a stack that grows in all kinds of places" (function()
  for n = 1, 4000, 333 do
    local list = {}
    for i = 1, n do list[i] = i end
    assert(select("#", table.unpack(list)) == n)
    assert(select(n, coroutine.wrap(function(...) return ... end)(table.unpack(list))) == n)
    assert(math.max(table.unpack(list)) == n and #string.char(table.unpack(list, 1, n % 128)) == n % 128)
    local ok, count = pcall(function(...) local a <close>, b = nil, ... return a or select("#", b, ...) end, table.unpack(list))
    assert(ok and count == n + 1)
  end
end)

defect "5.4.2: the message of a concatenation in table.concat" (function()
  local _, problem = pcall(table.concat, { 1, {}, 3 })
  assert(problem:find("at index 2", 1, true))
  _, problem = pcall(table.concat, { [math.maxinteger] = {} }, "", math.maxinteger, math.maxinteger)
  assert(problem:find(tostring(math.maxinteger), 1, true), problem)
end)

defect "5.4.3: a loop's variable that is to be closed, and a call in `return`" (function()
  local closed = false
  local guard = setmetatable({}, { __close = function() closed = true end })
  local function state() return closed end
  local function first()
    for i in function() return 1 end, nil, nil, guard do
      if i == 1 then return state() end
    end
  end
  assert(first() == false and closed)
end)

defect "5.4.3: yields while variables are closed, and the number of results" (function()
  local function guard() return setmetatable({}, { __close = function() coroutine.yield "closing" end }) end
  for n = 0, 30, 6 do
    local resume = coroutine.wrap(function()
      local a <close>, b = guard(), 1
      local c <close> = guard()
      return table.unpack({ a, b, c }, 1, n)
    end)
    assert(resume() == "closing" and resume() == "closing")
    assert(select("#", resume()) == n)
  end
end)

defect "5.4.3: a local function over a constant" (function()
  assert(not load "local x <const> = 1; x = 2")
  assert(load "local f <const> = 1; local function f() end; return f")
  assert(not load "local f <const> = 1; function f() end")
end)

defect "5.4.3: shifts by the least integer" (function()
  for _, least in ipairs { math.mininteger, -64, -65, 64, math.maxinteger } do assert(1 << least == 0 and 1 >> least == 0) end
  assert(-1 >> 63 == 1 and 1 << 63 == math.mininteger and load("return 1 >> math.mininteger, 1 << (1 << 63)")() == 0)
end)

defect "5.4.3: coroutines that resume and close each other without end" (function()
  local function chain() return coroutine.wrap(chain)() end
  assert(fails(chain))
  local function closing()
    local c = coroutine.create(function()
      local guard <close> = setmetatable({}, { __close = closing })
      coroutine.yield(guard)
    end)
    coroutine.resume(c)
    return coroutine.close(c)
  end
  closing()
end)

defect "5.4.3: a coroutine that is closed while it is closed, and after it" (function()
  local c, inner
  c = coroutine.create(function()
    local guard <close> = setmetatable({}, { __close = function() inner = { pcall(coroutine.close, c) } end })
    coroutine.yield(guard)
  end)
  coroutine.resume(c)
  coroutine.close(c)
  assert(inner[1] == false and coroutine.status(c) == "dead")
  assert(coroutine.close(c) and fails(coroutine.wrap(function() error "x" end)))
end)

defect "5.4.3: objects that are called through many others" (function()
  local f = function(...) return select("#", ...) end
  for _ = 1, 100 do f = setmetatable({}, { __call = f }) end
  pcall(f, 1, 2)
  local ok, count = pcall(coroutine.wrap(function(...) return f(...) end), 1)
  assert(not ok or count > 100)
end)

defect("5.4.4: a constant _ENV", 5) (function()
  local x = load "local _ENV <const> = { y = 7 }; local function f() return y end; y = 8; return f(), y"
  assert(not x or select(2, x()) == 8)
  assert(load "local _ENV <const> = 11; local ok = 1; return ok"() == 1)
  assert(fails(load "local _ENV <const> = 1; x = 1"))
end)

defect("5.4.4: constants in bitwise operations of long functions", 5) (function()
  local text = { "local x = {" }
  for i = 1, 300 do text[#text + 1] = i .. ".25," end
  text[#text + 1] = "} return 1 ~ (2 or 3), 1 | (2 or 3), 7 & (5 or 3), (2 or 3) ~ 1, (6 or 1) & 3, x"
  local a, b, c, d, e = load(table.concat(text))()
  assert(a == 3 and b == 3 and c == 5 and d == 3 and e == 2)
end)

defect "5.4.4: an error while an overflow of C's stack is handled" (function()
  local function deep() return ("x"):gsub("x", deep) end
  for _ = 1, 3 do assert(not xpcall(deep, function(e) return #tostring(e) > 0 and pcall(deep) end)) end
  local function handled() return xpcall(handled, error) end
  pcall(handled)
end)

defect("5.4.4: `break` out of a loop with a closure, and what the loop has to close", 5) (function()
  local closed, found = 0, {}
  local guard = setmetatable({}, { __close = function() closed = closed + 1 end })
  for i in function(_, i) return (i or 0) + 1 end, nil, nil, guard do
    found[#found + 1] = function() return i end
    if i == 2 then break end
  end
  assert(closed == 1 and #found == 2 and tostring(found[2]()) == "2" and math.max(1, 2) == 2)
end)

defect("5.4.4: utf8.codes and bytes that continue nothing", 5) (function()
  for _, text in ipairs { "\x80", "ab\xbf", "é\x80abc", "\u{10FFFF}\xbf" } do
    assert(fails(function() for _ in utf8.codes(text) do end end), text)
  end
end)

defect "5.4.4: coroutines that close each other, a long list of them" (function()
  local before, count = nil, 0
  for _ = 1, 3000 do
    local inner = before
    before = coroutine.create(function()
      local guard <close> = setmetatable({}, { __close = function()
        count = count + 1
        if inner then coroutine.close(inner) end
      end })
      coroutine.yield(guard)
    end)
    coroutine.resume(before)
  end
  pcall(coroutine.close, before)
  assert(count > 10)
end)

defect("5.4.4: the line of an error in arithmetic", 5) (function()
  local _, problem = pcall(load("local a = {}\nlocal b = 1\nreturn b +\na +\nb", "=x"))
  assert(problem:find "^x:3:", problem)
end)

defect("5.4.6: texts that collate as equal", 7) (function()
  assert("a\0b" < "a\0b\0" and "a\0" <= "a\0" and "" < "\0" and "a\0" <= "a\0a")
end)

defect "5.4.6: names for messages in a long chain of fields" (function()
  local x = {}
  x.a = x
  local chain = load("local x = ... return x" .. (".a"):rep(3000) .. ".b.c")
  assert(not chain or fails(chain, x))
end)

defect "5.4.6: lengths that overflow in a concatenation" (function()
  assert(fails(string.rep, "x", math.maxinteger, "y"))
  assert(fails(string.rep, ("x"):rep(100), 1 << 58))
end)

defect "5.4.6: assignments that overlap" (function()
  local a = {}
  local i = 3
  i, a[i] = i + 1, 20
  assert(i == 4 and a[3] == 20)
  local b = a
  a, a[1], b[2] = nil, 5, 6
  assert(a == nil and b[1] == 5 and b[2] == 6)
end)

defect("5.4.7: comparisons as keys", 8) (function()
  local t = { [true] = "yes", [false] = "no" }
  assert(load "local _ENV = ... return _ENV[1 < 2], _ENV[2 < 1]"(t) == "yes")
  local x = 1
  assert(t[x < 2] == "yes" and t[x > 2] == "no" and t[not x] == "no" and t[x == 1] == "yes")
end)

defect "5.4.7: a table that grows while its memory is refused" (function()
  for round = 1, 600 do
    local meta = setmetatable({ __newindex = {} }, { __mode = "v" })
    local t = setmetatable({}, meta)
    for i = 1, 1 << (6 + round % 8) do t[i + 0.5] = i end
  end
end)

defect "5.4.7: the handler of an `xpcall` that a coroutine is left in" (function()
  for _, depth in ipairs { 0, 1, 10, 300, 5000 } do
    local called = 0
    local function deep(n)
      if n == 0 then return xpcall(coroutine.yield, function() called = called + 1 end) end
      local r = deep(n - 1)
      return r
    end
    local c = coroutine.create(function()
      local guard <close> = setmetatable({}, { __close = function()
        local a, b, x = {}, print, 134
        for _ = 1, 3 do collectgarbage() end
        error(a and b and x)
      end })
      deep(depth)
      return guard
    end)
    coroutine.resume(c)
    local ok, problem = coroutine.close(c)
    assert(not ok and problem == 134 and called == 0)
  end
end)

defect "5.4.7: fields of an _ENV that is a text" (function()
  local ok, problem = pcall(load "local _ENV = 'x'; return y.z.w")
  assert(not ok and problem)
end)

defect "5.4.8: a metatable that is given to a weak table while the collector works" (function()
  local ballast = {}
  for i = 1, 50000 do ballast[i] = {} end
  for steps = 1, 12 do
    collectgarbage()
    local weak = {}
    for i = 1, 50 do weak[i] = setmetatable({}, { __mode = "kv" }) end
    for _ = 1, steps do collectgarbage("step", steps % 3) end
    for i = 1, 50 do setmetatable(weak[i], { __mode = "kv", name = "weak " .. i }) end
    for _ = 1, 40 do collectgarbage("step", 0) end
    local others = {}
    for i = 1, 500 do others[i] = { i } end
    for i = 1, 50 do assert(getmetatable(weak[i]).name == "weak " .. i) end
    assert(#others == 500 and #ballast == 50000)
  end
end)

defect "5.4.8: constructors that are longer than Lua counts" (function()
  local many = load("return {" .. ("nil,"):rep(70000) .. "1}")
  assert(many and many()[70001] == 1)
  many = load("return {" .. ("[1]=2,"):rep(70000) .. "}")
  assert(many and many()[1] == 2)
end)

defect "after 5.4.8: gmatch after an error in it" (function()
  local words = ("a b"):gmatch("%a()")
  words()
  assert(fails(function() for _ in ("x"):gmatch(("()"):rep(40)) do end end))
  assert(words() == 4)
end)

defect "after 5.4.8: sizes and steps that overflow" (function()
  pcall(collectgarbage, "step", math.maxinteger)
  pcall(collectgarbage, "step", math.mininteger)
  assert(fails(string.packsize, ("c2147483647"):rep(3)))
  for _, x in ipairs(EXTREMES) do pcall(math.random, x, math.maxinteger) pcall(math.random, math.mininteger, x) end
end)

-- ## The usual list

way "programs, libraries, temporary files, locales" (function()
  gone(os.execute, os.tmpname, os.setlocale, io.popen, io.tmpfile)
end)

way "the environment" (function()
  gone(os.getenv("HOME"), os.getenv("PATH"), os.getenv("USER"), os.getenv("SSH_AUTH_SOCK"), os.getenv("ASTROLUA"))
end)

local OUTSIDE <const> = {
  "/etc/passwd", "../escape", "..", "/", "//etc/passwd", "/./etc/../etc/passwd", "./../escape", "../../../../../../etc/passwd",
  "/proc/self/environ", "/proc/self/mem", "/proc/self/cwd/../escape", "/proc/self/root/etc/passwd", "/dev/tcp/127.0.0.1/80",
  "/dev/mem", "/dev/tty", "/tmp/escape", "~/escape\0", "x\0/../../etc/passwd",
}

way "files outside, by whatever name" (function()
  for _, path in ipairs(OUTSIDE) do
    for _, mode in ipairs { "r", "w", "a", "r+", "w+", "a+", "rb", "wb" } do assert(not io.open(path, mode), path) end
    assert(fails(io.lines, path), path)
    assert(fails(io.input, path), path)
    assert(fails(io.output, path), path)
    assert(not loadfile(path), path)
    assert(fails(dofile, path), path)
    assert(not os.remove(path), path)
    assert(not os.rename(path, "escape"), path)
    assert(not os.rename("escape", path), path)
  end
  assert(fails(io.open, "x", "rw"))
  assert(fails(io.open, "x", "w|id"))
end)

way "files outside, through what the simulator writes" (function()
  local sim = astro.Simulation()
  local nodes = sim:create("parrot_neuron", 2)
  local spikes = sim:record(nodes)
  local plot = require "astro.plot"
  for _, path in ipairs(OUTSIDE) do
    for _, ending in ipairs { "", ".csv", ".npz" } do
      assert(fails(spikes.save, spikes, path .. "/x" .. ending), path)
      assert(fails(sim.record, sim, nodes, { to = path .. "/x" .. ending }), path)
    end
    local figure = plot.lines({ 1 }, { 1 })
    assert(fails(figure.save, figure, path .. "/x.svg"), path)
  end
end)

way "modules outside" (function()
  for _, name in ipairs { "..escape", "../escape", "/etc/passwd", "....", "a\0b", "", ".", ";", "?", "%", "astro/../../x", "nothing\0" } do
    assert(fails(require, name), name)
  end
  package.path = "/etc/?;/?;../?;?"
  assert(fails(require, "passwd"))
  package.path = nil
  assert(fails(require, "passwd"))
  package.path = ("?"):rep(1e5)
  assert(fails(require, "x"))
  package.path = "./?.lua"
end)

way "what is outside cannot even be seen to be there" (function()
  package.path = "/etc/?"
  local _, there = pcall(require, "passwd")
  local _, not_there = pcall(require, "passwx")
  assert(there:gsub("passw%a", "") == not_there:gsub("passw%a", ""))
  package.path = "./?.lua"
end)

way "another _ENV" (function()
  local seen = assert(load("return os, io, require, _G", "x", "t", {}))
  assert(select("#", seen()) == 4)
  gone(seen())
  local env = setmetatable({}, { __index = _G })
  gone(assert(load("return os.execute, package.loadlib", "x", "bt", env))())
  gone(rawget(_G, "getfenv"), rawget(_G, "setfenv"), rawget(_G, "newproxy"), rawget(_G, "unpack"), rawget(_G, "module"))
end)

way "functions that host code uses, exchanged" (function()
  local kept, caught = {}, {}
  for _, library in ipairs { "string", "table", "math", "utf8" } do
    for name, f in pairs(_G[library]) do
      if type(f) == "function" then kept[#kept + 1] = { _G[library], name, f } end
    end
  end
  for _, name in ipairs { "pcall", "ipairs", "pairs", "select", "type", "error", "setmetatable", "tostring", "rawget", "next", "load" } do
    kept[#kept + 1] = { _G, name, _G[name] }
  end
  local type, open = type, io.open
  local function note(value) if type(value) == "function" then caught[value] = true end end
  for i = 1, #kept do
    local place, name, f = kept[i][1], kept[i][2], kept[i][3]
    place[name] = function(...)
      note((...))
      return f(...)
    end
  end
  local plot = require "astro.plot"
  kept[#kept][3](function() end)
  for i = 1, #kept do kept[i][1][kept[i][2]] = kept[i][3] end
  pcall(function() plot.lines({ 1 }, { 1 }):save("../escape.svg") end)
  for f in pairs(caught) do
    local ok, file = pcall(f, "/etc/passwd")
    assert(not (ok and io.type(file)), "a function that opens files was caught")
  end
  assert(open == io.open)
end)

way "text that would be a command to gnuplot" (function()
  local plot = require "astro.plot"
  local evil = "'; system('touch escape_by_plot'); '\n!touch escape_by_plot\n`touch escape_by_plot`"
  pcall(function() plot.lines({ 1, 2 }, { [evil] = { 1, 2 } }, { title = evil, xlabel = evil, ylabel = evil }):save("escape.svg") end)
  os.remove("escape.svg")
  assert(not io.open("escape_by_plot"))
end)

way "metatables that are not one's own" (function()
  local sim = astro.Simulation()
  local nodes = sim:create("parrot_neuron", 2)
  for _, value in ipairs { sim, nodes, astro.vector { 1 }, astro.random.normal(), sim:record(nodes), sim:connections {}, io.stdout } do
    assert(type(getmetatable(value)) == "string")
    assert(fails(setmetatable, value, {}))
    assert(fails(setmetatable, value, nil))
    assert(fails(rawset, value, "x", 1))
    assert(fails(rawget, value, "x"))
    assert(fails(function() value.x = 1 end))
    assert(fails(function() value.__index = 1 end))
    pcall(function() return value.__gc, value.__metatable end)
  end
end)

way "methods on what they are not made for" (function()
  local sim = astro.Simulation()
  local closed
  do
    local other <close> = astro.Simulation()
    closed = other
  end
  local nodes = sim:create("aeif_cond_alpha_astro", 3)
  sim:connect(nodes, nodes)
  local recorder, connections, vector = sim:record(nodes), sim:connections {}, astro.vector { 1, 2, 3 }
  local forged = setmetatable({}, { __name = "Simulation", __metatable = "Simulation", __index = function(_, k) return sim[k] end })
  local values = {
    sim, closed, nodes, recorder, connections, vector, forged, astro.random.normal(), {}, "text", 1, 0 / 0, true, print,
    io.stdout, coroutine.create(print), setmetatable({}, { __index = error, __len = function() return -1 end }),
  }
  local methods = {}
  local function collect(object, names)
    for name in names:gmatch "%S+" do methods[#methods + 1] = object[name] end
  end
  collect(sim, "create connect tripartite_connect record simulate save connections fingerprint nodes populations")
  collect(nodes, "slice sample get set")
  collect(recorder, "clear rate save")
  collect(connections, "get set")
  collect(vector, "sum mean std min max sorted slice select gt lt ge le eq map totable histogram")
  for _, f in pairs(astro.random) do methods[#methods + 1] = f end
  methods[#methods + 1] = astro.vector
  methods[#methods + 1] = astro.Simulation
  methods[#methods + 1] = astro.models
  for _, method in ipairs(methods) do
    for i = 1, #values do
      pcall(method, values[i])
      for j = 1, #values do
        pcall(method, values[i], values[j])
        pcall(method, values[i], values[j], values[(i + j) % #values + 1], values[(i * j) % #values + 1])
      end
    end
  end
  for _, value in ipairs(values) do
    for _, key in ipairs { 0, 1, -1, 0 / 0, 1e308, math.mininteger, math.maxinteger, 1.5, "x", true, {} } do
      pcall(function() return value[key] end)
      pcall(function() value[key] = 1 end)
    end
    for _, other in ipairs(values) do
      pcall(function() return value + other end)
      pcall(function() return value ^ other end)
      pcall(function() return value == other, value < other end)
      pcall(function() return value .. other end)
    end
  end
end)

way "sizes that are negative, giant, or no numbers" (function()
  local sim = astro.Simulation()
  local nodes = sim:create("parrot_neuron", 3)
  local vector = astro.vector { 1, 2, 3 }
  for _, x in ipairs(EXTREMES) do
    if not (x >= 1 and x <= 2 ^ 33) then pcall(sim.create, sim, "parrot_neuron", x) end
    if not (x > 10 and x < 1e6) then pcall(nodes.sample, nodes, x) end
    if x <= 1e3 or x ~= x then pcall(vector.histogram, vector, x) end
    pcall(sim.simulate, sim, x < 100 and x or 0 / 0)
    pcall(astro.Simulation, { resolution = x })
    pcall(astro.Simulation, { threads = x > 8 and x < 2000 and 3 or x })
    pcall(astro.Simulation, { seed = x })
    for _, y in ipairs(EXTREMES) do
      pcall(nodes.slice, nodes, x, y)
      pcall(nodes.slice, nodes, 1, x, y)
      pcall(vector.slice, vector, x, y)
      pcall(vector.histogram, vector, 3, x, y)
      pcall(sim.connect, sim, nodes, nodes, { rule = "fixed_indegree", indegree = x < 1e6 and x or -1 }, { weight = y, delay = x })
    end
  end
end)

way "callbacks that raise, yield or come back" (function()
  local vector = astro.vector { 1, 2, 3 }
  assert(fails(vector.map, vector, error))
  assert(fails(vector.map, vector, coroutine.yield))
  assert(fails(coroutine.wrap(function() return vector:map(coroutine.yield) end)))
  assert(fails(vector.map, vector, function() return "text" end))
  local inner = vector:map(function(x) return vector:map(function(y) return x * y end):sum() end)
  assert(inner:sum() == 36)
  local raised = {}
  local ok, problem = pcall(vector.map, vector, function() error(raised) end)
  assert(not ok and problem == raised)
  local meddling = coroutine.wrap(function() return vector:map(function() collectgarbage() return 1 end) end)
  assert(#meddling() == 3)
end)

way "a list that answers differently each time" (function()
  local lying = setmetatable({}, { __index = function() return math.random() end, __len = function() return 1 << 40 end })
  pcall(astro.vector, lying)
  pcall(table.concat, setmetatable({}, { __len = function() return "x" end }))
  local list = { 3, 1, 2 }
  table.sort(list, function() list[#list + 1] = 1 return #list % 2 == 0 end)
  table.sort(list, function() for i = 1, #list do list[i] = nil end return true end)
  pcall(table.sort, { 1, "x", {}, nil, 2 })
  pcall(table.sort, { 3, 2, 1, 4, 5 }, error)
  pcall(table.sort, { 3, 2, 1, 4, 5 }, coroutine.yield)
end)

way "addresses" (function()
  for _, value in ipairs { {}, print, function() end, coroutine.create(print), io.stdout, astro.Simulation() } do
    assert(not tostring(value):find("0x"))
    assert(not ("%p %s"):format(value, value):find("0x"))
  end
end)

for _, entry in ipairs(ways) do
  if not with_others then collectgarbage "stop" end
  local ok, problem = pcall(entry[2])
  if not ok then error(("%s: %s"):format(entry[1], problem), 0) end
end
print("no way out")
