-- Traces that targets keep for their connections: the same as connections that keep their own, whatever is done to them.
local astro = require "astro"
local reloaded = dofile "Tests/lua/reloaded.lua"

local MODELS <const> = { "stdp_synapse_hom", "stdp_pl_synapse_hom", "stdp_triplet_synapse", "stdp_nn_symm_synapse",
  "stdp_nn_pre_centered_synapse", "stdp_nn_restr_synapse", "vogels_sprekeler_synapse", "jonke_synapse" }
local N <const>, M <const> = 7, 5

-- A synapse that reads the trace beside states of its sender and of its own; the other one draws, too.
local mixed, drawing = {
  name = "mixed",
  parameters = { tau_plus = "20 ms", tau_c = "40 ms" },
  state = { Kplus = 0, Kminus = 0, c = 0 },
  equations = "dKplus/dt = -Kplus/tau_plus; dc/dt = -c/tau_c; dKminus/dt = -Kminus/post.tau_minus",
  on_post = "weight += 0.01*Kplus*(1 + c); c += 0.1; Kminus += 1",
  on_pre = "weight *= 1 - 0.01*Kminus; c += 0.1*Kplus*Kminus; send(weight); Kplus += 1",
}, {}
for key, value in pairs(mixed) do drawing[key] = value end
drawing.name, drawing.on_post = "drawing", "weight += 0.01*Kplus*(1 + c); c += 0.1*rand(); Kminus += 1"
mixed, drawing = astro.synapse(mixed), astro.synapse(drawing)
-- Nothing but the trace happens at spikes of the target; the last one counts alone.
local rate = astro.synapse {
  name = "nearest",
  state = { x = 0 },
  equations = "dx/dt = -x/post.tau_minus",
  on_post = "x = 1",
  on_pre = "weight -= 0.1*x; send(weight)",
}

local function trace_of(model) return model == rate and "x" or "Kminus" end

local function zeros(n)
  local list = {}
  for i = 1, n do list[i] = 0 end
  return list
end

-- Parrots that fire so often that spikes of both sides meet, some of them twice at a time; each model's connections twice: targets keep
-- the traces of the first, and the others have their own, since a list gives each its start value.
local function network(model, delay, threads, rate_of_targets)
  local sim = astro.Simulation { resolution = 0.5, seed = 5, threads = threads or 1 }
  local pre, post = sim:create("parrot_neuron", N), sim:create("parrot_neuron", M, { tau_minus = astro.random.uniform(10, 40) })
  sim:connect(sim:create("poisson_generator", { rate = 80 }), pre, nil, { delay = 0.5 })
  sim:connect(sim:create("poisson_generator", { rate = rate_of_targets or 80 }), post, nil, { delay = 0.5 })
  local count = delay and N * M or nil
  for i = 1, 2 do
    local synapse = { synapse_model = model, weight = 20, delay = 2, receptor_type = 1 }
    if delay then
      synapse.delay = {}
      for n = 1, count do synapse.delay[n] = 0.5 * (1 + n % 9) end
    end
    if i == 2 then synapse[trace_of(model)] = zeros(N * M) end
    sim:connect(pre, post, nil, synapse)
  end
  return sim, post
end

-- Values of the connections whose targets keep traces, and of those that have their own.
local function halves(sim, model)
  local all, kept, own = sim:connections { synapse_model = model }, {}, {}
  assert.equal(2 * N * M, #all)
  for _, name in ipairs { "weight", trace_of(model), "Kplus" } do
    if name ~= "Kplus" or model ~= rate then
      local seen = {}
      for i, value in ipairs(all:get(name)) do
        -- of two between the same nodes, the first is listed first
        local key = all.source[i] .. " " .. all.target[i]
        local half = seen[key] and own or kept
        seen[key] = true
        half[#half + 1] = value
      end
    end
  end
  return kept, own
end

local function same(a, b)
  assert.equal(#a, #b)
  local largest, distinct = 0, {}
  for i = 1, #a do
    largest = math.max(largest, math.abs(a[i] - b[i]) / math.max(1, math.abs(b[i])))
    distinct[a[i]] = true
  end
  assert.is_true(largest < 1e-12, ("they differ by %g"):format(largest))
  local count = 0
  for _ in pairs(distinct) do count = count + 1 end
  assert.is_true(count > M)
end

local function name_of(model) return type(model) == "string" and model or model.name end

describe("traces that targets keep", function()
  local all = { mixed, rate }
  for _, name in ipairs(MODELS) do all[#all + 1] = name end

  for _, model in ipairs(all) do
    for _, delays in ipairs { false, true } do
      it(("%s%s: as connections of their own have them"):format(name_of(model), delays and ", delays that differ" or ""), function()
        local sim <close> = network(model, delays)
        for _ = 1, 7 do
          sim:simulate(33.5)
          same(halves(sim, model))
        end
      end)
    end

    it(name_of(model) .. ": where targets spike all the time", function()
      local sim <close> = network(model, true, 1, 1500)
      for _ = 1, 3 do
        sim:simulate(30)
        same(halves(sim, model))
      end
    end)

    it(name_of(model) .. ": when values are set", function()
      local trace = trace_of(model)
      -- What is set, of each pair of connections the same: by their number.
      for _, change in ipairs {
        { "delay", function(n) return n % 3 == 0 and 0.5 * (1 + n % 5) or 2 end },
        { "delay", function() return 6.5 end },
        { trace, function(n) return n % 2 * 0.75 end },
        { "weight", function(n) return 15 + n % 4 end },
      } do
        local sim <close> = network(model, false)
        sim:simulate(81)
        local both, numbers, values, count = sim:connections { synapse_model = model }, {}, {}, 0
        for i = 1, #both do
          local key = both.source[i] .. " " .. both.target[i]
          if not numbers[key] then count = count + 1 end
          numbers[key] = numbers[key] or count
          values[i] = change[2](numbers[key])
        end
        both:set { [change[1]] = values }
        for _ = 1, 3 do
          sim:simulate(40)
          same(halves(sim, model))
        end
      end
    end)
  end

  it("can be recorded, and stay right where connections are removed", function()
    local recorded, left = {}, {}
    for i, own in ipairs { false, true } do
      for _, records in ipairs { true, false } do
        local sim <close> = astro.Simulation { resolution = 0.1, threads = 2, seed = 4 }
        local pre, post = sim:create("parrot_neuron", 6), sim:create("parrot_neuron", 5, { tau_minus = astro.random.uniform(10, 30) })
        sim:connect(sim:create("poisson_generator", { rate = 60 }), pre + post)
        local model <const> = "stdp_triplet_synapse"
        sim:connect(pre, post, nil,
          { synapse_model = model, delay = 2, receptor_type = 1, weight = 10, Kminus = own and zeros(30) or nil })
        local connections = sim:connections { synapse_model = model }
        if records then
          local interval = sim:record(connections, { "weight", "Kminus" }, { interval = 5 })
          local spikes = sim:record(connections, { "weight", "Kminus" }, { when = "spike" })
          sim:simulate(200)
          recorded[i] = { interval.events.Kminus, interval.events.weight, spikes.events.Kminus, spikes.events.weight }
        else
          sim:simulate(100)
          sim:disconnect(sim:connections { source = pre[2], synapse_model = model })
          sim:disconnect(sim:connections { target = post[3], synapse_model = model })
          sim:simulate(100)
          connections = sim:connections { synapse_model = model }
          left[i] = { connections.weight, connections:get "Kminus" }
        end
      end
    end
    assert.equal(20, #left[1][1])
    assert.is_true(#recorded[1][3] > 300)
    for _, both in ipairs { recorded, left } do
      for k, kept in ipairs(both[1]) do
        local difference = kept - both[2][k]
        assert.is_true(math.max(difference:max(), -difference:min()) < 1e-13)
        assert.is_true(kept:std() > 0)
      end
    end
  end)

  it("are the same bits on threads, in pieces, whoever looks, and after load", function()
    for _, model in ipairs { drawing, table.unpack(all) } do
      local prints = {}
      for _, way in ipairs { "one", "threads", "pieces", "load" } do
        local sim = network(model, false, way == "threads" and 3 or 1)
        if way == "pieces" then
          for _ = 1, 20 do
            sim:simulate(10)
            sim:connections({ synapse_model = model }):get(trace_of(model))
          end
        elseif way == "load" then
          sim:simulate(77)
          sim = reloaded(sim)
          sim:simulate(123)
        else
          sim:simulate(200)
        end
        prints[#prints + 1] = sim:fingerprint()
      end
      for i = 2, 4 do assert.equal(prints[1], prints[i], name_of(model)) end
    end
  end)

  it("are the same bits after load where connections have had their own since", function()
    local prints = {}
    for _, loads in ipairs { false, true } do
      local sim = network("stdp_pl_synapse_hom", false)
      sim:simulate(60)
      sim:connections({ synapse_model = "stdp_pl_synapse_hom", target = sim:populations()[2][1] }):set { delay = 5 }
      sim:simulate(10)
      if loads then
        sim = reloaded(sim)
      end
      sim:simulate(60)
      prints[#prints + 1] = sim:fingerprint()
    end
    assert.equal(prints[1], prints[2])
  end)

  it("begin with the connection, where targets have spiked before", function()
    local sim <close> = network("stdp_synapse_hom", false)
    sim:simulate(50)
    local pre, post = sim:populations()[1], sim:populations()[2]
    sim:connect(pre[1], post, nil, { synapse_model = "stdp_nn_symm_synapse", weight = 20, delay = 2, receptor_type = 1 })
    local new = sim:connections { synapse_model = "stdp_nn_symm_synapse" }
    for _, x in ipairs(new:get "Kminus") do assert.equal(0, x) end
    sim:simulate(100)
    assert.is_true(new:get("Kminus"):max() > 0)
  end)

  it("decay with the time constant that the target has", function()
    local sim <close> = astro.Simulation { resolution = 0.1, threads = 1 }
    local pre, post = sim:create("parrot_neuron"), sim:create("parrot_neuron", { tau_minus = 20 })
    sim:connect(sim:create("spike_generator", { spike_times = { 10 } }), post)
    sim:connect(pre, post, nil, { synapse_model = "stdp_synapse_hom", delay = 2, receptor_type = 1 })
    sim:simulate(43)
    local c = sim:connections { synapse_model = "stdp_synapse_hom" }
    -- the parrot repeats the spike at 11 ms, which comes to the synapse at 13 ms
    assert.near(math.exp(-30 / 20), c:get("Kminus")[1], 1e-15)
    post:set { tau_minus = 5 }
    sim:simulate(10)
    assert.near(math.exp(-40 / 5), c:get("Kminus")[1], 1e-15)
  end)

  -- Tests/Fixtures/checkpoints/make_traces.lua made the file and printed the numbers.
  it("are connections' own in files of version 3", function()
    local function near(expected, found)
      assert.equal(#expected, #found)
      for i = 1, #found do assert.near(expected[i], found[i], 1e-13) end
    end
    local function check(sim)
      local c = sim:connections { synapse_model = "stdp_pl_synapse_hom" }
      near({ 3.51029412739978, 1.63507272453671, 1.93174850782987, 2.6405470777399, 5.40062655632472, 3.84485647304737 }, c.weight)
      local K = { 4.77145345445684, 5.12130861573369 }
      near({ K[1], K[2], K[1], K[2], K[1], K[2] }, c:get "Kminus")
    end
    local sim = astro.load "Tests/Fixtures/checkpoints/version-3-traces.checkpoint"
    local K = { 0.417677129252049, 1.65586370367244 }
    near({ K[1], K[2], K[1], K[2], K[1], K[2] }, sim:connections({ synapse_model = "stdp_pl_synapse_hom" }):get "Kminus")
    sim:simulate(60)
    local again = reloaded(sim)
    for _, each in ipairs { sim, again } do
      each:simulate(40)
      check(each)
    end
    -- the same network as it is made now: targets keep the traces
    local new = dofile "Tests/Fixtures/checkpoints/traces.lua"
    new:simulate(190)
    check(new)
  end)

  it("are those of more targets than 16 bits can name", function()
    local count <const> = 66000
    local sim <close> = astro.Simulation { resolution = 0.5, seed = 3, threads = 1 }
    local pre, post = sim:create "parrot_neuron", sim:create("parrot_neuron", count, { tau_minus = astro.random.uniform(10, 40) })
    sim:connect(sim:create("poisson_generator", { rate = 50 }), post, nil, { delay = 0.5 })
    sim:connect(sim:create("spike_generator", { spike_times = { 10, 20, 30 } }), pre)
    for i = 1, 2 do
      sim:connect(pre, post, nil,
        { synapse_model = "stdp_pl_synapse_hom", weight = 20, delay = 2, receptor_type = 1, Kminus = i == 2 and zeros(count) or nil })
    end
    sim:simulate(40)
    local weights = sim:connections({ synapse_model = "stdp_pl_synapse_hom" }).weight
    assert.equal(2 * count, #weights)
    local difference = weights:slice(1, count) - weights:slice(count + 1, 2 * count)
    assert.is_true(math.max(difference:max(), -difference:min()) < 1e-12)
    assert.is_true(weights:std() > 0.1)
  end)

  it("take the time constant in the unit that the target's model gives it", function()
    local weights = {}
    for i, tau in ipairs { "20 ms", "0.02 s" } do
      local cell = astro.model {
        name = "target_" .. i, parameters = { tau_minus = tau }, state = { v = 0 }, equations = "dv/dt = -v/(5*ms)",
        on_spike = "v += weight", spike = { when = "v > 5", action = "v = 0" },
      }
      local sim <close> = astro.Simulation { resolution = 0.1, threads = 1 }
      local pre, post = sim:create "parrot_neuron", sim:create(cell)
      sim:connect(sim:create("spike_generator", { spike_times = { 10, 30 } }), post, nil, { weight = 10 })
      sim:connect(sim:create("spike_generator", { spike_times = { 20, 40, 60 } }), pre)
      for _, model in ipairs { "stdp_synapse", "stdp_synapse_hom" } do
        sim:connect(pre, post, nil, { synapse_model = model, delay = 2, weight = 1, lambda = 0.1, Wmax = 2 })
      end
      sim:simulate(80)
      for _, model in ipairs { "stdp_synapse", "stdp_synapse_hom" } do
        weights[#weights + 1] = sim:connections({ synapse_model = model }).weight[1]
      end
    end
    assert.is_true(weights[1] < 0.9)
    for i = 2, 4 do assert.near(weights[1], weights[i], 1e-14) end
  end)

  it("are told of", function()
    local text = mixed:explain()
    assert.is_truthy(text:find("Kminus  1  once a target", 1, true))
    assert.is_truthy(text:find("Kplus  1  once a sender", 1, true))
    assert.is_truthy(text:find("c  1  once a connection", 1, true))
    assert.is_truthy(rate:explain():find("x  1  once a target", 1, true))
  end)
end)
