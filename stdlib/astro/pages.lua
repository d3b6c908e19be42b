-- The page of a model in Markdown, from what `astro.models(name)` tells: for `model:page()` and Docs/generate.lua.
local ipairs, select, tostring, type = ipairs, select, tostring, type
local table = table

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
  if #value == 0 then return "none" end
  local entries = {}
  for i, entry in ipairs(value) do entries[i] = type(entry) == "string" and ("%q"):format(entry) or ("%.10g"):format(entry) end
  return "{ " .. table.concat(entries, ", ") .. " }"
end

-- Parameters and start values of the state are two tables on the page.
local function parameter_table(params, state)
  local lines = {}
  for _, p in ipairs(params) do
    if (p.state or false) == state then
      lines[#lines + 1] = table_row("`" .. p.name .. "`", default_text(p.default), unit_text(p.unit), p.range or "", p.meaning or "")
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

-- `link` ends the page.
local function page(model, link)
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
  parts[#parts + 1] = link
  return table.concat(parts, "\n\n") .. "\n"
end

return { model = page, table_row = table_row }
