-- What can stand at the cursor: names, methods and, between quotes or braces, models, parameters, rules, recordables, files.
--
-- Nothing of the user's runs here: tables are read raw, userdata by the tables of their types.
local _, _, host = ...

local astro, ipairs, math, next, pcall, rawget, table, type, utf8 = astro, ipairs, math, next, pcall, rawget, table, type, utf8

local help = require "astro.help"
local lexer = require "astro.repl.lexer"
local reference = require "astro.reference"
local tools = require "astro.repl.text"

local complete = {}

-- ## Items: what may be inserted, with a note for the list

local function item(name, note) return { name = name, note = note } end

local function items_of(names)
  local items = {}
  for i, name in ipairs(names) do items[i] = item(name) end
  return items
end

local function joined(...)
  local all, seen = {}, {}
  for _, items in ipairs { ... } do
    for _, one in ipairs(items) do
      if not seen[one.name] then
        seen[one.name] = true
        all[#all + 1] = one
      end
    end
  end
  return all
end

-- ## What a piece of text stands for, without running it: { value = … } or { type = … }

-- Reads a variable of the session.
local variable

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

-- ## Where the cursor is

-- The brackets that are open behind token `last`, outermost first: { text, at, commas, key, callee }.
local function open_brackets(tokens, last)
  local stack = {}
  for i = 1, last do
    local token = tokens[i]
    local text = token.kind == "operator" and token.text
    local top = stack[#stack]
    if text == "(" or text == "{" or text == "[" then
      stack[#stack + 1] = { text = text, at = i, arguments = { i + 1 }, callee = ends_value(tokens[i - 1]) and i - 1 or nil }
    elseif OPENING[text] then
      stack[#stack] = nil
    elseif top and (text == "," or text == ";") then
      top.arguments[#top.arguments + 1] = i + 1
      top.key = nil
    elseif top and text == "=" and top.text == "{" and tokens[i - 1].kind == "name" then
      top.key = tokens[i - 1].text
    end
  end
  return stack
end

-- The call around the cursor: its callee's last token, the argument's number, the path of keys within that argument, and
-- the arguments' first tokens. `at` is the token at the cursor, if it is a string.
local function enclosing_call(tokens, stack, string_at)
  local path = {}
  if string_at and ends_value(tokens[string_at - 1]) then
    return { callee = string_at - 1, argument = 1, path = path, arguments = { string_at } }
  end
  for i = #stack, 1, -1 do
    local frame = stack[i]
    if frame.text == "(" then
      if not frame.callee then return end
      return { callee = frame.callee, argument = #frame.arguments, path = path, arguments = frame.arguments, innermost = stack[#stack] }
    end
    if frame.text ~= "{" then return end
    if frame.callee then
      table.insert(path, 1, frame.key or #frame.arguments)
      return { callee = frame.callee, argument = 1, path = path, arguments = { frame.at }, innermost = stack[#stack] }
    end
    table.insert(path, 1, frame.key or #frame.arguments)
  end
end

-- The receiver and the name that are called.
local function callee_of(tokens, call)
  local token = tokens[call.callee]
  if token.kind ~= "name" then return nil, nil end
  local before = tokens[call.callee - 1]
  if before and (before.text == "." or before.text == ":") then
    local first = chain_start(tokens, call.callee - 2)
    return first and resolve(tokens, first, call.callee - 2), token.text, true
  end
  return nil, token.text
end

-- ## What fits there

local function model_items(wanted)
  local items = {}
  for _, name in ipairs(astro.models()) do
    local model = astro.models(name)
    if wanted(model) then items[#items + 1] = item(name, model.summary) end
  end
  return items
end

local function is_synapse(model) return model.kind == "synapse" end
local function is_node(model) return model.kind ~= "synapse" end

local function unit_note(unit, meaning)
  if unit == "1" or unit == "true/false" or unit == "names" or unit == "" then return meaning end
  return unit .. ": " .. meaning
end

local function parameter_items(models)
  local items = {}
  for _, name in ipairs(models) do
    for _, p in ipairs(astro.models(name).params) do items[#items + 1] = item(p.name, unit_note(p.unit, p.meaning)) end
  end
  return joined(items)
end

local function recordable_items(models)
  local items = {}
  for _, name in ipairs(models) do
    local model = astro.models(name)
    for i, recordable in ipairs(model.recordables) do
      items[#items + 1] = item(recordable, unit_note(model.recordable_units[i], model.recordable_meanings[i]))
    end
  end
  return joined(items)
end

local function rule_items()
  local items = {}
  for _, name in ipairs(astro.rules()) do
    local rule = astro.rules(name)
    if name ~= "third_factor_bernoulli_with_pool" then items[#items + 1] = item(name, rule.summary) end
  end
  return items
end

local function rule_key_items(rules)
  local items = { item("rule", "name of the connection rule") }
  for _, name in ipairs(rules) do
    for _, key in ipairs(astro.rules(name).keys) do items[#items + 1] = item(key.name, key.meaning) end
  end
  return joined(items)
end

local function names_where(wanted)
  local names = {}
  for _, name in ipairs(astro.models()) do
    if wanted(astro.models(name)) then names[#names + 1] = name end
  end
  return names
end

local function is_in(names, name)
  for _, known in ipairs(names) do
    if known == name then return true end
  end
  return false
end

-- The text of a string that is the value of `key`, or the first string, among the tokens of an argument.
local function text_in(tokens, from, to, key)
  for i = from, math.min(to, #tokens) do
    if tokens[i].kind == "string" and not tokens[i].open then
      local keyed = tokens[i - 1] and tokens[i - 1].text == "=" and tokens[i - 2] and tokens[i - 2].text
      if not key and i == from or key and keyed == key then return tokens[i].value end
    end
  end
end

local function argument_tokens(context, n)
  local from = context.call.arguments[n]
  local behind = context.call.arguments[n + 1]
  return from, behind and behind - 2 or #context.tokens
end

local function argument_text(context, n, key)
  local from, to = argument_tokens(context, n)
  return from and text_in(context.tokens, from, to, key)
end

-- Models of the nodes that are named among some tokens.
local function node_models(tokens, from, to)
  local models = {}
  for i = from, math.min(to, #tokens) do
    local value = tokens[i].kind == "name" and variable(tokens[i].text)
    if reference.type_name(value) == "Nodes" then
      local _, model = pcall(function() return value.model end)
      if type(model) == "string" and not is_in(models, model) then models[#models + 1] = model end
    end
  end
  return models
end

local function or_all(models, wanted) return #models > 0 and models or names_where(wanted) end

-- The models of the nodes before ":get(" or ":set{".
local function receiver_models(context)
  local last = context.call.callee - 2
  local first = last >= 1 and chain_start(context.tokens, last)
  return or_all(first and node_models(context.tokens, first, last) or {}, is_node)
end

local function created_model(context)
  local name = argument_text(context, 1)
  return name and is_in(astro.models(), name) and { name } or names_where(is_node)
end

-- A schema says what fits: `texts` between quotes, `keys` before an equals sign, `fields` what fits behind each key (`any`: behind
-- all others, also list elements).
local RULE <const> = {
  texts = rule_items,
  keys = function(context)
    local name = argument_text(context, context.call.argument, "rule")
    return rule_key_items(name and is_in(astro.rules(), name) and { name } or astro.rules())
  end,
  fields = { rule = { texts = rule_items } },
}

local function synapse_items() return model_items(is_synapse) end

local SYNAPSE <const> = {
  texts = synapse_items,
  keys = function(context)
    local name = argument_text(context, context.call.argument, "synapse_model")
    local models = name and is_in(astro.models(), name) and { name } or names_where(is_synapse)
    return joined({ item("synapse_model", "name of the synapse model") }, parameter_items(models))
  end,
  fields = { synapse_model = { texts = synapse_items } },
}

local THIRD <const> = {
  texts = function() return items_of { "third_factor_bernoulli_with_pool" } end,
  keys = function() return rule_key_items { "third_factor_bernoulli_with_pool" } end,
  fields = {
    rule = { texts = function() return items_of { "third_factor_bernoulli_with_pool" } end },
    pool_type = { texts = function() return items_of { "random", "block" } end },
  },
}

local PARAMETERS <const> = {
  keys = function(context) return joined(parameter_items(created_model(context)), { item("label", "name of the population") }) end,
  fields = { record_from = { any = { texts = function() return recordable_items(astro.models()) end } } },
}

local function recorded_items(context)
  local from, to = argument_tokens(context, 1)
  return recordable_items(or_all(node_models(context.tokens, from, to), is_node))
end

local NAMES <const> = { texts = recorded_items, any = { texts = recorded_items } }

local function file_items(context)
  local directory = context.prefix:match("^(.*/)") or ""
  local items = {}
  for i, name in ipairs(host.files(directory)) do items[i] = { name = directory .. name, goes_on = name:find("/$") ~= nil } end
  return items
end

local FILE <const> = { texts = file_items }

local function keys_of(names) return { keys = function() return items_of(names) end } end

local function with_fields(schema, fields)
  schema.fields = fields
  return schema
end

local CONNECTION_NAMES <const> = {
  texts = function() return parameter_items(names_where(is_synapse)) end,
  keys = function() return parameter_items(names_where(is_synapse)) end,
}

local NODE_NAMES <const> = {
  texts = function(context)
    local models = receiver_models(context)
    return joined(parameter_items(models), recordable_items(models))
  end,
  keys = function(context) return parameter_items(receiver_models(context)) end,
}

local function topic_items() return items_of(reference.names()) end

local function module_items()
  local names = reference.modules()
  table.insert(names, "astro")
  return items_of(names)
end

local function label_items(context)
  if not (context.receiver and context.receiver.value) then return {} end
  local labels = {}
  for _, nodes in ipairs(context.receiver.value:populations()) do labels[#labels + 1] = nodes.label end
  return items_of(labels)
end

-- By type and method, and for functions by name; the number is the argument's.
local SCHEMAS <const> = {
  Simulation = {
    create = { { texts = function() return model_items(is_node) end }, PARAMETERS, PARAMETERS },
    connect = { nil, nil, RULE, SYNAPSE },
    tripartite_connect = {
      nil, nil, nil, RULE, THIRD,
      {
        keys = function() return items_of { "primary", "third_in", "third_out" } end,
        fields = { primary = SYNAPSE, third_in = SYNAPSE, third_out = SYNAPSE },
      },
    },
    record = { nil, NAMES, with_fields(keys_of { "interval", "offset", "start", "stop", "to" }, { to = FILE }) },
    connections = { with_fields(keys_of { "source", "target", "synapse_model" }, { synapse_model = { texts = synapse_items } }) },
    nodes = { { texts = label_items } },
    save = { FILE },
  },
  Nodes = { get = { NODE_NAMES }, set = { NODE_NAMES } },
  Connections = { get = { CONNECTION_NAMES }, set = { CONNECTION_NAMES } },
  Recorder = { save = { FILE } },
  functions = {
    Simulation = { keys_of { "resolution", "seed", "threads" } },
    models = { { texts = function() return model_items(function() return true end) end } },
    rules = { { texts = function() return items_of(astro.rules()) end } },
    require = { { texts = module_items } },
    help = { { texts = topic_items } },
    load = { FILE }, save = { FILE }, dofile = { FILE }, loadfile = { FILE }, open = { FILE }, lines = { FILE },
  },
}

-- Keys that a function's usage names: "astro.Simulation{ resolution=, seed= }".
local function usage_schema(context)
  local f = context.receiver and type(context.receiver.value) == "table" and raw_field(context.receiver.value, context.name)
  f = f or not context.receiver and variable(context.name)
  if type(f) ~= "function" then return end
  local usage = reference.of_function(f).usage or ""
  local names = {}
  for name in (usage:match("%b{}") or ""):gmatch("([%a_][%w_]*)%s*=") do names[#names + 1] = name end
  return #names > 0 and { keys = function() return items_of(names) end } or nil
end

-- The schema at the cursor's argument, for a receiver of known type or, without one, the methods of that name.
local function schema_of(context)
  local type_name = type_of(context.receiver)
  local methods = type_name and SCHEMAS[type_name]
  if methods and methods[context.name] then return methods[context.name][context.call.argument] end
  if not type_name then
    for _, known in ipairs { "Simulation", "Nodes" } do
      local arguments = context.is_method and SCHEMAS[known][context.name]
      if arguments and not (context.receiver and context.receiver.value) then return arguments[context.call.argument] end
    end
  end
  local arguments = SCHEMAS.functions[context.name]
  if arguments then return arguments[context.call.argument] end
  return usage_schema(context)
end

local function inner(schema, key)
  if not schema then return end
  return schema.fields and schema.fields[key] or schema.any
end

-- Down the keys to the table or string at the cursor.
local function schema_at(context, depth)
  local schema = schema_of(context)
  for i = 1, depth do schema = inner(schema, context.call.path[i]) end
  return schema
end

-- ## Candidates

local function context_of(tokens, prefix, last, string_at)
  local stack = open_brackets(tokens, last)
  local call = enclosing_call(tokens, stack, string_at)
  if not call then return end
  local receiver, name, is_method = callee_of(tokens, call)
  if not name then return end
  return { tokens = tokens, prefix = prefix, call = call, receiver = receiver, name = name, is_method = is_method, stack = stack }
end

local function text_items(tokens, prefix)
  local context = context_of(tokens, prefix, #tokens - 1, #tokens)
  if not context then return {} end
  local schema = schema_at(context, #context.call.path)
  return schema and schema.texts and schema.texts(context) or {}
end

-- The keys that a table has already between its brace and token `last`.
local function given_keys(tokens, brace, last)
  local given, depth = {}, 0
  for i = brace + 1, last do
    local text = tokens[i].kind == "operator" and tokens[i].text
    if text == "(" or text == "{" or text == "[" then depth = depth + 1 end
    if OPENING[text] then depth = depth - 1 end
    if text == "=" and depth == 0 then given[tokens[i - 1].text] = true end
  end
  return given
end

local function without(items, given)
  local left = {}
  for _, one in ipairs(items) do
    if not given[one.name] then left[#left + 1] = one end
  end
  return left
end

-- Before an equals sign in braces: keys.
local function key_items(tokens, prefix, last)
  local context = context_of(tokens, prefix, last)
  local frame = context and context.call.innermost
  if not frame or frame.text ~= "{" or frame.key then return end
  local before = tokens[last]
  if not (before.text == "{" or before.text == "," or before.text == ";") then return end
  local schema = schema_at(context, #context.call.path - 1)
  return schema and schema.keys and without(schema.keys(context), given_keys(tokens, frame.at, last))
end

local function string_names(value, accept, items)
  local key, element = next(value)
  local count = 0
  while key ~= nil and count < 10000 do
    if type(key) == "string" and key:find("^[%a_][%w_]*$") and accept(element) then items[#items + 1] = item(key) end
    key, element = next(value, key)
    count = count + 1
  end
end

-- Fields of a table and of the tables its lookups go on to.
local function table_items(value, accept)
  local items = {}
  for _ = 1, 20 do
    if type(value) ~= "table" then break end
    string_names(value, accept, items)
    local meta = host.debug.getmetatable(value)
    value = meta and rawget(meta, "__index")
  end
  return joined(items)
end

local function is_function(value) return type(value) == "function" end
local function is_anything() return true end

local function type_items(type_name, methods_only)
  local page = reference.type(type_name)
  local items = {}
  if not page then return items end
  for _, row in ipairs(page.methods) do items[#items + 1] = item(row.name, row.usage) end
  if methods_only then return items end
  for _, row in ipairs(page.fields) do items[#items + 1] = item(row.name, row.meaning) end
  return items
end

local function event_items(rec)
  local items = items_of { "times", "senders" }
  local done, quantities = pcall(function() return rec.quantities end)
  for _, name in ipairs(done and quantities or {}) do items[#items + 1] = item(name) end
  return items
end

local strings <const> = string

local function member_items(thing, methods_only)
  if not thing then return {} end
  if thing.events_of then return event_items(thing.events_of) end
  if type_of(thing) == "string" then return table_items(strings, is_function) end
  if type(thing.value) == "table" then return table_items(thing.value, methods_only and is_function or is_anything) end
  local meta = type(thing.value) == "userdata" and host.debug.getmetatable(thing.value)
  local index = meta and rawget(meta, "__index")
  if type(index) == "table" then return table_items(index, is_function) end
  return type_items(type_of(thing), methods_only)
end

local function fitting(items, prefix)
  local result = {}
  for _, one in ipairs(items) do
    local is_hidden = one.name:find("^_") and not prefix:find("^_")
    if one.name:sub(1, #prefix) == prefix and not is_hidden then result[#result + 1] = one end
  end
  table.sort(result, function(a, b) return a.name < b.name end)
  return result
end

local function global_items(prefix, variables)
  local items = joined(items_of(variables()))
  if prefix ~= "" then items = joined(items, items_of(lexer.keywords)) end
  return items
end

local function command_items()
  local items = {}
  for _, row in ipairs(help.commands) do
    local name = row[1]:match("^:%w+")
    if name then items[#items + 1] = item(name, row[2]) end
  end
  return items
end

-- The word at the end of the text, candidates for it, and what follows a chosen one.
local function find(text, session)
  local command = text:match("^%s*(:%w*)$")
  if command then return command, command_items(), " " end
  local topic = text:match("^%s*%?%s*([%w_.:]*)$")
  if topic then return topic, topic_items(), "" end
  local code = text:gsub("^%s*:time%s", function(word) return (" "):rep(#word) end)
  local tokens, in_comment = lexer.tokens(code)
  if in_comment then return "", {}, "" end
  local last = tokens[#tokens]
  if last and last.kind == "string" and last.open then
    return last.value, text_items(tokens, last.value), last.quote == "[[" and "]]" or last.quote
  end
  local is_word = last and last.last == #code and (last.kind == "name" or last.kind == "keyword")
  local prefix, behind = is_word and last.text or "", is_word and #tokens - 1 or #tokens
  local before = tokens[behind]
  if before and (before.text == "." or before.text == ":") then
    local first = chain_start(tokens, behind - 1)
    return prefix, member_items(first and resolve(tokens, first, behind - 1), before.text == ":"), ""
  end
  local keys = before and key_items(tokens, prefix, behind)
  if keys and #fitting(keys, prefix) > 0 then return prefix, keys, " = " end
  return prefix, global_items(prefix, session.variables), ""
end

local function common_prefix(items)
  local common = items[1].name
  for _, one in ipairs(items) do
    while one.name:sub(1, #common) ~= common do common = common:sub(1, -2) end
  end
  return common
end

-- Where the session's variables are: `read(name)` and `variables()`, all their names.
--
-- complete.candidates(text, session) -> prefix, items, suffix
function complete.candidates(text, session)
  variable = session.read
  local prefix, items, suffix = find(text, session)
  return prefix, fitting(items, prefix), suffix
end

local function cut(text, width)
  if tools.width(text) <= width then return text end
  return text:sub(1, (utf8.offset(text, width) or #text + 1) - 1) .. "…"
end

-- Names with their notes, or names side by side where there are many.
local function listing(items, options)
  local rows = {}
  if #items <= 24 and options.width >= 60 and items[1].note then
    local widest = 0
    for _, one in ipairs(items) do widest = math.max(widest, tools.width(one.name)) end
    for i, one in ipairs(items) do
      local gap = (" "):rep(widest - tools.width(one.name) + 2)
      rows[i] = one.name .. options.paint("note", gap .. cut(one.note or "", options.width - widest - 3))
    end
    return table.concat(rows, "\n")
  end
  local most = math.max(20, options.lines * (options.width // 20))
  for i = 1, math.min(#items, most) do rows[i] = items[i].name:match("[^/]+/?$") end
  if #items > most then rows[#rows + 1] = ("… %d more"):format(#items - most) end
  return tools.columns(rows, options.width)
end

-- What Tab does at the end of a text: what to insert, and a list to show where that does not settle it.
--
-- complete.tab(text, session, { width =, lines =, colours = }) -> string, string or nil
function complete.tab(text, session, options)
  local prefix, items, suffix = complete.candidates(text, session)
  if #items == 0 then return "" end
  if #items == 1 then return items[1].name:sub(#prefix + 1) .. (items[1].goes_on and "" or suffix) end
  local addition = common_prefix(items):sub(#prefix + 1)
  if addition ~= "" then return addition end
  return "", listing(items, { width = options.width, lines = options.lines or 20, paint = tools.painter(options.colours) })
end

return complete
