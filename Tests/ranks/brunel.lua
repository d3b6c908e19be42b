-- The network of scripts/brunel.lua at a tenth of its size: tripartite connections, slow inward currents, recorders.
local astro = require "astro"

local sim = astro.Simulation { seed = 3 }
local neuron = { tau_syn_ex = 2.0, tau_syn_in = 4.0 }
local exc = sim:create("aeif_cond_alpha_astro", 800, neuron)
local inh = sim:create("aeif_cond_alpha_astro", 200, neuron)
local glia = sim:create("astrocyte_lr_1994", 1000, { IP3 = 0.4, delta_IP3 = 0.2 })
local noise = sim:create("poisson_generator", { rate = 2000 })
sim:connect(noise, exc + inh, "all_to_all", { weight = 1.0 })

local excitatory = { synapse_model = "tsodyks_synapse", weight = 1.0, tau_psc = 2.0, delay = 2.0 }
local made = sim:tripartite_connect(exc, exc + inh, glia, { rule = "pairwise_bernoulli", p = 0.3 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 10, pool_type = "random" },
  { primary = excitatory, third_in = excitatory, third_out = { synapse_model = "sic_connection", weight = 0.05 } })
print("tripartite", made.primary, made.third_in, made.third_out)
print("inhibitory", sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = 0.3 },
  { synapse_model = "tsodyks_synapse", weight = -4.0, tau_psc = 4.0, delay = 1.0 }))
print("built", sim:fingerprint(), sim.num_connections)

local spikes = sim:record(exc + inh)
local traces = sim:record((exc + inh):sample(50), { "I_SIC", "V_m" })
local calcium = sim:record(glia:sample(50), { "IP3", "Ca_astro" })
for _ = 1, 3 do
  sim:simulate(100)
  print(sim.time, sim:fingerprint(), spikes.n_events, calcium.n_events)
end

-- every number of a table of Vectors, as one
local function digest(events, names)
  local sum = 0
  for _, name in ipairs(names) do
    for i, x in ipairs(events[name]) do sum = (sum * 31 + i * x) % 1e9 end
  end
  return ("%.17g"):format(sum)
end
print("spikes", digest(spikes.events, { "times", "senders" }), ("%.17g"):format(spikes:rate()))
print("traces", digest(traces.events, { "times", "senders", "I_SIC", "V_m" }), traces.events.I_SIC:max() > 0)
print("calcium", digest(calcium.events, { "times", "senders", "IP3", "Ca_astro" }))
print("events", sim.stats.spikes, sim.stats.events)
