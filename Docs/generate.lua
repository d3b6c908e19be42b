-- Writes Docs/models/: a page for each model and an index, from the tables that the models themselves declare.
--
--   astrolua --trust Docs/generate.lua          in the top directory
local astro = require "astro"

local DIRECTORY = "Docs/models"
local KINDS = {
  { "neuron", "Neurons" }, { "astrocyte", "Astrocytes" }, { "stimulator", "Stimulating devices" },
  { "recorder", "Recording devices" }, { "synapse", "Synapses" },
}
local NO_UNIT = { ["1"] = true, ["true/false"] = true, names = true }

local function escaped(text) return (tostring(text):gsub("|", "\\|")) end

local function table_row(...)
  local cells = {}
  for i = 1, select("#", ...) do cells[i] = escaped((select(i, ...))) end
  return "| " .. table.concat(cells, " | ") .. " |"
end

local function unit_text(unit) return NO_UNIT[unit] and "" or unit or "" end

local function default_text(value)
  if type(value) == "number" then return value > 1e300 and "unlimited" or ("%.10g"):format(value) end
  if type(value) ~= "table" and type(value) ~= "userdata" then return tostring(value) end
  return #value == 0 and "none" or tostring(value)
end

local function range_text(p) return type(p.default) == "boolean" and "true, false" or p.range or "" end

-- Parameters and start values of the state are two tables on the page.
local function parameter_table(params, state)
  local lines = {}
  for _, p in ipairs(params) do
    if (p.state or false) == state then
      lines[#lines + 1] = table_row("`" .. p.name .. "`", default_text(p.default), unit_text(p.unit), range_text(p), p.meaning or "")
    end
  end
  if #lines == 0 then return end
  return "| name | default | unit | allowed | meaning |\n|---|---|---|---|---|\n" .. table.concat(lines, "\n")
end

local function recordable_row(r)
  if type(r) == "string" then r = { name = r } end
  return table_row("`" .. r.name .. "`", unit_text(r.unit), r.meaning or "")
end

local function recordables_of(model)
  local rows = {}
  for i, name in ipairs(model.recordables) do
    rows[i] = { name = name, unit = model.recordable_units[i], meaning = model.recordable_meanings[i] }
  end
  return rows
end

local function recordable_table(recordables)
  if not recordables or #recordables == 0 then return end
  local lines = {}
  for i, r in ipairs(recordables) do lines[i] = recordable_row(r) end
  return "| name | unit | meaning |\n|---|---|---|\n" .. table.concat(lines, "\n")
end

local function equations(text) return text and text ~= "" and "```text\n" .. text:gsub("%s+$", "") .. "\n```" or nil end

local function list(items) return items and #items > 0 and "- " .. table.concat(items, "\n- ") or nil end

local function page(model)
  local parts = { "# " .. model.name, model.summary }
  local function section(title, text)
    if text then parts[#parts + 1] = "## " .. title .. "\n\n" .. text end
  end
  section("Equations", equations(model.equations))
  section("Parameters", parameter_table(model.params, false))
  section("State, with its start values", parameter_table(model.params, true))
  section("What a multimeter can record", recordable_table(recordables_of(model)))
  section("Notes", list(model.notes))
  section("References", list(model.references))
  parts[#parts + 1] = "[All models](README.md)"
  return table.concat(parts, "\n\n") .. "\n"
end

local function index_section(kind, title, models)
  local lines = {}
  for _, model in ipairs(models) do
    if model.kind == kind then lines[#lines + 1] = table_row(("[%s](%s.md)"):format(model.name, model.name), model.summary) end
  end
  return #lines > 0 and ("## %s\n\n| model | what it is |\n|---|---|\n%s"):format(title, table.concat(lines, "\n")) or nil
end

local function index(models)
  local parts = {
    "# Models",
    "Written by `Docs/generate.lua` from the tables of the models; `astro.models(name)` gives the same in a script.",
  }
  for _, kind in ipairs(KINDS) do parts[#parts + 1] = index_section(kind[1], kind[2], models) end
  return table.concat(parts, "\n\n") .. "\n"
end

local function write(name, text)
  local file = assert(io.open(("%s/%s.md"):format(DIRECTORY, name), "w"))
  file:write(text)
  file:close()
end

assert(os.execute("mkdir -p " .. DIRECTORY))
local models = {}
for i, name in ipairs(astro.models()) do
  models[i] = astro.models(name)
  write(name, page(models[i]))
end
write("README", index(models))
print(("%d pages in %s"):format(#models + 1, DIRECTORY))
