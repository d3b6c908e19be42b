-- Named sets of parameters, with their sources.
--
--   local presets = require "astro.presets"
--   local astrocyte = presets.nadkarni_jung_2003
--   local glia = sim:create(astrocyte.model, 100, astrocyte.params)
--   for _, p in ipairs(presets.list()) do print(p.name, p.kind, p.text) end
--
-- A preset of a cell has `model` and `params`, as sim:create takes them. A preset of a network has `cells` (each with `n`, `model`
-- and `params`), `connections` (rules and synapses, as sim:connect and sim:tripartite_connect take them) and `input`. All have
-- `name`, `kind`, `text` and `source`. Every access returns a new copy, which may be changed.
local check = require "astro.check"
local random = require "astro".random

local JIANG <const> = "Jiang et al. (2025), PLoS Comput Biol 21(9):e1013503, doi:10.1371/journal.pcbi.1013503"
local JIANG_SCRIPTS <const> = JIANG .. "; values from the benchmark scripts of its authors, September 2024"
local JIANG_FIT <const> = JIANG .. "; values as astrosimgpu (2026) reports them from the authors' parameter file"
local NAUD <const> = "Naud et al. (2008), Biol Cybern 99:335, doi:10.1007/s00422-008-0264-7"

local NEURON <const>, ASTROCYTE <const> = "aeif_cond_alpha_astro", "astrocyte_lr_1994"

-- ## Spread

-- A normal deviate around `mean` with a standard deviation of `relative` times the mean, drawn again until within `low` to `high`
-- times the mean.
local function spread(mean, relative, low, high)
  local bounds = { low * mean, high * mean }
  table.sort(bounds)                                                -- a negative mean turns them round
  return random.redraw(random.normal(mean, relative * math.abs(mean)), bounds[1], bounds[2])
end

-- How the cells of the experiment on synchronisation differ.
local function astrocyte_spread(mean) return spread(mean, 0.10, 0.90, 1.05) end
local function neuron_spread(mean) return spread(mean, 0.05, 0.90, 1.10) end

local function each(values, f, names)
  for _, name in ipairs(names) do values[name] = f(values[name]) end
  return values
end

-- ## Cells: name = function returning { kind, model, text, source, params }

local makers <const> = {}

function makers.nadkarni_jung_2003()
  return {
    kind = "astrocyte", model = ASTROCYTE,
    text = "Calcium oscillates between 0.35 and 0.66 uM of IP3, with periods of 10 to 13 s; the defaults of the model.",
    source = "Nadkarni & Jung (2003), Phys Rev Lett 91:268101, doi:10.1103/PhysRevLett.91.268101",
    params = {
      Ca_tot = 2.0,                                                 -- uM
      ratio_ER_cyt = 0.185,
      -- IP3
      IP3_0 = 0.16,                                                 -- uM
      tau_IP3 = 7142.0,                                             -- ms
      -- release through the receptor, and leak
      rate_IP3R = 0.006, rate_L = 0.00011,                          -- 1/ms
      Kd_IP3_1 = 0.13, Kd_IP3_2 = 0.9434,                           -- uM
      Kd_act = 0.08234, Kd_inh = 1.049,                             -- uM
      k_IP3R = 0.0002,                                              -- 1/(uM ms)
      -- pump
      rate_SERCA = 0.0009,                                          -- uM/ms
      Km_SERCA = 0.1,                                               -- uM
      -- output
      SIC_th = 0.19669,                                             -- uM
    },
  }
end

function makers.jiang_2025_astrocyte()
  return {
    kind = "astrocyte", model = ASTROCYTE,
    text = "The astrocyte of the benchmark networks: starts within the oscillating range.",
    source = JIANG_SCRIPTS,
    params = {
      IP3 = 0.4,                                                    -- uM, at the start
      delta_IP3 = 0.0002,                                           -- uM per unit of weight
    },
  }
end

function makers.jiang_2025_surrogate()
  return {
    kind = "astrocyte", model = "astrocyte_surrogate",
    text = "An astrocyte without dynamics that always sends the same current.",
    source = JIANG_SCRIPTS,
    params = { SIC = 3.5 },                                         -- pA per pA of weight
  }
end

local function fitted()
  return {
    Ca_tot = 1.8958264782990153,                                    -- uM
    IP3_0 = 0.010925583871830699,                                   -- uM
    tau_IP3 = 1058.7589568400845,                                   -- ms
    delta_IP3 = 0.04911592657233997,                                -- uM per unit of weight
    SIC_scale = 1.0,
  }
end

function makers.jiang_2025_fitted_astrocyte()
  local params = fitted()
  params.IP3 = params.IP3_0                                         -- uM, at the start
  return {
    kind = "astrocyte", model = ASTROCYTE,
    text = "Fitted to measured calcium transients: their period, duration and peak.",
    source = JIANG_FIT, params = params,
  }
end

function makers.jiang_2025_fitted_astrocytes()
  local params = fitted()
  return {
    kind = "astrocyte", model = ASTROCYTE,
    text = "The fitted astrocyte, each cell different: sd 10 %, within 90 to 105 %.",
    source = JIANG_FIT,
    params = each({
      Ca_tot = params.Ca_tot, IP3_0 = params.IP3_0, tau_IP3 = params.tau_IP3, delta_IP3 = params.delta_IP3,
      SIC_scale = params.SIC_scale, IP3 = params.IP3_0,
    }, astrocyte_spread, { "Ca_tot", "IP3_0", "tau_IP3", "delta_IP3" }),
  }
end

-- ## Models from equations: units are those of the models, uM and s

function makers.de_pitta_2009()
  return {
    kind = "astrocyte", model = "chi",
    text = "IP3 that the cell makes and degrades: oscillations whose amplitude follows the stimulus; the defaults of the model.",
    source = "De Pittà et al. (2009), J Biol Phys 35:383, doi:10.1007/s10867-009-9155-y",
    params = {
      O_delta = 0.02, K_delta = 0.1, kappa_delta = 1.5,             -- uM/s, uM, uM: production of IP3
      O_3K = 2.0, K_D = 0.7, K_3K = 1.0, Omega_5P = 0.04,           -- uM/s, uM, uM, 1/s: degradation
      O_P = 0.9, K_P = 0.1,                                         -- uM/s, uM: pump
    },
  }
end

-- The cells of chains and networks: the two papers agree.
local function coupled()
  return {
    O_delta = 0.7, K_delta = 0.1, kappa_delta = 1.5,                -- uM/s, uM, uM: production of IP3
    O_3K = 4.5, K_D = 0.7, K_3K = 1.0, Omega_5P = 0.21,             -- uM/s, uM, uM, 1/s: degradation
    O_P = 0.9, K_P = 0.05,                                          -- uM/s, uM: pump
    C = 0.0351, h = 0.9122, I = 0.3046,                             -- uM, 1, uM: at rest
  }
end

function makers.goldberg_2010()
  return {
    kind = "astrocyte", model = "chi",
    text = "Cells of a chain that is coupled through gap junctions; starts at rest.",
    source = "Goldberg et al. (2010), PLoS Comput Biol 6:e1000909, doi:10.1371/journal.pcbi.1000909",
    params = coupled(),
  }
end

function makers.lallouette_2014()
  return {
    kind = "astrocyte", model = "chi",
    text = "Cells of networks in three dimensions, with the parameters of Goldberg et al.; starts at rest.",
    source = "Lallouette et al. (2014), Front Comput Neurosci 8:45, doi:10.3389/fncom.2014.00045; values of the authors' AstroSim",
    params = coupled(),
  }
end

function makers.stimberg_2019()
  return {
    kind = "astrocyte", model = "g_chi",
    text = "Calcium driven by transmitter, which releases gliotransmitter; the closed loop of example 4, the defaults of the model.",
    source = "Stimberg et al. (2019), in Computational Glioscience, doi:10.1007/978-3-030-00817-8_18",
    params = {
      O_beta = 3.2, O_N = 0.3, Omega_N = 0.5,                       -- uM/s, 1/(uM*s), 1/s: receptors
      O_delta = 0.6, O_3K = 4.5, Omega_5P = 0.05,                   -- uM/s, uM/s, 1/s: IP3
      C_Theta = 0.5, U_A = 0.6, Omega_A = 0.6,                      -- uM, 1, 1/s: release
    },
  }
end

function makers.brette_gerstner_2005()
  return {
    kind = "neuron", model = NEURON,
    text = "Adaptive exponential neuron fitted to a detailed regular spiking one; the defaults of the model.",
    source = "Brette & Gerstner (2005), J Neurophysiol 94:3637, doi:10.1152/jn.00686.2005",
    params = {
      C_m = 281.0,                                                  -- pF
      g_L = 30.0,                                                   -- nS
      E_L = -70.6, V_th = -50.4, Delta_T = 2.0,                     -- mV
      a = 4.0,                                                      -- nS
      b = 80.5,                                                     -- pA
      tau_w = 144.0,                                                -- ms
    },
  }
end

function makers.jiang_2025_neuron()
  return {
    kind = "neuron", model = NEURON,
    text = "The neuron of the benchmark networks, excitatory and inhibitory.",
    source = JIANG_SCRIPTS,
    params = { tau_syn_ex = 2.0, tau_syn_in = 4.0 },                -- ms, rise times of the conductances
  }
end

function makers.jiang_2025_initial_bursting()
  return {
    kind = "neuron", model = NEURON,
    text = "Excitatory neuron of the experiment on synchronisation: a burst at first, then strong adaptation.",
    source = JIANG_FIT,
    params = {
      C_m = 130.0,                                                  -- pF
      g_L = 18.0,                                                   -- nS
      E_L = -58.0, V_th = -50.0, Delta_T = 2.0, V_reset = -50.0,    -- mV
      a = 4.0,                                                      -- nS
      b = 300.0,                                                    -- pA
      tau_w = 450.0,                                                -- ms
      tau_syn_ex = 0.2, tau_syn_in = 2.0,                           -- ms
      V_m = -50.0,                                                  -- mV, at the start
    },
  }
end

function makers.jiang_2025_regular_spiking()
  return {
    kind = "neuron", model = NEURON,
    text = "Inhibitory neuron of the experiment on synchronisation: regular spiking.",
    source = JIANG_FIT,
    params = {
      C_m = 104.0,                                                  -- pF
      g_L = 4.3,                                                    -- nS
      E_L = -65.0, V_th = -52.0, Delta_T = 2.0, V_reset = -60.0,    -- mV
      a = -0.8,                                                     -- nS
      b = 130.0,                                                    -- pA
      tau_w = 264.0,                                                -- ms
      tau_syn_ex = 0.2, tau_syn_in = 2.0,                           -- ms
      V_m = -60.0,                                                  -- mV, at the start
    },
  }
end

function makers.naud_2008_regular_bursting()
  return {
    kind = "neuron", model = NEURON,
    text = "Bursts at regular intervals; the excitatory neuron of an earlier form of the experiment on synchronisation.",
    source = NAUD,
    params = {
      C_m = 200.0,                                                  -- pF
      g_L = 10.0,                                                   -- nS
      E_L = -58.0, V_th = -50.0, Delta_T = 2.0, V_reset = -46.0,    -- mV
      a = 2.0,                                                      -- nS
      b = 100.0,                                                    -- pA
      tau_w = 120.0,                                                -- ms
    },
  }
end

function makers.naud_2008_non_adapting()
  return {
    kind = "neuron", model = NEURON,
    text = "Fires evenly; the inhibitory neuron of an earlier form of the experiment on synchronisation.",
    source = NAUD,
    params = {
      C_m = 59.0,                                                   -- pF
      g_L = 2.9,                                                    -- nS
      E_L = -62.0, V_th = -42.0, Delta_T = 3.0, V_reset = -54.0,    -- mV
      a = 1.8,                                                      -- nS
      b = 61.0,                                                     -- pA
      tau_w = 16.0,                                                 -- ms
    },
  }
end

-- ## Networks

function makers.jiang_2025_sparse()
  local neuron, astrocyte = makers.jiang_2025_neuron(), makers.jiang_2025_astrocyte()
  local excitatory = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }   -- nS, ms, ms
  return {
    kind = "network", text = "Asynchronous, irregular firing at about 5 Hz; the base of all benchmark networks.",
    source = JIANG_SCRIPTS,
    cells = {
      excitatory = { n = 8000, model = neuron.model, params = neuron.params },
      inhibitory = { n = 2000, model = neuron.model, params = makers.jiang_2025_neuron().params },
      astrocytes = { n = 10000, model = astrocyte.model, params = astrocyte.params },
    },
    connections = {
      -- the probability belongs to this size; a larger network divides it by the scale
      excitatory_rule = { rule = "pairwise_bernoulli", p = 0.1 },
      inhibitory_rule = { rule = "pairwise_bernoulli", p = 0.1 },
      third_rule = { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "random" },
      primary = excitatory,
      third_in = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 },      -- 1, ms, ms
      third_out = { synapse_model = "sic_connection", weight = 0.05, delay = 1.0 },                    -- pA, ms
      inhibitory = { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 },   -- nS, ms, ms
    },
    input = { rate = 2000.0, weight = 1.0, delay = 1.0 },                                              -- Hz, nS, ms
  }
end

function makers.jiang_2025_synchronous()
  local network = makers.jiang_2025_sparse()
  network.text = "Synchronous, oscillating firing at about 12 Hz: inhibition comes later and is shorter."
  network.cells.excitatory.params.tau_syn_in = 2.0                  -- ms
  network.cells.inhibitory.params.tau_syn_in = 2.0                  -- ms
  network.connections.inhibitory.tau_psc = 2.0                      -- ms
  network.connections.inhibitory.delay = 2.0                        -- ms
  return network
end

function makers.jiang_2025_experiment()
  local excitatory, inhibitory = makers.jiang_2025_initial_bursting(), makers.jiang_2025_regular_spiking()
  local astrocytes = makers.jiang_2025_fitted_astrocytes()
  local varied = { "V_reset", "b" }
  local function tsodyks(weight)
    return {
      synapse_model = "tsodyks_synapse", weight = weight, delay = 1.0,                                 -- nS, ms
      U = 0.5, tau_rec = 800.0, tau_fac = 0.0, tau_psc = 2.0,                                          -- 1, ms, ms, ms
    }
  end
  return {
    kind = "network", text = "The experiment on synchronisation: 500 neurons, 100 fitted astrocytes, each cell different.",
    source = JIANG_FIT,
    cells = {
      excitatory = { n = 400, model = excitatory.model, params = each(excitatory.params, neuron_spread, varied) },
      inhibitory = { n = 100, model = inhibitory.model, params = each(inhibitory.params, neuron_spread, varied) },
      astrocytes = { n = 100, model = astrocytes.model, params = astrocytes.params },
    },
    connections = {
      excitatory_rule = { rule = "pairwise_bernoulli", p = 0.2 },
      inhibitory_rule = { rule = "pairwise_bernoulli", p = 0.2 },
      third_rule = { rule = "third_factor_bernoulli_with_pool", p = 0.2, pool_size = 1, pool_type = "block" },
      primary = tsodyks(5.0),
      third_in = tsodyks(0.2),                                      -- 0.31: astrocytes synchronise
      third_out = { synapse_model = "sic_connection", weight = 1.0, delay = 1.0 },                     -- pA, ms
      inhibitory = tsodyks(-5.0),
    },
    input = {
      excitatory = { rate = 2700.0, weight = 1.0, noise = 100.0 },  -- Hz, nS, pA (standard deviation)
      inhibitory = { rate = 2500.0, weight = 1.0, noise = 100.0 },  -- Hz, nS, pA
      astrocytes = { rate = 3.0297, weight = 1.0, noise = 3e-4 },   -- Hz, 1, uM/ms
      noise_dt = 1.0,                                               -- ms, that a value is held
    },
  }
end

-- ## Access

local presets <const> = {}

-- A preset by its name: a copy of its own. An unknown name is an error at that level.
local function get(name, level)
  local maker = makers[name]
  if not maker then
    error(("there is no preset '%s' (there are: %s)"):format(name, table.concat(check.sorted_keys(makers), ", ")), level)
  end
  local preset = maker()
  preset.name = name
  return preset
end

-- All presets, or those of a kind ("astrocyte", "neuron", "network"), sorted by name.
presets.list = check.counted(function(kind)
  local list = {}
  for _, name in ipairs(check.sorted_keys(makers)) do
    local preset = get(name, 1)
    if kind == nil or preset.kind == kind then list[#list + 1] = preset end
  end
  return list
end, "presets.list([kind])")

return setmetatable(presets, {
  __index = function(_, name)
    local preset = get(name, 3)                                     -- no tail call: the third level is the caller
    return preset
  end,
})
