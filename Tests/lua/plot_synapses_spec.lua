-- Pictures of synapses that learn, and the window that is measured for them.
local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"

local function near(expected, got, tolerance)
  assert.is_true(math.abs(got - expected) <= (tolerance or 1e-12), ("%.15g is not %.15g"):format(got, expected))
end

local function series(figure, cell, i) return figure.cells[cell].panels[1].series[i] end

-- Three connections of two senders that were recorded at spikes: 1 -> 3 and 1 -> 4 at 10 and 30 ms, 2 -> 3 at 20 ms.
local at_spikes = {
  times = { 10, 10, 20, 30, 30 }, senders = { 1, 1, 2, 1, 1 }, targets = { 3, 4, 3, 3, 4 }, weight = { 1, 3, 8, 4, 6 }, window = { 0, 40 },
}

-- Connections that learn, recorded.
local function learning(record)
  local sim = astro.Simulation { seed = 1, threads = 1 }
  local noise = sim:create("poisson_generator", { rate = 60 })
  local pre, post = sim:create("parrot_neuron", 4), sim:create("parrot_neuron", 3)
  sim:connect(noise, pre)
  sim:connect(noise, post)
  local spec = { synapse_model = "stdp_synapse_hom", weight = astro.random.normal(50, 5), receptor_type = 1 }
  sim:connect(pre, post, "all_to_all", spec)
  local connections = sim:connections { source = pre, target = post }
  local before = connections.weight:totable()
  local recorder = record(sim, connections)
  sim:simulate(300)
  return recorder, before, connections.weight:totable()
end

describe("analysis.stdp_window", function()
  it("is the pair rule's closed form", function()
    local Wmax, lambda, alpha, tau_plus, tau_minus, w, delay = 100, 0.02, 1.1, 15, 25, 40, 1.5
    local given = { weight = w, delay = delay, Wmax = Wmax, lambda = lambda, alpha = alpha, tau_plus = tau_plus, mu_plus = 0, mu_minus = 0 }
    for _, model in ipairs { "stdp_synapse", "stdp_synapse_hom" } do
      given.synapse_model = model
      local window = analysis.stdp_window(given, { range = { -30, 30 }, step = 0.5, tau_minus = tau_minus })
      assert.are.same({ 121, 121, w, delay }, { #window.intervals, #window.change, window.start, window.delay })
      for i = 1, #window.intervals do
        local behind = window.intervals[i] + delay                                      -- at the synapse
        local expected = behind > 0 and lambda * Wmax * math.exp(-behind / tau_plus)
          or behind < 0 and -lambda * alpha * Wmax * math.exp(behind / tau_minus) or 0
        near(expected, window.change[i], 1e-12 * Wmax)
      end
    end
  end)

  it("takes a rule written by the user, and counts pairs together", function()
    local rule = astro.synapse {
      name = "window_of_mine", state = { K = 0 }, equations = "dK/dt = -K/(10*ms)", on_pre = "K = 1; send(weight)", on_post = "weight += K",
    }
    local once = analysis.stdp_window(rule, { range = { 5, 5.1 }, step = 0.1 })
    local thrice = analysis.stdp_window({ synapse_model = rule, weight = 7 }, { range = { 5, 5.1 }, step = 0.1, pairs = 3, frequency = 2 })
    near(math.exp(-0.51), once.change[1])
    near(3 * math.exp(-0.51), thrice.change[1])
    near(3 * math.exp(-0.52), thrice.change[2])
  end)

  it("of a synapse that does not learn is flat", function()
    assert.are.same({ 0, 0, 0 }, analysis.stdp_window("static_synapse", { range = { -1, 1 } }).change:totable())
  end)

  it("leaves the user's table as it is", function()
    local spec = { synapse_model = "stdp_synapse_hom", weight = 2 }
    analysis.stdp_window(spec, { range = { -1, 1 } })
    assert.are.same({ synapse_model = "stdp_synapse_hom", weight = 2 }, spec)
  end)
end)

describe("plot.traces of connections", function()
  it("keeps the last value of each where they were recorded at spikes", function()
    local figure = plot.traces(at_spikes, "weight")
    local band, mean = series(figure, 1, 1), series(figure, 1, 2)
    assert.are.same({ 10, 20, 30 }, mean.x)
    for i, expected in ipairs { 2, 4, 6 } do near(expected, mean.y[i]) end
    near(2 - 1, band.low[1])
    near(4 + math.sqrt((9 + 1 + 16) / 3), band.high[2])
    assert.equal("weight of 3 connections", figure.cells[1].title)
  end)

  it("draws a curve for each", function()
    local figure = plot.traces(at_spikes, "weight", { each = true })
    assert.are.same({ "1 → 3", "1 → 4", "2 → 3" }, { series(figure, 1, 1).name, series(figure, 1, 2).name, series(figure, 1, 3).name })
    assert.are.same({ 3, 6 }, series(figure, 1, 2).y)
  end)

  it("tells parallel connections apart, but not two spikes within a step", function()
    local parallel = { times = { 1, 1, 2, 2 }, senders = { 1, 1, 1, 1 }, targets = { 2, 2, 2, 2 }, weight = { 5, 6, 7, 8 } }
    local figure = plot.traces(parallel, "weight", { each = true })
    assert.are.same({ { 5, 7 }, { 6, 8 } }, { series(figure, 1, 1).y, series(figure, 1, 2).y })
    local twice = { times = { 1, 1, 2, 3 }, senders = { 1, 1, 1, 1 }, targets = { 2, 2, 2, 2 }, weight = { 5, 6, 7, 8 } }
    assert.equal("weight of 1 connection", plot.traces(twice, "weight").cells[1].title)
  end)

  it("names quantities, not the column of targets", function()
    local recorder = learning(function(sim, connections) return sim:record(connections, { "weight", "Kplus" }, { interval = 20 }) end)
    local figure = plot.traces(recorder)
    assert.equal("Kplus and weight of 12 connections", figure.cells[1].title)
    assert.equal(2, #figure.cells[1].panels)
    assert.equal(15, #series(figure, 1, 2).x)
  end)
end)

describe("plot.histogram of several", function()
  it("counts all in the same bins, in the order of a list or of the names", function()
    local figure = plot.histogram({ { "before", { 0, 1, 2, 3, 4 } }, { "after", { 3, 4, 4 } } }, { bins = 4 })
    local before, after = series(figure, 1, 1), series(figure, 1, 3)
    assert.are.same({ 1, 1, 1, 1, 1, 1, 2, 2 }, before.high)
    assert.are.same({ 0, 0, 0, 0, 0, 0, 3, 3 }, after.high)
    assert.are.same({ 0, 1, 1, 2, 2, 3, 3, 4 }, after.x)
    assert.are.same({ "before", "after" }, { series(figure, 1, 2).name, series(figure, 1, 4).name })
    assert.are.same({ 0, 0, 1, 1, 2, 2, 3, 3, 4, 4 }, series(figure, 1, 4).x)
    assert.are.same({ 0, 0, 0, 0, 0, 0, 0, 3, 3, 0 }, series(figure, 1, 4).y)
    local named = plot.histogram { b = { 1 }, a = astro.vector { 2, 3 } }
    assert.are.same({ "a", "b", "Distribution of 3 values" }, { series(named, 1, 2).name, series(named, 1, 4).name, named.cells[1].title })
  end)
end)

describe("plot.weights", function()
  it("shows each connection's first and last sample", function()
    local recorder, before, after = learning(function(sim, connections) return sim:record(connections, { "weight" }, { interval = 1 }) end)
    local figure = plot.weights(recorder, { bins = 10 })
    assert.equal(2, #figure.cells)
    assert.are.same({ "Weight of 12 connections", "Weight at first and at last" }, { figure.cells[1].title, figure.cells[2].title })
    local mean = series(figure, 1, 2)
    near(astro.vector(before):mean(), mean.y[1], 1)
    near(astro.vector(after):mean(), mean.y[#mean.y], 1e-9)
    for i, from_to in ipairs { "first, from 1 ms", "last, to 300 ms" } do assert.equal(from_to, series(figure, 2, 2 * i).name) end
    local sum = 0
    for i = 1, #series(figure, 2, 3).high, 2 do sum = sum + series(figure, 2, 3).high[i] end
    assert.equal(12, sum)
    assert.are_not.same(before, after)
  end)

  it("takes what is recorded at spikes, and other quantities", function()
    local figure = plot.weights(at_spikes, { each = true, title = "mine", height = 300 })
    assert.are.same({ "mine", nil, 150 }, { figure.title, figure.cells[1].title, figure.cells[2].height })
    assert.equal("last, to 30 ms", series(figure, 2, 4).name)
    local others = { times = { 1 }, senders = { 1 }, targets = { 2 }, u = { 0.5 }, x = { 1 } }
    assert.equal("Figure(weights: x of 1 connection)", tostring(plot.weights(others, { quantity = "x" })))
  end)
end)

describe("plot.stdp_window", function()
  it("measures and draws", function()
    local spec = { synapse_model = "stdp_synapse", weight = 50, mu_plus = 0, mu_minus = 0 }
    local figure = plot.stdp_window(spec, { xrange = { -20, 20 }, step = 2, percent = true })
    local curve = series(figure, 1, 2)
    assert.are.same({ 21, -20, 20 }, { #curve.x, curve.x[1], curve.x[21] })
    near(100 * math.exp(-10.1 / 20) / 50, curve.y[16], 1e-11)
    assert.equal("Window of stdp_synapse", figure.cells[1].title)
    assert.equal("change of weight (%)", figure.cells[1].panels[1].ylabel)
  end)

  it("draws several by name, and what analysis.stdp_window returned", function()
    local measured = analysis.stdp_window("stdp_synapse_hom", { range = { -5, 5 } })
    local figure = plot.stdp_window({ b = measured, a = "static_synapse" }, { xrange = { -5, 5 }, pairs = 2, frequency = 10 })
    assert.are.same({ "a", "b" }, { series(figure, 1, 2).name, series(figure, 1, 3).name })
    assert.are.same(measured.change:totable(), series(figure, 1, 3).y)
    assert.equal("Windows of plasticity, 2 pairs at 10 Hz", figure.cells[1].title)
    assert.equal("Window of stdp_triplet_synapse", plot.stdp_window("stdp_triplet_synapse").cells[1].title)
  end)
end)

describe("pictures of synapses", function()
  it("say what is wrong, at the line of the script", function()
    local sim = astro.Simulation {}
    local spikes = sim:record(sim:create("parrot_neuron"))
    for _, case in ipairs {
      { function() plot.weights(spikes) end, "weights: the recorder holds no samples of connections" },
      { function() plot.weights(at_spikes, { quantity = "wait" }) end, "weights: 'wait' was not recorded %(there are: weight%)" },
      { function() plot.weights(5) end, "weights: the first argument must be a Recorder, got number 5" },
      { function() plot.stdp_window("stdp_sinapse") end, "stdp_window: there is no synapse model 'stdp_sinapse' %(did you mean 'stdp_synapse'%?%)" },
      { function() plot.stdp_window {} end, "stdp_window: the table holds no synapses" },
      { function() plot.stdp_window(5) end, "stdp_window: the first argument must be a synapse model, its name, or a table" },
      { function() plot.stdp_window({ synapse_model = "stdp_synapse", lamda = 1 }) end, "has no parameter 'lamda' %(did you mean 'lambda'%?%)" },
      { function() plot.stdp_window({ synapse_model = "stdp_synapse", weight = 0 }, { percent = true }) end, "a weight of 0 has no change in percent" },
      { function() analysis.stdp_window("stdp_synapse", { step = 0.01 }) end, "stdp_window: step must be at least 0.1 ms, got 0.01" },
      { function() analysis.stdp_window("stdp_synapse", { range = { -1e6, 1e6 } }) end, "are 2000001 intervals, at most 100000" },
      { function() analysis.stdp_window { weight = 1 } end, "stdp_window: the table names no synapse_model" },
      { function() analysis.signal(at_spikes, "weight") end, "signal: the recorder holds samples of connections, not of nodes" },
      { function() plot.raster { events = at_spikes, quantities = { "weight" } } end, "raster: the recorder holds samples of weight, not spikes" },
      { function() plot.histogram { { "a", { 1 } }, { 2, { 1 } } } end, "histogram: values%[2%] must be { name, values }, got number 2" },
    } do
      local done, problem = pcall(case[1])
      assert.is_false(done)
      assert.is_truthy(problem:find(case[2]), problem)
      assert.equal(debug.getinfo(case[1], "S").linedefined, tonumber(problem:match("plot_synapses_spec%.lua:(%d+): ")), problem)
    end
  end)
end)
