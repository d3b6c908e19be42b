-- How pictures look: sizes, letters, colours, error bars, ions, room beside marks.
local astro = require "astro"
local plot = require "astro.plot"
local ions = require "astro.plot.ions"

local spikes = { events = { times = { 1, 50, 100 }, senders = { 1, 2, 3 } }, window = { 0, 100 } }
local samples = { events = { times = { 1, 1, 2, 2 }, senders = { 7, 8, 7, 8 }, IP3 = { 1, 3, 5, 5 }, I_SIC = { 1, 1, 2, 2 } } }
local band = { { 1, 2, 3 }, { 0, 1, 2 }, { 2, 3, 4 } }

local function series(figure, i) return figure.cells[1].panels[1].series[i] end

local function names(figure)
  local list = {}
  for _, one in ipairs(figure.cells[1].panels[1].series) do list[#list + 1] = one.name end
  return list
end

local function text(figure, ending) return figure:commands("x." .. (ending or "svg")) end

local function has(figure, words, ending) assert.is_truthy(text(figure, ending):find(words, 1, true), words) end

local function fails(message, f, ...)
  local ok, problem = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(problem:find(message, 1, true), problem)
end

local lines = function(options, y) return plot.lines({ 1, 2, 3 }, y or { a = { 1, 2, 3 }, b = { 3, 2, 1 } }, options) end

describe("the size of a picture", function()
  it("is given in centimetres, millimetres, inches or pixels", function()
    for width, pixels in pairs { ["8 cm"] = 302, ["80mm"] = 302, ["2.5 in"] = 240, [500] = 500 } do
      has(lines { width = width, height = "5 cm" }, ("size %d,189 "):format(pixels))
    end
    has(lines { width = "8 cm", height = "4 cm" }, "size 3.150in,1.575in", "pdf")
    has(lines { width = "8 cm", height = "4 cm" }, "size 605,302", "png")
    assert.is_truthy(text(lines { width = "4 in", height = 192 }, "py"):find("figsize=(4, 2)", 1, true))
  end)

  it("has a height that follows from the width", function()
    assert.is_true(lines({ width = "8 cm" }).cells[1].height < lines().cells[1].height)
    assert.equal(360, lines().cells[1].height)
    assert.equal(200, lines({ width = "8 cm", height = 200 }).cells[1].height)
    local narrow = plot.panels { lines(), lines(), width = "8 cm" }
    assert.equal(lines({ width = "8 cm" }).cells[1].height, narrow.cells[2].height)
  end)

  it("is refused where it is none", function()
    for _, wrong in ipairs { "8", "cm", "8 km", "-8 cm", 0, true } do
      fails('lines: width must be a string such as "8 cm" (cm, mm or in), or a number of pixels above 0', lines, { width = wrong })
    end
  end)
end)

describe("letters", function()
  it("have one typeface and size in all formats", function()
    local figure = lines { font_size = 8 }
    has(figure, "font 'DejaVu Sans,Verdana,sans-serif,10.67'", "svg")
    has(figure, "font 'DejaVu Sans,8' fontscale 2.000", "png")
    has(figure, "font 'DejaVu Sans,8' fontscale 0.75", "pdf")
    has(figure, '"font.family": ["DejaVu Sans"], "font.size": 8', "py")
    has(lines { font = "Arial" }, "font 'Arial,Verdana,sans-serif,13.33'")
    has(lines { font = "Arial" }, '"font.family": ["Arial", "DejaVu Sans"]', "py")
  end)

  it("leave more room for panels where they are small", function()
    local function left(figure) return tonumber(text(figure):match("set margins at screen ([%d.]+)")) end
    assert.is_true(left(lines { font_size = 8, width = 400 }) < left(lines { width = 400 }))
  end)

  it("are of one size in panels", function()
    has(plot.panels { lines { font_size = 8 }, lines() }, "sans-serif,10.67'")
    has(plot.panels { lines { font_size = 8 }, lines(), font_size = 12 }, "sans-serif,16'")
    fails("panels: font_size of figure 2 is 9, and of one before it 8 (set font_size in panels)", plot.panels,
      { lines { font_size = 8 }, lines { font_size = 9 } })
  end)

  it("of a typeface's name are no commands", function()
    for _, wrong in ipairs { "a'", "a,b", "", "'; system('x'); '", 5 } do
      fails("lines: font must be the name of a typeface", lines, { font = wrong })
    end
    local figure = lines()
    figure.font = "a'\nsystem('touch hacked')\n'"
    assert.is_nil(text(figure):find("system", 1, true))
  end)

  it("of a long label take more lines within a low picture", function()
    local parts, last = {}, 0
    local commands = text(lines { ylabel = "a quantity with a long name (mV)", height = 150 })
    for line, x in commands:gmatch("set label '([^']*)' at screen ([%d.]+), screen [%d.]+ center rotate") do
      parts[#parts + 1] = line
      assert.is_true(tonumber(x) > last)
      last = tonumber(x)
    end
    assert.is_true(#parts > 1)
    assert.equal("a quantity with a long name (mV)", table.concat(parts, " "))
  end)
end)

describe("colours and line widths", function()
  it("are the user's, in order", function()
    local figure = lines { colours = { "#ff0000", "green" }, line_width = 2 }
    assert.equal("#FF0000", series(figure, 1).colour)
    assert.equal("#009E73", series(figure, 2).colour)
    has(figure, "linewidth 2.666667")
    has(figure, "linewidth=2", "py")
    assert.equal("#0072B2", series(lines { colours = { "black" } }, 1).colour == "#000000" and series(lines(), 1).colour)
  end)

  it("are the user's, by name, with the band", function()
    local figure = lines({ colours = { b = "black" } }, { a = band, b = band })
    assert.are.same({ "#0072B2", "#0072B2", "#000000", "#000000" },
      { series(figure, 1).colour, series(figure, 2).colour, series(figure, 3).colour, series(figure, 4).colour })
    local raster = plot.raster(spikes, { groups = { { "one", { 1 } }, { "two", { 2 } } }, histogram = true, colours = { two = "sky" } })
    assert.equal("#56B4E9", raster.cells[1].panels[2].series[2].colour)
  end)

  it("are refused where they are none", function()
    fails("lines: colours: there is no colour 'bleu' (did you mean 'blue'?; or \"#rrggbb\")", lines, { colours = { "bleu" } })
    fails("lines: colours: there is no curve 'c' (there are: a, b)", lines, { colours = { c = "blue" } })
    fails('lines: colours must be a list such as { "#D55E00", "blue" }', lines, { colours = "blue" })
    fails("matrix: there is no option 'colours' here", plot.matrix, { { 1 } }, { colours = { "blue" } })
  end)
end)

describe("points, error bars and bands", function()
  it("points joined by lines", function()
    has(lines { points = true, lines = true }, "with linespoints")
    assert.is_nil(text(lines { points = true }):find("with lines", 1, true))
    fails("lines: the option lines needs points = true", lines, { lines = true })
  end)

  it("error bars in place of a band", function()
    local figure = lines({ errors = "bars", points = true }, { a = band })
    assert.are.same({ "errors", { 0, 1, 2 }, { 2, 3, 4 } }, { series(figure, 1).style, series(figure, 1).low, series(figure, 1).high })
    has(figure, "with vectors heads size screen")
    has(figure, "ax.errorbar(", "py")
    fails("lines: errors cannot be 'bar' (did you mean 'bars'?)", lines, { errors = "bar" }, { a = band })
    fails("lines: errors is for curves with a spread, { mean, low, high }", lines, { errors = "bars" })
  end)

  it("say in the legend what they are", function()
    assert.are.same({ "95 % CI of 5", "mean" }, names(lines({ spread = "95 % CI of 5" }, band)))
    assert.are.same({ "a ± s.d. of 5" }, names(lines({ spread = "± s.d. of 5" }, { a = band })))
    local own = { band[1], band[2], band[3], spread = "95 % CI of 4" }
    assert.are.same({ "a, 95 % CI of 4" }, names(lines(nil, { a = own })))
    assert.are.same({ "± s.d. of 2", "mean" }, names(plot.traces(samples, { "IP3" })))
  end)

  it("in the legend the mean comes first", function()
    local commands = text(lines({ spread = "± s.d. of 5" }, band))
    assert.is_true(commands:find("set label 'mean'", 1, true) < commands:find("set label '± s.d. of 5'", 1, true))
    assert.is_truthy(commands:find("set object rectangle from screen", 1, true))
  end)
end)

describe("ions", function()
  it("are set in labels, titles and legends, and nothing else is", function()
    for typed, printed in pairs {
      ["[Ca2+] (uM)"] = "[Ca²⁺] (uM)", ["[K+]_o (mM)"] = "[K⁺]ₒ (mM)", ["[Na+]_i"] = "[Na⁺]ᵢ", ["[Cl-]"] = "[Cl⁻]", ["[IP3]"] = "[IP₃]",
      ["Ca2+ waves"] = "Ca²⁺ waves", ["V_m (mV)"] = "V_m (mV)", ["K+ and [x] and IP3"] = "K+ and [x] and IP3", ["[K+]_other"] = "[K⁺]_other",
      ["\xff[x2+"] = "\xff[x2+",
    } do
      assert.equal(printed, ions.set(typed))
    end
    local figure = lines({ ylabel = "[Ca2+] (µM)", title = "[K+]" }, { ["[Mg2+]"] = { 1, 2, 3 } })
    assert.are.same({ "[Ca²⁺] (µM)", "[K⁺]", "[Mg²⁺]" }, { figure.cells[1].panels[1].ylabel, figure.cells[1].title, series(figure, 1).name })
  end)

  it("are what quantities are called by default, where the unit is a concentration", function()
    assert.equal("SIC (pA)", plot.traces(samples, { "I_SIC" }).cells[1].panels[1].ylabel)
    local model = astro.model { name = "scaled", kind = "astrocyte", state = { Ca = 1 }, equations = "dCa/dt = -Ca/(10*ms)" }
    local sim = astro.Simulation { seed = 1 }
    local rec = sim:record(sim:create(model), { "Ca" })
    sim:simulate(10)
    assert.equal("Ca", plot.traces(rec).cells[1].panels[1].ylabel)
  end)

  it("are plain letters on a screen without others", function()
    assert.equal("[Ca2+] ? uM", ions.ascii("[Ca²⁺] é µM"))
  end)
end)

describe("room beside marks", function()
  local function range(figure, axis) return text(figure):match("set " .. axis .. "range (%S+)") end

  it("keeps points off the axes, and curves as they are", function()
    local figure = lines { points = true }
    assert.are.same({ "[0.96:3.04]", "[0.9:3.1]" }, { range(figure, "x"), range(figure, "y") })
    assert.are.same({ nil, nil }, { range(lines(), "x"), range(lines(), "y") })
    assert.equal("[0.96:3]", range(lines { points = true, xrange = { nil, 3 } }, "x"))
    assert.equal("[1:3]", range(lines { points = true, xrange = { 1, 3 } }, "x"))
  end)

  it("keeps spikes off the axis, in all panels above each other", function()
    assert.equal("[-2:102]", range(plot.raster(spikes), "x"))
    local both = plot.panels { plot.raster(spikes), plot.traces { events = samples.events, window = { 0, 100 } } }
    for one in text(both):gmatch("set xrange (%S+)") do assert.equal("[-2:102]", one) end
    assert.equal("[0:100]", range(plot.raster(spikes, { xrange = { 0, 100 } }), "x"))
  end)

  it("of a short logarithmic axis are 1, 2 and 5 of each power of ten", function()
    local function tics(x, options) return text(plot.lines(x, { 1, 2 }, options)):match("set xtics (%S[^\n]*)\nset ytics [%d(]") end
    assert.equal("(0.02, 0.05, 0.1, 0.2, 0.5)", tics({ 0.02, 0.5 }, { points = true, logx = true }))
    assert.equal("autofreq", tics({ 0.02, 50 }, { points = true, logx = true }))
    assert.equal("autofreq", tics({ 0.02, 0.5 }, { logx = true }))
  end)

  it("of a raster of one cell name the cell, however low the picture is", function()
    for _, id in ipairs { 1, 2, 3, 10003 } do
      local one = { events = { times = { 10, 50, 90 }, senders = { id, id, id } }, window = { 0, 100 } }
      local commands = text(plot.raster(one, { height = 160 }))
      local step, from, to = commands:match("set ytics (%d+)\n"), commands:match("set yrange %[([%d.]+):([%d.]+)%]")
      assert.is_true(to // step * step >= tonumber(from), ("%d: a number at each %s from %s to %s"):format(id, step, from, to))
    end
  end)

  it("is logarithmic on such an axis", function()
    assert.equal("[0.9549926:10.47129]", range(plot.lines({ 1, 10 }, { 1, 2 }, { points = true, logx = true }), "x"))
  end)
end)
