-- The options of a script.
--
--   local options = require "astro.options" {
--     "Ten neurons and their astrocytes.",
--     { "time", 1000.0, "simulated time in ms" },
--     { "pool_type", "block", "how astrocytes are dealt out", { "random", "block" } },
--   }
--
-- gives options.time, which `--time 500` or `--time=500` changes. A row has name, default, meaning and, if only some values are
-- allowed, their list. The default determines the type: 1000.0 accepts any number, 10 a whole number, and false makes a switch
-- (`--name` or `--no-name`). Every script also has `seed`, `out`, `format` and `help`; options:figure("raster") is the path of a
-- picture.
local _, _, host = ...
local check = require "astro.check"

local STANDARD <const> = {
  { "seed", 1, "seed of all random numbers" },
  { "out", ".", "directory for the figures" },
  { "format", "svg", "format of the figures", { "svg", "png", "pdf" } },
}

local Options <const> = { __name = "Options" }

function Options.__index(_, name)
  if name == "figure" then return Options.figure end
  error(("the script has no option '%s'"):format(name), 2)
end

Options.figure = check.counted(function(self, name) return ("%s/%s.%s"):format(self.out, name, self.format) end, "options:figure(name)")

-- What is wrong with the command line is no error of the script's: it carries no line and no traceback.
local function complain(message, ...)
  io.stderr:write(message:format(...), "\n")
  os.exit(2)
end

local function value_word(default)
  if type(default) == "boolean" then return "" end
  if math.type(default) == "integer" then return " N" end
  return type(default) == "number" and " X" or " TEXT"
end

local function usage(summary, rows)
  local lines = { summary, "", "options:" }
  for _, row in ipairs(rows) do
    local name, default, meaning, choices = table.unpack(row)
    local extra = choices and table.concat(choices, ", ") .. "; " or ""
    lines[#lines + 1] = ("  %-22s %s (%sdefault %s)"):format("--" .. name .. value_word(default), meaning, extra, default)
  end
  lines[#lines + 1] = ("  %-22s %s"):format("--help", "show this text")
  return table.concat(lines, "\n")
end

local function number_from(name, text, default)
  local value = tonumber(text)
  if not value or value ~= value or math.abs(value) == math.huge then
    complain("option --%s must be a number, got '%s'", name, text)
  end
  if math.type(default) == "float" then return value + 0.0 end
  if not math.tointeger(value) then complain("option --%s must be a whole number, got '%s'", name, text) end
  return math.tointeger(value)
end

local function parsed(row, text)
  local name, default, _, choices = table.unpack(row)
  local value = type(default) == "number" and number_from(name, text, default) or text
  if choices and not check.includes(choices, value) then
    complain("option --%s cannot be '%s' (there are: %s)", name, text, table.concat(choices, ", "))
  end
  return value
end

local function row_named(rows, name)
  for _, row in ipairs(rows) do
    if row[1] == name then return row end
  end
end

local function unknown(rows, name)
  local names = {}
  for i, row in ipairs(rows) do names[i] = "--" .. row[1] end
  complain("there is no option --%s (there are: %s, --help)", name, table.concat(names, ", "))
end

-- The row that a word names, and, for a switch, what it is set to.
local function find_option(rows, name)
  local row = row_named(rows, name)
  if row then return row, true end
  row = row_named(rows, name:match("^no[-_](.+)") or "")
  if row and type(row[2]) == "boolean" then return row, false end
  unknown(rows, name)
end

local function read(rows, words, values)
  local i = 1
  while i <= #words do
    local name, text = words[i]:match("^%-%-([%w_-]+)=?(.*)")
    if not name then complain("'%s' is not an option (options begin with --)", words[i]) end
    local row, switched_on = find_option(rows, (name:gsub("-", "_")))
    if type(row[2]) == "boolean" then
      values[row[1]] = switched_on
    else
      if not words[i]:find("=", 1, true) then
        i = i + 1
        if not words[i] then complain("option --%s needs a value", name) end
        text = words[i]
      end
      values[row[1]] = parsed(row, text)
    end
    i = i + 1
  end
end

local function wants_help(words)
  for _, word in ipairs(words) do
    if word == "--help" or word == "-h" then return true end
  end
  return false
end

local NOT_THERE <const>, NOT_ALLOWED <const> = 2, 13

-- Before the run and not after it. A directory can be opened, if not read; "/." after it keeps out files.
local function check_directory(path)
  local directory, problem, code = io.open(path .. "/.")
  if directory then return directory:close() end
  if code == NOT_ALLOWED then complain("option --out: the script may not write there (astrolua --allow-write %s ... allows it)", path) end
  if code == NOT_THERE then complain("option --out: there is no directory '%s' (make it first)", path) end
  complain("option --out: %s", (problem:gsub("/%.:", ":", 1)))
end

-- A name as a key is a natural slip, and would be ignored.
local function check_description(description)
  if type(description) ~= "table" then check.fail("options: the description must be a table, got %s", check.shown(description)) end
  for key, row in pairs(description) do
    if math.type(key) ~= "integer" then
      check.fail('options: rows are lists, { "%s", default, "meaning" }, not %s = %s', tostring(key), tostring(key), check.shown(row))
    end
  end
end

return check.public("options { summary, option, … }", function(description)
  check_description(description)
  local rows, values = {}, {}
  for i = 2, #description do rows[#rows + 1] = description[i] end
  for _, row in ipairs(STANDARD) do
    if not row_named(rows, row[1]) then rows[#rows + 1] = row end
  end
  if wants_help(host.args) then
    io.write(usage(description[1], rows), "\n")
    os.exit(0)
  end
  for _, row in ipairs(rows) do values[row[1]] = row[2] end
  read(rows, host.args, values)
  if values.out ~= "." then check_directory(values.out) end
  return setmetatable(values, Options)
end)
