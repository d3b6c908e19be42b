-- Figures, which every function of astro.plot returns: tables of numbers and text that can be drawn in several ways.
--
-- A figure is { kind, summary, title, width, font, font_size, columns, cells }; an animation has frames, a list of figures, and fps. A
-- cell is { title, height, panels [, aspect] }; the panels of a cell stand above each other and share the x axis. A panel is
--
--   xlabel, ylabel, xrange, yrange, logx, logy    axes
--   y2label, y2range                              a second y axis, at the right, for the series with axis = "y2"
--   weight                                        share of the cell's height
--   whole, xwhole                                 only whole numbers are marked along y, x
--   scale                                         { colours, range, label, whole, hidden }: what the colours of an image mean
--   bare                                          no axes
--   texts                                         list of { x, y, text [, align] }
--   series                                        list of series, drawn in this order
--   empty                                         what to say where there is nothing to draw
--   time                                          of an axis of time whose range the user did not choose: { from, to (ms), factor, label }
--
-- and a series { style, name, of, colour, … }, where `of` names the curve that it belongs to, with the fields of its style:
--
--   line       x, y [, width, dashed, shape, size]    with points if it has a shape
--   points     x, y [, shape, size]               shape: "dot", "circle", "ring", "triangle", "star"
--   spots      x, y, values [, size]              points in the colours of the scale
--   bars       x, y, bar                          around the x, of that width
--   ticks      x, y, size                         upright strokes of that height
--   band       x, low, high                       the area between two curves
--   errors     x, y, low, high                    error bars
--   segments   x, y, x2, y2 [, faint]             straight lines
--   arrows     x, y, dx, dy                       directions
--   image      x = { first, step }, y = { first, step }, rows    coloured cells; rows[1] is the lowest
local _, _, host = ...
local check = require "astro.check"
local gnuplot = require "astro.plot.gnuplot"
local look = require "astro.plot.look"
local matplotlib = require "astro.plot.matplotlib"
local style = require "astro.plot.style"
local terminal = require "astro.plot.terminal"
local titles = require "astro.plot.titles"
local draw, draw_animation, endings = gnuplot.commands, gnuplot.animation, gnuplot.endings
local write_python, write_terminal = matplotlib.script, terminal.text
local fail, wrong, public, shown = check.fail, check.wrong, check.public, check.shown
local concat = table.concat

local Figure <const> = { __name = "Figure" }
Figure.__index = Figure

function Figure:__tostring() return ("Figure(%s: %s)"):format(self.kind, self.summary) end

local figures = { Figure = Figure }

-- A figure of several cells. Its usual width is fields.width.
function figures.of_cells(kind, summary, options, fields, cells)
  fields.kind, fields.summary, fields.cells = kind, summary, cells
  look.size(fields, options, fields.width or style.WIDTH)
  return look.dress(setmetatable(fields, Figure), options)
end

-- A figure of one cell; its title is the usual one.
function figures.new(kind, summary, options, cell)
  cell.title = titles.chosen(options.title, cell.title)
  return figures.of_cells(kind, summary, options, { width = cell.width }, { cell })
end

-- An animation: its last frame as a figure, which knows all frames.
function figures.animation(summary, frames, fps)
  local animation = {}
  for name, value in pairs(frames[#frames]) do animation[name] = value end
  animation.kind, animation.summary, animation.frames, animation.fps = "animate", summary, frames, fps
  return setmetatable(animation, Figure)
end

local ALL_ENDINGS <const> = "." .. concat(endings, ", .") .. ", .py"

local function ending_of(path)
  if type(path) ~= "string" then wrong("save: path must be a string, got %s", shown(path)) end
  local ending = path:match("%.(%w+)$")
  for _, known in ipairs { "py", table.unpack(endings) } do
    if ending and ending:lower() == known then return known end
  end
  fail("save: cannot tell a picture format from '%s' (endings: %s)", path, ALL_ENDINGS)
end

-- The ending of an animation's path: gif, or png with the place of a number.
local function animation_ending(path)
  if type(path) ~= "string" then wrong("save: path must be a string, got %s", shown(path)) end
  local name, ending = path:match("^(.*)%.(%w+)$")
  ending = ending and ending:lower()
  local _, numbers = (name or ""):gsub("%%0?%d?d", "")
  local _, percents = (name or ""):gsub("%%", "")
  if ending == "gif" and percents == 0 or ending == "png" and numbers == 1 and percents == 1 then return ending end
  fail("save: an animation is a .gif, or PNG files with a number in their names, such as 'wave-%%03d.png'; got '%s'", path)
end

local function animation_commands(self, path) return draw_animation(self.frames, path, 100 / self.fps) end

-- figure:commands(path) -> text: the gnuplot commands, or the Python, that draw the figure into a file.
Figure.commands = public("figure:commands(path)", function(self, path)
  if self.frames then
    if animation_ending(path) == "gif" then return animation_commands(self, path) end
    return draw(self.frames[1], path:format(1), "png")
  end
  local ending = ending_of(path)
  return ending == "py" and write_python(self, path) or draw(self, path, ending)
end)

-- The host writes the files, and only where the script may; gnuplot itself writes none.
local function by_host(write_with, ...)
  local allowed, done, problem = pcall(write_with, ...)
  if not allowed then fail("save: %s", (tostring(done):gsub("^.-gnuplot: ", ""):gsub("^.-write_file: ", ""))) end
  return done, problem
end

-- ## In a notebook

-- What the running cell has shown already.
local shown_figures = setmetatable({}, { __mode = "k" })

-- A drawing of more commands than that is heavy for a browser, and becomes a picture of dots.
local MOST_COMMANDS <const> = 300000

local function show_inline(figure)
  local kind = "svg"
  local commands = draw(figure, nil, kind)
  if #commands > MOST_COMMANDS then
    kind = "png"
    commands = draw(figure, nil, kind)
  end
  local done, problem = host.show_inline(commands, kind, figure.width, tostring(figure))
  if done then shown_figures[figure] = true end
  return done, problem
end

-- Another cell begins.
function figures.forget_shown()
  for figure in pairs(shown_figures) do shown_figures[figure] = nil end
end

-- Shows the value unless the cell has shown it already; nothing if it is no figure or cannot be shown.
function figures.show_once(value)
  if type(value) ~= "table" or host.debug.getmetatable(value) ~= Figure then return end
  return shown_figures[value] or show_inline(value)
end

-- On a terminal: where to look for the picture. In a notebook: the picture.
local function announce(figure, path)
  if host.terminal(false).is_notebook then return figures.show_once(figure) end
  if host.terminal(false).is_terminal then host.show_text(host.visible(path) .. " is written\n", true) end
end

local function write_picture(commands, path)
  local done, problem = by_host(host.gnuplot, commands, path)
  if not done then fail("save: '%s': %s", path, problem) end
end

local function write_animation(self, path, ending)
  if ending == "gif" then return write_picture(animation_commands(self), path) end
  for i, frame in ipairs(self.frames) do write_picture(draw(frame, nil, "png"), path:format(i)) end
end

-- figure:save(path) -> figure
--
-- Writes an SVG, PNG or PDF file, depending on the ending of the path. A .py file is a script for matplotlib that contains the data, to be
-- adapted to the style of a publication. An animation is a .gif, or a .png for each frame: "wave-%03d.png".
Figure.save = public("figure:save(path)", function(self, path)
  local ending = self.frames and animation_ending(path) or not self.frames and ending_of(path)
  if path:find("%c") then fail("save: the path must not hold control characters") end
  if self.frames then
    write_animation(self, path, ending)
  elseif ending == "py" then
    by_host(host.write_file, path, write_python(self, path))
  else
    write_picture(draw(self, nil, ending), path)
  end
  announce(self, path)
  return self
end)

-- ## In the terminal, or in a window

local WAYS <const> = { "window", "kitty", "sixel", "text", "ascii" }

local function check_way(way)
  for _, known in ipairs(WAYS) do
    if way == nil or way == known then return end
  end
  wrong("show: there is no way %s (there are: %s)", shown(way), concat(WAYS, ", "))
end

local WINDOWS <const> = { "qt", "wxt", "x11" }
local why_no_window

local function show_window(figure)
  if why_no_window then return nil, why_no_window end
  for _, kind in ipairs(WINDOWS) do
    local done, problem = host.show_window(draw(figure, nil, kind))
    if done then return true end
    why_no_window = problem
  end
  return nil, why_no_window
end

local function show_graphics(figure, way, screen)
  return host.show_picture(draw(figure, nil, way, screen), way)
end

local function show_text(figure, way, screen)
  host.show_text(write_terminal(figure, { columns = screen.columns, rows = screen.rows, ascii = way == "ascii", colour = screen.colour }))
  return true
end

local function show_as(figure, way, screen)
  if way == "window" then return show_window(figure) end
  if way == "text" or way == "ascii" then return show_text(figure, way, screen) end
  return show_graphics(figure, way, screen)
end

-- figure:show([way]) -> figure
--
-- Shows the figure: in a notebook below the cell; on a desktop, with --trust, in a window; otherwise as a picture in a terminal that
-- supports kitty's graphics or sixel; otherwise, and in a pipe, drawn with braille characters. `way` chooses one of these: "window",
-- "kitty", "sixel", "text", "ascii".
Figure.show = public("figure:show([way])", function(self, way)
  check_way(way)
  local screen = host.terminal(false)
  if way == nil and screen.is_notebook then
    local done, problem = show_inline(self)
    if done then return self end
    host.show_text(("(%s)\n"):format(host.visible(problem)))
  end
  if way == nil and screen.is_terminal and screen.has_windows and show_window(self) then return self end
  -- Only now, since an answer of the terminal may take a moment.
  if way == nil then screen = host.terminal(true) end
  local text = screen.utf8 and "text" or "ascii"
  local done, problem = show_as(self, way or screen.graphics or text, screen)
  if not done and way == nil then done = show_text(self, text, screen) end
  if not done then fail("show: %s", problem) end
  return self
end)

return figures
