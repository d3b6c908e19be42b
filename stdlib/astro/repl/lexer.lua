-- Words of Lua text, also of text that is not finished: for completion, and for what the prompt changes in a line.
--
-- A token is { kind, text, first, last } with its place in bytes; kinds are "name", "keyword", "string", "number", "operator".
-- A string has `value` (as it stands between its quotes) and, when its end is missing, `open = true`. Comments are left out.
local ipairs = ipairs
local find, match, sub = string.find, string.match, string.sub
local concat = table.concat

local lexer = {}

lexer.keywords = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or",
  "repeat", "return", "then", "true", "until", "while",
}

local is_keyword <const> = {}
for _, word in ipairs(lexer.keywords) do is_keyword[word] = true end

-- A place where no other kind of word begins: the longest operator.
local OPERATORS <const> = {
  "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..",
}

local function operator_at(text, at)
  for _, operator in ipairs(OPERATORS) do
    if sub(text, at, at + #operator - 1) == operator then return #operator end
  end
  return 1
end

-- The end of "[==[ … ]==]" that begins at `at`, and where its content begins and ends; no end if it is missing.
local function long_bracket(text, at)
  local level = match(text, "^%[(=*)%[", at)
  if not level then return end
  local start = at + #level + 2
  local from, to = find(text, "]" .. level .. "]", start, true)
  return start, from and from - 1 or #text, to
end

-- The place of the closing quote, or nil; a line break ends a string without one.
local function closing_quote(text, quote, from)
  local at = from
  while at <= #text do
    local c = sub(text, at, at)
    if c == quote then return at end
    if c == "\n" then return end
    at = at + (c == "\\" and 2 or 1)
  end
end

local function string_at(text, at)
  local quote = match(text, "^[\"']", at)
  if quote then
    local closing = closing_quote(text, quote, at + 1)
    local last = closing or (find(text, "\n", at, true) or #text + 1) - 1
    return { kind = "string", first = at, last = last, quote = quote, open = not closing,
      value = sub(text, at + 1, closing and closing - 1 or last) }
  end
  local start, stop, last = long_bracket(text, at)
  if not start then return end
  return { kind = "string", first = at, last = last or #text, quote = "[[", open = not last, value = sub(text, start, stop) }
end

local function number_at(text, at)
  local _, last = find(text, "^0[xX][%x.]*[pP]?[+-]?%x*", at)
  if not last then _, last = find(text, "^%d[%d.]*[eE][+-]?%d+", at) end
  if not last then _, last = find(text, "^%.?%d[%d.]*", at) end
  return last
end

-- Behind the comment that begins at `at`; the second value tells that it has no end.
local function skip_comment(text, at)
  local start, _, last = long_bracket(text, at + 2)
  if start then return (last or #text) + 1, not last end
  local line_end = find(text, "\n", at, true)
  return line_end or #text + 1, not line_end
end

local function word_at(text, at)
  local _, last = find(text, "^[%a_][%w_]*", at)
  if last then
    local word = sub(text, at, last)
    return { kind = is_keyword[word] and "keyword" or "name", first = at, last = last }
  end
  last = number_at(text, at)
  if last then return { kind = "number", first = at, last = last } end
  return string_at(text, at) or { kind = "operator", first = at, last = at + operator_at(text, at) - 1 }
end

-- The tokens of a text, and whether it ends within a comment.
function lexer.tokens(text)
  local tokens, at, in_comment = {}, 1, false
  while true do
    at = find(text, "[^%s]", at)
    if not at then return tokens, in_comment end
    in_comment = false
    if sub(text, at, at + 1) == "--" then
      at, in_comment = skip_comment(text, at)
    else
      local token = word_at(text, at)
      token.text = sub(text, token.first, token.last)
      tokens[#tokens + 1] = token
      at = token.last + 1
    end
  end
end

local OPENS <const> = { ["function"] = true, ["do"] = true, ["if"] = true, ["repeat"] = true }
local CLOSES <const> = { ["end"] = true, ["until"] = true }

-- How many blocks a text leaves open: the depth at which its next line stands.
function lexer.open_blocks(text)
  local depth = 0
  for _, token in ipairs(lexer.tokens(text)) do
    local word = token.kind ~= "string" and token.text
    if OPENS[word] or word == "(" or word == "{" or word == "[" then depth = depth + 1 end
    if CLOSES[word] or word == ")" or word == "}" or word == "]" then depth = depth - 1 end
  end
  return depth > 0 and depth or 0
end

-- ## Locals of the prompt

local function blank(n) return (" "):rep(n) end

-- Reads "a <const>, b" from token i: the names, the attributes' tokens, and the place behind.
local function name_list(tokens, i)
  local names, attributes = {}, {}
  while tokens[i] and tokens[i].kind == "name" do
    names[#names + 1] = tokens[i].text
    i = i + 1
    if tokens[i] and tokens[i].text == "<" and tokens[i + 2] and tokens[i + 2].text == ">" then
      attributes[#attributes + 1] = { first = tokens[i].first, last = tokens[i + 2].last }
      i = i + 3
    end
    if not (tokens[i] and tokens[i].text == ",") then break end
    i = i + 1
  end
  return names, attributes, i
end

-- What has to be changed at the statement `local …` of token i.
local function local_statement(tokens, i, names, edits)
  edits[#edits + 1] = { first = tokens[i].first, last = tokens[i].last }
  local following = tokens[i + 1]
  if following and following.text == "function" then
    names[#names + 1] = tokens[i + 2] and tokens[i + 2].text
    return
  end
  local declared, attributes, behind = name_list(tokens, i + 1)
  for _, name in ipairs(declared) do names[#names + 1] = name end
  for _, attribute in ipairs(attributes) do edits[#edits + 1] = attribute end
  local has_values = tokens[behind] and tokens[behind].text == "="
  if not has_values and #declared > 0 then edits[#edits + 1] = { first = tokens[behind - 1].last + 1, text = " = nil" } end
end

local function apply(text, edits)
  local parts, at = {}, 1
  for _, edit in ipairs(edits) do
    parts[#parts + 1] = sub(text, at, edit.first - 1) .. (edit.text or blank(edit.last - edit.first + 1))
    at = (edit.last or edit.first - 1) + 1
  end
  return concat(parts) .. sub(text, at)
end

-- Makes assignments of the `local` statements outside of all blocks, which would be gone after the line. The new text, with
-- every word in its line, and the names.
function lexer.without_locals(text)
  local tokens, names, edits, depth = lexer.tokens(text), {}, {}, 0
  for i, token in ipairs(tokens) do
    if token.kind == "keyword" then
      if token.text == "local" and depth == 0 then local_statement(tokens, i, names, edits) end
      if OPENS[token.text] then depth = depth + 1 end
      if CLOSES[token.text] then depth = depth - 1 end
    end
  end
  return apply(text, edits), names
end

return lexer
