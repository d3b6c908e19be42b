-- Models from equations: what the language means, against closed forms; the same numbers whatever the threads, and after load.
local astro = require "astro"
local reloaded = dofile "Tests/lua/reloaded.lua"

local made = 0

-- A model under a name of its own.
local function model(definition)
  made = made + 1
  definition.name = definition.name or "own_" .. made
  return astro.model(definition)
end

local function run(definition, ms, params)
  local sim = astro.Simulation { resolution = 0.1 }
  local cells = sim:create(model(definition), 1, params)
  sim:simulate(ms)
  return cells
end

-- The value of one of the cells.
local function at(cells, name, i)
  local values = cells:get(name)
  return type(values) == "number" and values or values[i]
end

local function near(expected, got, tolerance)
  tolerance = tolerance or 1e-12
  assert.truthy(math.abs(expected - got) <= tolerance * math.max(1, math.abs(expected)), ("%.17g is not %.17g"):format(got, expected))
end

describe("units", function()
  it("are converted", function()
    local cells = run({ parameters = { k = "2 1/s" }, state = { x = "1 mM", y = "0 V" }, equations = "dx/dt = 0.3*uM*k\ndy/dt = 5*mV/s" }, 1000)
    near(1 + 0.0006, at(cells, "x", 1))
    near(0.005, at(cells, "y", 1))
  end)

  it("of quantities are those behind the colon, else those of the field", function()
    local m = model { state = { C = "3 uM" }, equations = "dC/dt = 0\na = 2*C : nM\nb = 2*C\nc = 4*nS*10*mV" }
    local info = astro.models(m.name)
    assert.are.same({ "C", "a", "b", "c" }, info.recordables)
    assert.are.same({ "uM", "nM", "uM", "pA" }, info.recordable_units)
    local sim = astro.Simulation {}
    local cells = sim:create(m)
    near(6000, at(cells, "a", 1))
    near(40, at(cells, "c", 1))
  end)

  it("may be left out", function()
    local cells = run({ units = false, parameters = { tau = 10 }, state = { x = 1 }, equations = "dx/dt = -x/tau" }, 10)
    near(math.exp(-1), at(cells, "x", 1))
  end)

  it("without a name are products", function()
    local m = model { parameters = { s = "2 mV/ms^0.5" }, state = { x = "1 mV" }, equations = "dx/dt = s*xi" }
    assert.equal("mV/ms^0.5", astro.models(m.name).params[2].unit)
  end)
end)

describe("parameters", function()
  it("may be infinite where their default is", function()
    local m = model {
      parameters = { { "V_min", "-inf mV", "lowest V" }, { "top", "inf mV", "highest V", "> 0" }, { "n", -math.huge } }, state = { V = "0 mV" },
      equations = "dV/dt = -1*mV/ms\nq = clip(V, -5*mV, top)", events = { low = { when = "V < V_min", action = "V = V_min" } },
    }
    local rows = {}
    for _, row in ipairs(astro.models(m.name).params) do rows[row.name] = row end
    assert.are.same({ -math.huge, "mV", "any number or infinity" }, { rows.V_min.default, rows.V_min.unit, rows.V_min.range })
    assert.are.same({ math.huge, "> 0, infinity too" }, { rows.top.default, rows.top.range })
    assert.equal(-math.huge, rows.n.default)
    assert.is_truthy(m:page():find("| `V_min` | -inf | mV |", 1, true))

    local sim = astro.Simulation { resolution = 0.1 }
    local cells = sim:create(m, 3, { V_min = { -3.5, -math.huge, -8 } })
    sim:simulate(5)
    near(-3.5, at(cells, "V", 1))
    near(-5, at(cells, "V", 2))
    cells[1]:set { V_min = -math.huge }
    local loaded = reloaded(sim)
    sim:simulate(5)
    loaded:simulate(5)
    near(-8.5, at(cells, "V", 1))
    near(-8, at(cells, "V", 3))
    assert.equal(sim:fingerprint(), loaded:fingerprint())
    assert.are.same({ -math.huge, -math.huge, -8 }, loaded:populations()[1]:get("V_min"):totable())
    assert.has_error(function() cells:set { top = -1 } end)
    assert.has_error(function() cells:set { V = -math.huge } end)
  end)
end)

describe("expressions", function()
  local values = {
    ["2 + 3*4^2"] = 50, ["-2^2"] = -4, ["2^3^2"] = 512, ["2**-1"] = 0.5, ["7 % 3"] = 1, ["-7 % 3"] = 2, ["1 if 2 > 1 else 0"] = 1,
    ["1 if 2 > 1 and not 1 > 2 else 0"] = 1, ["int(3.7)"] = 3, ["int(-3.7)"] = -3, ["int(2 > 1)"] = 1, ["step(0)"] = 1, ["step(-1)"] = 0,
    ["sign(-3)"] = -1, ["min(3, 1, 2)"] = 1, ["max(3, 1, 2)"] = 3, ["clip(5, 0, 2)"] = 2, ["abs(-3)"] = 3, ["floor(-1.5)"] = -2,
    ["ceil(-1.5)"] = -1, ["sqrt(9)"] = 3, ["exp(1)"] = math.exp(1), ["expm1(1e-9)"] = 1.0000000005e-9, ["log(10)"] = math.log(10),
    ["log10(1000)"] = 3, ["sin(1)"] = math.sin(1), ["cos(100)"] = math.cos(100), ["tanh(0.5)"] = 0.46211715726000976,
    ["sinh(1)"] = 1.1752011936438014, ["cosh(1)"] = 1.5430806348152437, ["exprel(0)"] = 1, ["exprel(1e-12)"] = 1.0000000000005,
    ["exprel(-2)"] = (1 - math.exp(-2)) / 2, ["pi"] = math.pi, ["2^0.5"] = math.sqrt(2), ["2^2.5"] = 2 ^ 2.5, ["exp(-800)"] = 0,
    ["1/(1 + exp(1000))"] = 0, ["0.1e1 + .5"] = 1.5, ["3*(1 # a comment\n + 1)"] = 6, ["1 +\n 2"] = 3,
  }
  for text, value in pairs(values) do
    it(text:gsub("\n", " "), function()
      -- of numbers alone, and of a state
      local m = model { state = { x = 1 }, equations = "dx/dt = 0\ny = " .. text .. "\nz = x*(" .. text .. ")" }
      local sim = astro.Simulation {}
      local cells = sim:create(m)
      near(value, at(cells, "y", 1), 4e-16 * 4)
      near(value, at(cells, "z", 1), 4e-16 * 4)
    end)
  end

  it("of hundreds of terms in any order of lines", function()
    local lines = { "dx/dt = 0" }
    for i = 1, 400 do lines[#lines + 1] = ("q%d = %s"):format(i, i < 400 and ("q%d + x"):format(i + 1) or "x") end
    local sim = astro.Simulation {}
    local terms = {}
    for i = 1, 900 do terms[i] = "x*" .. i end
    lines[#lines + 1] = "sum = " .. table.concat(terms, " + ")
    local cells = sim:create(model { state = { x = 2 }, equations = table.concat(lines, "\n") })
    assert.equal(800, at(cells, "q1", 1))
    assert.equal(900 * 901, at(cells, "sum", 1))
  end)

  it("with 64 states", function()
    local state, lines = {}, {}
    for i = 1, 64 do
      state[i] = { "x" .. i, 1 }
      lines[i] = i == 1 and "dx1/dt = -x1/(5*ms)" or ("dx%d/dt = (x%d - x%d)/(5*ms)"):format(i, i - 1, i)
    end
    local sim = astro.Simulation {}
    local cells = sim:create(model { state = state, equations = table.concat(lines, "\n") })
    sim:simulate(5)
    -- a chain of first-order stages, all filled at the start: a Poisson sum
    local sum, term = 0, math.exp(-1)
    for k = 0, 63 do
      sum = sum + term
      term = term / (k + 1)
      if k < 20 then near(sum, at(cells, "x" .. k + 1, 1), 1e-13) end
    end
  end)
end)

describe("methods", function()
  local function logistic(method, h)
    local sim = astro.Simulation { resolution = h }
    local cells = sim:create(model { state = { x = 0.1 }, equations = "dx/dt = x*(1 - x)/(1*ms)", method = method })
    sim:simulate(2)
    return math.abs(at(cells, "x", 1) - 1 / (1 + 9 * math.exp(-2)))
  end
  for method, order in pairs { euler = 1, heun = 2, rk4 = 4, auto = 4 } do
    it(method .. " has its order", function()
      local ratio = logistic(method, 0.2) / logistic(method, 0.1)
      assert.truthy(ratio > 2 ^ order * 0.75 and ratio < 2 ^ order * 1.4, tostring(ratio))
    end)
  end

  it("rkf45 keeps to its tolerance", function() assert.truthy(logistic("rkf45", 0.5) < 1e-5) end)

  it("exponential_euler is exact where it can be", function()
    local cells = run({ state = { x = "0 mV" }, parameters = { tau = "3 ms" }, equations = "dx/dt = (4*mV - x)/tau", method = "exponential_euler" }, 6)
    near(4 * (1 - math.exp(-2)), at(cells, "x", 1))
  end)

  it("what is linear goes exactly, equal and almost equal time constants included", function()
    for _, tau_m in ipairs { 10, 2, 2 + 1e-9, 2 + 1e-5 } do
      local sim = astro.Simulation { resolution = 0.1 }
      local cells = sim:create(model {
        parameters = { tau_m = "10 ms", tau = "2 ms" }, state = { V = "0 mV", I = "1 mV/ms", dI = "0.5 mV/ms^2" },
        equations = "dV/dt = -V/tau_m + I\ndI/dt = -I/tau + dI\nddI/dt = -dI/tau", method = "exact",
      }, 1, { tau_m = tau_m })
      sim:simulate(3)
      -- by a series of the system's matrix in many small steps
      local V, I, dI, n = 0, 1, 0.5, 30000
      for _ = 1, n do
        local h = 3 / n
        local function f(v, i, d) return -v / tau_m + i, -i / 2 + d, -d / 2 end
        local a1, b1, c1 = f(V, I, dI)
        local a2, b2, c2 = f(V + h / 2 * a1, I + h / 2 * b1, dI + h / 2 * c1)
        local a3, b3, c3 = f(V + h / 2 * a2, I + h / 2 * b2, dI + h / 2 * c2)
        local a4, b4, c4 = f(V + h * a3, I + h * b3, dI + h * c3)
        V, I, dI = V + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4), I + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4), dI + h / 6 * (c1 + 2 * c2 + 2 * c3 + c4)
      end
      near(V, at(cells, "V", 1), 1e-11)
    end
  end)

  it("cells with parameters of their own go as those that share them", function()
    local m = model {
      parameters = { tau = "10 ms", tau_s = "2 ms" }, state = { V = "0 mV", I = "1 mV/ms", x = 0.3 },
      equations = "dV/dt = -V/tau + I\ndI/dt = -I/tau_s\ndx/dt = x*(1 - x)/tau",
    }
    local sim = astro.Simulation {}
    local shared, own = sim:create(m, 40, { tau = 7 }), sim:create(m, 40, { tau = 7, tau_s = 2 })
    own:set { tau = astro.vector((function() local t = {} for i = 1, 40 do t[i] = i == 3 and 9 or 7 end return t end)()) }
    sim:simulate(20)
    for _, name in ipairs { "V", "I", "x" } do assert.equal(at(shared, name, 7), at(own, name, 7)) end
  end)
end)

describe("spikes and events", function()
  local function counter(extra)
    local t = { state = { n = 0, x = 0 }, equations = "dn/dt = 1/ms\ndx/dt = 1/ms" }
    for key, value in pairs(extra) do t[key] = value end
    return t
  end

  local function times(t, ms, resolution)
    local sim = astro.Simulation { resolution = resolution or 1 }
    local cells = sim:create(model(t))
    local rec = sim:record(cells)
    sim:simulate(ms)
    return rec.events.times:totable(), cells, sim
  end

  it("a refractory time is rounded up and counts from the spike's step; the look comes after the step that follows", function()
    local got = times({ state = { n = 0 }, equations = "dn/dt = 0", spike = { when = "n < 1", refractory = "2.1*ms" } }, 13)
    assert.are.same({ 1, 5, 9, 13 }, got)
    got = times({ state = { n = 0 }, equations = "dn/dt = 0", spike = { when = "n < 1" } }, 3)
    assert.are.same({ 1, 2, 3 }, got)
    got = times({ state = { n = 0 }, equations = "dn/dt = 0", spike = { when = "n < 1", refractory = "0*ms" } }, 3)
    assert.are.same({ 1, 2, 3 }, got)
  end)

  it("held states stand still, the others go on", function()
    local _, cells = times(counter { spike = { when = "n >= 2", refractory = "3*ms", hold = "n" } }, 5)
    assert.equal(2, at(cells, "n", 1))
    assert.equal(5, at(cells, "x", 1))
  end)

  it("who reads a held state sees it stand", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local cells = sim:create(model {
      state = { V = 1, w = 0 }, equations = "dV/dt = -V/(5*ms)\ndw/dt = (V - w)/(10*ms)",
      spike = { when = "V > 0.5", action = "V = 2; w = 0", refractory = "4*ms", hold = "V" },
    })
    sim:simulate(0.1)
    sim:simulate(4)
    near(2, at(cells, "V", 1))
    near(2 * (1 - math.exp(-0.4)), at(cells, "w", 1), 1e-13)
  end)

  it("a refractory condition lasts to the end of the first step in which it is false", function()
    local got = times(counter { spike = { when = "x > 0", action = "n = 0", refractory = "n < 2" } }, 8)
    assert.are.same({ 1, 4, 7 }, got)
  end)

  it("statements see what those before left; last(X) is from the end of the step before", function()
    local _, cells = times(counter { spike = { when = "n > 2 and last(n) <= 2", action = "d = n - last(n); x = 10*d; n -= 3; x += n" } }, 3)
    assert.equal(0, at(cells, "n", 1))
    assert.equal(10, at(cells, "x", 1))
  end)

  it("a crossing fires once", function()
    local t = counter { events = { up = { crossing = "n > 2", action = "x += 100" }, down = { crossing = "n < 1.5", action = "x += 1000" } } }
    local sim = astro.Simulation { resolution = 1 }
    local cells = sim:create(model(t))
    local up, down = sim:record(cells, nil, { event = "up" }), sim:record(cells, nil, { event = "down" })
    sim:simulate(6)
    assert.are.same({ 3 }, up.events.times:totable())
    -- true at the start: it does not cross
    assert.are.same({}, down.events.times:totable())
    assert.equal(106, at(cells, "x", 1))
    assert.has_error(function() sim:record(cells, nil, { event = "upp" }) end)
  end)

  it("events act by name, each on what the one before left", function()
    local _, cells = times(counter {
      spike = { when = "n >= 2", action = "x = 1; n = 0" },
      events = { b = { when = "x == 2", action = "x = 3" }, a = { when = "x == 1 and n == 0", action = "x = 2" } },
    }, 2)
    assert.equal(3, at(cells, "x", 1))
  end)

  it("arrive by sign and receptor, summed, each text once", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local m = model {
      state = { a = "0 nS", b = "0 nS", c = "0 pA", d = "0 pA" }, equations = "da/dt = 0\ndb/dt = 0\ndc/dt = 0\ndd/dt = 0",
      on_spike = { AMPA = { excitatory = "a += weight", inhibitory = "b += weight" }, GABA = "c += 2*weight; d -= weight" },
    }
    local cells = sim:create(m)
    local source = sim:create("spike_generator", 1, { spike_times = { 1, 1, 2 } })
    sim:connect(source, cells, "one_to_one", { receptor_type = "AMPA", weight = 3 })
    sim:connect(source, cells, "one_to_one", { receptor_type = "AMPA", weight = -5 })
    sim:connect(source, cells, "one_to_one", { receptor_type = "GABA", weight = -1 })
    sim:connect(source, cells, "one_to_one", { receptor_type = "GABA", weight = 4 })
    sim:simulate(5)
    assert.are.same({ 9, -15, 18, -9 }, { at(cells, "a", 1), at(cells, "b", 1), at(cells, "c", 1), at(cells, "d", 1) })
    assert.has_error(function() sim:connect(source, cells, "one_to_one", { receptor_type = "NMDA" }) end)
  end)

  describe("receptor_type from connection to connection", function()
    -- Counts what arrives: `a` on AMPA, `b` on GABA.
    local counting = model {
      name = "counts_receptors", state = { a = 0, b = 0 }, inputs = { I_SIC = "signal pA" }, equations = "da/dt = 0\ndb/dt = 0",
      on_spike = { AMPA = "a += weight", GABA = "b += weight" },
    }

    -- Senders of one spike, which is a cell's or a generator's, and cells that count.
    local function network(kind, count, options)
      local sim = astro.Simulation(options or {})
      local source = sim:create("spike_generator", kind == "generators" and count or 1, { spike_times = { 1 } })
      local senders = source
      if kind == "cells" then
        senders = sim:create("parrot_neuron", count)
        sim:connect(source, senders)
      end
      return sim, senders, sim:create(counting, count)
    end

    -- What cells have counted, and what their connections say that they should have.
    local function check(sim, senders, cells)
      local c = sim:connections { source = senders, target = cells }
      local a, b, receptors, weights, targets, first = {}, {}, c:get "receptor_type", c.weight, c.target, cells.ids[1]
      for i = 1, #cells do a[i], b[i] = 0, 0 end
      for i = 1, #c do
        local sums = receptors[i] == 0 and a or b
        local cell = targets[i] - first + 1
        sums[cell] = sums[cell] + weights[i]
      end
      sim:simulate(5)
      for i = 1, #cells do
        near(a[i], at(cells, "a", i))
        near(b[i], at(cells, "b", i))
      end
      return c
    end

    for _, kind in ipairs { "cells", "generators" } do
      it("is a list of names or numbers, for " .. kind, function()
        local sim, senders, cells = network(kind, 3)
        assert.equal(3, sim:connect(senders, cells, "one_to_one", { receptor_type = { "GABA", "AMPA", "GABA" }, weight = { 1, 2, 4 } }))
        local numbers = { 0, 1, 1, 1, 0, 1, 0, 0, 1 }
        assert.equal(9, sim:connect(senders, cells, "all_to_all", { receptor_type = numbers, weight = { 8, 16, 32, 64, 128, 256, 512, 1024, 2048 } }))
        local c = check(sim, senders, cells)
        -- as the rule has them: by source, then by target
        assert.are.same({ 1, 0, 1, table.unpack(numbers) }, c:get("receptor_type"):totable())
        assert.are.same({ 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048 }, c.weight:totable())
        assert.are.same({ 8 + 512, 2 + 128 + 1024, 0 }, cells:get("a"):totable())
        assert.are.same({ 1 + 64, 16, 4 + 32 + 256 + 2048 }, cells:get("b"):totable())
        assert.are.same({ 0, 1, 0 }, sim:connections({ source = senders, target = cells[2] }):get("receptor_type"):slice(1, 3):totable())
      end)

      it("is drawn for each, for " .. kind, function()
        local count = 200
        local drawn = { receptor_type = astro.random.uniform_int(2), weight = astro.random.uniform(1, 2), delay = astro.random.uniform(1, 2) }
        local rule = { rule = "pairwise_bernoulli", p = 0.1 }
        local prints = {}
        for threads = 1, 3, 2 do
          local sim, senders, cells = network(kind, count, { threads = threads, seed = 4 })
          local number = sim:connect(senders, cells, rule, drawn)
          local c = check(sim, senders, cells)
          -- half of them on each
          near(0.5, c:get("receptor_type"):mean(), 4 * 0.5 / math.sqrt(number))
          prints[#prints + 1] = sim:fingerprint() .. table.concat(c:get("receptor_type"):totable())
        end
        assert.equal(prints[1], prints[2])
      end)

      it("is in checkpoints and files, for " .. kind, function()
        local io_module = require "astro.io"
        local sim, senders, cells = network(kind, 70)
        sim:connect(senders, cells, { rule = "fixed_indegree", indegree = 5 }, { receptor_type = astro.random.uniform_int(2) })
        local path = os.tmpname()
        sim:save(path)
        local loaded = astro.load(path)
        os.remove(path)
        for _, ending in ipairs { ".csv", ".h5" } do
          io_module.save_connections(sim:connections { target = cells }, path .. ending)
          local again, _, same = network(kind, 70)
          assert.equal(350, io_module.connect(again, path .. ending))
          os.remove(path .. ending)
          local of, to = again:connections { target = same }, sim:connections { target = cells }
          assert.is_true(of:get("receptor_type") == to:get("receptor_type") and of.source == to.source and of.target == to.target)
        end
        sim:simulate(5)
        loaded:simulate(5)
        assert.equal(sim:fingerprint(), loaded:fingerprint())
        assert.are.same(sim:connections():get("receptor_type"):totable(), loaded:connections():get("receptor_type"):totable())
      end)
    end

    it("goes with synapses that have states, and reaches what a receptor does not hear", function()
      local sim = astro.Simulation { seed = 3 }
      local source = sim:create("spike_generator", 1, { spike_times = { 1, 2, 3 } })
      local parrots, cells = sim:create("parrot_neuron", 4), sim:create(counting, 4)
      sim:connect(source, parrots)
      local plastic = { synapse_model = "tsodyks_synapse", U = 0.5, tau_rec = 100, receptor_type = { 0, 1, 0, 1 } }
      sim:connect(parrots, cells, "one_to_one", plastic)
      sim:connect(parrots, cells, "one_to_one", { synapse_model = "tsodyks_synapse", U = 0.5, tau_rec = 100, receptor_type = "AMPA", weight = 10 })
      -- receptor 1 of a parrot_neuron hears nothing
      local heard = sim:create("parrot_neuron", 4)
      sim:connect(parrots, heard, "one_to_one", { receptor_type = { 0, 1, 1, 0 } })
      local spikes = sim:record(heard)
      sim:simulate(10)
      local a, b = cells:get "a", cells:get "b"
      near(a[1], a[3])
      near(a[2] + b[2], a[1])
      near(10 * b[2], a[2])
      assert.are.same({ 3, 0, 0, 3 }, { spikes.events.senders:eq(heard.ids[1]):sum(), spikes.events.senders:eq(heard.ids[2]):sum(),
        spikes.events.senders:eq(heard.ids[3]):sum(), spikes.events.senders:eq(heard.ids[4]):sum() })
    end)

    it("goes with third factors", function()
      local sim, senders, cells = network("cells", 60)
      local glia = sim:create("astrocyte_lr_1994", 60)
      sim:tripartite_connect(senders, cells, glia, { rule = "pairwise_bernoulli", p = 0.2 }, { rule = "third_factor_bernoulli_with_pool", p = 0.5 },
        { primary = { receptor_type = astro.random.uniform_int(2) }, third_out = { synapse_model = "sic_connection" } })
      near(0.5, check(sim, senders, cells):get("receptor_type"):mean(), 0.1)
    end)

    it("is refused where it is no receptor", function()
      local sim, senders, cells = network("cells", 2)
      local function refuses(receptor, message)
        local ok, wrong = pcall(function() sim:connect(senders, cells, "all_to_all", { receptor_type = receptor }) end)
        assert.is_false(ok)
        assert.is_truthy(wrong:find(message, 1, true), wrong)
        assert.equal(2, sim.num_connections)
      end
      refuses({ "AMPA", "GABA" }, "receptor_type has 2 values for 4 connections")
      refuses({ "AMPA", "GABA", "NMDA", "GABA" }, "counts_receptors has no receptor 'NMDA'")
      refuses({ 0, 1, 2, 1 }, "receptor_type = 2 is not a receptor (0 or 1)")
      refuses({ 0, 1, 0.5, 1 }, "receptor_type = 0.5 is not a receptor")
      refuses(astro.random.uniform_int(3), "receptor_type = 2 is not a receptor (0 or 1)")
      refuses(astro.random.normal(0, 1), "receptor_type: normal(0, 1) gives no whole numbers (uniform_int does)")
      refuses(astro.random.redraw(astro.random.uniform_int(9), 1, 2), "receptor_type = 2 is not a receptor (0 or 1)")
      sim:connect(senders, cells, "all_to_all", { receptor_type = astro.random.redraw(astro.random.uniform_int(9), 0, 1) })
      local ok, wrong = pcall(function() sim:connect(senders, cells, { rule = "fixed_indegree", indegree = 2 }, { receptor_type = { "AMPA", "GABA" } }) end)
      assert.is_false(ok)
      assert.is_truthy(wrong:find("a list needs the rule", 1, true), wrong)
    end)
  end)

  it("what spikes would add to held states is lost", function()
    local sim = astro.Simulation { resolution = 1 }
    local cells = sim:create(model {
      state = { V = 0, n = 0 }, equations = "dV/dt = 0\ndn/dt = 0", on_spike = "V += weight; n += weight",
      spike = { when = "V >= 1", action = "V = 0", refractory = "3*ms", hold = "V" },
    })
    sim:connect(sim:create("spike_generator", 1, { spike_times = { 1, 2, 3, 8 } }), cells, "one_to_one", { weight = 1 })
    local rec = sim:record(cells)
    sim:simulate(12)
    assert.are.same({ 2, 9 }, rec.events.times:totable())
    assert.equal(4, at(cells, "n", 1))
  end)

  it("rkf45 does not take a trial that explodes", function()
    local function membrane(resolution)
      local sim = astro.Simulation { resolution = resolution }
      local cell = sim:create("hh_psc_alpha", { V_m = 10, Act_n = 0.8 })
      sim:simulate(0.5)
      return cell:get "V_m"
    end
    -- NEST 3.10, whose tolerance is 1e-3: -76.2420
    assert.near(-76.242, membrane(0.1), 1e-3)
    assert.near(membrane(0.01), membrane(0.1), 1e-4)
  end)

  it("in rkf45 what arrives is looked at in its step", function()
    local sim = astro.Simulation { resolution = 1 }
    local cells = sim:create(model {
      state = { V = 0 }, equations = "dV/dt = -V/(10*ms)", on_spike = "V += weight", method = "rkf45",
      spike = { when = "V >= 1", action = "V = 0", refractory = "2*ms", hold = "V" },
    })
    sim:connect(sim:create("spike_generator", 1, { spike_times = { 1 } }), cells, "one_to_one", { weight = 2 })
    local rec = sim:record(cells)
    sim:simulate(6)
    assert.are.same({ 2 }, rec.events.times:totable())
  end)

  it("a draw in a condition is that of cell and step", function()
    local sim = astro.Simulation { resolution = 0.1, seed = 5 }
    local cells = sim:create(model { parameters = { rate = "50 Hz" }, state = { n = 0 }, equations = "dn/dt = 0", spike = { when = "rand() < rate*dt", action = "n += 1" } }, 400)
    sim:simulate(1000)
    -- 20 000 spikes
    near(50, cells:get("n"):mean(), 4 / math.sqrt(20000))
  end)

  it("counts are drawn in actions", function()
    local sim = astro.Simulation { resolution = 1 }
    local cells = sim:create(model {
      state = { a = 0, b = 0, c = 0, d = 0 }, equations = "da/dt = 0\ndb/dt = 0\ndc/dt = 0\ndd/dt = 0",
      spike = { when = "a >= 0", action = "a += poisson(3); b += poisson(50); c += binomial(10, 0.3); d += binomial(1000, 0.2)" },
    }, 1000)
    sim:simulate(20)
    near(60, cells:get("a"):mean(), 4 * math.sqrt(60 / 1000) / 60)
    near(1000, cells:get("b"):mean(), 4 * math.sqrt(1000 / 1000) / 1000)
    near(60, cells:get("c"):mean(), 4 * math.sqrt(42 / 1000) / 60)
    near(4000, cells:get("d"):mean(), 4 * math.sqrt(3200 / 1000) / 4000)
  end)
end)

describe("noise", function()
  local function moments(t, ms, n)
    local sim = astro.Simulation { resolution = 0.1, seed = 2, threads = 2 }
    local cells = sim:create(model(t), n or 20000)
    sim:simulate(ms)
    return cells:get("x"):mean(), cells:get("x"):std()
  end

  it("gives an Ornstein-Uhlenbeck process its moments", function()
    local mean, std = moments({ parameters = { tau = "5 ms" }, state = { x = "3 mV" }, equations = "dx/dt = (3*mV - x)/tau + 2*mV*sqrt(2/tau)*xi" }, 50)
    near(3, mean, 4 * 2 / math.sqrt(20000) / 3)
    -- of the Euler scheme
    near(2 * math.sqrt(1 / (1 - 0.01)), std, 4 / math.sqrt(40000))
  end)

  it("of Itô and of Stratonovich differ where it multiplies a state", function()
    local t = { state = { x = 1 }, equations = "dx/dt = 0.2/ms^0.5*x*xi" }
    t.method = "milstein"
    local ito = moments(t, 10)
    t.method, t.name = "heun", nil
    local stratonovich = moments(t, 10)
    near(1, ito, 4 * 0.7 / math.sqrt(20000))
    near(math.exp(0.2), stratonovich, 5 * 0.9 / math.sqrt(20000))
  end)

  it("auto takes milstein where noise multiplies a state, else euler", function()
    assert.truthy(model({ state = { x = 1 }, equations = "dx/dt = 0.2/ms^0.5*x*xi" }):explain():find "milstein")
    assert.truthy(model({ state = { x = 1 }, equations = "dx/dt = 0.2/ms^0.5*xi" }):explain():find "euler")
  end)

  it("the same name is the same noise, another is another", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local cells = sim:create(model { state = { a = 0, b = 0, c = 0 }, equations = "da/dt = 1/ms^0.5*xi\ndb/dt = 1/ms^0.5*xi\ndc/dt = 1/ms^0.5*xi_2" }, 10)
    sim:simulate(10)
    for i = 1, 10 do
      assert.equal(at(cells, "a", i), at(cells, "b", i))
      assert.are_not.equal(at(cells, "a", i), at(cells, "c", i))
    end
  end)
end)

describe("a model", function()
  it("starts by formulas of parameters, place and draws, in create only", function()
    local m = model {
      parameters = { E_L = "-70 mV" }, state = { V = "E_L + 2*mV*i", r = "rand()", g = "3 + randn()", w = "0 pA" },
      equations = "dV/dt = 0\ndr/dt = 0\ndg/dt = 0\ndw/dt = 0",
    }
    local sim = astro.Simulation { seed = 1 }
    local cells = sim:create(m, 1000, { E_L = -60, w = 4 })
    assert.are.same({ -60, -58, -56 }, { at(cells, "V", 1), at(cells, "V", 2), at(cells, "V", 3) })
    near(0.5, cells:get("r"):mean(), 0.08)
    near(3, cells:get("g"):mean(), 0.05)
    assert.equal(4, at(cells, "w", 1))
    cells:set { E_L = -50 }
    assert.equal(-60, at(cells, "V", 1))
    assert.equal(7, at(sim:create(m, 1, { V = 7 }), "V", 1))
  end)

  it("with a step of its own takes means of inputs and sums of spikes", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local cells = sim:create(model {
      state = { x = "0 pA*ms", n = 0 }, inputs = { I = "current pA" }, equations = "dx/dt = I\ndn/dt = 0", on_spike = "n += weight", step = 1,
      method = "euler",
    })
    local current = sim:create("step_current_generator", 1, { amplitude_times = { 0.5, 1.5 }, amplitude_values = { 10, 0 } })
    sim:connect(current, cells, "one_to_one", { delay = 0.1 })
    sim:connect(sim:create("spike_generator", 1, { spike_times = { 0.2, 0.5 } }), cells, "one_to_one", { delay = 0.1 })
    local rec = sim:record(cells, { "x", "n" }, { interval = 0.1 })
    sim:simulate(4)
    local x, n = rec.events.x, rec.events.n
    assert.equal(0, n[9])
    assert.equal(2, n[10])
    assert.equal(0, x[9])
    for i = 11, 19 do assert.equal(x[10], x[i]) end
    -- all that was injected has arrived
    near(10, x[40], 1e-12)
    assert.has_error(function()
      local other = astro.Simulation { resolution = 0.3 }
      other:create(model { state = { x = 0 }, equations = "dx/dt = 0", step = 1 })
    end)
  end)

  it("is one model if defined twice, another under the same name for what is made from then on", function()
    local t = { name = "twice", state = { x = 1 }, equations = "dx/dt = 0" }
    local a = astro.model(t)
    assert.equal(a, astro.model(t))
    local sim = astro.Simulation {}
    local old = sim:create("twice")
    t.state, t.equations = { y = 2 }, "dy/dt = 0"
    assert.are_not.equal(a, astro.model(t))
    assert.equal(1, at(old, "x", 1))
    assert.equal(2, at(sim:create("twice"), "y", 1))
  end)

  it("whose state is not finite stops the run with cell, state and time", function()
    local sim = astro.Simulation {}
    sim:create(model { state = { x = 1 }, equations = "dx/dt = x^2/(1*ms)", method = "euler" })
    local fine, message = pcall(sim.simulate, sim, 1000)
    assert.is_false(fine)
    assert.truthy(message:find "node 1" and message:find "x = ")
  end)

  it("has a page, help and parameters with units", function()
    local m = model { name = "paged", parameters = { { "tau", "10 ms", "time constant", "> 0" } }, state = { x = "1 mV" }, equations = "dx/dt = -x/tau" }
    assert.truthy(m:page():find("| `tau` | 10 | ms | > 0 | time constant |", 1, true))
    assert.truthy(m:explain("latex"):find("\\frac{\\mathrm{d}x}{\\mathrm{d}t}", 1, true))
    local sim = astro.Simulation {}
    assert.has_error(function() sim:create(m, 1, { tau = 0 }) end)
    assert.has_error(function() sim:create(m, 1, { tua = 1 }) end)
  end)

  it("sends any state or quantity as a signal, with units converted", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local m = model { parameters = { k = "0 1/ms" }, state = { X = "2 uM", Y = "0 nM*ms" }, inputs = { J = "signal nM" }, equations = "dX/dt = k*X\ndY/dt = J\nZ = 3*X : mM" }
    local a, b = sim:create(m, 2), sim:create(m)
    sim:connect(a, b, "all_to_all", { synapse_model = "signal_connection", signal = "Z", input = "J", weight = 0.5, delay = 1 })
    local rec = sim:record(b, { "J" }, { interval = 0.1 })
    sim:simulate(3)
    local J = rec.events.J
    -- the value at the end of the first step arrives 1 ms later
    assert.equal(0, J[10])
    near(6000, J[11])
    near(6000 * 1.9, at(b, "Y", 1), 1e-9)
    local neuron = sim:create("aeif_cond_alpha_astro")
    assert.has_error(function() -- pA onto nM
      sim:connect(neuron, b, "all_to_all", { synapse_model = "signal_connection", signal = "w", input = "J" })
    end)
    assert.has_error(function() sim:connect(a, b, "all_to_all", { synapse_model = "signal_connection", signal = "z", input = "J" }) end)
  end)

  it("gives the same numbers on any number of threads and after load", function()
    local m = model {
      parameters = { tau = "10 ms", x_th = "5 mV" }, state = { x = "0 mV", n = 0, w = "rand() + i" }, inputs = { I = "current pA" },
      equations = "dx/dt = (20*mV - x)/tau + 0.1*mV/pA/ms*I + 1*mV/ms^0.5*xi\ndn/dt = 0\ndw/dt = -0.001/ms*w*w\nh = 2*x + 1*mV/ms*t : V",
      on_spike = "x += weight",
      spike = { when = "x > x_th and rand() < 0.1", action = "x = 0; n += 1", refractory = "1*ms", hold = "x" },
      events = { half = { crossing = "x > x_th/2", action = "w += randn() + poisson(3)" } },
    }
    local function build(threads)
      local sim = astro.Simulation { seed = 3, threads = threads }
      local cells = sim:create(m, 700, { tau = astro.random.uniform(8, 12) })
      sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 5 }, { weight = 0.3, delay = 1.5 })
      sim:record(cells, nil, { event = "half", label = "half" })
      return sim
    end
    local one, three = build(1), build(3)
    one:simulate(30)
    three:simulate(12)
    local path = os.tmpname()
    three:save(path)
    local again = astro.load(path, { threads = 2 })
    os.remove(path)
    again:simulate(18)
    three:simulate(18)
    assert.equal(one:fingerprint(), three:fingerprint())
    assert.equal(one:fingerprint(), again:fingerprint())
    assert.are.same(one:recorder("half").events.times:totable(), again:recorder("half").events.times:totable())
  end)

  it("advances each cell by itself, however many there are, whoever has them", function()
    for _, method in ipairs { "rk4", "rkf45", "auto" } do
      local m = model {
        parameters = { a = 1 }, state = { x = 0.1, y = 0 }, equations = "dx/dt = a*x*(1 - x)/(3*ms)\ndy/dt = (x - y)/(5*ms)", method = method,
        spike = { when = "x > 0.9 and last(x) <= 0.9", action = "x = 0.2", refractory = "1*ms", hold = "x" },
      }
      local function values(n, threads)
        local sim = astro.Simulation { threads = threads }
        local a = {}
        for i = 1, n do a[i] = 1 + i / 100 end
        local cells = sim:create(m, n, { a = astro.vector(a) })
        sim:simulate(12)
        return cells:get("x"), cells:get("y")
      end
      local x, y = values(900, 1)
      for _, other in ipairs { { 900, 3 }, { 150, 1 }, { 33, 1 }, { 70, 2 } } do
        local u, v = values(other[1], other[2])
        for i = 1, other[1] do
          assert.equal(x[i], u[i])
          assert.equal(y[i], v[i])
        end
      end
    end
  end)

  it("refuses the names of the program's models", function()
    assert.has_error(function() astro.model { name = "iaf_psc_exp", state = { x = 1 }, equations = "dx/dt = 0" } end)
  end)
end)

describe("LaTeX", function()
  local COMMANDS = {}
  for name in ([[begin end frac mathrm left right text operatorname cdot sqrt lfloor rfloor lceil rceil bmod le ge ne wedge vee neg
    exp ln sin cos tanh sinh cosh min max pi alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi
    psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega]]):gmatch "%a+" do COMMANDS[name] = true end

  -- What LaTeX (with amsmath) would stumble over, and what it would set otherwise than meant.
  local function check(tex, name)
    local open = {}
    local function close(kind, place)
      assert.equal(kind, table.remove(open), ("%s: %s"):format(name, tex:sub(math.max(1, place - 40), place + 40)))
    end
    local i = 1
    while i <= #tex do
      local c, word = tex:sub(i, i), tex:match("^\\(%a+)", i)
      if word then
        assert.is_true(COMMANDS[word], name .. ": \\" .. word)
        local environment = (word == "begin" or word == "end") and tex:match("^{(%a+)}", i + #word + 1)
        if word == "begin" then open[#open + 1] = environment end
        if word == "end" then close(environment, i) end
        if word == "left" then open[#open + 1] = "left" end
        if word == "right" then close("left", i) end
        i = i + #word + (environment and #environment + 2 or 0)
      elseif c == "\\" then
        assert.is_truthy(tex:find("^[\\,_]", i + 1), name)
        i = i + 1
      elseif c == "{" then
        open[#open + 1] = c
      elseif c == "}" then
        close("{", i)
      elseif c == "_" or c == "^" then
        assert.equal("{", tex:sub(i + 1, i + 1), name)
      elseif c == "&" then
        assert.is_truthy(open[#open] == "aligned" or open[#open] == "cases", name)
      end
      assert.is_nil(c:find '[#%%$~"\'`]', name)
      i = i + 1
    end
    assert.equal(0, #open, name)
    for _, wrong in ipairs { "\\,\\,", "{\\,", "- -", "+ -", "\\,-" } do assert.is_nil(tex:find(wrong, 1, true), name .. ": " .. wrong) end
    assert.is_truthy(tex:find("^\\begin{aligned}\n.*\n\\end{aligned}$"), name)
  end

  it("of every model of the library is whole", function()
    local count = 0
    for _, name in ipairs(astro.models()) do
      local done, source = pcall(require, "astro.models." .. name)
      if done and not source.on_pre then
        local copy = {}
        for key, value in pairs(source) do copy[key] = key ~= "name" and value or nil end
        check(model(copy):explain("latex"), name)
        count = count + 1
      end
    end
    assert.is_true(count > 20)
  end)

  it("of names, units, functions and operators of all kinds says what is meant", function()
    local parameters = { t_ = "1 ms" }
    for name in ("a b c alpha Alpha upsilon x_ _x __ a_b_c a__b V_1 tau_rec_10ms epsilon_Na m"):gmatch "%S+" do parameters[name] = 0.5 end
    local cases = {
      { "a*(-b) - (-c) + (-a)^2", [[a\,\left(-b\right) - \left(-c\right) + {\left(-a\right)}^{2}]] },
      { "-a*b - (c - a)", [[-a\,b - \left(c - a\right)]] },
      { "(a/b)^2/(b/c)^(1/3)", [[\frac{{\left(\frac{a}{b}\right)}^{2}}{{\left(\frac{b}{c}\right)}^{\frac{1}{3}}}]] },
      { "1e-20^2*a", [[{\left(1\cdot 10^{-20}\right)}^{2}\,a]] },
      { "3*ms/t_*m*V_1", [[\frac{3\,\mathrm{ms}}{t}\,m\,V_{1}]] },
      { "2*t/(1*ms)", [[\frac{2\,t}{1\,\mathrm{ms}}]] },
      { "pi*tau_rec_10ms*alpha + Alpha + upsilon", [[\pi\,\tau_{\mathrm{rec},\mathrm{10ms}}\,\alpha + \mathrm{Alpha} + \upsilon]] },
      { "a if not (a < b) and b != c else (b if c == 1 else 0)",
        [[\begin{cases} a & \text{if } \neg \left(a < b\right) \wedge b \ne c \\ \begin{cases} b & \text{if } c = 1 \\ 0 & \text{otherwise} \end{cases} & \text{otherwise} \end{cases}]] },
      { "x_ + _x + __ + a_b_c + a__b", [[x + x + \mathrm{\_} + a_{b,c} + a_{b}]] },
    }
    local lines = { "dX/dt = -X/(10*ms) + 2*mV/ms^0.5*xi + 1e-3*mV/ms^0.5*xi_1", "dY/dt = -(Y - 1)/(3*ms)" }
    for i, case in ipairs(cases) do lines[#lines + 1] = ("case_%d = %s"):format(i, case[1]) end
    for i, f in ipairs { "exp", "expm1", "log", "log10", "sqrt", "abs", "sign", "floor", "ceil", "sin", "cos", "tanh", "sinh", "cosh", "int", "step", "exprel" } do
      lines[#lines + 1] = ("f_%d = %s(a/(1 + b))^2.5 + min(a, b) + max(b, c) + clip(a, 0, 1) + a %% b"):format(i, f)
    end
    local tex = model({ parameters = parameters, state = { X = "0 mV", Y = 0 }, equations = table.concat(lines, "\n") }):explain "latex"
    check(tex, "all kinds")
    for _, case in ipairs(cases) do assert.is_truthy(tex:find("= " .. case[2] .. " \\\\\n", 1, true), case[1]) end
    assert.is_truthy(tex:find([[\frac{2\,\mathrm{mV}}{{\mathrm{ms}}^{0.5}}\,\xi + \frac{0.001\,\mathrm{mV}}{{\mathrm{ms}}^{0.5}}\,\xi_{1}]], 1, true))
  end)
end)
