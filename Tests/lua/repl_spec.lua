local lexer = require "astro.repl.lexer"

describe("the words of unfinished Lua", function()
  local function kinds(text)
    local list = {}
    for i, token in ipairs(lexer.tokens(text)) do list[i] = token.kind .. " " .. token.text end
    return table.concat(list, ", ")
  end

  it("are told apart", function()
    assert.equal('name x, operator =, number 0x1p-3, operator .., string "a\\"b"', kinds [[x = 0x1p-3 .. "a\"b"]])
    assert.equal("keyword local, name end_, operator ~=, number 1.5e+3", kinds "local end_ ~= 1.5e+3")
    assert.equal("name a, name b", kinds "a --[==[ hidden ]] ]==] b -- more")
    assert.equal("string [==[ x ]] ]==]", kinds "[==[ x ]] ]==]")
  end)

  it("tell of open strings and comments", function()
    local tokens = lexer.tokens('f("abc')
    assert.is_true(tokens[3].open)
    assert.equal("abc", tokens[3].value)
    assert.is_true(lexer.tokens("x = [[ab")[3].open)
    assert.is_true(select(2, lexer.tokens("x -- ab")))
    assert.is_true(select(2, lexer.tokens("x --[[ ab")))
    assert.is_false(select(2, lexer.tokens("-- ab\nx")))
  end)

  it("count open blocks", function()
    assert.equal(0, lexer.open_blocks "f(1) do end")
    assert.equal(2, lexer.open_blocks "function f(x)\n  if x then")
    assert.equal(1, lexer.open_blocks "t = { 1, (2),")
    assert.equal(1, lexer.open_blocks "while x do repeat until y")
  end)
end)

-- What the program prints for lines at its prompt.
local function typed(lines, script)
  local program = 0
  while arg[program - 1] do program = program - 1 end
  local input, file = os.tmpname(), script and os.tmpname() or ""
  for path, text in pairs { [input] = lines, [file] = script } do assert(io.open(path, "w")):write(text):close() end
  local pipe = io.popen(("'%s' --trust -i %s < %s 2>&1"):format(arg[program], file, input))
  local text = pipe:read("a")
  pipe:close()
  os.remove(input)
  os.remove(file)
  return text
end

describe("plot, analysis and sweep at the prompt", function()
  it("need no require, and are no variables", function()
    local text = typed [[
plot == require "astro.plot", analysis == require "astro.analysis", sweep == require "astro.sweep"
plot.lines({ 1, 2 }, { 1, 2 })
:vars
sweep = 5
:vars
]]
    assert.is_truthy(text:find("true   true   true", 1, true), text)
    assert.is_truthy(text:find("Figure(lines: 1 curve of 2 points)", 1, true), text)
    assert.is_truthy(text:find("no variables yet", 1, true), text)
    assert.is_truthy(text:find("sweep  5", 1, true), text)
  end)

  it("are a script's own where it has some by these names", function()
    assert.is_truthy(typed("plot, analysis\n", "plot = 7\nlocal analysis = 8\n"):find("7   8", 1, true))
  end)

  it("are no globals of a script", function()
    local text = typed("1\n", "local x = plot\n")
    assert.is_truthy(text:find("'plot'", 1, true), text)
  end)
end)

describe("local variables of the prompt", function()
  local function rewritten(text)
    local code, names = lexer.without_locals(text)
    return code .. " | " .. table.concat(names, " ")
  end

  it("become assignments, every word in its line", function()
    assert.equal("      x = 1 | x", rewritten "local x = 1")
    assert.equal("      x, y = nil | x y", rewritten "local x, y")
    assert.equal("      x         = 1 | x", rewritten "local x <const> = 1")
    assert.equal("      function f() local a = 1 end | f", rewritten "local function f() local a = 1 end")
    assert.equal("\n      x = [[\nlocal]]\n      y = nil | x y", rewritten "\nlocal x = [[\nlocal]]\nlocal y")
  end)

  it("stay what they are within blocks, strings and comments", function()
    for _, text in ipairs {
      "do local x = 1 end", "for i = 1, 2 do local x end", "if a then local x end", "repeat local x until x",
      "f(function() local x end)", "print('local x = 1') -- local y", "while a do if b then local x end end",
    } do
      assert.equal(text .. " | ", rewritten(text))
    end
  end)

  it("are still Lua when several stand in a line", function()
    local code = lexer.without_locals "local a = 1 local b local function c() return a end return c(), b"
    local environment = {}
    assert.equal(1, load(code, "=x", "t", environment)())
    assert.equal(1, environment.a)
  end)
end)
