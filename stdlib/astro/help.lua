-- The help of the prompt, as text.
--
--   local help = require "astro.help"
--   print(help.text("pairwise_bernoulli"))
--
-- There is help on types and their methods ("sim:connect", "connect", "Nodes"), functions ("astro.random.normal", "plot.raster"), modules
-- ("astro.plot"), models, connection rules and parameters ("V_m"). At the prompt, `help(…)` and `?…` print it.
local _, _, host = ...

local astro, ipairs, rawget, string, table, tostring, type = astro, ipairs, rawget, string, table, tostring, type
local loaded = package.loaded

local check = require "astro.check"
local concepts = require "astro.repl.concepts"
local reference = require "astro.reference"
local tools = require "astro.repl.text"

local help = {}

local NO_UNIT <const> = { ["1"] = true, ["true/false"] = true, names = true }

-- ## Pieces of pages

-- A page is a list of parts, between which a line stays empty.
local function new_page(options)
  options = options or {}
  return { width = options.width or 80, paint = tools.painter(options.colours) }
end

local function add(page, text)
  if text and text ~= "" then page[#page + 1] = text end
end

local function heading(page, text) add(page, page.paint("heading", text)) end

-- Prose in Markdown: paragraphs are wrapped, indented lines stay as they are.
local function prose(page, text, indent)
  for paragraph in (text .. "\n\n"):gmatch("(.-)\n%s*\n") do
    if paragraph:find("^%s%s") or paragraph:find("\n%s%s") or paragraph:find("%S   *%S[^\n]*\n[^\n]*%S   *%S") then
      local margin = (" "):rep(indent or 0)
      add(page, margin .. paragraph:gsub("\n", "\n" .. margin))
    else
      add(page, tools.wrapped(paragraph:gsub("`", ""), page.width, indent))
    end
  end
end

local function list(page, title, items)
  if #items == 0 then return end
  local lines = { page.paint("heading", title) }
  for _, item in ipairs(items) do lines[#lines + 1] = "  " .. tools.wrapped(item, page.width - 2, 2):sub(3) end
  add(page, table.concat(lines, "\n"))
end

-- Names with what they mean: side by side where the line is long enough, otherwise below each other.
local function definitions(page, title, rows)
  if #rows == 0 then return end
  local widest = 0
  for _, row in ipairs(rows) do widest = math.max(widest, tools.width(row[1])) end
  local is_wide = widest + 4 <= page.width / 2
  local lines = title and { page.paint("heading", title) } or {}
  for _, row in ipairs(rows) do
    if is_wide then
      local text = tools.wrapped(row[2] or "", page.width, widest + 4)
      lines[#lines + 1] = "  " .. row[1] .. (" "):rep(widest - tools.width(row[1])) .. text:sub(widest + 3)
    else
      lines[#lines + 1] = tools.wrapped(row[1], page.width, 10):sub(9)
      if row[2] and row[2] ~= "" then lines[#lines + 1] = tools.wrapped(row[2], page.width, 6) end
    end
  end
  add(page, table.concat(lines, "\n"))
end

local function unit_text(unit) return NO_UNIT[unit] and "" or unit or "" end

local function recordable_text(unit, meaning)
  unit = unit_text(unit)
  return unit .. (unit ~= "" and meaning ~= "" and ": " or "") .. meaning
end

local function default_text(value)
  if type(value) == "number" then return value > 1e300 and "unlimited" or ("%.10g"):format(value) end
  if type(value) ~= "table" and type(value) ~= "userdata" then return tostring(value) end
  return #value == 0 and "none" or table.concat(value, ", ")
end

-- "281 pF (> 0), membrane capacitance"
local function parameter_text(p)
  local unit = unit_text(p.unit)
  local text = default_text(p.default) .. (unit ~= "" and " " .. unit or "")
  if p.range and p.range ~= "" and p.range ~= "any finite number" then text = text .. " (" .. p.range .. ")" end
  return p.meaning ~= "" and text .. ": " .. p.meaning or text
end

-- ## Pages

local function function_page(page, row, title)
  heading(page, title or row.usage)
  if title and row.usage ~= title then add(page, "  " .. tools.wrapped(row.usage, page.width, 6):sub(7)) end
  prose(page, row.meaning or "", 2)
  prose(page, row.details or "", 2)
end

local function field_page(page, row, type_name)
  heading(page, type_name .. "." .. row.name)
  prose(page, row.meaning .. (row.result ~= "" and " (" .. row.result .. ")" or ""), 2)
end

local function function_rows(rows)
  local result = {}
  for i, row in ipairs(rows) do result[i] = { row.usage, row.meaning } end
  return result
end

local function type_page(page, info)
  heading(page, info.name)
  prose(page, info.meaning, 2)
  definitions(page, "methods", function_rows(info.methods))
  local fields = {}
  for i, row in ipairs(info.fields) do fields[i] = { row.name, row.meaning } end
  definitions(page, "fields", fields)
end

local function parameter_rows(model, state)
  local rows = {}
  for _, p in ipairs(model.params) do
    if (p.state or false) == state then rows[#rows + 1] = { p.name, parameter_text(p) } end
  end
  return rows
end

local function model_page(page, model)
  heading(page, ("%s, a model: %s"):format(model.name, model.kind))
  prose(page, model.summary, 2)
  if model.equations ~= "" then add(page, "  " .. model.equations:gsub("%s+$", ""):gsub("\n", "\n  ")) end
  definitions(page, "parameters", parameter_rows(model, false))
  definitions(page, "state, with its start values", parameter_rows(model, true))
  local recordables = {}
  for i, name in ipairs(model.recordables) do
    recordables[i] = { name, recordable_text(model.recordable_units[i], model.recordable_meanings[i]) }
  end
  definitions(page, "recordables", recordables)
  list(page, "notes", model.notes)
  list(page, "references", model.references)
end

local function rule_page(page, rule)
  heading(page, rule.name .. ", a connection rule")
  prose(page, rule.summary, 2)
  prose(page, "Connections: " .. rule.count .. ".", 2)
  local keys = {}
  for i, key in ipairs(rule.keys) do
    keys[i] = { key.name, key.meaning .. (key.default and " (default " .. key.default .. ")" or "") }
  end
  definitions(page, "keys", keys)
  list(page, "notes", rule.notes)
end

local function parameter_page(page, name, parameters, recordables)
  heading(page, name .. (#parameters > 0 and ", a parameter" or ", a recordable"))
  local rows = {}
  for i, found in ipairs(parameters) do rows[i] = { found.model.name, parameter_text(found.parameter) } end
  definitions(page, nil, rows)
  rows = {}
  for i, found in ipairs(recordables) do
    rows[i] = { found.model.name, recordable_text(found.unit, found.meaning) }
  end
  definitions(page, "recorded from", rows)
end

-- "Gap junction", "gap-junctions" and "gapjunction" are the same.
local function concept_key(name) return (name:lower():gsub("[%s%-]", ""):gsub("s$", "")) end

local function concept_of(name)
  for _, section in ipairs(concepts) do
    for _, concept in ipairs(section) do
      for _, known in ipairs(concept.names) do
        if concept_key(known) == concept_key(name) then return concept end
      end
      if concept.also and concept_key(concept.also) == concept_key(name) then return concept end
    end
  end
end

-- Links go to pages, which the prompt does not have: their names stay, as where to read on.
local function concept_page(page, concept)
  heading(page, table.concat(concept.names, ", ") .. (concept.also and (" (%s)"):format(concept.also) or ""))
  local links = {}
  local text = concept.meaning:gsub("%s*%[[^%]]*%]%(([%w%-]+%.md)[^)]*%)", function(link)
    links[#links + 1] = "Docs/" .. link
    return ""
  end)
  prose(page, text:gsub("^%l", string.upper), 2)
  local rows = {}
  for i, row in ipairs(concept.rows or {}) do rows[i] = { row[3], row[1] .. ", " .. row[2] } end
  definitions(page, nil, rows)
  if #links > 0 then prose(page, "More: " .. table.concat(links, ", "), 2) end
end

local function first_sentence(text)
  local line = (text:match("^(.-)\n%s*\n") or text):gsub("%s*\n%s*", " ")
  return line:match("^(.-[.:])%s+%u") or line
end

local function module_page(page, module)
  heading(page, module.name)
  prose(page, module.head, 2)
  for _, part in ipairs(module.parts) do
    local rows = {}
    for i, entry in ipairs(part.entries) do rows[i] = { entry.usage, first_sentence(entry.meaning) } end
    definitions(page, part.title and tools.wrapped(part.title, page.width) or "contents", rows)
  end
end

local function functions_page(page, name)
  heading(page, name)
  prose(page, name == "astro" and "The simulator's module, in every script and at the prompt." or
    "Distributions, which can replace the number for a parameter of nodes or synapses.", 2)
  definitions(page, "functions", function_rows(reference.functions(name)))
end

local COMMANDS <const> = {
  { "?NAME", "help, as help \"NAME\"" },
  { ":time CODE", "runs it and prints how long it took" },
  { ":traceback", "the call stack of the last error" },
  { ":vars", "the variables of this session" },
  { ":quit", "leaves; so does Ctrl-D" },
}

help.commands = COMMANDS

local KEYS <const> = {
  { "Tab", "completes names, methods and, between quotes or braces, models, parameters, rules, recordables and files" },
  { "Up, Down", "earlier inputs, also from earlier sessions" },
  { "Ctrl-R", "searches earlier inputs" },
  { "Ctrl-C", "stops the running command (a simulation at the end of a slice); at the prompt, clears the line" },
  { "Ctrl-D", "leaves; within an incomplete input, discards it" },
}

local START <const> = {
  { 'help "sim:connect"', "a method or function; help(sim.connect) does the same" },
  { 'help "astrocyte_lr_1994"', "a model: equations, parameters, units" },
  { 'help "pairwise_bernoulli"', "a connection rule" },
  { 'help "V_m"', "a parameter" },
  { 'help "pool"', "a concept from the glossary" },
  { 'help "astro.plot"', "a module" },
}

local function names_part(page, title, names)
  add(page, page.paint("heading", title) .. "\n" .. tools.columns(names, page.width - 2):gsub("^", "  "):gsub("\n", "\n  "))
end

local function overview(page)
  definitions(page, "ask", START)
  definitions(page, "commands", COMMANDS)
  definitions(page, "keys", KEYS)
  prose(page, "The value of the last line is _; a semicolon at its end suppresses the output. A local variable of one line exists "
    .. "in the next.")
  local types = {}
  for i, info in ipairs(reference.types()) do types[i] = info.name end
  names_part(page, "types", types)
  names_part(page, "models", astro.models())
  names_part(page, "connection rules", astro.rules())
  local modules = reference.modules()
  table.insert(modules, 1, "astro.space")
  table.insert(modules, 1, "astro.random")
  table.insert(modules, 1, "astro")
  names_part(page, "modules", modules)
end

-- ## Finding

-- Every page adder for "connect" without a receiver.
local function bare_member(page, name)
  for _, info in ipairs(reference.types()) do
    local method, field = reference.member(info.name, name)
    if method then function_page(page, method, info.name .. ":" .. name) end
    if field then field_page(page, field, info.name) end
  end
end

-- What a module holds of that name; `owner` is a kind of thing that it makes, as in "figure:save".
local function entry_page(page, module_name, name, owner)
  local module = reference.module(module_name)
  for _, entry in ipairs(module and module.entries or {}) do
    local is_owner = owner == nil or entry.owner and entry.owner:lower() == owner:lower()
    if entry.name == name and is_owner then
      function_page(page, entry, entry.owner and entry.owner .. ":" .. name or module_name .. "." .. name)
    end
  end
end

local function qualified(page, name)
  local receiver, member = name:match("^([%w_.]-)[.:]([%w_]+)$")
  if not receiver then return end
  for _, row in ipairs(reference.functions(receiver) or {}) do
    if row.name == member then return function_page(page, row, name) end
  end
  local type_name = reference.type_of_receiver(receiver)
  if type_name then
    local method, field = reference.member(type_name, member)
    if method then return function_page(page, method, type_name .. ":" .. member) end
    if field then return field_page(page, field, type_name) end
  end
  entry_page(page, receiver:find("^astro%.") and receiver or "astro." .. receiver, member)
  for _, module_name in ipairs(#page == 0 and reference.modules() or {}) do entry_page(page, module_name, member, receiver) end
end

local function by_name(page, name)
  if reference.functions(name) then return functions_page(page, name) end
  local info = reference.type(reference.type_of_receiver(name) or "")
  if info then return type_page(page, info) end
  if check.includes(astro.models(), name) then return model_page(page, astro.models(name)) end
  if check.includes(astro.rules(), name) then return rule_page(page, astro.rules(name)) end
  local module = reference.module(name) or reference.module("astro." .. name)
  if module then return module_page(page, module) end
  qualified(page, name)
  if #page > 0 then return end
  bare_member(page, name)
  for _, module_name in ipairs(reference.program_modules()) do
    for _, row in ipairs(reference.functions(module_name)) do
      if row.name == name then function_page(page, row, module_name .. "." .. name) end
    end
  end
  for _, module_name in ipairs(reference.modules()) do entry_page(page, module_name, name) end
  local parameters, recordables = reference.models_with(name)
  if #parameters + #recordables > 0 then parameter_page(page, name, parameters, recordables) end
  local lua = reference.lua_function(name)
  if lua then function_page(page, lua, name) end
  local concept = concept_of(name)
  if concept then concept_page(page, concept) end
end

-- "Distribution" and "uniform" are near to "unifrom": names without their owner count, too.
local function nearest(name)
  local names, full = {}, {}
  for _, known in ipairs(reference.names()) do
    for _, form in ipairs { known, known:match("[%w_]+$") } do
      if not full[form] then
        names[#names + 1] = form
        full[form] = known
      end
    end
  end
  for _, section in ipairs(concepts) do
    for _, concept in ipairs(section) do
      for _, known in ipairs(concept.names) do
        names[#names + 1], full[known] = known, known
      end
    end
  end
  local near = host.nearest(name, names)
  return near and full[near]
end

-- The methods of a kind of thing that a module makes.
local function made_page(page, owner)
  local rows = {}
  for _, module_name in ipairs(reference.modules()) do
    for _, entry in ipairs(reference.module(module_name).entries) do
      if entry.owner == owner then rows[#rows + 1] = entry end
    end
  end
  if #rows == 0 then return end
  heading(page, owner)
  definitions(page, "methods", function_rows(rows))
end

local function of_value(page, value)
  if type(value) == "function" then
    local found = reference.of_function(value)
    return function_page(page, found, found.title or "function " .. found.usage)
  end
  local info = reference.type(reference.type_name(value) or "")
  if info then return type_page(page, info) end
  for _, name in ipairs(reference.program_modules()) do
    if value == reference.program_module(name) then return functions_page(page, name) end
  end
  for _, name in ipairs(reference.modules()) do
    if rawget(loaded, name) == value then return module_page(page, reference.module(name)) end
  end
  local meta = host.debug.getmetatable(value)
  if meta and type(rawget(meta, "__name")) == "string" then made_page(page, rawget(meta, "__name")) end
end

-- help.text([topic [, { width = 80, colours = false }]]) -> string or nil, string
--
-- The page about a topic, which is a name or the object itself, such as `sim.connect` or `plot`. Without a topic, an overview. For an
-- unknown topic, nil and a sentence that names the nearest topic.
help.text = check.counted(function(topic, options)
  local page = new_page(options)
  if topic == nil then overview(page)
  elseif type(topic) ~= "string" then of_value(page, topic)
  else
    local name = topic:gsub("%s+", ""):gsub("%(.*$", "")
    by_name(page, name)
    if #page == 0 then
      local near = nearest(name)
      return nil, ("there is no help on '%s'"):format(topic) .. (near and (" (did you mean '%s'?)"):format(near) or "")
    end
  end
  if #page == 0 then return nil, ("there is no help on a %s; help() shows what there is"):format(type(topic)) end
  return table.concat(page, "\n\n")
end, "help.text([topic [, { width = 80, colours = false }]])")

return help
