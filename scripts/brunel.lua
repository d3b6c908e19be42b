-- A balanced network of excitatory and inhibitory neurons with astrocytes.
--
-- 8000 excitatory and 2000 inhibitory neurons (after Brunel 2000, doi:10.1023/A:1008925309027) and 10 000 astrocytes. Pairs are
-- connected at random; in half of the excitatory connections an astrocyte takes part, drawn from the ten of the target's pool.
-- After Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503, whose base network this is.
-- test: --scale 0.1 --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "A balanced network of neurons and astrocytes, connected pair by pair.",
  { "scale", 1.0, "size of the network; at 1 it has 20 000 cells" },
  { "time", 1000.0, "simulated time in ms" },
  { "figures", true, "draw the figures" },
}

-- simulation
local RESOLUTION = 0.1                    -- ms
local INTERVAL = 1.0                      -- ms, between two samples
local N_SAMPLE = 50                       -- cells whose traces are recorded

-- cells
local function scaled(n) return math.floor(n * options.scale + 0.5) end
local N_EX = scaled(8000)
local N_IN = scaled(2000)
local N_ASTRO = scaled(10000)
local TAU_SYN_EX = 2.0                    -- ms, rise time of the excitatory conductance
local TAU_SYN_IN = 4.0                    -- ms, rise time of the inhibitory conductance
local IP3_START = 0.4                     -- uM

-- connections; p falls with the size, so that each neuron keeps its 1000 inputs
local P_PRIMARY = 0.1 / options.scale     -- probability that a pair is connected
local P_THIRD = 0.5                       -- probability that an astrocyte takes part
local POOL_SIZE = 10                      -- astrocytes in the pool of a target
local W_EX, D_EX = 1.0, 2.0               -- nS, ms: excitatory weight and delay
local W_IN, D_IN = -4.0, 1.0              -- nS, ms: inhibitory weight and delay
local W_SIC, D_SIC = 0.05, 1.0            -- pA, ms: astrocyte to neuron

-- input
local RATE = 2000.0                       -- Hz, Poisson input to each neuron
local W_NOISE, D_NOISE = 1.0, 1.0         -- nS, ms

if P_PRIMARY > 1 then error("--scale must be at least 0.1: smaller networks have fewer than 1000 neurons to connect to", 0) end

local sim = astro.Simulation { resolution = RESOLUTION, seed = options.seed }

local neuron = { tau_syn_ex = TAU_SYN_EX, tau_syn_in = TAU_SYN_IN }
local exc = sim:create("aeif_cond_alpha_astro", N_EX, neuron)
local inh = sim:create("aeif_cond_alpha_astro", N_IN, neuron)
local glia = sim:create("astrocyte_lr_1994", N_ASTRO, { IP3 = IP3_START })
local noise = sim:create("poisson_generator", { rate = RATE })

sim:connect(noise, exc + inh, "all_to_all", { weight = W_NOISE, delay = D_NOISE })

local excitatory = { synapse_model = "tsodyks_synapse", weight = W_EX, tau_psc = TAU_SYN_EX, delay = D_EX }
local inhibitory = { synapse_model = "tsodyks_synapse", weight = W_IN, tau_psc = TAU_SYN_IN, delay = D_IN }
local sic = { synapse_model = "sic_connection", weight = W_SIC, delay = D_SIC }

local made = sim:tripartite_connect(exc, exc + inh, glia,
  { rule = "pairwise_bernoulli", p = P_PRIMARY },
  { rule = "third_factor_bernoulli_with_pool", p = P_THIRD, pool_size = POOL_SIZE, pool_type = "random" },
  { primary = excitatory, third_in = excitatory, third_out = sic })

local n_inhibitory = sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = P_PRIMARY }, inhibitory)

local spikes = sim:record(exc + inh)
local exc_spikes, inh_spikes = sim:record(exc), sim:record(inh)
local currents = sim:record((exc + inh):sample(N_SAMPLE), { "I_SIC" }, { interval = INTERVAL })
local calcium = sim:record(glia:sample(N_SAMPLE), { "IP3", "Ca_astro" }, { interval = INTERVAL })

sim:simulate(options.time)

report.heading("connections")
report.value("excitatory", made.primary)
report.value("neuron to astrocyte", made.third_in)
report.value("astrocyte to neuron", made.third_out)
report.value("inhibitory", n_inhibitory)
report.heading("activity")
report.value("spikes", spikes.n_events)
report.value("mean rate", spikes:rate(), "Hz")
report.value("excitatory rate", exc_spikes:rate(), "Hz")
report.value("inhibitory rate", inh_spikes:rate(), "Hz")
report.heading(("%d cells, mean and range over all and the whole time"):format(N_SAMPLE))
report.samples("IP3", calcium.events.IP3, "uM")
report.samples("calcium", calcium.events.Ca_astro, "uM")
report.samples("SIC", currents.events.I_SIC, "pA")
report.run(sim)

if options.figures then
  local groups = { { "excitatory", exc }, { "inhibitory", inh } }
  plot.raster(spikes, { histogram = true, groups = groups }):save(options:figure("brunel"))
  plot.traces(calcium, { "IP3", "Ca_astro" }, { title = "Astrocytes" }):save(options:figure("brunel_astrocytes"))
  plot.traces(currents, { "I_SIC" }, { title = "Neurons" }):save(options:figure("brunel_currents"))
end
