-- Calls that say more than is heard: of every public function and method that help knows.
local astro = require "astro"
local reference = require "astro.reference"

local sim = astro.Simulation { threads = 1 }
local nodes = sim:create("parrot_neuron", 2)
sim:connect(nodes, nodes)
local results = require("astro.sweep").run(function(point) return point.x end, { x = { 1 } })
local receivers = {
  Simulation = sim, Nodes = nodes, Recorder = sim:record(nodes), Connections = sim:connections(), Vector = astro.vector { 1, 2 },
  Distribution = astro.random.normal(), Figure = require("astro.plot").lines({ 1, 2 }, { 1, 2 }), Results = results,
  Model = astro.model { name = "calls_model", state = { x = 1 }, equations = "dx/dt = 0" },
  Synapse = astro.synapse { name = "calls_synapse", on_pre = "send(weight)" },
  Mask = astro.space.mask { circular = { radius = 1 } },
}

-- Arguments that mean nothing to anything, so that no call does anything.
local function nonsense(n)
  local list = {}
  for i = 1, n do list[i] = print end
  return table.unpack(list)
end

local function is_refused(name, f, ...)
  local done, problem = pcall(f, ...)
  assert.is_false(done, name)
  assert.is_truthy(problem:find("takes at most %d+ arguments?, got 30 ") or problem:find "takes no arguments, got 30 ", name .. ": " .. problem)
  assert.is_truthy(problem:find("usage: ", 1, true), name .. ": " .. problem)
end

describe("a surplus argument is refused by", function()
  for _, page in ipairs(reference.types()) do
    it("methods of " .. page.name, function()
      for _, row in ipairs(page.methods) do
        local receiver = assert(receivers[page.name], page.name)
        is_refused(row.usage, receiver[row.name], receiver, nonsense(30))
      end
    end)
  end

  for _, module in ipairs(reference.program_modules()) do
    it("functions of " .. module, function()
      for _, row in ipairs(reference.functions(module)) do
        is_refused(row.usage, reference.program_module(module)[row.name], nonsense(30))
      end
    end)
  end

  for _, name in ipairs(reference.modules()) do
    it("functions of " .. name, function()
      local module = require(name)
      if type(module) == "function" then return is_refused(name, module, nonsense(30)) end
      for _, entry in ipairs(reference.module(name).entries) do
        local receiver = receivers[entry.owner]
        local value = (receiver or module)[entry.name]
        if type(value) == "function" and receiver then is_refused(entry.usage, value, receiver, nonsense(30))
        elseif type(value) == "function" then is_refused(entry.usage, value, nonsense(30)) end
      end
    end)
  end

  it("the functions that are called with all of their arguments, one more", function()
    local plot, analysis = require "astro.plot", require "astro.analysis"
    local spikes = sim:record(nodes)
    for _, call in ipairs {
      { analysis.rate, spikes, {}, 1 }, { analysis.confidence, { 1, 2 }, 0.9, 1 }, { plot.lines, { 1, 2 }, { 1, 2 }, {}, false },
      { astro.vector({ 1 }).mean, astro.vector { 1 }, 1 }, { sim.simulate, sim, 0, 0 }, { astro.rules, "one_to_one", 1 },
    } do
      local done, problem = pcall(table.unpack(call))
      assert.is_false(done)
      assert.is_truthy(problem:find(", got ", 1, true), problem)
    end
  end)
end)

describe("a call stays as it was", function()
  it("with nil at the end", function()
    assert.equal(1, astro.vector({ 1 }):sum(nil, nil))
    assert.equal("Vector of 1 number, 1", (require("astro.show").text(astro.vector { 1 }, nil, nil):match "[^\n]*"))
    assert.equal(2, (require("astro.analysis").confidence({ 1, 2, 3 }, nil, nil)))
  end)

  it("where it is called back", function()
    local report = require "astro.report"
    assert.same({ "1", "12 000" }, { ("1 12000"):gsub("%d+", function(n) return report.grouped(tonumber(n)) end):match "^(%d) (.*)$" })
    assert.same({ 2, 4 }, astro.vector({ 1, 2 }):map(function(x) return 2 * x end):totable())
    assert.is_true(pcall(sim.simulate, sim, 0))
    local i = 0
    for _, node in ipairs(nodes) do i = i + #node end
    assert.equal(2, i)
  end)
end)

describe("a module called with a colon", function()
  for call, f in pairs {
    ["plot.traces"] = function() local plot = require "astro.plot" plot:traces({}, { "IP3" }) end,
    ["analysis.rate"] = function() local analysis = require "astro.analysis" analysis:rate({ 1 }) end,
    ["io.read"] = function() local io = require "astro.io" io:read("x.csv") end,
    ["report.value"] = function() local report = require "astro.report" report:value("x", 3) end,
    ["astro.Simulation"] = function() astro:Simulation { seed = 2 } end,
    ["astro.random.normal"] = function() astro.random:normal(1, 2) end,
  } do
    it("says that it takes a dot: " .. call, function()
      local _, problem = pcall(f)
      assert.is_truthy(problem:find("called with a colon, but a module takes a dot (usage: " .. call, 1, true), problem)
    end)
  end
end)

-- What Lua's own functions say, where this program has put others in their place: as lua5.4 says it, with the script's line.
describe("a function of Lua's that was replaced names itself and the line:", function()
  for code, message in pairs {
    ['("%d"):format(3.5)'] = "bad argument #1 to 'format' (number has no integer representation)",
    ['string.format("%d", 3.5)'] = "bad argument #2 to 'format' (number has no integer representation)",
    ['("%d %s"):format(1)'] = "bad argument #2 to 'format' (no value)",
    ['("%y"):format(1)'] = "invalid conversion '%y' to 'format'",
    ["for _ in ipairs(nil) do end"] = "bad argument #1 to 'ipairs' (table expected, got nil)",
    ["ipairs()"] = "bad argument #1 to 'ipairs' (value expected)",
    ["for _ in pairs(nil) do end"] = "bad argument #1 to 'pairs' (table expected, got nil)",
    ["next(nil)"] = "bad argument #1 to 'next' (table expected, got nil)",
    ["tostring()"] = "bad argument #1 to 'tostring' (value expected)",
    ["table.sort(5)"] = "bad argument #1 to 'sort' (table expected, got number)",
    ['table.sort { 1, "x" }'] = "attempt to compare string with number",
    ["table.sort { {}, {} }"] = "attempt to compare two table values",
    ["table.insert(nil, 1)"] = "bad argument #1 to 'insert' (table expected, got nil)",
    ["table.insert({}, 5, 1)"] = "bad argument #2 to 'insert' (position out of bounds)",
    ['table.remove({}, "x")'] = "bad argument #2 to 'remove' (number expected, got string)",
    ["table.move({}, 1, 2)"] = "bad argument #4 to 'move' (number expected, got no value)",
    ["pcall()"] = "bad argument #1 to 'pcall' (value expected)",
    ["xpcall(print)"] = "bad argument #2 to 'xpcall' (function expected, got no value)",
    ["coroutine.resume(5)"] = "bad argument #1 to 'resume' (thread expected, got number)",
    ["coroutine.wrap(5)"] = "bad argument #1 to 'wrap' (function expected, got number)",
    ["coroutine.close(5)"] = "bad argument #1 to 'close' (thread expected, got number)",
    ['math.randomseed("x")'] = "bad argument #1 to 'randomseed' (number expected, got string)",
    ['("x"):find({})'] = "bad argument #1 to 'find' (string expected, got table)",
    ['("x"):find("[")'] = "malformed pattern (missing ']')",
    ['("x"):match()'] = "bad argument #1 to 'match' (string expected, got no value)",
    ['("x"):gmatch("x", "y")'] = "bad argument #2 to 'gmatch' (number expected, got string)",
    ['("x"):gsub("x", true)'] = "bad argument #2 to 'gsub' (string/function/table expected, got boolean)",
    ['("x"):rep("y")'] = "bad argument #1 to 'rep' (number expected, got string)",
    ["load({})"] = "bad argument #1 to 'load' (function expected, got table)",
    ["loadfile({})"] = "bad argument #1 to 'loadfile' (string expected, got table)",
    ["setmetatable(5, {})"] = "bad argument #1 to 'setmetatable' (table expected, got number)",
    ["os.getenv({})"] = "bad argument #1 to 'getenv' (string expected, got table)",
    ["io.open({})"] = "bad argument #1 to 'open' (string expected, got table)",
    ['io.open("x", "qq")'] = "bad argument #2 to 'open' (invalid mode)",
    ["io.input({})"] = "bad argument #1 to 'input' (FILE* expected, got table)",
    ["os.remove({})"] = "bad argument #1 to 'remove' (string expected, got table)",
    ['os.rename("x")'] = "bad argument #2 to 'rename' (string expected, got no value)",
    ['collectgarbage("x")'] = "bad argument #1 to 'collectgarbage' (invalid option 'x')",
  } do
    it(code, function()
      local _, problem = pcall(assert(load("local x\n" .. code, "@wrong.lua")))
      assert.equal("wrong.lua:2: " .. message, problem)
    end)
  end
end)
