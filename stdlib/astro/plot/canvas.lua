-- A raster of dots in a terminal: 2 by 4 in a braille character, 1 by 2 in a character of ASCII.
local Canvas <const> = {}
Canvas.__index = Canvas

local canvas = {}

-- Bits of the dots of a braille character, by column and row.
local BITS <const> = { [0] = { [0] = 0x01, 0x02, 0x04, 0x40 }, { [0] = 0x08, 0x10, 0x20, 0x80 } }
local ASCII <const> = { [0] = " ", "'", ".", ":" }

-- The nearest colour of the 6 by 6 by 6 cube that nearly all terminals have.
local function cube(hex)
  local function level(i) return math.floor(tonumber(hex:sub(i, i + 1), 16) / 255 * 5 + 0.5) end
  return 16 + 36 * level(2) + 6 * level(4) + level(6)
end

local function is_colour(hex) return type(hex) == "string" and hex:match("^#%x%x%x%x%x%x$") and hex ~= "#000000" end

-- Text in a colour; black is what the terminal writes in, which need not be black.
function canvas.coloured(text, hex)
  return is_colour(hex) and ("\27[38;5;%dm%s\27[0m"):format(cube(hex), text) or text
end

-- new(columns, rows, { ascii =, colour = })
function canvas.new(columns, rows, screen)
  local per_x, per_y = screen.ascii and 1 or 2, screen.ascii and 2 or 4
  return setmetatable({
    columns = columns, rows = rows, ascii = screen.ascii, colour = screen.colour, per_x = per_x, per_y = per_y,
    dots_x = columns * per_x, dots_y = rows * per_y, bits = {}, colours = {}, signs = {}, backgrounds = {},
  }, Canvas)
end

-- All places are in dots from the top left, which is 0, 0.

function Canvas:dot(x, y, colour)
  if not (x >= -0.5 and y >= -0.5 and x < self.dots_x - 0.5 and y < self.dots_y - 0.5) then return end
  x, y = math.floor(x + 0.5), math.floor(y + 0.5)
  local at = (y // self.per_y) * self.columns + x // self.per_x
  local bit = self.ascii and 1 << y % 2 or BITS[x % 2][y % 4]
  self.bits[at], self.colours[at] = (self.bits[at] or 0) | bit, colour
end

-- Cuts off what lies outside; nil if all does. Liang & Barsky (1984).
local function clipped(x1, y1, x2, y2, w, h)
  local dx, dy, from, to = x2 - x1, y2 - y1, 0, 1
  for _, edge in ipairs { { -dx, x1 }, { dx, w - x1 }, { -dy, y1 }, { dy, h - y1 } } do
    local p, q = edge[1], edge[2]
    if p == 0 then
      if q < 0 then return end
    elseif p < 0 then
      from = math.max(from, q / p)
    else
      to = math.min(to, q / p)
    end
  end
  if from > to then return end
  return x1 + from * dx, y1 + from * dy, x1 + to * dx, y1 + to * dy
end

local function is_finite(...)
  for _, x in ipairs { ... } do
    if x ~= x or math.abs(x) == math.huge then return false end
  end
  return true
end

function Canvas:line(x1, y1, x2, y2, colour)
  if not is_finite(x1, y1, x2, y2) then return end
  local ax, ay, bx, by = clipped(x1, y1, x2, y2, self.dots_x - 1, self.dots_y - 1)
  if not ax then return end
  local n = math.ceil(math.max(math.abs(bx - ax), math.abs(by - ay)))
  for i = 0, n do
    local t = n > 0 and i / n or 0
    self:dot(ax + t * (bx - ax), ay + t * (by - ay), colour)
  end
end

-- All dots of a rectangle.
function Canvas:fill(left, top, right, bottom, colour)
  if not is_finite(left, top, right, bottom) then return end
  for x = math.max(0, math.ceil(left - 0.5)), math.min(self.dots_x - 1, math.max(math.floor(right + 0.5), math.ceil(left - 0.5))) do
    for y = math.max(0, math.ceil(top - 0.5)), math.min(self.dots_y - 1, math.floor(bottom + 0.5)) do self:dot(x, y, colour) end
  end
end

-- Every other dot between two lines, from x = a to x = b.
function Canvas:shade(ax, a_low, a_high, bx, b_low, b_high, colour)
  if not is_finite(ax, a_low, a_high, bx, b_low, b_high) then return end
  for x = math.max(0, math.ceil(ax)), math.min(self.dots_x - 1, math.floor(bx)) do
    local t = bx > ax and (x - ax) / (bx - ax) or 0
    local top, bottom = a_high + t * (b_high - a_high), a_low + t * (b_low - a_low)
    for y = math.max(0, math.ceil(top)), math.min(self.dots_y - 1, math.floor(bottom)) do
      if (x + y) % 2 == 0 and (self.ascii or y % 2 == 0) then self:dot(x, y, colour) end
    end
  end
end

-- One character in the place of the dots.
function Canvas:sign(x, y, sign, colour)
  if not is_finite(x, y) or x < -0.5 or y < -0.5 or x >= self.dots_x or y >= self.dots_y then return end
  local at = math.floor(y + 0.5) // self.per_y * self.columns + math.floor(x + 0.5) // self.per_x
  self.signs[at], self.colours[at] = sign, colour
end

function Canvas:text(x, y, text, alignment)
  local n = utf8.len(text)
  local shift = alignment == "center" and n // 2 or alignment == "right" and n or 0
  local i = -shift
  for _, code in utf8.codes(text) do
    self:sign(x + i * self.per_x, y, utf8.char(code), nil)
    i = i + 1
  end
end

local SHADES <const>, ASCII_SHADES <const> = { " ", "░", "▒", "▓", "█" }, { " ", ".", ":", "+", "#" }

local function between(colours, share)
  share = math.max(0, math.min(1, share))
  return cube(colours[math.floor(share * (#colours - 1) + 0.5) + 1])
end

-- Shades or coloured halves of characters; value(px, py) gives the share of the scale at a place (0 to 1, from the lower left).
function Canvas:image(colours, value)
  for row = 0, self.rows - 1 do
    for column = 0, self.columns - 1 do
      local at, px = row * self.columns + column, (column + 0.5) / self.columns
      if self.colour and not self.ascii then
        local top, bottom = value(px, 1 - (row + 0.25) / self.rows), value(px, 1 - (row + 0.75) / self.rows)
        self.backgrounds[at] = (top == top and top and "\27[38;5;" .. between(colours, top) .. "m" or "\27[38;5;250m")
          .. (bottom == bottom and bottom and "\27[48;5;" .. between(colours, bottom) .. "m" or "\27[48;5;250m")
        self.signs[at] = "▀"
      else
        local share = value(px, 1 - (row + 0.5) / self.rows)
        local shades = self.ascii and ASCII_SHADES or SHADES
        local level = share and share == share and math.floor(math.max(0, math.min(1, share)) * (#shades - 1) + 0.5) + 1
        self.signs[at] = level and shades[level] or " "
      end
    end
  end
end

function Canvas:character(at)
  local bits = self.bits[at] or 0
  return self.signs[at] or (self.ascii and ASCII[bits] or bits == 0 and " " or utf8.char(0x2800 + bits))
end

function Canvas:style_of(at)
  if not self.colour then return "" end
  if self.backgrounds[at] then return self.backgrounds[at] end
  return is_colour(self.colours[at]) and ("\27[38;5;%dm"):format(cube(self.colours[at])) or ""
end

-- The rows as texts, with colours if the screen has them.
function Canvas:lines()
  local lines = {}
  for row = 0, self.rows - 1 do
    local parts, style = {}, ""
    for column = 0, self.columns - 1 do
      local at = row * self.columns + column
      local wanted = self:style_of(at)
      if wanted ~= style then
        parts[#parts + 1] = (style ~= "" and "\27[0m" or "") .. wanted
        style = wanted
      end
      parts[#parts + 1] = self:character(at)
    end
    lines[row + 1] = table.concat(parts) .. (style ~= "" and "\27[0m" or "")
  end
  return lines
end

return canvas
