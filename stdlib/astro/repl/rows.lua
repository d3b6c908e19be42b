-- Values that are tables to the eye, as rows and columns: what a notebook shows for them.
--
-- Lists of records, lists of lists, columns of equal length, and what the simulator's objects say of themselves. Whoever shows the
-- rows makes them harmless: they are nothing but text.
local _, _, host = ...

local getmetatable, ipairs, math, next, rawget, rawlen, table, tostring, type, utf8 =
  getmetatable, ipairs, math, next, rawget, rawlen, table, tostring, type, utf8

local show = require "astro.show"
local tools = require "astro.repl.text"

local rows = {}

local MOST_ROWS <const>, MOST_COLUMNS <const>, MOST_TEXT <const> = 30, 20, 80
local CELL <const>, ROW <const> = "\x1F", "\x1E"

local function is_plain(value)
  local kind = type(value)
  return kind == "number" or kind == "string" or kind == "boolean" or kind == "nil"
end

local function cell_text(value)
  if value == nil then return "" end
  if math.type(value) == "float" then return ("%.6g"):format(value) end
  local text = tools.shown(tostring(value))
  return #text <= MOST_TEXT and text or text:sub(1, (utf8.offset(text, MOST_TEXT) or MOST_TEXT + 1) - 1) .. "…"
end

local function joined(lines)
  local texts = {}
  for i, line in ipairs(lines) do
    local cells = {}
    for k = 1, line.n or #line do cells[k] = cell_text(line[k]) end
    texts[i] = table.concat(cells, CELL)
  end
  return table.concat(texts, ROW)
end

local function add_rest(lines, n)
  if n > MOST_ROWS then lines[#lines + 1] = { ("… %d more"):format(n - MOST_ROWS) } end
  return joined(lines)
end

-- The names of a record's fields in their order, or nil if something in it is no plain value.
local function add_names(record, names, known)
  for name, value in next, record do
    if type(name) ~= "string" or not is_plain(value) then return end
    if not known[name] then
      known[name] = true
      names[#names + 1] = name
    end
  end
  return true
end

local function of_records(list, n)
  local names, known = {}, {}
  for i = 1, math.min(n, 1000) do
    local record = rawget(list, i)
    if type(record) ~= "table" or rawlen(record) > 0 or not add_names(record, names, known) then return end
  end
  if #names == 0 or #names > MOST_COLUMNS then return end
  table.sort(names)
  local lines = { names }
  for i = 1, math.min(n, MOST_ROWS) do
    local line = { n = #names }
    for k, name in ipairs(names) do line[k] = rawget(rawget(list, i), name) end
    lines[#lines + 1] = line
  end
  return add_rest(lines, n)
end

local function is_flat(list, width)
  local count = 0
  for _, value in next, list do
    if not is_plain(value) then return false end
    count = count + 1
  end
  return count == width
end

local function of_lists(list, n)
  local first = rawget(list, 1)
  local width = type(first) == "table" and rawlen(first) or 0
  if width < 1 or width > MOST_COLUMNS or n < 2 then return end
  local head = {}
  for k = 1, width do head[k] = k end
  local lines = { head }
  for i = 1, n do
    local row = rawget(list, i)
    if type(row) ~= "table" or rawlen(row) ~= width or not is_flat(row, width) then return end
    if i <= MOST_ROWS then lines[#lines + 1] = row end
  end
  return add_rest(lines, n)
end

local function length_of(column)
  if type(column) == "userdata" then return getmetatable(column) == "Vector" and #column or nil end
  return type(column) == "table" and is_flat(column, rawlen(column)) and rawlen(column) or nil
end

-- Columns of equal length: times and senders first, as events have them.
local function of_columns(value)
  local names, n = {}, nil
  for name, column in next, value do
    local length = type(name) == "string" and length_of(column)
    if not length or length == 0 or (n and n ~= length) then return end
    n = length
    names[#names + 1] = name
  end
  if #names == 0 or #names > MOST_COLUMNS then return end
  local first = { times = "\1", senders = "\2" }
  table.sort(names, function(a, b) return (first[a] or a) < (first[b] or b) end)
  local lines = { names }
  for i = 1, math.min(n, MOST_ROWS) do
    local line = { n = #names }
    for k, name in ipairs(names) do line[k] = value[name][i] end
    lines[#lines + 1] = line
  end
  return add_rest(lines, n)
end

local function of_table(value)
  local meta = host.debug.getmetatable(value)
  local n = rawlen(value)
  if n > 0 then return of_records(value, n) or of_lists(value, n) end
  if meta and rawget(meta, "__metatable") ~= "columns" then return end
  return next(value) ~= nil and of_columns(value) or nil
end

-- rows.text(value) -> string or nil
--
-- Rows between record separators, cells between unit separators; the first row is the head.
function rows.text(value)
  if type(value) == "table" then return of_table(value) end
  local title, lines = show.rows(value)
  if not title or #lines == 0 then return end
  table.insert(lines, 1, { title, "" })
  return joined(lines)
end

return rows
