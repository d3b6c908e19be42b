-- Every message a wrong call gives, in one table: who changes one sees all.
local astro = require "astro"

local NEURON = "aeif_cond_alpha_astro"
local sim = astro.Simulation { resolution = 0.1 }
local nodes = sim:create(NEURON, 3)
local other = astro.Simulation():create(NEURON)
local v = astro.vector { 1, 2, 3 }
local trace, spikes = sim:record(nodes, { "V_m" }), sim:record(nodes)

local cases = {
  { function() sim:create("aeif_cond_alpha_astr") end, "create: .*'aeif_cond_alpha_astr' %(did you mean 'aeif_cond_alpha_astro'%?%)" },
  { function() sim:create(NEURON, 1, { tau_syn_exc = 2 }) end, "create: aeif_cond_alpha_astro has no parameter 'tau_syn_exc' %(did you mean 'tau_syn_ex'%?%)" },
  { function() sim:create(3) end, "create: model must be a string, got number 3 %(usage: sim:create" },
  { function() sim:create() end, "create: model must be a string, got nothing" },
  { function() sim:create(NEURON, 2.5) end, "create: n = 2.5 must be a whole number" },
  { function() sim:create(NEURON, 0) end, "create: " },
  { function() sim:create(NEURON, -1) end, "create: " },
  { function() sim:create(NEURON, 2, 5) end, "create: params must be a table, got number 5" },
  { function() sim:create(NEURON, 2, { V_m = 0 / 0 }) end, "create: V_m = nan is not a number" },
  { function() sim:create(NEURON, 2, { V_m = { 1, 2, 3 } }) end, "create: .*V_m" },
  { function() sim:create(NEURON, 2, { V_m = { 1, "x" } }) end, "create: V_m%[2%] must be a number, got string 'x'" },
  { function() sim:create(NEURON, 2, { V_m = print }) end, "create: V_m must be a number, a boolean, .* got function" },
  { function() sim:create(NEURON, 2, { 5 }) end, "create: params takes names as keys, got number 1" },
  { function() sim:create(NEURON, 2, { label = 5 }) end, "create: label must be a string, got 5" },
  { function() sim.create(NEURON) end, "create: called on string 'aeif_cond_alpha_astro', not on a Simulation %(usage: .*with a colon%)" },
  { function() nodes.get(sim, "V_m") end, "get: called on Simulation, not on Nodes" },
  { function() sim:connect(nodes, 5) end, "connect: post must be Nodes, got number 5" },
  { function() sim:connect(nodes, other) end, "connect: .*another simulation" },
  { function() sim:connect(nodes, nodes, "all_to_al") end, "connect: .*'all_to_al' %(did you mean 'all_to_all'%?%)" },
  { function() sim:connect(nodes, nodes, { rule = "pairwise_bernoulli", p = 1.2 }) end, "connect: pairwise_bernoulli: p = 1.2 is not a probability %(0 to 1%)" },
  { function() sim:connect(nodes, nodes, nil, { weight = nodes }) end, "connect: weight must be a number, .* got Nodes" },
  { function() sim:connect(nodes, nodes, nil, { synapse_model = "static_synaps" }) end, "connect: .*did you mean 'static_synapse'" },
  { function() sim:connect(nodes, nodes, nil, { delay = 0.01 }) end, "connect: .*delay" },
  { function() sim:connections { sorce = nodes } end, "connections: there is no key 'sorce' %(did you mean 'source'%?%)" },
  { function() sim:tripartite_connect(nodes, nodes, nodes, "all_to_all", "third_factor_bernoulli_with_pool") end,
    "tripartite_connect: third_out: static_synapse carries spikes, not a signal as sic_connection" },
  { function() sim:tripartite_connect(nodes, nodes, nodes, "all_to_all", "third_factor_bernoulli_with_pool", { primry = {} }) end, "tripartite_connect: there is no key 'primry' %(did you mean 'primary'%?%)" },
  { function() sim:record(nodes, { "V_mm" }) end, "record: .*'V_mm'" },
  { function() sim:record(nodes, { "V_m" }, { intervall = 1 }) end, "record: .*'intervall' %(did you mean 'interval'%?%)" },
  { function() sim:record(5) end, "record: nodes must be Nodes, got number 5" },
  { function() sim:record(nodes, { label = 3 }) end, "record: label must be a string, got 3" },
  { function() sim:recorder("x") end, "recorder: there is no recorder 'x'" },
  { function() sim:save(3) end, "save: path must be a string, got number 3 %(usage: sim:save%(path%)%)" },
  { function() sim:save("no/such/place.checkpoint") end, "save: can't write 'no/such/place.checkpoint': there is no directory 'no/such' %(make it first%)" },
  { function() astro.load("no.checkpoint") end, "load: 'no.checkpoint': No such file or directory" },
  { function() astro.load("Makefile") end, "load: 'Makefile' is not a checkpoint of astrolua %(sim:save writes them%)" },
  { function() astro.load("x", { thread = 1 }) end, "load: there is no key 'thread' %(did you mean 'threads'%?%)" },
  { function() astro.load("x", { streams = 1 }) end, "load: streams must be true or false, got number 1" },
  { function() sim:simulate("x") end, "simulate: ms must be a number, got string 'x'" },
  { function() sim:simulate(-1) end, "simulate: " },
  { function() sim:simulate(1 / 0) end, "simulate: " },
  { function() sim:simulate(0.05) end, "simulate: .*0.05 ms" },
  { function() sim:nodes("nobody") end, "nodes: .*'nobody'" },
  { function() return sim.tme end, "Simulation has no field 'tme' %(did you mean 'time'%?%)" },
  { function() sim.time = 3 end, "'time' of a Simulation cannot be assigned" },
  { function() nodes.V_m = 3 end, "'V_m' of Nodes cannot be assigned; change parameters with set" },
  { function() return nodes.modell end, "Nodes has no field 'modell' %(did you mean 'model'%?%)" },
  { function() return nodes[17] end, ".*17" },
  { function() return nodes + 3 end, "Nodes %+: the right operand must be Nodes, got number 3" },
  { function() nodes:sample(4) end, "sample: " },
  { function() nodes:get("V_mm") end, "get: .*'V_mm' %(did you mean 'V_m'%?%)" },
  { function() nodes:set { V_mm = 3 } end, "set: .*'V_mm' %(did you mean 'V_m'%?%)" },
  { function() nodes:set(3) end, "set: parameters must be a table, got number 3" },
  { function() return nodes.events end, ".*recorder" },
  { function() return #sim end, "a Simulation has no length" },
  { function() return v + astro.vector { 1 } end, "Vector %+: the Vectors have 3 and 1 elements" },
  { function() return v + {} end, "Vector %+: x must be a number or a Vector, got table" },
  { function() v:map(function() return "x" end) end, "map: f must return a number, got string 'x' for element 1" },
  { function() v:map(5) end, "map: f must be a function, got number 5" },
  { function() v:histogram(0) end, "histogram: bins = 0 must be at least 1" },
  { function() v:histogram(3, 5, 1) end, "histogram: min = 5 must be below max = 1" },
  { function() v:select(v:slice(1, 2)) end, "select: the Vectors have 3 and 2 elements" },
  { function() astro.vector { 1, "x" } end, "vector: numbers%[2%] must be a number, got string 'x'" },
  { function() astro.Simulation { sed = 3 } end, "Simulation: there is no key 'sed' %(did you mean 'seed'%?%)" },
  { function() astro.Simulation { resolution = 0 } end, "Simulation: .*resolution" },
  { function() astro.Simulation { threads = 0 } end, "Simulation: .*threads" },
  { function() astro.Simulation { seed = 1.5 } end, "Simulation: seed = 1.5 must be a whole number" },
  { function() astro.random.normal(0, -1) end, "normal: .*std" },
  { function() astro.random.unifrom(0, 1) end, "astro.random has no field 'unifrom' %(did you mean 'uniform'%?%)" },
  { function() return astro.Simulaton end, "astro has no field 'Simulaton' %(did you mean 'Simulation'%?%)" },
  { function() astro.models("aeif_cond") end, "models: .*'aeif_cond'" },
  { function() sim:run(10) end, "Simulation has no field 'run' %(there are: connect, .*simulate" },
  { function() sim:create("hodgkin_huxley") end, "create: there is no model 'hodgkin_huxley' %(neurons: .*parrot_neuron" },
  { function() sim:create(NEURON, { V_m = { -70, -60 } }) end, "create: aeif_cond_alpha_astro: V_m has 2 values for 1 node$" },
  { function() sim:connect(nodes, nodes, { p = 0.1 }) end, "connect: all_to_all has no key 'p', and no rule is named %(pairwise_bernoulli, .*rule = 'pairwise_bernoulli', p = …" },
  { function() sim:connect(nodes, nodes, { rule = "fixed_indegree", N = 3 }) end, "connect: fixed_indegree has no key 'N' %(there are: " },
  { function() sim:connect(nodes, nodes, { weight = 2 }) end, "connect: all_to_all has no key 'weight': it belongs to the synapse, the argument after the rule" },
  { function() sim:connect(nodes, nodes, nil, { tau_psc = 2 }) end, "connect: static_synapse has no parameter 'tau_psc', and no model is named %(synapse_model = 'tsodyks_synapse'" },
  { function() sim:connect(nodes, nodes, nil, { synapse_model = "static_synapse", tau_psc = 2 }) end, "connect: static_synapse has no parameter 'tau_psc' %(there are: " },
  { function() sim:record(nodes, { V_m = true }) end, "record: quantities are a list of names: { 'V_m' }, not { V_m = … }" },
  { function() sim:record(nodes, { interval = 0.1 }) end, "record: 'interval' is for samples: the names of quantities come before the options" },
  { function() sim:record(nodes, { too = "x.csv" }) end, "record: there is no option 'too' %(did you mean 'to'%?%)" },
  { function() sim:record(nodes, { to = "x.h5" }) end, "record: to = 'x.h5': .*rec:save%('x.h5'%) then converts it" },
  { function() return nodes.V_m end, "Nodes has no field 'V_m' %(parameters and state are read by get: nodes:get%(\"V_m\"%)%)" },
  { function() return trace.events.time end, "there is no column 'time' %(did you mean 'times'%?%)" },
  { function() return spikes.events.sendrs end, "there is no column 'sendrs' %(did you mean 'senders'%?%)" },
  { function() return sim:record(nodes).times end, "Recorder has no field 'times' %(it is a column of events: rec.events.times%)" },
  { function() nodes:slice(3, 9) end, "slice: 3 to 9 is not within 1 to 3" },
  { function() return "n " .. nodes end, "Nodes are not text" },
  { function() for _ in nodes do assert(false) end end, "Nodes can't be called; a loop takes ipairs: for i, node in ipairs%(nodes%) do" },
  { function() return v < 3 end, "Vectors are compared by methods, which return masks: v:lt%(x%)" },
  { function() return v .. "x" end, "a Vector is not text" },
  { function() return 2 * astro.random.uniform(0, 1) end, "a distribution can't be used in arithmetic: .*astro.random.uniform%(0, 2%)" },
  { function() astro.vector { "a" } end, "vector: numbers%[1%] must be a number, got string 'a'" },
  { function() require("astro.plot").violin() end, "astro.plot has no 'violin' %(there are: .*raster" },
  { function() require("astro.analysis").ISI(v) end, "astro.analysis has no 'ISI' %(did you mean 'intervals'%?%)" },
  { function() require("astro.plot").subplots(v) end, "astro.plot has no 'subplots' %(did you mean 'panels'%?%)" },
  { function() require("astro.analysis").ratse(v) end, "astro.analysis has no 'ratse' %(did you mean 'rate'%?%)" },
  { function() require("astro.plot").raster(trace) end, "raster: the recorder holds samples of V_m, not spikes %(plot.traces draws samples%)" },
  { function() require("astro.plot").traces(sim:record(nodes), { "V_m" }) end, "traces: the recorder holds spikes, not samples" },
  { function() require("astro.analysis").rate(trace) end, "rate: the recorder holds samples of V_m, not spikes" },
  { function() require("astro.sweep").run({}, print) end, "run: f must be a function, got table %(usage: sweep.run%(f, points" },
  { function() sim:connect(nodes, nodes, "one_to_one", "static_synapse", { weight = 20 }) end, 'connect: a synapse with values of its own is one table: sim:connect%(pre, post, "one_to_one", { synapse_model = "static_synapse", weight = … }%)' },
  { function() sim:connect(nodes, nodes, "sic_connection", { weight = 20 }) end, 'connect: "sic_connection" is a synapse model, and the rule comes before it: .*"all_to_all", { synapse_model = "sic_connection", … }' },
  { function() sim:connect(nodes, nodes, "one_to_one", 20) end, 'connect: the synapse is a name or a table: .*{ weight = 20 }' },
  { function() sim:connect(nodes, nodes, 20) end, 'connect: a weight belongs to the synapse, after the rule: .*{ weight = 20 }' },
  { function() sim:connect(nodes, nodes, "all_to_all", { weight = 1 }, "extra") end, "connect: takes at most 4 arguments, got 5 %(usage: sim:connect" },
  { function() sim:create(NEURON, { V_m = -60 }, 10) end, 'create: n comes before the parameters: sim:create%("aeif_cond_alpha_astro", 10, { … }%)' },
  { function() sim:create(NEURON, 10, { V_m = -60 }, { w = 0 }) end, "create: there is no option 'w' %(there are: positions%)" },
  { function() sim:create(NEURON, 10, { V_m = -60 }, {}, 1) end, "create: takes at most 4 arguments, got 5 %(usage: sim:create" },
  { function() nodes:get("V_m", "w") end, 'get: one name per call: nodes:get%("V_m"%), nodes:get%("w"%)' },
  { function() nodes:set("V_m", -60) end, "set: names and values go in a table: nodes:set { V_m = %-60 }" },
  { function() sim:simulate(10, "ms") end, "simulate: times are in ms, without a unit: sim:simulate%(10%)" },
  { function() sim:record(nodes, "V_m", "w") end, 'record: several names go in a table: sim:record%(nodes, { "V_m", "w" }%)' },
  { function() sim:connections(nodes, nodes) end, "connections: the arguments have names: sim:connections { source = …, target = … }" },
  { function() astro.vector(1, 2) end, "vector: the numbers go in a table: astro.vector { 1, … }" },
  { function() astro.Simulation(0.1) end, "Simulation: options have names: astro.Simulation { resolution = 0.1, seed = 1 }" },
  { function() sim:simulate(1e18) end, "simulate: 1e%+18 ms is too long %(a run must be shorter than 400000000000000 ms%)" },
  { function() sim:create("hodgkin_huxley") end, "create: there is no model 'hodgkin_huxley' %(neurons: aeif_cond_alpha, .*parrot_neuron.*; astrocytes: .*; others: .*Docs/coming%-from%-nest.md%)" },
  { function() spikes:save("nowhere/s.csv") end, "save: can't write 'nowhere/s.csv': there is no directory 'nowhere' %(make it first%)" },
  { function() sim:record(nodes, { to = "nowhere/s.csv" }) end, "record: can't write 'nowhere/s.csv': there is no directory 'nowhere'" },
  { function() return v[0] end, "a Vector has no element 0 %(it has elements 1 to 3, or %-1 from the end%)" },
  { function() return nodes:get("I_e")[9] end, "a Vector has no element 9" },
  { function() v[1] = 5 end, "a Vector cannot be changed: v:map%(f%)" },
  { function() return trace.events.V end, "there is no column 'V' %(did you mean 'V_m'%?%)" },
  { function() return trace.events.se end, "there is no column 'se' %(did you mean 'senders'%?%)" },
  { function() require("astro.plot").lines(v, v, { xlim = { 0, 1 } }) end, "lines: there is no option 'xlim' %(did you mean 'xrange'%?%)" },
  { function() require("astro.plot").lines(v, v, { color = "red" }) end, "lines: there is no option 'color' %(did you mean 'colours'%?%)" },
  { function() sim:create(NEURON, 1, { [("x"):rep(1e5)] = 1 }) end, "create: aeif_cond_alpha_astro has no parameter 'x+…x+' " },
  { function() sim:nodes(("a b"):rep(1e5)) end, "nodes: there is no population 'a ba ba b" },
  { function() return sim[("x"):rep(1e5)] end, "Simulation has no field 'x+…x+' " },
  { function() return require("astro.plot")[("x"):rep(1e5)] end, "astro.plot has no 'x+…x+' " },
  { function() astro.rules("fixed_indegre") end, "rules: there is no connection rule 'fixed_indegre' %(did you mean 'fixed_indegree'%?%)" },
}

describe("a wrong call", function()
  for _, case in ipairs(cases) do
    local call, message = case[1], case[2]
    it("says " .. message, function()
      local before = sim.num_nodes .. " " .. sim.num_connections
      local line = debug.getinfo(call, "S").linedefined
      local ok, problem = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(problem:find("errors_spec.lua:" .. line .. ": " .. message), problem)
      assert.is_true(#problem < 1500, "nobody reads that")
      assert.equal(before, sim.num_nodes .. " " .. sim.num_connections)
    end)
  end

  it("leaves columns as tables otherwise are", function()
    local seen = {}
    for name, column in pairs(trace.events) do seen[name] = #column end
    assert.are.same({ V_m = 0, senders = 0, times = 0 }, seen)
    assert.is_nil(trace.events[1])
    assert.is_nil(trace.events.Ca_astro)
    assert.is_nil(spikes.events.V_m)
    assert.is_nil(rawget(trace.events, "I"))
    local own = trace.events
    own.I = 3
    assert.equal(3, own.I)
  end)

  it("passes on what a callback raises", function()
    local raised = {}
    local ok, problem = pcall(v.map, v, function() error(raised) end)
    assert.is_false(ok)
    assert.equal(raised, problem)
  end)

  it("has no way to another type's memory", function()
    debug.setmetatable(io.stdout, nil)
    local forged = io.tmpfile()
    local real = debug.getmetatable(forged)
    debug.setmetatable(forged, debug.getmetatable(sim))
    assert.has_error(function() return forged.time end)
    debug.setmetatable(forged, debug.getmetatable(v))
    assert.has_error(function() return forged:sum() end)
    assert.has_error(function() return forged[1] end)
    assert.has_error(function() return #forged end)
    debug.setmetatable(forged, real)
    debug.setmetatable(io.stdout, real)
    for _, name in ipairs { "__index", "__len" } do
      local of_vectors = debug.getmetatable(v)[name]
      for _, value in ipairs { forged, sim, {}, "text" } do assert.has_error(function() return of_vectors(value, 1) end) end
      assert.has_error(of_vectors)
    end
  end)
end)
