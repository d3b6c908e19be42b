local astro = require "astro"
local help = require "astro.help"
local reference = require "astro.reference"

local function has(topic, ...)
  local text = assert(help.text(topic))
  for _, part in ipairs { ... } do
    assert.is_truthy(text:find(part, 1, true), ("help %s lacks '%s':\n%s"):format(tostring(topic), part, text))
  end
end

describe("help", function()
  local sim = astro.Simulation { threads = 1 }

  it("on a method, by name and as the thing itself", function()
    has("sim:connect", "sim:connect(pre, post [, rule [, synapse]]) -> number", "fixed_indegree")
    for _, name in ipairs { "Simulation:connect", "sim.connect", "sim:connect()" } do
      assert.equal(help.text("sim:connect"), help.text(name))
    end
    assert.is_truthy(help.text(sim.connect):find(help.text("sim:connect"):match("\n.*"), 1, true))
  end)

  it("on fields and types", function()
    has("nodes.ids", "Nodes.ids", "Global ids")
    has("Nodes", "nodes:slice(first, last [, step])", "ids", "a + b")
    has(sim, "sim:simulate(ms)", "num_nodes")
    assert.equal(help.text("Vector"), help.text(astro.vector { 1 }))
  end)

  it("on models, synapse models and parameters", function()
    has("astrocyte_lr_1994", "Ca_astro", "uM", "parameters", "recordables")
    has("tsodyks_synapse", "tau_rec", "800 ms", "references")
    has("V_m", "aeif_cond_alpha_astro", "-70.6 mV", "recorded from")
    has("weight", "static_synapse", "Connections.weight")
  end)

  it("on rules", function()
    has("pairwise_bernoulli", "p * N_pre * N_post", "probability")
    has("third_factor_bernoulli_with_pool", "pool_type", "block")
  end)

  it("on modules and their functions", function()
    has("astro", "astro.models([name])")
    has("astro.random", "astro.random.normal([mean [, std]])")
    has("astro.random.normal", "Normal")
    has("astro.plot", "gnuplot or matplotlib draws", "plot.traces(rec", "figure:save(path)")
    has("plot", "gnuplot or matplotlib draws")
    has(require "astro.plot", "gnuplot or matplotlib draws")
    has("plot.raster", "A mark for every spike")
    has("figure:save", "SVG, PNG or PDF")
    has(require("astro.plot").lines({ 1, 2 }, { 1, 2 }), "figure:save(path)")
    has(require("astro.plot").raster, "A mark for every spike")
  end)

  it("on Lua's own functions and on the user's", function()
    has("string.format", "https://www.lua.org/manual/5.4/manual.html#pdf-string.format")
    has(print, "#pdf-print")
    has(function(a, b, ...) return a, b, ... end, "(a, b, ...)", "help_spec.lua")
  end)

  it("without a topic shows what there is", function()
    has(nil, "help \"V_m\"", ":traceback", "aeif_cond_alpha_astro", "one_to_one", "astro.plot", "Recorder")
  end)

  it("names the nearest topic", function()
    for wrong, right in pairs {
      pairwise_bernouli = "pairwise_bernoulli", ["sim:conect"] = "sim:connect", astrocyte_lr_1995 = "astrocyte_lr_1994",
      unifrom = "astro.random.uniform", ["astro.plott"] = "astro.plot", tau_syn_exc = "tau_syn_ex",
    } do
      local text, problem = help.text(wrong)
      assert.is_nil(text)
      assert.equal(("there is no help on '%s' (did you mean '%s'?)"):format(wrong, right), problem)
    end
  end)

  it("keeps to the width, pictures of equations and code aside", function()
    for _, topic in ipairs { "pairwise_bernoulli", "Nodes", "V_m", "sim:record" } do
      for line in help.text(topic, { width = 40 }):gmatch("[^\n]+") do
        assert.is_true(utf8.len(line) <= 40 or line:find("^    ") ~= nil, topic .. ": " .. line)
      end
    end
  end)

  it("has a page for every name that it knows", function()
    for _, name in ipairs(reference.names()) do assert.is_truthy(help.text(name), name) end
  end)
end)

describe("the comments of a module", function()
  local page = reference.parse("astro.sample", [[
-- What it is for.
--
--   sample.f(1)
local sample = {}

-- No business of others.
local function hidden() end

-- sample.f(x [, y]) -> Hz
--
-- Two
-- lines.
function sample.f(x, y) return hidden(x, y) end

-- Only a meaning.
sample.g = public(function(a) end)

function sample.bare(a, b) end

-- The colours.
sample.colours = {}

local Thing = {}

-- thing:save(path) writes a file.
function Thing:save(path) end

function Thing:silent() end

return sample
]], { [[
-- A part of it.
--
-- Options of all: none.
local part = {}

-- h(spikes) -> list, one for each
--   of the nodes
--
-- More.
part.h = check.public("sample.h(spikes)", function(spikes) end)

-- inner(x) is for other files.
function part.inner(x) end

-- k(x)
--   -> { a, b,
--        c }
--
-- Last.
part.k = public("sample.k(x)", function(x) end)

return part
]], "-- Not public.\nlocal other = {}\n\n-- f(x)\nfunction other.f(x) end\n\nreturn other\n" })

  it("give its head", function() assert.equal("What it is for.\n\n  sample.f(1)", page.head) end)

  it("give usage and meaning of what it holds, and of nothing else", function()
    local rows = {}
    for i, entry in ipairs(page.entries) do rows[i] = ("%s: %s"):format(entry.usage, entry.meaning) end
    assert.same({
      "sample.f(x [, y]) -> Hz: Two\nlines.", "sample.g(a): Only a meaning.", "sample.bare(a, b): ",
      "sample.colours: The colours.", "thing:save(path): thing:save(path) writes a file.", "sample.h(spikes) -> list, one for each of the nodes: More.",
      "sample.k(x) -> { a, b, c }: Last.",
    }, rows)
  end)

  it("give what the files of its folder say about themselves", function()
    assert.equal(2, #page.parts)
    assert.equal("A part of it.", page.parts[2].title)
    assert.equal("Options of all: none.", page.parts[2].entries[1].details)
  end)
end)

describe("astro.rules(name)", function()
  it("tells about a rule", function()
    local rule = astro.rules("fixed_indegree")
    assert.equal("fixed_indegree", rule.name)
    assert.equal("indegree", rule.keys[1].name)
    assert.is_nil(rule.keys[1].default)
    assert.equal("true", rule.keys[2].default)
  end)

  it("knows every key that a rule takes", function()
    for _, name in ipairs(astro.rules()) do
      for _, key in ipairs(astro.rules(name).keys) do
        local sim = astro.Simulation { threads = 1 }
        local nodes = sim:create("parrot_neuron", 2)
        local _, problem = pcall(sim.connect, sim, nodes, nodes, { rule = name, [key.name] = "wrong" })
        assert.is_nil(problem:find("has no key", 1, true), problem)
      end
    end
  end)
end)

describe("help on concepts", function()
  local concepts = require "astro.repl.concepts"

  it("knows every one, as one or as many, with and without spaces", function()
    for _, section in ipairs(concepts) do
      for _, concept in ipairs(section) do
        for _, name in ipairs(concept.names) do
          for _, form in ipairs { name, name:upper(), name:lower():gsub("%s", ""):gsub("s$", "") .. "s" } do
            -- where a module or a type has the name, its page comes
            local text = assert(help.text(form))
            assert.is_true(#text > 20)
          end
        end
      end
    end
  end)

  it("says what it is and where to read on", function()
    local text = help.text("gap junctions")
    assert.is_truthy(text:find("channel between neighbouring cells", 1, true))
    assert.is_truthy(text:find("Docs/own%-couplings.md"))
    assert.is_nil(text:find("[", 1, true))
    assert.is_truthy(help.text("units"):find("capacitance, picofarad", 1, true))
  end)

  it("comes with what else has the name", function()
    local text = help.text("IP3")
    assert.is_truthy(text:find("astrocyte_lr_1994", 1, true) and text:find("inositol", 1, true))
  end)

  it("is offered for a near name", function()
    local text, problem = help.text("autaps")
    assert.is_nil(text)
    assert.equal("there is no help on 'autaps' (did you mean 'Autapse'?)", problem)
  end)
end)
