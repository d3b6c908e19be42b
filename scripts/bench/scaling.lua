-- One run of the network of brunel.lua for the study of scaling (Docs/scaling.md): what a rank has done, in one line.
--
-- Started by scaling.py, which varies sizes and ranks.
-- test: --scale 0.1 --time 20

local astro = require "astro"

local options = require "astro.options" {
  "What one rank does for the balanced network with astrocytes.",
  { "scale", 0.1, "size of the network; at 1 it has 20 000 cells" },
  { "time", 200.0, "simulated time in ms" },
  { "rate", 2000.0, "Poisson input to each neuron in Hz" },
}

local function scaled(n) return math.floor(n * options.scale + 0.5) end
local p = 0.1 / options.scale

local sim = astro.Simulation { seed = options.seed, threads = 1 }
local neuron = { tau_syn_ex = 2.0, tau_syn_in = 4.0 }
local exc = sim:create("aeif_cond_alpha_astro", scaled(8000), neuron)
local inh = sim:create("aeif_cond_alpha_astro", scaled(2000), neuron)
local glia = sim:create("astrocyte_lr_1994", scaled(10000), { IP3 = 0.4 })
local noise = sim:create("poisson_generator", { rate = options.rate })
sim:connect(noise, exc + inh, "all_to_all", { weight = 1.0 })

local excitatory = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }
sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = p },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "random" },
  { primary = excitatory, third_in = excitatory, third_out = { synapse_model = "sic_connection", weight = 0.05 } })
sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = p },
  { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 })
sim:simulate(0)

local built = os.clock()
sim:simulate(options.time)
local worked = os.clock() - built

local stats = sim.stats
print(("cells %d connections %d build %.6f simulate %.6f processor %.6f communicate %.6f spikes %d events %d bytes %d memory %d"):format(
  #exc + #inh + #glia, sim.num_connections, stats.create + stats.connect + stats.prepare, stats.simulate, worked,
  stats.communicate, stats.spikes, stats.events, stats.received_bytes, stats.memory_bytes))
