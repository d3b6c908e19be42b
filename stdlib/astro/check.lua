-- Checks of what a script hands to a module of stdlib, and the errors they lead to.
--
-- A failure can arise anywhere below a public function; it becomes an error at the line of the script that called that function:
--
--   analysis.rate = check.public("analysis.rate(spikes [, options])", function(spikes, options) … end)
--
-- What fails inside says what is wrong, the value, and what is allowed; `wrong` adds the usage. A call that says more than is heard is
-- refused before f is called: how many arguments there are is asked of f itself.
local _, _, host = ...
local error, getmetatable, pcall, setmetatable, table, tostring = error, getmetatable, pcall, setmetatable, table, tostring
local rawget, require, select, type = rawget, require, select, type
local getinfo, readable = host.debug.getinfo, host.readable

local check = {}

local Failure <const> = {}

-- fail(message, …) raises a failure; arguments as in string.format.
local function fail(message, ...) error(setmetatable({ readable(message:format(...)) }, Failure), 0) end
check.fail = fail

-- The same, with the usage of the public function behind it.
local function wrong(message, ...) error(setmetatable({ readable(message:format(...)), with_usage = true }, Failure), 0) end
check.wrong = wrong

-- What is known of a public function: `most`, the number of its arguments, and its usage, or the module and the name that it has there.
local known = setmetatable({}, { __mode = "k" })

local function new_entry(f, usage)
  local info = getinfo(f, "u")
  return { usage = usage, most = info.isvararg and math.huge or info.nparams }
end

-- Of a function that says nothing itself its comment tells.
local function usage_of(entry)
  if entry.usage or not entry.module then return entry.usage end
  for _, row in ipairs(require("astro.reference").module(entry.module).entries) do
    if row.name == entry.name and not row.owner then return row.usage end
  end
end

local function plural(n, noun) return ("%d %s%s"):format(n, noun, n == 1 and "" or "s") end

local function misuse(entry, problem, ...)
  local usage = usage_of(entry)
  local name = entry.name or usage and usage:match("([%w_]+)%s*[%(%{]") or "call"
  return ("%s: %s%s"):format(name, problem:format(...), usage and (" (usage: %s)"):format(usage) or "")
end

-- What is wrong with how a function is called, whatever its arguments are. What is nil at the end says nothing.
local function misuse_of(entry, ...)
  if entry.holder and (...) == entry.holder then return misuse(entry, "called with a colon, but a module takes a dot") end
  local given = select("#", ...)
  while given > entry.most and (select(given, ...)) == nil do given = given - 1 end
  if given <= entry.most then return nil end
  local receiver = (usage_of(entry) or ""):find("^[%w_]+:") and 1 or 0
  local most = entry.most - receiver
  return misuse(entry, "takes %s, got %d", most == 0 and "no arguments" or "at most " .. plural(most, "argument"), given - receiver)
end

-- public([usage,] f) is f whose failures are errors at the caller's line.
function check.public(usage, f)
  if not f then usage, f = nil, usage end
  local entry = new_entry(f, usage)
  local function guarded(...)
    local slip = misuse_of(entry, ...)
    if slip then error(slip, 2) end
    local results = table.pack(pcall(f, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    local problem = results[2]
    if getmetatable(problem) ~= Failure then error(problem, 0) end
    error(problem.with_usage and usage and ("%s (usage: %s)"):format(problem[1], usage) or problem[1], 2)
  end
  known[guarded] = entry
  return guarded
end

-- A function that fails by itself, with its arguments counted.
local function counted(f, usage)
  local entry = new_entry(f, usage)
  local function guarded(...)
    local slip = misuse_of(entry, ...)
    if slip then error(slip, 2) end
    return f(...)
  end
  known[guarded] = entry
  return guarded
end
check.counted = counted

-- A value as errors show it.
function check.shown(value)
  if type(value) == "string" then return ("'%s'"):format(value) end
  if type(value) == "number" or type(value) == "boolean" then return ("%s %s"):format(type(value), value) end
  local tag = type(value) == "userdata" and getmetatable(value)
  if type(tag) == "string" then return "a " .. tag end
  return value == nil and "nothing" or type(value)
end
local shown = check.shown

function check.is_vector(value) return type(value) == "userdata" and getmetatable(value) == "Vector" end

-- Whether a list has a value.
function check.includes(list, value)
  for _, element in ipairs(list) do
    if element == value then return true end
  end
  return false
end

-- The string keys of all tables, in order.
function check.sorted_keys(...)
  local names = {}
  for _, t in ipairs { ... } do
    for name in pairs(t) do names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- What a misspelt name may have meant: the nearest of the names, or all of them.
function check.suggestion(name, names)
  local near = host.nearest(tostring(name), names)
  return near and ("did you mean '%s'?"):format(near) or "there are: " .. table.concat(names, ", ")
end

-- module(name, functions [, meant]): from now on, reading one that is not there is an error that names the nearest, or what `meant`
-- says: functions by the names that other programs have for them. What they are called with is counted.
function check.module(name, functions, meant)
  for key, f in pairs(functions) do
    if type(f) == "function" then
      functions[key] = known[f] and f or counted(f)
      local entry = known[functions[key]]
      entry.module, entry.name, entry.holder = name, key, functions
    end
  end
  local function complain(_, key)
    if type(key) ~= "string" then return nil end
    local other = meant and meant[key:lower()]
    local hint = other and ("did you mean '%s'?"):format(other) or check.suggestion(key, check.sorted_keys(functions))
    error(readable(("%s has no '%s' (%s)"):format(name, key, hint)), 2)
  end
  setmetatable(functions, { __index = complain })
end

local function is_a(kind, value) return type(value) == "userdata" and getmetatable(value) == kind end

-- What a table of events holds besides sampled quantities: its columns of all events, and what it knows of the recorder.
local OTHER <const> = { times = true, senders = true, targets = true, nodes = true, window = true }

-- Names of the sampled quantities.
function check.quantities(events)
  local names = {}
  for _, name in ipairs(check.sorted_keys(events)) do
    if not OTHER[name] then names[#names + 1] = name end
  end
  return names
end

local function is_window(x) return type(x) == "table" and type(x[1]) == "number" and type(x[2]) == "number" and x[1] <= x[2] end

-- What holds events, as something with `events`, and `nodes` and `window` if they are known: a Recorder as it is, also of a recorder
-- that was created as a node, as in NEST; a table of columns, as io.read returns, which knows of nodes and window only if somebody
-- put them there. Anything else comes back as it is.
function check.recorder(call, value)
  if is_a("Nodes", value) then
    local is_recorder, recorder = pcall(function() return value.recorder end)
    if is_recorder then return recorder end
    local are_several = #value > 1 and pcall(function() return value[1].recorder end)
    fail("%s: %s %s", call, tostring(value), are_several and "are several recorders (take one: nodes[1])"
      or "holds no events (sim:record(nodes) returns a Recorder)")
  end
  if type(value) ~= "table" then return value end
  if not rawget(value, "events") and rawget(value, "times") then
    value = { events = value, nodes = rawget(value, "nodes"), window = rawget(value, "window") }
  end
  local window = rawget(value, "window")
  if window ~= nil and not is_window(window) then fail("%s: window must be { from, to } in ms, got %s", call, check.shown(window)) end
  return value
end

-- Refuses samples where spikes are wanted.
function check.spikes(call, rec, instead)
  local holds_events = is_a("Recorder", rec) or type(rec) == "table"
  local quantities = holds_events and rec.quantities
  if not quantities or #quantities == 0 then return end
  fail("%s: the recorder holds samples of %s, not spikes (%s)", call, table.concat(quantities, ", "), instead)
end

local function is_finite(x) return type(x) == "number" and x == x and math.abs(x) < math.huge end
local function is_bound(x) return x == nil or is_finite(x) end

local UNITS_OF_LENGTH <const> = { cm = true, mm = true, ["in"] = true }

-- What an option may be besides a value of a Lua type: a test, and the words for it.
local KINDS <const> = {
  range = {
    function(x)
      return type(x) == "table" and is_bound(x[1]) and is_bound(x[2]) and not (x[1] and x[2] and x[1] >= x[2])
    end, "{ from, to } with from below to",
  },
  positive = { function(x) return is_finite(x) and x > 0 end, "a number above 0" },
  ["not negative"] = { function(x) return is_finite(x) and x >= 0 end, "a number of 0 or more" },
  number = { is_finite, "a number" },
  count = { function(x) return math.type(x) == "integer" and x > 0 end, "a whole number above 0" },
  integer = { function(x) return math.type(x) == "integer" end, "a whole number" },
  fraction = { function(x) return is_finite(x) and x >= 0 and x < 1 end, "a number from 0 to below 1" },
  title = { function(x) return type(x) == "string" or x == false end, "a string, or false for none" },
  length = {
    function(x)
      if type(x) ~= "string" then return is_finite(x) and x > 0 end
      local size, unit = x:match("^%s*([%d.]+)%s*(%a+)%s*$")
      return UNITS_OF_LENGTH[unit] and (tonumber(size) or 0) > 0
    end, 'a string such as "8 cm" (cm, mm or in), or a number of pixels above 0',
  },
  font = { function(x) return type(x) == "string" and x:find("^[%w][%w %-]*$") ~= nil end, "the name of a typeface" },
  colours = {
    function(x) return type(x) == "table" and next(x) ~= nil end, 'a list such as { "#D55E00", "blue" }, or colours by the names of curves',
  },
  anything = { function() return true end, "anything" },
}

-- One of a list of words.
local function check_choice(call, name, value, choices)
  if check.includes(choices, value) then return end
  local hint = type(value) == "string" and check.suggestion(value, choices) or "there are: " .. table.concat(choices, ", ")
  fail("%s: %s cannot be %s (%s)", call, name, shown(value), hint)
end

-- value(call, name, value, kind): the value, if it is of that kind (one of those above, a Lua type, or a list of words).
function check.value(call, name, value, kind)
  local test = KINDS[kind]
  if type(kind) == "table" then
    check_choice(call, name, value, kind)
  elseif test then
    if not test[1](value) then wrong("%s: %s must be %s, got %s", call, name, test[2], shown(value)) end
  elseif type(value) ~= kind then
    wrong("%s: %s must be a %s, got %s", call, name, kind, shown(value))
  end
  return value
end

-- Options as other programs call them, with what is meant here: a name, or a sentence.
local OTHER_NAMES <const> = {
  xlim = "xrange", ylim = "yrange", xlabels = "xlabel", ylabels = "ylabel", nbins = "bins", binwidth = "bin", bin_width = "bin",
  figsize = "width",
  color = "colours", colour = "colours", c = "colours", colors = "colours", palette = "colours", linewidth = "line_width",
  lw = "line_width",
  fontsize = "font_size", fontname = "font", fontfamily = "font", error = "errors", yerr = "errors", errorbars = "errors",
  legend = "a legend is drawn automatically",
  label = "a legend is drawn automatically", dpi = "a PNG has 192 dots an inch; SVG and PDF have none",
}

local function option_hint(name, allowed)
  local other = OTHER_NAMES[name]
  if other and allowed[other] then return ("did you mean '%s'?"):format(other) end
  return other and other:find(" ") and other or check.suggestion(name, check.sorted_keys(allowed))
end

-- options(call, given, allowed, …): a table of options, each with a known name and a value of the kind that one of the tables
-- `allowed` says, the last if several do.
function check.options(call, given, ...)
  if given == nil then return {} end
  if type(given) ~= "table" then wrong("%s: options must be a table, got %s", call, shown(given)) end
  local allowed = {}
  for _, kinds in ipairs { ... } do
    for name, kind in pairs(kinds) do allowed[name] = kind end
  end
  for name, value in pairs(given) do
    if not allowed[name] then
      fail("%s: there is no option '%s' (%s)", call, tostring(name), option_hint(name, allowed))
    end
    check.value(call, name, value, allowed[name])
  end
  return given
end

-- A plain table of the numbers in a Vector or table.
function check.numbers(call, what, values)
  if type(values) ~= "table" and not check.is_vector(values) then
    wrong("%s: %s must be a Vector or a table of numbers, got %s", call, what, shown(values))
  end
  local copy = {}
  for i = 1, #values do
    local x = values[i]
    if type(x) ~= "number" then fail("%s: %s[%d] must be a number, got %s", call, what, i, shown(x)) end
    copy[i] = x
  end
  return copy
end

return check
