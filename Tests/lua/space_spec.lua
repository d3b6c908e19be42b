-- Where nodes lie, and what follows from it. What NEST connects within masks, and the values of its functions of distance, are in
-- Tests/Fixtures/space. Bounds of what is random are at five standard errors, and seeds are fixed.
local astro = require "astro"
local space = astro.space
local folder = "Tests/Fixtures/space/"

local function near(expected, value, error)
  assert.is_true(math.abs(value - expected) <= error, ("%s is not %s within %s"):format(value, expected, error))
end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(tostring(message):find(pattern, 1, true), ("'%s' is not in '%s'"):format(pattern, message))
end

local function cells(sim, positions, n, model) return sim:create(model or "parrot_neuron", n, {}, { positions = positions }) end

-- Two layers of a simulation at the same places.
local function pair(positions, options)
  local sim = astro.Simulation(options)
  return sim, cells(sim, positions), cells(sim, positions)
end

-- The targets of a node, numbered in their layer, ascending.
local function targets(sim, source, layer)
  local first, list = layer.ids[1] - 1, {}
  for _, id in ipairs(sim:connections { source = source, target = layer }.target) do
    list[#list + 1] = math.tointeger(id - first)
  end
  table.sort(list)
  return list
end

local function displacements(sim, a, b)
  local c, list = sim:connections { source = a, target = b }, {}
  local from, to, first, second = a.positions, b.positions, a.ids[1] - 1, b.ids[1] - 1
  local sources, ends = c.source, c.target
  for i = 1, #c do
    local p, q = from[math.tointeger(sources[i] - first)], to[math.tointeger(ends[i] - second)]
    list[i] = { q[1] - p[1], q[2] - p[2] }
  end
  return list
end

local grid = space.grid { shape = { 5, 4 }, extent = { 5, 4 } }

describe("positions", function()
  it("of a grid go by columns from the top left", function()
    local sim = astro.Simulation()
    local plane = cells(sim, space.grid { shape = { 3, 2 }, extent = { 3, 2 }, center = { 1, 1 } })
    assert.same({ { 0, 1.5 }, { 0, 0.5 }, { 1, 1.5 }, { 1, 0.5 }, { 2, 1.5 }, { 2, 0.5 } }, plane.positions)
    local room = cells(sim, space.grid { shape = { 2, 2, 2 }, extent = { 2, 2, 2 } })
    assert.same({ { -0.5, 0.5, -0.5 }, { -0.5, 0.5, 0.5 }, { -0.5, -0.5, -0.5 } }, { table.unpack(room.positions, 1, 3) })
    assert.equal(8, #room)
  end)

  it("repeat themselves after a period, or not", function()
    local sim = astro.Simulation()
    local ring = cells(sim, space.uniform { n = 4, extent = { 2, 3 }, wrap = true })
    local open = cells(sim, space.grid { shape = { 2, 2 }, extent = { 2, 3 } })
    assert.same({ { 2, 3 }, { 2, 3 } }, { ring.period, ring[2].period })
    assert.same({}, { open.period, cells(sim, nil, 2).period, (ring + open).period })
  end)

  it("are those of slices, joined and single nodes; without any there is nil", function()
    local sim = astro.Simulation()
    local a = cells(sim, { { 1, 2 }, { 3, 4 }, { 5, 6 } })
    local b = cells(sim, { { 7, 8 } }, nil, "poisson_generator")
    assert.same({ { 3, 4 }, { 5, 6 } }, a:slice(2, 3).positions)
    assert.same({ { 5, 6 }, { 7, 8 } }, (a[3] + b).positions)
    assert.same({ { 1, 2 } }, a[1].positions)
    assert.is_nil(sim:create("parrot_neuron", 2).positions)
    assert.is_nil((a + sim:create("parrot_neuron")).positions)
  end)

  it("are drawn evenly by a seed, or by the simulation's", function()
    local sim = astro.Simulation { seed = 4 }
    local P = space.uniform { n = 20000, extent = { 2, 4, 1 }, center = { 1, 0, -1 }, seed = 3 }
    local a, b = cells(sim, P), cells(sim, P)
    assert.same(a.positions, b.positions)
    for axis, range in ipairs { { 0, 2 }, { -2, 2 }, { -1.5, -0.5 } } do
      local sum, squares, length = 0, 0, range[2] - range[1]
      for _, p in ipairs(a.positions) do
        assert.is_true(p[axis] >= range[1] and p[axis] < range[2])
        sum, squares = sum + p[axis], squares + (p[axis] - (range[1] + range[2]) / 2) ^ 2
      end
      near((range[1] + range[2]) / 2, sum / 20000, 5 * length / math.sqrt(12 * 20000))
      near(length ^ 2 / 12, squares / 20000, 5 * length ^ 2 / math.sqrt(180 * 20000))
    end
    local free = space.uniform { extent = { 1, 1 } }
    local c, d = cells(sim, free, 5), cells(sim, free, 5)
    assert.are_not.same(c.positions, d.positions)
    local other = astro.Simulation { seed = 4 }
    other:create("multimeter", 3, {}, { positions = space.uniform { n = 3 } })
    cells(other, P)
    cells(other, P)
    assert.same(c.positions, cells(other, free, 5).positions)
  end)

  it("of one place are one node", function()
    assert.equal(1, #cells(astro.Simulation(), { { 0, 0 } }))
    assert.equal(6, #space.grid { shape = { 2, 3 } })
  end)
end)

describe("masks", function()
  for i, case in ipairs(dofile(folder .. "masks.lua")) do
    local kind = next(case.mask) ~= "anchor" and next(case.mask) or next(case.mask, "anchor")
    it(("have NEST's targets, case %d: %s"):format(i, kind), function()
      local sim, a, b = pair(space.grid { shape = case.shape, extent = case.extent, center = case.center, wrap = case.wrap })
      sim:connect(a, b, { rule = "pairwise_bernoulli", p = 1, mask = case.mask })
      for source, expected in pairs(case.targets) do assert.same(expected, targets(sim, a[source], b)) end
    end)
  end

  local ring = { rectangular = { lower_left = { 0.5, -2 }, upper_right = { 2, 1 } } }

  it("lie around the sender, whatever the rule", function()
    for _, rule in ipairs {
      { rule = "all_to_all" }, { rule = "pairwise_bernoulli", p = 0.9 }, { rule = "pairwise_bernoulli" },
      { rule = "pairwise_poisson", pairwise_avg_num_conns = 2 }, { rule = "fixed_indegree", indegree = 2 },
      { rule = "fixed_outdegree", outdegree = 2, allow_multapses = false }, { rule = "fixed_indegree", indegree = 2, p = "exp(-distance)" },
    } do
      local sim, a, b = pair(space.grid { shape = { 6, 6 }, extent = { 6, 6 }, wrap = true })
      rule.mask = ring
      assert.is_true(sim:connect(a, b, rule) > 60, rule.rule)
      for _, d in ipairs(displacements(sim, a, b)) do
        local dx, dy = (d[1] + 3) % 6 - 3, (d[2] + 3) % 6 - 3
        assert.is_true(dx >= 1 and dx <= 2 and dy >= -2 and dy <= 1, ("%s: %g %g"):format(rule.rule, dx, dy))
      end
    end
  end)

  it("are joined by + - *", function()
    local ball = function(r, anchor) return space.mask { circular = { radius = r }, anchor = anchor } end
    local a, b = ball(1), ball(1, { 1, 0 })
    for _, case in ipairs { { -0.5, true, false, true }, { 0.5, true, true, false }, { 1.5, true, false, false }, { 3, false, false, false } } do
      local d = { case[1], 0 }
      assert.same({ table.unpack(case, 2) }, { (a + b):contains(d), (a * b):contains(d), (a - b):contains(d) })
    end
    assert.is_false((a - b):contains { 0, 0 }) -- an edge of what is taken away goes with it
    local doughnut = space.mask { doughnut = { inner_radius = 0.5, outer_radius = 1 } }
    local difference = ball(1) - ball(0.5)
    for _, x in ipairs { 0.4, 0.5, 0.6, 1, 1.1 } do
      assert.equal(doughnut:contains { 0, x }, difference:contains { 0, x })
    end
    local sim, from, to = pair(grid)
    sim:connect(from, to, { rule = "all_to_all", mask = difference + ball(0.1) })
    assert.same({ 6, 9, 10, 11, 14 }, targets(sim, from[10], to))
  end)

  it("take edges of sums that are not exact", function()
    local sim, a, b = pair(space.grid { shape = { 11, 11 }, extent = { 1.1, 1.1 } })
    sim:connect(a, b, { rule = "all_to_all", mask = { circular = { radius = 0.3 } } })
    assert.equal(29, #targets(sim, a[61], b))
    local other, c, d = pair(space.grid { shape = { 11, 11 }, extent = { 1.1, 1.1 }, wrap = true })
    other:connect(c, d, { rule = "all_to_all", mask = { doughnut = { inner_radius = 0.1, outer_radius = 0.3 } } })
    for i = 1, 121, 7 do assert.equal(24, #targets(other, c[i], d)) end
  end)

  it("larger than a space that repeats itself connect each pair once", function()
    local sim, a, b = pair(space.grid { shape = { 4, 4 }, extent = { 4, 4 }, wrap = true })
    assert.equal(256, sim:connect(a, b, { rule = "all_to_all", mask = { circular = { radius = 9 } } }))
  end)

  it("wrap only where both ends do", function()
    local sim = astro.Simulation()
    local P = { shape = { 4, 1 }, extent = { 4, 1 } }
    local open = cells(sim, space.grid(P))
    P.wrap = true
    local wrapped = cells(sim, space.grid(P))
    local rule = { rule = "all_to_all", mask = { circular = { radius = 1 } } }
    assert.equal(10, sim:connect(open, wrapped, rule))
    assert.equal(12, sim:connect(wrapped, wrapped, rule))
  end)

  it("leave autapses out where they are to be", function()
    local sim = astro.Simulation()
    local a = cells(sim, grid)
    sim:connect(a, a, { rule = "all_to_all", mask = { circular = { radius = 1 } }, allow_autapses = false })
    assert.same({ 6, 9, 11, 14 }, targets(sim, a[10], a))
  end)

  it("hold for generators and recorders", function()
    local sim = astro.Simulation()
    local a = cells(sim, grid)
    local noise = sim:create("poisson_generator", { rate = 1000 }, { positions = { { 0, 0.5 } } })
    assert.equal(4, sim:connect(noise, a, { rule = "all_to_all", mask = { circular = { radius = 1 } } },
      { weight = "1 + dx" }) - 1)
    assert.same({ 0, 1, 1, 1, 2 }, sim:connections { source = noise }.weight:sorted():totable())
    local recorder = sim:create("spike_recorder", nil, nil, { positions = { { -2, 1.5 } } })
    assert.equal(3, sim:connect(a, recorder, { rule = "all_to_all", mask = { circular = { radius = 1 } } }))
  end)
end)

describe("functions of distance", function()
  for _, case in ipairs(dofile(folder .. "functions.lua")) do
    it("have NEST's values: " .. case.name, function()
      local sim, a, b = pair(grid)
      sim:connect(a[1], b, "all_to_all", { weight = space[case.name](case.keys) })
      local weights = sim:connections { source = a[1] }.weight
      for i, value in ipairs(case.values) do near(value, weights[i], 1e-13) end
    end)
  end

  it("are probabilities, cut to 0 … 1", function()
    local P = space.uniform { n = 1000, extent = { 2, 2 }, wrap = true, seed = 8 }
    for _, p in ipairs { "1.2 - 2*distance", 2 * space.gaussian { std = 0.2 }, 0.3 * space.exponential { beta = 0.5 } + 0.1 } do
      local sim, a, b = pair(P)
      local text = type(p) == "string" and p or p.text
      local value = load("local distance, exp = ... return " .. text)
      local made = sim:connect(a:slice(1, 100), b, { rule = "pairwise_bernoulli", p = p })
      local mean, variance, from, to = 0, 0, a.positions, b.positions
      for i = 1, 100 do
        for j = 1, 1000 do
          local dx, dy = (to[j][1] - from[i][1] + 1) % 2 - 1, (to[j][2] - from[i][2] + 1) % 2 - 1
          local x = math.max(0, math.min(1, value(math.sqrt(dx * dx + dy * dy), math.exp)))
          mean, variance = mean + x, variance + x * (1 - x)
        end
      end
      near(mean, made, 5 * math.sqrt(variance))
    end
  end)

  -- From a place to another, the short way; and how far that is.
  local function way(from, to, period)
    local d, sum = {}, 0
    for k = 1, #from do
      d[k] = to[k] - from[k]
      if period then d[k] = (d[k] + period[k] / 2) % period[k] - period[k] / 2 end
      sum = sum + d[k] * d[k]
    end
    return d, math.sqrt(sum)
  end

  -- Which of five intervals a distance lies in.
  local function interval(distance) return distance < 0.15 and 1 or distance < 0.25 and 2 or distance < 0.35 and 3 or distance < 0.5 and 4 or 5 end

  -- How many connections of each interval a rule makes, how many it should, and the variance of that.
  local function by_distance(P, rule)
    local sim, a, b = pair(P, { seed = 4 })
    sim:connect(a, b, rule, { weight = "distance" })
    local made, expected, variance = { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }
    for _, distance in ipairs(sim:connections().weight) do made[interval(distance)] = made[interval(distance)] + 1 end
    -- the function's values, which the tests above compare with NEST's, as weights: target after target of each source
    local all, sources, ends = pair(P)
    all:connect(sources, ends, "all_to_all", { weight = rule.p })
    local from, to = a.positions, b.positions
    local values, n, degree = all:connections().weight, #a, rule.indegree or rule.outdegree
    local pairs_of, totals = {}, {}
    for i = 1, n do
      for j = 1, n do
        local d, distance = way(from[i], to[j], a.period)
        if rule.mask:contains(d) then
          local one, p = rule.indegree and j or i, math.min(1, values[(i - 1) * n + j])
          totals[one] = (totals[one] or 0) + p
          pairs_of[#pairs_of + 1] = { one, p, interval(distance) }
        end
      end
    end
    for _, each in ipairs(pairs_of) do
      local p, k = degree and each[2] / totals[each[1]] or each[2], each[3]
      expected[k], variance[k] = expected[k] + p * (degree or 1), variance[k] + p * (1 - p) * (degree or 1)
    end
    return made, expected, variance
  end

  for _, case in ipairs {
    { "in a plane whose edges meet", { n = 200, seed = 5, extent = { 2, 2 }, wrap = true }, { circular = { radius = 0.8 } } },
    { "in a plane", { n = 200, seed = 5, extent = { 2, 1 } }, { doughnut = { inner_radius = 0.1, outer_radius = 0.7 } } },
    { "in a box", { n = 200, seed = 5, extent = { 1, 1, 1 } }, { spherical = { radius = 0.6 } } },
    { "in a box whose edges meet", { n = 200, seed = 5, extent = { 1, 2, 1 }, wrap = true }, { spherical = { radius = 0.45 } } },
  } do
    it("give connections the distances that follow from them, " .. case[1], function()
      for _, rule in ipairs {
        { rule = "pairwise_bernoulli" }, { rule = "fixed_outdegree", outdegree = 10 }, { rule = "fixed_indegree", indegree = 10 },
      } do
        rule.p, rule.mask = 0.6 * space.gaussian { std = 0.3 }, space.mask(case[3])
        local made, expected, variance = by_distance(space.uniform(case[2]), rule)
        for k = 1, 5 do near(expected[k], made[k], 5 * math.sqrt(variance[k]) + 1e-9) end
      end
    end)
  end

  it("see dx, dy and dz as target less sender", function()
    local sim = astro.Simulation()
    local a, b = cells(sim, { { 0, 0, 0 } }), cells(sim, { { 1, 2, 3 }, { -1, 0, 2 } })
    sim:connect(a, b, "all_to_all", { weight = "dx + 10*dy + 100*dz", delay = "0.5 + distance" })
    local c = sim:connections { source = a }
    assert.same({ 321, 199 }, c.weight:totable())
    near(0.5 + math.sqrt(14), c.delay[1], 0.051)
  end)

  it("give every rule its weights", function()
    for _, rule in ipairs {
      { rule = "fixed_indegree", indegree = 3 }, { rule = "fixed_outdegree", outdegree = 3 }, { rule = "fixed_total_number", N = 50 },
      { rule = "pairwise_poisson", pairwise_avg_num_conns = 0.3 }, { rule = "one_to_one" }, { rule = "pairwise_bernoulli", p = 0.5 },
    } do
      local sim, a = pair(grid)
      local b = cells(sim, space.grid { shape = { 5, 4 }, extent = { 5, 4 }, center = { 1, 0 } })
      sim:connect(a, b, rule, { weight = "10*dx + dy" })
      local weights = sim:connections { source = a, target = b }.weight
      for i, d in ipairs(displacements(sim, a, b)) do near(10 * d[1] + d[2], weights[i], 1e-12) end
    end
  end)

  it("are relative for fixed degrees", function()
    local sim = astro.Simulation { seed = 3 }
    local b = cells(sim, { { 0, 0 } })
    local a = cells(sim, { { 1, 0 }, { 2, 0 }, { 3, 0 } })
    sim:connect(a, b, { rule = "fixed_indegree", indegree = 6000, p = "distance" })
    for i = 1, 3 do
      local p = i / 6
      near(6000 * p, #sim:connections { source = a[i], target = b }, 5 * math.sqrt(6000 * p * (1 - p)))
    end
    -- without multapses as if repeats were drawn again: 1 is left out with (2/6)(3/4) + (3/6)(2/3)
    local n, left = 300, 0
    for _ = 1, n do
      local target = cells(sim, { { 0, 0 } })
      sim:connect(a, target, { rule = "fixed_indegree", indegree = 2, p = "distance", allow_multapses = false })
      if #sim:connections { source = a[1], target = target } == 0 then left = left + 1 end
    end
    local p = 2 / 6 * 3 / 4 + 3 / 6 * 2 / 3
    near(n * p, left, 5 * math.sqrt(n * p * (1 - p)))
  end)

  it("are means of Poisson numbers", function()
    local sim, a, b = pair(space.uniform { n = 300, seed = 2 })
    local made = sim:connect(a, b, { rule = "pairwise_poisson", pairwise_avg_num_conns = "2*exp(-distance/0.3)" })
    local mean, places = 0, a.positions
    for i = 1, 300 do
      for j = 1, 300 do
        mean = mean + 2 * math.exp(-math.sqrt((places[i][1] - places[j][1]) ^ 2 + (places[i][2] - places[j][2]) ^ 2) / 0.3)
      end
    end
    near(mean, made, 5 * math.sqrt(mean))
  end)

  it("make symmetric pairs once", function()
    local sim = astro.Simulation { seed = 6 }
    local a = cells(sim, space.uniform { n = 400, extent = { 2, 2 }, wrap = true })
    local rule = { rule = "symmetric_pairwise_bernoulli", p = "1.5*exp(-distance/0.2)", mask = { circular = { radius = 0.5 } },
      make_symmetric = true, allow_autapses = false }
    assert.is_true(sim:connect(a, a, rule, { weight = "distance" }) > 1000)
    local c, seen = sim:connections(), {}
    local sources, ends, weights = c.source, c.target, c.weight
    for i = 1, #c do seen[sources[i] .. " " .. ends[i]] = weights[i] end
    local wrong = 0
    for name, weight in pairs(seen) do
      local i, j = name:match("(%S+) (%S+)")
      if i == j or weight ~= seen[j .. " " .. i] or weight > 0.5 then wrong = wrong + 1 end
    end
    assert.equal(0, wrong)
  end)
end)

describe("nearest pools", function()
  local synapses = { primary = { weight = "1 + distance" }, third_in = { weight = "2 + distance" },
    third_out = { synapse_model = "sic_connection", weight = "distance" } }

  local function network(n, positions, third_rule, options)
    local sim = astro.Simulation(options)
    local pre = cells(sim, space.uniform { n = n, extent = { 2, 2 }, wrap = true }, nil, "aeif_cond_alpha_astro")
    local glia = cells(sim, positions, nil, "astrocyte_lr_1994")
    local counts = sim:tripartite_connect(pre, pre, glia, { rule = "pairwise_bernoulli", p = 0.2 }, third_rule, synapses)
    return sim, pre, glia, counts
  end

  it("are the nearest astrocytes", function()
    local sim, pre, glia = network(60, space.grid { shape = { 5, 5 }, extent = { 2, 2 }, wrap = true },
      { rule = "third_factor_bernoulli_with_pool", p = 1, pool_size = 3, pool_type = "nearest" })
    local places, from = pre.positions, glia.positions
    for j = 1, #pre do
      local order = {}
      for i = 1, #glia do
        local dx, dy = (from[i][1] - places[j][1] + 1) % 2 - 1, (from[i][2] - places[j][2] + 1) % 2 - 1
        order[i] = { dx * dx + dy * dy, i }
      end
      table.sort(order, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
      local pool = {}
      for k = 1, 3 do pool[glia.ids[order[k][2]]] = math.sqrt(order[k][1]) end
      local c = sim:connections { source = glia, target = pre[j] }
      local sources, weights = c.source, c.weight
      for i = 1, #c do near(assert(pool[sources[i]], "not in the pool"), weights[i], 1e-12) end
    end
  end)

  it("are the first of equals", function()
    local sim = astro.Simulation()
    local cell = cells(sim, { { 0, 0 } }, nil, "aeif_cond_alpha_astro")
    local corners = cells(sim, { { 0.3, 0.1 }, { -0.1, 0.3 }, { 0.1, -0.3 }, { -0.3, -0.1 } }, nil, "astrocyte_lr_1994")
    sim:tripartite_connect(cell, cell, corners, "all_to_all", { pool_size = 1, pool_type = "nearest" }, synapses)
    assert.equal(corners.ids[1], sim:connections { source = corners }.source[1])
  end)

  it("are territories where they have one astrocyte", function()
    local sim, pre, glia, counts = network(100, space.grid { shape = { 4, 4 }, extent = { 2, 2 } },
      { rule = "third_factor_bernoulli_with_pool", p = 0.7, pool_size = 1, pool_type = "nearest" })
    assert.is_true(counts.third_out > 0)
    for j = 1, #pre do
      local owners = {}
      for _, id in ipairs(sim:connections { source = glia, target = pre[j] }.source) do owners[id] = true end
      local n = 0
      for _ in pairs(owners) do n = n + 1 end
      assert.is_true(n <= 1)
    end
  end)

  it("may be everyone", function()
    local _, _, _, counts = network(20, space.grid { shape = { 2, 2 } }, { pool_size = 4, pool_type = "nearest" })
    assert.equal(counts.primary, counts.third_out)
  end)
end)

describe("space", function()
  it("is the same on any number of threads, and after load", function()
    local function build(threads)
      local sim = astro.Simulation { seed = 9, threads = threads }
      local a = cells(sim, space.uniform { n = 600, extent = { 3, 3 }, wrap = true }, nil, "aeif_cond_alpha_astro")
      sim:create("poisson_generator", { rate = 3000, label = "noise" }, { positions = { { 0, 0 } } })
      sim:connect(sim:nodes("noise"), a, { rule = "all_to_all", mask = { circular = { radius = 1 } } }, { weight = "4*exp(-distance)" })
      sim:connect(a, a, { rule = "fixed_indegree", indegree = 5, p = "exp(-distance)", mask = { circular = { radius = 0.7 } } },
        { weight = "2 - distance", delay = "1 + distance" })
      sim:connect(a, a, { rule = "pairwise_bernoulli", p = "exp(-distance/0.1)" }, { weight = -1 })
      sim:simulate(20)
      return sim, a
    end
    local one, a = build(1)
    local two = build(3)
    assert.equal(one:fingerprint(), two:fingerprint())
    one:save("space.checkpoint")
    local again = astro.load("space.checkpoint", { threads = 2 })
    os.remove("space.checkpoint")
    local b = again:populations()[1]
    assert.same(a.positions, b.positions)
    local rule = { rule = "all_to_all", mask = { circular = { radius = 0.2 } } }
    assert.equal(one:connect(a, a, rule), again:connect(b, b, rule))
    one:simulate(20)
    again:simulate(20)
    assert.equal(one:fingerprint(), again:fingerprint())
  end)

  it("answers wrong calls", function()
    local sim = astro.Simulation()
    local none, a = sim:create("parrot_neuron", 3), cells(sim, grid)
    local room = cells(sim, { { 0, 0, 0 } })
    local circle = { circular = { radius = 1 } }
    local connect = function(...) return sim:connect(...) end
    fails("the targets need positions: parrot_neuron 1 has none", connect, a, none, { rule = "all_to_all", mask = circle })
    fails("the sources lie in 2 dimensions, the targets in 3", connect, a, room, { rule = "all_to_all", mask = circle })
    fails("the nodes lie in 3 dimensions, the mask in 2", connect, room, room, { rule = "all_to_all", mask = circle })
    fails("radius = 0 must be above 0", connect, a, a, { rule = "all_to_all", mask = { circular = { radius = 0 } } })
    fails("radius is missing", connect, a, a, { rule = "all_to_all", mask = { circular = {} } })
    fails("there is no kind 'circle'", space.mask, { circle = { radius = 1 } })
    fails("there is no key 'radios' (did you mean 'radius'?)", space.mask, { circular = { radios = 1 } })
    fails("upper_right must be above lower_left", space.mask, { rectangular = { lower_left = { 0, 0 }, upper_right = { 1, 0 } } })
    fails("inner_radius = 1 must be from 0 to below outer_radius = 1", space.mask, { doughnut = { inner_radius = 1, outer_radius = 1 } })
    fails("minor_axis = 2 must not be above major_axis = 1", space.mask, { elliptical = { major_axis = 1, minor_axis = 2 } })
    fails("anchor has 3 numbers; it needs 2", space.mask, { circular = { radius = 1 }, anchor = { 0, 0, 0 } })
    fails("one kind per table", space.mask, { circular = { radius = 1 }, doughnut = {} })
    local m, f = space.mask(circle), space.linear { a = 1 }
    fails("is too complex", function() for _ = 1, 20 do m = m + m end end)
    fails("is too long", function() for _ = 1, 30 do f = f * f end end)
    fails("can't be joined", function() return space.mask(circle) + space.mask { spherical = { radius = 1 } } end)
    fails("mask must be a table", connect, a, a, { rule = "all_to_all", mask = 1 })
    fails("one_to_one has no key 'mask'", connect, a, a, { rule = "one_to_one", mask = circle })
    fails("there is no 'distanc' (did you mean 'distance'?)", connect, a, a, { rule = "pairwise_bernoulli", p = "exp(-distanc)" })
    fails("p: there is no dz, since the nodes lie in 2 dimensions", connect, a, a, { rule = "pairwise_bernoulli", p = "exp(-dz)" })
    fails("a number is written without quotes", connect, a, a, { rule = "pairwise_bernoulli", p = "0.5" })
    fails("is not a number between nodes", connect, a, a, { rule = "pairwise_bernoulli", p = "log(-1 - distance)" })
    fails("static_synapse: weight: the targets need positions", connect, a, none, "all_to_all", { weight = "distance" })
    fails("is shorter than the resolution", connect, a, a, "all_to_all", { delay = "distance" })
    fails("make_symmetric: weight has to be a function of distance alone", connect, a, a,
      { rule = "one_to_one", make_symmetric = true }, { weight = "dx" })
    fails("indegree = 3 is impossible: target 4 has 1 of the sources", connect, a, a,
      { rule = "fixed_indegree", indegree = 3, allow_multapses = false, mask = { circular = { radius = 0.5 } } })
    fails("source 4 has none of the targets", connect, a, a,
      { rule = "fixed_outdegree", outdegree = 3, mask = { circular = { radius = 0.5 }, anchor = { 9, 9 } } })
    fails("n = 5 nodes, but positions has 20 places", sim.create, sim, "parrot_neuron", 5, {}, { positions = grid })
    fails("point 2 has 3 coordinates, the first has 2", sim.create, sim, "parrot_neuron", 2, {}, { positions = { { 1, 2 }, { 1, 2, 3 } } })
    fails("there is no option 'position' (did you mean 'positions'?)", sim.create, sim, "parrot_neuron", 2, {}, { position = grid })
    fails("positions are an option, after the parameters", sim.create, sim, "parrot_neuron", 20, { positions = grid })
    fails("n is missing", sim.create, sim, "parrot_neuron", nil, {}, { positions = space.uniform { extent = { 1, 1 } } })
    fails("shape is missing", space.grid, { extent = { 1, 1 } })
    fails("extent has 3 numbers; it needs 2", space.grid, { shape = { 2, 2 }, extent = { 1, 1, 1 } })
    fails("there is no key 'extend' (did you mean 'extent'?)", space.grid, { shape = { 2, 2 }, extend = { 1, 1 } })
    fails("beta = 0 must be above 0", space.exponential, { beta = 0 })
    fails("astro.space has no field 'circular'", function() return space.circular end)
    fails("p = 1.2 is not a probability", connect, a, a, { rule = "pairwise_bernoulli", p = 1.2, mask = circle })
    local cell = cells(sim, grid, nil, "aeif_cond_alpha_astro")
    local glia = sim:create("astrocyte_lr_1994", 5)
    fails("pool_type 'nearest': the third-factor nodes need positions", sim.tripartite_connect, sim, cell, cell, glia, "all_to_all",
      { pool_size = 2, pool_type = "nearest" }, { third_out = "sic_connection" })
    fails("pool_size = 6 is not allowed", sim.tripartite_connect, sim, cell, cell, glia, "all_to_all",
      { pool_size = 6, pool_type = "nearest" }, { third_out = "sic_connection" })
    assert.equal(0, sim.num_connections)
  end)
end)
