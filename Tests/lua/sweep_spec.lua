local astro = require "astro"
local plain = require "astro.plain"
local sweep = require "astro.sweep"

local function temporary()
  local path = os.tmpname()
  os.remove(path)
  return path
end

local function contents(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

-- Rows as a sweep returns them: calcium at two rates and two delays, three trials each.
local function trials()
  return sweep.run(function(p) return { calcium = p.rate * 10 + p.delay + p.trial } end,
    { rate = { 5, 1 }, delay = { 1, 2 }, trial = { 1, 2, 3 } })
end

describe("results:group(x, y)", function()
  it("has means in the order of x, with the confidence of all rows there", function()
    local g = trials():group("rate", "calcium")
    assert.are.same({ { 1, 5 }, { 13.5, 53.5 }, { 6, 6 } }, { g.x:totable(), g.mean:totable(), g.n:totable() })
    local mean, low, high = require("astro.analysis").confidence { 12, 13, 14, 13, 14, 15 }
    assert.are.same({ mean, low, high }, { g.mean[1], g.low[1], g.high[1] })
    assert.is_true(math.abs(g.sd[1] - math.sqrt(5.5 / 5)) < 1e-12)
    assert.equal("95 % CI of 6", g.spread)
  end)

  it("has a curve for each value of another parameter, as plot.lines takes them", function()
    local g = trials():group("rate", "calcium", { by = "delay", spread = "sd" })
    assert.are.same({ 13, 53 }, g.curves["delay = 1"].mean:totable())
    assert.are.same({ 13, 15 }, { g.curves["delay = 2"].low[1], g.curves["delay = 2"].high[1] })
    assert.is_nil(g.mean)
    local figure = require("astro.plot").lines(g.x, g.curves, { errors = "bars" })
    assert.equal("delay = 1 ± s.d. of 3", figure.cells[1].panels[1].series[2].name)
  end)

  it("knows nothing of the spread of one row, and says how many there are", function()
    local g = sweep.run(function(p) return p.x end, { { x = 1, trial = 1 }, { x = 1, trial = 2 }, { x = 2, trial = 1 } }):group("x", "value")
    assert.are.same({ { 2, 1 }, "95 % CI of 1 to 2" }, { g.n:totable(), g.spread })
    assert.is_true(g.low[2] ~= g.low[2] and g.mean[2] == 2)
    assert.equal("90 % CI of 6", trials():group("rate", "calcium", { level = 0.9 }).spread)
  end)

  it("refuses what it does not know", function()
    local r = trials()
    for message, call in pairs {
      ["group: row 1 has no 'rat' (did you mean 'rate'?)"] = function() r:group("rat", "calcium") end,
      ["group: y must be the name of a parameter or result, got nothing (usage: results:group(x, y [, options]))"] = function() r:group("rate") end,
      ["group: no row has 'delai' (did you mean 'delay'?)"] = function() r:group("rate", "calcium", { by = "delai" }) end,
      ["group: spread cannot be 'std' (did you mean 'sd'?)"] = function() r:group("rate", "calcium", { spread = "std" }) end,
      ["group: level is for spread = \"confidence\""] = function() r:group("rate", "calcium", { spread = "sd", level = 0.9 }) end,
      ["group: there is no option 'bye' (did you mean 'by'?)"] = function() r:group("rate", "calcium", { bye = "delay" }) end,
      ["group: there are no results"] = function() sweep.run(function() error "no" end, { x = { 1 } }):group("rate", "calcium") end,
    } do
      local ok, problem = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(problem:find(message, 1, true), problem)
    end
  end)
end)

describe("astro.plain", function()
  local values = {
    0, -1, 1.0, 0.1, 1 / 3, 1e300, math.maxinteger, math.mininteger, true, false, "", "a\n\"\\\t\0\127b", "µ", "\xff\xfe",
    {}, { 1, 2, 3 }, { a = 1, b = { c = "d" } }, { [1] = 1, [3] = 3 }, { [true] = 1, x = 2 }, { ["$vector"] = 1 }, { { {} } },
  }
  for i, value in ipairs(values) do
    it("keeps value " .. i, function()
      local line = plain.encode(value)
      assert.is_nil(line:find "\n")
      local back = plain.decode(line)
      assert.are.same(value, back)
      assert.equal(math.type(value), math.type(back))
    end)
  end

  it("keeps nil, Vectors, infinite numbers and nan", function()
    assert.is_nil(plain.decode(plain.encode(nil)))
    assert.is_true(astro.vector { 1, 2.5 } == plain.decode(plain.encode(astro.vector { 1, 2.5 })))
    assert.equal(1 / 0, plain.decode(plain.encode(1 / 0)))
    assert.equal(-1 / 0, plain.decode(plain.encode(-1 / 0)))
    local nan = plain.decode(plain.encode(0 / 0))
    assert.is_true(nan ~= nan)
  end)

  it("refuses what is not plain data, by its place", function()
    local _, problem = pcall(plain.encode, { a = { 1, print } }, "result")
    assert.equal("result.a[2]: a function is not plain data (numbers, strings, booleans, tables and Vectors are)", problem)
    local itself = {}
    itself.x = itself
    assert.is_false(pcall(plain.encode, itself))
  end)

  it("names the place of damage at every position, and never fails otherwise", function()
    local line = plain.encode { a = { 1, 2.5, "x\n\xff" }, b = astro.vector { 1 / 0 }, [1] = { false } }
    for i = 1, #line do
      assert.is_true(pcall(plain.decode, line:sub(1, i - 1)))
      for _, byte in ipairs { "\0", "}", '"', "1", "\xff" } do
        assert.is_true(pcall(plain.decode, line:sub(1, i - 1) .. byte .. line:sub(i + 1)))
      end
    end
    local value, place = plain.decode "[1, 2, x]"
    assert.is_nil(value)
    assert.equal(8, place)
  end)
end)

describe("sweep.grid", function()
  it("makes all combinations, the last name fastest", function()
    assert.are.same({ { a = 1, b = "x" }, { a = 1, b = "y" }, { a = 2, b = "x" }, { a = 2, b = "y" } },
      sweep.grid { b = { "x", "y" }, a = { 1, 2 } })
  end)

  it("takes single values and Vectors", function()
    assert.are.same({ { a = 5, b = 1 }, { a = 5, b = 2 } }, sweep.grid { a = 5, b = astro.vector { 1, 2 } })
  end)
end)

describe("sweep.run", function()
  local function experiment(p)
    local sim = astro.Simulation { seed = p.seed }
    local noise, parrots = sim:create("poisson_generator", { rate = p.rate }), sim:create("parrot_neuron", 5)
    sim:connect(noise, parrots)
    local spikes = sim:record(parrots)
    sim:simulate(500)
    return { times = spikes.events.times, threads = sim.threads, random = math.random() }
  end

  local GRID <const> = { rate = { 10, 50, 200 }, trial = { 1, 2 } }

  it("gives the same on any number of processes, in the order of the points", function()
    local one = plain.encode { table.unpack(sweep.run(experiment, GRID, { processes = 1 })) }
    local four = plain.encode { table.unpack(sweep.run(experiment, GRID, { processes = 4 })) }
    assert.is_true(one == four)
  end)

  it("begins each point with the same memory, whatever has come of others", function()
    local results = sweep.run(function(p)
      -- tables as keys go by where they lie
      local order, keys = {}, {}
      for i = 1, 20 do keys[{}] = i end
      for _, i in pairs(keys) do order[#order + 1] = i end
      return { order = table.concat(order, " "), text = tostring({}), much = string.rep("x", 10000 * p.x) }
    end, { x = { 1, 2, 3, 4, 5, 6 } }, { processes = 2 })
    for _, row in ipairs(results) do
      assert.equal(results[1].order, row.order)
      assert.equal(results[1].text, row.text)
    end
  end)

  it("gives rows with parameters, seeds and what the function returned", function()
    local results = sweep.run(experiment, GRID)
    assert.equal(6, #results)
    assert.equal(0, #results.failed)
    assert.are.same({ 10, 1 }, { results[1].rate, results[1].trial })
    assert.are.same({ 10, 2 }, { results[2].rate, results[2].trial })
    assert.equal(1, results[1].threads)
    assert.not_equal(results[1].seed, results[2].seed)
    assert.not_equal(results[1].random, results[2].random)
    assert.is_true(#results[6].times > #results[1].times)
    assert.is_true(results:column("rate") == astro.vector { 10, 10, 50, 50, 200, 200 })
    assert.equal("Sweep(6 results, 0 failed)", tostring(results))
  end)

  it("makes seeds from the parameters: a larger grid keeps them, 2 and 2.0 are equal, another seed changes all", function()
    local function seeds(points, options)
      local found = {}
      for _, row in ipairs(sweep.run(function() end, points, options)) do found[row.x] = row.seed end
      return found
    end
    local few, more, other = seeds({ x = { 2, 3 } }), seeds({ x = { 1, 2.0, 3 } }), seeds({ x = { 2, 3 } }, { seed = 2 })
    assert.are.same({ few[2], few[3] }, { more[2], more[3] })
    assert.not_equal(few[2], other[2])
    assert.equal(77, sweep.run(function() end, { x = 1, seed = 77 })[1].seed)
  end)

  it("keeps failures with their parameters, and goes on", function()
    local results = sweep.run(function(p)
      if p.x == 2 then error("two is wrong") end
      if p.x == 3 then os.exit(7) end
      if p.x == 4 then os.execute("kill -KILL $PPID") end
      if p.x == 5 then return { f = print } end
      if p.x == 6 then return { x = 1 } end
      return p.x
    end, { x = { 1, 2, 3, 4, 5, 6, 7 } })
    assert.equal(2, #results)
    assert.are.same({ 1, 7 }, { results[1].value, results[2].value })
    local messages = {}
    for i, row in ipairs(results.failed) do
      assert.equal(i + 1, row.x)
      messages[i] = row.error
    end
    assert.is_truthy(messages[1]:find "sweep_spec.lua:%d+: two is wrong$")
    assert.equal("the process of this point ended with status 7 and left no result", messages[2])
    assert.equal("the process of this point was killed (perhaps for lack of memory) and left no result", messages[3])
    assert.equal("the result.f: a function is not plain data (numbers, strings, booleans, tables and Vectors are)", messages[4])
    assert.equal("the result names 'x', which is a parameter", messages[5])
  end)

  it("does only what is missing in its file, and tries again what failed", function()
    local path = temporary()
    local function run(points, bad)
      return sweep.run(function(p)
        if p.x == bad then error("not now") end
        return { square = p.x * p.x, process = os.time() .. tostring(bad) }
      end, points, { file = path })
    end
    run({ x = { 1, 2, 3 } }, 2)
    local before = contents(path)
    local results = run({ x = { 1, 2, 3, 4 } }, nil)
    assert.equal(before, contents(path):sub(1, #before))
    assert.equal(4, #results)
    assert.is_truthy(results[1].process:find "2$")
    assert.is_truthy(results[2].process:find "nil$")
    assert.is_true(results:column("square") == astro.vector { 1, 4, 9, 16 })
    os.remove(path)
  end)

  it("leaves out a last line that was cut off, and refuses other damage and other files", function()
    local path = temporary()
    local function run() return sweep.run(function(p) return p.x end, { x = { 1, 2, 3 } }, { file = path }) end
    run()
    local whole = contents(path)
    for _, cut in ipairs { 1, 5, 20 } do
      write(path, whole:sub(1, -1 - cut))
      assert.is_true(run():column("value") == astro.vector { 1, 2, 3 })
      assert.equal(#whole, #contents(path))
    end
    write(path, (whole:gsub("\n{", "\n[", 2)))
    local _, problem = pcall(run)
    assert.is_truthy(problem:find "line 2 is damaged at character %d+")
    write(path, "time_ms,sender\n1,2\n")
    _, problem = pcall(run)
    assert.is_truthy(problem:find "is not a file of results of a sweep, so nothing is added to it")
    assert.equal("time_ms,sender\n1,2\n", contents(path))
    os.remove(path)
  end)

  it("can use what was made before, each point its own copy", function()
    local sim = astro.Simulation { seed = 1, threads = 3 }
    local cells = sim:create("aeif_cond_alpha_astro", 200)
    sim:connect(cells, cells, { rule = "pairwise_bernoulli", p = 0.1 })
    sim:simulate(5)
    local results = sweep.run(function(p)
      cells:set { I_e = p.I_e }
      sim:simulate(50)
      return { state = sim:fingerprint() }
    end, { I_e = { 500, 800 } })
    assert.equal(5, sim.time)
    cells:set { I_e = 500 }
    sim:simulate(50)
    assert.equal(results[1].state, sim:fingerprint())
    assert.not_equal(results[1].state, results[2].state)
  end)

  it("results:save(path.csv)", function()
    local path = temporary() .. ".csv"
    sweep.run(function(p) return { y = p.x / 3, name = 'a "b"', list = { 1 } } end, { x = { 1, 2 }, seed = 5 }):save(path)
    assert.equal('name,seed,x,y\n"a ""b""",5,1,0.3333333333333333\n"a ""b""",5,2,0.6666666666666666\n', contents(path))
    os.remove(path)
  end)

  local function f() end
  local results = sweep.run(f, { x = 1 })
  local cases = {
    { function() sweep.run(3, {}) end, "run: f must be a function, got number" },
    { function() sweep.run(f, 3) end, "run: points must be a table, got number" },
    { function() sweep.run(f, { x = {} }) end, "grid: 'x' has no values" },
    { function() sweep.run(f, { { x = 1 }, 5 }) end, "run: point 2 must be a table of parameters, got number" },
    { function() sweep.run(f, { { x = 1 }, { x = 1.0 } }) end, "run: points 1 and 2 are equal; for repetitions add a parameter" },
    { function() sweep.run(f, { { x = print } }) end, "run: point 1: parameters.x: a function is not plain data" },
    { function() sweep.run(f, { x = 1, seed = "a" }) end, "run: point 1: seed = a must be a whole number" },
    { function() sweep.run(f, { x = 1 }, { proceses = 2 }) end, "run: there is no option 'proceses' %(did you mean 'processes'%?%)" },
    { function() sweep.run(f, { x = 1 }, { processes = 0 }) end, "run: processes = 0 is not allowed %(1 to 1024%)" },
    { function() sweep.run(f, { x = 1 }, { processes = 1.5 }) end, "run: processes = 1.5 must be a whole number" },
    { function() sweep.run(f, { x = 1 }, { file = "/nowhere/x" }) end, "run: can't write '/nowhere/x': No such file" },
    { function() results:column("y") end, "column: 'y' of row 1 is not a number but nil" },
    { function() results:save("x.txt") end, "save: the path must end in .csv, got x.txt" },
  }
  for _, case in ipairs(cases) do
    it("says " .. case[2], function()
      local line = debug.getinfo(case[1], "S").linedefined
      local done, problem = pcall(case[1])
      assert.is_false(done)
      assert.is_truthy(problem:find(":" .. line .. ": " .. case[2]), problem)
    end)
  end
end)
