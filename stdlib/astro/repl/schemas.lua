-- What fits into the arguments of the simulator's functions, between quotes and in braces.
--
-- A context is { tokens, prefix, call = { callee, argument, path, arguments }, receiver, name, is_method }: the call around the cursor.
local _, _, host = ...

local astro, ipairs, math, pcall, require, table, type = astro, ipairs, math, pcall, require, table, type

local check = require "astro.check"
local reference = require "astro.reference"
local values = require "astro.repl.values"
local chain_start, raw_field, type_of, variable = values.chain_start, values.raw_field, values.type_of, values.variable

local schemas = {}

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

schemas.item, schemas.items_of, schemas.joined = item, items_of, joined

-- ## By models, nodes and rules

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
      if type(model) == "string" and not check.includes(models, model) then models[#models + 1] = model end
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
  local first = context.tokens[context.call.arguments[1]]
  local value = first and first.kind == "name" and variable(first.text)
  if reference.type_name(value) == "Model" then name = value.name end
  return name and check.includes(astro.models(), name) and { name } or names_where(is_node)
end

-- A schema says what fits: `texts` between quotes, `keys` before an equals sign, `fields` what fits behind each key (`any`: behind
-- all others, also list elements).
local RULE <const> = {
  texts = rule_items,
  keys = function(context)
    local name = argument_text(context, context.call.argument, "rule")
    return rule_key_items(name and check.includes(astro.rules(), name) and { name } or astro.rules())
  end,
  fields = {
    rule = { texts = rule_items },
    mask = {
      keys = function()
        return items_of { "anchor", "box", "circular", "doughnut", "ellipsoidal", "elliptical", "rectangular", "spherical" }
      end,
    },
  },
}

local function synapse_items() return model_items(is_synapse) end

-- Where connections begin and end: arguments of the call.
local ENDS <const> = { third_in = { 1, 3 }, third_out = { 3, 2 } }
local FIRST_TWO <const> = { 1, 2 }

local function end_models(context, which)
  local from, to = argument_tokens(context, (ENDS[context.call.path[1]] or FIRST_TWO)[which])
  return from and node_models(context.tokens, from, to) or {}
end

-- What some models list under a key.
local function listed_items(models, key)
  local items = {}
  for _, name in ipairs(models) do items = joined(items, items_of(astro.models(name)[key])) end
  return items
end

local function texts_of(items) return { texts = items, any = { texts = items } } end

local SYNAPSE <const> = {
  texts = synapse_items,
  keys = function(context)
    local name = argument_text(context, context.call.argument, "synapse_model")
    local models = name and check.includes(astro.models(), name) and { name } or names_where(is_synapse)
    local own = { item("synapse_model", "name of the synapse model"), item("input", "name of the target's input of currents or signals") }
    if not name or name == "signal_connection" then own[3] = item("signal", "name of the source's state or quantity") end
    return joined(own, parameter_items(models))
  end,
  fields = {
    synapse_model = { texts = synapse_items },
    receptor_type = texts_of(function(context) return listed_items(end_models(context, 2), "receptors") end),
    input = { texts = function(context) return listed_items(end_models(context, 2), "inputs") end },
    signal = { texts = function(context) return recordable_items(end_models(context, 1)) end },
  },
}

local THIRD <const> = {
  texts = function() return items_of { "third_factor_bernoulli_with_pool" } end,
  keys = function() return rule_key_items { "third_factor_bernoulli_with_pool" } end,
  fields = {
    rule = { texts = function() return items_of { "third_factor_bernoulli_with_pool" } end },
    pool_type = { texts = function() return items_of { "random", "block", "nearest" } end },
  },
}

local PARAMETERS <const> = {
  keys = function(context) return joined(parameter_items(created_model(context)), { item("label", "name of the population") }) end,
  fields = { record_from = { any = { texts = function() return recordable_items(astro.models()) end } } },
}

-- Quantities of the recorders that the first argument names.
local function quantity_items(context)
  local items = {}
  local from, to = argument_tokens(context, 1)
  for i = from, math.min(to, #context.tokens) do
    local value = context.tokens[i].kind == "name" and variable(context.tokens[i].text)
    local done, quantities = pcall(function() return reference.type_name(value) == "Recorder" and value.quantities or {} end)
    items = joined(items, items_of(done and quantities or {}))
  end
  return items
end

-- A name, a list of names, or a list with pairs of them.
local QUANTITIES <const> = { texts = quantity_items }
QUANTITIES.any = QUANTITIES

local function recorded_items(context)
  local from, to = argument_tokens(context, 1)
  return recordable_items(or_all(node_models(context.tokens, from, to), is_node))
end

local function event_items(context)
  local from, to = argument_tokens(context, 1)
  return listed_items(or_all(node_models(context.tokens, from, to), is_node), "events")
end

local NAMES <const> = { texts = recorded_items, any = { texts = recorded_items } }

-- A file's name as it stands between quotes.
local function as_written(name)
  return (name:gsub('[%c"\'\\]', function(c) return c:find("%c") and ("\\x%02x"):format(c:byte()) or "\\" .. c end))
end

local function file_items(context)
  local directory = context.prefix:match("^(.*/)") or ""
  local items = {}
  for i, name in ipairs(host.files(directory)) do
    items[i] = { name = directory .. as_written(name), goes_on = name:find("/$") ~= nil }
  end
  return items
end

local FILE <const> = { texts = file_items }

local function keys_of(names) return { keys = function() return items_of(names) end } end

local function with_fields(schema, fields)
  schema.fields = fields
  return schema
end

local function names_of(names) return { texts = function() return items_of(names) end } end

-- What `astro.model` takes.
local EVENT <const> = keys_of { "action", "crossing", "hold", "refractory", "when" }
local MODEL_KEYS <const> = {
  item("name", "name of the model, for create"),
  item("summary", "one sentence"),
  item("references", "sources"),
  item("notes", "remarks"),
  item("kind", "neuron or astrocyte"),
  item("parameters", "rows { name, default, meaning, allowed }"),
  item("state", "rows with start values"),
  item("inputs", '"current UNIT" or "signal UNIT", by name'),
  item("equations", "lines dX/dt = … and X = …"),
  item("on_spike", "effect of incoming spikes"),
  item("spike", "condition and action of a spike"),
  item("events", "further events, by name"),
  item("method", "how the equations are solved"),
  item("tolerance", 'of "rkf45"'),
  item("step", "the model's own step in ms"),
  item("units", "false: numbers without units"),
}
local MODEL <const> = {
  keys = function() return MODEL_KEYS end,
  fields = {
    kind = names_of { "neuron", "astrocyte" },
    method = names_of { "auto", "exact", "euler", "exponential_euler", "heun", "milstein", "rk4", "rkf45" },
    spike = EVENT, events = { any = EVENT },
  },
}

-- What `astro.synapse` and `astro.coupling` take.
local SYNAPSE_KEYS <const> = {
  item("name", "name of the model, for connect"),
  item("summary", "one sentence"),
  item("references", "sources"),
  item("notes", "remarks"),
  item("parameters", "rows { name, default, meaning, allowed }"),
  item("state", "rows with start values"),
  item("equations", "lines dX/dt = … and X = …"),
  item("on_pre", "effect of a spike of the sender"),
  item("on_post", "effect of a spike of the target"),
  item("units", "false: numbers without units"),
}
local COUPLING_KEYS <const> = {
  SYNAPSE_KEYS[1], SYNAPSE_KEYS[2], SYNAPSE_KEYS[3], SYNAPSE_KEYS[4], SYNAPSE_KEYS[5],
  item("where", "names of expressions"),
  item("input", "signal input of the target"),
  item("value", "value sent: an expression of pre.X and post.X"),
  SYNAPSE_KEYS[10],
}
local SYNAPSE_MODEL <const> = { keys = function() return SYNAPSE_KEYS end }
local COUPLING <const> = { keys = function() return COUPLING_KEYS end }

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

schemas.topic_items = topic_items

local function module_items()
  local names = reference.modules()
  table.insert(names, "astro")
  return items_of(names)
end

-- Labels of what a simulation's method lists.
local function labels_of(method)
  return function(context)
    local sim = context.receiver and context.receiver.value
    if not sim then return {} end
    local labels = {}
    for _, labelled in ipairs(sim[method](sim)) do labels[#labels + 1] = labelled.label end
    return items_of(labels)
  end
end

-- By type and method, and for functions by name; the number is the argument's.
local SCHEMAS <const> = {
  Simulation = {
    create = { { texts = function() return model_items(is_node) end }, PARAMETERS, PARAMETERS, keys_of { "positions" } },
    connect = { nil, nil, RULE, SYNAPSE },
    tripartite_connect = {
      nil, nil, nil, RULE, THIRD,
      {
        keys = function() return items_of { "primary", "third_in", "third_out" } end,
        fields = { primary = SYNAPSE, third_in = SYNAPSE, third_out = SYNAPSE },
      },
    },
    record = {
      nil, NAMES,
      with_fields(
        keys_of { "event", "interval", "label", "offset", "start", "stop", "to" },
        { to = FILE, event = { texts = event_items } }
      ),
    },
    connections = { with_fields(keys_of { "source", "target", "synapse_model" }, { synapse_model = { texts = synapse_items } }) },
    nodes = { { texts = labels_of("populations") } },
    recorder = { { texts = labels_of("recorders") } },
    save = { FILE },
  },
  Nodes = { get = { NODE_NAMES }, set = { NODE_NAMES } },
  Connections = { get = { CONNECTION_NAMES }, set = { CONNECTION_NAMES } },
  Recorder = { save = { FILE } },
  Model = { explain = { names_of { "text", "latex" } } },
  functions = {
    model = { MODEL },
    synapse = { SYNAPSE_MODEL },
    coupling = { COUPLING },
    Simulation = { keys_of { "resolution", "seed", "spikes", "threads" } },
    models = { { texts = function() return model_items(function() return true end) end } },
    rules = { { texts = function() return items_of(astro.rules()) end } },
    require = { { texts = module_items } },
    help = { { texts = topic_items } },
    load = { FILE, keys_of { "streams", "threads" } },
    read = { FILE }, read_connections = { FILE }, save_connections = { nil, FILE },
    connect = { nil, FILE, keys_of { "population", "source", "synapse", "target" } },
    traces = { nil, QUANTITIES }, signal = { nil, QUANTITIES }, signals = { nil, QUANTITIES },
    show = { { texts = function() return items_of { "ascii", "kitty", "sixel", "text", "window" } end } },
    save = { FILE }, dofile = { FILE }, loadfile = { FILE }, open = { FILE }, lines = { FILE },
  },
}

-- Options of a picture, and what they mean.
local function picture_items(kind)
  local items = {}
  for i, row in ipairs(require("astro.plot.options").of(kind)) do items[i] = item(row[1], (row[4]:gsub("`", ""))) end
  return items
end

-- Keys that a function's usage names: "astro.Simulation{ resolution=, seed= }".
local function usage_schema(context)
  local f = context.receiver and type(context.receiver.value) == "table" and raw_field(context.receiver.value, context.name)
  f = f or not context.receiver and variable(context.name)
  if type(f) ~= "function" then return end
  local page = reference.of_function(f)
  local usage = page.usage or ""
  local names = {}
  for name in (usage:match("%b{}") or ""):gmatch("([%a_][%w_]*)%s*=") do names[#names + 1] = name end
  local items = joined(items_of(names), picture_items(page.title and page.title:match("^astro%.plot%.(.*)")))
  return #items > 0 and { keys = function() return items end } or nil
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
  return arguments and arguments[context.call.argument] or usage_schema(context)
end

local function inner(schema, key)
  if not schema then return end
  return schema.fields and schema.fields[key] or schema.any
end

-- Down the keys to the table or string at the cursor.
function schemas.at(context, depth)
  local schema = schema_of(context)
  for i = 1, depth do schema = inner(schema, context.call.path[i]) end
  return schema
end

return schemas
