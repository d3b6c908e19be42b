-- Writes definition files for the Lua language server (LuaLS), with which editors complete and explain every call, model and
-- parameter. They come from what `help` reads: the tables that the models and the program declare, and the comments of stdlib.
--
--   astrolua --trust Docs/luals.lua DIRECTORY    writes DIRECTORY/library/… and DIRECTORY/config.json
local astro = require "astro"
local reference = require "astro.reference"

local directory = ... or error("usage: astrolua --trust Docs/luals.lua DIRECTORY", 0)

local CLASSES, RETURNS = {}, { number = "number", Hz = "number", string = "string", table = "table", text = "string", figure = "Figure" }
for _, info in ipairs(reference.types()) do
  CLASSES[info.name] = info.name
  RETURNS[info.name] = info.name
end

-- Types of arguments that have the same name everywhere.
local ARGUMENTS <const> = {
  n = "integer", first = "integer", last = "integer", step = "integer", ms = "number", path = "string", label = "string", nodes = "Nodes",
  pre = "Nodes", post = "Nodes", third = "Nodes", sim = "Simulation", source = "Nodes", layer = "Nodes", node = "Nodes", rec = "Recorder",
  spikes = "Recorder|table", f = "function", rule = "string|astro.Rule", third_rule = "string|astro.Rule", synapse = "string|astro.Synapse",
  model = "astro.NodeModel|string", params = "astro.Parameters",
}

-- ## Text

local function comment(text, prefix)
  return (("\n" .. text):gsub("\n", "\n---" .. (prefix or "")):sub(2))
end

-- Only names can be fields that are written with a point.
local function field(name, kind, meaning)
  return ("---@field %s %s %s"):format(name, kind, (meaning or ""):gsub("%s*\n%s*", " "))
end

local function quoted(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = ('"%s"'):format(name) end
  return table.concat(list, "|")
end

-- ## Calls from their usage: "sim:create(model [, n] [, params]) -> Nodes"

-- The keys in "{ bin = 10 [, step = bin] }".
local function keys_of(braces)
  local keys, seen = {}, {}
  for name in braces:gmatch("([%a_][%w_]*) ?=") do
    if not seen[name] then keys[#keys + 1] = name end
    seen[name] = true
  end
  return keys
end

local function options_type(braces)
  local fields = {}
  for i, name in ipairs(keys_of(braces)) do fields[i] = name .. "?: any" end
  return #fields > 0 and "{ " .. table.concat(fields, ", ") .. " }" or "table"
end

-- The arguments: { name, type, optional } each. What stands in brackets, or comes after that, may be left out.
local function arguments_of(text)
  local list, optional, i = {}, false, 1
  while i <= #text do
    local braces, name = text:match("^%b{}", i), text:match("^[%a_][%w_]*", i)
    if braces then
      list[#list + 1] = { name = "options", type = options_type(braces), optional = optional }
      i = i + #braces
    elseif name then
      list[#list + 1] = { name = name, type = ARGUMENTS[name] or "any", optional = optional }
      i = i + #name
      i = i + #(text:match("^%s*=%s*[^,%]}]*", i) or "")
    elseif text:find("^%.%.%.", i) or text:find("^…", i) then
      list[#list + 1] = { name = "...", type = "any" }
      i = i + 3
    else
      optional = optional or text:sub(i, i) == "["
      i = i + 1
    end
  end
  return list
end

-- Names that are keywords, or that come twice, get an ending.
local function distinct(list)
  local seen <const> = { ["end"] = true, ["function"] = true, ["repeat"] = true }
  for i, argument in ipairs(list) do
    if seen[argument.name] then argument.name = argument.name .. i end
    seen[argument.name] = true
  end
  return list
end

local function returns(usage)
  local result = usage:match("%->%s*(.*)$")
  if not result then return end
  local first = result:match("^{") and "table" or result:match("^list") and "table[]" or result:match("^Vectors?") and "Vector"
    or RETURNS[result:match("^[%a_]+") or ""] or "any"
  if result:find("or Vector") then first = first .. "|Vector" end
  return ("---@return %s # %s"):format(first, (result:gsub("%s*\n%s*", " ")))
end

local function described(row)
  local has_details = row.details and row.details ~= ""
  return has_details and row.meaning .. "\n\n" .. row.details or row.meaning
end

-- A function `owner`.`name` (or :) as a definition.
local function definition(target, usage, meaning, before)
  local inside = usage:match("%b()") or usage:match("%b{}")
  local text = not inside and "" or inside:sub(1, 1) == "{" and inside or inside:sub(2, -2)
  local list, names, lines = distinct(arguments_of(text)), {}, { comment(meaning ~= "" and meaning or usage) }
  lines[#lines + 1] = "---\n---`" .. usage:gsub("%s*\n%s*", " ") .. "`"
  for i, argument in ipairs(list) do
    names[i] = argument.name
    lines[#lines + 1] = ("---@param %s%s %s"):format(argument.name, argument.optional and "?" or "", argument.type)
  end
  lines[#lines + 1] = returns(usage)
  lines[#lines + 1] = before
  lines[#lines + 1] = ("function %s(%s) end"):format(target, table.concat(names, ", "))
  return table.concat(lines, "\n")
end

-- ## Models and rules

local function parameter_type(p)
  local kind = type(p.default)
  if kind == "boolean" then return "boolean" end
  if kind == "string" then return "string" end
  if kind == "number" then return "number|Distribution|Vector|number[]|SpatialFunction|string" end
  return "any"
end

local function parameter_meaning(p)
  local unit = p.unit and p.unit ~= "1" and " " .. p.unit or ""
  local default = type(p.default) == "number" and ("default %.10g%s"):format(p.default, unit) or unit
  return ("%s (%s; %s)"):format(p.meaning or "", default, p.range or "")
end

local function parameter_class(model, name, extra)
  local lines = { comment(model.summary), "---@class " .. name, extra }
  for _, p in ipairs(model.params) do lines[#lines + 1] = field(p.name .. "?", parameter_type(p), parameter_meaning(p)) end
  return table.concat(lines, "\n")
end

-- Every parameter once, for tables that may be any model's: those of `nodes:set`.
local function all_parameters(models, name)
  local lines, seen = { "---The parameters of all models.\n---@class " .. name }, {}
  for _, model in ipairs(models) do
    for _, p in ipairs(model.params) do
      if not seen[p.name] then lines[#lines + 1] = field(p.name .. "?", parameter_type(p), parameter_meaning(p)) end
      seen[p.name] = true
    end
  end
  lines[#lines + 1] = field("label?", "string", "name of the population")
  return table.concat(lines, "\n")
end

local function is_synapse(model) return model.kind == "synapse" end

-- `sim:create("MODEL", n, { … })` completes that model's parameters: two overloads for each, since n may be left out.
local function create_overloads(models)
  local lines = {}
  for _, model in ipairs(models) do
    for _, number in ipairs { "n: integer, ", "" } do
      lines[#lines + 1] = ('---@overload fun(self: Simulation, model: "%s", %sparams?: astro.parameters.%s, options?: %s): Nodes')
        :format(model.name, number, model.name, "{ positions?: Positions|table }")
    end
  end
  return table.concat(lines, "\n")
end

local function rule_class()
  local lines, seen = { "---A connection rule with its keys.\n---@class astro.Rule" }, {}
  lines[2] = field("rule", quoted(astro.rules()), "name of the rule")
  for _, name in ipairs(astro.rules()) do
    for _, key in ipairs(astro.rules(name).keys) do
      local default = key.default and (" (default %s)"):format(key.default) or ""
      if not seen[key.name] then lines[#lines + 1] = field(key.name .. "?", "any", key.meaning .. default) end
      seen[key.name] = true
    end
  end
  return table.concat(lines, "\n")
end

local function models_file()
  local nodes, synapses, parts, names = {}, {}, { "---@meta _" }, {}
  for _, name in ipairs(astro.models()) do
    local model = astro.models(name)
    table.insert(is_synapse(model) and synapses or nodes, model)
  end
  for i, model in ipairs(nodes) do
    names[i] = model.name
    parts[#parts + 1] = parameter_class(model, "astro.parameters." .. model.name, field("label?", "string", "name of the population"))
  end
  parts[#parts + 1] = "---@alias astro.NodeModel " .. quoted(names)
  for i, model in ipairs(synapses) do
    names[i] = "astro.synapse." .. model.name
    parts[#parts + 1] = parameter_class(model, names[i], field("synapse_model", '"' .. model.name .. '"', "the model"))
  end
  parts[#parts + 1] = "---@alias astro.Synapse " .. table.concat(names, "|", 1, #synapses) .. "|table"
  parts[#parts + 1] = all_parameters(nodes, "astro.Parameters")
  parts[#parts + 1] = rule_class()
  return table.concat(parts, "\n\n") .. "\n", nodes
end

-- ## Types, functions and modules

local FIELD_TYPES <const> = { table = "table", number = "number", string = "string" }

-- Nodes and Vectors have elements and a length.
local OPERATORS <const> = {
  Nodes = "---@field [integer] Nodes\n---@operator add(Nodes): Nodes\n---@operator len: integer",
  Vector = "---@field [integer] number\n---@operator len: integer",
}

local function class(info, overloads)
  local lines = { comment(info.meaning), "---@class " .. info.name }
  for _, row in ipairs(info.fields) do
    lines[#lines + 1] = field(row.name, CLASSES[row.result] or FIELD_TYPES[row.result] or "any", row.meaning)
  end
  lines[#lines + 1] = OPERATORS[info.name]
  lines[#lines + 1] = ("local %s = {}"):format(info.name)
  local parts = { table.concat(lines, "\n") }
  for _, row in ipairs(info.methods) do
    local text = definition(info.name .. ":" .. row.name, row.usage, described(row),
      info.name == "Simulation" and row.name == "create" and overloads or nil)
    -- `n` may be left out; then the parameters stand in its place.
    if row.name == "create" then text = text:gsub("@param n%? integer", "@param n? integer|astro.Parameters") end
    if info.name == "Nodes" and row.name == "set" then text = text:gsub("@param options [^\n]*", "@param options astro.Parameters") end
    parts[#parts + 1] = text
  end
  return table.concat(parts, "\n\n")
end

local function program_file(nodes)
  local parts = { "---@meta astro", "---@class astrolib\n---@field version string\nastro = { random = {}, space = {} }" }
  local overloads = create_overloads(nodes)
  for _, info in ipairs(reference.types()) do parts[#parts + 1] = class(info, overloads) end
  for _, module in ipairs(reference.program_modules()) do
    for _, row in ipairs(reference.functions(module)) do
      local text = definition(module .. "." .. row.name, row.usage, described(row))
      if row.name == "Simulation" then text = text:gsub("\nfunction ", "\n---@return Simulation\nfunction ") end
      parts[#parts + 1] = text
    end
  end
  parts[#parts + 1] = "return astro"
  return table.concat(parts, "\n\n") .. "\n"
end

local function module_file(module)
  local short, owners = module.name:match("[%w_]+$"), {}
  local parts = { "---@meta " .. module.name, comment(module.head) .. "\nlocal " .. short .. " = {}" }
  for _, entry in ipairs(module.entries) do
    local owner = entry.owner
    if owner and owner ~= short and not owners[owner] then
      owners[owner] = true
      parts[#parts + 1] = ("---@class %s\nlocal %s = {}"):format(owner, owner)
    end
    local target = (owner and owner .. ":" or short .. ".") .. entry.name
    local text = definition(target, entry.usage, entry.meaning)
    if short == "plot" and not owner and not text:find("@return", 1, true) then
      text = text:gsub("\nfunction ", "\n---@return Figure\nfunction ")
    end
    parts[#parts + 1] = text
  end
  parts[#parts + 1] = "return " .. short
  return table.concat(parts, "\n\n") .. "\n"
end

-- ## Files

local function write(path, text)
  local file <close> = assert(io.open(directory .. "/" .. path, "w"))
  assert(file:write(text))
  assert(load(text, "@" .. path, "t"))
end

assert(os.execute(("mkdir -p '%s/library/astro'"):format(directory)))
local models, nodes = models_file()
write("library/astro_models.lua", models)
write("library/astro.lua", program_file(nodes))
local count = 2
for _, name in ipairs(reference.modules()) do
  write("library/" .. name:gsub("%.", "/") .. ".lua", module_file(reference.module(name)))
  count = count + 1
end
do
  local file <close> = assert(io.open(directory .. "/config.json", "w"))
  assert(file:write([[
{
  "name": "astrolua",
  "words": ["astro%.", "require[%s%(\"']+astro"],
  "settings": { "Lua.runtime.version": "Lua 5.4" }
}
]]))
end
print(("%d definition files in %s"):format(count, directory))
