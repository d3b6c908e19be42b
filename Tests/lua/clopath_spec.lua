-- clopath_synapse and its two neurons against the reference: Tests/Fixtures/plasticity/clopath_*.
local astro = require "astro"
local json = require "dkjson"

local FIXTURES <const> = "Tests/Fixtures/plasticity/"

local function contents(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- Columns of numbers by name, and the names in order.
local function csv(path)
  local names, columns = nil, {}
  for line in io.lines(path) do
    local c = 0
    if names then
      for value in line:gmatch "[^,]+" do
        c = c + 1
        table.insert(columns[names[c]], tonumber(value))
      end
    else
      names = {}
      for name in line:gmatch "[^,]+" do names[#names + 1], columns[name] = name, {} end
    end
  end
  return columns, names
end

local function build(fixture)
  local sim = astro.Simulation { resolution = fixture.resolution_ms, seed = 1 }
  local nodes, connections = {}, {}
  for _, node in ipairs(fixture.nodes) do nodes[node.name] = sim:create(node.model, 1, node.params) end
  for _, c in ipairs(fixture.connections) do
    local synapse = { weight = c.weight, delay = c.delay_ms, synapse_model = c.synapse_model }
    for key, value in pairs(c.params or {}) do synapse[key] = value end
    sim:connect(nodes[c.source], nodes[c.target], "one_to_one", synapse)
    if c.name then
      local all = sim:connections { source = nodes[c.source], target = nodes[c.target] }
      connections[c.name] = all[#all]
    end
  end
  return sim, nodes, connections
end

-- Fails where a trace of a target is further off than `tolerance`.
local function compare_traces(fixture, trace, tolerance)
  local columns, names = csv(FIXTURES .. fixture.files.traces)
  for c = 2, #names do
    local found, worst = trace.events[names[c]:match "%.(.*)"], 0
    assert.equal(#columns.time_ms, #found)
    for i, wanted in ipairs(columns[names[c]]) do worst = math.max(worst, math.abs(found[i] - wanted)) end
    assert.is_true(worst <= tolerance, ("%s: %g off"):format(names[c], worst))
  end
end

-- How far weights are off, relative to their size; fails where spikes of targets are others, or traces off by more than `tolerance`.
local function compare(name, tolerance)
  local fixture = assert(json.decode(contents(FIXTURES .. name .. ".json")))
  local sim, nodes, connections = build(fixture)
  local columns, names = csv(FIXTURES .. fixture.files.csv)
  local weights, spikes, worst, where = {}, {}, 0, "nowhere"
  for each, connection in pairs(connections) do weights[each] = sim:record(connection, { "weight" }, { when = "spike" }) end
  for _, node in ipairs(fixture.spikes_from) do spikes[node] = sim:record(nodes[node]) end
  local record = fixture.record[1]
  local trace = sim:record(nodes[record.node], record.quantities, { interval = record.interval_ms, stop = record.stop_ms })
  for _, run in ipairs(fixture.runs) do sim:simulate(run.ms) end
  for node, recorder in pairs(spikes) do
    local expected = fixture.spikes[node]
    assert.equal(#expected, recorder.n_events)
    for i, time in ipairs(recorder.events.times) do assert.is_true(math.abs(time - expected[i]) < 1e-6, node .. " spikes at " .. time) end
  end
  compare_traces(fixture, trace, tolerance)
  for c = 2, #names do
    local found, expected = weights[names[c]].events.weight, columns[names[c]]
    assert.equal(#expected, #found)
    for i, wanted in ipairs(expected) do
      local off = math.abs(found[i] - wanted) / math.abs(wanted)
      if off > worst or off ~= off then
        worst, where = off, ("%s at %g ms: %.17g, not %.17g"):format(names[c], columns.time_ms[i], found[i], wanted)
      end
    end
    assert.is_true(math.abs(connections[names[c]]:get("x_bar")[1] - fixture.final[names[c]].x_bar) < 1e-15)
  end
  return worst, where
end

describe("clopath_synapse as in the reference:", function()
  it("weights that do not move the target: to 1e-12", function()
    local worst, where = compare("clopath_faint", 1e-11)
    assert.is_true(worst < 1e-12, where)
  end)

  -- A jump of V_m comes at the end of a step here, in the reference after its first substep.
  it("onto aeif_psc_delta_clopath, whose jumps come within a step: to 1e-7", function()
    local worst, where = compare("clopath_aeif", 1e-11)
    assert.is_true(worst < 1e-7, where)
  end)

  -- The reference integrates this model with a tolerance of 1e-3, a thousand times coarser than here.
  it("onto hh_psc_alpha_clopath, integrated more coarsely there: to 1e-7", function()
    local worst, where = compare("clopath_hh", 2e-3)
    assert.is_true(worst < 1e-7, where)
  end)
end)

-- A target of one's own that is quick to compute.
local function neuron()
  return astro.model {
    name = "own_followed",
    parameters = {
      A_LTP = "0.002 1/mV^2", A_LTD = "0.01 1/mV", theta_plus = "-66 mV", theta_minus = "-70 mV", A_LTD_const = "true",
      u_ref_squared = "4000 mV^2", delay_u_bars = "2 ms", I = "9 mV",
    },
    state = { V_m = "-70 mV", u_bar_plus = "-70 mV", u_bar_minus = "-70 mV", u_bar_bar = "-70 mV" },
    equations = [[
      dV_m/dt = (-70*mV - V_m + I)/(10*ms)
      du_bar_plus/dt = (V_m - u_bar_plus)/(7*ms)
      du_bar_minus/dt = (V_m - u_bar_minus)/(10*ms)
      du_bar_bar/dt = (u_bar_minus - u_bar_bar)/(100*ms)
    ]],
    on_spike = "V_m += weight",
    spike = { when = "V_m > -55*mV", action = "V_m = -72*mV" },
  }
end

-- A sender, and targets with a connection each.
local function network(synapse, cell, targets)
  local sim = astro.Simulation { seed = 5 }
  local noise = sim:create("poisson_generator", { rate = 60 })
  local pre, post = sim:create "parrot_neuron", sim:create(neuron(), targets or 6, cell)
  sim:connect(noise, pre)
  local own = { synapse_model = "clopath_synapse", weight = 1, Wmax = 8 }
  for key, value in pairs(synapse) do own[key] = value end
  sim:connect(pre, post, "all_to_all", own)
  return sim, sim:connections { source = pre, target = post }, post
end

describe("clopath_synapse:", function()
  for name, values in pairs {
    weight = { 0.5, 1, 2, 1.5, 0.7, 1.2 }, delay = { 0.5, 1, 2.7, 3, 0.1, 4 }, tau_x = { 10, 20, 30, 40, 5, 15 }, x_bar = { 0, 0.1, -0.1, 0.2, 0.3, 1 },
    Wmin = { 0, 0.9, 1.2, 0.5, 0.8, 1 }, Wmax = { 1.1, 1.5, 8, 1.2, 1, 1.3 },
  } do
    it("its own " .. name .. ", at connect and set, is what it is where all share it", function()
      local function run(at_connect, set)
        local sim, c = network(at_connect, {})
        if set then c:set(set) end
        sim:simulate(200)
        return c.weight:totable(), sim
      end
      local shared, distinct = {}, {}
      for i, value in ipairs(values) do
        shared[i] = run({ [name] = value })[i]
        distinct[shared[i]] = true
      end
      assert.same(shared, (run { [name] = values }))
      assert.same(shared, (run({}, { [name] = values })))
      assert.is_true(next(distinct, next(distinct)) ~= nil)
    end)
  end

  it("parameters of the target have an effect, and may differ from cell to cell", function()
    for name, values in pairs {
      A_LTP = { 0, 0.001, 0.002 }, A_LTD = { 0, 0.005, 0.01 }, theta_plus = { -60, -66, -69 }, theta_minus = { -75, -70, -68 },
      u_ref_squared = { 4000, 5000, 6000 }, delay_u_bars = { 0, 2, 7 },
    } do
      local is_homeostatic = name == "u_ref_squared"
      local function run(cell)
        cell.A_LTD_const = not is_homeostatic
        local sim, c = network({}, cell, 3)
        sim:simulate(200)
        return c.weight:totable()
      end
      local all, distinct, n = run { [name] = values }, {}, 0
      for i, value in ipairs(values) do
        local weight = run({ [name] = value })[i]
        assert.equal(weight, all[i], name)
        if not distinct[weight] then distinct[weight], n = true, n + 1 end
      end
      assert.equal(3, n, name .. " has no effect")
    end
  end)

  it("weights and x_bar can be drawn", function()
    local _, c = network({ weight = astro.random.uniform(0, 1), x_bar = astro.random.normal(0.1, 0.01) }, {})
    assert.is_true(c.weight:min() >= 0 and c.weight:max() <= 1 and c.weight:std() > 0.01 and c:get("x_bar"):std() > 1e-4)
  end)

  it("the same on threads, with a checkpoint in between, and beside other synapses", function()
    local function run(threads, breaks)
      local sim = astro.Simulation { seed = 2, threads = threads }
      local noise = sim:create("poisson_generator", { rate = 900 })
      local cells = sim:create(neuron(), 60, { A_LTD = 2e-4, A_LTP = 2e-4, delay_u_bars = astro.random.uniform(0, 6) })
      sim:connect(noise, cells, "all_to_all", { weight = 1.5 })
      for _, model in ipairs { "clopath_synapse", "stdp_synapse", "stdp_triplet_synapse", "tsodyks_synapse" } do
        sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 5 }, { synapse_model = model, weight = 0.2, delay = astro.random.uniform(0.3, 4) })
      end
      sim:simulate(40)
      if breaks then
        local path = os.tmpname()
        sim:save(path)
        sim = astro.load(path, { threads = 2 })
        os.remove(path)
      end
      sim:simulate(40)
      local c = sim:connections { synapse_model = "clopath_synapse" }
      return sim:fingerprint(), c.weight:std()
    end
    local expected, spread = run(1)
    assert.is_true(spread > 0.01)
    assert.equal(expected, (run(3)))
    assert.equal(expected, (run(2, true)))
  end)

  it("a disconnected target is not followed, and one that is connected again begins anew", function()
    local sim, c = network({}, {})
    sim:simulate(50)
    local before = sim.stats.memory_bytes
    c:disconnect()
    sim:simulate(50)
    if before then assert.is_true(sim.stats.memory_bytes <= before) end
  end)

  it("targets that it cannot follow are refused with the names of those that it can", function()
    local sim = astro.Simulation()
    local cells = sim:create("iaf_psc_exp", 2)
    assert.error_matches(function() sim:connect(cells, cells, "one_to_one", { synapse_model = "clopath_synapse" }) end,
      "iaf_psc_exp has no u_bar_bar, .*aeif_psc_delta_clopath and hh_psc_alpha_clopath have them")
    assert.error_matches(function() sim:create("hh_psc_alpha_clopath", 1, { A_LTD_const = 2 }) end, "A_LTD_const = 2 is not allowed %(true or false%)")
    local far = sim:create("hh_psc_alpha_clopath", 1, { delay_u_bars = 1e9 })
    sim:connect(cells, far, "all_to_all", { synapse_model = "clopath_synapse" })
    assert.error_matches(function() sim:simulate(1) end, "delay_u_bars = 1000000000")
  end)

  it("a text's parameter that is true or false takes nothing else", function()
    assert.error_matches(function()
      astro.model { name = "odd", parameters = { { "flag", "true", "odd", "> 0" } }, state = { x = 0 }, equations = "dx/dt = 0" }
    end, "the allowed values are true and false")
    local chosen = astro.model { name = "chosen", parameters = { fast = "false" }, state = { x = 0 }, equations = "dx/dt = (2 if fast > 0 else 1)/(1*ms)" }
    local sim = astro.Simulation()
    local cells = sim:create(chosen, 2)
    cells[2]:set { fast = true }
    sim:simulate(1)
    assert.is_true(math.abs(cells[1]:get "x" - 1) < 1e-12 and math.abs(cells[2]:get "x" - 2) < 1e-12)
    assert.error_matches(function() cells:set { fast = "yes" } end, "fast must be true or false")
  end)
end)
