-- Animations: a GIF, or numbered files.
local check = require "astro.check"
local checked = require("astro.plot.options").checked
local figures = require "astro.plot.figure"
local space = require "astro.plot.space"
local titles = require "astro.plot.titles"
local fail = check.fail

local animate = {}

-- A GIF counts in hundredths of a second, and browsers slow down what is faster than two of them.
local USUAL_FPS <const>, MOST_FPS <const> = 10, 50

local function is_figure(value) return getmetatable(value) == figures.Figure end

-- What holds of a list of figures: they have one size, and the list the options of animations of figures.
local function figures_in(list)
  local frames, given = {}, {}
  for key, value in pairs(list) do
    if type(key) == "string" then given[key] = value end
  end
  for i, figure in ipairs(list) do
    if not is_figure(figure) then fail("animate: number %d must be a figure, got %s", i, check.shown(figure)) end
    if figure.frames then fail("animate: number %d is an animation itself", i) end
    if figure.width ~= list[1].width then
      fail("animate: figure %d is %g pixels wide, and the first %g", i, figure.width, list[1].width)
    end
    frames[i] = figure
  end
  return frames, checked("animate", given)
end

local function check_only_fps(options)
  for _, name in ipairs(check.sorted_keys(options)) do
    if name ~= "fps" then fail("animate: figures have their own %s; only fps is for all", name) end
  end
end

local function of_samples(rec, quantity, options)
  options = checked("animate", options)
  local frames, look = {}, {}
  for name, value in pairs(options) do look[name] = value end
  -- the user's title stands before the time, in the frame's
  look.title = options.title == false and "" or nil
  for i, cell in ipairs(space.frames(rec, quantity, options)) do frames[i] = figures.new("animate", cell.title, look, cell) end
  return frames, options
end

-- animate(rec, quantity [, { fps = 10, from = ms, to = ms, every = ms }])
--
-- An animation of maps as plot.wave draws them, all with the same colours: a quantity recorded from cells with positions. Or an animation
-- of any figures of one width: `plot.animate { figure, figure, …, fps = 10 }`. `save("wave.gif")` writes a GIF that repeats,
-- `save("wave-%03d.png")` a PNG for each frame; `show` shows the last frame.
animate.animate = check.public("plot.animate(rec, quantity [, options])", function(rec, quantity, options)
  local frames
  if type(rec) == "table" and is_figure(rec[1]) then
    if quantity ~= nil then fail "animate: figures and their fps go in one table: plot.animate { figure, figure, …, fps = 10 }" end
    frames, options = figures_in(rec)
    check_only_fps(options)
  else
    frames, options = of_samples(rec, quantity, options)
  end
  if (options.fps or USUAL_FPS) > MOST_FPS then fail("animate: fps = %g is too fast for a GIF (at most %d)", options.fps, MOST_FPS) end
  return figures.animation(titles.count(#frames, "frame"), frames, options.fps or USUAL_FPS)
end)

return animate
