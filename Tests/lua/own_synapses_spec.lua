-- Synapses from equations: what the language means, against closed forms and built-in synapses; the same numbers whatever the threads, after
-- load, and whoever looks.
local astro = require "astro"
local reloaded = dofile "Tests/lua/reloaded.lua"

local made = 0

-- A synapse under a name of its own.
local function synapse(definition)
  made = made + 1
  definition.name = definition.name or "own_synapse_" .. made
  return astro.synapse(definition)
end

local function near(expected, got, tolerance)
  tolerance = tolerance or 1e-12
  assert.truthy(math.abs(expected - got) <= tolerance * math.max(1, math.abs(expected)), ("%.17g is not %.17g"):format(got, expected))
end

-- A cell that adds up what arrives, and sends a spike when one arrives at receptor 1.
local probe = astro.model {
  name = "probe_of_synapses",
  state = { { "sum", 0 }, { "fire", 0 } },
  equations = "dsum/dt = 0\ndfire/dt = 0",
  on_spike = { [0] = "sum += weight", [1] = "fire += weight" },
  spike = { when = "fire > 0.5", action = "fire = 0" },
}

-- A generator whose spikes make those of a cell at these times.
local function generator(sim, times)
  local before = {}
  for i, time in ipairs(times) do before[i] = time - 1 end
  return sim:create("spike_generator", { spike_times = before })
end

-- One connection, between a cell that spikes at the times `pre` and one that does so at the times `post`.
local function pair(model, spec, pre, post)
  local sim = astro.Simulation { resolution = 0.1, seed = 1 }
  local a, b = sim:create("parrot_neuron"), sim:create(probe)
  sim:connect(generator(sim, pre), a)
  if #post > 0 then sim:connect(generator(sim, post), b, nil, { receptor_type = 1 }) end
  spec = spec or {}
  spec.synapse_model = model
  sim:connect(a, b, nil, spec)
  return sim, sim:connections { synapse_model = model }, b
end

local function after(ms, model, spec, pre, post)
  local sim, c, b = pair(model, spec, pre, post)
  sim:simulate(ms)
  return c, b, sim
end

-- Times on the grid of 0.1 ms in rising order, always the same ones.
local function train(n, seed, longest)
  local times, t, x = {}, 2, seed
  for i = 1, n do
    x = (x * 16807) % 2147483647
    t = t + 0.1 + 0.1 * (x % (longest * 10))
    times[i] = math.floor(t * 10 + 0.5) / 10
  end
  return times
end

local additive = synapse {
  parameters = { tau_plus = "20 ms", tau_minus = "30 ms", A_plus = 0.01, A_minus = 0.012, w_max = 1 },
  state = { K_plus = 0, K_minus = 0 },
  equations = [[
    dK_plus/dt  = -K_plus/tau_plus
    dK_minus/dt = -K_minus/tau_minus
  ]],
  on_pre = "weight = max(0, weight - A_minus*w_max*K_minus); K_plus += 1; send(weight)",
  on_post = "weight = min(w_max, weight + A_plus*w_max*K_plus); K_minus += 1",
}

describe("the pair rule", function()
  for _, delay in ipairs { 0.1, 1, 5.7 } do
    it(("raises the weight where the target comes second, with a delay of %g ms"):format(delay), function()
      -- the target's spike at 25 counts at 25 + delay
      local c, b = after(45, additive, { weight = 0.5, delay = delay }, { 20 }, { 25 })
      near(0.5 + 0.01 * math.exp(-(5 + delay) / 20), c.weight[1])
      near(0.5, b:get("sum"))
      near(math.exp(-25 / 20), c:get("K_plus")[1])
      near(math.exp(-(20 - delay) / 30), c:get("K_minus")[1])
    end)

    it(("lowers it where the sender comes second, with a delay of %g ms"):format(delay), function()
      local c, b = after(45, additive, { weight = 0.5, delay = delay }, { 30 }, { 20 })
      local weight = 0.5 - 0.012 * math.exp(-(10 - delay) / 30)
      near(weight, c.weight[1])
      near(weight, b:get("sum"))
    end)

    it(("does nothing where both meet, with a delay of %g ms"):format(delay), function()
      local c = after(45, additive, { weight = 0.5, delay = delay }, { 30 }, { 30 - delay })
      assert.equal(0.5, c.weight[1])
      near(math.exp(-15 / 20), c:get("K_plus")[1])
      near(math.exp(-15 / 30), c:get("K_minus")[1])
    end)

    it(("adds up over trains of spikes, with a delay of %g ms"):format(delay), function()
      local pre, post = train(12, 7, 9), train(12, 11, 9)
      local c, b = after(140, additive, { weight = 0.5, delay = delay }, pre, post)
      local events = {}
      for _, time in ipairs(pre) do events[#events + 1] = { math.floor(time * 10 + 0.5), "pre" } end
      for _, time in ipairs(post) do events[#events + 1] = { math.floor((time + delay) * 10 + 0.5), "post" } end
      table.sort(events, function(x, y) return x[1] < y[1] or x[1] == y[1] and x[2] == "post" and y[2] == "pre" end)
      local weight, sum = 0.5, 0
      -- what spikes of one side strictly before have left
      local function trace(kind, now, tau)
        local value = 0
        for _, event in ipairs(events) do
          if event[2] == kind and event[1] < now then value = value + math.exp(-(now - event[1]) / 10 / tau) end
        end
        return value
      end
      for _, event in ipairs(events) do
        if event[2] == "post" then
          weight = math.min(1, weight + 0.01 * trace("pre", event[1], 20))
        else
          weight = math.max(0, weight - 0.012 * trace("post", event[1], 30))
          sum = sum + weight
        end
      end
      near(weight, c.weight[1])
      near(sum, b:get("sum"))
      near(trace("pre", 1400, 20), c:get("K_plus")[1])
      near(trace("post", 1400, 30), c:get("K_minus")[1])
    end)
  end

  it("keeps to its bounds", function()
    local c = after(60, additive, { weight = 0.995, delay = 1 }, { 20, 22, 24 }, { 30, 31 })
    assert.equal(1, c.weight[1])
    c = after(60, additive, { weight = 0.01, delay = 1 }, { 30, 31 }, { 20, 22, 24 })
    assert.equal(0, c.weight[1])
  end)

  it("holds for many senders and targets at once", function()
    local sim = astro.Simulation { resolution = 0.1, seed = 1 }
    local a, b = sim:create("parrot_neuron", 70), sim:create(probe)
    local times = {}
    for i = 1, 70 do
      times[i] = 5 + i / 2
      sim:connect(generator(sim, { times[i] }), a[i])
    end
    sim:connect(generator(sim, { 25 }), b, nil, { receptor_type = 1 })
    sim:connect(a, b, nil, { synapse_model = additive, weight = 0.5, delay = 1 })
    sim:simulate(45)
    for i, weight in ipairs(sim:connections { synapse_model = additive }.weight) do
      local lag = 26 - times[i]
      near(0.5 + (lag > 0 and 0.01 * math.exp(-lag / 20) or lag < 0 and -0.012 * math.exp(lag / 30) or 0), weight)
    end
  end)
end)

describe("connections", function()
  -- what a pair of spikes of the sender at 10 and the target at 15 leaves, `delay` ms apart
  local function weight(delay) return 0.5 + 0.01 * math.exp(-(5 + delay) / 20) end

  it("are as many as one likes, from one sender, with delays of their own", function()
    local sim = astro.Simulation { resolution = 0.1, threads = 2 }
    local a, b = sim:create("parrot_neuron"), sim:create("parrot_neuron", 700)
    sim:connect(generator(sim, { 10 }), a)
    sim:connect(generator(sim, { 15 }), b)
    sim:connect(a, b, nil, { synapse_model = additive, weight = 0.5, delay = astro.random.uniform(0.1, 9), receptor_type = 1 })
    sim:simulate(30)
    local c = sim:connections { synapse_model = additive }
    local weights, delays = c.weight, c.delay
    assert.equal(700, #c)
    assert.truthy(delays:std() > 1)
    for i = 1, 700 do near(weight(delays[i]), weights[i]) end
  end)

  it("may be several between two cells, and of several models", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create("parrot_neuron")
    local other = synapse { state = { n = 0 }, on_pre = "send(weight)", on_post = "n += 1" }
    sim:connect(generator(sim, { 10 }), a)
    sim:connect(generator(sim, { 15 }), b)
    for _, delay in ipairs { 1, 4, 1 } do
      sim:connect(a, b, nil, { synapse_model = additive, weight = 0.5, delay = delay, receptor_type = 1 })
      sim:connect(a, b, nil, { synapse_model = other, delay = delay, receptor_type = 1 })
    end
    sim:connect(a, b, nil, { receptor_type = 1 })
    sim:simulate(18)
    local c = sim:connections { synapse_model = additive }
    near(weight(1), c.weight[1])
    assert.equal(0.5, c.weight[2])
    near(weight(1), c.weight[3])
    assert.are.same({ 1, 0, 1 }, sim:connections { synapse_model = other }:get("n"):totable())
  end)

  it("remember what the target did, however long the sender is silent", function()
    local counter = synapse {
      parameters = { tau = "50 ms" }, state = { n = 0, K = 0 }, equations = "dK/dt = -K/tau", on_pre = "send(weight)", on_post = "n += 1; K += 1",
    }
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b, times = sim:create("parrot_neuron", 3), sim:create("parrot_neuron"), {}
    for i = 1, 150 do times[i] = 4 * i end
    sim:connect(generator(sim, { 10, 590 }), a[1])
    sim:connect(generator(sim, { 10, 11, 12, 13 }), a[2])
    sim:connect(generator(sim, times), b)
    sim:connect(a, b, nil, { synapse_model = counter, delay = 3, receptor_type = 1 })
    local c = sim:connections { synapse_model = counter }
    sim:simulate(300)
    assert.are.same({ 74, 74, 74 }, c:get("n"):totable())
    sim:simulate(303)
    local trace = 0
    for _, time in ipairs(times) do trace = trace + math.exp(-(603 - time - 3) / 50) end
    assert.are.same({ 150, 150, 150 }, c:get("n"):totable())
    for i = 1, 3 do near(trace, c:get("K")[i]) end
  end)

  it("that are made later see only what comes then, and may have longer delays", function()
    local counter = synapse { state = { n = 0 }, on_pre = "send(weight)", on_post = "n += 1" }
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b, times = sim:create("parrot_neuron"), sim:create("parrot_neuron"), {}
    for i = 1, 30 do times[i] = 5 * i + 1 end
    sim:connect(generator(sim, times), b)
    sim:connect(a, b, nil, { synapse_model = counter, delay = 1, receptor_type = 1 })
    sim:simulate(50)
    sim:connect(a, b, nil, { synapse_model = counter, delay = 30, receptor_type = 1 })
    sim:simulate(50)
    assert.are.same({ 19, 4 }, sim:connections { synapse_model = counter }:get("n"):totable())
  end)

  it("of a cell with itself see its spikes from both sides", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a = sim:create("parrot_neuron")
    sim:connect(generator(sim, { 10, 14 }), a)
    sim:connect(a, a, nil, { synapse_model = additive, weight = 0.5, delay = 3, receptor_type = 1 })
    local c = sim:connections { synapse_model = additive }
    sim:simulate(16)
    -- at 13 its own first spike comes back, at 14 it fires again
    near(0.5 + 0.01 * math.exp(-3 / 20) - 0.012 * math.exp(-1 / 30), c.weight[1])
  end)
end)

describe("at one moment", function()
  local order = synapse {
    state = { a = 0, b = 0, c = 0, d = 0, e = 0, f = 3, g = 3, h = 0 },
    equations = "da/dt = (1 - a)/(10*ms)",
    on_post = "a = 5; b += 10; weight = 7; f = 9; g = 9; h = weight",
    on_pre = "c = a; d = weight; b += 1; e = b; f = f + 1; g *= 2; send(weight)",
  }
  for _, delay in ipairs { 0.1, 1, 5.7 } do
    it(("on_post comes first, on_pre reads what was before, with a delay of %g ms"):format(delay), function()
      local c, b = after(20, order, { weight = 2, delay = delay }, { 12 }, { 12 - delay })
      local function value(name) return c:get(name)[1] end
      near(1 - math.exp(-1.2), value "c")      -- a before on_post, at this moment
      near(1 + 4 * math.exp(-0.8), value "a")  -- and what on_post made of it
      assert.equal(7, value "d")               -- the new weight
      assert.equal(7, value "h")
      assert.equal(11, value "b")              -- added to what is there now
      assert.equal(11, value "e")              -- a state that on_pre has changed is read as it is
      assert.equal(4, value "f")               -- written over, by what was before
      assert.equal(18, value "g")              -- multiplied: what is there now
      assert.equal(7, b:get("sum"))
    end)
  end

  it("a step apart, each sees what the other left", function()
    local c = after(20, order, { weight = 2, delay = 1 }, { 12 }, { 10.9 })
    near(1 + 4 * math.exp(-0.01), c:get("c")[1])
    assert.equal(10, c:get("f")[1])
    c = after(20, order, { weight = 2, delay = 1 }, { 12 }, { 11.1 })
    assert.equal(2, c:get("d")[1])
    assert.equal(9, c:get("f")[1])
    assert.equal(11, c:get("b")[1])
  end)

  it("spikes of one cell act one after the other", function()
    local counter = synapse { state = { n = 0, m = 0 }, on_pre = "n += 1; send(n)", on_post = "m += 1" }
    local sim = astro.Simulation { resolution = 0.1, seed = 1 }
    local a, b = sim:create("parrot_neuron"), sim:create("parrot_neuron")
    sim:connect(sim:create("spike_generator", { spike_times = { 4, 4, 4 } }), a)
    sim:connect(sim:create("spike_generator", { spike_times = { 3, 3, 9 } }), b)
    sim:connect(a, b, nil, { synapse_model = counter, receptor_type = 1 })
    local c = sim:connections { synapse_model = counter }
    sim:simulate(8)
    assert.equal(3, c:get("n")[1])
    assert.equal(2, c:get("m")[1])
  end)

  it("t is the event's time, delay the connection's, dt the resolution", function()
    local clock = synapse {
      state = { pre = "0 ms", post = "0 ms", d = "0 ms", h = "0 ms" },
      on_pre = "pre = t; d = delay; h = dt; send(weight)", on_post = "post = t",
    }
    local c = after(20, clock, { delay = 2.3 }, { 12 }, { 10 })
    near(12, c:get("pre")[1])
    near(12.3, c:get("post")[1])
    near(2.3, c:get("d")[1])
    near(0.1, c:get("h")[1])
  end)
end)

describe("send", function()
  it("hands over a spike each, delay later; 0 is none", function()
    local several = synapse { on_pre = "send(2); send(0); send(weight); send(-1)" }
    local sim = astro.Simulation { resolution = 0.1 }
    local a, relay = sim:create("parrot_neuron"), sim:create("parrot_neuron")
    sim:connect(generator(sim, { 2, 4 }), a)
    sim:connect(a, relay, nil, { synapse_model = several, delay = 1.5, weight = 0.25 })
    local spikes = sim:record(relay)
    sim:simulate(10)
    assert.are.same({ 3.5, 3.5, 3.5, 5.5, 5.5, 5.5 }, spikes.events.times:totable())

    sim = astro.Simulation { resolution = 0.1 }
    a, relay = sim:create("parrot_neuron"), sim:create("parrot_neuron")
    sim:connect(generator(sim, { 2, 4 }), a)
    sim:connect(a, relay, nil, { synapse_model = several, delay = 1.5, weight = 0 })
    spikes = sim:record(relay)
    sim:simulate(10)
    assert.are.same({ 3.5, 3.5, 5.5, 5.5 }, spikes.events.times:totable())
  end)

  it("may be missing, or come by condition", function()
    local c, b = after(10, synapse { state = { n = 0 }, on_pre = "n += 1" }, {}, { 2, 4, 6 }, {})
    assert.equal(0, b:get("sum"))
    assert.equal(3, c:get("n")[1])
    c, b = after(10, synapse { state = { n = 0 }, on_pre = "n += 1; send(weight if n % 2 == 1 else 0)" }, { weight = 5 }, { 2, 4, 6 }, {})
    assert.equal(10, b:get("sum"))
    assert.equal(3, c:get("n")[1])
  end)

  it("goes by sign and receptor at the target", function()
    local both = synapse { on_pre = "send(2*weight); send(-weight)" }
    local cell = astro.model {
      name = "by_sign", state = { up = 0, down = 0 }, equations = "dup/dt = 0\nddown/dt = 0",
      on_spike = { excitatory = "up += weight", inhibitory = "down += weight" },
    }
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create(cell)
    sim:connect(generator(sim, { 2 }), a)
    sim:connect(a, b, nil, { synapse_model = both, weight = 3 })
    sim:simulate(5)
    assert.equal(6, b:get("up"))
    assert.equal(-3, b:get("down"))
  end)
end)

describe("against built-in synapses", function()
  -- What two models hand over, spike after spike, to the same kind of cell.
  local function compare(ours, theirs, spec, pre, ms)
    local sim = astro.Simulation { resolution = 0.1, seed = 1 }
    local a = sim:create("parrot_neuron")
    sim:connect(generator(sim, pre), a)
    local cells, traces = {}, {}
    for i, model in ipairs { ours, theirs } do
      cells[i] = sim:create("iaf_psc_exp", { tau_syn_ex = 1e9, tau_syn_in = 1e9, V_th = 1e9 })
      spec.synapse_model = model
      sim:connect(a, cells[i], nil, spec)
      traces[i] = sim:record(cells[i], { "I_syn_ex" })
    end
    sim:simulate(ms)
    local x, y = traces[1].events.I_syn_ex, traces[2].events.I_syn_ex
    assert.truthy(y[-1] > 0)
    for i = 1, #x do near(y[i], x[i]) end
  end

  local pre = train(15, 3, 12)

  for _, tau_psc in ipairs { 3, 800 } do
    it("tsodyks_synapse, with tau_psc = " .. tau_psc, function()
      local ours = synapse {
        parameters = { U = 0.5, tau_psc = "3 ms", tau_rec = "800 ms", tau_fac = "10 ms" },
        state = { x = 1, y = 0, u = 0 },
        equations = [[
          dx/dt = z/tau_rec
          dy/dt = -y/tau_psc
          du/dt = -u/tau_fac
          z = 1 - x - y
        ]],
        on_pre = "u += U*(1 - u); r = u*x; x -= r; y += r; send(weight*r)",
      }
      compare(ours, "tsodyks_synapse",
        { U = 0.3, tau_psc = tau_psc, tau_rec = 90, tau_fac = 40, weight = 250, delay = 1.5, x = 0.7, y = 0.1, u = 0.2 }, pre, 130)
    end)
  end

  it("tsodyks2_synapse", function()
    local ours = synapse {
      parameters = { U = 0.5, tau_rec = "800 ms", tau_fac = "10 ms" },
      state = { x = 1, u = 0.5 },
      equations = "dx/dt = (1 - x)/tau_rec\ndu/dt = (U - u)/tau_fac",
      on_pre = "r = u*x; send(weight*r); x -= r; u += U*(1 - u)",
    }
    compare(ours, "tsodyks2_synapse", { U = 0.3, u = 0.3, tau_rec = 90, tau_fac = 40, weight = 250, delay = 1.5 }, pre, 130)
  end)

  for _, mu in ipairs { 0, 0.4, 1 } do
    for _, delay in ipairs { 0.1, 1, 5.7 } do
      it(("stdp_synapse, with mu = %g and a delay of %g ms"):format(mu, delay), function()
        local ours = synapse {
          parameters = { tau_plus = "20 ms", tau_minus = "20 ms", lambda = 0.01, alpha = 1, mu_plus = 1, mu_minus = 1, Wmax = 100 },
          state = { Kplus = 0, Kminus = 0 },
          equations = "dKplus/dt = -Kplus/tau_plus\ndKminus/dt = -Kminus/tau_minus",
          on_pre = [[
            weight = Wmax*max(0, weight/Wmax - alpha*lambda*(weight/Wmax)^mu_minus*Kminus)
            Kplus += 1
            send(weight)
          ]],
          on_post = "weight = Wmax*min(1, weight/Wmax + lambda*(1 - weight/Wmax)^mu_plus*Kplus); Kminus += 1",
        }
        local sim = astro.Simulation { resolution = 0.1, seed = 1 }
        local senders, targets = sim:create("parrot_neuron", 4), sim:create("parrot_neuron", 3, { tau_minus = 33 })
        local last = 0
        for i = 1, 4 do
          local times = train(14, 100 + i, 11)
          last = math.max(last, times[14])
          sim:connect(generator(sim, times), senders[i])
        end
        for i = 1, 3 do sim:connect(generator(sim, train(14, 200 + i, 11)), targets[i]) end
        -- a last spike of all senders brings the built-in synapse to the present
        local final = math.floor(last) + 30
        sim:connect(generator(sim, { final }), senders)
        local spec = { mu_plus = mu, mu_minus = mu, lambda = 0.07, alpha = 1.1, tau_plus = 17, weight = 45, delay = delay, receptor_type = 1 }
        spec.synapse_model = "stdp_synapse"
        sim:connect(senders, targets, nil, spec)
        spec.synapse_model, spec.tau_minus = ours, 33
        sim:connect(senders, targets, nil, spec)
        sim:simulate(final)
        local a, b = sim:connections { synapse_model = ours }, sim:connections { synapse_model = "stdp_synapse" }
        assert.equal(12, #a)
        local moved = 0
        for i = 1, #a do
          near(b.weight[i], a.weight[i])
          moved = math.max(moved, math.abs(a.weight[i] - 45))
        end
        assert.truthy(moved > 1)
      end)
    end
  end
end)

describe("against plastic synapses of NEST", function()
  local traces = "dK_plus/dt = -K_plus/tau_plus; dK_minus/dt = -K_minus/tau_minus"
  local texts = {
    -- all pairs and triplets (Pfister and Gerstner 2006)
    stdp_triplet_synapse = {
      parameters = { tau_plus = "16.8 ms", tau_x = "101 ms", tau_minus = "33.7 ms", tau_y = "125 ms", A2p = 5e-3, A2m = 7e-3, A3p = 6.2e-3, A3m = 2.3e-3 },
      state = { r1 = 0, r2 = 0, o1 = 0, o2 = 0 },
      equations = "dr1/dt = -r1/tau_plus; dr2/dt = -r2/tau_x; do1/dt = -o1/tau_minus; do2/dt = -o2/tau_y",
      on_pre = "weight = max(0, weight - o1*(A2m + A3m*r2)); r1 += 1; r2 += 1; send(weight)",
      on_post = "weight = min(100, weight + r1*(A2p + A3p*o2)); o1 += 1; o2 += 1",
      weight = 1,
    },
    -- a power law (Morrison, Aertsen and Diesmann 2007)
    stdp_pl_synapse_hom = {
      parameters = { tau_plus = "20 ms", tau_minus = "25 ms", lambda = 0.1, alpha = 0.5, mu = 0.4 }, state = { K_plus = 0, K_minus = 0 }, equations = traces,
      on_pre = "weight = max(0, weight - lambda*alpha*weight*K_minus); K_plus += 1; send(weight)",
      on_post = "weight += lambda*weight^mu*K_plus; K_minus += 1",
      weight = 2,
    },
    -- nearest spikes on both sides; there the sender counts as having fired at 0
    stdp_nn_symm_synapse = {
      parameters = { tau_plus = "17 ms", tau_minus = "33 ms", lambda = 0.07, alpha = 1.1 }, state = { K_plus = 1, K_minus = 0 }, equations = traces,
      on_pre = "weight = 100*max(0, weight/100 - alpha*lambda*(weight/100)^0.6*K_minus); K_plus = 1; send(weight)",
      on_post = "weight = 100*min(1, weight/100 + lambda*(1 - weight/100)^0.4*K_plus); K_minus = 1",
      weight = 45,
    },
    -- inhibitory plasticity (Vogels et al. 2011)
    vogels_sprekeler_synapse = {
      parameters = { tau_plus = "20 ms", tau_minus = "20 ms", eta = 0.01, alpha = 0.12 }, state = { K_plus = 0, K_minus = 0 }, equations = traces,
      on_pre = "weight = max(0, min(10, weight + eta*K_minus) - alpha*eta); K_plus += 1; send(weight)",
      on_post = "weight = min(10, weight + eta*K_plus); K_minus += 1",
      weight = 0.5,
    },
  }

  local function numbers(text)
    local list = {}
    for number in text:gmatch("%S+") do list[#list + 1] = tonumber(number) end
    return list
  end

  local cases = {}
  for line in io.lines("Tests/Fixtures/plasticity/weights.csv") do
    local model, delay, weight, pre, post = line:match("^([%w_]+),([%d.]+),([%d.]+),([%d. ]+),([%d. ]+)$")
    if model then
      cases[model] = cases[model] or {}
      table.insert(cases[model], { delay = tonumber(delay), weight = tonumber(weight), pre = numbers(pre), post = numbers(post) })
    end
  end

  for name, definition in pairs(texts) do
    it(name, function()
      local start = definition.weight
      definition.weight = nil
      local model = synapse(definition)
      assert.equal(12, #cases[name])
      for _, case in ipairs(cases[name]) do
        local c = after(case.pre[#case.pre], model, { weight = start, delay = case.delay }, case.pre, case.post)
        assert.truthy(math.abs(case.weight - start) > 1e-3)
        near(case.weight, c.weight[1])
      end
    end)
  end
end)

describe("states between spikes", function()
  it("follow coupled linear equations exactly", function()
    local chain = synapse {
      parameters = { tau = "5 ms", k = "0.2 1/ms" }, state = { x = 1, y = 0, z = 2 },
      equations = "dx/dt = -x/tau\ndy/dt = x/tau - y/tau\ndz/dt = k*(3 - z)", on_pre = "x += 1; send(weight)",
    }
    local c = after(14, chain, {}, { 4 }, {})
    local x0, y0 = 1 * math.exp(-0.8) + 1, 0.8 * math.exp(-0.8)
    near(x0 * math.exp(-2), c:get("x")[1])
    near((y0 + 2 * x0) * math.exp(-2), c:get("y")[1])
    near(3 - math.exp(-2.8), c:get("z")[1])
  end)

  it("may turn and may grow", function()
    local turning = synapse {
      parameters = { omega = "0.3 1/ms", rate = "0.05 1/ms" }, state = { a = 1, b = 0, g = 1 },
      equations = "da/dt = -omega*b\ndb/dt = omega*a\ndg/dt = rate*g", on_pre = "send(weight)",
    }
    local c = after(20, turning, {}, { 7 }, {})
    near(math.cos(6), c:get("a")[1])
    near(math.sin(6), c:get("b")[1])
    near(math.exp(1), c:get("g")[1])
  end)

  it("stand still without a line", function()
    local c = after(20, synapse { state = { n = 3 }, on_pre = "send(weight)" }, {}, { 7 }, {})
    assert.equal(3, c:get("n")[1])
  end)

  it("start as connect says, also drawn", function()
    local decay = synapse { parameters = { tau = "10 ms" }, state = { x = 0.5 }, equations = "dx/dt = -x/tau", on_pre = "send(x)" }
    local sim = astro.Simulation { resolution = 0.1, seed = 4 }
    local a, b = sim:create("parrot_neuron", 20), sim:create(probe, 20)
    sim:connect(generator(sim, { 10 }), a)
    sim:connect(a, b, "one_to_one", { synapse_model = decay, x = astro.random.uniform(1, 2), tau = astro.random.uniform(5, 20) })
    local c = sim:connections { synapse_model = decay }
    local x, tau = c:get("x"), c:get("tau")
    assert.truthy(x:min() >= 1 and x:max() <= 2 and x:std() > 0.1)
    assert.truthy(tau:min() >= 5 and tau:max() <= 20 and tau:std() > 1)
    sim:simulate(15)
    for i = 1, 20 do
      near(x[i] * math.exp(-15 / tau[i]), c:get("x")[i])
      near(x[i] * math.exp(-10 / tau[i]), b:get("sum")[i])
    end
  end)

  it("begin when the connection is made", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create(probe)
    sim:connect(generator(sim, { 5, 25 }), a)
    sim:connect(generator(sim, { 6, 26 }), b, nil, { receptor_type = 1 })
    sim:simulate(20)
    sim:connect(a, b, nil, { synapse_model = additive, weight = 0.5, K_plus = 2 })
    local c = sim:connections { synapse_model = additive }
    sim:simulate(10)
    near(2 * math.exp(-10 / 20) + math.exp(-5 / 20), c:get("K_plus")[1])
    near(math.exp(-3 / 30), c:get("K_minus")[1])
    near(0.5 + 0.01 * (math.exp(-2 / 20) + 2 * math.exp(-7 / 20)), c.weight[1])
  end)
end)

describe("set", function()
  local decay = synapse {
    parameters = { tau = "10 ms", tau_m = "20 ms", gain = 2 }, state = { x = 1, y = 1 },
    equations = "dx/dt = -x/tau\ndy/dt = -y/tau_m", on_pre = "send(gain*x)", on_post = "y += 1",
  }

  it("holds for parameters from now on", function()
    local sim, c, b = pair(decay, {}, { 10 }, {})
    sim:simulate(5)
    c:set { tau = 5, tau_m = 40, gain = 3 }
    sim:simulate(10)
    near(math.exp(-0.5 - 2), c:get("x")[1])
    near(math.exp(-0.25 - 0.25), c:get("y")[1])
    near(3 * math.exp(-0.5 - 1), b:get("sum"))
    assert.equal(5, c:get("tau")[1])
  end)

  it("holds for states and the weight from now on", function()
    local sim, c = pair(decay, {}, { 10 }, { 12 })
    sim:simulate(5)
    c:set { x = 0.7, y = 4, weight = 9 }
    assert.equal(0.7, c:get("x")[1])
    sim:simulate(10)
    near(0.7 * math.exp(-1), c:get("x")[1])
    near(4 * math.exp(-0.5) + math.exp(-0.1), c:get("y")[1])
    assert.equal(9, c.weight[1])
  end)

  it("of one of a sender's connections leaves the others alone", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create(probe, 3)
    sim:connect(generator(sim, { 10 }), a)
    sim:connect(a, b, nil, { synapse_model = decay })
    local c = sim:connections { synapse_model = decay }
    sim:simulate(5)
    c[2]:set { x = 8 }
    c[3]:set { tau = 5 }
    sim:simulate(10)
    local sums, x = b:get("sum"), c:get("x")
    for i, row in ipairs { { 1, 10 }, { 8 * math.exp(0.5), 10 }, { math.exp(0.5), 5 } } do
      local scale, tau = row[1], row[2]
      if i == 3 then scale = math.exp(-0.5) * math.exp(1) end
      near(scale * math.exp(-15 / tau), x[i])
      near(2 * scale * math.exp(-10 / tau), sums[i])
    end
  end)

  it("takes lists and distributions", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create(probe, 3)
    sim:connect(a, b, nil, { synapse_model = decay })
    local c = sim:connections { synapse_model = decay }
    c:set { x = { 1, 2, 3 }, gain = astro.random.uniform(4, 5) }
    assert.are.same({ 1, 2, 3 }, c:get("x"):totable())
    assert.truthy(c:get("gain"):min() >= 4 and c:get("gain"):std() > 0)
  end)
end)

describe("get", function()
  it("tells the present after all events, and changes nothing", function()
    local function run(look)
      local sim, c = pair(additive, { weight = 0.5, delay = 2.5 }, train(6, 5, 9), train(6, 9, 9))
      for _ = 1, 60 do
        sim:simulate(1)
        if look then
          for _, name in ipairs { "K_plus", "K_minus", "weight", "delay", "tau_plus" } do c:get(name) end
        end
      end
      return sim:fingerprint(), c.weight[1], c:get("K_minus")[1]
    end
    assert.are.same({ run(false) }, { run(true) })
  end)

  it("shows spikes of targets before the sender's next one", function()
    local sim, c = pair(additive, { weight = 0.5, delay = 3 }, { 10 }, { 15 })
    sim:simulate(17.9)
    assert.equal(0.5, c.weight[1])
    assert.equal(0, c:get("K_minus")[1])
    sim:simulate(0.1)
    near(0.5 + 0.01 * math.exp(-8 / 20), c.weight[1])
    assert.equal(1, c:get("K_minus")[1])
    sim:simulate(2)
    near(math.exp(-2 / 30), c:get("K_minus")[1])
  end)
end)

describe("the same numbers", function()
  local noisy = synapse {
    parameters = { tau = "15 ms", A = 0.05 },
    state = { x = 0, y = 0, n = 0 },
    equations = "dx/dt = -x/tau\ndy/dt = (x - y)/(4*ms)",
    on_pre = "x += rand(); n += poisson(0.7); send(weight*binomial(4, 0.4)/4); send(0.1*randn())",
    on_post = "y += 0.1*rand(); weight = clip(weight + A*(x - y), 0, 3)",
  }
  local function build(threads)
    local sim = astro.Simulation { resolution = 0.1, seed = 12, threads = threads }
    local a = sim:create("iaf_psc_delta", 30, { I_e = astro.random.uniform(400, 700), V_m = astro.random.uniform(-70, -56) })
    sim:connect(a, a, { rule = "fixed_indegree", indegree = 6 },
      { synapse_model = noisy, weight = astro.random.uniform(0.2, 1), tau = astro.random.uniform(10, 20), delay = astro.random.uniform(0.5, 3) })
    sim:record(a, { label = "spikes" })
    return sim
  end

  it("on any number of threads, and after load in the middle of learning", function()
    local one, three = build(1), build(3)
    one:simulate(60)
    three:simulate(23)
    local path = os.tmpname()
    three:save(path)
    local again = astro.load(path, { threads = 2 })
    os.remove(path)
    local function weights(sim) return sim:connections { synapse_model = noisy }.weight:totable() end
    assert.are.same(weights(three), weights(again))
    again:simulate(37)
    three:simulate(37)
    assert.truthy(one:recorder("spikes").n_events > 50)
    assert.equal(one:fingerprint(), three:fingerprint())
    assert.equal(one:fingerprint(), again:fingerprint())
    assert.are.same(weights(one), weights(again))
    for _, name in ipairs { "x", "y", "n" } do
      assert.are.same(one:connections {}:get(name):totable(), again:connections {}:get(name):totable())
    end
  end)

  it("whether a simulation runs in one piece or in many", function()
    local whole, pieces = build(1), build(2)
    whole:simulate(30)
    for _ = 1, 30 do pieces:simulate(1) end
    assert.equal(whole:fingerprint(), pieces:fingerprint())
  end)
end)

describe("draws", function()
  local function sums(text, n, spikes, name)
    local model = synapse { name = name, on_pre = text }
    local sim = astro.Simulation { resolution = 0.1, seed = 5 }
    local times = {}
    for i = 1, spikes do times[i] = i + 1 end
    local a, b = sim:create("parrot_neuron", 2), sim:create(probe, n)
    sim:connect(generator(sim, times), a[1])
    sim:connect(a[1], b, nil, { synapse_model = model })
    sim:simulate(spikes + 3)
    return b:get("sum")
  end

  for text, moments in pairs {
    ["send(rand())"] = { 1 / 2, 1 / 12 },
    ["send(weight if rand() < 0.3 else 0)"] = { 0.3, 0.21 },
    ["send(randn())"] = { 0, 1 },
    ["send(binomial(5, 0.4))"] = { 2, 1.2 },
    ["send(poisson(2.5))"] = { 2.5, 2.5 },
    ["send(rand() - rand())"] = { 0, 1 / 6 },
  } do
    it(text .. " has its moments, over connections and over events", function()
      local n, spikes = 150, 40
      local x = sums(text, n, spikes)
      local mean, variance = moments[1] * spikes, moments[2] * spikes
      near(mean, x:mean(), 5 * math.sqrt(variance / n) / math.max(1, mean))
      -- events that depended on each other would widen it, connections that did would narrow it
      assert.truthy(math.abs(x:std() ^ 2 / variance - 1) < 5 * math.sqrt(2 / n), x:std() ^ 2 .. " is not " .. variance)
    end)
  end

  it("belong to connection, event and place, and to the seed", function()
    local model = synapse { state = { u = 0, v = 0, w = 0 }, on_pre = "u = rand(); v = rand(); send(weight)", on_post = "w = rand()" }
    local seen, n = {}, 0
    for _, seed in ipairs { 1, 2 } do
      local sim = astro.Simulation { resolution = 0.1, seed = seed }
      local a, b = sim:create("parrot_neuron", 2), sim:create(probe, 3)
      sim:connect(generator(sim, { 5, 8 }), a)
      sim:connect(generator(sim, { 4, 7 }), b, nil, { receptor_type = 1 })
      -- two connections for each pair
      sim:connect(a, b, nil, { synapse_model = model })
      sim:connect(a, b, nil, { synapse_model = model })
      for _, time in ipairs { 6, 3 } do
        sim:simulate(time)
        local c = sim:connections { synapse_model = model }
        assert.equal(12, #c)
        for _, name in ipairs { "u", "v", "w" } do
          for _, value in ipairs(c:get(name)) do
            n = n + 1
            seen[value] = true
          end
        end
      end
    end
    local different = 0
    for _ in pairs(seen) do different = different + 1 end
    assert.equal(2 * 2 * 3 * 12, n)
    assert.equal(n, different)
  end)
end)

describe("units", function()
  it("of what is sent are converted to the target's", function()
    local cell = astro.model { name = "takes_pA", state = { I = "0 pA" }, equations = "dI/dt = 0", on_spike = "I += weight" }
    for text, expected in pairs {
      ["send(1*nA)"] = 1000, ["send(2*pA*weight)"] = 6, ["send(2*weight)"] = 6, ["weight += 0*nA; send(weight)"] = 3,
      ["send(2*nS*1*mV)"] = 2, ["g = 1*nA; send(g/2)"] = 500,
    } do
      local sim = astro.Simulation { resolution = 0.1 }
      local a, b = sim:create("parrot_neuron"), sim:create(cell)
      sim:connect(generator(sim, { 2 }), a)
      sim:connect(a, b, nil, { synapse_model = synapse { on_pre = text }, weight = 3 })
      sim:simulate(5)
      near(expected, b:get("I"))
    end
  end)

  it("of parameters and states are those that they were given", function()
    local slow = synapse {
      parameters = { tau = "0.02 s", w_max = "2 nS", rate = "50 Hz" }, state = { g = "1 uS", m = "0 mV" },
      equations = "dg/dt = -g/tau\ndm/dt = 3*V*rate", on_pre = "weight = min(w_max, weight + 0.1*pS*g/(1*nS)); send(weight)",
    }
    local c = after(20, slow, { weight = 1, tau = 0.01 }, { 10 }, {})
    near(math.exp(-2), c:get("g")[1])
    near(3000, c:get("m")[1])
    near(1 + 0.0001 * 1000 * math.exp(-1), c.weight[1])
    assert.equal(2, c:get("w_max")[1])
    assert.equal(0.01, c:get("tau")[1])
  end)

  it("may be left out", function()
    local c = after(20, synapse {
      units = false, parameters = { tau = 10 }, state = { x = 1, at = 0 }, equations = "dx/dt = -x/tau", on_pre = "at = t + 1; weight += x; send(weight)",
    }, {}, { 10 }, {})
    near(math.exp(-2), c:get("x")[1])
    near(11, c:get("at")[1])
    near(1 + math.exp(-1), c.weight[1])
  end)
end)

describe("a definition", function()
  it("has quantities of equations and of the moment", function()
    local c, b = after(20, synapse {
      parameters = { tau = "10 ms", k = 3 }, state = { x = 1, out = 0 },
      equations = "dx/dt = -x/tau\ndouble = 2*x + k",
      on_pre = "before = double; x += 1; after = double; ratio = after/before; ratio = ratio*2; out = ratio; send(before if after > before else 0)",
    }, {}, { 10 }, {})
    local x = math.exp(-1)
    near(2 * (2 * (x + 1) + 3) / (2 * x + 3), c:get("out")[1])
    near(2 * x + 3, b:get("sum"))
  end)

  it("knows -=, *= and /=", function()
    local c = after(20, synapse { state = { a = 10, b = 10, c = 10, d = 10 }, on_pre = "a -= 4; b *= 4; c /= 4; d = 3; weight *= 3; weight -= 1; send(weight)" },
      { weight = 5 }, { 10 }, {})
    for name, value in pairs { a = 6, b = 40, c = 2.5, d = 3, weight = 14 } do assert.equal(value, c:get(name)[1]) end
  end)

  it("that is the same twice is one model, and its name is one, too", function()
    local function definition() return { name = "given_twice", state = { x = 1 }, on_pre = "send(weight*x)" } end
    local a, b = astro.synapse(definition()), astro.synapse(definition())
    assert.is_true(a == b)
    assert.equal("given_twice", a.name)
    assert.is_false(a == additive)
    local c = after(5, "given_twice", { x = 4 }, { 2 }, {})
    assert.equal(4, c:get("x")[1])
    local found = 0
    for _, name in ipairs(astro.models()) do
      if name == "given_twice" then found = found + 1 end
    end
    assert.equal(1, found)
  end)

  it("of the same name leaves what exists alone", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a, b = sim:create("parrot_neuron"), sim:create(probe, 2)
    sim:connect(generator(sim, { 5 }), a)
    local old = astro.synapse { name = "replaced_synapse", parameters = { k = 2 }, state = { n = 0 }, on_pre = "n += 1; send(k*weight)" }
    sim:connect(a, b[1], nil, { synapse_model = "replaced_synapse" })
    local new = astro.synapse { name = "replaced_synapse", parameters = { k = 2, m = 5 }, on_pre = "send(k*m*weight)" }
    assert.is_false(old == new)
    sim:connect(a, b[2], nil, { synapse_model = "replaced_synapse", m = 7 })
    sim:simulate(10)
    assert.are.same({ 2, 14 }, b:get("sum"):totable())
    local again = reloaded(sim)
    again:simulate(1)
    sim:simulate(1)
    assert.equal(sim:fingerprint(), again:fingerprint())
  end)

  it("explains itself, and has a page", function()
    local text = additive:explain()
    assert.truthy(text:find("K_plus  1  once a sender", 1, true))
    assert.truthy(text:find("K_minus  1  once a connection", 1, true))
    assert.truthy(text:find("weight in 1, changed by spikes", 1, true))
    local page = additive:page()
    for _, part in ipairs { "dK_plus/dt  = -K_plus/tau_plus", "| `tau_plus` | 20 | ms |", "## State", "K_plus += 1; send(weight)" } do
      assert.truthy(page:find(part, 1, true), part)
    end
    assert.equal("Synapse(" .. additive.name .. ")", tostring(additive))
  end)

  it("stands for its name in connect", function()
    local sim = astro.Simulation { resolution = 0.1 }
    local a = sim:create("parrot_neuron", 3)
    assert.equal(9, sim:connect(a, a, "all_to_all", additive))
    assert.equal(9, #sim:connections { synapse_model = additive.name })
    assert.equal(9, #sim:connections { synapse_model = additive })
    assert.equal(additive.name, sim:connections { synapse_model = additive }.synapse_model[1])
  end)
end)

-- Memory that the process has, in kB; nil where the system does not tell.
local function resident()
  local file = io.open "/proc/self/status"
  if not file then return nil end
  local text <close> = file
  return tonumber(text:read("a"):match "VmRSS:%s+(%d+)")
end

it("many short runs leave nothing behind", function()
  local sim = astro.Simulation { seed = 1 }
  local noise, pre, post = sim:create("poisson_generator", { rate = 500 }), sim:create("parrot_neuron", 20), sim:create("parrot_neuron", 20)
  sim:connect(noise, pre + post)
  sim:connect(pre, post, "all_to_all", { synapse_model = "stdp_synapse_hom", weight = 50, receptor_type = 1 })
  local function runs(n) for _ = 1, n do sim:simulate(1) end end
  runs(20)
  local before = resident()
  if not before then return end
  runs(200)
  -- what each run bound to the synapses was 60 kB
  assert.is_true(resident() - before < 3000)
end)

it("recorders of nodes and of connections share labels", function()
  local sim = astro.Simulation {}
  local a, b = sim:create "parrot_neuron", sim:create "parrot_neuron"
  sim:connect(a, b)
  sim:record(sim:connections(), { "weight" }, { label = "w" })
  assert.has_error(function() sim:record(a, nil, { label = "w" }) end)
  sim:record(a, nil, { label = "s" })
  assert.has_error(function() sim:record(sim:connections(), { "weight" }, { label = "s" }) end)
  assert.equal(2, #sim:recorders())
end)

-- A sender's states are stored once, whether or not an equation moves them and whether or not `on_pre` reads them.
it("a state that becomes infinite stops the run, whether it is of the sender or of the connection", function()
  local texts = {
    { on_pre = "send(weight); x = x/zero" },                                          -- of the sender, without an equation
    { equations = "dx/dt = -x/tau", on_pre = "send(weight); x = x/zero" },            -- of the sender, with one
    { equations = "dx/dt = -x/tau", on_pre = "send(weight); x = x/zero", on_post = "x += 1" },
  }
  for i, text in ipairs(texts) do
    text.parameters, text.state = { zero = 0, tau = "10 ms" }, { x = 1 }
    local model = synapse(text)
    local sim = astro.Simulation { seed = 1 }
    local spikes = sim:create("spike_generator", { spike_times = { 1, 5, 9 } })
    local from, to = sim:create "parrot_neuron", sim:create "parrot_neuron"
    sim:connect(spikes, from)
    sim:connect(from, to, {}, { synapse_model = model })
    local ok, message = pcall(sim.simulate, sim, 20)
    assert.is_false(ok, "text " .. i)
    assert.truthy(tostring(message):find("x is inf at", 1, true), tostring(message))
  end
end)
