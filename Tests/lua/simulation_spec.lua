local astro = require "astro"

local NEURON, ASTROCYTE = "aeif_cond_alpha_astro", "astrocyte_lr_1994"

local function new() return astro.Simulation { resolution = 0.1, seed = 7, threads = 2 } end

describe("handles", function()
  it("may be collected while others are made", function()
    local sim = new()
    local nodes = sim:create(NEURON, 50)
    for _ = 1, 2000 do
      for i, node in ipairs(nodes) do assert(#node == 1 and i <= 50) end
    end
    assert.equal(50, #nodes)
  end)
end)

describe("Simulation", function()
  it("astro.Simulation{}", function()
    local sim = new()
    assert.equal(0.1, sim.resolution)
    assert.equal(7, sim.seed)
    assert.equal(2, sim.threads)
    assert.equal(0, sim.time)
    assert.equal(0, sim.num_nodes)
    assert.equal(0, sim.num_connections)
    assert.is_truthy(tostring(sim):find("^Simulation%("))
  end)

  it("sim:create(model)", function()
    local node = new():create(NEURON)
    assert.equal(1, #node)
    assert.equal(NEURON, node.model)
  end)

  it("sim:create(model, n, params)", function()
    local nodes = new():create(NEURON, 3, { tau_syn_ex = 2.0, V_m = astro.vector { -70, -60, -50 } })
    assert.equal(-60, nodes[2]:get("V_m"))
    assert.equal(2.0, nodes[3]:get("tau_syn_ex"))
  end)

  it("sim:create(model, params) with a distribution", function()
    local nodes = new():create(NEURON, 50, { V_m = astro.random.uniform(-70, -60) })
    local potentials = nodes:get("V_m")
    assert.is_true(potentials:min() >= -70 and potentials:max() < -60)
    assert.is_true(potentials:std() > 0)
  end)

  it("sim:connect(pre, post)", function()
    local sim = new()
    local nodes = sim:create(NEURON, 4)
    assert.equal(16, sim:connect(nodes, nodes))
    assert.equal(16, sim.num_connections)
  end)

  it("sim:connect(pre, post, rule, synapse)", function()
    local sim = new()
    local nodes = sim:create(NEURON, 4)
    assert.equal(4, sim:connect(nodes, nodes, "one_to_one", { weight = 2.0, delay = 1.5 }))
    local c = sim:connections { synapse_model = "static_synapse" }
    assert.are.same({ 2, 2, 2, 2 }, c.weight:totable())
    assert.are.same({ 1.5, 1.5, 1.5, 1.5 }, c.delay:totable())
  end)

  it("sim:tripartite_connect(…)", function()
    local sim = new()
    local neurons, glia = sim:create(NEURON, 4), sim:create(ASTROCYTE, 4)
    local made = sim:tripartite_connect(neurons, neurons, glia, { rule = "pairwise_bernoulli", p = 1.0 },
      { rule = "third_factor_bernoulli_with_pool", p = 1.0, pool_size = 1, pool_type = "block" },
      { primary = "tsodyks_synapse", third_in = "tsodyks_synapse", third_out = "sic_connection" })
    assert.equal(16, made.primary)
    assert.equal(16, made.third_in)
    assert.equal(16, made.third_out)
  end)

  it("sim:record(nodes) and sim:simulate(ms)", function()
    local sim = new()
    local generator = sim:create("spike_generator", { spike_times = { 1.0, 2.0, 3.5 } })
    local parrot = sim:create("parrot_neuron")
    sim:connect(generator, parrot, "one_to_one", { delay = 1.0 })
    local spikes = sim:record(parrot)
    sim:simulate(10)
    assert.equal(10, sim.time)
    assert.equal(3, spikes.n_events)
    assert.are.same({ 2.0, 3.0, 4.5 }, spikes.events.times:totable())
    assert.are.same({ 2, 2, 2 }, spikes.events.senders:totable())
    assert.equal(300, spikes:rate())
    spikes:clear()
    assert.equal(0, spikes.n_events)
  end)

  it("sim:record(nodes, names, options)", function()
    local sim = new()
    local glia = sim:create(ASTROCYTE, 2, { IP3 = 0.4 })
    local rec = sim:record(glia, { "IP3", "Ca_astro" }, { interval = 2.0 })
    sim:simulate(10.1)
    local events = rec.events
    assert.equal(10, rec.n_events)
    assert.equal(10, #events.times)
    assert.equal(10, #events.IP3)
    assert.equal(10, #events.Ca_astro)
  end)

  it("a created recorder answers as in the reference", function()
    local sim = new()
    local neuron, multimeter = sim:create(NEURON), sim:create("multimeter", { record_from = { "V_m" } })
    sim:connect(multimeter, neuron)
    sim:simulate(5.1)
    assert.equal(5, multimeter.n_events)
    assert.equal(5, #multimeter.events.V_m)
  end)

  it("sim:connections{ source =, target = }", function()
    local sim = new()
    local a, b = sim:create(NEURON, 2), sim:create(NEURON, 3)
    sim:connect(a, b)
    sim:connect(b, a)
    local c = sim:connections { source = a, target = b[1] }
    assert.equal(2, #c)
    assert.are.same({ 1, 2 }, c.source:totable())
    assert.are.same({ 3, 3 }, c.target:totable())
    assert.equal(11 + 1, #sim:connections())
  end)

  it("sim:fingerprint()", function()
    local function run(threads)
      local sim = astro.Simulation { seed = 3, threads = threads }
      local nodes = sim:create(NEURON, 20, { V_m = astro.random.uniform(-70, -55), I_e = 900.0 })
      sim:connect(nodes, nodes, { rule = "pairwise_bernoulli", p = 0.2 }, { weight = 2.0, delay = 1.0 })
      sim:simulate(50)
      return sim:fingerprint()
    end
    assert.equal(run(1), run(2))
    assert.is_truthy(run(1):find("^%x+$"))
  end)

  it("sim:nodes(label) and sim:populations()", function()
    local sim = new()
    sim:create(NEURON, 3, { label = "excitatory" })
    sim:create(ASTROCYTE, 2)
    assert.equal(3, #sim:nodes("excitatory"))
    assert.equal(2, #sim:populations())
  end)

  it("sim.stats", function()
    local stats = new().stats
    for _, name in ipairs { "create", "connect", "prepare", "simulate", "spikes", "events", "memory_bytes" } do
      assert.is_number(stats[name])
    end
  end)

  it("several live side by side", function()
    local one, other = new(), new()
    one:create(NEURON, 2)
    assert.equal(0, other.num_nodes)
    assert.has_error(function() other:connect(one:create(NEURON), one:create(NEURON)) end)
  end)

  it("a closed one is of no use", function()
    local kept
    do
      local sim <close> = new()
      kept = sim
    end
    assert.has_error(function() return kept.time end)
    assert.equal("Simulation (closed)", tostring(kept))
  end)
end)

describe("Nodes", function()
  local sim = new()
  local nodes = sim:create(NEURON, 10)
  local glia = sim:create(ASTROCYTE, 2)

  it("#nodes", function() assert.equal(10, #nodes) end)

  it("nodes[i]", function()
    assert.equal(3, nodes[3].ids[1])
    assert.equal(10, nodes[-1].ids[1])
  end)

  it("nodes:slice(first, last, step)", function()
    assert.are.same({ 2, 3, 4 }, nodes:slice(2, 4).ids:totable())
    assert.are.same({ 1, 4, 7, 10 }, nodes:slice(1, 10, 3).ids:totable())
  end)

  it("a + b", function()
    local both = nodes + glia
    assert.equal(12, #both)
    assert.is_nil(both.model)
  end)

  it("nodes:sample(n)", function()
    local ids = nodes:sample(5).ids
    assert.equal(5, #ids)
    for i = 2, 5 do assert.is_true(ids[i - 1] < ids[i]) end
  end)

  it("nodes:get(name) and nodes:set{}", function()
    nodes:set { V_m = -65.0 }
    assert.equal(-65, nodes[1]:get("V_m"))
    assert.equal(-650, nodes:get("V_m"):sum())
    nodes:slice(1, 2):set { V_m = { -61, -62 } }
    assert.equal(-62, nodes[2]:get("V_m"))
  end)

  it("ipairs(nodes)", function()
    local ids = {}
    for i, node in ipairs(nodes) do ids[i] = node.ids[1] end
    assert.are.same(nodes.ids:totable(), ids)
  end)

  it("tostring(nodes)", function() assert.is_truthy(tostring(nodes):find("^Nodes%(" .. NEURON)) end)
end)

describe("Connections", function()
  local sim = new()
  local nodes = sim:create(NEURON, 3)
  sim:connect(nodes, nodes, "one_to_one", { weight = 2.0, delay = 1.0 })
  local c = sim:connections()

  it("#c", function() assert.equal(3, #c) end)
  it("c.source, c.target", function() assert.is_true(c.source == c.target) end)
  it("c.synapse_model", function() assert.are.same({ "static_synapse", "static_synapse", "static_synapse" }, c.synapse_model) end)

  it("c[i]", function()
    assert.equal(1, #c[2])
    assert.equal(2, c[2].source[1])
  end)

  it("c:get(name) and c:set{}", function()
    c:set { weight = 3.0 }
    assert.equal(9, c:get("weight"):sum())
    c[1]:set { weight = 5.0 }
    assert.are.same({ 5, 3, 3 }, sim:connections().weight:totable())
  end)
end)

-- Processors take a hundred times as long with subnormal numbers, at which variables that decay arrive after some 700 time constants.
describe("long silence", function()
  local SMALLEST <const> = 2.2250738585072014e-308

  -- All numbers of a cell that can be read.
  local function values(cell, model)
    local found = {}
    for _, rows in ipairs { model.params, model.recordables or {} } do
      for _, row in ipairs(rows) do
        local done, value = pcall(cell.get, cell, row.name)
        if done and type(value) == "userdata" then value = value[1] end
        if done and type(value) == "number" then found[row.name] = value end
      end
    end
    return found
  end

  it("leaves no subnormal number in any model", function()
    local tested = 0
    for _, name in ipairs(astro.models()) do
      local sim = astro.Simulation { threads = 1 }
      local train = sim:create("spike_generator", 1, { spike_times = { 1.0, 2.0 } })
      local done, cell = pcall(sim.create, sim, name, 1)
      if done and pcall(sim.connect, sim, train, cell, "all_to_all", { weight = 0.01, delay = 1.0 }) then
        sim:simulate(4000)
        for key, value in pairs(values(cell, astro.models(name))) do
          assert.is_true(value == 0 or math.abs(value) >= SMALLEST, ("%s: %s is %g"):format(name, key, value))
        end
        tested = tested + 1
      end
    end
    assert.is_true(tested > 25)
  end)

  it("changes nothing for the script's own numbers", function()
    local sim = astro.Simulation { threads = 2 }
    sim:create(NEURON, 10)
    sim:simulate(10)
    assert.is_true(SMALLEST / 4 > 0 and SMALLEST / 4 * 4 == SMALLEST)
  end)
end)

describe("astro", function()
  it("astro.version", function() assert.is_string(astro.version) end)

  it("astro.models()", function()
    local known = {}
    for _, name in ipairs(astro.models()) do known[name] = true end
    assert.is_true(known[NEURON] and known[ASTROCYTE] and known.static_synapse)
  end)

  it("astro.models(name)", function()
    local model = astro.models(NEURON)
    assert.equal(NEURON, model.name)
    assert.is_true(#model.params > 10 and #model.recordables > 0)
    for _, param in ipairs(model.params) do
      assert.is_string(param.name)
      assert.is_string(param.unit)
      assert.is_string(param.meaning)
      assert.is_string(param.range)
      assert.is_not_nil(param.default)
    end
  end)

  it("astro.rules()", function()
    local known = {}
    for _, name in ipairs(astro.rules()) do known[name] = true end
    assert.is_true(known.pairwise_bernoulli and known.third_factor_bernoulli_with_pool)
  end)
end)

describe("signals that come and go", function()
  -- I_SIC of neurons whose astrocytes are above the threshold at times; `delay` of another connection decides how long slices are.
  local function run(delay, interval)
    local sim = astro.Simulation { threads = 1 }
    local neurons = sim:create("aeif_cond_alpha_astro", 40)
    local glia = sim:create("astrocyte_lr_1994", 40, { rate_SERCA = 0, rate_IP3R = 0, rate_L = 0 })
    sim:connect(glia, neurons, "one_to_one", { synapse_model = "sic_connection", weight = 2.0, delay = 1.0 })
    local parrots = sim:create("parrot_neuron", 2)
    sim:connect(parrots, parrots, "all_to_all", { delay = delay })
    local recorder = sim:record(neurons, { "I_SIC" }, { interval = interval })
    local one, last = glia:slice(3, 3), glia:slice(40, 40)
    last:set { Ca_astro = 0.5 }
    for round = 1, 5 do
      one:set { Ca_astro = 0.4 }
      sim:simulate(2.3)
      one:set { Ca_astro = 0.05 }
      sim:simulate(6.4)
      if round == 3 then last:set { Ca_astro = 0.05 } end
    end
    return recorder.events.I_SIC:totable()
  end

  it("are the same in slices of any length, with samples in between", function()
    for _, interval in ipairs { 0.1, 0.3, 1.0 } do
      local expected = run(0.1, interval)
      for _, delay in ipairs { 0.7, 1.0, 5.0 } do assert.same(expected, run(delay, interval)) end
    end
    local silent, active = 0, 0
    for _, value in ipairs(run(1.0, 0.1)) do
      if value == 0 then silent = silent + 1 else active = active + 1 end
    end
    assert.is_true(active > 300 and silent > 10000)
  end)
end)
