-- astro.Simulation { spikes = }: when within a step adaptive exponential neurons are reset.

local astro = require "astro"

--- A neuron driven by a constant current for `ms`; its simulation, spikes and potentials.
local function driven(options, params, ms)
  local sim = astro.Simulation(options)
  local cell = sim:create("aeif_cond_alpha", params)
  local spikes, traces = sim:record(cell), sim:record(cell, { "V_m", "w" }, { interval = 0.1 })
  sim:simulate(ms)
  return sim, spikes, traces
end

describe("moments of spikes", function()
  it("are exact unless the reference's are asked for", function()
    assert.equal("exact", astro.Simulation {}.spikes)
    assert.equal("reference", astro.Simulation { spikes = "reference" }.spikes)
  end)

  it("refuse other names", function()
    assert.has_error(function() astro.Simulation { spikes = "exakt" } end,
      "Simulation: spikes: there is no 'exakt' (did you mean 'exact'?)")
    assert.has_error(function() astro.Simulation { spikes = "nest" } end,
      "Simulation: spikes: there is no 'nest' (there are: exact, reference)")
    assert.has_error(function() astro.Simulation { spikes = true } end)
  end)

  it("differ by the reference's error where the upstroke is steep", function()
    local _, exact, a = driven({}, { I_e = 1000 }, 100)
    local _, reference, b = driven({ spikes = "reference" }, { I_e = 1000 }, 100)
    assert.equal(6, exact.n_events)
    assert.is_true(exact.events.times == reference.events.times)
    local off = (a.events.w - b.events.w):map(math.abs):max()
    assert.is_true(off > 1e-7 and off < 1e-4, "w differs by " .. off .. " pA")
  end)

  -- C_m V' = -g_L (V - E_L) + I with a = b = 0: from E_L to V_th in tau ln(x / (x - d)), from V_reset likewise
  it("are those of the closed form without an upstroke", function()
    local C_m, g_L, E_L, V_th, V_reset, I = 281, 30, -70.6, -50.4, -60, 800
    local tau, V_end = C_m / g_L, E_L + I / g_L
    local first = tau * math.log((V_end - E_L) / (V_end - V_th))
    local period = tau * math.log((V_end - V_reset) / (V_end - V_th))
    local _, spikes, traces = driven({}, { Delta_T = 0, a = 0, b = 0, I_e = I }, 200)
    local times = spikes.events.times
    assert.is_true(#times > 15)
    for k = 1, #times do
      local moment = first + (k - 1) * period
      assert.near(math.ceil(moment / 0.1) * 0.1, times[k], 1e-9)
      -- the potential at the end of the step tells the moment
      local step = math.ceil(moment / 0.1)
      local V = V_end + (V_reset - V_end) * math.exp(-(step * 0.1 - moment) / tau)
      assert.near(V, traces.events.V_m[step], 1e-6)
    end
  end)

  -- b raises w at the moment of the spike, and a V that only touches its threshold is one, too
  it("see a threshold that is reached within a step and left again", function()
    local function count(V_th)
      local sim = astro.Simulation {}
      local cell = sim:create("aeif_cond_alpha", { Delta_T = 0, V_th = V_th, V_peak = 0, tau_syn_ex = 0.2 })
      local input = sim:create("spike_generator", { spike_times = { 1.0 } })
      sim:connect(input, cell, "one_to_one", { weight = 200, delay = 1.0 })
      local spikes, traces = sim:record(cell), sim:record(cell, { "V_m" }, { interval = 0.1 })
      sim:simulate(10)
      return spikes.n_events, traces.events.V_m:max()
    end
    local none, highest = count(0)
    assert.equal(0, none)
    -- between two samples the potential is higher than at both
    assert.equal(1, (count(highest + 1e-6)))
    assert.equal(0, (count(highest + 0.5)))
  end)

  it("end in time where the reset is above the threshold", function()
    for _, spikes in ipairs { "exact", "reference" } do
      local params = { Delta_T = 0, V_th = -60, V_reset = -55, V_peak = 0, I_e = 900 }
      local _, rec = driven({ spikes = spikes }, params, 20)
      assert.is_true(rec.n_events > 50 and rec.n_events < 300, spikes .. ": " .. rec.n_events)
      params.t_ref = 1
      local _, rests = driven({ spikes = spikes }, params, 20)
      assert.is_true(rests.n_events > 5 and rests.n_events <= 20, spikes .. ": " .. rests.n_events)
    end
  end)

  it("are the checkpoint's after load", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    for _, spikes in ipairs { "exact", "reference" } do
      local whole = driven({ spikes = spikes }, { I_e = 1000 }, 60)
      local sim = driven({ spikes = spikes }, { I_e = 1000 }, 33.3)
      sim:save(path)
      local loaded = astro.load(path)
      assert.equal(spikes, loaded.spikes)
      loaded:simulate(26.7)
      assert.equal(whole:fingerprint(), loaded:fingerprint())
    end
  end)
end)
