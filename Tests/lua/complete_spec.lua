local astro = require "astro"
local complete = require "astro.repl.complete"

local sim = astro.Simulation { threads = 1 }
local exc = sim:create("aeif_cond_alpha_astro", 5, { label = "excitatory" })
local glia = sim:create("astrocyte_lr_1994", 5)

local asked = 0
local trap = setmetatable({ plain = 1 }, { __index = function() asked = asked + 1 end, __pairs = function() asked = asked + 1 end })

local variables = {
  sim = sim, exc = exc, glia = glia, spikes = sim:record(exc), trace = sim:record(exc, { "V_m" }), v = astro.vector { 1 }, s = "text",
  astro = astro, plot = require "astro.plot", math = math, string = string, dofile = dofile, require = require, io = io, trap = trap,
  t = { one = 1, two = { deep = {} }, [1] = exc }, child = setmetatable({ own = 1 }, { __index = { inherited = print } }),
}
local session = {
  read = function(name) return variables[name] end,
  variables = function()
    local names = {}
    for name in pairs(variables) do names[#names + 1] = name end
    return names
  end,
}

local function names(text)
  local _, items = complete.candidates(text, session)
  local list = {}
  for i, item in ipairs(items) do list[i] = item.name end
  return table.concat(list, " ")
end

local function offers(text, ...)
  local found = " " .. names(text) .. " "
  for _, name in ipairs { ... } do
    assert.is_truthy(found:find(" " .. name .. " ", 1, true), ("%s offers%s"):format(text, found))
  end
end

local function tab(text) return complete.insertion(complete.candidates(text, session)) end

describe("completion of names", function()
  it("globals and keywords", function()
    assert.equal("s sim spikes string", names "print(s")
    offers("ret", "return")
    offers("x = ", "sim", "exc")
  end)

  it("fields and methods of userdata", function()
    assert.equal("connect connections create", names "sim:c")
    assert.equal("get", names "exc:g")
    offers("sim.", "num_nodes", "connect", "stats")
    assert.equal("histogram", names "v:hi")
    assert.equal("num_connections num_nodes", names "sim.num")
    assert.equal("", names "sim:num")
  end)

  it("through chains, calls and elements", function()
    assert.equal("slice", names "exc[1]:sl")
    assert.equal("sample set slice", names "exc:slice(1, 3):s")
    assert.equal("sample set slice", names "(exc + glia):s")
    assert.equal("select slice sorted std sum", names "exc.ids:s")
    assert.equal("memory_bytes", names "sim.stats.m")
    assert.equal("V_m senders times", names "trace.events.")
    assert.equal("map max mean min", names "trace.events.V_m:m")
    assert.equal("get", names 'sim:create("parrot_neuron"):g')
    assert.equal("simulate", names "astro.Simulation { seed = 1 }:sim")
    assert.equal("deep", names "t.two.d")
    assert.equal("get", names "t[1]:g")
    assert.equal("rep reverse", names "s:re")
    assert.equal("rep reverse", names '("x"):re')
    offers("for i = 1, 2 do f(sim:", "simulate")
  end)

  it("of tables and of those that they look into", function()
    assert.equal("inherited own", names "child.")
    assert.equal("inherited", names "child:")
    assert.equal("normal", names "astro.random.n")
    assert.equal("raster", names "plot.r")
  end)

  it("runs nothing of the user's", function()
    assert.equal("plain", names "trap.")
    assert.equal("", names "trap.other.")
    assert.equal("", names "trap:")
    assert.equal(0, asked)
  end)

  it("not in comments, in plain strings and after what is unknown", function()
    for _, text in ipairs { "-- sim:", "--[[ sim:", 'x = "sim:', "nowhere.", "sim.x.y.", "nowhere:", "f().", '"' } do assert.equal("", names(text)) end
  end)
end)

describe("completion between quotes", function()
  it("models of nodes in create, of synapses in connect", function()
    offers('sim:create("', "astrocyte_lr_1994", "poisson_generator")
    assert.is_nil(names('sim:create("'):find("synapse"))
    assert.equal("astrocyte_lr_1994", names 'sim:create "astrocyte_lr')
    -- those of the library come when they have been named once
    for _, text in ipairs { 'sim:connect(exc, exc, "all_to_all", { synapse_model = "s', 'sim:connect(exc, exc, "all_to_all", "s' } do
      offers(text, "sic_connection", "signal_connection", "static_synapse", "stdp_synapse")
      assert.is_nil(names(text):find("iaf_psc", 1, true))
    end
    assert.equal("sic_connection signal_connection", names 'sim:tripartite_connect(exc, exc, glia, "x", "y", { third_out = { synapse_model = "si')
    assert.equal("tsodyks_synapse", names 'sim:connections { synapse_model = "tsodyks_')
  end)

  it("files and what a recorder holds, for the modules", function()
    variables.files, variables.analysis = require "astro.io", require "astro.analysis"
    assert.equal("V_m", names 'plot.traces(trace, { "')
    assert.equal("V_m", names 'plot.traces(trace, { { "')
    assert.equal("V_m", names 'analysis.signal(trace, "')
    offers('files.read("Make', "Makefile")
    offers('files.save_connections(c, "Make', "Makefile")
    offers("plot.raster(spikes, { ", "bin", "groups", "title", "xrange")
    offers("plot.traces(trace, { 'V_m' }, { ", "title", "width")
  end)

  it("rules", function()
    assert.equal("fixed_indegree fixed_outdegree fixed_total_number", names 'sim:connect(exc, exc, "fix')
    assert.equal("pairwise_bernoulli pairwise_poisson", names 'sim:connect(exc, exc, { rule = "pair')
    assert.equal("block nearest random", names 'sim:tripartite_connect(exc, exc, glia, "x", { pool_type = "')
    assert.equal("fixed_indegree", names 'astro.rules("fixed_in')
  end)

  it("parameters and recordables of these nodes", function()
    assert.equal("V_m V_peak V_reset V_th", names 'exc:get("V_')
    assert.equal("", names 'glia:get("V_')
    assert.equal("Ca_astro IP3 h_IP3R", names 'sim:record(glia, { "')
    assert.equal("Ca_astro IP3 h_IP3R", names 'sim:record(glia, { "IP3", "')
    assert.equal("V_m", names '(exc + exc):get("V_m')
  end)

  it("labels, modules, topics and files", function()
    assert.equal("excitatory", names 'sim:nodes("')
    offers('require "', "astro.plot", "astro")
    assert.is_nil(names('require "'):find("gnuplot"))
    assert.equal("pairwise_bernoulli", names 'help "pairwise_b')
    assert.equal("Tests/lua/complete_spec.lua", names 'dofile "Tests/lua/comp')
    assert.equal("Tests/lua/complete_spec.lua", names 'trace:save("Tests/lua/comp')
    assert.equal("ests/", tab 'dofile "T')
  end)
end)

describe("completion between braces", function()
  it("parameters of the model that is named", function()
    assert.equal("tau_minus tau_syn_ex tau_syn_in tau_w", names 'sim:create("aeif_cond_alpha_astro", 3, { tau_')
    assert.equal("delta_IP3", names 'sim:create("astrocyte_lr_1994", { IP3 = 0.4, d')
    assert.equal("label", names 'sim:create("astrocyte_lr_1994", { lab')
    assert.equal("I_e", names "exc:set { V_m = -60, I_")
    assert.equal("I_e", names "exc:set{ I_")
  end)

  it("keys of rules and synapses", function()
    offers("sim:connect(exc, exc, { ", "rule", "indegree", "allow_autapses")
    assert.equal("allow_autapses allow_multapses indegree mask p", names 'sim:connect(exc, exc, { rule = "fixed_indegree", ')
    assert.equal("tau_fac tau_psc tau_rec", names 'sim:connect(exc, exc, "x", { synapse_model = "tsodyks_synapse", tau')
    assert.equal("p pool_size pool_type rule", names 'sim:tripartite_connect(exc, exc, glia, "x", { ')
    assert.equal("primary third_in third_out", names 'sim:tripartite_connect(exc, exc, glia, "x", "y", { ')
    offers('sim:tripartite_connect(exc, exc, glia, "x", "y", { primary = { ', "weight", "synapse_model")
  end)

  it("options that a usage names", function()
    assert.equal("resolution seed spikes threads", names "astro.Simulation{ ")
    assert.equal("interval", names 'sim:record(exc, { "V_m" }, { int')
    assert.equal("histogram", names "plot.raster(spikes, { his")
  end)

  it("values are names again", function()
    offers('sim:create("aeif_cond_alpha_astro", { V_m = ', "astro", "exc")
    assert.equal("astro", names 'sim:create("aeif_cond_alpha_astro", { V_m = ast')
  end)
end)

describe("completion of a model of one's own", function()
  variables.lif = astro.model {
    name = "completed_lif", parameters = { { "tau_own", "10 ms", "time constant" } }, state = { V_own = "0 mV" },
    inputs = { I_a = "current mV", J_sig = "signal mV" }, equations = "dV_own/dt = (I_a + J_sig - V_own)/tau_own\nquantity = 2*V_own",
    on_spike = { GABA = "V_own -= weight", AMPA = "V_own += weight" }, spike = { when = "V_own > 3*mV", action = "V_own = 0" },
    events = { release = { when = "V_own > 1*mV" } },
  }
  variables.cells = sim:create(variables.lif, 3)
  variables.noise = sim:create "poisson_generator"

  it("its name", function()
    assert.equal("completed_lif", names 'sim:create("completed_')
    assert.equal("completed_lif", names 'astro.models("completed_')
    assert.equal("completed_lif", names "?completed_")
    assert.equal("explain kind name page summary", names "lif.")
    assert.equal("latex text", names 'lif:explain("')
  end)

  it("its parameters, states, quantities and inputs", function()
    for _, created in ipairs { 'sim:create("completed_lif", 3, { ', "sim:create(lif, 3, { ", "sim:create(lif, { " } do
      assert.equal("V_own label tau_minus tau_own", names(created))
    end
    assert.equal("V_own tau_minus tau_own", names "cells:set { ")
    assert.equal("I_a J_sig V_own quantity tau_minus tau_own", names 'cells:get("')
    assert.equal("I_a J_sig V_own quantity", names 'sim:record(cells, { "')
    assert.equal("tau_own", names "?tau_o")
  end)

  it("its events, receptors, inputs and signals", function()
    assert.equal("event", names "sim:record(cells, nil, { ev")
    assert.equal("release", names 'sim:record(cells, nil, { event = "')
    assert.equal("AMPA GABA", names 'sim:connect(noise, cells, "all_to_all", { receptor_type = "')
    assert.equal("GABA", names 'sim:connect(noise, cells, "all_to_all", { receptor_type = { "AMPA", "G')
    assert.equal("I_a J_sig", names 'sim:connect(cells, cells, "all_to_all", { input = "')
    assert.equal("I_a J_sig V_own quantity", names 'sim:connect(cells, exc, "all_to_all", { synapse_model = "signal_connection", signal = "')
    assert.equal("signal", names 'sim:connect(cells, exc, "all_to_all", { synapse_model = "signal_connection", s')
    assert.equal("AMPA GABA", names 'sim:tripartite_connect(exc, exc, cells, "x", "y", { third_in = { receptor_type = "')
  end)

  it("what astro.model takes", function()
    assert.equal("parameters", names "astro.model { par")
    assert.equal("method", names "astro.model { meth")
    assert.equal("exact exponential_euler", names 'astro.model { method = "ex')
    assert.equal("astrocyte neuron", names 'astro.model { kind = "')
    assert.equal("refractory", names 'astro.model { spike = { when = "V > 1", ref')
    assert.equal("crossing", names "astro.model { events = { release = { cro")
  end)
end)

describe("Tab", function()
  it("inserts what all candidates share, then what follows the only one", function()
    assert.equal("gerprint", tab "sim:fin")
    assert.equal("_", tab 'sim:connect(exc, exc, "fixed')
    assert.equal('stro"', tab 'sim:create("aeif_cond_alpha_a')
    assert.equal("stro'", tab "sim:create('aeif_cond_alpha_a")
    assert.equal(" = ", tab "exc:set { I_e")
  end)

  it("inserts nothing where several are left, which say what they are", function()
    local text = "sim:connect(exc, exc, { rule = \"fixed_"
    assert.equal("", tab(text))
    local _, items = complete.candidates(text, session)
    assert.is_truthy(items[1].note:find("^For each target"))
  end)

  it("knows commands and topics", function()
    assert.equal("aceback ", tab ":tr")
    assert.equal("pairwise_bernoulli", names "?pairwise_b")
    assert.equal("simulate", names ":time sim:simu")
  end)
end)
