-- What can stand at the cursor: names, methods and, between quotes or braces, models, parameters, rules, recordables, files.
--
-- Nothing of the user's runs here: tables are read raw, userdata by the tables of their types.
local _, _, host = ...

local ipairs, next, pcall, rawget, table, type = ipairs, next, pcall, rawget, table, type

local help = require "astro.help"
local lexer = require "astro.repl.lexer"
local reference = require "astro.reference"
local schemas = require "astro.repl.schemas"
local values = require "astro.repl.values"

local item, items_of, joined, topic_items = schemas.item, schemas.items_of, schemas.joined, schemas.topic_items
local chain_start, closes, ends_value = values.chain_start, values.closes, values.ends_value
local resolve, type_of = values.resolve, values.type_of

local complete = {}

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
    elseif closes(token) then
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
  local schema = schemas.at(context, #context.call.path)
  return schema and schema.texts and schema.texts(context) or {}
end

-- The keys that a table has already between its brace and token `last`.
local function given_keys(tokens, brace, last)
  local given, depth = {}, 0
  for i = brace + 1, last do
    local text = tokens[i].kind == "operator" and tokens[i].text
    if text == "(" or text == "{" or text == "[" then depth = depth + 1 end
    if closes(tokens[i]) then depth = depth - 1 end
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
  local schema = schemas.at(context, #context.call.path - 1)
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

-- The function that is called around the end of a text, as it is written there, or nil.
function complete.callee(text)
  local tokens, in_comment = lexer.tokens(text)
  if in_comment or #tokens == 0 then return end
  local last = tokens[#tokens]
  local is_open = last.kind == "string" and last.open
  local call = enclosing_call(tokens, open_brackets(tokens, is_open and #tokens - 1 or #tokens), is_open and #tokens or nil)
  local first = call and tokens[call.callee].kind == "name" and chain_start(tokens, call.callee)
  return first and text:sub(tokens[first].first, tokens[call.callee].last):match("^[%a_][%w_.:]*$")
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
  values.read_from(session.read)
  local prefix, items, suffix = find(text, session)
  return prefix, fitting(items, prefix), suffix
end

-- What can be inserted at the end of a text without a choice: all of the only candidate and what follows it, or what several share.
--
-- complete.insertion(prefix, items, suffix) -> string
function complete.insertion(prefix, items, suffix)
  if #items == 0 then return "" end
  if #items == 1 then return items[1].name:sub(#prefix + 1) .. (items[1].goes_on and "" or suffix) end
  return common_prefix(items):sub(#prefix + 1)
end

return complete
