-- What reaches gnuplot, not pixels: a stand-in for the host keeps the commands.
local drawn, answer
local host = {
  gnuplot = function(commands, path)
    drawn[#drawn + 1] = { commands = commands, path = path }
    return table.unpack(answer)
  end,
}
local plot = assert(loadfile("stdlib/astro/plot.lua", "t"))("astro.plot", "", host)

-- Four spikes of three neurons, and two astrocytes sampled twice.
local spikes = { events = { times = { 1, 12, 14, 99 }, senders = { 1, 2, 1, 3 } } }
local samples = {
  events = { times = { 1, 1, 2, 2 }, senders = { 7, 8, 7, 8 }, IP3 = { 1, 3, 5, 5 }, Ca_astro = { 0.1, 0.1, 0.2, 0.2 } },
}

local function panels(figure) return figure.cells[1].panels end

local function series(figure, panel, i) return panels(figure)[panel].series[i] end

local function commands(figure) return figure:commands("x.svg") end

before_each(function() drawn, answer = {}, { true } end)

describe("plot.raster", function()
  it("puts a mark at each spike's time and sender", function()
    local marks = series(plot.raster(spikes), 1, 1)
    assert.are.same({ 1, 12, 14, 99 }, marks.x)
    assert.are.same({ 1, 2, 1, 3 }, marks.y)
  end)

  it("adds the mean rate in bins", function()
    local rate = series(plot.raster(spikes, { histogram = true, bin = 10 }), 2, 1)
    assert.are.same({ 5, 15, 25, 35, 45, 55, 65, 75, 85, 95 }, rate.x)
    assert.is_true(math.abs(rate.y[1] - 1000 / (10 * 3)) < 1e-12)
    assert.is_true(math.abs(rate.y[2] - 2000 / (10 * 3)) < 1e-12)
    assert.equal(0, rate.y[3])
  end)

  it("counts silent neurons in the rate when the recorder knows them", function()
    local rec = { events = spikes.events, nodes = { ids = { 1, 2, 3, 4, 5 } } }
    local rate = series(plot.raster(rec, { histogram = true, bin = 10 }), 2, 1)
    assert.equal(20, rate.y[1])
  end)

  it("draws groups apart", function()
    local figure = plot.raster(spikes, { groups = { { "one", { 1 } }, { "rest", { 2, 3 } } } })
    assert.are.same({ 1, 14 }, series(figure, 1, 1).x)
    assert.are.same({ 12, 99 }, series(figure, 1, 2).x)
    assert.equal("rest", series(figure, 1, 2).name)
    assert.are_not.equal(series(figure, 1, 1).colour, series(figure, 1, 2).colour)
  end)

  it("thins very many spikes by neurons, and says so", function()
    local times, senders = {}, {}
    for i = 1, 100000 do times[i], senders[i] = i / 100, i % 1000 + 1 end
    local figure = plot.raster({ events = { times = times, senders = senders } }, { histogram = true })
    assert.equal(25000, #series(figure, 1, 1).x)
    assert.equal("neuron (1 in 4 shown)", panels(figure)[1].ylabel)
    assert.equal(100, series(figure, 2, 1).y[50])
  end)

  it("shows that there are no spikes", function()
    local figure = plot.raster({ events = { times = {}, senders = {} } })
    assert.is_truthy(commands(figure):find("'no spikes'", 1, true))
  end)
end)

describe("plot.traces", function()
  it("draws mean and standard deviation over the nodes", function()
    local figure = plot.traces(samples, { "IP3" })
    local band, mean = series(figure, 1, 1), series(figure, 1, 2)
    assert.are.same({ 1, 2 }, mean.x)
    assert.are.same({ 2, 5 }, mean.y)
    assert.are.same({ 1, 5 }, band.low)
    assert.are.same({ 3, 5 }, band.high)
  end)

  it("draws a curve for each node", function()
    local figure = plot.traces(samples, { "IP3" }, { each = true })
    assert.are.same({ 1, 5 }, series(figure, 1, 1).y)
    assert.are.same({ 3, 5 }, series(figure, 1, 2).y)
    assert.equal("8", series(figure, 1, 2).name)
  end)

  it("gives each quantity a panel, with its unit", function()
    local figure = plot.traces(samples, { "IP3", "Ca_astro" })
    assert.equal(2, #panels(figure))
    assert.equal("IP3 (µM)", panels(figure)[1].ylabel)
    assert.equal("Ca_astro (µM)", panels(figure)[2].ylabel)
    assert.equal("time (ms)", panels(figure)[2].xlabel)
  end)

  it("counts long times in seconds", function()
    local rec = { events = { times = { 1000, 20000 }, senders = { 1, 1 }, V_m = { -70, -60 } } }
    local figure = plot.traces(rec)
    assert.equal("time (s)", panels(figure)[1].xlabel)
    assert.are.same({ 1, 20 }, series(figure, 1, 1).x)
  end)

  it("keeps every peak of a long trace", function()
    local times, senders, values = {}, {}, {}
    for i = 1, 50000 do times[i], senders[i], values[i] = i, 1, i == 31234 and 20 or -70 end
    local curve = series(plot.traces({ events = { times = times, senders = senders, V_m = values } }), 1, 1)
    local greatest = -math.huge
    for _, y in ipairs(curve.y) do greatest = math.max(greatest, y) end
    assert.equal(20, greatest)
    assert.is_true(#curve.y <= 3000)
  end)
end)

describe("plot.lines, plot.histogram, plot.panels", function()
  it("lines: one curve", function()
    local curve = series(plot.lines({ 1, 2 }, { 3, 4 }), 1, 1)
    assert.are.same({ 1, 2 }, curve.x)
    assert.are.same({ 3, 4 }, curve.y)
  end)

  it("lines: named curves in the order of their names", function()
    local figure = plot.lines({ 1, 2 }, { b = { 3, 4 }, a = { 5, 6 } }, { xlabel = "x", logx = true })
    assert.equal("a", series(figure, 1, 1).name)
    assert.are.same({ 3, 4 }, series(figure, 1, 2).y)
    assert.is_truthy(commands(figure):find("set logscale x", 1, true))
  end)

  it("lines: a number that is none becomes a gap", function()
    assert.is_truthy(commands(plot.lines({ 1, 2 }, { 0 / 0, 1 / 0 })):find("1 NaN\n2 NaN", 1, true))
  end)

  it("histogram: counts every value once, the greatest too", function()
    local bars = series(plot.histogram({ 0, 1, 2, 3, 4 }, { bins = 4 }), 1, 1)
    assert.are.same({ 1, 1, 1, 2 }, bars.y)
    assert.are.same({ 0.5, 1.5, 2.5, 3.5 }, bars.x)
  end)

  it("histogram: one value, and none", function()
    assert.equal(1, #panels(plot.histogram { 3 }))
    assert.equal(1, #panels(plot.histogram {}))
  end)

  it("panels: all cells in order", function()
    local figure = plot.panels { plot.raster(spikes), plot.traces(samples, { "IP3" }), columns = 2, title = "both" }
    assert.equal(2, #figure.cells)
    assert.is_truthy(commands(figure):find("set multiplot title 'both'", 1, true))
    assert.equal("Figure(panels: 2 figures)", tostring(figure))
  end)
end)

describe("figure:save(path)", function()
  local figure = plot.raster(spikes)

  for ending, terminal in pairs { svg = "svg", png = "pngcairo", pdf = "pdfcairo", PNG = "pngcairo" } do
    it("writes ." .. ending, function()
      figure:save("a." .. ending)
      assert.is_truthy(drawn[1].commands:find("set terminal " .. terminal .. " ", 1, true))
      assert.is_nil(drawn[1].commands:find("set output '", 1, true))
      assert.equal("a." .. ending, drawn[1].path)
    end)
  end

  it("passes on why gnuplot failed", function()
    answer = { nil, "'a.svg': gnuplot is not installed" }
    local _, problem = pcall(function() assert(figure:save("a.svg")) end)
    assert.is_truthy(problem:find("plot_spec%.lua:%d+: save: 'a%.svg': gnuplot is not installed$"), problem)
  end)
end)

describe("a user's text", function()
  -- The commands as gnuplot reads them, each string, or several joined by dots, an S.
  local function without_strings(text)
    local parts, at = {}, 1
    while true do
      local open = text:find("['\"]", at)
      parts[#parts + 1] = text:sub(at, (open or 0) - 1)
      if not open then return (table.concat(parts, "S"):gsub("S[%.S]*", "S")) end
      at = assert(text:find(text:sub(open, open), open + 1, true)) + 1
    end
  end

  local nasty = {
    "it's", "'", "''", "'a", "a'", "\"'\"", "'.system('touch hacked').'", "'; system('touch hacked'); '", "`touch hacked`", "\"`touch hacked`\"", "back\\slash\\", "two\nlines",
    "carriage\rreturn", "@macro", "# no comment", "%d %s", "nul\0byte", "broken \xff byte", "$data1_1", "EOD\nEOD",
  }

  for _, text in ipairs(nasty) do
    it(("cannot be a command: %q"):format(text), function()
      local plain = commands(plot.lines({ 1 }, { q = { 1 } }, { title = text:gsub("[^\r\n]", ""), xlabel = "q", ylabel = "q" }))
      local given = commands(plot.lines({ 1 }, { [text] = { 1 } }, { title = text, xlabel = text, ylabel = text }))
      assert.equal(without_strings(plain), without_strings(given))
    end)
  end

  it("cannot get in through a figure's own tables", function()
    local evil = "'\nsystem('touch hacked')\n'"
    local figure = plot.lines({ 1 }, { 1 }, { title = "q" })
    local before = without_strings(commands(figure))
    local curve, panel = series(figure, 1, 1), panels(figure)[1]
    curve.colour, curve.width, curve.x, panel.xrange, panel.ylabel = evil, evil, { evil }, { evil, evil }, evil
    assert.is_nil(without_strings(commands(figure)):find("system", 1, true))
    assert.is_nil(before:find("system", 1, true))
  end)

  it("cannot get in by changing Lua's own functions", function()
    local gsub, format = string.gsub, string.format
    string.gsub = function(text) return text end -- luacheck: ignore 122
    string.format = function(text) return text end -- luacheck: ignore 122
    local text = commands(plot.lines({ 1 }, { 1 }, { title = "'\nsystem('touch hacked')\n'" }))
    string.gsub, string.format = gsub, format -- luacheck: ignore 122
    assert.is_nil(without_strings(text):find("system", 1, true))
  end)

  it("comes out as it went in", function()
    local real = require "astro.plot"
    for _, text in ipairs(nasty) do
      real.lines({ 1, 2 }, { [text] = { 1, 2 } }, { title = text, xlabel = text, ylabel = text }):save("plot_spec.svg")
      local file = assert(io.open("plot_spec.svg"))
      local picture = file:read("a")
      file:close()
      local first = text:gsub("[\x80-\xff]", "?"):match("^[^\r\n]*"):gsub("%c", " ")
      local escaped = first:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;")
      assert.is_truthy(picture:find(escaped, 1, true), text)
    end
    os.remove("plot_spec.svg")
    assert.is_nil(io.open("hacked"))
  end)

  it("is not read as markup", function()
    for _, ending in ipairs { "svg", "png", "pdf" } do
      assert.is_truthy(plot.lines({ 1 }, { 1 }):commands("x." .. ending):find("set terminal [^\n]* noenhanced"))
    end
  end)

  it("in a path neither", function()
    assert.is_truthy(plot.lines({ 1 }, { 1 }):commands("|rm x.svg"):find("set output './|rm x.svg'", 1, true))
    assert.is_truthy(plot.lines({ 1 }, { 1 }):commands("it's.svg"):find([[set output './it'."'".'s.svg']], 1, true))
    assert.has_error(function() assert(plot.lines({ 1 }, { 1 }):save("two\nlines.svg")) end)
  end)
end)

describe("a wrong call", function()
  local figure = plot.raster(spikes)
  local cases = {
    { function() figure:save("x.bmp") end, "save: cannot tell a picture format from 'x.bmp' %(endings: %.svg, %.png, %.pdf%)" },
    { function() figure:save("x") end, "save: cannot tell a picture format from 'x'" },
    { function() figure:save(5) end, "save: path must be a string, got number 5" },
    { function() plot.raster(5) end, "raster: the first argument must be a Recorder, got number 5" },
    { function() plot.raster(spikes, 5) end, "raster: options must be a table, got number 5" },
    { function() plot.raster(spikes, { histgram = true }) end, "raster: there is no option 'histgram' %(there are: bin, " },
    { function() plot.raster(spikes, { histogram = 1 }) end, "raster: histogram must be a boolean, got number 1" },
    { function() plot.raster(spikes, { bin = 0 }) end, "raster: bin must be a number above 0, got number 0" },
    { function() plot.raster(spikes, { xrange = { 5, 1 } }) end, "raster: xrange must be { from, to } with from below to, got table" },
    { function() plot.raster(spikes, { yrange = { "a" } }) end, "raster: yrange must be { from, to } with from below to, got table" },
    { function() plot.panels { figure, colums = 2 } end, "panels: there is no option 'colums' %(there are: columns, " },
    { function() plot.raster(spikes, { groups = { 5 } }) end, "raster: groups%[1%] must be { name, nodes }" },
    { function() plot.traces(samples, { "IP" }) end, "traces: 'IP' was not recorded %(there are: Ca_astro, IP3%)" },
    { function() plot.traces(samples, {}) end, "traces: nothing to draw" },
    { function() plot.traces(spikes) end, "traces: nothing to draw" },
    { function() plot.lines({ 1 }, { 1, 2 }) end, "lines: x has 1 values and y has 2" },
    { function() plot.lines({ 1 }, { "a" }) end, "lines: y%[1%] must be a number, got 'a'" },
    { function() plot.lines(5, { 1 }) end, "lines: x must be a Vector or a table of numbers, got number 5" },
    { function() plot.histogram() end, "histogram: values must be a Vector or a table of numbers, got nothing" },
    { function() plot.panels { 5 } end, "panels: number 1 must be a figure, got number 5" },
    { function() plot.panels {} end, "panels: there is no figure in the table" },
  }

  for _, case in ipairs(cases) do
    local call, message = case[1], case[2]
    it("says " .. message, function()
      local ok, problem = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(problem:find(message), problem)
      local line = problem:match("plot_spec%.lua:(%d+): ")
      assert.equal(debug.getinfo(call, "S").linedefined, tonumber(line), problem)
    end)
  end
end)
