-- The paper's networks (scripts/paper), the presets, the surrogate astrocyte.
local astro = require "astro"
local presets = require "astro.presets"

local own = package.path
package.path = "scripts/paper/?.lua;" .. own
local comparison, measures, network = require "comparison", require "measures", require "network"
local nest, synchronisation = require "parts.nest", require "synchronisation"
package.path = own

describe("astro.presets", function()
  it("every preset names its kind, source and text", function()
    assert.is_true(#presets.list() >= 10)
    for _, p in ipairs(presets.list()) do
      for _, field in ipairs { "name", "kind", "source", "text" } do assert.is_string(p[field], p.name .. "." .. field) end
    end
  end)

  it("every preset of a cell can be created", function()
    local sim = astro.Simulation { seed = 1 }
    for _, p in ipairs(presets.list()) do
      if p.kind ~= "network" then
        assert.equal(p.kind, astro.models(p.model).kind)
        assert.equal(3, #sim:create(p.model, 3, p.params))
      end
    end
  end)

  it("presets.list(kind) lists that kind only", function()
    assert.is_true(#presets.list("network") >= 3)
    for _, p in ipairs(presets.list("astrocyte")) do assert.equal("astrocyte", p.kind) end
  end)

  it("each access gives a copy of its own", function()
    presets.jiang_2025_sparse.connections.inhibitory.delay = 7
    assert.equal(1.0, presets.jiang_2025_sparse.connections.inhibitory.delay)
  end)

  it("an unknown name is an error that lists the names", function()
    local done, message = pcall(function() return presets.nadkarni end)
    assert.is_false(done)
    assert.is_truthy(message:find("paper_spec.lua:%d+: there is no preset 'nadkarni' %(there are: .*nadkarni_jung_2003"))
  end)

  it("nadkarni_jung_2003 and brette_gerstner_2005 are the models' defaults", function()
    for _, name in ipairs { "nadkarni_jung_2003", "brette_gerstner_2005" } do
      local defaults = {}
      for _, p in ipairs(astro.models(presets[name].model).params) do defaults[p.name] = p.default end
      for key, value in pairs(presets[name].params) do assert.equal(defaults[key], value, name .. "." .. key) end
    end
  end)

  it("the fitted astrocytes differ within 90 to 105 % of the mean", function()
    local p = presets.jiang_2025_fitted_astrocytes
    local cells = astro.Simulation { seed = 1 }:create(p.model, 500, p.params)
    local mean = presets.jiang_2025_fitted_astrocyte.params
    for _, name in ipairs { "Ca_tot", "IP3_0", "tau_IP3", "delta_IP3" } do
      local values = cells:get(name)
      assert.is_true(values:min() >= 0.90 * mean[name] and values:max() <= 1.05 * mean[name], name)
      assert.is_true(values:std() > 0.03 * mean[name], name)
    end
  end)
end)

describe("astrocyte_surrogate", function()
  it("sends its SIC times the weight, from delay + resolution on", function()
    local sim = astro.Simulation { seed = 1 }
    local surrogate = sim:create("astrocyte_surrogate", { SIC = 3.5 })
    local neuron = sim:create("aeif_cond_alpha_astro")
    sim:connect(surrogate, neuron, "one_to_one", { synapse_model = "sic_connection", weight = 2.0, delay = 0.5 })
    local current = sim:record(neuron, { "I_SIC" }, { interval = 0.1 })
    sim:simulate(1)
    assert.same({ 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 7.0, 7.0, 7.0, 7.0 }, current.events.I_SIC:totable())
  end)

  it("ignores spikes, whatever their weight", function()
    local sim = astro.Simulation { seed = 1 }
    local surrogate = sim:create("astrocyte_surrogate", { SIC = 3.5 })
    local neuron = sim:create("aeif_cond_alpha_astro")
    local spikes = sim:create("spike_generator", { spike_times = { 1, 2, 3 } })
    sim:connect(spikes, surrogate, "one_to_one", { weight = -5.0 })
    sim:connect(surrogate, neuron, "one_to_one", { synapse_model = "sic_connection" })
    local current = sim:record(neuron, { "I_SIC" })
    sim:simulate(10)
    assert.equal(3.5, current.events.I_SIC[-1])
  end)

  it("takes part in tripartite connections", function()
    local sim = astro.Simulation { seed = 1 }
    local neurons, glia = sim:create("aeif_cond_alpha_astro", 20), sim:create("astrocyte_surrogate", 10)
    local made = sim:tripartite_connect(neurons, neurons, glia, { rule = "pairwise_bernoulli", p = 0.5 },
      { rule = "third_factor_bernoulli_with_pool", p = 1.0, pool_size = 2 },
      { third_out = { synapse_model = "sic_connection" } })
    assert.equal(made.primary, made.third_in)
    assert.equal(made.primary, made.third_out)
  end)

  it("a negative SIC is refused", function()
    assert.has_error(function() astro.Simulation {}:create("astrocyte_surrogate", { SIC = -1 }) end)
  end)
end)

describe("comparison", function()
  it("student: the values of the printed tables", function()
    for _, row in ipairs { { 12.706, 1, 0.05 }, { 2.228, 10, 0.05 }, { 3.169, 10, 0.01 }, { 2.704, 40, 0.01 }, { 0.0, 5, 1.0 } } do
      assert.is_true(math.abs(comparison.student(row[1], row[2]) - row[3]) < 2e-5, ("t = %g, df = %d"):format(row[1], row[2]))
    end
  end)

  it("welch: equal samples do not differ, shifted ones do", function()
    local a, b = { 1, 2, 3, 4, 5 }, { 11, 12, 13, 14, 15 }
    assert.equal(1.0, (comparison.welch(a, a)))
    assert.is_true(comparison.welch(a, b) < 1e-4)
  end)

  it("holm: stops at the first test that is above its level", function()
    local tests = { { p = 0.03 }, { p = 0.001 }, { p = 0.9 }, { p = 0.004 } }
    assert.equal(1, comparison.holm(tests, 0.01))
    assert.is_true(tests[2].differs)
    assert.equal(2, comparison.holm({ { p = 0.03 }, { p = 0.001 }, { p = 0.9 }, { p = 0.003 } }, 0.01))
  end)
end)

describe("scripts/paper", function()
  setup(function() package.path = "scripts/paper/?.lua;" .. own end)
  teardown(function() package.path = own end)

  it("a network keeps its inputs per neuron at every scale", function()
    for _, name in ipairs { "sparse", "fixed_indegree", "fixed_outdegree", "fixed_total_number" } do
      local sim = astro.Simulation { seed = 1 }
      local cells = network.build(sim, network.parameters(name), 0.125)
      assert.is_true(math.abs(cells.made.primary / #cells.neurons - 800) < 8, name)
      assert.is_true(math.abs(cells.made.inhibitory / #cells.neurons - 200) < 4, name)
    end
  end)

  it("synchronous is the preset of that name", function()
    local theirs = presets.jiang_2025_synchronous
    local ours = network.parameters("synchronous")
    assert.same(theirs.cells, ours.cells)
    assert.same(theirs.connections, ours.connections)
  end)

  -- Bonferroni over the measures: a right engine fails with a probability of at most 1e-3, once and for all, as seeds are fixed.
  it("synchronous and no_tripartite agree with NEST over four seeds", function()
    local runs = {}
    local store = {
      measures = function(_, _, case) return runs[case] and { "rate_excitatory", "cv_isi", "IP3_mean", "calcium_mean", "SIC_mean" } or {} end,
      values = function(_, _, case, measure)
        local values = {}
        for i, m in ipairs(runs[case]) do values[i] = m[measure] end
        return values
      end,
    }
    for _, case in ipairs { "synchronous", "no_tripartite" } do
      runs[case] = {}
      for seed = 1, 4 do runs[case][seed] = nest.run(case, seed, {}) end
    end
    local tests = nest.tests(store, 4)
    assert.equal(10, #tests)
    for _, test in ipairs(tests) do
      assert.is_true(test.p > 1e-3 / #tests, ("%s, %s: %g here, %g in NEST, p = %g"):format(
        test.case, test.measure, test.ours, test.theirs, test.p))
    end
  end)

  it("the experiment's networks have their pools", function()
    local block = synchronisation.parameters {}
    assert.equal("block", block.connections.third_rule.pool_type)
    local random = synchronisation.parameters { pools = "random" }
    assert.equal(5, random.connections.third_rule.pool_size)
    assert.equal(7.0, synchronisation.parameters { pools = "wide" }.connections.third_out.weight)
  end)

  it("of_degrees counts what build made", function()
    local m = measures.of_degrees(network.parameters("sparse"), { seed = 1, scale = 0.0125, inputs = 0.1 })
    assert.equal(m.n_third_in, m.n_third_out)
    assert.is_true(m.astrocytes_per_neuron > 9 and m.astrocytes_per_neuron <= 10)
  end)
end)
