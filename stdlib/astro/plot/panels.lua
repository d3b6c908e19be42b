-- Several figures in one.
local check = require "astro.check"
local checked = require("astro.plot.options").checked
local figures = require "astro.plot.figure"
local shared_time = require "astro.plot.shared_time"
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail = check.fail

local panels = {}

local function cells_of(list)
  local cells = {}
  for i, figure in ipairs(list) do
    if getmetatable(figure) ~= figures.Figure then fail("panels: number %d must be a figure, got %s", i, check.shown(figure)) end
    if figure.frames then fail("panels: number %d is an animation, which stands alone", i) end
    for _, cell in ipairs(titles.of_parts(figure)) do cells[#cells + 1] = cell end
  end
  if #cells == 0 then fail("panels: there is no figure in the table") end
  return cells
end

-- A picture has letters of one size and typeface: those of the panels, or else what its figures agree on.
local function common(list, options, name)
  local found = options[name]
  for i, figure in ipairs(list) do
    if options[name] then return options[name] end
    if figure[name] and found and figure[name] ~= found then
      fail("panels: %s of figure %d is %s, and of one before it %s (set %s in panels)", name, i, figure[name], found, name)
    end
    found = figure[name] or found
  end
  return found
end

local function named_options(list)
  local options = {}
  for name, value in pairs(list) do
    if type(name) == "string" then options[name] = value end
  end
  return options
end

-- panels { figure, figure, …, columns = 2, title = …, width = … }
--
-- Each figure keeps its title; `title` stands above all figures. Axes of time above each other share one range, except those of figures
-- with an `xrange`.
panels.panels = check.public("plot.panels { figure, figure, …, columns = 2 }", function(list)
  if type(list) ~= "table" then check.wrong("panels: figures must be a table, got %s", check.shown(list)) end
  local cells = cells_of(list)
  local options = checked("panels", named_options(list))
  local columns = options.columns or 1
  options.font_size, options.font = common(list, options, "font_size"), common(list, options, "font")
  return figures.of_cells("panels", ("%d figures"):format(#list), options,
    { title = titles.chosen(options.title), columns = columns, width = style.WIDTH * math.min(columns, 2) },
    shared_time(cells, columns))
end)

return panels
