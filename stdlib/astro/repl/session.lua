-- What happens to a line at the prompt: commands, compiling, running. The program reads the lines and shows what is displayed
-- (Sources/Program/Repl).
local _, _, host = ...

local debug, ipairs, load, next, pairs, rawget, rawset, setmetatable, tostring, type, xpcall =
  debug, ipairs, load, next, pairs, rawget, rawset, setmetatable, tostring, type, xpcall
local math, require, select, table = math, require, select, table
local globals = _G
local loaded = package.loaded
local explained = host.explained

local check = require "astro.check"
local complete = require "astro.repl.complete"
local help = require "astro.help"
local lexer = require "astro.repl.lexer"
local table_rows = require "astro.repl.rows"
local show = require "astro.show"
local tools = require "astro.repl.text"

local session = {}

-- `chunk` is what messages call an input; `notebook` displays what a notebook shows beside text.
local settings = { colours = false, width = 80, chunk = "stdin", notebook = false }

-- Shows a text, as the program does it: a "value", a "page", a "note", an "error" or a "hint" to one.
local display

-- ## Variables
--
-- What is `local` at the prompt lives in `variables`, everything else among the globals. A local that is nil is in `declared` only.

local variables, declared = {}, {}
local at_start = {}

local function read_slowly(_, name)
  if not declared[name] then return globals[name] end
end

local meta = {
  __index = globals,
  __newindex = function(_, name, value)
    if declared[name] then rawset(variables, name, value) else globals[name] = value end
  end,
}
setmetatable(variables, meta)

-- Globals are looked up directly unless some local is nil and hides one.
local function settle()
  meta.__index = globals
  for name in pairs(declared) do
    if rawget(variables, name) == nil then meta.__index = read_slowly end
  end
end

local function declare(names)
  for _, name in ipairs(names) do declared[name] = true end
  settle()
end

local function read(name)
  local value = rawget(variables, name)
  if value == nil and not declared[name] then value = rawget(globals, name) end
  return value
end

local function names_of_variables()
  local names, seen = {}, {}
  for _, t in ipairs { variables, globals } do
    for name in next, t do
      if type(name) == "string" and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names
end

-- Modules that need no `require` at the prompt. They are the session's, not globals, so that a script does not run with -i only; what
-- a script or the session itself calls by such a name comes first.
local MODULES <const> = { plot = require "astro.plot", analysis = require "astro.analysis", sweep = require "astro.sweep" }
local are_offered = false

local function offer_modules()
  if are_offered then return end
  are_offered = true
  for name, module in pairs(MODULES) do
    if read(name) == nil and not declared[name] then rawset(variables, name, module) end
  end
end

-- ## Displaying

local function print_text(text) display("page", text) end

local function fits_in_line(texts)
  local width = 0
  for _, text in ipairs(texts) do
    if text:find("\n", 1, true) then return false end
    width = width + tools.width(text) + 3
  end
  return width <= settings.width
end

-- Is the value a picture that a notebook shows, or has shown with this cell?
local function is_shown_inline(value)
  local figures = settings.notebook and loaded["astro.plot.figure"]
  return figures and figures.show_once(value)
end

local function print_values(...)
  if select("#", ...) == 1 and is_shown_inline((...)) then return end
  local texts = {}
  for i = 1, select("#", ...) do
    texts[i] = show.text(select(i, ...), { width = settings.width, colours = settings.colours })
  end
  local as_table = settings.notebook and select("#", ...) == 1 and table_rows.text((...)) or nil
  display("value", table.concat(texts, fits_in_line(texts) and "   " or "\n"), as_table)
end

-- ## Errors

local last_traceback
local told_of_traceback = false

-- The lines of a traceback that are the user's.
local function own_lines(traceback)
  local lines = {}
  for line in traceback:gmatch("[^\n]+") do
    local is_ours = line:find("^\t%[C%]: ") or line:find("^\t%[astrolua") or line:find("^\tstdlib/astro/repl/")
    if not is_ours then lines[#lines + 1] = line end
  end
  if lines[#lines]:find("^\t%(%.%.%.tail calls") then lines[#lines] = nil end
  return lines
end

local function catch(problem)
  local message = type(problem) == "string" and problem
  if not message then
    local has_text = type(problem) == "table" and host.debug.getmetatable(problem)
    message = has_text and rawget(has_text, "__tostring") and tostring(problem) or "error value: " .. show.text(problem)
  end
  return { message = message, lines = own_lines(debug.traceback("", 2)) }
end

local function complain(text, traceback) display("error", text, traceback) end

-- A chunk of one line needs no number.
local function without_place(message, text)
  message = explained(message, text)
  if text:find("\n", 1, true) then return message end
  local place = settings.chunk .. ":1: "
  return message:sub(1, #place) == place and message:sub(#place + 1) or message
end

local function report(problem, text)
  last_traceback = problem
  if settings.notebook then return complain(without_place(problem.message, text), table.concat(problem.lines, "\n", 2)) end
  complain(without_place(problem.message, text))
  if #problem.lines > 2 and not told_of_traceback then
    told_of_traceback = true
    display("hint", "(:traceback shows the call stack)")
  end
end

-- ## Running

-- "syntax error near <eof>" is a value where a statement should be, as in `x = 1 y`: no more lines would help.
-- Nor would they in a quoted text, which ends in its line: but for a line that ends in a backslash, or in \z and blanks.
local function is_unfinished(problem, code)
  if not problem:find("<eof>$") or problem:find("syntax error near <eof>$") then return false end
  if not problem:find("unfinished string near <eof>$") then return true end
  return #code:match("\\*$") % 2 == 1 or code:find("[^\\]\\z%s*$") ~= nil
end

-- Statements with an expression behind them, "sim:simulate(10); sim.time", as a function that returns it.
local function with_last_value(code)
  local tokens = lexer.tokens(code)
  for i = #tokens, 2, -1 do
    local first = tokens[i].first
    if tokens[i - 1].text == ";" or code:sub(tokens[i - 1].last + 1, first - 1):find("\n", 1, true) then
      local chunk = load(code:sub(1, first - 1) .. "return " .. code:sub(first), "=" .. settings.chunk, "t", variables)
      if chunk then return chunk end
    end
  end
end

-- The function of a text, as an expression if it can be one; otherwise nil, whether more is needed, and the error.
local function compile(text)
  local code, names = lexer.without_locals(text)
  local expression, problem = load("return " .. code, "=" .. settings.chunk, "t", variables)
  if expression then return expression, true, names end
  local statement, other = load(code, "=" .. settings.chunk, "t", variables)
  if statement then return statement, false, names end
  local both = with_last_value(code)
  if both then return both, true, names end
  return nil, is_unfinished(problem, code) or is_unfinished(other, code), other
end

local function after(text, done, ...)
  if not done then return report(..., text) end
  if select("#", ...) == 0 then return end
  local first = ...
  if first ~= nil then
    declare { "_" }
    rawset(variables, "_", first)
  end
  if not text:find(";%s*$") then print_values(...) end
end

local function run(text)
  local chunk, is_expression, names = compile(text)
  if not chunk then return complain(without_place(names, text)) end
  if not is_expression or #names > 0 then declare(names) end
  after(text, xpcall(chunk, catch))
  settle()
end

-- ## Commands

local function print_help(topic)
  local text, problem = help.text(topic, { width = settings.width, colours = settings.colours })
  if text then print_text(text) else complain(problem) end
end

-- A session's variable is what it is, unless help knows the name itself.
local function topic_of(name)
  local known = help.text(name)
  local value = read(name)
  if not known and value ~= nil then return value end
  local receiver, member = name:match("^([%a_][%w_]*)[.:]([%a_][%w_]*)$")
  local type_name = receiver and not known and require("astro.reference").type_name(read(receiver))
  return type_name and type_name .. ":" .. member or name
end

local function help_on(name) print_help(topic_of(name)) end

local function help_function(...)
  if select("#", ...) == 0 then return print_help() end
  local topic, more = ...
  if more ~= nil then return complain("help: takes at most 1 argument (usage: help(topic), help \"sim:connect\")") end
  if topic == nil then return complain("help: that is nil; help() shows what there is") end
  if type(topic) == "string" then return help_on(topic) end
  print_help(topic)
end

local function seconds_text(seconds)
  if seconds >= 100 then return ("%.0f s"):format(seconds) end
  if seconds >= 0.1 then return ("%.2f s"):format(seconds) end
  return seconds >= 1e-4 and ("%.2f ms"):format(1000 * seconds) or ("%.1f us"):format(1e6 * seconds)
end

local commands = {}

function commands.time(text)
  if text == "" then return complain(":time needs code to run, as in :time sim:simulate(1000)") end
  local start = host.seconds()
  run(text)
  display("note", seconds_text(host.seconds() - start))
end

function commands.traceback()
  if not last_traceback then return print_text("no error so far") end
  print_text(tools.shown(last_traceback.message .. "\n" .. table.concat(last_traceback.lines, "\n")))
end

function commands.vars()
  local rows, widest = {}, 0
  local names = names_of_variables()
  table.sort(names)
  for _, name in ipairs(names) do
    local value = read(name)
    if not at_start[name] and name ~= "arg" and value ~= nil and value ~= MODULES[name] then
      rows[#rows + 1] = name
      widest = math.max(widest, tools.width(tools.shown(name)))
    end
  end
  if #rows == 0 then return print_text("no variables yet") end
  for _, name in ipairs(rows) do
    local label = tools.shown(name)
    local gap = (" "):rep(widest - tools.width(label) + 2)
    print_text(label .. gap .. show.line(read(name), { width = settings.width - widest - 2 }))
  end
end

function commands.help(text)
  if text == "" then print_help() else help_on(text) end
end

function commands.quit() return true end

local function unknown_command(name)
  local names = check.sorted_keys(commands)
  local near = host.nearest(name, names)
  local hint = near and ("did you mean ':%s'?"):format(near) or "there are: :" .. table.concat(names, ", :")
  complain(("there is no command ':%s' (%s)"):format(name, hint))
end

-- The command of a line and what follows it, or nil. `::label::` is Lua.
local function command_of(line)
  local topic = line:match("^%s*%?%s*(.-)%s*$")
  if topic then return "help", topic end
  return line:match("^%s*:(%a%w*)%s*(.-)%s*$")
end

local LEAVING <const> = { exit = true, quit = true, ["exit()"] = true, ["quit()"] = true }

-- ## For the program

-- Called once, before a script runs.
function session.start()
  for _, name in ipairs(names_of_variables()) do at_start[name] = true end
  rawset(variables, "help", help_function)
  at_start.help, at_start._ = true, true
end

-- The local variables that a script has left, if it has ended well.
function session.adopt(locals)
  for name, value in pairs(locals or {}) do
    declare { name }
    rawset(variables, name, value)
  end
end

function session.set(name, value) settings[name] = value end

-- The next input is a cell of a notebook.
function session.begin_cell(name)
  settings.chunk, settings.notebook = name, true
  local figures = loaded["astro.plot.figure"]
  if figures then figures.forget_shown() end
end

function session.show_with(shows) display = shows end

-- Is the text the beginning of a longer statement?
function session.needs_more(text)
  if text:find("^%s*%?") or text:find("^%s*:%a") and not text:find("^%s*:time%s") then return false end
  local chunk, unfinished = compile((text:gsub("^%s*:time%s", "")))
  return not chunk and unfinished
end

-- Spaces that the next line of an unfinished text begins with: none within a string, which they would belong to.
function session.indent(text)
  local _, problem = load(text, "=" .. settings.chunk, "t", variables)
  if problem and problem:find("unfinished [%a ]*string") then return "" end
  return (" "):rep(2 * math.max(1, lexer.open_blocks(text)))
end

local CLOSERS <const> = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, ["}"] = true, [")"] = true, ["]"] = true }

-- How many spaces too many stand before the last line, if it begins with what closes a block.
function session.excess_indent(text)
  local above, spaces, line = text:match("^(.*\n)( *)([^\n]*)$")
  if not above or not CLOSERS[line:match("^%a+") or line:sub(1, 1)] then return 0 end
  return math.max(0, #spaces - 2 * math.max(0, lexer.open_blocks(above) - 1))
end

-- Runs what was entered and displays what comes of it. True ends the session.
function session.evaluate(text)
  local word = text:match("^%s*(.-)%s*$")
  if word == "" then return end
  if LEAVING[word] and read(word:match("%a+")) == nil then return true end
  if word == "help" and read(word) == help_function then return print_help() end
  offer_modules()
  settle()
  local name, rest = command_of(text)
  if not name then return run(text) end
  return (commands[name] or unknown_command)(commands[name] and rest or name)
end

-- What can stand at the end of the text: what is typed of it, what Tab inserts, and the candidates.
function session.completions(text)
  offer_modules()
  local prefix, items, suffix = complete.candidates(text, { read = read, variables = names_of_variables })
  return prefix, complete.insertion(prefix, items, suffix), items
end

-- What help tells about the name at the end of the text, or nothing.
function session.inspect(text)
  offer_modules()
  local name = text:match("[%a_][%w_.:]*$") or complete.callee(text)
  return name and help.text(topic_of(name), { width = settings.width, colours = settings.colours })
end

return session
