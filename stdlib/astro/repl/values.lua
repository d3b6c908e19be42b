-- What a piece of text stands for, without running it: { value = … } or { type = … }, by tokens of astro.repl.lexer.
--
-- Nothing of the user's runs here: tables are read raw, userdata by the tables of their types.
local _, _, host = ...

local math, pcall, rawget, type = math, pcall, rawget, type

local reference = require "astro.reference"

local values = {}

-- Where variables are read; `values.read_from` sets it.
local variable

function values.read_from(read) variable = read end

function values.variable(name) return variable(name) end

local function raw_field(value, name)
  for _ = 1, 20 do
    if type(value) ~= "table" then return end
    local found = rawget(value, name)
    if found ~= nil then return found end
    local meta = host.debug.getmetatable(value)
    value = meta and rawget(meta, "__index")
  end
end

local function type_of(thing)
  if not thing then return end
  if thing.type then return thing.type end
  return type(thing.value) == "string" and "string" or reference.type_name(thing.value)
end

local function of_value(value)
  if value ~= nil then return { value = value } end
end

-- A field of a userdata: small ones are read, of large ones only the type is told.
local CHEAP <const> = { model = true, stats = true, nodes = true, quantities = true, label = true }

local function object_field(thing, name)
  local _, field = reference.member(type_of(thing), name)
  if not field then return end
  if name == "events" and thing.value then return { events_of = thing.value } end
  if thing.value and CHEAP[name] then
    local done, value = pcall(function() return thing.value[name] end)
    return done and of_value(value) or nil
  end
  return { type = field.result }
end

local function member(thing, name)
  if not thing then return end
  if thing.events_of then return { type = "Vector" } end
  if type(thing.value) == "table" then return of_value(raw_field(thing.value, name)) end
  return type_of(thing) and object_field(thing, name)
end

local ELEMENTS <const> = { Nodes = "Nodes", Vector = "number", Connections = "Connections" }

-- What a call of a function or method gives back, by the end of its usage.
local function result_of(usage)
  local result = usage and usage:match("%->%s*([%w_]+)")
  return result and { type = result }
end

local function called(thing, name)
  local type_name = name and type_of(thing)
  local row = type_name and reference.member(type_name, name)
  if row then
    if (name == "slice" or name == "sample" or name == "sorted" or name == "select") then return { type = type_name } end
    return result_of(row.usage)
  end
  local f = thing and (name and type(thing.value) == "table" and raw_field(thing.value, name) or thing.value)
  if type(f) ~= "function" then return end
  local page = reference.of_function(f)
  if page.title == "astro.Simulation" or page.title == "astro.load" then return { type = "Simulation" } end
  if page.title == "astro.vector" then return { type = "Vector" } end
  return result_of(page.usage)
end

-- The token that opens what token i closes.
local OPENING <const> = { [")"] = "(", ["]"] = "[", ["}"] = "{" }

local function opening_of(tokens, i)
  local depth = 0
  for k = i, 1, -1 do
    local text = tokens[k].kind == "operator" and tokens[k].text
    if OPENING[text] then depth = depth + 1 end
    if text == "(" or text == "[" or text == "{" then
      depth = depth - 1
      if depth == 0 then return k end
    end
  end
end

-- Is token i of a kind that a value ends with?
local function ends_value(token) return token and (token.kind == "name" or token.kind == "string" or OPENING[token.text] ~= nil) end

-- Where the chain "a.b:c(…)[1]" begins that ends with token `last`.
local function chain_start(tokens, last)
  local i = last
  while i >= 1 do
    local token = tokens[i]
    if OPENING[token.text] and token.kind == "operator" then
      i = opening_of(tokens, i)
      if not i then return end
      if not ends_value(tokens[i - 1]) then return i end
      i = i - 1
    elseif token.kind == "string" then
      if not (tokens[i - 1] and tokens[i - 1].kind == "name") then return i end
      i = i - 1
    elseif token.kind == "name" then
      local before = tokens[i - 1]
      if not before or before.kind ~= "operator" or (before.text ~= "." and before.text ~= ":") then return i end
      i = i - 2
    else
      return
    end
  end
end

local function closing_of(tokens, i)
  for k = i + 1, #tokens do
    if OPENING[tokens[k].text] and opening_of(tokens, k) == i then return k end
  end
end

local function indexed(thing, tokens, from, to)
  if not thing then return end
  local key = to == from + 2 and tokens[from + 1]
  if type(thing.value) == "table" and key then
    if key.kind == "string" then return member(thing, key.value) end
    if key.kind == "number" then return of_value(rawget(thing.value, math.tointeger(key.text) or key.text)) end
    return
  end
  local type_name = type_of(thing)
  return type_name and ELEMENTS[type_name] and { type = ELEMENTS[type_name], value = thing.value }
end

local resolve

-- The first token of a chain, and where the rest begins.
local function primary(tokens, first, last)
  local token = tokens[first]
  if token.kind == "name" then return of_value(variable(token.text)), first + 1 end
  if token.kind == "string" then return { type = "string" }, first + 1 end
  if token.text ~= "(" then return nil, last + 1 end
  local closing = closing_of(tokens, first) or last
  return resolve(tokens, first + 1, closing - 1), closing + 1
end

-- Of "a + b" the first operand counts: nodes stay nodes.
local function chain_end(tokens, first, last)
  local i = first
  while i < last do
    local text = tokens[i + 1].text
    if text == "." or text == ":" then i = i + 2
    elseif text == "(" or text == "[" or text == "{" then i = closing_of(tokens, i + 1) or last
    elseif tokens[i + 1].kind == "string" then i = i + 1
    else return i end
  end
  return last
end

function resolve(tokens, first, last)
  if not tokens[first] or first > last then return end
  local thing, i = primary(tokens, first, last)
  if tokens[first].kind ~= "operator" then last = chain_end(tokens, first, last) end
  while thing and i <= last do
    local text = tokens[i].text
    local name = tokens[i + 1] and tokens[i + 1].kind == "name" and tokens[i + 1].text
    if text == "." and name then
      thing, i = member(thing, name), i + 2
    elseif text == ":" and name then
      thing = called(thing, name)
      i = chain_end(tokens, i + 1, math.min(last, (closing_of(tokens, i + 2) or i + 2))) + 1
    elseif text == "[" then
      local closing = closing_of(tokens, i) or last
      thing, i = indexed(thing, tokens, i, closing), closing + 1
    elseif text == "(" or text == "{" or tokens[i].kind == "string" then
      thing, i = called(thing), (closing_of(tokens, i) or i) + 1
    else
      return thing
    end
  end
  return thing
end

values.raw_field, values.type_of, values.chain_start, values.ends_value = raw_field, type_of, chain_start, ends_value
values.resolve = resolve

-- Does the token close a bracket?
function values.closes(token) return token.kind == "operator" and OPENING[token.text] ~= nil end

return values
