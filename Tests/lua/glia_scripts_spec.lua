-- The scripts of scripts/glia, run here with short times: their numbers against those of other programs, which they print beside their own.
local report = require "astro.report"
local own = package.path

-- Runs a script with some options. Returns the rows of numbers that it compares, { name =, here =, published = }, and its lines.
local function run(name, given)
  local rows, lines, figures = {}, {}, {}
  local kept = {
    options = package.loaded["astro.options"], acceptance = package.loaded.acceptance, print = print,
    report_run = report.run,
  }
  package.path = "scripts/glia/?.lua;" .. own
  package.loaded.acceptance = {
    heading = function() end,
    row = function(what, here, published) rows[#rows + 1] = { name = what, here = here, published = published } end,
  }
  package.loaded["astro.options"] = function(definition)
    local options = { seed = 1 }
    for i = 2, #definition do
      local key = definition[i][1]
      options[key] = definition[i][2]
      if given[key] ~= nil then options[key] = given[key] end
    end
    function options.figure(_, figure)
      figures[#figures + 1] = os.tmpname() .. "-" .. figure .. ".svg"
      return figures[#figures]
    end
    return options
  end
  report.run = function() end                -- says how long it took, past print
  _G.print = function(...) lines[#lines + 1] = table.concat({ ... }, " ") end
  local done, message = pcall(dofile, "scripts/glia/" .. name .. ".lua")
  _G.print, report.run, package.path = kept.print, kept.report_run, own
  package.loaded.acceptance, package.loaded["astro.options"] = kept.acceptance, kept.options
  for _, figure in ipairs(figures) do
    os.remove(figure)
    os.remove((figure:gsub("%-[^-]*$", "")))
  end
  assert.is_true(done, message)
  return rows, table.concat(lines, "\n"), #figures
end

-- All numbers with a published one are near it; how many there are.
local function compare(rows, tolerance, count)
  local compared = 0
  for _, row in ipairs(rows) do
    if row.here and row.published then
      compared = compared + 1
      assert.is_true(math.abs(row.here - row.published) <= tolerance, ("%s: %g is not %g"):format(row.name, row.here, row.published))
    end
  end
  assert.equal(count, compared)
end

local function has(text, line) assert.truthy(text:find(line, 1, true), text) end

describe("scripts/glia:", function()
  it("rates of example 1 are those of Brian2", function()
    compare(run("stimberg_1_coba", {}), 0.35, 2)                                 -- Hz; its standard deviation over seeds is 0.11
  end)

  it("rises of calcium of example 2 are those of Brian2", function()
    local rows, _, figures = run("stimberg_2_gchi_astrocyte", { time = 10000.0, cells = 1 })
    compare(rows, 0.007, 4)                                                      -- s, and uM after 10 s
    assert.equal(1, figures)
  end)

  it("releases of example 3 are those of Brian2", function()
    compare(run("stimberg_3_io_synapse", {}), 0.001, 3 + 2 + 15)
  end)

  it("a spike releases in example 4 what it does in Brian2", function()
    local rows = run("stimberg_4_synrel", { time = 40000.0, synapses = 4, part = "rates" })
    for _, row in ipairs(rows) do                                                -- at low rates, astrocytes have not settled in this time
      local rate = tonumber(row.name:match("at ([%d.]+) Hz"))
      if rate > 10 or row.name:find "none" then
        assert.is_true(math.abs(row.here - row.published) < 0.003 + 0.15 * row.published, row.name)
      end
    end
    assert.equal(24, #rows)
  end)

  it("a wave in a ring takes as long as in Brian2", function()
    compare(run("stimberg_5_astro_ring", { time = 90000.0, step = 10.0 }), 0.13, 6)
    local _, text = run("ring", { time = 60000.0 })
    has(text, "0   left 7.45 s     right 7.45 s     Brian2 7.45 s")
    has(text, "1   left 25.15 s    right 25.15 s    Brian2 25.15 s")
  end)

  it("rates and releases of the first 3 s of example 6 are those of Brian2", function()
    local _, text = run("stimberg_6_coba_with_astrocytes", { time = 3000.0, plot = false })
    local exc, inh, releases = text:match "excitatory ([%d.]+) Hz, inhibitory ([%d.]+) Hz, releases (%d+)"
    assert.is_true(math.abs(exc - 0.84) < 0.05 and math.abs(inh - 0.79) < 0.05, text)
    assert.equal("1458", releases)
    has(text, "astrocytes with synapses   1 458")
  end)

  it("the first pulses of a row are those of the reference", function()
    local _, text = run("row", { time = 9000.0 })
    for line in text:gmatch "[^\n]+" do
      local here, reference = line:match "([%d.]+) s  ([%d.]+) s$"
      if here then assert.is_true(math.abs(here - reference) < 0.007, line) end
    end
    has(text, "2.657 s  2.657 s")
    has(text, "9.800 s")
  end)

  it("waves in a sheet and a net reach the cells that they reach in the reference", function()
    local rows, text, figures = run("sheet", {})
    compare(rows, 0, 4)
    has(text, "7 260")
    assert.equal(1, figures)
  end)

  it("changes of synapses are those of the reference", function()
    compare(run("stdp_gliotransmission", { points = 21 }), 0.1, 20)              -- %
    compare(run("stdp_release", { points = 21 }), 0.11, 12)
  end)

  it("a neuron falls silent and starts again in its potassium", function()
    local _, text = run("potassium", { time = 26000.0, resolution = 0.04 })
    local start, stop, spikes = text:match "1  from ([%d.]+) to ([%d.]+) s, (%d+) spikes"
    assert.is_true(math.abs(start - 19.00) < 0.05 and math.abs(stop - 25.41) < 0.15 and math.abs(spikes - 199) <= 2, text)
  end)

  it("territories are compared, however small the network", function()
    local rows, text = run("territories", { scale = 0.1, time = 50.0, warm_up = 50.0, trials = 1, sample = 5 })
    assert.equal(3, #rows)
    assert.is_nil(rows[1].published)                                             -- the paper's network has all its cells
    has(text, "nearest, 1")
  end)
end)

describe("presets of astrocytes:", function()
  local astro, presets = require "astro", require "astro.presets"

  it("de_pitta_2009 and stimberg_2019 are the defaults of their models", function()
    for _, name in ipairs { "de_pitta_2009", "stimberg_2019" } do
      local preset, sim = presets[name], astro.Simulation()
      local given, default = sim:create(preset.model, 1, preset.params), sim:create(preset.model)
      for key in pairs(preset.params) do assert.equal(default:get(key), given:get(key), name .. ": " .. key) end
      assert.truthy(preset.source:find("doi:10.", 1, true))
    end
  end)

  it("goldberg_2010 and lallouette_2014 are one cell, which rests where it starts", function()
    assert.same(presets.goldberg_2010.params, presets.lallouette_2014.params)
    local sim = astro.Simulation { resolution = 10 }
    local cell = sim:create("chi", 1, presets.goldberg_2010.params)
    local start = { C = cell:get "C", h = cell:get "h", I = cell:get "I" }
    sim:simulate(100000)
    for name, value in pairs(start) do assert.is_true(math.abs(cell:get(name) / value - 1) < 0.01, name) end
  end)
end)
