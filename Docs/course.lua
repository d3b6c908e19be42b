-- Keeps the lessons in Docs/course true: puts into each page its script of scripts/tour, what that prints, and what it prints
-- after the change that an answer proposes.
--
--   astrolua --trust Docs/course.lua          in the top directory: writes the pages
--   astrolua --trust Docs/course.lua --check  are they up to date? Numbers that scripts print may be off by a tenth.
--
-- Of the blocks of a page, ```lua is the script, ```diff changes it, ```text is what the script prints as the last ```diff above
-- left it.
local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
end

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read("a")
  if not pipe:close() then error(text, 0) end
  return text
end

-- The program that runs this: the first word of its command line.
local function own_program()
  local first = 0
  while arg[first - 1] do first = first - 1 end
  return output_of(('realpath "$(command -v \'%s\')"'):format(arg[first])):match("[^\n]+")
end

local program, directory = own_program(), output_of("mktemp -d"):match("[^\n]+")

local function run(script)
  write(directory .. "/script.lua", script)
  return (output_of(("cd '%s' && '%s' --quiet script.lua"):format(directory, program)):gsub("^\n", ""))
end

-- The script in which the lines with a minus have made room for those with a plus below them.
local function changed(script, diff)
  local removed, added = {}, {}
  for sign, line in diff:gmatch("([-+])([^\n]*)\n") do table.insert(sign == "-" and removed or added, line) end
  for i, line in ipairs(removed) do
    local first, last = script:find(line, 1, true)
    if not first then error("the script has no line '" .. line .. "'", 0) end
    script = script:sub(1, first - 1) .. added[i] .. script:sub(last + 1)
  end
  return script
end

local function numbers_and_words(text)
  local numbers = {}
  local words = text:gsub("%-?%d+%.?%d*", function(number)
    numbers[#numbers + 1] = tonumber(number)
    return "#"
  end)
  return numbers, words
end

local function alike(a, b)
  local a_numbers, a_words = numbers_and_words(a)
  local b_numbers, b_words = numbers_and_words(b)
  if a_words ~= b_words then return false end
  for i, x in ipairs(a_numbers) do
    local y = b_numbers[i]
    if math.abs(x - y) > 0.02 + 0.1 * math.max(math.abs(x), math.abs(y)) then return false end
  end
  return true
end

-- The page as it should be, and whether it was.
local function renewed(page, script)
  local current, up_to_date = script, true
  local text = page:gsub("```(%a+)\n(.-)```", function(kind, old)
    local new = old
    if kind == "lua" then new = script end
    if kind == "diff" then current = changed(script, old) end
    if kind == "text" then new = run(current) end
    up_to_date = up_to_date and (old == new or kind == "text" and alike(old, new))
    return "```" .. kind .. "\n" .. new .. "```"
  end)
  return text, up_to_date
end

local failed = false
for name in output_of("ls scripts/tour"):gmatch("(%d%d_[%w_]+)%.lua") do
  local path = "Docs/course/" .. name .. ".md"
  local done, text, up_to_date = pcall(renewed, read(path), read("scripts/tour/" .. name .. ".lua"))
  if not done then
    print(path .. ": " .. text)
    failed = true
  elseif arg[1] ~= "--check" then
    write(path, text)
  elseif not up_to_date then
    print(path .. " is not up to date: run astrolua --trust Docs/course.lua and look at the answers")
    failed = true
  end
end
output_of(("rm -r '%s'"):format(directory))
os.exit(not failed)
