-- What a picture is called unless its user says otherwise, and how a title is broken into lines.
local table, utf8 = table, utf8
local ipairs, max, type = ipairs, math.max, type

local titles = {}

-- Room beside a title, and the width of one of its characters, in pixels of a figure.
local MARGIN <const>, CHARACTER <const> = 60, 7
-- A narrow picture breaks a title, but not into single letters.
local LEAST <const> = 16

-- "a", "a and b", "a, b and c"
function titles.list(names)
  if #names < 2 then return names[1] or "" end
  return table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names]
end

-- "1 cell", "3 cells"
function titles.count(n, noun) return ("%d %s%s"):format(n, noun, n == 1 and "" or "s") end

-- "100 aeif_cond_alpha_astro", with the population's name in front if it has one; without Nodes "n cells".
function titles.cells(nodes, n)
  local is_nodes = type(nodes) == "userdata" and getmetatable(nodes) == "Nodes"
  if not (is_nodes and nodes.model) then return titles.count(is_nodes and #nodes or n, "cell") end
  local counted = #nodes == 1 and "one " .. nodes.model or ("%d %s"):format(#nodes, nodes.model)
  return nodes.label and ("%s (%s)"):format(nodes.label, counted) or counted
end

-- "from 10 a to 20 b", or among the same cells.
function titles.between(pre, post)
  if pre == post then return "among " .. titles.cells(pre) end
  return ("from %s to %s"):format(titles.cells(pre), titles.cells(post))
end

-- Words between which a title is not broken.
function titles.glued(text) return (text:gsub(" ", "\u{A0}")) end

-- The label of an axis without its unit.
function titles.quantity(label) return label and (label:gsub("%s*%b()%s*$", "")) end

-- Words as a title begins; the name of a quantity (V_m, w) stays as it is.
function titles.capitalised(text)
  local begins_word = text:find("^%l%l+%f[^%w_]") or text:find("^a %l")
  return begins_word and text:sub(1, 1):upper() .. text:sub(2) or text
end

-- The user's title, or the usual one; nil for none, which `false` and "" ask for.
function titles.chosen(given, usual)
  if given == nil then given = usual end
  return given ~= "" and given or nil
end

local function first_characters(text, n)
  local cut = utf8.offset(text, n + 1) or #text + 1
  return text:sub(1, cut - 1), text:sub(cut)
end

-- Breaks a line that is too long at its spaces, and a word only if it fills more than a line.
local function add_broken(lines, text, columns)
  local line
  for word in text:gmatch("%S+") do
    local joined = line and line .. " " .. word or word
    if line and utf8.len(joined) > columns then
      lines[#lines + 1], line = line, word
    else
      line = joined
    end
    while utf8.len(line) > columns do
      lines[#lines + 1], line = first_characters(line, columns)
    end
  end
  lines[#lines + 1] = line
end

-- lines(text, columns) -> list of lines of at most so many characters. A line that fits stays as it was typed.
function titles.lines(text, columns)
  local lines = {}
  columns = max(1, columns)
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  for line in (text:gsub("\r\n?", "\n") .. "\n"):gmatch("(.-)\n") do
    if utf8.len(line) <= columns then lines[#lines + 1] = line else add_broken(lines, line, columns) end
  end
  return lines
end

-- The title as it fits above panels in a space of so many pixels; `k`: how large letters are, 1 being usual.
function titles.fitted(title, width, k)
  k = k or 1
  return title and table.concat(titles.lines(title, max(LEAST, (width - MARGIN * k) // (CHARACTER * k))), "\n")
end

-- Cells for a picture of several figures. A title that stands above all cells of a figure goes in front of each cell's own.
function titles.of_parts(figure)
  if not figure.title then return figure.cells end
  local cells = {}
  for i, cell in ipairs(figure.cells) do
    local copy = {}
    for name, value in pairs(cell) do copy[name] = value end
    copy.title = cell.title and figure.title .. ": " .. cell.title or figure.title
    cells[i] = copy
  end
  return cells
end

return titles
