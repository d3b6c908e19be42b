-- A network made cell by cell: several models in turn, parameters of their own, a large population among them.
local astro = require "astro"
local sim = astro.Simulation { seed = 5 }
local neurons, glia, parrots = {}, {}, {}
for i = 1, 350 do
  neurons[i] = sim:create("aeif_cond_alpha_astro", i % 50 == 0 and 3 or 1, {
    I_e = 400.0 + i % 90, tau_syn_ex = i % 7 == 0 and 0.05 or 0.4, V_m = astro.random.uniform(-70, -60),
  })
  if i % 2 == 0 then glia[#glia + 1] = sim:create("astrocyte_lr_1994", { IP3 = 0.4 + 0.001 * i, delta_IP3 = 0.3 }) end
  if i % 9 == 0 then parrots[#parrots + 1] = sim:create("parrot_neuron") end
  if i == 150 then sim:create("aeif_cond_alpha_astro", 500, { label = "many", I_e = 500.0 }) end
end

local function joined(list)
  local all = list[1]
  for i = 2, #list do all = all + list[i] end
  return all
end
local cells, astrocytes, repeaters = joined(neurons), joined(glia), joined(parrots)
local noise = sim:create("poisson_generator", { rate = 900.0 })
sim:connect(noise, cells, "all_to_all", { weight = 2.0, delay = 1.0 })
sim:connect(cells, sim:nodes("many"), { rule = "fixed_indegree", indegree = 4 }, { weight = 1.5, delay = 1.3 })
sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 4 },
  { synapse_model = "tsodyks_synapse", weight = -1.0, delay = 1.1 })
sim:connect(cells, astrocytes, { rule = "fixed_indegree", indegree = 3 }, { weight = 1.0 })
sim:connect(astrocytes, cells, { rule = "fixed_indegree", indegree = 2 },
  { synapse_model = "sic_connection", weight = 4.0 })
sim:connect(cells:slice(1, 30), repeaters:slice(1, 30), "one_to_one")
for i = 1, 40 do sim:connect(neurons[i], neurons[2 * i], "all_to_all", { weight = 3.0, delay = 2.0 }) end

local spikes = sim:record(cells)
local traces = sim:record(cells:slice(10, 340, 35), { "V_m", "g_ex", "I_SIC" })
local calcium = sim:record(glia[120], { "Ca_astro" }, { interval = 0.1 })
sim:simulate(30)
neurons[33]:set { tau_syn_ex = 0.03, I_e = 700.0 }
glia[7]:set { Ca_astro = 0.3 }
print(sim:fingerprint(), neurons[33]:get("I_e"), astrocytes:get("Ca_astro"):sum())
sim:save("state.small")
sim:simulate(30)
local again = astro.load("state.small")
again:simulate(30)
print(sim:fingerprint(), again:fingerprint(), sim.num_nodes, sim.num_connections)
print(#spikes.events.times, spikes.events.senders:sum(), traces.events.V_m:sum(), calcium.events.Ca_astro:sum())
spikes:save("spikes.csv")
traces:save("traces.csv")
neurons[312]:set { V_m = -4000.0 }
print(select(2, pcall(sim.simulate, sim, 10)):match("instability of node .- ms"))
