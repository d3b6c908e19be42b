-- Spikes of negative weight onto astrocytes end the run on all ranks, with one message that names both ends, whoever owns them.
-- The slice at whose end the run stops depends on the number of ranks (Docs/scaling.md), and is not compared.
local astro = require "astro"

-- Runs until the message; returns it without the time at which the run stopped.
local function message(sim)
  local done, problem = pcall(sim.simulate, sim, 50)
  return done, tostring(problem):match "a spike of negative weight.*" or problem
end

-- A network of parrots and astrocytes that all ranks share; `source` reaches one astrocyte late and another one soon.
local function run(sender, parameters, through_parrots)
  local sim = astro.Simulation { seed = 3 }
  local generator = sim:create(sender, parameters)
  local parrots = sim:create("parrot_neuron", 40)
  local glia = sim:create("astrocyte_lr_1994", 400)
  sim:connect(generator, parrots, "all_to_all", { delay = 0.5 })
  sim:connect(parrots, glia, { rule = "fixed_indegree", indegree = 2 }, { weight = 0.5, delay = 0.3 })
  local source = through_parrots and parrots[39] or generator
  sim:connect(source, glia[17], "all_to_all", { weight = -1.0, delay = 3.0 })
  sim:connect(source, glia[390], "all_to_all", { weight = -1.0, delay = 1.3 })
  print(sender, through_parrots, message(sim))
end

for _, through_parrots in ipairs { false, true } do
  run("spike_generator", { spike_times = { 5.0, 6.0 } }, through_parrots)
  run("poisson_generator", { rate = 30.0 }, through_parrots)
  run("poisson_generator", { rate = 300.0 }, through_parrots)
  run("poisson_generator", { rate = 3e6, start = 4.8 }, through_parrots)
end

-- A weight that is negative from 8 ms on, of a plastic synapse: what was sent before arrives as it was, and the run goes on afterwards.
local sim = astro.Simulation { seed = 4 }
local ticks = sim:create("spike_generator", { spike_times = { 1.0, 2.0, 7.5, 9.0, 30.0 } })
local parrots = sim:create("parrot_neuron", 30)
local glia = sim:create("astrocyte_lr_1994", 300)
sim:connect(ticks, parrots, "all_to_all", { delay = 0.4 })
sim:connect(parrots, glia, "all_to_all", { synapse_model = "tsodyks_synapse", weight = 0.1, delay = 1.2 })
sim:simulate(8)
local one = sim:connections { source = parrots[29], target = glia[3] }
one:set { weight = -0.1 }
print(sim.time, glia:get("IP3"):sum(), sim:fingerprint(), message(sim))
one:set { weight = 0.1 }
print(message(sim))
