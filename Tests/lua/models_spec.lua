-- The library of models as text, stdlib/astro/models: traces of the reference, and integrations of the same equations, written down a
-- second time, with a much shorter step.
local astro = require "astro"
local json, lfs = require "dkjson", require "lfs"

local LIBRARY <const> = "stdlib/astro/models/"
local REFERENCE <const> = { "Tests/Fixtures/reference/", "Tests/Fixtures/models/" }

local function definition(name) return assert(loadfile(LIBRARY .. name .. ".lua", "t"))() end

local function names_in(folder, pattern)
  local names = {}
  for file in lfs.dir(folder) do names[#names + 1] = file:match(pattern) end
  table.sort(names)
  return names
end

-- Models of cells; synapses have plasticity_spec.lua.
local NAMES <const> = {}
for _, name in ipairs(names_in(LIBRARY, "^([%w_]+)%.lua$")) do
  if not definition(name).on_pre then NAMES[#NAMES + 1] = name end
end

-- The model, under a name that no built-in model has.
local made = {}
local function text_model(name)
  if not made[name] then
    local text = definition(name)
    text.name = name .. "_text"
    made[name] = astro.model(text)
  end
  return made[name]
end

-- Names of models that a test was made for.
local tested = { aeif_psc_delta_clopath = "clopath_spec.lua", hh_psc_alpha_clopath = "clopath_spec.lua" }

local function is_one_of(list, value)
  for _, element in ipairs(list) do
    if element == value then return true end
  end
  return false
end

local function exists(path) return lfs.attributes(path, "mode") == "file" end

local function contents(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- Columns of a table by their names, and the names in order.
local function csv(path)
  local columns, names = {}, nil
  for line in io.lines(path) do
    if names then
      local c = 0
      for value in line:gmatch "[^,]+" do
        c = c + 1
        local column = columns[names[c]]
        column[#column + 1] = tonumber(value) or value
      end
    else
      names = {}
      for name in line:gmatch "[^,]+" do
        names[#names + 1], columns[name] = name, {}
      end
    end
  end
  return columns, names
end

local function largest(values)
  local size = 0
  for _, x in ipairs(values) do size = math.max(size, math.abs(x)) end
  return size
end

local function rounded(x) return math.floor(x + 0.5) end

-- Fails where a trace is further from the expected one than allowed(i), and says where that is worst.
local function assert_near(expected, got, allowed, what)
  assert.is_true(#got >= #expected, ("%s: %d samples of %d"):format(what, #got, #expected))
  local worst, where = 0, 1
  for i, x in ipairs(expected) do
    local ratio = math.abs(got[i] - x) / allowed(i)
    if ratio ~= ratio then ratio = math.huge end
    if ratio > worst then worst, where = ratio, i end
  end
  assert.is_true(worst <= 1, ("%s: sample %d is %.17g instead of %.17g, off by %.3g, allowed %.3g"):format(
    what, where, got[where], expected[where], math.abs(got[where] - expected[where]), allowed(where)))
end

-- ## Against the reference

-- How far a trace may be off: `abs` by quantity in its own unit, `rel` of the column's size for what has no number there. Near spikes it
-- is `near`; or, where the reference says how far it moves itself with an accurate integrator (`sensitivity`), 20 times that for V_m.
local EXACT <const> = { rel = 1e-9, abs = {} }
-- The same integrator with the same control of its substeps.
local SAME <const> = { rel = 1e-6, abs = { V_m = 1e-4 } }
-- The reference integrates these with an absolute tolerance of 1e-3, coarser than here.
local COARSE <const> = { rel = 1e-3, abs = { V_m = 0.02, g_ex = 1e-3, g_in = 1e-3, Act_m = 1e-3, Inact_h = 1e-3, Act_n = 1e-3 } }
-- It is worth 1.4 mV on the steep flanks of this model's spikes, or some microseconds.
local TRAUB <const> = { rel = 1e-3, abs = COARSE.abs, near = { V_m = 3, Act_m = 0.03, Inact_h = 0.03, Act_n = 0.03 } }
-- The reference approximates after-spike currents, and synaptic currents in the threshold (see notes of the model).
local GLIF <const> = { rel = 1e-9, abs = { V_m = 2e-3, threshold = 0.02, threshold_voltage = 0.02 } }
local ASTRO <const> = { rel = 1e-6, abs = { V_m = 1e-4, Ca_astro = 1e-8, IP3 = 1e-8, h_IP3R = 1e-8 } }

local SCENARIOS <const> = {
  m_iaf_psc_alpha = EXACT, m_iaf_psc_exp = EXACT, m_iaf_psc_equal_tau = EXACT, m_iaf_psc_delta = EXACT, m_izhikevich = EXACT,
  m_mat2_psc_exp = EXACT, m_amat2_psc_exp = EXACT,
  m_glif_psc = GLIF,
  m_iaf_cond_alpha = COARSE, m_iaf_cond_exp = COARSE, m_hh_psc_alpha = COARSE, m_hh_cond_exp_traub = TRAUB,
  m_aeif_cond_alpha = SAME, m_aeif_cond_exp = SAME, m_aeif_psc_alpha = SAME, m_aeif_psc_exp = SAME, m_aeif_psc_delta = SAME,
  m_ac_generator = SAME, m_parrot = SAME, m_tsodyks2 = SAME,
  aeif_adapt = SAME, aeif_burst = SAME, aeif_deltaT0 = SAME, aeif_regular_tref0 = SAME, aeif_regular_tref2 = SAME,
  aeif_spike_input = SAME, dt005_neuron = SAME, dt1_neuron = SAME, offgrid_times = SAME,
  astro_current_grid = ASTRO, astro_current_step = ASTRO, astro_free_100ms = ASTRO, astro_free_60s_osc = ASTRO,
  astro_spikes_20s_default = ASTRO, astro_spikes_20s_delta02 = ASTRO, dt05_astro = ASTRO,
  sic_converge = ASTRO, sic_delays_weights = ASTRO, sic_spiking = ASTRO,
}
-- Scenarios of the reference for synapses, without a cell of this library.
local OTHERS <const> = { "m_stdp" }

-- The model with the slow inward current is the one without, since all have it here.
local function library_name(model) return model == "aeif_cond_alpha_astro" and "aeif_cond_alpha" or model end

local function folder_of(name)
  for _, folder in ipairs(REFERENCE) do
    if exists(folder .. name .. ".json") then return folder end
  end
end

local function parameters(given)
  local params = {}
  for name, value in pairs(given or {}) do params[name] = type(value) == "boolean" and (value and 1 or 0) or value end
  return params
end

-- What a scenario's specification says, with models as text; its recorders: `traces` of quantities by "node.quantity", `spikes` by node.
local function run(scenario)
  local sim = astro.Simulation { resolution = scenario.resolution_ms, seed = 1, threads = 1 }
  local nodes, traces, spikes = {}, {}, {}
  for _, node in ipairs(scenario.nodes) do
    assert(node.n == nil or node.n == 1, "scenarios here have single nodes")
    local name = library_name(node.model)
    local model = is_one_of(NAMES, name) and text_model(name) or node.model
    nodes[node.name] = sim:create(model, 1, parameters(node.params))
  end
  for _, c in ipairs(scenario.connections or {}) do
    local synapse = parameters(c.params)
    synapse.synapse_model, synapse.weight, synapse.delay = c.synapse_model, c.weight, c.delay_ms
    synapse.receptor_type = c.receptor_type
    sim:connect(nodes[c.source], nodes[c.target], "all_to_all", synapse)
  end
  for _, r in ipairs(scenario.record) do
    traces[r.node] = sim:record(nodes[r.node], r.quantities, { interval = r.interval_ms })
  end
  for _, name in ipairs(scenario.spikes_from or {}) do spikes[name] = sim:record(nodes[name]) end
  sim:simulate(scenario.sim_time_ms)
  return traces, spikes
end

local function steps(times, resolution)
  local list = {}
  for i, t in ipairs(times) do list[i] = rounded(t / resolution) end
  table.sort(list)
  return list
end

-- Steps of the reference's spikes, by node.
local function reference_steps(scenario, folder)
  local result = {}
  for _, name in ipairs(scenario.spikes_from or {}) do result[name] = {} end
  if not scenario.files.spikes_csv then return result end
  local columns = csv(folder .. scenario.files.spikes_csv)
  for i, sender in ipairs(columns.sender) do table.insert(result[sender], columns.time_ms[i]) end
  for name, times in pairs(result) do result[name] = steps(times, scenario.resolution_ms) end
  return result
end

-- Whether a sample is within 1 ms before and 2 ms after a spike: there the upstroke makes a small error a large one.
local function near_spikes(times, spike_steps, resolution)
  local near, first = {}, 1
  for i, t in ipairs(times) do
    while spike_steps[first] and spike_steps[first] * resolution + 2 < t do first = first + 1 end
    near[i] = spike_steps[first] and spike_steps[first] * resolution - 1 <= t or false
  end
  return near
end

local function allowed_by(tolerance, scenario, column, expected, near)
  local quantity = column:match "%.(.*)$"
  local usual = tolerance.abs[quantity] or math.max(tolerance.rel * largest(expected), 1e-300)
  local sensitivity = scenario.sensitivity and scenario.sensitivity.max_abs_change[column] or 0
  local at_spike = tolerance.near and tolerance.near[quantity] or quantity == "V_m" and math.max(usual, 20 * sensitivity) or usual
  return function(i) return near[i] and at_spike or usual end
end

local function check_traces(scenario, folder, tolerance, traces, spike_steps)
  if not scenario.files.csv then return end
  local has_text = {}
  for _, node in ipairs(scenario.nodes) do has_text[node.name] = is_one_of(NAMES, library_name(node.model)) end
  local columns, names = csv(folder .. scenario.files.csv)
  for _, column in ipairs(names) do
    local node, quantity = column:match "^([%w_]+)%.(.*)$"
    if has_text[node] then
      local got, expected = traces[node].events[quantity]:totable(), columns[column]
      local near = near_spikes(columns.time_ms, spike_steps[node] or {}, scenario.resolution_ms)
      assert_near(expected, got, allowed_by(tolerance, scenario, column, expected, near), column)
    end
  end
end

describe("models as text against the reference:", function()
  local scenarios = {}
  for name in pairs(SCENARIOS) do scenarios[#scenarios + 1] = name end
  table.sort(scenarios)
  for _, name in ipairs(scenarios) do
    local folder = folder_of(name)
    local scenario = json.decode(contents(folder .. name .. ".json"), 1, nil, nil)
    for _, node in ipairs(scenario.nodes) do tested[library_name(node.model)] = true end

    it(name, function()
      local traces, spikes = run(scenario)
      local expected = reference_steps(scenario, folder)
      for node, recorder in pairs(spikes) do
        assert.are.same(expected[node], steps(recorder.events.times:totable(), scenario.resolution_ms), node .. ": steps of spikes")
      end
      check_traces(scenario, folder, SCENARIOS[name], traces, expected)
    end)
  end

  it("every trace of a model is compared", function()
    for _, folder in ipairs(REFERENCE) do
      for _, name in ipairs(names_in(folder, "^(m_[%w_]+)%.json$")) do
        assert.is_true(SCENARIOS[name] ~= nil or is_one_of(OTHERS, name), name)
      end
    end
  end)
end)

-- ## Against a fine integration

-- The same calcium for all astrocytes: rates of C and h from C, h, I, in uM and s.
local function li_rinzel(p, C, h, I)
  local m = I / (I + 0.13) * C / (C + p.d_5)
  local q = p.d_2 * (I + 0.13) / (I + 0.9434)
  local outward = 2 - (1 + p.rho) * C
  return 6 * (m * h) ^ 3 * outward + p.leak * outward - 0.9 * C ^ 2 / (C ^ 2 + p.K ^ 2), 0.2 * (q - (q + C) * h)
end

local function production(C, I, p) return p.delta / (1 + I / 1.5) * C ^ 2 / (C ^ 2 + p.K_delta ^ 2) end
local function degradation(C, I, p) return p.kinase * C ^ 4 / (C ^ 4 + p.K_D ^ 4) * I / (I + 1) + p.phosphatase * I end

local DE_PITTA <const> = {
  d_2 = 1.049, d_5 = 0.08234, rho = 0.185, leak = 0.11, K = 0.1, delta = 0.02, K_delta = 0.1, kinase = 2, K_D = 0.7, phosphatase = 0.04,
}
local STIMBERG <const> = {
  d_2 = 1.05, d_5 = 0.08, rho = 0.18, leak = 0.1, K = 0.05, delta = 0.6, K_delta = 0.1, kinase = 4.5, K_D = 0.7, phosphatase = 0.05,
  beta = 3.2, F = 0.2, bias = 0.1,
}
-- y: C, h, I, Gamma_A, Y_S (uM), x_A, G_A (uM).
local function g_chi(p)
  return function(y, d, I_ex)
    local C, h, I, gamma, Y = y[1], y[2], y[3], y[4], y[5]
    d[1], d[2] = li_rinzel(p, C, h, I)
    local difference = p.bias - I
    local flow = p.F / (1 + math.exp(-2 * (math.abs(difference) - 0.3) / 0.05))
    d[3] = p.beta * gamma + production(C, I, p) - degradation(C, I, p) + (difference < 0 and -flow or flow) + I_ex
    d[4] = 0.3 * Y * (1 - gamma) - 0.5 * (1 + 10 * C / (C + 0.5)) * gamma
    d[5], d[6], d[7] = -40 * Y, 0.6 * (1 - y[6]), -60 * y[7]
    for i = 1, 7 do d[i] = d[i] / 1000 end
  end
end

local function release(y)
  y[7] = y[7] + 6.5e-4 * 200e3 * 0.6 * y[6]
  y[6] = 0.4 * y[6]
end

local function exprel(x) return x == 0 and 1 or (math.exp(x) - 1) / x end

-- Each case: a model with parameters, a current in a window (pA, or what the input takes), spikes that arrive, all with a delay of 1 ms;
-- `names` of what is recorded; the same in plain numbers: `start`, `slopes(y, d, current)` per ms, `arrive(y, weight)`, `above(y)`, which
-- an event is the rise of, and `act(y)`. What is recorded may be off by `tolerance` of its size.
local CASES <const> = {
  {
    model = "fitzhugh_nagumo", params = { I_e = 0.1 }, resolution = 0.1, time = 120, fine = 100, tolerance = 5e-5,
    current = { 0.35, 20, 90 }, spikes = { 5, 100, 101 }, weight = 0.9,
    names = { "v", "w", "I_syn" }, start = { -1.19941, -0.62426, 0 },
    slopes = function(y, d, I)
      d[1] = y[1] - y[1] ^ 3 / 3 - y[2] + 0.1 + I + y[3]
      d[2] = (y[1] + 0.7 - 0.8 * y[2]) / 12.5
      d[3] = -y[3] / 2
    end,
    arrive = function(y, weight) y[3] = y[3] + weight end,
    above = function(y) return y[1] > 1 end,
  },
  {
    model = "morris_lecar", params = { I_e = 7000 }, resolution = 0.1, time = 300, fine = 100, tolerance = 1e-5,
    current = { 3000, 50, 250 }, spikes = { 20, 21, 130 }, weight = 400,
    names = { "V_m", "n", "g_ex" }, start = { -60.855, 0.0149, 0 },
    slopes = function(y, d, I)
      local V, n, g = y[1], y[2], y[3]
      local m = 0.5 + 0.5 * (1 - 2 / (math.exp(2 * (V + 1.2) / 18) + 1))
      local n_inf = 1 / (1 + math.exp(-2 * (V - 2) / 30))
      local x = (V - 2) / 60
      d[1] = (-4.4 * m * (V - 120) - 8 * n * (V + 84) - 2 * (V + 60) + (7000 + I - g * V) / 100) / 20
      d[2] = 0.04 * (math.exp(x) + math.exp(-x)) / 2 * (n_inf - n)
      d[3] = -g / 2
    end,
    arrive = function(y, weight) y[3] = y[3] + weight end,
    above = function(y) return y[1] > 0 end,
  },
  {
    model = "wang_buzsaki", params = { I_e = 50 }, resolution = 0.05, time = 150, fine = 50, tolerance = 2e-4,
    current = { 100, 20, 120 }, spikes = { 10, 60, 130 }, weight = -30,
    names = { "V_m", "h", "n", "g_in" }, start = { -64, 0.78, 0.09, 0 },
    slopes = function(y, d, I)
      local V, h, n, g = y[1], y[2], y[3], y[4]
      local a_m, b_m = 1 / exprel(-0.1 * (V + 35)), 4 * math.exp(-(V + 60) / 18)
      local m = a_m / (a_m + b_m)
      d[1] = -35 * m ^ 3 * h * (V - 55) - 9 * n ^ 4 * (V + 90) - 0.1 * (V + 65) + (50 + I - g * (V + 75)) / 100
      d[2] = 5 * (0.07 * math.exp(-(V + 58) / 20) * (1 - h) - h / (math.exp(-0.1 * (V + 28)) + 1))
      d[3] = 5 * (0.1 / exprel(-0.1 * (V + 34)) * (1 - n) - 0.125 * math.exp(-(V + 44) / 80) * n)
      d[4] = -g / 10
    end,
    arrive = function(y, weight) y[4] = y[4] - weight end,
    above = function(y) return y[1] > 0 end,
  },
  {
    model = "hh_cond_exp_traub", params = { I_e = 110 }, resolution = 0.05, time = 100, fine = 50, tolerance = 2e-4,
    current = { 150, 20, 80 }, spikes = { 10, 52.3 }, weight = 15,
    names = { "V_m", "Act_m", "Inact_h", "Act_n", "g_ex" },
    start = { -60, 9.895563096746586e-09, 0.999999999106396, 2.551577051602551e-07, 0 },
    slopes = function(y, d, I)
      local V, m, h, n, g = table.unpack(y, 1, 5)
      local U = V + 63
      d[1] = (20000 * m ^ 3 * h * (50 - V) + 6000 * n ^ 4 * (-90 - V) + 10 * (-60 - V) - g * V + 110 + I) / 200
      local a_m, b_m = 0.32 * (13 - U) / (math.exp((13 - U) / 4) - 1), 0.28 * (U - 40) / (math.exp((U - 40) / 5) - 1)
      local a_h, b_h = 0.128 * math.exp((17 - U) / 18), 4 / (1 + math.exp((40 - U) / 5))
      local a_n, b_n = 0.032 * (15 - U) / (math.exp((15 - U) / 5) - 1), 0.5 * math.exp((10 - U) / 40)
      d[2], d[3], d[4], d[5] = a_m - (a_m + b_m) * m, a_h - (a_h + b_h) * h, a_n - (a_n + b_n) * n, -g / 5
    end,
    arrive = function(y, weight) y[5] = y[5] + weight end,
  },
  {
    model = "li_rinzel", params = {}, resolution = 1, time = 40000, fine = 4, tolerance = 1e-8, interval = 100,
    current = { 0.01, 10000, 12000 }, spikes = { 3000, 25000 }, weight = 0.7,
    names = { "C", "h", "I" }, start = { 0.1, 0.8, 0.5 },
    slopes = function(y, d, I_ex)
      d[1], d[2] = li_rinzel(DE_PITTA, y[1], y[2], y[3])
      d[1], d[2], d[3] = d[1] / 1000, d[2] / 1000, (0.5 - y[3]) / 7142 + I_ex / 1000
    end,
    arrive = function(y, weight) y[3] = y[3] + 0.1 * weight end,
  },
  {
    model = "chi", params = {}, resolution = 1, time = 40000, fine = 4, tolerance = 1e-8, interval = 100,
    current = { 0.1, 1000, 15000 }, spikes = { 3000, 25000 }, weight = 5,
    names = { "C", "h", "I" }, start = { 0.1, 0.8, 0.16 },
    slopes = function(y, d, I_ex)
      d[1], d[2] = li_rinzel(DE_PITTA, y[1], y[2], y[3])
      d[3] = production(y[1], y[3], DE_PITTA) - degradation(y[1], y[3], DE_PITTA) + I_ex
      for i = 1, 3 do d[i] = d[i] / 1000 end
    end,
    arrive = function(y, weight) y[3] = y[3] + 0.1 * weight end,
  },
  {
    model = "g_chi", params = { F_ex = 0.2, I_bias = 0.1 }, resolution = 1, time = 20000, fine = 4, tolerance = 1e-6, interval = 50, event = "release",
    current = { 0.05, 1000, 3000 }, spikes = { 500, 2000, 4000, 4010, 8000, 11000, 15000 }, weight = 300,
    names = { "C", "h", "I", "Gamma_A", "x_A" }, columns = { 1, 2, 3, 4, 6 }, start = { 0.01, 0.9, 0.01, 0, 0, 1, 0 },
    slopes = g_chi(STIMBERG),
    arrive = function(y, weight) y[5] = y[5] + weight end,
    above = function(y) return y[1] > 0.5 end,
    act = release,
  },
}

-- Classical Runge-Kutta, `count` steps that make up h.
local function rk4(slopes, y, current, h, count)
  local n, d, z, sum = #y, {}, {}, {}
  local part = h / count
  local function stage(weight, ahead)
    slopes(z, d, current)
    for i = 1, n do
      sum[i] = sum[i] + weight * d[i]
      z[i] = y[i] + ahead * d[i]
    end
  end
  for _ = 1, count do
    for i = 1, n do z[i], sum[i] = y[i], 0 end
    stage(1, part / 2)
    stage(2, part / 2)
    stage(2, part)
    stage(1, 0)
    for i = 1, n do y[i] = y[i] + part / 6 * sum[i] end
  end
end

-- A case in plain Lua, step by step in the order that all models have: samples, and steps of its events.
local function integrate(case)
  local h = case.resolution
  local y, columns, events = table.pack(table.unpack(case.start)), {}, {}
  y.n = nil
  for i = 1, #case.names do columns[i] = {} end
  local arrivals = {}
  for _, t in ipairs(case.spikes) do arrivals[rounded((t + 1) / h)] = case.weight end
  local amplitude, start, stop = table.unpack(case.current)
  local was_above = case.above and case.above(y)
  local every = rounded((case.interval or h) / h)
  for step = 1, rounded(case.time / h) do
    local is_on = step > rounded((start + 1) / h) and step <= rounded((stop + 1) / h)
    rk4(case.slopes, y, is_on and amplitude or 0, h, case.fine)
    if arrivals[step] then case.arrive(y, arrivals[step]) end
    if case.above then
      local is_above = case.above(y)
      if is_above and not was_above then
        events[#events + 1] = step
        if case.act then case.act(y) end
      end
      was_above = is_above
    end
    if step % every == 0 then
      for i, column in ipairs(columns) do column[#column + 1] = y[case.columns and case.columns[i] or i] end
    end
  end
  return columns, events
end

local function run_case(case)
  local sim = astro.Simulation { resolution = case.resolution, seed = 1, threads = 1 }
  local cell = sim:create(text_model(case.model), 1, case.params)
  local amplitude, start, stop = table.unpack(case.current)
  local synapse = { weight = case.weight, delay = 1.0 }
  sim:connect(sim:create("spike_generator", { spike_times = case.spikes }), cell, "all_to_all", synapse)
  local current = sim:create("dc_generator", { amplitude = amplitude, start = start, stop = stop })
  sim:connect(current, cell, "all_to_all", { weight = 1.0, delay = 1.0 })
  local traces = sim:record(cell, case.names, { interval = case.interval or case.resolution })
  local events = case.above and sim:record(cell, nil, case.event and { event = case.event } or nil)
  sim:simulate(case.time)
  return traces.events, events and events.events.times:totable()
end

describe("models as text against a fine integration:", function()
  for _, case in ipairs(CASES) do
    tested[case.model] = true
    it(case.model, function()
      local expected, expected_events = integrate(case)
      local traces, events = run_case(case)
      if events then
        assert.is_true(#expected_events >= 2, "the case has events")
        assert.are.same(expected_events, steps(events, case.resolution))
      end
      for i, name in ipairs(case.names) do
        local allowed = case.tolerance * largest(expected[i])
        assert_near(expected[i], traces[name]:totable(), function() return allowed end, name)
      end
    end)
  end
end)

-- ## Against what is known

describe("models as text against what is known:", function()
  it("li_rinzel is the calcium of the reference's astrocyte", function()
    local sim = astro.Simulation { resolution = 1.0, seed = 1, threads = 1 }
    local cell = sim:create(text_model "li_rinzel", 1, { C = 0.073, h = 0.793, I = 0.5, I_0 = 0.5 })
    local traces = sim:record(cell, { "C", "h" }, { interval = 20 })
    sim:simulate(60000)
    local columns = csv "Tests/Fixtures/reference/astro_free_60s_osc.csv"
    local function allowed() return 1e-7 end
    assert_near(columns["astro.Ca_astro"], traces.events.C:totable(), allowed, "C")
    assert_near(columns["astro.h_IP3R"], traces.events.h:totable(), allowed, "h")
  end)

  -- Example 2 of Stimberg et al. (2019), run with Brian2: a synapse with 0.5 spikes a second, 0.5 mM each; Euler steps of 1 ms, but exact
  -- ones for the transmitter, so that Euler steps have to lose the same.
  it("g_chi in Euler steps has the calcium peaks of Stimberg's second example", function()
    local text = definition "g_chi"
    text.name, text.method = "g_chi_euler", "euler"
    local sim = astro.Simulation { resolution = 1.0, seed = 1, threads = 1 }
    local cell = sim:create(astro.model(text), 1, {
      K_P = 0.1, O_delta = 0.2, K_delta = 0.3, Omega_5P = 0.1, K_D = 0.5, O_beta = 5, F_ex = 0.09, C = 0, I = 0,
      Omega_c = (1 - math.exp(-40 * 0.001)) / 0.001,
    })
    local spike_times, phase = {}, 0
    for step = 1, 29000 do
      phase = phase + 0.5 * 0.001
      if phase > 1 then spike_times[#spike_times + 1], phase = step - 1, 0 end
    end
    sim:connect(sim:create("spike_generator", { spike_times = spike_times }), cell, "all_to_all", { weight = 500, delay = 1.0 })
    local releases = sim:record(cell, nil, { event = "release" })
    local traces = sim:record(cell, { "C", "I" }, { interval = 10000 })
    sim:simulate(29500)
    assert.are.same({ 2444, 7612, 12160, 16612, 20811, 24884, 28907 }, steps(releases.events.times:totable(), 1.0))
    assert.is_true(math.abs(traces.events.C[1] - 0.312002) < 1e-6)
    assert.is_true(math.abs(traces.events.I[1] - 0.188823) < 1e-6)
  end)

  tested.li_rinzel_stochastic = true
  local STANDING <const> = { Omega_C = 0, Omega_L = 0, O_P = 0, C = 0.2, I = 0.4, I_0 = 0.4 }

  it("li_rinzel_stochastic without noise is forward Euler for li_rinzel", function()
    local sim = astro.Simulation { resolution = 1.0, seed = 1, threads = 1 }
    local cell = sim:create(text_model "li_rinzel_stochastic", 1, { N = 1e40, I_0 = 0.5, I = 0.5 })
    local traces = sim:record(cell, { "C", "h" }, { interval = 100 })
    sim:simulate(20000)
    local C, h, expected = 0.1, 0.8, { {}, {} }
    for step = 1, 20000 do
      local dC, dh = li_rinzel(DE_PITTA, C, h, 0.5)
      C, h = C + dC / 1000, h + dh / 1000
      if step % 100 == 0 then table.insert(expected[1], C) table.insert(expected[2], h) end
    end
    assert_near(expected[1], traces.events.C:totable(), function() return 1e-9 end, "C")
    assert_near(expected[2], traces.events.h:totable(), function() return 1e-9 end, "h")
  end)

  it("li_rinzel_stochastic has the mean and variance of N independent receptors", function()
    local N, count = 500, 4000
    local q = 1.049 * (0.4 + 0.13) / (0.4 + 0.9434)
    local mean = q / (q + 0.2)
    local variance = mean * (1 - mean) / N
    local params = { N = N, h = mean }
    for name, value in pairs(STANDING) do params[name] = value end
    local sim = astro.Simulation { resolution = 10.0, seed = 11, threads = 2 }
    local cells = sim:create(text_model "li_rinzel_stochastic", count, params)
    -- the slowest part of h decays with 1/(O_2 (q + C)), some 8 s
    sim:simulate(60000)
    local h = cells:get "h"
    local off = math.abs(h:mean() - mean) / math.sqrt(variance / count)
    assert.is_true(off < 5, ("the mean is %.2f standard errors off"):format(off))
    local ratio = h:std() ^ 2 / variance
    assert.is_true(math.abs(ratio - 1) < 5 * math.sqrt(2 / count) + 2e-3, ("the variance is %.3f times the binomial one"):format(ratio))
  end)
end)

-- ## What every file holds

describe("stdlib/astro/models:", function()
  it("every model is tested here", function()
    assert.is_true(#NAMES >= 24)
    for _, name in ipairs(NAMES) do assert.is_true(tested[name] ~= nil, name .. " has no test in models_spec.lua") end
  end)

  for _, name in ipairs(NAMES) do
    it(name .. " says what it is, and what each of its rows means", function()
      local model = definition(name)
      assert.equal(name, model.name)
      assert.is_truthy(model.summary:find "%.$")
      assert.is_truthy(table.concat(model.references, "\n"):find "doi:10%.")
      for _, rows in ipairs { model.parameters, model.state } do
        for _, row in ipairs(rows) do
          assert.is_true(type(row[3]) == "string" and #row[3] > 0, row[1])
          assert.is_true(type(row[2]) == "number" or type(row[2]) == "string", row[1])
        end
      end
      local head = contents(LIBRARY .. name .. ".lua")
      assert.is_truthy(head:find "^%-%- [^\n]+%.\n%-%- Source: [^\n]*doi:10%.[^\n]*\nreturn {\n")
    end)

    it(name .. " can be made, and has its parameters in help", function()
      local model, own = text_model(name), definition(name)
      local sim = astro.Simulation { seed = 1 }
      assert.equal(3, #sim:create(model, 3))
      local rows = {}
      for _, row in ipairs(astro.models(name .. "_text").params) do rows[row.name] = row end
      for _, row in ipairs(own.parameters) do
        assert.is_truthy(rows[row[1]], row[1])
        assert.equal(row[3], rows[row[1]].meaning)
      end
      for _, row in ipairs(own.state) do assert.is_truthy(rows[row[1]], row[1]) end
    end)

    if definition(name).kind ~= "astrocyte" then
      it(name .. " takes a slow inward current", function()
        local sim = astro.Simulation { resolution = 0.1, seed = 1 }
        local glia = sim:create("astrocyte_lr_1994", { Ca_astro = 0.5, IP3 = 1.2 })
        local cell = sim:create(text_model(name))
        sim:connect(glia, cell, "one_to_one", { synapse_model = "sic_connection", weight = 1.0, delay = 1.0 })
        local current = sim:record(cell, { "I_SIC" }, { interval = 0.1 })
        local calcium = sim:record(glia, { "Ca_astro" }, { interval = 0.1 })
        sim:simulate(3)
        local I, Ca = current.events.I_SIC, calcium.events.Ca_astro
        for i = 1, 10 do assert.equal(0, I[i]) end
        for i = 11, 30 do
          local expected = math.log(1000 * (Ca[i - 10] - 0.19669))
          assert.is_true(math.abs(I[i] - expected) < 1e-9, ("I_SIC[%d] is %.17g instead of %.17g"):format(i, I[i], expected))
        end
      end)
    end
  end
end)
