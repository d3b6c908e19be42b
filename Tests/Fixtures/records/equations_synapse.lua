-- A depressing synapse of equations that fails at random.
local depressing = astro.synapse {
  name = "depressing",
  parameters = { U = 0.4, tau_rec = "200 ms", p = 0.7 },
  state = { x = 1 },
  equations = "dx/dt = (1 - x)/tau_rec",
  on_pre = "released = U*x; x -= released; send(weight*released if rand() < p else 0)",
}
local sim = astro.Simulation { seed = 1 }
local pre, post = sim:create("parrot_neuron", 3), sim:create("iaf_psc_exp", 3, { I_e = 300 })
sim:connect(sim:create("poisson_generator", { rate = 100 }), pre)
sim:connect(pre, post, "all_to_all", { synapse_model = depressing, weight = 500 })
local spikes = sim:record(pre + post)
for _ = 1, 2 do sim:simulate(100) end
spikes:save("spikes.csv")
for _, x in ipairs(sim:connections({ synapse_model = depressing }):get "x") do print(x) end
