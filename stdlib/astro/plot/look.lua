-- How a figure looks by its user's options: its size, letters, colours and lines.
local check = require "astro.check"
local axes = require "astro.plot.axes"
local ions = require "astro.plot.ions"
local style = require "astro.plot.style"
local fail = check.fail

local look = {}

-- ## Sizes

local PIXELS <const> = { cm = 96 / 2.54, mm = 96 / 25.4, ["in"] = 96 }

-- Pixels of a length: a number of them, or a string such as "8 cm"; nil for nil.
function look.pixels(length)
  if type(length) ~= "string" then return length end
  local number, unit = length:match("^%s*([%d.]+)%s*(%a+)%s*$")
  return tonumber(number) * PIXELS[unit]
end

-- What surrounds the panels of a usual picture takes so many pixels of its height.
local SURROUNDINGS <const> = 100

-- The height of a cell whose usual one is for the usual width: a narrow picture is less high, but not in proportion, except for those
-- whose axes count the same.
local function height_of(cell, ratio, letters)
  local share = ratio >= 1 and 1 or cell.aspect and ratio or 0.3 + 0.7 * ratio
  return SURROUNDINGS * letters + math.max(60, (cell.usual_height - SURROUNDINGS) * share)
end

-- The letters that a figure with these options has, 1 being usual; and its width.
function look.letters(options) return (options.font_size or style.FONT_SIZE) / style.FONT_SIZE end
function look.width(options, usual) return look.pixels(options.width) or usual end

-- columns(options, usual, least): so many cells of at least so many pixels stand side by side, or as many as there is room for.
function look.columns(options, usual, least)
  local width = look.pixels(options.width)
  return width and math.max(1, math.min(usual, math.floor(width / (least * look.letters(options))))) or usual
end

-- size(figure, options, usual_width): width and letters of the figure, and the heights of its cells unless their user chose them.
function look.size(figure, options, usual_width)
  figure.width = look.pixels(options.width) or usual_width
  figure.font, figure.font_size = options.font, options.font_size
  local first = figure.cells[1]
  figure.mark_scale = (first.aspect or first.panels[1].bare) and math.min(1, figure.width / usual_width) or nil
  for _, cell in ipairs(figure.cells) do
    cell.usual_height = cell.usual_height or not cell.is_fixed and cell.height or nil
    if options.height then
      cell.height, cell.is_fixed, cell.usual_height = look.pixels(options.height), true, nil
    elseif cell.usual_height then
      cell.height = height_of(cell, figure.width / usual_width, look.letters(options))
    end
  end
end

-- ## Colours and lines

local function colour_of(call, text)
  if type(text) == "string" and text:match("^#%x%x%x%x%x%x$") then return text:upper() end
  local colour = style.names[text]
  if not colour then
    fail("%s: colours: there is no colour %s (%s; or \"#rrggbb\")", call, check.shown(text),
      check.suggestion(tostring(text), check.sorted_keys(style.names)))
  end
  return colour
end

local function each_series(figure, f)
  for _, cell in ipairs(figure.cells) do
    for _, panel in ipairs(cell.panels) do
      for _, series in ipairs(panel.series) do f(series) end
    end
  end
end

-- The first colour in place of the one that is met first, and so on; grey is no colour.
local function colour_in_order(figure, colours)
  local other, count = { [style.grey] = style.grey, [style.light_grey] = style.light_grey }, 0
  each_series(figure, function(series)
    local colour = series.colour
    if not colour or series.keeps_colour then return end
    if not other[colour] then
      count = count + 1
      other[colour] = colours[count] or colour
    end
    series.colour = other[colour]
  end)
end

local function colour_by_name(figure, colours)
  local names, known = {}, {}
  each_series(figure, function(series)
    local name = series.of or series.name
    if name and not known[name] then known[name], names[#names + 1] = true, name end
    if name and colours[name] then series.colour = colours[name] end
  end)
  for _, name in ipairs(check.sorted_keys(colours)) do
    if not known[name] then
      fail("%s: colours: there is no curve '%s' (%s)", figure.kind, name,
        #names > 0 and check.suggestion(name, names) or "no curve has a name: give a list")
    end
  end
end

local function colour(figure, given)
  local colours = {}
  for key, value in pairs(given) do colours[key] = colour_of(figure.kind, value) end
  if #colours > 0 then colour_in_order(figure, colours) else colour_by_name(figure, colours) end
end

local WIDTHS <const> = { line = style.LINE, ticks = 0.8 }

local POINT <const> = 96 / 72

-- Curves of so many points, and other lines in proportion.
local function widen(figure, points)
  local factor = points * POINT / style.LINE
  each_series(figure, function(series) series.width = (series.width or WIDTHS[series.style] or 1) * factor end)
end

-- ## Text

local TEXTS <const> = { "xlabel", "ylabel", "y2label" }

local function set_ions(t, key) if t[key] then t[key] = ions.set(t[key]) end end

local function set_all_ions(figure)
  set_ions(figure, "title")
  for _, cell in ipairs(figure.cells) do
    set_ions(cell, "title")
    for _, panel in ipairs(cell.panels) do
      for _, key in ipairs(TEXTS) do set_ions(panel, key) end
      if panel.scale then set_ions(panel.scale, "label") end
      for _, text in ipairs(panel.texts or {}) do set_ions(text, 3) end
      for _, series in ipairs(panel.series) do set_ions(series, "name") end
    end
  end
end

-- ## Room

-- Panels of a cell have one axis of time: all leave room beside the marks of one.
local function leave_room(cell)
  local has_marks = false
  for _, panel in ipairs(cell.panels) do has_marks = has_marks or axes.has_marks(panel, "x") end
  for _, panel in ipairs(cell.panels) do
    if panel.time then panel.time.has_marks = panel.time.has_marks or has_marks end
  end
end

-- dress(figure, options): what a new figure gets by its options.
function look.dress(figure, options)
  if options.colours then colour(figure, options.colours) end
  if options.line_width then widen(figure, options.line_width) end
  set_all_ions(figure)
  for _, cell in ipairs(figure.cells) do leave_room(cell) end
  return figure
end

return look
