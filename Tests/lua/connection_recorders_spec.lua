-- Recorders of connections in checkpoints.
local astro = require "astro"

local PATH <const> = "connection_recorders_spec.checkpoint"

local function network(threads, model)
  local sim = astro.Simulation { seed = 12, threads = threads, resolution = 0.1 }
  local cells = sim:create("iaf_psc_exp", 40, { tau_minus = 25 })
  local noise = sim:create("poisson_generator", { rate = 9000 })
  sim:connect(noise, cells, "all_to_all", { weight = 90 })
  sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 8, allow_multapses = true },
    { synapse_model = model, weight = astro.random.uniform(20, 40), delay = astro.random.uniform(0.5, 3) })
  -- of some rows, with parallel ones
  local some = sim:connections { source = cells:slice(3, 9), synapse_model = model }
  sim:record(some, { "weight", "delay" }, { interval = 5, label = "samples" })
  sim:record(some, { "weight", "sent" }, { when = "spike", label = "spikes", start = 20 })
  return sim
end

local function text(recorder)
  local lines, events = {}, recorder.events
  local names = {}
  for name in pairs(events) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    lines[#lines + 1] = name
    for i = 1, #events[name] do lines[#lines + 1] = ("%.17g"):format(events[name][i]) end
  end
  return table.concat(lines, " ")
end

local function both(sim) return text(sim:recorder "samples") .. text(sim:recorder "spikes") end

describe("recorders of connections in a checkpoint", function()
  after_each(function() os.remove(PATH) end)

  for _, model in ipairs { "stdp_synapse", "stdp_triplet_synapse", "static_synapse" } do
    it(model .. ": goes on as if nothing had been, on any number of threads", function()
      local whole = network(1, model)
      whole:simulate(120)
      local wanted = both(whole)
      assert.is_true(whole:recorder("spikes").n_events > 20 and whole:recorder("samples").n_events > 500)
      for _, threads in ipairs { 1, 3 } do
        local first = network(threads, model)
        first:simulate(47.3)
        first:save(PATH)
        local second = astro.load(PATH, { threads = 4 - threads })
        assert.equal(both(first), both(second))
        assert.equal(first:fingerprint(), second:fingerprint())
        second:simulate(72.7)
        assert.equal(wanted, both(second))
      end
    end)
  end

  it("a second load holds the same, and labels stay taken", function()
    network(2, "stdp_synapse"):save(PATH)
    local sim = astro.load(PATH)
    assert.equal(2, #sim:recorders())
    local problem = select(2, pcall(function()
      sim:record(sim:connections { synapse_model = "stdp_synapse" }, { "weight" }, { label = "samples" })
    end))
    assert.is_truthy(tostring(problem):find("there is a recorder 'samples' already", 1, true))
    sim:simulate(30)
    sim:save(PATH)
    assert.equal(both(sim), both(astro.load(PATH)))
  end)
end)

local made = {}

local function path(ending)
  local name = os.tmpname()
  os.remove(name)
  made[#made + 1] = name .. ending
  return made[#made]
end

local function clean()
  for _, file in ipairs(made) do os.remove(file) end
  made = {}
end

-- Recorders of some connections: in memory, and to files.
local function streamed(threads)
  local sim = network(threads, "stdp_synapse")
  local some = sim:connections { source = sim:populations()[1]:slice(3, 9), synapse_model = "stdp_synapse" }
  local files = { samples = path ".csv", spikes = path ".dat" }
  sim:record(some, { "weight", "delay" }, { interval = 5, label = "samples, to a file", to = files.samples })
  sim:record(some, { "weight", "sent" }, { when = "spike", label = "spikes, to a file", to = files.spikes, start = 20 })
  return sim, files
end

describe("recorders of connections that write a file while the simulation runs", function()
  local io_module = require "astro.io"

  after_each(function()
    os.remove(PATH)
    clean()
  end)

  local function same(events, recorder)
    assert.is_true(recorder.n_events > 20)
    for name, values in pairs(recorder.events) do assert.is_true(values == events[name], name) end
  end

  it("write what others hold, in one run or many, on any number of threads", function()
    for _, threads in ipairs { 1, 3 } do
      local sim, files = streamed(threads)
      for _, ms in ipairs { 47.3, 0.1, 72.6 } do sim:simulate(ms) end
      for _, label in ipairs { "samples", "spikes" } do
        local recorder, written = sim:recorder(label), sim:recorder(label .. ", to a file")
        same(io_module.read(files[label]), recorder)
        same(written.events, recorder)
      end
    end
  end)

  it("go on in their file where they are cleared, and after a load", function()
    local whole = network(2, "stdp_synapse")
    whole:simulate(120)
    local files
    do
      local sim
      sim, files = streamed(1)
      sim:simulate(47.3)
      sim:recorder("samples, to a file"):clear()
      assert.equal(0, sim:recorder("samples, to a file").n_events)
      sim:simulate(10)
      sim:save(PATH)
      sim:simulate(9)  -- the file has more than the checkpoint says
    end
    collectgarbage()
    do
      local sim = astro.load(PATH, { threads = 3 })
      sim:simulate(62.7)
      for label, file in pairs(files) do same(io_module.read(file), whole:recorder(label)) end
    end
    collectgarbage()
    -- those that do not go on with it keep in memory what is recorded from then on
    local kept = astro.load(PATH, { streams = false })
    kept:simulate(62.7)
    same(kept:recorder("spikes, to a file").events, whole:recorder "spikes")
  end)

  it("refuse what is good only when it is whole, and what is for nodes", function()
    local sim = network(1, "stdp_synapse")
    local some = sim:connections { synapse_model = "stdp_synapse" }
    local function problem(options) return select(2, pcall(sim.record, sim, some, { "weight" }, options)) end
    assert.is_truthy(problem { to = "w.npz" }:find("record: to = 'w.npz': a file of this kind is of use only when it is complete. Record to a .csv file; "
      .. "rec:save('w.npz') then converts it, if it fits into memory. Here the ending must be one of .csv, .dat", 1, true))
    assert.is_truthy(problem { to = "w.h5" }:find("record: to = 'w.h5': SONATA files hold spikes and samples of nodes; "
      .. "a recorder of connections writes .csv, .dat", 1, true))
    assert.is_truthy(problem { to = 3 }:find("record: to must be the path of a file, got 3", 1, true))
    assert.is_truthy(problem { too = "w.csv" }:find("record: there is no option 'too' (did you mean 'to'?)", 1, true))
    local file = path ".csv"
    sim:record(some, { "weight" }, { to = file })
    assert.is_truthy(problem { to = file }:find("is being written by another recorder", 1, true))
  end)
end)

describe("files of recorded connections", function()
  local io_module = require "astro.io"

  after_each(clean)

  local function recorded()
    local sim = astro.Simulation { seed = 4 }
    local cells = sim:create("aeif_cond_alpha", 3, { I_e = 900 })
    sim:connect(cells, cells, { rule = "all_to_all", allow_autapses = false },
      { synapse_model = "stdp_synapse", weight = astro.random.uniform(1, 2), delay = 1.5 })
    local rec = sim:record(sim:connections { source = cells }, { "weight" }, { interval = 20 })
    sim:simulate(100)
    return rec
  end

  it("hold every event with sender, target and values", function()
    local rec = recorded()
    assert.equal(30, rec.n_events)
    for _, ending in ipairs { ".csv", ".dat", ".npz" } do
      local file = path(ending)
      rec:save(file)
      local events = io_module.read(file)
      for _, name in ipairs { "times", "senders", "targets", "weight" } do
        assert.is_true(rec.events[name] == events[name], ending .. ": " .. name)
      end
    end
    local file = path(".dat")
    rec:save(file)
    local lines = {}
    for line in io.lines(file) do lines[#lines + 1] = line end
    assert.equal(33, #lines)
    assert.equal("sender\ttime_ms\ttargets\tweight", lines[3])
  end)

  it("are refused in a format for nodes", function()
    local rec = recorded()
    assert.has_error(function() rec:save("weights.h5") end,
      "save: 'weights.h5': SONATA files hold spikes and samples of nodes; a recorder of connections writes .csv, .dat, .npz")
    assert.has_error(function() rec:save("weights.txt") end)
  end)
end)
