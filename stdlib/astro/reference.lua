-- What there is to know about types, functions, models, rules and modules, from the places where they are written: the rows of
-- the program's tables and the comments of the modules in stdlib. `help`, completion and Docs/generate.lua read it here.
local _, _, host = ...

-- Taken now: at the prompt somebody may give `type` or `table` another meaning.
local astro, getmetatable, ipairs, pairs, rawget, type = astro, getmetatable, ipairs, pairs, rawget, type
local table = table
local loaded, globals = package.loaded, _G

local reference = {}

local MANUAL <const> = "https://www.lua.org/manual/5.4/manual.html#pdf-"

-- Modules that other modules use; a script has no need of them.
local INTERNAL <const> = { ["astro.check"] = true, ["astro.pages"] = true, ["astro.plain"] = true, ["astro.reference"] = true }

-- ## Types and functions of the program

local pages

local function program_pages()
  pages = pages or host.reference()
  return pages
end

-- All userdata types: { name, meaning, methods, fields }.
function reference.types() return program_pages().types end

function reference.type(name)
  for _, page in ipairs(reference.types()) do
    if page.name == name then return page end
  end
end

-- Modules whose functions are the program's: under which name its pages have them.
local PROGRAM_MODULES <const> = { astro = "astro", ["astro.random"] = "random", ["astro.space"] = "space" }

-- The names of those modules, in order.
function reference.program_modules() return { "astro", "astro.random", "astro.space" } end

-- The functions of one of them; nil for others.
function reference.functions(module) return PROGRAM_MODULES[module] and program_pages()[PROGRAM_MODULES[module]] end

-- One of them as a value.
function reference.program_module(name) return name == "astro" and astro or astro[name:match("[%w_]+$")] end

local function row_named(rows, name)
  for _, row in ipairs(rows) do
    if row.name == name then return row end
  end
end

-- A type's method and field of that name.
function reference.member(type_name, name)
  local page = reference.type(type_name)
  if not page then return end
  return row_named(page.methods, name), row_named(page.fields, name)
end

-- The type whose methods' usage begins with this receiver: "sim" is a Simulation.
function reference.type_of_receiver(receiver)
  for _, page in ipairs(reference.types()) do
    if page.name == receiver or page.name:lower() == receiver then return page.name end
    for _, row in ipairs(page.methods) do
      if row.usage:match("^[%w_]+") == receiver then return page.name end
    end
  end
end

-- ## Modules of stdlib

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- The comment that ends above line i, without its dashes.
local function comment_above(lines, i)
  local first = i
  while first > 1 and lines[first - 1]:find("^%-%-") do first = first - 1 end
  local comment = {}
  for k = first, i - 1 do comment[#comment + 1] = (lines[k]:gsub("^%-%- ?", "")) end
  return comment
end

local function trimmed(lines)
  local text = table.concat(lines, "\n")
  return (text:gsub("^%s*\n", ""):gsub("%s+$", ""))
end

-- Owner, name and arguments of what a line defines, and the usage that `check.public` is given.
local function definition(line)
  local owner, name, arguments = line:match("^function ([%w_]+)[.:]([%w_]+)(%b())")
  if owner then return owner, name, arguments end
  owner, name = line:match("^([%w_]+)%.([%w_]+) = ")
  if not owner then return end
  arguments = line:match("= function ?(%b())") or line:match("= [%w_.]*public%(function ?(%b())")
    or line:match("= [%w_.]*counted%(function ?(%b())")
  return owner, name, arguments, line:match('= [%w_.]*public%("(.-)"')
end

-- The call that a line begins with: its usage, and whether the line is nothing else.
local function usage_in(line, name)
  local from, to = line:find("^[%w_.:]*%f[%w_]" .. name .. "%f[^%w_]%s*")
  if not from then return end
  local arguments = line:match("^%b()", to + 1) or line:match("^%b{}", to + 1)
  if not arguments then return end
  local rest = line:sub(to + #arguments + 1)
  local is_all = rest == "" or rest:find("^ or ") or rest:find("^%s*%->")
  return is_all and line or line:sub(1, to + #arguments), is_all
end

local function plain_usage(owner, module_table, short_name, name, arguments)
  if owner == module_table then return short_name .. "." .. name .. arguments end
  return owner:lower() .. ":" .. name .. arguments:gsub("self,? ?", "")
end

-- A usage may go on in indented lines and in what it gives back, "-> { times, … }". They are taken out of the comment.
local function continuation(comment)
  local text = ""
  while comment[1] and comment[1] ~= "" and (text ~= "" or comment[1]:find("^%s*%->") or comment[1]:find("^%s")) do
    text = text .. " " .. table.remove(comment, 1):match("^%s*(.-)%s*$")
  end
  return text
end

-- With the module's name in front: "rate(spikes)" is analysis.rate(spikes).
local function with_module(usage, short_name, name)
  return usage and usage:find(name, 1, true) == 1 and short_name .. "." .. usage or usage
end

-- What is defined at line i, with its comment.
local function entry_at(lines, i, module_table, short_name)
  local owner, name, arguments, declared = definition(lines[i])
  if not owner or name:find("^_") then return end
  local is_member = owner == module_table
  local comment = comment_above(lines, i)
  if not is_member and #comment == 0 then return end
  local usage, is_line = usage_in(comment[1] or "", name)
  if is_line then
    table.remove(comment, 1)
    usage = usage .. continuation(comment)
  end
  usage = is_member and with_module(usage, short_name, name) or usage or declared
  if not usage and arguments then usage = plain_usage(owner, module_table, short_name, name, arguments) end
  return {
    owner = not is_member and owner or nil, name = name, meaning = trimmed(comment), usage = usage or short_name .. "." .. name,
    declared = declared,
  }
end

local function head_comment(lines)
  local first = lines[1]:find("^#!") and 2 or 1
  local last = first
  while lines[last] and lines[last]:find("^%-%-") do last = last + 1 end
  return trimmed(comment_above(lines, last))
end

local function parse_part(text, short_name)
  local lines = lines_of(text)
  local module_table = text:match("\nreturn ([%w_]+)%s*$") or ""
  local part = { head = head_comment(lines), entries = {} }
  for i = 1, #lines do part.entries[#part.entries + 1] = entry_at(lines, i, module_table, short_name) end
  return part
end

-- Of a file beside a module: what is public there and belongs to the module, or to what it makes.
local function public_part(text, short_name)
  local part = parse_part(text, short_name)
  local public = {}
  local title, rest = part.head:match("^(.-)\n%s*\n(.*)$")
  for _, entry in ipairs(part.entries) do
    local is_ours = entry.owner or entry.declared and entry.declared:find(short_name .. ".", 1, true) == 1
    if entry.declared and is_ours then
      entry.details = not entry.owner and rest or nil
      public[#public + 1] = entry
    end
  end
  return { title = title or part.head, details = rest, entries = public }
end

-- The page of a module from its text and those of the files in its folder: { name, head, entries, parts }, where `entries` are all,
-- and `parts` those of each file with what the file says about them: { title, details, entries }.
function reference.parse(name, text, files)
  local short_name = name:match("[%w_]+$")
  local own = parse_part(text, short_name)
  local parts = { { entries = table.move(own.entries, 1, #own.entries, 1, {}) } }
  local page = { name = name, head = own.head, entries = own.entries, parts = parts }
  for _, file in ipairs(files or {}) do
    local part = public_part(file, short_name)
    if #part.entries > 0 then page.parts[#page.parts + 1] = part end
    table.move(part.entries, 1, #part.entries, #page.entries + 1, page.entries)
  end
  return page
end

local module_pages = {}

-- The page of a module of stdlib, or nil.
function reference.module(name)
  local short_name = name:match("^astro%.([%w_]+)$")
  if short_name and not module_pages[name] then
    local text, files = host.source(name), {}
    for i, part in ipairs(text and host.modules(short_name) or {}) do files[i] = host.source(part) end
    module_pages[name] = text and reference.parse(name, text, files)
  end
  return module_pages[name]
end

-- The names of the modules in stdlib that scripts require.
function reference.modules()
  local names = {}
  for _, name in ipairs(host.modules()) do
    if not INTERNAL[name] then names[#names + 1] = name end
  end
  return names
end

-- ## Functions of Lua itself

local lua_names, lua_functions = {}, {}

local function note_library(library, prefix)
  for name, value in pairs(library) do
    if type(name) == "string" and type(value) == "function" and not name:find("^_") then
      lua_functions[prefix .. name] = value
      lua_names[value] = prefix .. name
    end
  end
end

for _, name in ipairs { "string", "table", "math", "utf8", "coroutine", "io", "os" } do
  if type(rawget(globals, name)) == "table" then note_library(globals[name], name .. ".") end
end
note_library(globals, "")

function reference.lua_function(name)
  if lua_functions[name] then
    return { name = name, usage = name .. "(…)", meaning = "A function of Lua itself: " .. MANUAL .. name }
  end
end

-- ## From a value to its page

local function program_function(value)
  for _, page in ipairs(reference.types()) do
    local methods = host.methods(page.name)
    for _, row in ipairs(page.methods) do
      if methods[row.name] == value then return row, page.name .. ":" .. row.name end
    end
  end
  for _, module in ipairs(reference.program_modules()) do
    local functions = reference.program_module(module)
    for _, row in ipairs(reference.functions(module)) do
      if rawget(functions, row.name) == value then return row, module .. "." .. row.name end
    end
  end
end

local function stdlib_function(value)
  for _, name in ipairs(reference.modules()) do
    local module = loaded[name]
    for _, entry in ipairs(type(module) == "table" and reference.module(name).entries or {}) do
      if not entry.owner and rawget(module, entry.name) == value then return entry, name .. "." .. entry.name end
    end
  end
end

local function parameters_of(value, info)
  local names = {}
  for i = 1, info.nparams do names[i] = host.debug.getlocal(value, i) end
  if info.isvararg then names[#names + 1] = "..." end
  return table.concat(names, ", ")
end

local function user_function(value)
  local info = host.debug.getinfo(value, "Su")
  if info.what == "C" then return { usage = "(…)", meaning = "Built in." } end
  return {
    usage = ("(%s)"):format(parameters_of(value, info)), meaning = ("Defined in %s, line %d."):format(info.short_src, info.linedefined),
  }
end

-- The page of a function: usage, meaning and, if it is one of ours or of Lua, its title.
function reference.of_function(value)
  local page, title = program_function(value)
  if not page then page, title = stdlib_function(value) end
  if page then return { usage = page.usage, meaning = page.meaning, details = page.details, title = title } end
  local name = lua_names[value]
  if not name then return user_function(value) end
  page = reference.lua_function(name)
  page.title = name
  return page
end

-- ## Parameters

-- The models that have a parameter or recordable of that name: { model, parameter } each.
function reference.models_with(name)
  local parameters, recordables = {}, {}
  for _, model_name in ipairs(astro.models()) do
    local model = astro.models(model_name)
    local p = row_named(model.params, name)
    if p then parameters[#parameters + 1] = { model = model, parameter = p } end
    for i, recordable in ipairs(model.recordables) do
      if recordable == name then
        recordables[#recordables + 1] = { model = model, unit = model.recordable_units[i], meaning = model.recordable_meanings[i] }
      end
    end
  end
  return parameters, recordables
end

-- ## All names

local function add_members(names, seen)
  local function add(name)
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  for _, page in ipairs(reference.types()) do
    local receiver = page.methods[1] and page.methods[1].usage:match("^[%w_]+") or page.name:lower()
    add(page.name)
    for _, row in ipairs(page.methods) do add(receiver .. ":" .. row.name) end
    for _, row in ipairs(page.fields) do add(receiver .. "." .. row.name) end
  end
  for _, module in ipairs(reference.program_modules()) do
    add(module)
    for _, row in ipairs(reference.functions(module)) do add(module .. "." .. row.name) end
  end
  for _, name in ipairs(reference.modules()) do
    add(name)
    for _, entry in ipairs(reference.module(name).entries) do
      add(entry.owner and entry.owner:lower() .. ":" .. entry.name or name:match("[%w_]+$") .. "." .. entry.name)
    end
  end
  for _, name in ipairs(astro.models()) do add(name) end
  for _, name in ipairs(astro.rules()) do add(name) end
  for _, name in ipairs(astro.models()) do
    for _, p in ipairs(astro.models(name).params) do add(p.name) end
  end
end

-- Whatever help knows, most prominent first.
function reference.names()
  local names = {}
  add_members(names, {})
  for name in pairs(lua_functions) do names[#names + 1] = name end
  return names
end

-- The name of the userdata type of a value, or nil.
function reference.type_name(value)
  local kind = type(value) == "userdata" and getmetatable(value)
  return type(kind) == "string" and kind or nil
end

return reference
