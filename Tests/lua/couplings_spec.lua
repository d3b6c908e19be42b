-- Couplings: signals that are expressions of both ends. What they mean, against closed forms; the same numbers whatever the threads, after
-- load, and whoever looks; and what mistakes are answered with.
local astro = require "astro"

local made = 0
local function name()
  made = made + 1
  return "test_coupling_" .. made
end

local function near(expected, got, tolerance)
  assert.truthy(math.abs(expected - got) <= (tolerance or 1e-12) * math.max(1, math.abs(expected)), ("%.17g is not %.17g"):format(got, expected))
end

-- A cell that adds up what comes through its junctions.
local cell = astro.model {
  name = "coupled_cell", kind = "astrocyte",
  parameters = { k = "0 1/ms", theta = "0.3 uM" },
  state = { I = "0 uM", V = "0 mV", m = 0 },
  inputs = { J = "signal uM/ms", J_mV = "signal mV/s", plain = "signal" },
  equations = [[
    dI/dt = J - k*I + 1*uM/ms*plain
    dV/dt = J_mV
    dm/dt = 0
    twice = 2*I : nM
    rate = 1/ms*I : uM/ms
  ]],
  method = "exact",
}

local function coupling(definition)
  definition.name = definition.name or name()
  definition.input = definition.input or "J"
  return astro.coupling(definition)
end

local linear = coupling { parameters = { F = "0.01 1/ms" }, value = "F*(pre.I - post.I)" }
local sigmoid = coupling {
  parameters = { F = "0.02 uM/ms", theta = "0.3 uM", omega = "0.05 uM" },
  where = { d = "pre.I - post.I" },
  value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
}

local BOTH <const> = { rule = "all_to_all", allow_autapses = false }

-- Two cells, both ways; `spec` says what connect is given besides.
local function two(model, start, spec, options)
  local sim = astro.Simulation(options or { resolution = 0.1, threads = 1 })
  local cells = sim:create(cell, 2, { I = start })
  spec = spec or {}
  spec.synapse_model = model
  sim:connect(cells, cells, BOTH, spec)
  return sim, cells
end

describe("two cells with a linear coupling", function()
  it("are, step by step, what the recursion says", function()
    local sim, cells = two(linear, { 1, 0 })
    local rec = sim:record(cells, { "I", "J" }, { interval = 0.1 })
    sim:simulate(20)
    -- read at the end of a step, in the input at the end of the next one, held over the step that follows
    local I, J = rec.events.I, rec.events.J
    for step = 2, 199 do
      local before, now = 2 * step - 3, 2 * step - 1
      near(-0.01 * (I[before] - I[before + 1]), J[now], 1e-15)
      near(I[before] + 0.1 * J[before], I[now], 1e-15)
      near(I[before + 1] - 0.1 * J[before], I[now + 1], 1e-15)
    end
    local d = I[397] - I[398]
    assert.truthy(d < 0.7)
  end)

  it("approach their mean exponentially, the nearer the shorter step and delay", function()
    local errors = {}
    for i, resolution in ipairs { 0.4, 0.2, 0.1 } do
      local sim, cells = two(linear, { 1, 0 }, nil, { resolution = resolution, threads = 1 })
      sim:simulate(40)
      errors[i] = math.abs(cells:get("I")[1] - (0.5 + 0.5 * math.exp(-2 * 0.01 * 40)))
    end
    -- of first order
    near(2, errors[1] / errors[2], 0.1)
    near(2, errors[2] / errors[3], 0.1)
    assert.truthy(errors[3] < 1e-3)
    local longer = {}
    for i, delay in ipairs { 4, 2, 1 } do
      local sim, cells = two(linear, { 1, 0 }, { delay = delay })
      sim:simulate(40)
      longer[i] = math.abs(cells:get("I")[1] - (0.5 + 0.5 * math.exp(-2 * 0.01 * 40)))
    end
    assert.truthy(longer[1] > 1.7 * longer[2] and longer[2] > 1.7 * longer[3] and longer[3] > errors[3])
  end)

  it("get a value a delay after it was read", function()
    for _, delay in ipairs { 0.1, 0.5, 3.2 } do
      local sim, cells = two(linear, { 1, 0 }, { delay = delay })
      local rec = sim:record(cells, { "J" }, { interval = 0.1 })
      sim:simulate(5)
      local first = math.floor((0.1 + delay) * 10 + 0.5)
      for step = 1, 50 do
        local got = rec.events.J[2 * step]
        if step < first then assert.equal(0, got) else assert.truthy(got > 0) end
      end
      near(0.01, rec.events.J[2 * first])
    end
  end)
end)

describe("opposite values", function()
  -- odd in the two cells' roles, each in another way
  local ODD <const> = {
    "F*(pre.I - post.I)",
    "F*pre.I - F*post.I",
    "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
    "F*tanh(d/omega)",
    "F*sinh(d/omega/20) + F*sin(3*d/omega)",
    "F*(pre.I*post.V - post.I*pre.V)/mV_uM",
    "F*d^3/(1*uM^3)",
    "F*(pre.I^2 - post.I^2)/(pre.I + post.I)/omega",
    "F*d/omega if abs(d) > theta else 0*uM/ms",
    "F*exp(-abs(d)/omega)*d/omega",
  }
  for _, value in ipairs(ODD) do
    it("cancel to the last bit: " .. value, function()
      local model = coupling {
        parameters = { F = "0.0123 uM/ms", theta = "0.3 uM", omega = "0.07 uM", mV_uM = "1 mV*uM" },
        where = { d = "pre.I - post.I" },
        value = value:gsub("^F%*%(pre.I %- post.I%)$", "F/omega*(pre.I - post.I)"):gsub("^F%*pre.I %- F%*post.I$", "F/omega*pre.I - F/omega*post.I"),
      }
      local different = 0
      for i, start in ipairs { { 0.731, 0.2113 }, { 0.1, 0.1 }, { 1 / 3, 0.2 }, { 0.0071, 1.9 } } do
        local sim, cells = two(model, start)
        cells:set { V = { 0.3 + i, 1 / 7 } }
        local rec = sim:record(cells, { "J" }, { interval = 0.1 })
        sim:simulate(3)
        for k = 1, #rec.events.J, 2 do
          assert.equal(0, rec.events.J[k] + rec.events.J[k + 1])
          if rec.events.J[k] ~= 0 then different = different + 1 end
        end
      end
      assert.truthy(different > 30)
    end)
  end

  it("keep the sum over many cells", function()
    local sim = astro.Simulation { threads = 1, seed = 3 }
    local cells = sim:create(cell, 60, { I = astro.random.uniform(0, 2) })
    sim:connect(cells, cells, { rule = "symmetric_pairwise_bernoulli", p = 0.2, make_symmetric = true, allow_autapses = false },
      { synapse_model = sigmoid })
    local before = cells:get("I"):sum()
    sim:simulate(50)
    near(before, cells:get("I"):sum(), 1e-13)
    assert.truthy(cells:get("I"):std() < 0.45)
  end)
end)

describe("what a coupling reads", function()
  -- What one cell of two gets, in the unit of its input.
  local function once(definition, spec, first, second)
    local model = coupling(definition)
    local sim = astro.Simulation { threads = 1 }
    local a, b = sim:create(cell, first or { I = 0.5, V = 3 }), sim:create(cell, second or { I = 0.2, V = 4 })
    spec = spec or {}
    spec.synapse_model = model
    sim:connect(a, b, nil, spec)
    sim:simulate(0.2)
    return b:get(definition.input or "J"), sim, b
  end

  it("is states and quantities, in their units", function()
    near(0.5 * 2 / 0.2, (once { value = "1*uM/ms*pre.twice/post.I" }))                  -- nM and uM
    near(4 - 3, (once { input = "plain", value = "1/mV*(post.V - pre.V)" }))
    near(1000 * 0.5, (once { input = "J_mV", value = "1*mV/ms/uM*pre.I" }))             -- mV/ms into mV/s
    near(0.5, (once { input = "plain", value = "pre.I" }))                           -- a plain number fits, and takes any
    near(7, (once { value = "7 + 1e-30/uM*pre.I" }))
    near(0.2, (once({ input = "plain", value = "pre.m*post.I" }, nil, { m = 0.5, I = 0.4 }, { I = 0.4 })))
    near(500, (once { units = false, value = "pre.twice/2" }))                        -- numbers as they are
  end)

  it("is what `where` names, in any order", function()
    near(2 * (0.3 + 0.1), (once {
      where = { a = "2*z", z = "b + c", c = "0.1*uM", b = "pre.I - post.I" }, value = "1/ms*a",
    }))
  end)

  it("is the time of the moment that it is read at", function()
    near(0.1, (once { input = "plain", value = "1/ms*t + 1e-30/uM*pre.I" }))
    near(0.1, (once { input = "plain", value = "1/ms*dt + 1e-30/uM*pre.I" }))
  end)

  it("is built-in models, too", function()
    local sim = astro.Simulation { threads = 1 }
    local neurons = sim:create("iaf_psc_exp", 2, { V_m = { -60, -64 }, E_L = -62 })
    local glia = sim:create("astrocyte_lr_1994", 1)
    local ohmic = coupling { parameters = { g = "2 nS" }, input = "I_SIC", value = "g*(pre.V_m - post.V_m)" }
    local calcium = coupling { parameters = { g = "3 pA/uM" }, input = "I_SIC", value = "g*pre.Ca_astro" }
    sim:connect(neurons, neurons, BOTH, { synapse_model = ohmic })
    sim:connect(glia, neurons[1], nil, { synapse_model = calcium, delay = 1 })
    local rec = sim:record(neurons, { "V_m", "I_SIC" }, { interval = 0.1 })
    sim:simulate(1)
    near(2 * (rec.events.V_m[2] - rec.events.V_m[1]), rec.events.I_SIC[3])
    near(-rec.events.I_SIC[3], rec.events.I_SIC[4])
  end)

  it("counts the connections that end at its cell", function()
    local mean = coupling { parameters = { F = "1 1/ms" }, value = "F*pre.I/N_incoming" }
    local sim = astro.Simulation { threads = 1 }
    local cells, hub = sim:create(cell, 5, { I = { 1, 2, 3, 4, 5 } }), sim:create(cell, 2)
    sim:connect(cells, hub[1], nil, { synapse_model = mean })
    sim:connect(cells:slice(1, 2), hub[2], nil, { synapse_model = mean })
    sim:connect(cells[5], hub[2], nil, { synapse_model = mean, delay = 0.2 })      -- another call counts
    sim:simulate(0.3)
    local J = hub:get("J")
    near(3, J[1])
    near((1 + 2 + 5) / 3, J[2])
    sim:disconnect(cells[5], hub[2], nil, { synapse_model = mean })
    sim:simulate(0.5)
    near((1 + 2) / 2, hub:get("J")[2])
  end)

  it("adds up over connections, times their weights", function()
    local J = once({ value = "0.5/ms*pre.I" }, { weight = -3 })
    near(-0.75, J)
    local sim = astro.Simulation { threads = 1 }
    local cells, hub = sim:create(cell, 300, { I = 1 }), sim:create(cell)
    local plus = coupling { value = "1/ms*pre.I" }
    sim:connect(cells, hub, nil, { synapse_model = plus, weight = astro.random.uniform(0, 1) })
    local weights = sim:connections():get("weight")
    sim:simulate(0.2)
    near(weights:sum(), hub:get("J"))
    sim:connect(cells[7], hub, nil, { synapse_model = "signal_connection", signal = "rate", input = "J", weight = 5, delay = 0.1 })
    sim:simulate(0.2)
    near(weights:sum() + 5, hub:get("J"))
  end)
end)

describe("parameters of a coupling", function()
  it("are shared, drawn, listed, and set", function()
    local sim = astro.Simulation { threads = 1, seed = 2 }
    local a, b = sim:create(cell, 4, { I = 1 }), sim:create(cell, 4)
    local model = coupling { parameters = { { "F", "10 1/s", "how much", "> 0" }, { "G", 1 } }, value = "F*G*pre.I" }
    assert.equal(4, sim:connect(a, b, "one_to_one", { synapse_model = model, F = { 1, 2, 3, 4 } }))
    local c = sim:connections { synapse_model = model }
    for i = 1, 4 do assert.equal(i, c:get("F")[i]) end
    sim:simulate(0.2)
    for i = 1, 4 do near(i / 1000, b:get("J")[i]) end                             -- 1/s
    c[2]:set { F = 50, G = 2 }
    c:set { weight = { 1, 2, 1, 1 } }
    sim:simulate(0.2)
    near(0.2, b:get("J")[2])
    near(0.003, b:get("J")[3])
    assert.has_error(function() c:set { F = -1 } end)
    sim:connect(a, b, nil, { synapse_model = model, F = astro.random.uniform(5, 6), G = 3 })
    local all = sim:connections { source = a, target = b[1] }
    for _, F in ipairs(all:get("F"):totable()) do assert.truthy(F == 1 or F >= 5 and F <= 6) end
    assert.equal(20, #sim:connections().source)
  end)
end)

describe("every", function()
  it("reads at its multiples, and holds in between", function()
    local sim, cells = two(linear, { 1, 0 }, { every = 2, delay = 0.5 })
    assert.equal(2, sim:connections():get("every")[1])
    local rec = sim:record(cells, { "I", "J" }, { interval = 0.1 })
    sim:simulate(7)
    sim:simulate(5.3)
    local at = {}
    for step = 1, 122 do at[step] = { rec.events.I[2 * step - 1], rec.events.I[2 * step], rec.events.J[2 * step] } end
    for step = 1, 122 do
      local read = (step - 5) // 20 * 20
      near(read < 20 and 0 or 0.01 * (at[read][1] - at[read][2]), at[step][3], 1e-15)
    end
    assert.truthy(at[122][3] ~= at[60][3])
  end)

  it("goes on as it would have after a checkpoint and other calls", function()
    local function build(threads)
      local sim = astro.Simulation { threads = threads, seed = 8 }
      local cells = sim:create(cell, 150, { I = astro.random.uniform(0, 2), k = 0.01 })
      local pairs_rule = { rule = "symmetric_pairwise_bernoulli", p = 0.05, make_symmetric = true, allow_autapses = false }
      sim:connect(cells, cells, pairs_rule, { synapse_model = sigmoid, every = 3 })
      sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 4 },
        { synapse_model = linear, F = astro.random.uniform(0, 0.01), delay = astro.random.uniform(0.1, 4), weight = astro.random.uniform(0, 1) })
      sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 3 }, { synapse_model = linear, every = 0.7, delay = 1.3 })
      return sim, cells
    end
    local whole = build(1)
    whole:simulate(40.4)
    local expected = whole:fingerprint()
    local parts = build(3)
    for _, ms in ipairs { 0.1, 1.6, 8.3, 0.4, 30 } do parts:simulate(ms) end
    assert.equal(expected, parts:fingerprint())
    local first = build(2)
    first:simulate(10.9)
    local path = os.tmpname()
    first:save(path)
    local loaded = astro.load(path, { threads = 3 })
    assert.equal(first:fingerprint(), loaded:fingerprint())
    loaded:simulate(29.5)
    assert.equal(expected, loaded:fingerprint())
    -- disconnecting what does not exist any more changes nothing else
    local more = build(1)
    local extra = more:create(cell)
    more:connect(extra, more:populations()[1], nil, { synapse_model = linear, every = 1, weight = 0 })
    more:simulate(11)
    more:disconnect(more:connections { source = extra })
    more:simulate(29.4)
    local I = whole:populations()[1]:get("I")
    for i, x in ipairs(more:populations()[1]:get("I"):totable()) do assert.equal(I[i], x) end
    os.remove(path)
  end)
end)

-- Cells with a step of their own, that count spikes and the mean of what comes in.
local slow = astro.model {
  name = "slow_coupled_cell", kind = "astrocyte", step = 5,
  state = { I = "0 uM", n = 0 }, inputs = { J = "signal uM/ms" },
  equations = "dI/dt = J - 1/(50*ms)*I\ndn/dt = 0", on_spike = "n += weight",
}

describe("a coupling that is held", function()
  -- Slices are as long as delays of spikes allow, and end where the coupling is worked out; one step with `extra`, whose spikes have that
  -- delay. Cells are more than one worker deals with, and more than a block.
  local function run(threads, parts, extra)
    local sim = astro.Simulation { threads = threads, seed = 5, resolution = 0.1 }
    local cells = sim:create(slow, 700, { I = astro.random.uniform(0, 2) })
    local source = sim:create("poisson_generator", { rate = 2000 })
    sim:connect(source, cells, nil, { weight = 1, delay = 1.7 })
    sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 4 }, { synapse_model = sigmoid, every = 1.5, F = astro.random.uniform(0, 0.1) })
    sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 3 },
      { synapse_model = linear, every = 2.1, delay = astro.random.uniform(0.1, 6), weight = astro.random.uniform(0, 0.2) })
    local parrot = sim:create("parrot_neuron", 2)
    if extra then sim:connect(parrot, parrot, nil, { delay = 0.1, weight = 0 }) end
    local rec = sim:record(cells:slice(300, 500), { "I", "J", "n" }, { interval = 0.3 })
    for _, ms in ipairs(parts) do sim:simulate(ms) end
    return sim, cells, rec
  end

  it("sends the same whatever slices and threads there are", function()
    local sim, cells, rec = run(1, { 60.2 })
    local I, n = cells:get("I"), cells:get("n")
    assert.truthy(n:sum() > 0 and rec.events.J:max() > 0)
    for _, case in ipairs { { 1, { 60.2 }, true }, { 3, { 0.1, 2, 0.7, 17.2, 40.2 } }, { 2, { 30.1, 30.1 }, true }, { 4, { 60.2 } } } do
      local other, same, again = run(table.unpack(case))
      if not case[3] then assert.equal(sim:fingerprint(), other:fingerprint()) end
      local J, K, m = same:get("I"), again.events.J, same:get("n")
      for i = 1, 700 do assert.truthy(I[i] == J[i] and n[i] == m[i]) end
      for i, x in ipairs(rec.events.J:totable()) do assert.equal(x, K[i]) end
    end
  end)

  it("is sent every step to synapses that read the same", function()
    local reader = astro.synapse {
      name = "reader_of_held", state = { seen = "0 uM" },
      on_pre = "seen = third.I; send(weight)",
    }
    local sim = astro.Simulation { threads = 1, resolution = 0.1 }
    local pair = sim:create(cell, 2, { I = { 1, 0 }, k = 0.01 })
    sim:connect(pair, pair, BOTH, { synapse_model = linear, every = 5 })
    local source = sim:create("spike_generator", { spike_times = { 1, 2.3, 7.7 } })
    local a, b = sim:create("parrot_neuron"), sim:create("parrot_neuron")
    sim:connect(source, a, nil, { delay = 0.1 })
    sim:connect(a, b, nil, { synapse_model = reader, third = pair[1], delay = 0.1 })
    local rec = sim:record(pair[1], { "I" }, { interval = 0.1 })
    local seen = sim:record(sim:connections { synapse_model = reader }, { "seen" }, { when = "spike" })
    sim:simulate(10)
    assert.equal(3, #seen.events.seen)
    for i, t in ipairs(seen.events.times) do assert.equal(rec.events.I[math.floor(t * 10 + 0.5)], seen.events.seen[i]) end
  end)
end)

describe("cells that send nothing", function()
  it("are coupled the same by any number of threads", function()
    local expected
    for threads = 1, 4 do
      local sim = astro.Simulation { threads = threads, seed = 4 }
      local a, b = sim:create(cell, 300, { I = astro.random.uniform(0, 2), k = 0.01 }), sim:create("iaf_psc_exp", 6000)
      local ohmic = coupling { name = "one_way", parameters = { g = "3 pA" }, input = "I_SIC", value = "g*tanh(pre.I/(1*uM))" }
      sim:connect(a, b, { rule = "fixed_indegree", indegree = 20 }, { synapse_model = ohmic })
      sim:simulate(30)
      expected = expected or sim:fingerprint()
      assert.equal(expected, sim:fingerprint())
    end
  end)
end)

describe("a coupling", function()
  it("has the same bits on any number of threads", function()
    local expected
    for threads = 1, 4 do
      local sim = astro.Simulation { threads = threads, seed = 4 }
      local cells = sim:create(cell, 500, { I = astro.random.uniform(0, 2) })
      local few = sim:create(cell, 9, { I = 1 })
      sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 7 }, { synapse_model = sigmoid, F = astro.random.uniform(0, 0.1) })
      sim:connect(cells, few, nil, { synapse_model = linear, weight = 0.001, delay = 2 })
      sim:connect(few, cells, { rule = "pairwise_bernoulli", p = 0.3 }, { synapse_model = "signal_connection", signal = "rate", input = "J", weight = 0.001 })
      sim:simulate(15)
      expected = expected or sim:fingerprint()
      assert.equal(expected, sim:fingerprint())
    end
  end)

  it("does not show how long slices are", function()
    local function run(parrots)
      local sim = astro.Simulation { threads = 1, seed = 4 }
      local cells = sim:create(cell, 40, { I = astro.random.uniform(0, 2) })
      local spec = { synapse_model = linear, delay = astro.random.uniform(1, 5) }
      sim:connect(cells, cells, nil, spec)
      sim:connect(cells, cells, nil, { synapse_model = "signal_connection", signal = "rate", input = "J", weight = 0.001, delay = 2.4 })
      if parrots then
        local pair = sim:create("parrot_neuron", 2)
        sim:connect(pair, pair, nil, { delay = 0.2 })
      end
      sim:simulate(30)
      return cells:get("I")
    end
    local a, b = run(false), run(true)
    for i = 1, #a do assert.equal(a[i], b[i]) end
  end)

  it("is found by its name, and goes through tables of connections", function()
    local io_module = require "astro.io"
    local sim = astro.Simulation { threads = 1 }
    local cells = sim:create(cell, 6, { I = { 1, 2, 3, 4, 5, 6 } })
    sim:connect(cells, cells, "one_to_one", { synapse_model = linear.name, F = { 1, 2, 2, 1, 5, 1 }, every = 0.5, delay = 0.4 })
    local path = os.tmpname() .. ".csv"
    io_module.save_connections(sim:connections(), path)
    local other = astro.Simulation { threads = 1 }
    local same = other:create(cell, 6, { I = { 1, 2, 3, 4, 5, 6 } })
    assert.equal(6, io_module.connect(other, path))
    sim:simulate(9)
    other:simulate(9)
    assert.equal(sim:fingerprint(), other:fingerprint())
    assert.equal(0.5, other:connections { target = same }:get("every")[3])
    os.remove(path)
  end)

  it("may be the third factor's way out", function()
    local sim = astro.Simulation { threads = 1, seed = 1 }
    local pre, post = sim:create("parrot_neuron", 20), sim:create("iaf_psc_exp", 20)
    local glia = sim:create("astrocyte_lr_1994", 5)
    local out = coupling { parameters = { g = "2 pA/uM" }, input = "I_SIC", value = "g*pre.Ca_astro" }
    local counts = sim:tripartite_connect(pre, post, glia, { rule = "pairwise_bernoulli", p = 0.5 },
      { rule = "third_factor_bernoulli_with_pool", p = 1, pool_size = 1, pool_type = "random" }, { third_out = { synapse_model = out } })
    local c = sim:connections { synapse_model = out }
    assert.equal(counts.third_out, #c.source)
    sim:simulate(0.2)
    near(2 * glia:get("Ca_astro")[1] * #sim:connections { source = glia, target = post[1] }.source, post:get("I_SIC")[1], 1e-4)
  end)

  it("that is defined anew replaces the other for what is made from then on", function()
    local first = astro.coupling { name = "redefined", input = "J", value = "1/ms*pre.I" }
    assert.equal(first, astro.coupling { name = "redefined", input = "J", value = "1/ms*pre.I" })
    local sim = astro.Simulation { threads = 1 }
    local cells = sim:create(cell, 3, { I = 1 })
    sim:connect(cells[1], cells[2], nil, { synapse_model = "redefined" })
    local second = astro.coupling { name = "redefined", input = "J", value = "2/ms*pre.I" }
    assert.not_equal(first, second)
    sim:connect(cells[1], cells[3], nil, { synapse_model = "redefined" })
    sim:simulate(0.2)
    near(1, cells:get("J")[2])
    near(2, cells:get("J")[3])
    assert.truthy(second:explain():find("J", 1, true) and second:page():find("pre.I", 1, true))
    assert.equal("synapse", astro.models("redefined").kind)
  end)
end)

-- Two neurons joined by a gap junction.
describe("electrical gap junctions", function()
  local junction = coupling { parameters = { g = "1 nS" }, input = "I_gap", value = "g*(pre.V_m - post.V_m)" }

  local passive = astro.model {
    name = "passive_with_gap", parameters = { C_m = "100 pF", g_L = "5 nS", E_L = "-70 mV" },
    state = { V_m = "E_L" }, inputs = { I_stim = "current pA", I_gap = "signal pA" },
    equations = "dV_m/dt = (g_L*(E_L - V_m) + I_stim + I_gap)/C_m",
  }

  it("divide a current as the conductances say", function()
    local sim = astro.Simulation { threads = 1 }
    local a, b = sim:create(passive), sim:create(passive)
    sim:connect(a, b, { rule = "one_to_one", make_symmetric = true }, { synapse_model = junction, g = 2 })
    sim:connect(sim:create("dc_generator", { amplitude = 50 }), a)
    sim:simulate(400)
    -- V_a - E_L = I (g_L + g)/(g_L (g_L + 2 g)), V_b - E_L = I g/(g_L (g_L + 2 g))
    near(-70 + 50 * 7 / 45, a:get("V_m"), 1e-9)
    near(-70 + 50 * 2 / 45, b:get("V_m"), 1e-9)
  end)

  it("let two firing neurons of Hodgkin and Huxley fall into step", function()
    local function spread(g)
      local sim = astro.Simulation { resolution = 0.1, threads = 1 }
      local cells = sim:create("hh_psc_alpha", 2, { I_e = 800, V_m = { -10, -65 } })
      local onto = coupling { parameters = { g = "0.5 nS" }, input = "I_SIC", value = "g*(pre.V_m - post.V_m)" }
      sim:connect(cells, cells, BOTH, { synapse_model = onto, g = g })
      local rec = sim:record(cells)
      sim:simulate(40)
      local last = {}
      for i, sender in ipairs(rec.events.senders) do last[sender] = rec.events.times[i] end
      return math.abs(last[1] - last[2])
    end
    assert.truthy(spread(0) > 1)
    assert.truthy(spread(10) < 0.6)
  end)
end)

describe("mistakes in couplings", function()
  -- A coupling with some keys replaced; "none" leaves one out.
  local function define(changes)
    local definition = {
      name = "wrong_coupling", parameters = { F = "0.01 1/ms", theta = "0.3 uM" }, where = { d = "pre.I - post.I" },
      input = "J", value = "F*d if abs(d) > theta else 0",
    }
    for key, value in pairs(changes) do
      definition[key] = value
      if value == "none" then definition[key] = nil end
    end
    return astro.coupling(definition)
  end

  local IN_DEFINITION <const> = {
    { { name = "none" }, "name must be a string, got nil" },
    { { name = "two words" }, "coupling two words: name = 'two words' is not a name: letters, digits and _, the first not a digit" },
    { { name = "static_synapse" }, "'static_synapse' is the name of another model: choose another" },
    { { name = "coupled_cell" }, "'coupled_cell' is the name of another model: choose another" },
    { { value = "none" }, 'value is missing: what does the input get, as in "F*(pre.I - post.I)"?' },
    { { input = "none" }, "input = '' is not the name of a signal input of the target" },
    { { input = "J gap" }, "input = 'J gap' is not the name of a signal input of the target" },
    { { value = 3 }, "value must be a string, got number 3" },
    { { valeu = "d" }, "there is no key 'valeu' (did you mean 'value'?)" },
    { { state = { I = 0 } }, 'there is no key \'state\': a coupling has no states of its own; where = { d = "pre.I - post.I" } names expressions' },
    { { on_pre = "send(1)" }, "'on_pre' belongs to synapses, which act at spikes (astro.synapse)" },
    { { inputs = { J = "signal" } }, "'inputs' belongs to models of cells (astro.model)" },
    { { where = "d = pre.I" }, "where must be a table, got string 'd = pre.I'" },
    { { where = { d = 3 } }, "where.d must be a string, got number 3" },
    { { where = { ["d d"] = "pre.I" } }, "where.d d: 'd d' is not a name: letters, digits and _, the first not a digit" },
    { { where = { d = "pre.I - e", e = "2*d" } }, "where.d: quantities in a circle: d reads e reads d" },
    { { where = { d = "pre.I - post.I", F = "1" } }, "where.F: quantity 'F': there is a parameter of that name already" },
    { { where = { d = "pre.I -" } }, "where.d: a value is missing after '-'" },
    { { value = "F*dd" }, "value: there is no 'dd' (did you mean 'd'?)" },
    { { value = "F*th.I" }, "value: 'th.I': a coupling reads pre.X and post.X, states and quantities of its two cells" },
    { { value = "third.I*F" }, "value: 'third.I': a coupling reads pre.X and post.X, states and quantities of its two cells" },
    { { value = "F + theta" }, "value: F is 1/ms, theta is uM, and they are added" },
    { { value = "F*(theta + 1*mV)" }, "value: theta is uM, 1*mV is mV, and they are added" },
    { { value = "d > theta" }, "value: 'd > theta' is a condition, not a number: int(…) turns it into 1 or 0" },
    { { value = "weight*d" }, "value: 'weight' has no place in a coupling: the value is multiplied by it" },
    { { value = "F*d*rand()" }, "value: rand() has no place in a coupling: its value follows from the two cells" },
    { { value = "F*last(d)" }, "value: last(X) belongs to cells: a coupling reads them as they are at the moment" },
    { { value = "xi*F" }, "value: noise ('xi') belongs in the lines dX/dt = … of equations" },
    { { value = "F*theta" }, "value reads neither of its two cells (pre.X, post.X)" },
    { { parameters = { every = 3 } }, "'every' is a key of connect or of connections: choose another name" },
    { { parameters = { N_incoming = 3 } }, "'N_incoming' is a key of connect or of connections: choose another name" },
    { { parameters = { { "F", "1 uM", "", "< 0" } } }, "parameter 'F': the default 1 is not allowed (< 0)" },
    { { parameters = { F = "1 1/ms", theta = "3 uMol" } }, "parameter 'theta': there is no unit 'uMol'" },
  }
  for i, case in ipairs(IN_DEFINITION) do
    it("definition " .. i .. ": " .. case[2], function()
      local done, message = pcall(define, case[1])
      assert.falsy(done)
      assert.truthy(message:find(case[2], 1, true), message)
    end)
  end

  local other = astro.model {
    name = "other_coupled_cell", parameters = { theta = 3 }, state = { I = "0 nM", Z = "0 mV" }, inputs = { J = "signal uM/ms", K = "signal mV" },
    equations = "dI/dt = J; dZ/dt = 0*mV/ms + K/(1e9*ms)",
  }

  local function joined(changes, spec, rule, from, onto)
    local sim = astro.Simulation { threads = 1 }
    local cells, others = sim:create(cell, 3), sim:create(other, 3)
    local ends = { cells = cells, others = others, both = cells + others, parrots = sim:create("parrot_neuron", 3),
      generator = sim:create("dc_generator"), neurons = sim:create("iaf_psc_exp") }
    spec = spec or {}
    spec.synapse_model = define(changes)
    sim:connect(ends[from or "cells"], ends[onto or "cells"], rule, spec)
    return sim
  end

  local IN_CONNECT <const> = {
    { { value = "F*pre.Q" }, "wrong_coupling: pre.Q: coupled_cell has no state or quantity 'Q'" },
    { { value = "F*(pre.I - post.twise)" }, "wrong_coupling: post.twise: coupled_cell has no state or quantity 'twise' (did you mean 'twice'?)" },
    { { value = "F*post.theta" }, "wrong_coupling: post.theta: 'theta' is a parameter of coupled_cell: couplings read states and quantities" },
    { { input = "JJ" }, "wrong_coupling: coupled_cell takes no signal 'JJ' (did you mean 'J'?)" },
    { { input = "theta" }, "wrong_coupling: coupled_cell takes no signal 'theta' (there are: J, J_mV, plain)" },
    { { input = "V" }, "wrong_coupling: coupled_cell takes no signal 'V'" },
    { { input = "J_mV" }, "coupling wrong_coupling: value: F*d if abs(d) > theta else 0 is uM/ms, J_mV of coupled_cell needs mV/ms" },
    { { value = "F*(pre.I - post.V)" }, "coupling wrong_coupling: value: pre.I is uM, post.V is mV, and they are subtracted" },
    { { where = { d = "pre.m - post.I" } }, "coupling wrong_coupling: where.d: pre.m is a plain number, post.I is uM, and they are subtracted" },
    { { where = { d = "pre.V - post.V" } }, "coupling wrong_coupling: value: abs(d) is mV, theta is uM, and they are compared" },
    { {}, "wrong_coupling: pre.I has several units among the cells (nM, uM): connect them one by one", from = "both", onto = "others" },
    { { value = "F*pre.V_m", where = "none" }, "wrong_coupling: iaf_psc_exp takes no signal 'J'", from = "neurons", onto = "neurons" },
    { {}, "wrong_coupling: pre.I: parrot_neuron has no state or quantity 'I'", from = "parrots" },
    { {}, "dc_generator connects through static_synapse only, not wrong_coupling", from = "generator" },
    { {}, "wrong_coupling has no parameter 'FF' (did you mean 'F'?)", spec = { FF = 3 } },
    { {}, "wrong_coupling: 'input' is part of the coupling (J)", spec = { input = "plain" } },
    { {}, "wrong_coupling has no parameter 'signal'", spec = { signal = "I" } },
    { {}, "wrong_coupling: every = 0.25 ms is not a multiple of the resolution 0.1 ms", spec = { every = 0.25 } },
    { {}, "wrong_coupling: every = 0 ms is not allowed (> 0)", spec = { every = 0 } },
    { {}, "wrong_coupling: every = -1 ms is not allowed (> 0)", spec = { every = -1 } },
    { {}, "wrong_coupling: every is one number for all connections of a call", spec = { every = astro.random.uniform(1, 2) } },
    { {}, "delay = 0 ms is", spec = { delay = 0 } },
    { {}, "make_symmetric: F can't be random; both directions have the same parameters", spec = { F = astro.random.uniform(1, 2) },
      rule = { rule = "one_to_one", make_symmetric = true } },
    { {}, "wrong_coupling: receptor_type = 1 is not a receptor (0)", spec = { receptor_type = 1 } },
  }
  for i, case in ipairs(IN_CONNECT) do
    it("connect " .. i .. ": " .. case[2], function()
      local done, message = pcall(joined, case[1], case.spec, case.rule, case.from, case.onto)
      assert.falsy(done)
      assert.truthy(message:find(case.say or case[2], 1, true), message)
    end)
  end

  it("a signal onto what is no input is refused as that, whatever its unit", function()
    local sim = astro.Simulation { threads = 1 }
    local cells = sim:create(cell, 2)
    for _, signal in ipairs { "I", "rate" } do
      assert.has_error(function()
        sim:connect(cells, cells, nil, { synapse_model = "signal_connection", signal = signal, input = "theta" })
      end, "connect: signal_connection: coupled_cell takes no signal 'theta' (there are: J, J_mV, plain)")
    end
  end)

  it("units of cells of different kinds are converted, both ways", function()
    local sim = joined({ value = "F*(pre.I - post.I)" }, nil, { rule = "one_to_one", make_symmetric = true }, "cells", "others")
    local cells, others = sim:populations()[1], sim:populations()[2]
    cells:set { I = 1 }
    others:set { I = 250 }                                        -- nM
    sim:simulate(0.2)
    near(0.01 * (0.25 - 1), cells:get("J")[1])
    near(0.01 * (1 - 0.25), others:get("J")[1])
  end)

  it("numbers of models without units fit any unit", function()
    local bare = astro.model { name = "bare_coupled_cell", units = false, state = { I = 0 }, inputs = { J = "signal" }, equations = "dI/dt = J" }
    local sim = astro.Simulation { threads = 1 }
    local cells = sim:create(bare, 2, { I = { 1, 0.25 } })
    sim:connect(cells, cells, BOTH, { synapse_model = define {} })
    sim:simulate(0.2)
    near(0.01 * (1 - 0.25), cells:get("J")[2])
  end)

  it("every cannot be set, nor can what is not allowed", function()
    local sim = joined({}, { every = 2 })
    local c = sim:connections()
    c:set { every = 2 }
    assert.has_error(function() c:set { every = 3 } end, "set: wrong_coupling: every can't be changed once connected: the connect call has fixed it")
    assert.has_error(function() c:set { G = 3 } end)
    assert.has_error(function() sim:create(define {}, 3) end, "create: wrong_coupling is a coupling: it belongs in connect")
  end)
end)
