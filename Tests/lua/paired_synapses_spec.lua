-- Synapses that read the astrocyte paired with each connection, feed it, and read states of their targets.
local astro = require "astro"
local reloaded = dofile "Tests/lua/reloaded.lua"

-- An astrocyte that counts what arrives; C grows by 0.5 an ms so that the moment that is read can be told.
local counter = astro.model {
  name = "paired_counter", kind = "astrocyte", summary = "Counts what arrives.",
  state = { G = 0, C = 0 },
  equations = "dG/dt = 0*1/ms\ndC/dt = 0.5*1/ms",
  on_spike = "G += weight",
}

-- A target that spikes when told to and whose X grows by 1 an ms.
local ramp = astro.model {
  name = "paired_ramp", summary = "Its X grows, its g collects.",
  state = { X = 0, g = 0 },
  equations = "dX/dt = 1*1/ms\ndg/dt = 0*1/ms",
  on_spike = { [0] = "g += weight", [1] = "X += weight" },
}

local reader = astro.synapse {
  name = "paired_reader", summary = "Sends what the astrocyte has.", state = { seen = -1 },
  on_pre = "seen = third.C; send(third.C); send_third(2)",
}

local function near(a, b) assert.is_true(math.abs(a - b) < 1e-9, ("%.17g is not %.17g"):format(a, b)) end

local function sender(sim, times)
  local generator = sim:create("spike_generator", { spike_times = times })
  local parrot = sim:create "parrot_neuron"
  sim:connect(generator, parrot, "one_to_one", { delay = 1.0 })
  return parrot
end

describe("third.X", function()
  it("is what the astrocyte has at the end of the step of the spike", function()
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create(counter, 3), sim:create(ramp, 2), sender(sim, { 4.0, 9.5 })
    sim:connect(parrot, target[1], "one_to_one", { synapse_model = reader, third = glia[2], delay = 1.7 })
    sim:connect(parrot, target[2], "one_to_one", { synapse_model = reader, delay = 0.1 })
    sim:simulate(30)
    -- spikes of the parrot at 5 and 10.5 ms
    near(target[1]:get "g", 0.5 * 5 + 0.5 * 10.5)
    near(target[2]:get "g", 0)
    assert.same({ 0, 4, 0 }, glia:get("G"):totable())
    local c = sim:connections { synapse_model = reader }
    assert.same({ glia[2].ids[1], 0 }, c.third:totable())
    near(c:get("seen")[1], 5.25)
    near(c:get("seen")[2], 0)
  end)

  it("is set by hand, and drawn by tripartite_connect", function()
    local sim = astro.Simulation { seed = 3 }
    local glia, pre, post = sim:create(counter, 10), sim:create("parrot_neuron", 30), sim:create(ramp, 20)
    local made = sim:tripartite_connect(pre, post, glia, { rule = "fixed_indegree", indegree = 5 },
      { rule = "third_factor_bernoulli_with_pool", p = 0.6, pool_size = 2 }, { primary = { synapse_model = reader } })
    assert.equal(100, made.primary)
    assert.equal(0, made.third_in)
    assert.equal(0, made.third_out)
    local c = sim:connections { synapse_model = reader }
    local paired = 0
    for _, id in ipairs(c.third) do
      if id > 0 then
        paired = paired + 1
        assert.is_true(id >= glia.ids[1] and id <= glia.ids[10])
      end
    end
    assert.is_true(paired > 40 and paired < 80)
    c:set { third = glia[7] }
    for _, id in ipairs(c.third) do assert.equal(glia[7].ids[1], id) end
    c:set { third = 0 }
    for _, id in ipairs(c.third) do assert.equal(0, id) end
  end)

  -- What third_in makes is what the primary synapses keep, as lists of sender and astrocyte.
  local function pairs_of(rule, third_rule)
    local sim = astro.Simulation { seed = 5 }
    local function place(model, n) return sim:create(model, n, {}, { positions = astro.space.uniform { seed = n } }) end
    local glia, pre, post = place(counter, 10), place("parrot_neuron", 30), place(ramp, 30)
    third_rule.rule = "third_factor_bernoulli_with_pool"
    sim:tripartite_connect(pre, post, glia, rule, third_rule, { primary = { synapse_model = reader }, third_in = { weight = 1 } })
    local kept, made = {}, {}
    local c, t = sim:connections { synapse_model = reader }, sim:connections { source = pre, target = glia }
    local sources, thirds, from, to = c.source, c.third, t.source, t.target
    for i = 1, #c do if thirds[i] > 0 then kept[#kept + 1] = sources[i] * 1000 + thirds[i] end end
    for i = 1, #t do made[#made + 1] = from[i] * 1000 + to[i] end
    table.sort(kept)
    table.sort(made)
    return kept, made, c
  end

  for _, rule in ipairs {
    { rule = "all_to_all" }, { rule = "one_to_one" }, { rule = "fixed_indegree", indegree = 5 }, { rule = "fixed_outdegree", outdegree = 5 },
    { rule = "fixed_total_number", N = 100 }, { rule = "pairwise_bernoulli", p = 0.2 },
    { rule = "pairwise_poisson", pairwise_avg_num_conns = 0.2 },
  } do
    it("is that of the third factor's rule with " .. rule.rule, function()
      for _, pool in ipairs { { "random", 2 }, { "block", 1 }, { "nearest", 3 } } do
        local kept, made, c = pairs_of(rule, { p = 0.6, pool_type = pool[1], pool_size = pool[2] })
        assert.same(made, kept)
        assert.is_true(#kept > 0.3 * #c and #kept < 0.9 * #c)
        local pools = {}                     -- how many astrocytes a target has
        local targets, thirds = c.target, c.third
        for i = 1, #c do
          local pool_of = pools[targets[i]] or { n = 0 }
          if thirds[i] > 0 and not pool_of[thirds[i]] then pool_of[thirds[i]], pool_of.n = true, pool_of.n + 1 end
          pools[targets[i]] = pool_of
        end
        for _, pool_of in pairs(pools) do assert.is_true(pool_of.n <= pool[2]) end
      end
    end)
  end

  it("shares one astrocyte among all connections of a call", function()
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create(counter), sim:create(ramp, 5), sender(sim, { 1.0 })
    sim:connect(parrot, target, "all_to_all", { synapse_model = reader, third = glia })
    sim:simulate(10)
    assert.equal(10, glia:get "G")
  end)

  it("converts units, and reads built-in astrocytes", function()
    local molar = astro.synapse {
      name = "paired_molar", state = { seen = "0 M" }, on_pre = "seen = third.Ca_astro; send(1)",
    }
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create("astrocyte_lr_1994", { IP3 = 1.0 }), sim:create(ramp), sender(sim, { 99.0 })
    sim:connect(parrot, target, "one_to_one", { synapse_model = molar, third = glia })
    local calcium = sim:record(glia, { "Ca_astro" }, { interval = 1.0 })
    sim:simulate(110)
    near(sim:connections({ synapse_model = molar }):get("seen")[1] * 1e6, calcium.events.Ca_astro[100])
  end)
end)

describe("send_third", function()
  it("arrives a delay after the spike", function()
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create(counter), sim:create(ramp), sender(sim, { 2.0 })
    sim:connect(parrot, target, "one_to_one", { synapse_model = reader, third = glia, delay = 4.3 })
    local rec = sim:record(glia, { "G" }, { interval = 0.1 })
    sim:simulate(10)
    for i, time in ipairs(rec.events.times) do
      assert.equal(time < 7.3 - 1e-9 and 0 or 2, rec.events.G[i])
    end
  end)

  it("is refused where no weights below 0 are taken", function()
    local negative = astro.synapse { name = "paired_negative", on_pre = "send(1); send_third(-1)" }
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create "astrocyte_lr_1994", sim:create(ramp), sender(sim, { 2.0 })
    sim:connect(parrot, target, "one_to_one", { synapse_model = negative, third = glia })
    assert.error_matches(function() sim:simulate(10) end, "negative weight")
  end)
end)

describe("post.X of states", function()
  it("is what the target has at the end of the step of the sender's spike", function()
    local post_reader = astro.synapse {
      name = "post_reader", state = { seen = -1 }, on_pre = "seen = post.X; send(post.X)",
    }
    local sim = astro.Simulation()
    local target, parrot = sim:create(ramp), sender(sim, { 4.0, 9.5 })
    sim:connect(parrot, target, "one_to_one", { synapse_model = post_reader, delay = 2 })
    sim:simulate(30)
    near(target:get "g", 5 + 10.5)
    near(sim:connections({ synapse_model = post_reader }):get("seen")[1], 10.5)
  end)

  it("is, in on_post, as the target's spike left it", function()
    -- spikes when X reaches 3, and falls to 0.5
    local spiking = astro.model {
      name = "paired_spiking", state = { X = 0, g = 0 }, equations = "dX/dt = 1*1/ms\ndg/dt = 0*1/ms",
      on_spike = "g += weight", spike = { when = "X >= 3 - 1e-9", action = "X = 0.5" },
    }
    local learner = astro.synapse {
      name = "post_learner", state = { total = 0, last_seen = 0 },
      on_pre = "send(weight)", on_post = "total += post.X; last_seen = post.X; weight += post.X",
    }
    local function run(breaks)
      local sim = astro.Simulation()
      local target, parrot = sim:create(spiking, 2), sender(sim, { 20.0, 40.0 })
      sim:connect(parrot, target, "all_to_all", { synapse_model = learner, weight = 1, delay = 1.0 })
      if breaks then
        for _ = 1, 3 do sim:simulate(10) end
        sim = reloaded(sim)
        sim:simulate(30)
      else
        sim:simulate(60)
      end
      local c = sim:connections { synapse_model = learner }
      return c:get "total", c.weight, sim:fingerprint()
    end
    local total, weight, print1 = run(false)
    -- spikes at 3, 5.5, 8, … through 58 ms; each acts 1 ms later and finds 0.5
    near(total[1], 0.5 * 23)
    near(weight[2], 1 + 0.5 * 23)
    local total2, _, print2 = run(true)
    near(total2[1], total[1])
    assert.equal(print1, print2)
  end)

  it("is refused in equations", function()
    local wrong = astro.synapse {
      name = "post_in_equations", state = { r = 0 }, equations = "dr/dt = -r/(10*ms) + 0.1/ms*post.X", on_pre = "send(r)",
    }
    local sim = astro.Simulation()
    local target, parrot = sim:create(ramp), sim:create "parrot_neuron"
    assert.error_matches(function() sim:connect(parrot, target, "one_to_one", { synapse_model = wrong }) end, "post.X changes while")
  end)
end)

it("recorded static connections arrive as others do", function()
  local function run(recorded)
    local sim = astro.Simulation()
    local target, parrot = sim:create(ramp, 3), sender(sim, { 2.0, 5.0 })
    sim:connect(parrot, target, "all_to_all", { weight = 0.5, delay = 1.3 })
    if recorded then sim:record(sim:connections { source = parrot }, { "sent" }, { when = "spike" }) end
    sim:simulate(10)
    return sim:fingerprint(), target[2]:get "g"
  end
  local print1, g = run(false)
  assert.equal(1, g)
  assert.equal(print1, (run(true)))
end)

it("populations of one model, one of them silent, are loaded with what post.X has at spikes", function()
  local spiking = astro.model {
    name = "paired_two", state = { X = 0, g = 0 }, parameters = { rate = "1 1/ms" }, equations = "dX/dt = rate; dg/dt = 0*1/ms",
    on_spike = "g += weight", spike = { when = "X >= 3 - 1e-9", action = "X = 0.5" },
  }
  local learner = astro.synapse { name = "paired_two_learner", on_pre = "send(0)", on_post = "weight += post.X" }
  local sim = astro.Simulation()
  local loud, silent, parrot = sim:create(spiking, 2), sim:create(spiking, 2, { rate = 0 }), sender(sim, { 50.0 })
  sim:connect(parrot, loud + silent, "all_to_all", { synapse_model = learner, weight = 1, delay = 1.0 })
  sim:simulate(30)
  local again = reloaded(sim)
  sim:simulate(30)
  again:simulate(30)
  assert.same(sim:connections({ synapse_model = learner }).weight:totable(), again:connections({ synapse_model = learner }).weight:totable())
  assert.is_true(sim:connections({ synapse_model = learner }).weight[1] > 5)
end)

-- A network in which astrocytes modulate release and are fed by it.
local gliorelease = {
  name = "paired_release", parameters = { U_0 = 0.5, alpha = 0.3, rho = 0.4 }, state = { x = 1, u = 0 },
  equations = "dx/dt = (1 - x)/(200*ms)\ndu/dt = -u/(100*ms)",
  on_pre = [[ U = (1 - third.C/(10 + third.C))*U_0 + alpha*third.C/(10 + third.C)
              u += U*(1 - u); r = u*x; x -= r
              send(weight*r); send_third(rho*r) ]],
}

local function network(threads, breaks)
  local release = astro.synapse(gliorelease)
  local sim = astro.Simulation { seed = 11, threads = threads }
  local glia, pre, post = sim:create(counter, 40), sim:create("parrot_neuron", 60), sim:create(ramp, 50)
  sim:connect(sim:create("poisson_generator", { rate = 60 }), pre)
  sim:connect(pre, glia, { rule = "fixed_indegree", indegree = 4 }, { weight = 0.001, delay = 1.3 })
  sim:tripartite_connect(pre, post, glia, { rule = "fixed_indegree", indegree = 10 },
    { rule = "third_factor_bernoulli_with_pool", p = 0.8, pool_size = 3 },
    { primary = { synapse_model = release, weight = 0.37, delay = astro.random.uniform(0.4, 2.5) } })
  if breaks then
    sim:simulate(7.3)
    sim = reloaded(sim)
    sim:simulate(12.7)
  else
    sim:simulate(20)
  end
  return sim:fingerprint(), sim:populations()[1]:get("G"):sum()
end

it("results do not depend on threads, nor on a checkpoint with spikes under way", function()
  local one, sum = network(1)
  assert.is_true(sum > 0)
  assert.equal(one, (network(3)))
  assert.equal(one, (network(1, true)))
  assert.equal(one, (network(2, true)))
end)

describe("a wrong pair", function()
  local function refused(pattern, fill)
    local sim = astro.Simulation()
    local glia, target, parrot = sim:create(counter), sim:create(ramp), sim:create "parrot_neuron"
    assert.error_matches(function() fill(sim, glia, target, parrot) end, pattern)
    assert.equal(0, sim.num_connections)
  end
  it("has nothing of the name", function()
    refused("third.Cc.*did you mean 'C'", function(sim, glia, target, parrot)
      local wrong = astro.synapse { name = "reads_wrong", on_pre = "send(third.Cc)" }
      sim:connect(parrot, target, "one_to_one", { synapse_model = wrong, third = glia })
    end)
  end)
  it("has another unit", function()
    refused("seen needs mV", function(sim, _, target, parrot)
      local wrong = astro.synapse { name = "wrong_unit", state = { seen = "0 mV" }, on_pre = "seen = third.Ca_astro; send(1)" }
      sim:connect(parrot, target, "one_to_one", { synapse_model = wrong, third = sim:create "astrocyte_lr_1994" })
    end)
    refused("w needs mV", function(sim, _, _, parrot)
      local wrong = astro.synapse { name = "wrong_unit", state = { w = "0 mV" }, on_pre = "w = post.g_ex; send(1)" }
      sim:connect(parrot, sim:create "aeif_cond_alpha", "one_to_one", { synapse_model = wrong })
    end)
  end)
  it("is no cell", function()
    refused("spike_generator cannot be third", function(sim, _, target, parrot)
      sim:connect(parrot, target, "one_to_one", { synapse_model = reader, third = sim:create "spike_generator" })
    end)
  end)
  it("is no node", function()
    refused("third = 99 is not the id of a node", function(sim, _, target, parrot)
      sim:connect(parrot, target, "one_to_one", { synapse_model = reader, third = 99 })
    end)
  end)
  it("is drawn", function()
    refused("third takes nodes", function(sim, _, target, parrot)
      sim:connect(parrot, target, "one_to_one", { synapse_model = reader, third = astro.random.uniform(1, 2) })
    end)
  end)
  it("is given to a rule that chooses", function()
    refused("third is chosen by the third%-factor rule", function(sim, glia, target, parrot)
      sim:tripartite_connect(parrot, target, glia, "all_to_all", { p = 1 },
        { primary = { synapse_model = reader, third = glia } })
    end)
  end)
  it("stands in on_post", function()
    assert.error_matches(function()
      astro.synapse { name = "wrong_place", on_pre = "send(1)", on_post = "weight += third.C" }
    end, "third.C can only be used in on_pre")
    assert.error_matches(function()
      astro.synapse { name = "wrong_place", on_pre = "send(1)", on_post = "send_third(1)" }
    end, "send_third can only be used in on_pre")
  end)
  it("of a synapse that has none", function()
    refused("static_synapse has no parameter 'third'", function(sim, glia, target, parrot)
      sim:connect(parrot, target, "one_to_one", { third = glia })
    end)
  end)
end)
