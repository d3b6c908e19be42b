-- Values as readable text, as the prompt prints them.
--
--   local show = require "astro.show"
--   print(show.text { 1, 2, { name = "exc", rate = 4.5 } })
--
-- Tables are shortened by depth, number of entries and width; a table that contains itself is handled. Strings are in quotes. A table
-- with `__tostring` is shown by that.
local _, _, host = ...

-- Taken now: at the prompt somebody may give `type` or `table` another meaning.
local astro, getmetatable, ipairs, math, next, pcall, rawget, rawlen = astro, getmetatable, ipairs, math, next, pcall, rawget, rawlen
local table, tostring, type, utf8 = table, tostring, type, utf8
local require = require

local check = require "astro.check"
local text_tools = require "astro.repl.text"
local shown_text, width_of, wrapped = text_tools.shown, text_tools.width, text_tools.wrapped

local show = {}

local MAX_ITEMS <const>, MAX_NUMBERS <const>, MAX_TEXT <const>, MAX_NODES <const>, MAX_CONNECTIONS <const> = 30, 60, 500, 10000, 1000000

-- ## Plain values

local ESCAPES <const> = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ["\\"] = "\\\\", ['"'] = '\\"' }

local function escaped(text)
  text = text:gsub('[%c\\"\127]', function(c) return ESCAPES[c] or ("\\x%02X"):format(c:byte()) end)
  if utf8.len(text) then return text end
  return (text:gsub("[\x80-\xff]", function(c) return ("\\x%02X"):format(c:byte()) end))
end

-- The first bytes of a text, without half a character at their end.
local function beginning(text, bytes)
  while bytes > 0 and (text:byte(bytes + 1) or 0) & 0xC0 == 0x80 do bytes = bytes - 1 end
  return text:sub(1, bytes)
end

local function quoted(text)
  if #text <= MAX_TEXT then return '"' .. escaped(text) .. '"' end
  return ('"%s"… (%d bytes)'):format(escaped(beginning(text, MAX_TEXT)), #text)
end

local function short(x) return ("%.6g"):format(x) end

local is_keyword <const> = {}
for _, word in ipairs(require("astro.repl.lexer").keywords) do is_keyword[word] = true end

local function is_name(key) return type(key) == "string" and key:find("^[%a_][%w_]*$") and not is_keyword[key] end

-- ## Numbers of the simulator

local function range_of(vector)
  local least, greatest = vector:min(), vector:max()
  if least == greatest then return short(least) end
  return ("%s to %s, mean %s"):format(short(least), short(greatest), short(vector:mean()))
end

-- As many numbers as `lines` lines of `width` columns take, in columns; all of them, or an ellipsis at the end.
local function grid(values, n, width, lines)
  local texts, widest = {}, 0
  for i = 1, math.min(n, MAX_NUMBERS * lines) do
    texts[i] = short(values[i])
    widest = math.max(widest, #texts[i])
  end
  local columns = math.max(1, (width - 2) // (widest + 2))
  local result = {}
  for row = 1, math.min(lines, math.ceil(n / columns)) do
    local cells = {}
    for i = (row - 1) * columns + 1, math.min(row * columns, n) do cells[#cells + 1] = (" "):rep(widest - #texts[i] + 2) .. texts[i] end
    if row == lines and row * columns < n then cells[#cells] = (" "):rep(widest + 1) .. "…" end
    result[row] = table.concat(cells)
  end
  return table.concat(result, "\n")
end

local function vector_text(vector, state, at_top)
  local n = #vector
  local head = state.paint("object", "Vector") .. " of " .. n .. (n == 1 and " number" or " numbers")
  if n == 0 then return head end
  head = head .. ", " .. range_of(vector)
  return at_top and wrapped(head, state.width) .. "\n" .. grid(vector, n, state.width, 3) or head
end

-- Rows of name and text below each other.
local function rows_text(rows)
  local widest = 0
  for _, row in ipairs(rows) do widest = math.max(widest, #row[1]) end
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = ("  %s%s  %s"):format(row[1], (" "):rep(widest - #row[1]), row[2]) end
  return #lines > 0 and "\n" .. table.concat(lines, "\n") or ""
end

local NO_UNIT <const> = { ["1"] = true, ["true/false"] = true, names = true, [""] = true }

local function with_unit(text, unit) return NO_UNIT[unit] and text or text .. " " .. unit end

local function value_text(value)
  if type(value) == "number" then return short(value) end
  if type(value) == "table" then
    if type(value[1]) == "string" then return table.concat(value, ", ") end
    return #value == 0 and "none" or tostring(value[1]) .. " …"
  end
  if type(value) == "userdata" and getmetatable(value) == "Vector" then
    return #value == 0 and "none" or range_of(value)
  end
  return tostring(value)
end

-- The state of nodes, and the parameters that are not as the model has them.
local function node_rows(nodes, paint)
  local rows = {}
  if not nodes.model or #nodes > MAX_NODES or #nodes == 0 then return rows end
  for _, p in ipairs(astro.models(nodes.model).params) do
    local now, usual = value_text(nodes:get(p.name)), value_text(p.default)
    local changed = now ~= usual
    if p.state or changed then
      local note = changed and not p.state and paint("note", "  (default " .. usual .. ")") or ""
      rows[#rows + 1] = { p.name, with_unit(now, p.unit) .. note }
    end
  end
  return rows
end

local function simulation_rows(sim)
  local rows = {
    { "resolution", short(sim.resolution) .. " ms" }, { "seed", ("%d"):format(sim.seed) }, { "threads", ("%d"):format(sim.threads) },
  }
  for i, nodes in ipairs(sim:populations()) do
    if i > MAX_ITEMS then
      rows[#rows + 1] = { "…", "" }
      break
    end
    local first, last = nodes.ids[1], nodes.ids[-1]
    local ids = first == last and ("id %d"):format(first) or ("ids %d to %d"):format(first, last)
    local name = shown_text(nodes.label or nodes.model)
    rows[#rows + 1] = { name, ("%d%s, %s"):format(#nodes, nodes.label and " × " .. nodes.model or "", ids) }
  end
  return rows
end

local function recorder_rows(rec)
  local rows = { { "of", shown_text(tostring(rec.nodes)) }, { "events", ("%d"):format(rec.n_events) } }
  if #rec.quantities == 0 then
    local known, rate = pcall(rec.rate, rec)
    if known and rate == rate then rows[#rows + 1] = { "rate", short(rate) .. " Hz" } end
  end
  if rec.n_events == 0 or rec.n_events > MAX_CONNECTIONS then return rows end
  local events = rec.events
  rows[#rows + 1] = { "times", ("%s to %s ms"):format(short(events.times:min()), short(events.times:max())) }
  for _, name in ipairs(rec.quantities) do rows[#rows + 1] = { name, range_of(events[name]) } end
  return rows
end

local function connection_rows(c)
  if #c == 0 or #c > MAX_CONNECTIONS then return {} end
  return { { "weight", range_of(c.weight) }, { "delay", range_of(c.delay) .. " ms" } }
end

-- What stands below the one line that a userdata's own text is.
local DETAILS <const> = {
  Nodes = node_rows, Recorder = recorder_rows, Connections = connection_rows, Simulation = simulation_rows,
}

-- show.rows(value) -> string, rows
--
-- For a simulation, nodes, a recorder or connections: a line that describes it, and rows of name and text. For other values, nothing.
show.rows = check.counted(function(value)
  local details = type(value) == "userdata" and DETAILS[getmetatable(value)]
  if not details then return end
  local known, rows = pcall(details, value, text_tools.painter(false))
  if known then return shown_text(tostring(value)), rows end
end, "show.rows(value) -> string, rows")

local function object_text(value, state, at_top)
  local kind = getmetatable(value)
  if kind == "Vector" then return vector_text(value, state, at_top) end
  local details = DETAILS[kind]
  local text = shown_text(tostring(value))
  if not details or not at_top then return state.paint("object", text) end
  text = state.paint("object", wrapped(text, state.width))
  local known, rows = pcall(details, value, state.paint)
  return known and text .. rows_text(rows) or text
end

-- ## Functions

local function function_text(value, state, at_top)
  local page = require("astro.reference").of_function(value)
  local text = state.paint("object", "function") .. " " .. page.usage
  if not at_top then return state.paint("object", "function") end
  return page.meaning and text .. "\n" .. wrapped(page.meaning, state.width, 2) or text
end

-- ## Tables

local render

local function own_text(value)
  local meta = host.debug.getmetatable(value)
  if not meta or rawget(meta, "__tostring") == nil or rawget(meta, "__metatable") == "columns" then return end
  local done, text = pcall(tostring, value)
  return done and shown_text(text) or "(its __tostring fails)"
end

local function key_text(key, state)
  if is_name(key) then return key end
  return "[" .. render(key, state, 0, state.depth) .. "]"
end

-- Where the keys begin that are not 1 to n.
local function first_other_key(value, n)
  if n > MAX_NUMBERS then return next(value, n) end
  local key = next(value)
  while math.type(key) == "integer" and key >= 1 and key <= n do key = next(value, key) end
  return key
end

local function is_list_key(key, n) return math.type(key) == "integer" and key >= 1 and key <= n end

-- Texts of the elements, shortened: { text, kind, … }, and how many more there are.
local function elements(value, state, indent, depth)
  local items, n = {}, rawlen(value)
  local all_numbers = true
  local shown = 0
  for i = 1, math.min(n, MAX_NUMBERS) do
    local element = rawget(value, i)
    all_numbers = all_numbers and type(element) == "number"
    if not all_numbers and i > MAX_ITEMS then break end
    items[i] = render(element, state, indent + 2, depth + 1)
    shown = i
  end
  local others, key = 0, first_other_key(value, n)
  while key ~= nil and others < 10000 do
    if not is_list_key(key, n) then
      others = others + 1
      if others <= MAX_ITEMS then
        local label = key_text(key, state) .. " = "
        items[#items + 1] = label .. render(rawget(value, key), state, indent + 2, depth + 1, width_of(label))
      end
    end
    key = next(value, key)
  end
  local hidden = n - shown + math.max(0, others - MAX_ITEMS)
  return items, hidden, all_numbers and others == 0 and n > 0
end

local function one_line(items, width)
  local text = "{ " .. table.concat(items, ", ") .. " }"
  if not text:find("\n", 1, true) and width_of(text) <= width then return text end
end

-- Short elements side by side.
local function filled(items, width, margin)
  local lines, line = {}, margin
  for i, item in ipairs(items) do
    local piece = item .. (i < #items and "," or "")
    if line ~= margin and width_of(line) + 1 + width_of(piece) > width then
      lines[#lines + 1] = line
      line = margin
    end
    line = line == margin and margin .. piece or line .. " " .. piece
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function table_text(value, state, indent, depth, taken)
  local name = state.path[value]
  if name then return state.paint("note", "{ the " .. name .. " again }") end
  if next(value) == nil then return "{}" end
  if depth >= state.depth then return state.paint("note", "{ … }") end
  state.path[value] = depth == 0 and "whole table" or "table around"
  local items, hidden, is_numbers = elements(value, state, indent, depth)
  state.path[value] = nil
  if hidden > 0 then items[#items + 1] = state.paint("note", ("… %d more"):format(hidden)) end
  local line = one_line(items, state.width - indent - (taken or 0))
  if line then return line end
  local margin = (" "):rep(indent + 2)
  local body = is_numbers and filled(items, state.width, margin) or margin .. table.concat(items, ",\n" .. margin)
  return "{\n" .. body .. "\n" .. (" "):rep(indent) .. "}"
end

function render(value, state, indent, depth, taken)
  local kind = type(value)
  if kind == "string" then return state.paint("string", quoted(value)) end
  if kind == "number" or kind == "boolean" or kind == "nil" then return state.paint(kind, tostring(value)) end
  if kind == "function" then return function_text(value, state, depth == 0) end
  if kind == "userdata" then return object_text(value, state, depth == 0) end
  if kind ~= "table" then return state.paint("object", tostring(value)) end
  local text = own_text(value)
  return text and state.paint("object", text) or table_text(value, state, indent, depth, taken)
end

-- show.text(value [, { width = 80, depth = 4, colours = false }]) -> string
--
-- The value as the prompt prints it. `width` is the number of columns, `depth` the largest depth of nested tables, and `colours` adds
-- the colours of a terminal.
show.text = check.counted(function(value, options)
  options = options or {}
  local state = { width = options.width or 80, depth = options.depth or 4, paint = text_tools.painter(options.colours), path = {} }
  return render(value, state, 0, 0)
end, "show.text(value [, { width = 80, depth = 4, colours = false }])")

local function count(value)
  local n, key = 0, next(value)
  while key ~= nil and n < 1000 do n, key = n + 1, next(value, key) end
  return n < 1000 and n or "1000 or more"
end

-- show.line(value [, { width = 80 }]) -> string
--
-- A description of the value in one line of at most that width.
show.line = check.counted(function(value, options)
  local width = options and options.width or 80
  local text = show.text(value, { width = math.max(width, 40), depth = 1 })
  if type(value) == "table" and text:find("\n", 1, true) then return ("table with %s elements"):format(count(value)) end
  text = text:match("[^\n]*")
  if width_of(text) > width then text = text:sub(1, (utf8.offset(text, width) or #text + 1) - 1) .. "…" end
  return text
end, "show.line(value [, { width = 80 }])")

return show
