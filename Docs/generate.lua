-- Writes Docs/models/, Docs/reference/ and Docs/glossary.md: pages of models, userdata types and modules, from what `help` reads: the tables that
-- the models and the program declare, and the comments of the modules in stdlib.
--
--   astrolua --trust Docs/generate.lua          in the top directory
--   astrolua --trust Docs/generate.lua --check  are the pages up to date?
local astro = require "astro"
local reference = require "astro.reference"
local pages_of = require "astro.pages"

local table_row = pages_of.table_row

local KINDS = {
  { "neuron", "Neurons" }, { "astrocyte", "Astrocytes" }, { "stimulator", "Stimulating devices" },
  { "recorder", "Recording devices" }, { "synapse", "Synapses" },
}
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

-- ## Reference pages

local GENERATED = "Written by `Docs/generate.lua`; `help` at the prompt shows the same."

-- Comments and rows indent code by two spaces or more, Markdown by four.
local function prose(text)
  local parts = {}
  for paragraph in (text .. "\n\n"):gmatch("(.-)\n%s*\n") do
    local is_table = paragraph:find("%S   *%S[^\n]*\n[^\n]*%S   *%S")
    if is_table or paragraph:find("^  ") then paragraph = "    " .. paragraph:gsub("^  ", ""):gsub("\n", "\n    "):gsub("\n      ", "\n    ") end
    parts[#parts + 1] = paragraph
  end
  return table.concat(parts, "\n\n")
end

local function call_section(title, row)
  local parts = { "### " .. title, "    " .. row.usage }
  if row.meaning ~= "" then parts[#parts + 1] = prose(row.meaning) end
  if row.details and row.details ~= "" then parts[#parts + 1] = row.details end
  return table.concat(parts, "\n\n")
end

local function field_table(fields)
  if #fields == 0 then return end
  local lines = { "## Fields\n\n| name | kind | meaning |\n|---|---|---|" }
  for _, row in ipairs(fields) do lines[#lines + 1] = table_row("`" .. row.name .. "`", row.result, row.meaning) end
  return table.concat(lines, "\n")
end

local BACK = "[All reference pages](README.md)"

local function type_page(info)
  local parts = { "# " .. info.name, info.meaning }
  parts[#parts + 1] = field_table(info.fields)
  if #info.methods > 0 then parts[#parts + 1] = "## Methods" end
  for _, row in ipairs(info.methods) do parts[#parts + 1] = call_section(row.usage:match("^[%w_:]+"), row) end
  parts[#parts + 1] = BACK
  return table.concat(parts, "\n\n") .. "\n"
end

local MEANINGS = {
  astro = "The simulator's module: a global variable in scripts and at the prompt, and the result of `require \"astro\"`. Besides functions, "
    .. "it contains `astro.random`, `astro.space` and `astro.version`, a string.",
  ["astro.random"] = "Distributions, which can replace the number for a parameter of nodes or synapses; each node or connection then "
    .. "draws its own value.",
  ["astro.space"] = "Networks in space: positions for `sim:create`, masks and functions of distance for connections. "
    .. "Lengths are in mm. [Space](../space.md) teaches it.",
}

local function functions_page(name)
  local parts = { "# " .. name, MEANINGS[name] }
  for _, row in ipairs(reference.functions(name)) do parts[#parts + 1] = call_section(name .. "." .. row.name, row) end
  parts[#parts + 1] = BACK
  return table.concat(parts, "\n\n") .. "\n"
end

local function module_page(module)
  local parts = { "# " .. module.name, prose(module.head) }
  for _, part in ipairs(module.parts) do
    if part.title then parts[#parts + 1] = "## " .. part.title:gsub("%s*\n%s*", " "):gsub("%.$", "") end
    if part.details and not part.entries[1].owner then parts[#parts + 1] = prose(part.details) end
    for _, entry in ipairs(part.entries) do
      local title = entry.owner and entry.owner:lower() .. ":" .. entry.name or entry.usage:match("^[%w_.]+")
      parts[#parts + 1] = call_section(title, { usage = entry.usage, meaning = entry.meaning })
    end
  end
  parts[#parts + 1] = BACK
  return table.concat(parts, "\n\n") .. "\n"
end

local function first_sentence(text) return (text:gsub("%s*\n%s*", " "):match("^(.-[.:])%f[%s\0]") or text):gsub(":$", ".") end

local function reference_pages(pages)
  local index_rows = { { "astro", MEANINGS.astro }, { "astro.random", MEANINGS["astro.random"] }, { "astro.space", MEANINGS["astro.space"] } }
  for _, name in ipairs(reference.program_modules()) do pages["reference/" .. name .. ".md"] = functions_page(name) end
  for _, info in ipairs(reference.types()) do
    pages["reference/" .. info.name .. ".md"] = type_page(info)
    index_rows[#index_rows + 1] = { info.name, info.meaning }
  end
  for _, name in ipairs(reference.modules()) do
    local module = reference.module(name)
    pages["reference/" .. name .. ".md"] = module_page(module)
    index_rows[#index_rows + 1] = { name, module.head }
  end
  local lines = { "# Reference", "", GENERATED, "", "| page | what it is |", "|---|---|" }
  for _, row in ipairs(index_rows) do
    lines[#lines + 1] = table_row(("[%s](%s.md)"):format(row[1], row[1]), (first_sentence(row[2])))
  end
  lines[#lines + 1] = "\nModels have their own [pages](../models/README.md); connection rules are on the page [connections](../connections.md)."
  pages["reference/README.md"] = table.concat(lines, "\n") .. "\n"
end

-- ## Files

local function read(path)
  local file = io.open(path)
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- ## The options of pictures, within Docs/plot.md

local OPTIONS_BEGIN, OPTIONS_END = "<!-- options: written by Docs/generate.lua -->\n", "<!-- end of options -->"

local function kinds_text(row, kinds)
  local names, others = {}, {}
  for _, kind in ipairs(kinds) do
    table.insert((" " .. row[3] .. " "):find(" " .. kind .. " ", 1, true) and names or others, kind)
  end
  if #others == 0 then return "all" end
  return #others < 4 and "all but " .. table.concat(others, ", ") or table.concat(names, ", ")
end

local function options_table()
  local options, lines = require "astro.plot.options", { "| option | for | meaning |", "|---|---|---|" }
  for _, row in ipairs(options.ROWS) do
    lines[#lines + 1] = table_row("`" .. row[1] .. "`", kinds_text(row, options.KINDS), row[4])
  end
  return table.concat(lines, "\n") .. "\n"
end

local function with_options(page)
  local _, from = page:find(OPTIONS_BEGIN, 1, true)
  local to = page:find(OPTIONS_END, 1, true)
  return page:sub(1, from) .. options_table() .. page:sub(to)
end

-- ## The glossary, which `help "pool"` reads, too

local function concept_text(concept)
  local head = table.concat(concept.names, ", "):gsub("^%l", string.upper)
  local text = ("**%s**%s: %s"):format(head, concept.also and (" (%s)"):format(concept.also) or "", concept.meaning)
  if not concept.rows then return text end
  local lines = { text, "", "| quantity | unit | written |", "|---|---|---|" }
  for _, row in ipairs(concept.rows) do lines[#lines + 1] = table_row(row[1], row[2], "`" .. row[3] .. "`") end
  return table.concat(lines, "\n")
end

local function glossary()
  local parts = { "# Glossary", "Written by `Docs/generate.lua`; `help \"pool\"` at the prompt shows an entry." }
  for _, section in ipairs(require "astro.repl.concepts") do
    parts[#parts + 1] = "## " .. section.title
    for _, concept in ipairs(section) do parts[#parts + 1] = concept_text(concept) end
  end
  return table.concat(parts, "\n\n") .. "\n"
end

local pages, models = {}, {}
for i, name in ipairs(astro.models()) do
  models[i] = astro.models(name)
  pages["models/" .. name .. ".md"] = pages_of.model(models[i], "[All models](README.md)")
end
pages["models/README.md"] = index(models)
reference_pages(pages)
pages["glossary.md"] = glossary()
pages["plot.md"] = with_options(read("Docs/plot.md"))

local checks = (...) == "--check"
if not checks then assert(os.execute("mkdir -p Docs/models Docs/reference")) end
local count, old = 0, {}
for name, text in pairs(pages) do
  local path = "Docs/" .. name
  count = count + 1
  if not checks then write(path, text) elseif read(path) ~= text then old[#old + 1] = path end
end
if #old > 0 then
  print("not up to date (astrolua --trust Docs/generate.lua writes them):\n  " .. table.concat(old, "\n  "))
  os.exit(1)
end
print(("%d pages in Docs %s"):format(count, checks and "are up to date" or "are written"))
