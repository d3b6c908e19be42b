-- What a step of a cell costs, models as text beside those of the program: ns of one thread a cell and step, best of five. Adaptive
-- neurons of the program follow the reference's substeps here, as the texts do.
--
--   astrolua --trust scripts/bench/models.lua [cells] [ms] [model]…
local astro = require "astro"

local cells, ms = tonumber(arg[1]) or 10000, tonumber(arg[2]) or 100
local RESOLUTION <const> = 0.1

local function text(name, step)
  local definition = assert(loadfile("stdlib/astro/models/" .. name .. ".lua", "t"))()
  definition.name, definition.step = name .. (step and "_slow" or "_text"), step
  return astro.model(definition)
end

local function with_spikes(sim, targets, rate, weight)
  sim:connect(sim:create("poisson_generator", { rate = rate }), targets, "all_to_all", { weight = weight })
end

-- ns of one thread a cell and step
local function cost(model, params, rate)
  local best = math.huge
  for _ = 1, 5 do
    local sim = astro.Simulation { resolution = RESOLUTION, threads = 1, seed = 1, spikes = "reference" }
    local made = sim:create(model, cells, params)
    if rate then with_spikes(sim, made, rate, 0.001) end
    sim:simulate(1)
    local start = os.clock()
    sim:simulate(ms)
    best = math.min(best, os.clock() - start)
  end
  return best / (cells * ms / RESOLUTION) * 1e9
end

-- what makes cells do something
local driven = {
  aeif_cond_alpha = { I_e = 700 }, aeif_cond_exp = { I_e = 700 }, iaf_psc_exp = { I_e = 400 }, iaf_psc_alpha = { I_e = 400 },
  hh_psc_alpha = { I_e = 700 }, izhikevich = { I_e = 10 }, wang_buzsaki = {}, morris_lecar = {},
}
local names = { table.unpack(arg, 3) }
if #names == 0 then
  names = {
    "iaf_psc_exp", "iaf_psc_alpha", "aeif_cond_alpha", "aeif_cond_exp", "astrocyte_lr_1994", "li_rinzel", "li_rinzel_stochastic",
    "chi", "g_chi", "izhikevich", "hh_psc_alpha", "wang_buzsaki", "morris_lecar",
  }
end
local builtin = {
  iaf_psc_exp = "iaf_psc_exp", iaf_psc_alpha = "iaf_psc_alpha", aeif_cond_alpha = "aeif_cond_alpha", aeif_cond_exp = "aeif_cond_exp",
  li_rinzel = "astrocyte_lr_1994",
}
-- IP3 so fast that the program's astrocytes take the steps of the texts, 0.1 ms, instead of 1 ms
local short_steps = { astrocyte_lr_1994 = { tau_IP3 = 300 } }
print(("%-22s %8s %8s %6s   ns a cell and step of %g ms, %d cells"):format("model", "text", "program", "ratio", RESOLUTION, cells))
for _, name in ipairs(names) do
  local own = cost(text(name), driven[name])
  local other = builtin[name] and cost(builtin[name], driven[name] or short_steps[builtin[name]])
  print(("%-22s %8.1f %8s %6s"):format(name, own, other and ("%.1f"):format(other) or "", other and ("%.2f"):format(own / other) or ""))
end

-- What a step of their own makes of slow models, and how far calcium is then from where it would be, at any time of a minute in which
-- spikes come at 5 Hz.
local OWN_STEP <const>, KICK <const> = 1, { li_rinzel = 0.2, chi = 0.2, g_chi = 0.001 }

local function calcium(model, kick)
  local sim = astro.Simulation { resolution = RESOLUTION, threads = 1, seed = 1 }
  local made = sim:create(model, 20)
  with_spikes(sim, made, 5, kick)
  local trace = sim:record(made, { "C" }, { interval = 10 })
  sim:simulate(60000)
  return trace.events.C
end

print(("\n%-12s %18s %18s %10s   own step of %g ms; with spikes at 1 kHz"):format("", "without, ns", "with, ns", "uM off", OWN_STEP))
for _, name in ipairs(names) do
  if KICK[name] then
    local usual, slow = text(name), text(name, OWN_STEP)
    local off = (calcium(usual, KICK[name]) - calcium(slow, KICK[name])):map(math.abs):max()
    print(("%-12s %8.1f (%6.1f) %8.1f (%6.1f) %10.1e"):format(name, cost(usual, {}), cost(usual, {}, 1000), cost(slow, {}),
      cost(slow, {}, 1000), off))
  end
end
