local astro = require "astro"
local io_module = require "astro.io"

local NEURON = "aeif_cond_alpha_astro"

local directory = os.tmpname()
os.remove(directory)
assert(os.execute("mkdir " .. directory))
local function path(name) return directory .. "/" .. name end

local function recorded()
  local sim = astro.Simulation { seed = 2, threads = 1 }
  local noise = sim:create("poisson_generator", { rate = 800.0 })
  local parrots = sim:create("parrot_neuron", 5, { label = "parrots" })
  local glia = sim:create("astrocyte_lr_1994", 3, { IP3 = astro.random.uniform(0.2, 0.6) })
  sim:connect(noise, parrots)
  local spikes, calcium = sim:record(parrots), sim:record(glia, { "IP3", "Ca_astro" }, { interval = 0.5 })
  sim:simulate(100)
  return spikes, calcium
end

describe("astro.io", function()
  teardown(function() os.execute("rm -r " .. directory) end)

  for _, ending in ipairs { "csv", "dat", "npz", "h5" } do
    it("io.read(path) of ." .. ending, function()
      local spikes, calcium = recorded()
      spikes:save(path("spikes." .. ending))
      calcium:save(path("calcium." .. ending))
      local events = io_module.read(path("spikes." .. ending))
      assert.is_true(#events.times > 100)
      assert.is_true(events.times == spikes.events.times)
      assert.is_true(events.senders == spikes.events.senders)
      local samples = io_module.read(path("calcium." .. ending))
      assert.is_true(samples.times == calcium.events.times)
      assert.is_true(samples.senders == calcium.events.senders)
      local difference = (samples.Ca_astro - calcium.events.Ca_astro):map(math.abs):max()
      -- SONATA reports hold 32 bits a number
      assert.is_true(ending == "h5" and difference < 1e-7 or difference == 0)
    end)
  end

  it("io.read(path, { population = name })", function()
    recorded():save(path("spikes.h5"))
    local all, parrots = io_module.read(path("spikes.h5")), io_module.read(path("spikes.h5"), { population = "parrots" })
    assert.is_true(all.times == parrots.times)
  end)

  it("sim:record(nodes, { to = path }) to every format that can be appended to", function()
    for _, ending in ipairs { "csv", "dat" } do
      local sim = astro.Simulation { threads = 1 }
      local neurons = sim:create(NEURON, 4, { I_e = 900.0 })
      local rec = sim:record(neurons, { to = path("stream." .. ending) })
      sim:simulate(50)
      sim:simulate(50)
      assert.is_true(rec.n_events > 0)
      assert.is_true(io_module.read(path("stream." .. ending)).times == rec.events.times)
    end
  end)

  it("io.read(path) of a file whose last line is cut off", function()
    local file = assert(io.open(path "cut.csv", "w"))
    file:write("time_ms,sender\n1.0,1\n2.0,1\n2.5,1")
    file:close()
    local events, note = io_module.read(path "cut.csv")
    assert.is_true(events.times == astro.vector { 1, 2 })
    assert.is_truthy(note:find "cut.csv': line 4, the last one, is cut off and left out")
  end)

  local function network()
    local sim = astro.Simulation { seed = 4, threads = 2 }
    return sim, sim:create(NEURON, 20, { I_e = 600.0, label = "cells" }), sim:create("astrocyte_lr_1994", 10)
  end

  for _, ending in ipairs { "csv", "h5" } do
    it("io.save_connections(c, path), io.connect(sim, path) with ." .. ending, function()
      local sim, cells, glia = network()
      local plastic = { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(0.5, 1.5), U = 0.4 }
      sim:tripartite_connect(cells, cells, glia, { rule = "pairwise_bernoulli", p = 0.4 }, { rule = "third_factor_bernoulli_with_pool" },
        { primary = plastic, third_in = plastic, third_out = { synapse_model = "sic_connection", delay = 2.0 } })
      io_module.save_connections(sim:connections(), path("network." .. ending))

      local read = io_module.read_connections(path("network." .. ending))
      assert.equal(#sim:connections(), #read.source)
      assert.equal(0.4, read.U:select(read.U:gt(0)):max())
      local again = network()
      assert.equal(#sim:connections(), io_module.connect(again, path("network." .. ending)))
      sim:simulate(100)
      again:simulate(100)
      assert.is_true(sim:nodes("cells"):get("V_m") == again:nodes("cells"):get("V_m"))
    end)
  end

  it("io.save_connections(c, path), io.connect(sim, path) onto models whose receptors or inputs have names", function()
    local named = astro.model {
      name = "io_named", state = { a = 0, b = 0 }, inputs = { I_a = "current 1/ms", I_b = "current 1/ms" },
      equations = "da/dt = I_a\ndb/dt = I_b", on_spike = { AMPA = "a += weight", GABA = "b += weight" },
    }
    local function nodes()
      local sim = astro.Simulation {}
      return sim, sim:create("parrot_neuron", 3), sim:create(named, 3), sim:create("spike_generator", { spike_times = { 1 } }), sim:create("dc_generator")
    end
    for _, ending in ipairs { "csv", "h5" } do
      for receptor, names in ipairs { { "AMPA", "I_a" }, { "GABA", "I_b" } } do
        local sim, parrots, cells, source, current = nodes()
        sim:connect(parrots, cells, "one_to_one", { receptor_type = names[1] })
        sim:connect(source, cells, "all_to_all", { receptor_type = names[1], weight = 2 })
        sim:connect(current, cells, "all_to_all", { input = names[2] })
        io_module.save_connections(sim:connections(), path("named." .. ending))
        local again = nodes()
        assert.equal(9, io_module.connect(again, path("named." .. ending)))
        local of, to = again:connections(), sim:connections()
        for _, name in ipairs { "source", "target", "weight", "delay", "receptor_type" } do
          assert.are.same(to:get(name):totable(), of:get(name):totable())
        end
        assert.equal(receptor - 1, of:get("receptor_type"):max())
        -- what a table does not say can be told beside it
        local told = nodes()
        io_module.connect(told, { source = { 1 }, target = { 5 } }, { synapse = { receptor_type = names[1] } })
        assert.equal(receptor - 1, told:connections():get("receptor_type")[1])
      end
    end
  end)

  it("io.connect(sim, table, { source =, target =, synapse = })", function()
    local sim, cells, glia = network()
    local made = io_module.connect(sim, { source = { 1, 2, 2 }, target = { 3, 3, 1 }, weight = { 0.5, 1.0, 2.0 } },
      { source = cells, target = glia, synapse = { delay = 2.5 } })
    assert.equal(3, made)
    local c = sim:connections()
    assert.are.same({ 1, 2, 2 }, c.source:totable())
    assert.are.same({ 23, 23, 21 }, { c.target[1], math.max(c.target[2], c.target[3]), math.min(c.target[2], c.target[3]) })
    assert.are.same({ 2.5, 2.5, 2.5 }, c.delay:totable())
  end)

  local sim = network()
  local cases = {
    { function() io_module.read() end, "read: path must be a string, got nil" },
    { function() io_module.read(path "x.txt") end, "read: '.*x.txt': the ending must be one of .csv, .dat, .gdf, .npz, .h5" },
    { function() io_module.read(path "x.csv") end, "read: can't read '.*x.csv': No such file" },
    { function() io_module.read(path "x.csv", { populatoin = "a" }) end, "read: there is no option 'populatoin' %(did you mean 'population'%?%)" },
    { function() io_module.read(path "x.csv", 3) end, "read: options must be a table, got number 3" },
    { function() io_module.save_connections(3, path "x.csv") end, "save_connections: connections must be Connections, got number 3" },
    { function() io_module.save_connections(sim:connections(), path "x.txt") end, "save_connections: .*the ending must be one of .csv, .h5" },
    { function() io_module.connect(sim, { source = { 1 }, target = { 99 } }) end, "connect: connection 1: target = 99 is not a node %(1 to 30, all that exist%)" },
    { function() io_module.connect(sim, { source = { 1, 2 }, target = { 3 } }) end, "connect: .* 2 .* 1" },
    { function() io_module.connect(sim, { source = { 1 } }) end, "connect: there is no column 'target'" },
    { function() io_module.connect(sim, 5) end, "connect: connections must be the path of a file or a table, got number 5" },
  }
  for _, case in ipairs(cases) do
    it("says " .. case[2], function()
      local line = debug.getinfo(case[1], "S").linedefined
      local done, problem = pcall(case[1])
      assert.is_false(done)
      assert.is_truthy(problem:find(":" .. line .. ": " .. case[2]), problem)
    end)
  end
end)
