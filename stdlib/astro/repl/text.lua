-- Text on a terminal: colours, widths, paragraphs, columns.
local _, _, host = ...

local ipairs, math, table, utf8 = ipairs, math, table, utf8

local text = {}

-- What a script has made, before it gets colours of ours: its own escape codes are shown and not obeyed.
text.shown = host.visible

local CODES <const> = {
  string = "32", number = "36", boolean = "35", ["nil"] = "35", object = "1", note = "2", heading = "1", error = "31",
}

-- The text in the colour of its kind, if the painter has colours.
function text.painter(colours)
  return function(kind, words)
    local code = colours and CODES[kind]
    return code and ("\27[%sm%s\27[0m"):format(code, words) or words
  end
end

local function visible(line) return (line:gsub("\27%[[%d;]*m", "")) end

-- How many columns a line takes.
local function width_of(line) return utf8.len(visible(line)) or #line end

text.width = width_of

-- Words of a paragraph, broken into lines of `width` columns that begin with `indent` spaces.
function text.wrapped(paragraph, width, indent)
  local lines, line, margin = {}, nil, (" "):rep(indent or 0)
  for word in paragraph:gmatch("%S+") do
    if line and width_of(line) + 1 + width_of(word) <= width then line = line .. " " .. word
    else
      lines[#lines + 1] = line
      line = margin .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- Words side by side in columns as wide as the widest.
function text.columns(words, width)
  local widest = 0
  for _, word in ipairs(words) do widest = math.max(widest, width_of(word)) end
  local columns = math.max(1, (width + 2) // (widest + 2))
  local rows = math.ceil(#words / columns)
  local lines = {}
  for row = 1, rows do
    local cells = {}
    for i = row, #words, rows do cells[#cells + 1] = words[i] .. (" "):rep(widest - width_of(words[i])) end
    lines[row] = (table.concat(cells, "  "):gsub("%s+$", ""))
  end
  return table.concat(lines, "\n")
end

return text
