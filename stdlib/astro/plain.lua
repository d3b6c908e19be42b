-- Plain data as a line of JSON, and back: nil, booleans, numbers, strings, tables and Vectors of these. Everything comes back as
-- it was, whole numbers as whole numbers. What JSON has no word for is an object with one key: {"$vector":[…]},
-- {"$number":"nan"}, {"$bytes":"hex digits"} (text that is not UTF-8), {"$table":[[key,value],…]} (keys that are not all names).
local astro = require "astro"
local plain = {}

local DEPTH <const> = 100
local concat, floor, huge = table.concat, math.floor, math.huge

local function fail(where, what) error(("%s: %s"):format(where, what), 0) end

-- The shortest text that reads as the same number.
local function float(x)
  if x ~= x or x == huge or x == -huge then return tostring(x) end
  for digits = 15, 17 do
    local text = ("%." .. digits .. "g"):format(x)
    if tonumber(text) == x then return text:find "[.e]" and text or text .. ".0" end
  end
end

-- A number as text that reads as the same number.
function plain.number(x) return math.type(x) == "integer" and ("%d"):format(x) or float(x) end

local function number(x)
  if x ~= x then return '{"$number":"nan"}' end
  if x == huge or x == -huge then return ('{"$number":"%s"}'):format(x > 0 and "inf" or "-inf") end
  return plain.number(x)
end

local ESCAPES <const> = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\127]', function(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end) .. '"'
end

local function string(text)
  if utf8.len(text) then return quoted(text) end
  return ('{"$bytes":"%s"}'):format((text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)))
end

local encode

local function list(values, where, depth)
  local parts = {}
  for i = 1, #values do parts[i] = encode(values[i], ("%s[%d]"):format(where, i), depth) end
  return "[" .. concat(parts, ",") .. "]"
end

local function is_list(t)
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  return count == #t
end

local function has_names_only(t)
  for key in pairs(t) do
    if type(key) ~= "string" or not utf8.len(key) or key:sub(1, 1) == "$" then return false end
  end
  return true
end

local function object(t, where, depth)
  local parts, by_name = {}, has_names_only(t)
  for key, value in pairs(t) do
    local text = encode(value, ("%s.%s"):format(where, tostring(key)), depth)
    parts[#parts + 1] = by_name and quoted(key) .. ":" .. text
      or ("[%s,%s]"):format(encode(key, "a key of " .. where, depth), text)
  end
  local inside = concat(parts, ",")
  return by_name and "{" .. inside .. "}" or '{"$table":[' .. inside .. "]}"
end

function encode(value, where, depth)
  local kind = type(value)
  if kind == "nil" then return "null" end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then return number(value) end
  if kind == "string" then return string(value) end
  if depth > DEPTH then fail(where, "tables are nested too deeply, or contain themselves") end
  if kind == "table" then return (is_list(value) and #value > 0 and list or object)(value, where, depth + 1) end
  if getmetatable(value) == "Vector" then return '{"$vector":' .. list(value, where, depth + 1) .. "}" end
  fail(where, ("a %s is not plain data (numbers, strings, booleans, tables and Vectors are)"):format(
    kind == "userdata" and tostring(getmetatable(value)) or kind))
end

-- The value as a line; `name` stands for it in messages.
function plain.encode(value, name) return encode(value, name or "value", 0) end

-- Decoding: each function reads from a place in the text, and returns what it read and the next place.
local decode

local function wrong(place) error({ place = place }, 0) end

local function skip(text, i) return text:find("[^ \t\r\n]", i) or #text + 1 end

local UNESCAPES <const> = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function code_point(text, i)
  local high = tonumber(text:match("^%x%x%x%x", i) or wrong(i), 16)
  local low = high >= 0xD800 and high < 0xDC00 and text:match("^\\u(%x%x%x%x)", i + 4)
  if not low then return utf8.char(high), i + 4 end
  return utf8.char(0x10000 + ((high - 0xD800) << 10) + (tonumber(low, 16) - 0xDC00 & 0x3FF)), i + 10
end

local function decode_string(text, i)
  local parts = {}
  while true do
    local stop = text:find('["\\]', i) or wrong(i)
    parts[#parts + 1] = text:sub(i, stop - 1)
    if text:sub(stop, stop) == '"' then return concat(parts), stop + 1 end
    local escape = text:sub(stop + 1, stop + 1)
    if escape == "u" then
      parts[#parts + 1], i = code_point(text, stop + 2)
    else
      parts[#parts + 1], i = UNESCAPES[escape] or wrong(stop), stop + 2
    end
  end
end

local function decode_list(text, i, depth)
  local values, count = {}, 0
  i = skip(text, i)
  if text:sub(i, i) == "]" then return values, i + 1, 0 end
  while true do
    count = count + 1
    values[count], i = decode(text, i, depth)
    i = skip(text, i)
    local c = text:sub(i, i)
    if c == "]" then return values, i + 1, count end
    if c ~= "," then wrong(i) end
    i = i + 1
  end
end

local NUMBERS <const> = { nan = 0 / 0, inf = huge, ["-inf"] = -huge }

local SPECIAL <const> = {
  ["$vector"] = function(values) return astro.vector(values) end,
  ["$number"] = function(name) return NUMBERS[name] end,
  ["$bytes"] = function(hex) return (hex:gsub("%x%x", function(pair) return ("%c"):format(tonumber(pair, 16)) end)) end,
  ["$table"] = function(pairs_of)
    local t = {}
    for _, pair in ipairs(pairs_of) do t[pair[1]] = pair[2] end
    return t
  end,
}

local function decode_object(text, i, depth)
  local t = {}
  local key
  i = skip(text, i)
  if text:sub(i, i) == "}" then return t, i + 1 end
  while true do
    i = skip(text, i)
    if text:sub(i, i) ~= '"' then wrong(i) end
    local start = i
    key, i = decode_string(text, i + 1)
    i = skip(text, i)
    if text:sub(i, i) ~= ":" then wrong(i) end
    t[key], i = decode(text, i + 1, depth)
    i = skip(text, i)
    local c = text:sub(i, i)
    if c == "}" then
      if not SPECIAL[key] then return t, i + 1 end
      local done, value = pcall(SPECIAL[key], t[key])
      if not done then wrong(start) end
      return value, i + 1
    end
    if c ~= "," then wrong(i) end
    i = i + 1
  end
end

local WORDS <const> = { ["true"] = true, ["false"] = false }

function decode(text, i, depth)
  i = skip(text, i)
  local c = text:sub(i, i)
  if depth > DEPTH then wrong(i) end
  if c == "{" then return decode_object(text, i + 1, depth + 1) end
  if c == "[" then
    local values, after = decode_list(text, i + 1, depth + 1)
    return values, after
  end
  if c == '"' then return decode_string(text, i + 1) end
  local word = text:match("^%a+", i)
  if word == "null" then return nil, i + 4 end
  if WORDS[word] ~= nil then return WORDS[word], i + #word end
  local digits = text:match("^-?%d[%d.eE+-]*", i) or wrong(i)
  return tonumber(digits) or wrong(i), i + #digits
end

-- What a line stands for; nil and the place where it is wrong for a text that `encode` does not write.
function plain.decode(text)
  local done, value, after = pcall(decode, text, 1, 0)
  if done and skip(text, after) > #text then return value end
  if done then return nil, skip(text, after) end
  if type(value) ~= "table" then error(value, 0) end
  return nil, value.place
end

-- A number of 1 to 2^31 that stands for a text: FNV-1a of its bytes, mixed once more.
function plain.hash(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  h = (h ~ h >> 32) * 0xd6e8feb86659fd93
  return (h >> 33) + 1
end

-- The same text for equal data: 2 and 2.0 are equal.
function plain.key(value)
  if type(value) == "number" and floor(value) == value then return math.tointeger(value) or value end
  if type(value) ~= "table" then return value end
  local t = {}
  for k, v in pairs(value) do t[k] = plain.key(v) end
  return t
end

return plain
