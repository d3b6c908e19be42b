local astro = require "astro"

local NEURON, ASTROCYTE = "aeif_cond_alpha_astro", "astrocyte_lr_1994"

local directory = os.tmpname()
os.remove(directory)
assert(os.execute("mkdir " .. directory))
local function path(name) return directory .. "/" .. name end

local function text(name)
  local file = assert(io.open(path(name), "rb"))
  local content = file:read("a")
  file:close()
  return content
end

local function write(name, content)
  local file = assert(io.open(path(name), "wb"))
  file:write(content)
  file:close()
end

local function network(options)
  local sim = astro.Simulation { seed = 3, threads = 2 }
  local neurons = sim:create(NEURON, 40, { V_m = astro.random.uniform(-75, -50), label = "neurons" })
  local glia = sim:create(ASTROCYTE, 10, { IP3 = 0.6, Ca_astro = 0.4, label = "glia" })
  local noise = sim:create("poisson_generator", { rate = 3000, label = "noise" })
  sim:connect(noise, neurons, nil, { weight = 3.0 })
  sim:connect(neurons, neurons, { rule = "pairwise_bernoulli", p = 0.2 },
    { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(1, 3), delay = 1.5 })
  sim:connect(glia, neurons, nil, { synapse_model = "sic_connection", weight = 0.1 })
  local spikes = { label = "spikes" }
  for name, value in pairs(options or {}) do spikes[name] = value end
  sim:record(neurons, spikes)
  sim:record(neurons, { "V_m" }, { interval = 0.5, label = "potentials" })
  sim:simulate(33.3)
  return sim
end

describe("checkpoints", function()
  teardown(function() os.execute("rm -r " .. directory) end)

  it("sim:save(path), astro.load(path)", function()
    local sim = network()
    sim:save(path("a.checkpoint"))
    local again = astro.load(path("a.checkpoint"))
    assert.equal(sim:fingerprint(), again:fingerprint())
    assert.equal(sim.time, again.time)
    assert.equal(sim.seed, again.seed)
    assert.equal(sim.num_nodes, again.num_nodes)
    assert.equal(sim.num_connections, again.num_connections)
    assert.equal(sim.stats.spikes, again.stats.spikes)
    assert.equal(sim.stats.events, again.stats.events)
    sim:simulate(40)
    again:simulate(15.5)
    again:simulate(24.5)
    assert.equal(sim:fingerprint(), again:fingerprint())
    for _, label in ipairs { "spikes", "potentials" } do
      local old, new = sim:recorder(label), again:recorder(label)
      assert.is_true(old.events.times == new.events.times and old.events.senders == new.events.senders)
    end
    assert.is_true(sim:recorder("potentials").events.V_m == again:recorder("potentials").events.V_m)
    assert.equal(sim:recorder("spikes"):rate(), again:recorder("spikes"):rate())
  end)

  it("astro.load(path, { threads = })", function()
    network():save(path("threads.checkpoint"))
    assert.equal(5, astro.load(path("threads.checkpoint"), { threads = 5 }).threads)
    assert.has_error(function() astro.load(path("threads.checkpoint"), { threads = 0 }) end)
    assert.has_error(function() astro.load(path("threads.checkpoint"), { thread = 1 }) end)
  end)

  it("handles to what there is", function()
    local sim = network()
    sim:save(path("handles.checkpoint"))
    local again = astro.load(path("handles.checkpoint"))
    assert.equal("neurons", again:nodes("neurons").label)
    assert.equal(3, #again:populations())
    assert.equal(2, #again:recorders())
    assert.equal("potentials", again:recorders()[2].label)
    assert.is_true(again:nodes("neurons"):get("V_m") == sim:nodes("neurons"):get("V_m"))
    assert.is_true(again:nodes("neurons"):sample(5).ids == sim:nodes("neurons"):sample(5).ids)
    local old, new = sim:connections(), again:connections()
    assert.is_true(old.weight == new.weight and old.source == new.source and old.target == new.target)
    assert.has_error(function() again:recorder("spike") end, "recorder: there is no recorder 'spike' (did you mean 'spikes'?)")
  end)

  it("labels of recorders are names", function()
    local sim = astro.Simulation()
    local nodes = sim:create(NEURON)
    assert.is_nil(sim:record(nodes).label)
    assert.equal("a", sim:record(nodes, { label = "a" }).label)
    assert.has_error(function() sim:record(nodes, { label = "a" }) end, "record: there is a recorder 'a' already")
    assert.has_error(function() sim:record(nodes, { label = 5 }) end, "record: label must be a string, got 5")
    assert.equal(2, #sim:recorders())
  end)

  it("what is saved twice is the same file", function()
    local sim = network()
    sim:save(path("one.checkpoint"))
    sim:save(path("two.checkpoint"))
    assert.is_true(text("one.checkpoint") == text("two.checkpoint"))
    astro.load(path("one.checkpoint"), { threads = 3 }):save(path("two.checkpoint"))
    assert.is_true(text("one.checkpoint") == text("two.checkpoint"))
  end)

  it("recorders go on with their files", function()
    local whole = network { to = path("whole.csv") }
    whole:simulate(40)
    local sim = network { to = path("pieces.csv") }
    sim:save(path("stream.checkpoint"))
    local function load(options) return astro.load(path("stream.checkpoint"), options) end
    -- while the first simulation writes the file, nobody else can
    assert.has_error(function() load() end)
    sim:simulate(7)
    local longer = text("pieces.csv")
    local kept = load { streams = false }
    kept:simulate(40)
    assert.is_true(text("pieces.csv") == longer)
    sim = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    local again = load()
    assert.is_true(text("pieces.csv") == longer)
    again:simulate(40)
    assert.equal(text("whole.csv"), text("pieces.csv"))
    assert.equal(kept:recorder("spikes").n_events, again:recorder("spikes").n_events)
  end)

  it("files that are no checkpoint are refused", function()
    local sim = network()
    sim:save(path("good.checkpoint"))
    local good = text("good.checkpoint")
    write("truncated.checkpoint", good:sub(1, #good // 2))
    write("altered.checkpoint", good:sub(1, 300) .. "x" .. good:sub(302))
    write("foreign.checkpoint", "time_ms,sender\n1.0,1\n")
    local function refusal(name)
      local ok, message = pcall(astro.load, path(name))
      assert.is_false(ok)
      return message
    end
    assert.is_truthy(refusal("truncated.checkpoint"):find("load: the checkpoint '.*' is truncated: %d+ of %d+ bytes are there"))
    assert.is_truthy(refusal("altered.checkpoint"):find("load: the checkpoint '.*' is damaged"))
    assert.is_truthy(refusal("foreign.checkpoint"):find("load: '.*' is not a checkpoint of astrolua"))
    assert.is_truthy(refusal("missing.checkpoint"):find("No such file"))
  end)

  -- Version 1 drew rare spikes in another way; Tests/Fixtures/checkpoints/make_rare.lua made the file and printed the numbers.
  it("trains of rare spikes in a file of version 1 go on as they did", function()
    local function arrived(sim)
      local spikes = sim:recorder("spikes")
      return { sim:fingerprint(), spikes.n_events, spikes.events.senders:sum() }
    end
    local file = "Tests/Fixtures/checkpoints/version-1-rare.checkpoint"
    for threads = 1, 2 do
      local sim = astro.load(file, { threads = threads })
      assert.same({ "929afb7560e9a411f9c76402da140817", 78 }, { sim:fingerprint(), sim:recorder("spikes").n_events })
      sim:simulate(100)
      assert.same({ "acd2234df76f9f8c25b75604329b4a4b", 428, 42077 }, arrived(sim))
      -- through a file of this version
      local again = astro.load(file, { threads = threads })
      again:simulate(33.3)
      again:save(path("rare.checkpoint"))
      again = astro.load(path("rare.checkpoint"))
      again:simulate(66.7)
      assert.same(arrived(sim), arrived(again))
    end
    -- a new rate counts from then on: 200 trains, 5 standard errors
    local sim = astro.load(file)
    sim:populations()[1]:set { rate = 40 }
    sim:recorder("spikes"):clear()
    sim:simulate(500)
    assert.is_true(math.abs(sim:recorder("spikes").n_events - 200 * 0.5 * 40) < 5 * math.sqrt(4000))
  end)

  it("an error leaves the older file", function()
    local sim = network()
    sim:save(path("kept.checkpoint"))
    local before = text("kept.checkpoint")
    os.execute("mkdir " .. path("kept.checkpoint.part"))
    sim:simulate(1)
    assert.has_error(function() sim:save(path("kept.checkpoint")) end)
    assert.is_true(text("kept.checkpoint") == before)
    assert.has_error(function() sim:save(path("nowhere/x.checkpoint")) end)
    assert.has_error(function() sim:save(5) end)
  end)
end)
