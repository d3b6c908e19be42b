-- Connections of all kinds are removed, before and in the middle of a run; generators of all kinds go on.
local astro = require "astro"

local sim = astro.Simulation { seed = 6 }
local a = sim:create("aeif_cond_alpha_astro", 30, { V_m = astro.random.uniform(-70, -55) })
local b, glia = sim:create("aeif_cond_alpha_astro", 20), sim:create("astrocyte_lr_1994", 20, { IP3 = 1.0 })

sim:connect(a, b, { rule = "pairwise_bernoulli", p = 0.5 }, { weight = 3 })
sim:connect(a, b, "all_to_all", { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(1, 5), delay = astro.random.uniform(0.5, 3) })
sim:connect(b, a, "all_to_all", { synapse_model = "stdp_synapse", weight = astro.random.uniform(1, 4), delay = 1.5 })
sim:connect(glia, b, "all_to_all", { synapse_model = "sic_connection", weight = 5 })
local inputs = {
  { "poisson_generator", { rate = 3000, amplitude = 3000, frequency = 50 } },
  { "inhomogeneous_poisson_generator", { rate_times = { 3, 20 }, rate_values = { 4000, 8000 } } },
  { "sinusoidal_poisson_generator", { rate = 4000, amplitude = 2000, frequency = 20, individual_spike_trains = false } },
  { "mip_generator", { rate = 9000, p_copy = 0.3 } },
  { "gamma_sup_generator", { rate = 100, gamma_shape = 3, n_proc = 20 } },
  { "pulsepacket_generator", { pulse_times = { 10, 25 }, activity = 30, sdev = 2 } },
  { "spike_train_injector", { spike_times = { 5, 15 } } },
  { "noise_generator", { std = 300 } },
}
local generators = {}
for i, input in ipairs(inputs) do
  generators[i] = sim:create(input[1], input[2])
  sim:connect(generators[i], a + b, nil, { weight = input[1] == "noise_generator" and 1 or 5, delay = astro.random.uniform(0.2, 2) })
end
local spikes, current, rate = sim:record(a + b), sim:record(generators[8], { "I" }), sim:record(generators[1], { "rate" })
local direct = sim:record(generators[4] + generators[5] + generators[6])

local function thin(first)
  local removed = 0
  for i = first, 20, 7 do
    removed = removed + sim:disconnect(sim:connections { target = b[i] }) + sim:disconnect(sim:connections { source = b[i], target = a:slice(i, 30, 5) })
  end
  return removed + sim:disconnect(generators[8] + generators[4], a:slice(first, first + 1), "all_to_all")
end

print(thin(1), sim.num_connections)
sim:simulate(15)
print(thin(3), sim.num_connections, sim:fingerprint())
local removed, message = pcall(sim.disconnect, sim, a, b, "all_to_all")
print(removed, message)
sim:simulate(15)
local left = sim:connections()
print(#left, left.source:sum(), left.target:sum(), left.weight:sum(), left.delay:sum())
print(sim:disconnect(sim:connections { synapse_model = "stdp_synapse" }), sim:disconnect(sim:connections { source = generators[5] }))
sim:simulate(10)
for i, recorder in ipairs { spikes, current, rate, direct } do
  for name, values in pairs(recorder.events) do print(i, name, #values, values:sum()) end
end
print(sim.num_connections, sim:fingerprint())
