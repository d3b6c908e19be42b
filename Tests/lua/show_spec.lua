local astro = require "astro"
local show = require "astro.show"

local function plain(colourful) return (colourful:gsub("\27%[[%d;]*m", "")) end

describe("show.text of plain values", function()
  it("puts strings into quotes and escapes what is not printed", function()
    assert.equal('"a\\nb\\t\\"c\\" \\\\ µ"', show.text('a\nb\t"c" \\ µ'))
    assert.equal('"\\x00\\xFF"', show.text("\0\xff"))
  end)

  it("cuts long strings between characters and tells their length", function()
    local text = show.text(("µ"):rep(1000))
    assert.is_truthy(utf8.len(text))
    assert.is_truthy(text:find("(2000 bytes)", 1, true))
    assert.is_true(#text < 600)
  end)

  it("shows numbers, booleans and nil as Lua does", function()
    assert.equal("1 1.0 -0.1 true nil", table.concat({ show.text(1), show.text(1.0), show.text(-0.1), show.text(true), show.text(nil) }, " "))
  end)
end)

describe("show.text of tables", function()
  it("shows lists and fields, numbers of a list first", function()
    assert.equal('{ 1, 2, a = "x", b = { c = 1 } }', show.text { 1, 2, b = { c = 1 }, a = "x" })
    assert.equal("{}", show.text {})
  end)

  it("puts other keys and keywords into brackets", function()
    assert.equal('{ ["a b"] = 1, ["end"] = 3, [true] = 2 }', show.text { ["a b"] = 1, [true] = 2, ["end"] = 3 })
  end)

  it("does not miss elements beside a list", function()
    assert.equal('{ 1, 2, [0] = 0, [2.5] = "half", n = 2 }', show.text { 1, 2, [0] = 0, [2.5] = "half", n = 2 })
  end)

  it("breaks into lines what does not fit", function()
    local text = show.text({ first = ("x"):rep(30), second = ("y"):rep(30) }, { width = 40 })
    assert.equal(('{\n  first = "%s",\n  second = "%s"\n}'):format(("x"):rep(30), ("y"):rep(30)), text)
    for line in show.text((function() local t = {} for i = 1, 60 do t[i] = i * 1000 end return t end)(), { width = 40 }):gmatch("[^\n]+") do
      assert.is_true(#line <= 40, line)
    end
  end)

  it("cuts by count and says how many are left", function()
    local long, fields = {}, {}
    for i = 1, 1000 do long[i], fields["k" .. i] = i, i end
    assert.is_truthy(show.text(long):find("… 940 more", 1, true))
    assert.is_truthy(show.text(fields):find("… 970 more", 1, true))
  end)

  it("cuts by depth", function()
    assert.equal("{ { { { { … } } } } }", show.text { { { { { 1 } } } } })
    assert.equal("{ { … } }", show.text({ { { 1 } } }, { depth = 1 }))
  end)

  it("is safe with tables that hold themselves", function()
    local t = { name = "t" }
    t.self, t.deep = t, { t }
    assert.equal('{ deep = { { the whole table again } }, name = "t", self = { the whole table again } }', show.text(t, { width = 100 }))
    local shared = { 1 }
    assert.equal("{ { 1 }, { 1 } }", show.text { shared, shared })
  end)

  it("takes a table's own text, and survives one that fails", function()
    assert.equal("three", show.text(setmetatable({}, { __tostring = function() return "three" end })))
    assert.is_truthy(show.text(setmetatable({}, { __tostring = error })):find("fails"))
  end)

  it("asks no metamethod for elements", function()
    local function never() error("asked") end
    local t = setmetatable({ 1, a = 2 }, { __index = never, __len = never, __pairs = never })
    assert.equal("{ 1, a = 2 }", show.text(t))
  end)

  it("colours on request only", function()
    assert.is_nil(show.text({ "a", 1 }):find("\27", 1, true))
    local colourful = show.text({ "a", 1 }, { colours = true })
    assert.is_truthy(colourful:find("\27[32m", 1, true))
    assert.equal('{ "a", 1 }', plain(colourful))
  end)
end)

describe("show.text of what the simulator has", function()
  local sim = astro.Simulation { seed = 1, threads = 1 }
  local exc = sim:create("aeif_cond_alpha_astro", 20, { tau_syn_ex = 2.0, V_m = astro.random.uniform(-70, -60), label = "exc" })
  local spikes = sim:record(exc)
  local trace = sim:record(exc, { "V_m" })
  sim:connect(exc, exc, "one_to_one", { weight = 3.0, delay = 1.5 })
  sim:simulate(10)

  it("Vector: length, range and first values", function()
    assert.equal("Vector of 3 numbers, 1 to 4, mean 2.33333\n  1  2  4", show.text(astro.vector { 1, 2, 4 }))
    assert.equal("Vector of 0 numbers", show.text(astro.vector {}))
    local numbers = {}
    for i = 1, 1000 do numbers[i] = i end
    local text = show.text(astro.vector(numbers), { width = 40 })
    assert.is_truthy(text:find("^Vector of 1000 numbers, 1 to 1000, mean%s500.5\n"))
    assert.is_truthy(text:find("…$"))
    for line in text:gmatch("\n([^\n]+)") do assert.is_true(utf8.len(line) <= 40) end
    assert.equal("{ Vector of 3 numbers, 1 to 4, mean 2.33333 }", show.text { astro.vector { 1, 2, 4 } })
  end)

  it("Nodes: model, count, ids, state, and what differs from the model", function()
    local text = show.text(exc)
    assert.is_truthy(text:find("^Nodes%(aeif_cond_alpha_astro, n = 20, ids 1 to 20, label 'exc'%)\n"))
    assert.is_truthy(text:find("\n  V_m +%-%d.- to %-%d.-, mean %-%d.- mV"))
    assert.is_truthy(text:find("\n  tau_syn_ex +2 ms  %(default 0.2%)"))
    assert.is_nil(text:find("tau_syn_in"))
    assert.equal("Nodes(several models, n = 21, ids 1 to 21)", show.text(exc + sim:create("poisson_generator")))
  end)

  it("Recorder: counts, times and ranges", function()
    assert.is_truthy(show.text(spikes):find("\n  events +0"))
    assert.is_truthy(show.text(trace):find("\n  events +%d+\n  times +1 to %d+ ms\n  V_m +%-"))
  end)

  it("Connections and Simulation", function()
    assert.is_truthy(show.text(sim:connections {}):find("\n  weight +3\n  delay +1.5 ms"))
    assert.is_truthy(show.text(sim):find("\n  resolution +0.1 ms\n.*\n  exc +20 × aeif_cond_alpha_astro, ids 1 to 20"))
  end)

  it("functions with their usage", function()
    assert.is_truthy(show.text(sim.connect):find("function sim:connect(pre, post [, rule [, synapse]]) -> number", 1, true))
    assert.is_truthy(show.text(function(a, b) return a + b end):find("^function %(a, b%)\n  Defined in .*show_spec.lua, line %d+%.$"))
    assert.is_truthy(show.text(print):find("https://www.lua.org/manual/5.4/", 1, true))
  end)
end)

describe("show.line", function()
  it("keeps to one line of the width", function()
    local many = {}
    for i = 1, 100 do many["key" .. i] = i end
    for _, value in ipairs { many, ("x"):rep(300), astro.vector { 1, 2 }, print, astro.Simulation {} } do
      local line = show.line(value, { width = 50 })
      assert.is_nil(line:find("\n"))
      assert.is_true(utf8.len(line) <= 50, line)
    end
    assert.equal("table with 100 elements", show.line(many))
  end)
end)
