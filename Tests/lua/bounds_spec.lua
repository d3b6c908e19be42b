-- What a model's page says is allowed is what is enforced: a value at the end of its range, or just inside, is taken, one just
-- outside refused. A new model or parameter joins by existing.
local astro = require "astro"

local TINY = 5e-324

-- By the beginning of the range: values that are taken, and values that are refused.
local RANGES = {
  { "^> 0", { 1e-3, 1000 }, { 0, -TINY, -1, 0 / 0, 1 / 0 } },
  { "^>= 0", { 0 }, { -TINY, -1, 0 / 0, 1 / 0 } },
  { "^0 to 1", { 0, 1 }, { -TINY, 1 + 2.3e-16, 0 / 0 } },
  { "^any finite number", { 0.5 }, { 0 / 0, 1 / 0, -1 / 0 } },
  { "^any number or infinity", { 0 }, { 0 / 0 } },
  { "^a whole number from 1 to 65535", { 1, 65535 }, { 0, 1.5, 65536, 0 / 0, 1 / 0 } },
  { "^a whole number from 1 to 1000000", { 1, 1000000 }, { 0, 1.5, 1000001, 0 / 0, 1 / 0 } },
  { "^true or false", { 0, 1 }, { 2, -1, 0.5, 0 / 0 } },
  { "^1 to 65535 steps", { 0.1, 6553.5 }, { 0, 0.04, -1, 6553.6, 0 / 0, 1 / 0 } },
}

-- What depends on other values: these are taken, and these refused.
local CONDITIONS = {
  ["below V_peak"] = { { V_reset = -1e-9 }, { V_reset = 0 } },
  ["at most V_peak"] = { { V_th = 0 }, { V_th = 1e-9 } },
  ["above V_reset, at least V_th"] = { { V_peak = -50.4 }, { V_peak = -50.5 } },
  ["(V_peak - V_th)/Delta_T below 663.73 if it is not 0"] = { { Delta_T = 50.4 / 663.7 }, { Delta_T = 50.4 / 663.74 } },
  ["x + y at most 1"] = { { x = 0.25, y = 0.75 }, { x = 0.25, y = 0.7500001 } },
  ["on the grid"] = { { start = 0.1, stop = 0.1, origin = 0.3 }, { start = 0.05 }, { origin = 0.05 } },
  ["at most stop"] = { { start = 3, stop = 3 }, { start = 3.1, stop = 3 } },
  ["at most std"] = { { std = 2, std_mod = 2 }, { std = 2, std_mod = 2.0000001 } },
}

local function is_synapse(model) return model.kind == "synapse" end

local function try(model, settings)
  local sim = astro.Simulation { threads = 1 }
  if not is_synapse(model) then return pcall(sim.create, sim, model.name, 1, settings) end
  local is_signal = model.name == "sic_connection" or model.name == "signal_connection"
  local source = sim:create(is_signal and "astrocyte_lr_1994" or "parrot_neuron")
  local is_followed = model.name == "clopath_synapse"
  local target = sim:create(is_signal and "aeif_cond_alpha_astro" or is_followed and "hh_psc_alpha_clopath" or "parrot_neuron")
  settings.synapse_model = model.name
  if model.name == "signal_connection" then settings.signal = "h_IP3R" end
  if model.name == "stdp_dopamine_synapse" then
    settings.third = sim:create "volume_transmitter"
    -- bounds with which any other goes
    settings.Wmin, settings.Wmax = settings.Wmin or settings.Wmax and -1e308, settings.Wmax or settings.Wmin and 1e308
  end
  if is_followed then
    -- all three have one sign
    local sign = (settings.weight or settings.Wmin or settings.Wmax or 1) < 0 and -1 or 1
    settings.weight = settings.weight or sign
    settings.Wmin = settings.Wmin or sign < 0 and -1e308 or 0
    settings.Wmax = settings.Wmax or sign < 0 and -1e-308 or 1e308
  end
  return pcall(sim.connect, sim, source, target, "all_to_all", settings)
end

local function shown(settings)
  local parts = {}
  for name, value in pairs(settings) do parts[#parts + 1] = ("%s = %s"):format(name, value) end
  return table.concat(parts, ", ")
end

describe("What is allowed", function()
  for _, name in ipairs(astro.models()) do
    local model = astro.models(name)
    for _, p in ipairs(model.params) do
      -- `third` is a node: paired_synapses_spec
      local describe_it = p.name == "third" and function() end or it
      describe_it(name .. "." .. p.name, function()
        assert.is_string(p.range)
        local is_number = type(p.default) == "number"
        local found = not is_number
        for _, range in ipairs(RANGES) do
          if is_number and p.range:find(range[1]) then
            found = true
            for _, value in ipairs(range[2]) do
              -- on every grid, and beside others with which it goes
              local inside = p.range:find "grid" and value > 0 and 0.1 or value
              local settings = { [p.name] = inside, std = p.name == "std_mod" and 1e6 or nil }
              if p.name == "y" then settings.x = 0 end
              -- those that go with other potentials are below
              if not p.range:find "V_" then assert.is_true(try(model, settings)) end
            end
            for _, value in ipairs(range[3]) do
              local ok, message = try(model, { [p.name] = value })
              assert.is_false(ok, p.name .. " = " .. value)
              assert.is_truthy(tostring(message):find(p.name, 1, true), tostring(message))
            end
          end
        end
        assert.is_true(found, "a range without a test: " .. p.range)
      end)
    end
  end

  it("what depends on other values", function()
    local tried = 0
    for _, name in ipairs(astro.models()) do
      local model = astro.models(name)
      for _, p in ipairs(model.params) do
        for condition, trials in pairs(CONDITIONS) do
          if type(p.default) == "number" and p.range:find(condition, 1, true) and trials[1][p.name] ~= nil then
            for i, settings in ipairs(trials) do
              local copy = {}
              for key, value in pairs(settings) do copy[key] = value end
              assert.equal(i == 1, (try(model, copy)), name .. ": " .. shown(settings))
              tried = tried + 1
            end
          end
        end
      end
    end
    assert.is_true(tried > 40)
  end)

  it("lists", function()
    local steps, spikes = astro.models("step_current_generator"), astro.models("spike_generator")
    local function times(...) return { amplitude_times = { ... }, amplitude_values = { 1, 2 } } end
    assert.is_true(try(steps, times(0.1, 0.2)))
    for _, bad in ipairs { times(0, 1), times(1, 1), times(2, 1), times(1), times(1, 2.05) } do assert.is_false((try(steps, bad))) end
    assert.is_true(try(spikes, { spike_times = { 1, 1, 2 }, spike_multiplicities = { 0, 3, 1000000 } }))
    for _, bad in ipairs { { 0 }, { 2, 1 }, { 1.05 } } do assert.is_false((try(spikes, { spike_times = bad }))) end
    for _, bad in ipairs { { -1 }, { 1.5 }, { 1000001 }, { 1, 1 } } do
      assert.is_false((try(spikes, { spike_times = { 1 }, spike_multiplicities = bad })))
    end
  end)
end)
