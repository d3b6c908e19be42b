local directory, admitted, stdlib, host, trusted, has_prompt, another_writes, guard = ...
local load, loadfile, open, lines = load, loadfile, io.open, io.lines
local find, gmatch, gsub, concat = string.find, string.gmatch, string.gsub, table.concat
local error, type, pcall, require, next = error, type, pcall, require, next

-- for help, completion and pretty-printing, which must run nothing of the user's
host.debug = { getmetatable = debug.getmetatable, getinfo = debug.getinfo, getlocal = debug.getlocal }

-- Of several ranks, all of which run the script, the first one writes.
if another_writes then
  local really_open, output = open, io.output
  local function writes(mode) return type(mode) == "string" and find(mode, "[wa+]") ~= nil end
  local function opened(path, mode, ...) return really_open(writes(mode) and "/dev/null" or path, mode, ...) end
  open, io.open = opened, opened
  function io.output(file) return output(type(file) == "string" and "/dev/null" or file) end
  function os.remove() return true end
  os.rename = os.remove
end

local own = directory .. "/?.lua;" .. directory .. "/?/init.lua"
package.path = trusted and own .. ";" .. package.path or own

-- In the sandbox a module is run once, and sees globals of its own (`clean`, below), not what a script has made of its. So
-- a script that takes it out of package.loaded, or puts another in its place, changes nothing beneath it.
local modules, clean = {}, nil

local function from_stdlib(name)
  local text, path, called = stdlib(name)
  if not text then return path end
  local chunk, problem = load(text, called, "t", clean or _G)
  if not chunk then error(problem, 0) end
  return function(module, place)
    if trusted or modules[name] == nil then modules[name] = chunk(module, place, host) end
    return modules[name]
  end, path
end

local searchers = package.searchers
if trusted then
  package.searchers = { searchers[1], from_stdlib, searchers[2], searchers[3], searchers[4] }
  return
end

-- Each place is asked for permission before it is looked at: what is outside the sandbox cannot even be seen to be there.
local function from_script(name)
  local tried = {}
  for template in gmatch(package.path, "[^;]+") do
    local path = gsub(template, "%?", { ["?"] = gsub(name, "%.", "/") })
    local place, why = admitted(path, "code")
    local file, problem, code
    if place then file, problem, code = open(place) end
    if code == 23 or code == 24 then error("cannot read " .. problem, 0) end   -- too many open files
    if code and code ~= 2 then why = "cannot read " .. problem end
    if file then
      file:close()
      local chunk, wrong = loadfile(place, "t")
      if not chunk then error(wrong, 0) end
      return chunk, path
    end
    tried[#tried + 1] = why or "no file '" .. path .. "'"
  end
  return concat(tried, "\n\t")
end
package.searchers = { searchers[1], from_stdlib, from_script }

-- The whitelist. What is not named here is not there, whatever a later Lua may bring.
local kept = {
  _G = "assert astro collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math next os package "
    .. "pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type "
    .. "utf8 warn xpcall _G _VERSION",
  coroutine = "close create isyieldable resume running status wrap yield",
  debug = "traceback",
  io = "close flush input lines open output read stderr stdin stdout type write",
  os = "clock date difftime exit getenv remove rename time",
  package = "config loaded path preload searchers",
  string = "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
}
for name, list in next, kept do
  local allowed, library = {}, name == "_G" and _G or _G[name]
  for word in gmatch(list, "%S+") do allowed[word] = true end
  for key in next, library do
    if not allowed[key] then library[key] = nil end
  end
end

-- Paths, before Lua's own functions see them: the place where what a script calls `path` is found, or nil and why not.
local function to(purpose)
  return function(path) return admitted(path, purpose) end
end
local function to_open(path, _, mode)
  local writes = mode and find(mode, "[wa+]")
  return admitted(path, not writes and "read" or find(mode, "w") and "write" or "change")
end
io.open = guard(open, to_open, 1)
io.lines = guard(lines, to "read", 1, true)
io.input = guard(io.input, to "read", 1, true)
io.output = guard(io.output, to "write", 1, true)
_G.load = guard(load, nil, 0, false, 3)
_G.loadfile = guard(loadfile, to "code", 1, false, 2)
function dofile(path)
  if path ~= nil and type(path) ~= "string" then
    error(("bad argument #1 to 'dofile' (string expected, got %s)"):format(type(path)), 2)
  end
  local chunk, problem = _G.loadfile(path, "t")
  if not chunk then error(problem, 2) end
  return chunk()
end

os.remove = guard(os.remove, to "write", 1)
os.rename = guard(os.rename, function(path, i) return admitted(path, i == 1 and "change" or "write") end, 2)

-- The prompt's modules work on the session's globals, so they are loaded before anything can change these.
if has_prompt then
  for _, name in ipairs { "astro.plot", "astro.options", "astro.io", "astro.sweep", "astro.repl.session" } do
    pcall(require, name)
  end
end

-- The globals as they are now, for modules in stdlib that a script will ask for.
clean = {}
for name, value in next, _G do
  local copy = value
  if type(value) == "table" and value ~= _G and value ~= package then
    copy = {}
    for key, part in next, value do copy[key] = part end
  end
  clean[name] = copy
end
clean._G = clean
function clean.require(name)
  if name == "astro" then return clean.astro end
  local loader, path = from_stdlib(name)
  if type(loader) ~= "function" then error(loader, 0) end
  return loader(name, path)
end
