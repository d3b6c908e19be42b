-- Writes Docs/notebooks from the scripts: a notebook for each lesson of the course and for each of the tutorial's four networks.
--
--   astrolua --trust Docs/notebooks.lua            writes them
--   astrolua --trust Docs/notebooks.lua --check    says which are not as the scripts would have them
--
-- The comment at the beginning of a script becomes text, and so do paragraphs that are nothing but comments; each paragraph of code
-- becomes a cell; pictures are shown instead of saved.

local SCRIPTS <const> = {
  "tour/01_one_astrocyte", "tour/02_rhythm", "tour/03_one_neuron", "tour/04_slow_current", "tour/05_tripartite_synapse",
  "tour/06_pools", "tour/07_small_network", "tour/08_synchrony", "tour/09_sweep", "tour/10_my_own_experiment",
  "tour/11_my_own_model", "tour/12_my_own_synapse", "tour/13_calcium_wave", "tour/14_tuned_synapse",
  "single", "small_network", "interaction", "brunel",
}

local function read(path)
  local file = io.open(path, "rb")
  if not file then return end
  local text = file:read "a"
  file:close()
  return text
end

-- ## Paragraphs

local function is_whole(code) return load(code, "=paragraph", "t") ~= nil end

-- Lines up to an empty one behind which the code is complete.
local function paragraphs(text)
  local list, lines = {}, {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local code = table.concat(lines, "\n")
    if line == "" and (#lines == 0 or is_whole(code)) then
      if #lines > 0 then list[#list + 1] = code end
      lines = {}
    else
      lines[#lines + 1] = line
    end
  end
  if #lines > 0 then list[#list + 1] = table.concat(lines, "\n") end
  return list
end

local function is_comment(paragraph)
  for line in (paragraph .. "\n"):gmatch "(.-)\n" do
    if not line:find "^%-%-" then return false end
  end
  return true
end

-- The text of a comment. Indented lines, as of formulas, stay as they are.
local function prose(paragraph)
  local lines = {}
  for line in (paragraph .. "\n"):gmatch "(.-)\n" do
    local words = line:gsub("^%-%- ?", "")
    if not words:find "^test: " then lines[#lines + 1] = words end
  end
  return (table.concat(lines, "\n"):gsub("^%s+", ""):gsub("%s+$", ""))
end

-- The first sentence of the first comment is the title.
local function with_title(text)
  local title, rest = text:match "^([^\n]-)%.?\n(.*)$"
  return "# " .. (title or text) .. (rest and "\n" .. rest or "")
end

-- ## JSON

local ESCAPES <const> = { ["\n"] = "\\n", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local function quoted(text) return '"' .. text:gsub('[\n\t"\\]', ESCAPES) .. '"' end

local function source_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]*\n?" do
    if line ~= "" then lines[#lines + 1] = "    " .. quoted(line) end
  end
  return "[\n" .. table.concat(lines, ",\n") .. "\n   ]"
end

local function cell(number, kind, text)
  local code = kind == "code" and '\n   "execution_count": null,' or ""
  local outputs = kind == "code" and '\n   "outputs": [],' or ""
  return ('  {\n   "cell_type": "%s",%s\n   "id": "cell-%02d",\n   "metadata": {},%s\n   "source": %s\n  }'):format(
    kind, code, number, outputs, source_of(text))
end

local HEAD <const> = '{\n "cells": [\n'
local TAIL <const> = [[

 ],
 "metadata": {
  "kernelspec": {
   "display_name": "astrolua",
   "language": "lua",
   "name": "astrolua"
  },
  "language_info": {
   "file_extension": ".lua",
   "mimetype": "text/x-lua",
   "name": "lua",
   "version": "5.4"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
]]

local function notebook(name)
  local text = assert(read("scripts/" .. name .. ".lua"), "there is no script " .. name)
  local cells = {}
  for i, paragraph in ipairs(paragraphs((text:gsub("^#![^\n]*\n", "")))) do
    local words = is_comment(paragraph) and prose(paragraph)
    local code = paragraph:gsub(":save%(options:figure%b()%)", ":show()")
    cells[i] = cell(i, words and "markdown" or "code", words and (i == 1 and with_title(words) or words) or code)
  end
  return HEAD .. table.concat(cells, ",\n") .. TAIL
end

-- ## Files

local is_checked = arg[1] == "--check"
local stale = 0
for _, name in ipairs(SCRIPTS) do
  local path, text = "Docs/notebooks/" .. name .. ".ipynb", notebook(name)
  if read(path) ~= text then
    stale = stale + 1
    if is_checked then
      print(path .. " is not as scripts/" .. name .. ".lua would have it")
    else
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
    end
  end
end
print(is_checked and ("%d notebooks, %d stale"):format(#SCRIPTS, stale) or stale .. " notebooks are written")
os.exit(is_checked and stale > 0 and 1 or 0)
