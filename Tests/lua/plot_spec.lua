-- What reaches gnuplot, matplotlib and the terminal, not pixels: a stand-in for the host keeps it.
local astro = require "astro"
local analysis = require "astro.analysis"
local drawn, written, answer, screen, shown_text
local host = {
  gnuplot = function(commands, path)
    if path and path:find("^/") then error("gnuplot: '" .. path .. "' is outside of the sandbox", 0) end
    drawn[#drawn + 1] = commands
    if path and answer[1] then written[path] = "drawn" end
    return table.unpack(answer)
  end,
  write_file = function(path, text)
    if path:find("^/") then error("write_file: '" .. path .. "' is outside of the sandbox", 0) end
    written[path] = text
  end,
  terminal = function() return screen end,
  visible = function(text) return text end,
  show_text = function(text) shown_text = text end,
  show_window = function(commands)
    drawn[#drawn + 1] = commands
    return table.unpack(answer)
  end,
  show_picture = function(commands, way)
    drawn[#drawn + 1] = way .. "\n" .. commands
    return table.unpack(answer)
  end,
}

-- astro.plot on that host: all of its modules anew.
local function load_plot()
  local before = {}
  for name in pairs(package.loaded) do
    if name:find("^astro%.plot") then before[name], package.loaded[name] = package.loaded[name], nil end
  end
  package.loaded["astro.plot.figure"] = assert(loadfile("stdlib/astro/plot/figure.lua", "t"))("astro.plot.figure", "", host)
  local plot = require "astro.plot"
  for name in pairs(package.loaded) do
    if name:find("^astro%.plot") then package.loaded[name] = before[name] end
  end
  return plot
end
local plot = load_plot()

-- Four spikes of three neurons, and two astrocytes sampled twice.
local spikes = { events = { times = { 1, 12, 14, 99 }, senders = { 1, 2, 1, 3 } } }
local samples = {
  events = { times = { 1, 1, 2, 2 }, senders = { 7, 8, 7, 8 }, IP3 = { 1, 3, 5, 5 }, Ca_astro = { 0.1, 0.1, 0.2, 0.2 } },
}

local function panels(figure) return figure.cells[1].panels end

local function series(figure, panel, i) return panels(figure)[panel].series[i] end

local function commands(figure) return figure:commands(figure.frames and "x.gif" or "x.svg") end

before_each(function()
  drawn, written, answer, shown_text = {}, {}, { true }, nil
  screen = { is_terminal = false, columns = 80, rows = 24, cell_width = 10, colour = false, utf8 = true, has_windows = false }
end)

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

  it("makes no bin longer than the picture", function()
    local rate = series(plot.raster(spikes, { histogram = true, bin = 500, xrange = { 0, 100 } }), 2, 1)
    assert.are.same({ 50 }, rate.x)
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
    assert.equal("[IP₃] (µM)", panels(figure)[1].ylabel)
    assert.equal("[Ca²⁺] (µM)", panels(figure)[2].ylabel)
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
    assert.is_truthy(commands(figure):find("set label 'both' at screen 0.5", 1, true))
    assert.equal("Figure(panels: 2 figures)", tostring(figure))
  end)
end)

describe("a title", function()
  local sim = astro.Simulation { seed = 1 }
  local neurons, glia = sim:create("aeif_cond_alpha_astro", 4), sim:create("astrocyte_lr_1994", 9, { label = "glia" })
  sim:connect(neurons, glia, "all_to_all", { weight = 2 })
  sim:connect(glia, neurons, "all_to_all", { synapse_model = "sic_connection" })
  local fired, sampled = sim:record(neurons), sim:record(glia, { "IP3", "Ca_astro" })
  local of_one = sim:record(neurons[2], { "V_m" })
  sim:simulate(5)

  local function title(figure) return figure.cells[1].title end

  it("says what is drawn, and of which cells", function()
    for _, case in ipairs {
      { plot.raster(fired), "Spikes of 4 aeif_cond_alpha_astro" },
      { plot.raster(sim:record(neurons + sim:create("parrot_neuron", 9))), "Spikes of 13 cells" },
      { plot.raster(spikes), "Spikes of 3 cells" },
      { plot.traces(sampled), "[Ca²⁺] and [IP₃] of glia (9 astrocyte_lr_1994)" },
      { plot.traces(sampled, { "IP3" }, { each = true }), "[IP₃] of glia (9 astrocyte_lr_1994), 7 shown" },
      { plot.traces(of_one), "V_m of one aeif_cond_alpha_astro" },
      { plot.traces(samples, { "IP3" }, { each = true }), "[IP₃] of 2 cells" },
      { plot.lines({ 1, 2 }, { 3, 4 }, { xlabel = "time (ms)", ylabel = "rate (Hz)" }), "Rate against time" },
      { plot.lines({ 1, 2 }, { 3, 4 }, { xlabel = "V_m (mV)", ylabel = "w (pA)" }), "w against V_m" },
      { plot.lines({ 1, 2 }, { b = { 3, 4 }, a = { 3, 4 } }, { xlabel = "time (ms)" }), "a and b against time" },
      { plot.lines({ 1, 2 }, { 3, 4 }, { ylabel = "a damped wave" }), "A damped wave" },
      { plot.lines({ 1, 2 }, { 3, 4 }, { ylabel = "tau_w (ms)" }), "tau_w" },
      { plot.lines({ 1, 2 }, { 3, 4 }), "1 curve of 2 points" },
      { plot.histogram({ 1, 2, 3 }, { xlabel = "interval (ms)" }), "Distribution of interval (3 values)" },
      { plot.histogram { 1 }, "Distribution of 1 value" },
      { plot.matrix { { 1, 2 } }, "Matrix of 1 by 2" },
      { plot.matrix({ { 1, 2 } }, { label = "delay (ms)" }), "Delay (1 by 2)" },
      { plot.correlation { { 1, 0 }, { 0, 1 } }, "Pairwise correlations of 2 cells" },
      { plot.spectrogram({ 1, 2, 3, 4 }, { interval = 1, segment = 2 }), "Spectrogram of a signal" },
      { plot.tripartite(sim, neurons, neurons, glia), "Tripartite connections of 4 aeif_cond_alpha_astro and glia (9 astrocyte_lr_1994)" },
      { plot.degrees(sim, neurons, glia), "Out-degree of 4 aeif_cond_alpha_astro" },
      { plot.connectivity(sim, neurons, glia), "Connections from 4 aeif_cond_alpha_astro to glia (9 astrocyte_lr_1994)" },
      { plot.connectivity(sim, glia, glia, { weight = true }), "Weights among glia (9 astrocyte_lr_1994)" },
      { plot.phase_plane(neurons[1]), "Phase plane of aeif_cond_alpha_astro" },
      { plot.phase_plane(glia[1], { IP3 = 0.5 }), "Phase plane of astrocyte_lr_1994, [IP₃]\u{A0}=\u{A0}0.5\u{A0}µM" },
    } do
      assert.equal(case[2], title(case[1]))
      assert.is_truthy(commands(case[1]):find("set label '" .. case[2] .. "' at screen", 1, true), case[2])
    end
    assert.equal("In-degree of glia (9 astrocyte_lr_1994)", plot.degrees(sim, neurons, glia).cells[2].title)
  end)

  it("is the user's, or none", function()
    assert.equal("mine", title(plot.raster(fired, { title = "mine" })))
    for _, none in ipairs { false, "" } do
      for _, figure in ipairs { plot.raster(fired, { title = none }), plot.degrees(sim, neurons, glia, { title = none }) } do
        assert.is_nil(title(figure))
        assert.is_nil(commands(figure):find("Spikes of", 1, true) or commands(figure):find("degree of", 1, true))
      end
    end
    assert.is_nil(plot.panels({ plot.raster(fired), title = "" }).title)
  end)

  it("that stands above two histograms stays with them in panels", function()
    local degrees = plot.degrees(sim, neurons, glia, { title = "mine" })
    assert.are.same({ "mine" }, { degrees.title, degrees.cells[1].title })
    local both = plot.panels { degrees, plot.raster(fired) }
    assert.are.same({ "mine", "mine", "Spikes of 4 aeif_cond_alpha_astro" }, { title(both), both.cells[2].title, both.cells[3].title })
    local nested = plot.panels { plot.panels { plot.raster(fired), title = "first" } }
    assert.equal("first: Spikes of 4 aeif_cond_alpha_astro", title(nested))
    assert.is_nil(degrees.cells[1].title)
  end)

  it("too long for its picture takes more lines, and makes room for them", function()
    local long = ("words "):rep(20) .. ("x"):rep(200)
    local figure = plot.lines({ 1, 2 }, { a = { 1, 2 } }, { title = long, width = 400 })
    local lines = {}
    for line in commands(figure):gmatch("set label '([^'\n]*)' at screen [%d.]+, screen [%d.]+ center\n") do lines[#lines + 1] = line end
    for _, line in ipairs(lines) do assert.is_true(#line <= 48, line) end
    assert.equal(long:gsub(" ", ""), (table.concat(lines):gsub(" ", "")))
    local function top(text) return tonumber(text:match("set margins at screen [%d.]+, at screen [%d.]+, at screen [%d.]+, at screen ([%d.]+)")) end
    assert.is_true(top(commands(figure)) < top(commands(plot.lines({ 1, 2 }, { a = { 1, 2 } }, { title = "short", width = 400 }))))
    figure:save("a.py")
    assert.is_truthy(written["a.py"]:find('ax%.set_title%("words words [^"]*\\nwords'))
    screen.columns = 40
    figure:show()
    local words = 0
    for line in shown_text:gmatch("[^\n]+") do
      if line:find("words", 1, true) then words = words + 1 end
    end
    assert.is_true(words >= 3)
    assert.is_true(shown_text:gsub("[%s]", ""):find(("x"):rep(200), 1, true) ~= nil)
  end)
end)

describe("plot.traces with two axes, plot.lines with bands", function()
  it("draws a pair of quantities into one panel", function()
    local figure = plot.traces(samples, { { "IP3", "Ca_astro" } })
    local panel = panels(figure)[1]
    assert.equal(1, #panels(figure))
    assert.equal("[Ca²⁺] (µM)", panel.y2label)
    assert.are.same({ 2, 5 }, panel.series[2].y)
    assert.are.same({ 0.1, 0.2 }, panel.series[4].y)
    assert.is_nil(panel.series[2].axis)
    assert.equal("y2", panel.series[4].axis)
    assert.equal("y2", panel.series[3].axis)
    assert.equal("[Ca²⁺], mean ± s.d. of 2", panel.series[4].name)
    local text = commands(figure)
    assert.is_truthy(text:find("using 1:2 axes x1y2 with lines", 1, true))
    assert.is_truthy(text:find("set y2tics", 1, true))
  end)

  it("a triple of mean, low and high is a curve with a band", function()
    local figure = plot.lines({ 1, 2 }, { a = { { 5, 6 }, { 4, 5 }, { 6, 8 } }, b = { 1, 2 } })
    assert.equal("band", series(figure, 1, 1).style)
    assert.are.same({ 4, 5 }, series(figure, 1, 1).low)
    assert.are.same({ 6, 8 }, series(figure, 1, 1).high)
    assert.are.same({ 5, 6 }, series(figure, 1, 2).y)
    assert.equal(series(figure, 1, 1).colour, series(figure, 1, 2).colour)
    assert.are.same({ 1, 2 }, series(figure, 1, 3).y)
  end)

  it("a band is cut where it leaves the range", function()
    local clip = require "astro.plot.clip"
    local band = { x = { 0, 1, 3 }, low = { 1, 1, -3 }, high = { 2, 2, 6 } }
    local x, low, high = clip(band, { 0 })
    assert.are.same({ 0, 1, 1.5, 3 }, x)
    assert.are.same({ 1, 1, 0, 0 }, low)
    assert.are.same({ 2, 2, 3, 6 }, high)
    x, low, high = clip(band, { 0, 4 })
    assert.are.same({ 0, 1, 1.5, 2, 3 }, x)
    assert.are.same({ 1, 1, 0, 0, 0 }, low)
    assert.are.same({ 2, 2, 3, 4, 4 }, high)
    assert.equal(band.x, (clip(band, nil)))
    assert.is_truthy(plot.lines({ 0, 1 }, { a = { { 1, 1 }, { 1, -1 }, { 2, 5 } } }, { yrange = { 0 } }):commands("x.svg"):find("\n1 0 5\n"))
  end)

  it("takes what analysis.confidence_band returns", function()
    local band = { analysis.confidence_band { { 1, 2 }, { 3, 2 } } }
    assert.are.same({ 2, 2 }, series(plot.lines({ 0, 1 }, { runs = band }), 1, 2).y)
  end)
end)

describe("plot.matrix, correlation, spectrogram", function()
  it("a matrix: its rows from below, cells around whole numbers", function()
    local figure = plot.matrix({ { 1, 2, 3 }, astro.vector { 4, 5, 9 } })
    local image, panel = series(figure, 1, 1), panels(figure)[1]
    assert.are.same({ { 1, 2, 3 }, { 4, 5, 9 } }, image.rows)
    assert.are.same({ 0.5, 3.5 }, panel.xrange)
    assert.are.same({ 0.5, 2.5 }, panel.yrange)
    assert.are.same({ 1, 9 }, panel.scale.range)
  end)

  it("a large matrix is condensed to means", function()
    local rows = {}
    for i = 1, 500 do
      rows[i] = {}
      for j = 1, 300 do rows[i][j] = (i + 1) // 2 end
    end
    local figure = plot.matrix(rows)
    local image = series(figure, 1, 1)
    assert.equal(250, #image.rows)
    assert.equal(150, #image.rows[1])
    assert.equal(17, image.rows[17][3])
    assert.are.same({ 0.5, 300.5 }, panels(figure)[1].xrange)
  end)

  it("correlations: colours up to the greatest beside the diagonal", function()
    local figure = plot.correlation { { 1, 0.13 }, { 0.13, 1 } }
    assert.are.same({ -0.2, 0.2 }, panels(figure)[1].scale.range)
    local result = analysis.correlations { { 1, 2, 3 }, { 1, 3, 2 } }
    local r = series(plot.correlation(result), 1, 1).rows[1][2]
    assert.is_true(math.abs(r - 0.5) < 1e-12)
  end)

  it("a spectrogram: decibels by frequency and time", function()
    local values = {}
    for k = 1, 4000 do values[k] = math.sin(2 * math.pi * 20 * k / 1000) end
    local figure = plot.spectrogram(values, { interval = 1, segment = 500, overlap = 0 })
    local image = series(figure, 1, 1)
    assert.equal(8, #image.rows[1])
    assert.are.same({ 0, 2 }, image.y)
    assert.are.same({ 250, 500 }, image.x)
    -- A^2/2 = 0.5, two thirds of it in a bin of 2 Hz
    assert.is_true(math.abs(image.rows[11][4] - 10 * math.log(0.5 * 2 / 3 / 2, 10)) < 1e-9)
    assert.equal(100, panels(figure)[1].yrange[2])
  end)
end)

describe("pictures of a network", function()
  local sim = astro.Simulation { seed = 1 }
  local pre, post, glia = sim:create("parrot_neuron", 3), sim:create("aeif_cond_alpha_astro", 2), sim:create("astrocyte_lr_1994", 2)
  sim:connect(pre:slice(1, 2), post[1], "all_to_all", { weight = 2 })
  sim:connect(pre[1], post[1], "one_to_one", { weight = -0.5 })
  sim:connect(pre[3], glia[2])
  sim:connect(glia[2], post[2], "one_to_one", { synapse_model = "sic_connection" })

  it("tripartite: a line for each connected pair", function()
    local figure = plot.tripartite(sim, pre, post, glia)
    local primary, third_in, third_out = series(figure, 1, 1), series(figure, 1, 2), series(figure, 1, 3)
    assert.are.same({ 1 / 6, 0.5 }, primary.x)
    assert.are.same({ 0.25, 0.25 }, primary.x2)
    assert.are.same({ { 5 / 6 }, { 2 }, { 0.75 }, { 1 } }, { third_in.x, third_in.y, third_in.x2, third_in.y2 })
    assert.are.same({ { 0.75 }, { 1 }, { 0.75 }, { 0 } }, { third_out.x, third_out.y, third_out.x2, third_out.y2 })
  end)

  it("tripartite: of large populations some, and it says so", function()
    local many = sim:create("parrot_neuron", 100)
    local texts = panels(plot.tripartite(sim, many, post, glia, { most = 10 }))[1].texts
    local all = {}
    for i, text in ipairs(texts) do all[i] = text[3] end
    assert.is_truthy(table.concat(all, " "):find("10 of 100 shown", 1, true))
  end)

  it("degrees: cells by the number of their connections", function()
    local figure = plot.degrees(sim, pre, post)
    local out, into = figure.cells[1].panels[1].series[1], figure.cells[2].panels[1].series[1]
    assert.are.same({ { 0, 1, 2 }, { 1, 1, 1 } }, { out.x, out.y })
    assert.are.same({ { 0, 1, 2, 3 }, { 1, 0, 0, 1 } }, { into.x, into.y })
  end)

  it("connectivity: how many connections, or their weights", function()
    assert.are.same({ { 2, 1, 0 }, { 0, 0, 0 } }, series(plot.connectivity(sim, pre, post), 1, 1).rows)
    assert.are.same({ { 1.5, 2, 0 }, { 0, 0, 0 } }, series(plot.connectivity(sim, pre, post, { weight = true }), 1, 1).rows)
    local function label(...) return panels(plot.connectivity(sim, ...))[1].scale.label end
    assert.equal("connections", label(pre, post))
    assert.equal("sum of weights (nS)", label(pre, post, { weight = true }))
    assert.equal("sum of weights (pA)", label(glia, post, { weight = true }))
    assert.equal("sum of weights", label(pre, glia, { weight = true }))
    local large = sim:create("parrot_neuron", 500)
    local panel = panels(plot.connectivity(sim, large, post))[1]
    assert.equal("source (1 in 3 shown)", panel.xlabel)
    assert.equal(167, #panel.series[1].rows[1])
  end)
end)

describe("plot.phase_plane", function()
  local sim = astro.Simulation { seed = 1 }
  local neuron = sim:create("aeif_cond_alpha_astro", { I_e = 100 })
  local glia = sim:create("astrocyte_lr_1994")

  local function named(figure, name)
    for _, one in ipairs(panels(figure)[1].series) do
      if one.name == name then return one end
    end
  end

  local function at(curve, x)
    local best = 1
    for i in ipairs(curve.x) do
      if math.abs(curve.x[i] - x) < math.abs(curve.x[best] - x) then best = i end
    end
    return curve.x[best], curve.y[best]
  end

  it("AdEx: the nullclines of the equations", function()
    local figure = plot.phase_plane(neuron)
    local V, w = at(named(figure, "dV/dt = 0"), -60)
    assert.is_true(math.abs(w - (-30 * (V + 70.6) + 30 * 2 * math.exp((V + 50.4) / 2) + 100)) < 1e-9)
    V, w = at(named(figure, "dw/dt = 0"), -60)
    assert.is_true(math.abs(w - 4 * (V + 70.6)) < 1e-9)
    assert.equal("V_m (mV)", panels(figure)[1].xlabel)
    assert.equal("w (pA)", panels(figure)[1].ylabel)
  end)

  it("AdEx: rests where the engine rests, below a saddle; none at a strong current", function()
    local trace = sim:record(neuron, { "V_m", "w" })
    sim:simulate(5000)
    local figure = plot.phase_plane(neuron, { trajectory = trace })
    local stable, unstable = named(figure, "stable"), named(figure, "unstable")
    assert.equal(1, #stable.x)
    assert.equal(1, #unstable.x)
    assert.is_true(math.abs(stable.x[1] - neuron:get("V_m")) < 1e-3)
    assert.is_true(math.abs(stable.y[1] - neuron:get("w")) < 1e-2)
    local path = named(figure, "trajectory")
    assert.is_true(math.abs(path.x[#path.x] - stable.x[1]) < 1e-3)
    assert.is_nil(named(plot.phase_plane(neuron, { I = 2000 }), "stable"))
  end)

  it("astrocyte: stable, oscillating, stable at low, middle and high IP3", function()
    local low = named(plot.phase_plane(glia, { IP3 = 0.16 }), "stable")
    assert.is_true(math.abs(low.x[1] - 0.0722) < 1e-3 and math.abs(low.y[1] - 0.792) < 1e-3)
    assert.is_nil(named(plot.phase_plane(glia, { IP3 = 0.5 }), "stable"))
    assert.is_true(math.abs(named(plot.phase_plane(glia, { IP3 = 1.0 }), "stable").x[1] - 0.453) < 2e-3)
  end)

  it("has a gap where a spike resets the potential", function()
    local rec = { events = { times = { 1, 2, 3 }, senders = { 1, 1, 1 }, V_m = { -50, -40, -60 }, w = { 1, 1, 80 } } }
    local path = named(plot.phase_plane(neuron, { trajectory = rec }), "trajectory")
    assert.equal(4, #path.x)
    assert.is_true(path.x[3] ~= path.x[3])
  end)
end)

describe("figure:save('….py')", function()
  local figure = plot.panels {
    plot.traces(samples, { { "IP3", "Ca_astro" } }), plot.raster(spikes, { histogram = true }), plot.matrix { { 1, 0 / 0 } }, columns = 2,
  }

  it("holds the data and calls of matplotlib, and nothing else of the figure's", function()
    figure:save("a.py")
    local script = written["a.py"]
    assert.equal(0, #drawn)
    assert.is_truthy(script:find('"cell 1 panel 1 series 2":\n    {"x": [1, 2],\n     "y": [2, 5]},', 1, true))
    assert.is_truthy(script:find("right = ax.twinx()", 1, true))
    assert.is_truthy(script:find("ax.vlines(", 1, true))
    assert.is_truthy(script:find("[1, nan]", 1, true))
    assert.is_truthy(script:find("fig.add_gridspec(2, 2, ", 1, true))
  end)

  it("a user's text stays within its quotes", function()
    for _, text in ipairs { 'a"', "a\\", 'a\\"', "two\nlines", '""" + open("x")', "\0\1", "\xff", "$x$", "%d" } do
      plot.lines({ 1 }, { [text] = { 1 } }, { title = text, xlabel = text, ylabel = text }):save("a.py")
      local script = written["a.py"]
      -- every string of one line, with its escapes, out
      local rest = script:gsub('""".-"""', "", 1):gsub('\\.', ""):gsub('"[^"\n]*"', "S")
      assert.is_nil(rest:find('"', 1, true), text)
      assert.is_nil(rest:find("open", 1, true), text)
    end
  end)
end)

describe("figure:show()", function()
  local figure = plot.traces(samples, { "IP3" }, { title = "a title" })

  local function widest(text)
    local width = 0
    for line in text:gmatch("[^\n]*") do width = math.max(width, utf8.len(line)) end
    return width
  end

  local function count(text)
    local _, n = text:gsub("\n", "")
    return n
  end

  it("draws with characters in a pipe, within columns and rows", function()
    for _, columns in ipairs { 40, 80, 200 } do
      screen.columns = columns
      assert.equal(figure, figure:show())
      assert.is_true(widest(shown_text) < columns)
      assert.is_true(count(shown_text) <= 24)
      assert.is_truthy(shown_text:find("[IP₃] (µM)", 1, true))
      assert.is_truthy(shown_text:find("time (ms)", 1, true))
      assert.is_truthy(shown_text:find("[\u{2801}-\u{28ff}]"))
      assert.is_nil(shown_text:find("\27", 1, true))
    end
  end)

  it("draws a rising line from the lower left to the upper right", function()
    plot.lines({ 0, 10 }, { 0, 10 }):show("ascii")
    local rows = {}
    for line in shown_text:gmatch("[^\n]+") do
      local at = line:match("^%s*%d*[|+]()[^%-]")
      if at then rows[#rows + 1] = line:find("[.':]", at) end
    end
    assert.is_true(#rows > 10)
    for i = 2, #rows do assert.is_true(rows[i] < rows[i - 1]) end
  end)

  it("in ASCII where the locale wants it", function()
    screen.utf8 = false
    plot.panels { plot.lines({ 1, 2 }, { 1, 2 }), plot.matrix { { 1, 2 }, { 3, 4 } } }:show()
    assert.is_nil(shown_text:find("[\x80-\xff]"))
  end)

  it("all kinds of pictures can be drawn with characters", function()
    for _, way in ipairs { "text", "ascii" } do
      for _, one in ipairs {
        plot.raster(spikes, { histogram = true }), plot.raster({ events = { times = {}, senders = {} } }), plot.histogram { 1, 2, 2 },
        plot.lines({ 1, 10, 100 }, { a = { 1, 2, 0 / 0 } }, { logx = true }), plot.matrix { { 1, 2 }, { 0 / 0, 4 } },
        plot.traces(samples, { { "IP3", "Ca_astro" } }), plot.lines({}, {}), plot.lines({ 1 }, { 1 }, { logy = true }),
      } do
        for _, columns in ipairs { 20, 40, 80 } do
          screen.columns, screen.colour = columns, way == "text"
          one:show(way)
          assert.is_true(widest((shown_text:gsub("\27%[[%d;]*m", ""))) <= math.max(20, columns))
        end
      end
    end
  end)

  it("a user's text brings no control sequence to the terminal", function()
    screen.colour, screen.is_terminal = true, true
    for _, text in ipairs { "\27]0;title\7", "\27[2J", "a\rb", "\xc2\x9b31m", "\xff" } do
      plot.lines({ 1, 2 }, { [text] = { 1, 2 } }, { title = text, xlabel = text, ylabel = text }):show("text")
      assert.is_nil(shown_text:gsub("\27%[38;5;%d+m", ""):gsub("\27%[0m", ""):find("[\0-\9\11-\31\127]"))
      assert.is_nil(shown_text:find("\xc2[\x80-\x9f]"))
    end
  end)

  it("takes the graphics that the terminal announces", function()
    for way, name in pairs { kitty = "pngcairo", sixel = "sixelgd" } do
      screen.is_terminal, screen.graphics = true, way
      figure:show()
      local last = drawn[#drawn]
      assert.is_truthy(last:find("^" .. way .. "\n"))
      assert.is_truthy(last:find("set terminal " .. name, 1, true))
      assert.is_nil(last:find("set output", 1, true))
    end
    assert.is_nil(shown_text)
  end)

  it("falls back to characters where gnuplot fails", function()
    screen.is_terminal, screen.graphics, answer = true, "sixel", { nil, "gnuplot is not installed" }
    figure:show()
    assert.is_truthy(shown_text)
  end)

  it("opens a window on a desktop, not from a pipe", function()
    screen.has_windows = true
    figure:show()
    assert.equal(0, #drawn)
    screen.is_terminal = true
    figure:show()
    assert.is_truthy(drawn[1]:find("set terminal qt [^\n]*persist"))
  end)

  it("says what went wrong", function()
    answer = { nil, "gnuplot is not installed" }
    local ok, problem = pcall(function() figure:show("kitty") end)
    assert.is_false(ok)
    assert.is_truthy(problem:find("plot_spec%.lua:%d+: show: gnuplot is not installed$"), problem)
  end)
end)

describe("figure:save(path)", function()
  local figure = plot.raster(spikes)

  for ending, terminal in pairs { svg = "svg", png = "pngcairo", pdf = "pdfcairo", PNG = "pngcairo" } do
    it("writes ." .. ending, function()
      figure:save("a." .. ending)
      assert.is_truthy(drawn[1]:find("set terminal " .. terminal .. " ", 1, true))
      assert.equal("drawn", written["a." .. ending])
      assert.is_nil(drawn[1]:find("set output", 1, true))
    end)
  end

  it("passes on that the script may not write there", function()
    for _, ending in ipairs { "svg", "py" } do
      local ok, problem = pcall(function() figure:save("/a." .. ending) end)
      assert.is_false(ok)
      assert.is_truthy(problem:find("plot_spec%.lua:%d+: save: '/a%." .. ending .. "' is outside of the sandbox$"), problem)
    end
  end)

  it("on a terminal says where the picture is", function()
    figure:save("a.svg")
    assert.is_nil(shown_text)
    screen.is_terminal = true
    for _, path in ipairs { "a.svg", "a.py" } do
      figure:save(path)
      assert.equal(path .. " is written\n", shown_text)
    end
  end)

  it("figure:commands(path) shows them, with the file that they write", function()
    assert.is_truthy(figure:commands("a.svg"):find("set output './a.svg'", 1, true))
  end)

  it("passes on why gnuplot failed", function()
    answer = { nil, "gnuplot is not installed" }
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
      local harmless = text:gsub("[^\r\n]", "q")
      local plain = commands(plot.lines({ 1 }, { [harmless] = { 1 } }, { title = harmless, xlabel = harmless, ylabel = harmless }))
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
    { function() figure:save("x.bmp") end, "save: cannot tell a picture format from 'x.bmp' %(endings: %.svg, %.png, %.pdf, %.py%)" },
    { function() figure:save("x") end, "save: cannot tell a picture format from 'x'" },
    { function() figure:save(5) end, "save: path must be a string, got number 5" },
    { function() plot.raster(5) end, "raster: the first argument must be a Recorder, got number 5" },
    { function() plot.raster(spikes, 5) end, "raster: options must be a table, got number 5" },
    { function() plot.raster(spikes, { histgram = true }) end, "raster: there is no option 'histgram' %(did you mean 'histogram'%?%)" },
    { function() plot.raster(spikes, { histogram = 1 }) end, "raster: histogram must be a boolean, got number 1" },
    { function() plot.raster(spikes, { title = 5 }) end, "raster: title must be a string, or false for none, got number 5" },
    { function() plot.panels { figure, title = true } end, "panels: title must be a string, or false for none, got boolean true" },
    { function() plot.raster(spikes, { bin = 0 }) end, "raster: bin must be a number above 0, got number 0" },
    { function() plot.raster(spikes, { xrange = { 5, 1 } }) end, "raster: xrange must be { from, to } with from below to, got table" },
    { function() plot.raster(spikes, { yrange = { "a" } }) end, "raster: yrange must be { from, to } with from below to, got table" },
    { function() plot.panels { figure, colums = 2 } end, "panels: there is no option 'colums' %(did you mean 'columns'%?%)" },
    { function() plot.raster(spikes, { groups = { 5 } }) end, "raster: groups%[1%] must be { name, nodes }" },
    { function() plot.traces(samples, { "IP" }) end, "traces: 'IP' was not recorded %(did you mean 'IP3'%?%)" },
    { function() plot.traces(samples, {}) end, "traces: nothing to draw" },
    { function() plot.traces(spikes) end, "traces: nothing to draw" },
    { function() plot.lines({ 1 }, { 1, 2 }) end, "lines: x has 1 values and y has 2" },
    { function() plot.lines({ 1 }, { "a" }) end, "lines: y%[1%] must be a number, got 'a'" },
    { function() plot.lines(5, { 1 }) end, "lines: x must be a Vector or a table of numbers, got number 5" },
    { function() plot.histogram() end, "histogram: values must be a Vector or a table of numbers, got nothing" },
    { function() figure:show("braille") end, "show: there is no way 'braille' %(there are: window, kitty, sixel, text, ascii%) %(usage: figure:show%(%[way%]%)%)" },
    { function() plot.traces(samples, { { "IP3", "Ca_astro", "IP3" } }) end, "traces: names%[1%] must be a name, or a table of one for each axis" },
    { function() plot.traces(samples, { { "IP3", "Ca_astro" } }, { each = true }) end, "traces: each = true needs a panel for each quantity, not IP3 and Ca_astro in one" },
    { function() plot.matrix(5) end, "matrix: the matrix must be a list of Vectors or tables, got number 5" },
    { function() plot.matrix { { 1 }, { 1, 2 } } end, "matrix: row 1 has 1 values and row 2 has 2" },
    { function() plot.matrix({ { 1 } }, { palette = "signd" }) end, "matrix: there is no palette 'signd' %(did you mean 'signed'%?%)" },
    { function() plot.correlation { { 1, 2 } } end, "correlation: the matrix must be square, got 1 by 2" },
    { function() plot.spectrogram { 1, 2 } end, "spectrogram: signal is a plain list: give the option interval" },
    { function() plot.degrees(5) end, "degrees: the first argument must be a Simulation, got number 5" },
    { function() plot.tripartite(astro.Simulation {}, 1, 2, 3) end, "tripartite: post must be Nodes, got number 2" },
    { function() plot.phase_plane(5) end, "phase_plane: the first argument must be Nodes, got number 5" },
    { function() plot.phase_plane(astro.Simulation {}:create("parrot_neuron", 2)) end, "phase_plane: needs one node, got 2 %(take one: nodes%[1%]%)" },
    { function() plot.phase_plane(astro.Simulation {}:create("parrot_neuron")) end, "phase_plane: there is no phase plane of parrot_neuron %(there are: aeif_cond_alpha_astro, astrocyte_lr_1994%)" },
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

describe("an axis of time", function()
  -- Recorded from 1000 to 1200 ms; one population is silent.
  local sim = astro.Simulation { seed = 1, threads = 1 }
  sim:simulate(1000)
  local ticks, silent = sim:create("spike_generator", { spike_times = { 1049, 1100 } }), sim:create("parrot_neuron", 2)
  local parrots, neuron = sim:create("parrot_neuron", 3), sim:create("aeif_cond_alpha_astro")
  sim:connect(ticks, parrots)
  local fired, nothing, samples_of = sim:record(parrots), sim:record(silent), sim:record(neuron, { "V_m" }, { start = 1050 })
  local node = sim:create("spike_recorder", { start = 1020, stop = 1150 })
  sim:connect(parrots, node)
  local early = sim:create("voltmeter", { start = 5000 })
  sim:connect(early, neuron)
  sim:simulate(200)

  local function ranges(figure)
    local list = {}
    for _, cell in ipairs(figure.cells) do
      for _, panel in ipairs(cell.panels) do list[#list + 1] = panel.xrange end
    end
    return list
  end

  it("shows what was recorded, also where nothing happened", function()
    for _, case in ipairs {
      { plot.raster(fired, { histogram = true }), 1000, 1200 }, { plot.raster(nothing, { histogram = true }), 1000, 1200 },
      { plot.traces(samples_of), 1050, 1200 }, { plot.raster(node, { histogram = true }), 1020, 1150 },
      { plot.raster({ times = {}, senders = {}, nodes = { ids = { 1 } }, window = { 0, 100 } }, { histogram = true }), 0, 100 },
      { plot.spectrogram(analysis.rate_over_time(fired, { bin = 1 })), 1000, 1200 },
    } do
      for _, range in ipairs(ranges(case[1])) do assert.are.same({ case[2], case[3] }, range) end
    end
    assert.is_truthy(commands(plot.raster(nothing)):find("set xrange [1000:1200]", 1, true))
  end)

  it("is drawn by matplotlib and with characters, too, where nothing happened", function()
    plot.raster(nothing):save("a.py")
    assert.is_truthy(written["a.py"]:find("ax.set_xlim(left=1000, right=1200)", 1, true))
    assert.is_truthy(written["a.py"]:find('"no spikes"', 1, true))
    plot.traces(early):show("text")
    assert.is_truthy(shown_text:find("no samples", 1, true))
    plot.raster(nothing):show("text")
    assert.is_truthy(shown_text:find("no spikes", 1, true))
    assert.is_truthy(shown_text:find("1000 .* 1200"))
  end)

  it("is the user's where they say so", function()
    assert.are.same({ { 900, 1100 } }, ranges(plot.raster(fired, { xrange = { 900, 1100 } })))
    assert.are.same({ { 1000, 1100 } }, ranges(plot.traces({ events = samples_of.events, window = { 1000, 1200 } }, nil, { xrange = { nil, 1100 } })))
  end)

  it("is shared by panels above each other, except for one with a range of its own", function()
    local rate = analysis.rate_over_time(fired, { bin = 1 })
    local alone = plot.raster(node)
    local figure = plot.panels {
      alone, plot.traces(samples_of), plot.spectrogram(rate), plot.lines({ 1010, 1020 }, { 1, 2 }, { xlabel = "time (ms)" }),
      plot.raster(fired, { xrange = { 1100, 1110 } }), plot.lines({ 1, 2 }, { 1, 2 }, { xlabel = "lag (ms)" }),
    }
    local all = { { 1000, 1200 }, { 1000, 1200 }, { 1000, 1200 }, { 1000, 1200 }, { 1100, 1110 } }
    assert.are.same(all, ranges(figure))
    assert.are.same({ { 1020, 1150 } }, ranges(alone))
    local side_by_side = plot.panels { plot.raster(node), plot.raster(fired), columns = 2 }
    assert.are.same({ { 1020, 1150 }, { 1000, 1200 } }, ranges(side_by_side))
  end)

  it("counts in one unit where panels share it", function()
    local long = plot.raster { times = { 6000 }, senders = { 1 }, window = { 0, 8000 } }
    local figure = plot.panels { plot.raster(fired, { histogram = true, bin = 50 }), long }
    assert.are.same({ { 0, 8 }, { 0, 8 }, { 0, 8 } }, ranges(figure))
    assert.equal("time (s)", figure.cells[1].panels[2].xlabel)
    assert.are.same({ 1.025, 1.075, 1.125, 1.175 }, figure.cells[1].panels[2].series[1].x)
    assert.equal(0.05, figure.cells[1].panels[2].series[1].bar)
    local own = plot.panels { plot.raster(fired, { xlabel = "time after all (ms)" }), long }
    assert.are.same({ { 0, 8000 }, { 0, 8 } }, ranges(own))
  end)
end)

describe("the rates of a raster", function()
  local sim = astro.Simulation { seed = 2, threads = 1 }
  local noise, parrots = sim:create("poisson_generator", { rate = 80 }), sim:create("parrot_neuron", 10)
  sim:connect(noise, parrots)
  local rec, node = sim:record(parrots), sim:create("spike_recorder")
  sim:connect(parrots, node)
  sim:simulate(130)
  local last = { times = { 10, 50 }, senders = { 1, 2 }, nodes = { ids = { 1, 2, 3 } }, window = { 0, 50 } }

  it("are those of analysis.rate_over_time", function()
    for _, case in ipairs { { rec, 100 }, { rec, 10 }, { rec, 7 }, { node, 13 }, { last, 10 }, { last, 25 }, { last, 20 } } do
      local signal = analysis.rate_over_time(case[1], { bin = case[2] })
      local rate = series(plot.raster(case[1], { histogram = true, bin = case[2] }), 2, 1)
      assert.are.same({ signal.times:totable(), signal.values:totable() }, { rate.x, rate.y })
    end
    local part = series(plot.raster(rec, { histogram = true, bin = 10, xrange = { 20, 70 } }), 2, 1)
    assert.are.same(analysis.rate_over_time(rec, { bin = 10, from = 20, to = 70 }).values:totable(), part.y)
    local beyond = series(plot.raster(last, { histogram = true, bin = 10, xrange = { -100, 100 } }), 2, 1)
    assert.are.same({ 5, 15, 25, 35, 45 }, beyond.x)
  end)

  it("have all spikes of the usual bins where these divide the window", function()
    for _, n in ipairs { 1, 4, 300 } do
      local times, senders = {}, {}
      for i = 1, n do times[i], senders[i] = 100 * i / n, 1 end
      local rate = series(plot.raster({ times = times, senders = senders, window = { 0, 100 } }, { histogram = true }), 2, 1)
      assert.is_true(rate.bar >= 1 and #rate.x >= 10)
      local sum = 0
      for _, y in ipairs(rate.y) do sum = sum + y * rate.bar / 1000 end
      assert.is_true(math.abs(sum - n) < 1e-9)
    end
  end)
end)

-- Cells in space.
local space = astro.Simulation { seed = 2 }
local placed = space:create("iaf_psc_alpha", nil, { V_m = { -70, -69, -68, -67, -66, -65 } },
  { positions = astro.space.grid { shape = { 3, 2 }, extent = { 3, 2 } } })
local stars = space:create("astrocyte_lr_1994", nil, {}, { positions = { { -1, 0 }, { 1, 0 } } })
space:connect(placed, placed, { rule = "all_to_all", mask = { circular = { radius = 1 } }, allow_autapses = false })
local placed_samples = space:record(placed, { "V_m" })
space:simulate(5)

describe("pictures of space", function()
  it("show places, values, connections and marks", function()
    local layer = series(plot.layer(placed), 1, 1)
    assert.same({ { -1, -1, 0, 0, 1, 1 }, { 0.5, -0.5, 0.5, -0.5, 0.5, -0.5 } }, { layer.x, layer.y })
    local figure = plot.map(placed, { values = { 1, 2, 3, 4, 5, 6 }, connections = space:connections { source = placed[1] }, marks = stars })
    local strokes, spots, marks = series(figure, 1, 1), series(figure, 1, 2), series(figure, 1, 3)
    assert.same({ { 1, 2, 3, 4, 5, 6 }, { -1, 1 } }, { spots.values, marks.x })
    assert.same({ { -1, -1 }, { -1, 0 }, { -0.5, 0.5 } }, { strokes.x, strokes.x2, strokes.y2 })
    assert.same({ 1, 6 }, figure.cells[1].panels[1].scale.range)
    assert.is_truthy(commands(figure):find("linecolor palette", 1, true))
  end)

  it("draw a connection across edges that meet in two strokes", function()
    local ring = astro.Simulation()
    local cells = ring:create("parrot_neuron", nil, {}, { positions = astro.space.grid { shape = { 4, 4 }, extent = { 4, 4 }, wrap = true } })
    ring:connect(cells[1], cells[13], "one_to_one")
    ring:connect(cells[1], cells[16], "one_to_one")
    ring:connect(cells[1], cells[5], "one_to_one")
    local figure = plot.map(cells, { connections = ring:connections() })
    local one = series(figure, 1, 1)
    local list = {}
    for i = 1, #one.x do list[i] = ("%g,%g %g,%g"):format(one.x[i], one.y[i], one.x2[i], one.y2[i]) end
    assert.same({ "-1.5,1.5 -2,1.5", "2,1.5 1.5,1.5", "-1.5,1.5 -2,2", "2,-2 1.5,-1.5", "-1.5,1.5 -0.5,1.5" }, list)
    assert.equal("16 parrot_neuron, 3 connections", figure.cells[1].title)
    local open = astro.Simulation()
    local row = open:create("parrot_neuron", nil, {}, { positions = astro.space.grid { shape = { 4, 4 }, extent = { 4, 4 } } })
    open:connect(row[1], row[13], "one_to_one")
    assert.equal(1, #series(plot.map(row, { connections = open:connections() }), 1, 1).x)
  end)

  it("give cells of one territory a colour", function()
    local owned = astro.Simulation()
    local cells = owned:create("aeif_cond_alpha_astro", nil, {}, { positions = { { -1, 0 }, { -0.9, 0 }, { 1, 0 }, { 5, 5 } } })
    local glia = owned:create("astrocyte_lr_1994", 2, {}, { positions = { { -1, 1 }, { 1, 1 } } })
    for i, j in ipairs { 1, 1, 2 } do owned:connect(glia[j], cells[i], "all_to_all", "sic_connection") end
    local figure = plot.map(cells, { territories = owned:connections { source = glia, target = cells } })
    local sizes = {}
    for i, one in ipairs(figure.cells[1].panels[1].series) do sizes[i] = #one.x end
    table.sort(sizes)
    assert.same({ 1, 1, 2 }, sizes)
  end)

  it("show the targets of a cell, with mask and probability", function()
    local figure = plot.targets(space, placed[1], placed, { mask = { circular = { radius = 1 } } })
    assert.same({ { -1, 0 }, { -0.5, 0.5 } }, { series(figure, 1, 3).x, series(figure, 1, 3).y })
    local image = series(plot.targets(space, placed[1], placed, { p = astro.space.linear { a = -1, c = 1 } }), 1, 1)
    for _, place in ipairs { { -1, 0.5, 1 }, { -0.5, 0.5, 0.5 }, { 1, 0.5, 0 } } do
      local row = image.rows[math.floor((place[2] - image.y[1]) / image.y[2] + 0.5) + 1]
      local value = row[math.floor((place[1] - image.x[1]) / image.x[2] + 0.5) + 1]
      assert.is_true(math.abs(value - place[3]) < 0.03, ("%g"):format(value))
    end
  end)

  it("show waves: time across, space upwards, or maps", function()
    local image = series(plot.wave(placed_samples, "V_m"), 1, 1)
    local events = placed_samples.events
    assert.same({ 3, 5 }, { #image.rows, #image.rows[1] })
    local sum = 0
    for i, t in ipairs(events.times) do
      if t == 3 and (events.senders[i] == 3 or events.senders[i] == 4) then sum = sum + events.V_m[i] end
    end
    assert.is_true(math.abs(image.rows[2][3] - sum / 2) < 1e-12)
    assert.equal(2, #plot.wave(placed_samples, "V_m", { times = { 1, 5 } }).cells)
    assert.equal(3, #series(plot.wave(placed_samples, "V_m", { along = "distance", origin = { 0, 0 }, bins = 3 }), 1, 1).rows)
  end)

  it("answer wrong calls", function()
    local bare = astro.Simulation():create("iaf_psc_alpha", 2)
    for pattern, call in pairs {
      ["have no positions"] = function() plot.layer(bare) end,
      ["there are 6 cells and 2 values"] = function() plot.map(placed, { values = { 1, 2 } }) end,
      ["connections must be Connections"] = function() plot.map(placed, { connections = 1 }) end,
      ["source must be one node"] = function() plot.targets(space, placed, placed) end,
      ["the recorder holds no 'V_n'"] = function() plot.wave(placed_samples, "V_n") end,
      ["along must be x, y or distance"] = function() plot.wave(placed_samples, "V_m", { along = "z" }) end,
    } do
      local done, problem = pcall(call)
      assert.is_false(done)
      assert.is_truthy(problem:find(pattern, 1, true), problem)
    end
  end)
end)

describe("plot.animate", function()
  local function count(text, words)
    local _, n = text:gsub(words, "")
    return n
  end

  it("writes a GIF of the samples, with one scale of colours", function()
    local animation = plot.animate(placed_samples, "V_m", { fps = 5 })
    assert.equal("Figure(animate: 5 frames)", tostring(animation))
    animation:save("a.gif")
    assert.equal("drawn", written["a.gif"])
    assert.is_truthy(drawn[1]:find("set terminal gif animate delay 20 loop 0 size 560,", 1, true))
    assert.equal(5, count(drawn[1], "\nset multiplot"))
    assert.equal(1, count(drawn[1], "set terminal"))
    local first = drawn[1]:match("set cbrange (%S+)")
    for range in drawn[1]:gmatch("set cbrange (%S+)") do assert.equal(first, range) end
    assert.is_truthy(drawn[1]:find("set label 'V_m of 6 iaf_psc_alpha, 3\u{A0}ms' at", 1, true))
  end)

  it("takes frames from a time, to a time, every so often", function()
    local function times(options)
      local list = {}
      for i, frame in ipairs(plot.animate(placed_samples, "V_m", options).frames) do list[i] = frame.cells[1].title:match(", (%d+)") end
      return table.concat(list, " ")
    end
    assert.equal("1 2 3 4 5", times())
    assert.equal("2 3 4", times { from = 2, to = 4 })
    assert.equal("1 3 5", times { every = 2 })
    assert.equal("2 5", times { from = 2, every = 3, title = "mine" })
  end)

  it("writes a PNG for each frame", function()
    plot.animate(placed_samples, "V_m"):save("a-%02d.png")
    for i = 1, 5 do assert.equal("drawn", written[("a-%02d.png"):format(i)]) end
    assert.is_nil(written["a-06.png"])
  end)

  it("of figures is as they are", function()
    local animation = plot.animate { plot.map(placed), plot.map(placed, { title = "last" }), fps = 2 }
    assert.is_truthy(animation:commands("a.gif"):find("delay 50 ", 1, true))
    animation:show("text")
    assert.is_truthy(shown_text:find("last", 1, true))
  end)

  it("answers wrong calls", function()
    local still = plot.map(placed)
    for message, call in pairs {
      ["animate: fps = 60 is too fast for a GIF (at most 50)"] = function() plot.animate(placed_samples, "V_m", { fps = 60 }) end,
      ["animate: there are no samples from 7 to 9 ms (they go from 1 to 5)"] = function() plot.animate(placed_samples, "V_m", { from = 7, to = 9 }) end,
      ["animate: from = 4 ms must be before to = 2 ms"] = function() plot.animate(placed_samples, "V_m", { from = 4, to = 2 }) end,
      ["animate: there is no option 'frm' (did you mean 'from'?)"] = function() plot.animate(placed_samples, "V_m", { frm = 1 }) end,
      ["animate: the recorder holds no 'V_n' (did you mean 'V_m'?)"] = function() plot.animate(placed_samples, "V_n") end,
      ["animate: number 2 must be a figure, got number 5"] = function() plot.animate { still, 5 } end,
      ["animate: figures have their own width; only fps is for all"] = function() plot.animate { still, width = 300 } end,
      ["animate: figure 2 is 300 pixels wide, and the first 560"] = function() plot.animate { still, plot.map(placed, { width = 300 }) } end,
      ["such as 'wave-%03d.png'; got 'a.png'"] = function() plot.animate({ still }):save("a.png") end,
      ["got '%s.gif'"] = function() plot.animate({ still }):save("%s.gif") end,
      ["got '%d-%d.png'"] = function() plot.animate({ still }):save("%d-%d.png") end,
      ["panels: number 1 is an animation, which stands alone"] = function() plot.panels { plot.animate { still } } end,
      ["cannot tell a picture format from 'a.gif'"] = function() still:save("a.gif") end,
    } do
      local done, problem = pcall(call)
      assert.is_false(done)
      assert.is_truthy(problem:find(message, 1, true), problem)
    end
  end)
end)

describe("what a kind of picture does not draw", function()
  local options = require "astro.plot.options"
  local sim = astro.Simulation { seed = 1 }
  local pre, glia = sim:create("aeif_cond_alpha_astro", 2), sim:create("astrocyte_lr_1994", 2)
  sim:connect(pre, pre)
  local g = analysis.spectrogram({ 1, 2, 3, 4 }, { interval = 1, segment = 2 })
  local calls = {
    raster = function(o) return plot.raster(spikes, o) end, traces = function(o) return plot.traces(samples, nil, o) end,
    lines = function(o) return plot.lines({ 1, 2 }, { 1, 2 }, o) end, histogram = function(o) return plot.histogram({ 1 }, o) end,
    matrix = function(o) return plot.matrix({ { 1 } }, o) end, correlation = function(o) return plot.correlation({ { 1 } }, o) end,
    spectrogram = function(o) return plot.spectrogram(g, o) end, degrees = function(o) return plot.degrees(sim, pre, pre, o) end,
    tripartite = function(o) return plot.tripartite(sim, pre, pre, glia, o) end,
    connectivity = function(o) return plot.connectivity(sim, pre, pre, o) end, phase_plane = function(o) return plot.phase_plane(pre[1], o) end,
    weights = function(o) return plot.weights({ times = { 1, 2 }, senders = { 1, 1 }, targets = { 2, 2 }, weight = { 3, 4 } }, o) end,
    stdp_window = function(o) return plot.stdp_window({ intervals = { -1, 1 }, change = { -1, 1 }, start = 1 }, o) end,
    panels = function(o)
      o[1] = plot.raster(spikes)
      return plot.panels(o)
    end,
    map = function(o) return plot.map(placed, o) end, layer = function(o) return plot.layer(placed, o) end,
    targets = function(o) return plot.targets(space, placed[1], placed, o) end,
    wave = function(o) return plot.wave(placed_samples, "V_m", o) end,
    animate = function(o) return plot.animate(placed_samples, "V_m", o) end,
  }

  it("is refused, with the list of what it takes", function()
    for _, kind in ipairs(options.KINDS) do
      local has = {}
      for _, row in ipairs(options.of(kind)) do has[#has + 1] = row[1] end
      table.sort(has)
      for _, row in ipairs(options.ROWS) do
        local taken = (" " .. row[3] .. " "):find(" " .. kind .. " ", 1, true)
        local done, problem = pcall(calls[kind], { [row[1]] = {} })
        assert.is_false(done and not taken)
        if not taken then assert.is_truthy(problem:find("(there are: " .. table.concat(has, ", ") .. ")", 1, true), problem) end
      end
    end
  end)

  it("is refused where it depends on other options or on the data", function()
    assert.has_error(function() plot.raster(spikes, { bin = 5 }) end)
    assert.has_error(function() plot.spectrogram(g, { overlap = 0.1 }) end)
    assert.has_error(function() plot.phase_plane(pre[1], { IP3 = 0.5 }) end)
    assert.has_error(function() plot.phase_plane(glia[1], { I = 5 }) end)
    assert.has_error(function() plot.lines({ 1, 2 }, { 1, 2 }, { logy = true, yrange = { 0, 1 } }) end)
  end)

  it("labels and ranges are drawn by all that take them", function()
    for _, kind in ipairs(options.KINDS) do
      for _, row in ipairs(options.of(kind)) do
        if row[1] == "xlabel" or row[1] == "ylabel" then
          assert.is_truthy(commands(calls[kind] { [row[1]] = "QQ" }):find("'QQ'", 1, true), kind .. " " .. row[1])
        elseif row[1] == "xrange" or row[1] == "yrange" then
          assert.is_truthy(commands(calls[kind] { [row[1]] = { 0.125, 0.875 } }):find("[0.125:0.875]", 1, true), kind .. " " .. row[1])
        end
      end
    end
  end)
end)

describe("lists of unequal length", function()
  it("are refused", function()
    assert.has_error(function() plot.raster { times = { 1, 2, 3 }, senders = { 1, 2 } } end)
    assert.has_error(function() plot.traces { times = { 1, 2, 3 }, senders = { 1, 2, 3 }, V_m = { 1, 2 } } end)
    assert.has_error(function() plot.spectrogram { times = { 1, 2 }, frequencies = { 0, 1 }, power = { { 1, 2 } } } end)
    assert.has_error(function() plot.lines({ 1, 2 }, { a = { { 1, 2 }, { 1 }, { 1, 2 } } }) end)
  end)
end)

describe("plot.lines of many points, on logarithmic axes", function()
  it("draws what is seen of them: highs, lows and gaps", function()
    local x, y = {}, {}
    for i = 1, 100000 do x[i], y[i] = i, math.sin(i) end
    y[31234], y[50000], y[70000] = 20, 0 / 0, -20
    local curve = series(plot.lines(x, y), 1, 1)
    assert.is_true(#curve.x <= 3000)
    local least, greatest, gaps = math.huge, -math.huge, 0
    for _, value in ipairs(curve.y) do
      least, greatest, gaps = math.min(least, value), math.max(greatest, value), gaps + (value ~= value and 1 or 0)
    end
    assert.are.same({ -20, 20, 1 }, { least, greatest, gaps })
    assert.equal(100000, #series(plot.lines(x, y, { points = true }), 1, 1).x)
  end)

  it("leaves out what has no place there, and says so", function()
    local figure = plot.lines({ 1, 2, 3, 4 }, { 1, 0, -5, 10 }, { logy = true, ylabel = "f" })
    local y = series(figure, 1, 1).y
    assert.are.same({ 1, 10 }, { y[1], y[4] })
    assert.is_true(y[2] ~= y[2] and y[3] ~= y[3])
    assert.equal("f (2 values of 0 or below not shown)", panels(figure)[1].ylabel)
    assert.equal("no values above 0", panels(plot.lines({ 1 }, { 0 }, { logy = true }))[1].empty)
    assert.are.same({ 1, 1 }, series(plot.lines({ 1, 2 }, { a = { { 1, 2 }, { -1, 1 }, { 3, 4 } } }, { logy = true }), 1, 1).low)
  end)
end)

describe("plot.degrees, plot.histogram", function()
  it("mark no degree below 0", function()
    local sim = astro.Simulation { seed = 1 }
    local nodes = sim:create("parrot_neuron", 3)
    sim:connect(nodes[1], nodes[2])
    for _, cell in ipairs(plot.degrees(sim, nodes, nodes).cells) do assert.is_true(cell.panels[1].xrange[1] > -1) end
  end)

  it("count as Vector:histogram does, and say what is left out", function()
    local values = {}
    for k = 0, 100 do values[k + 1] = k * 0.1 end
    local bars = series(plot.histogram(values, { bins = 100 }), 1, 1)
    assert.are.same(astro.vector(values):histogram(100):totable(), bars.y)
    assert.equal("Distribution of 1 of 3 values", plot.histogram({ 1, 0 / 0, 9 }, { xrange = { 0, 2 } }).cells[1].title)
  end)
end)
