-- Couplings between cells of all ranks: expressions of both ends, drawn parameters, held values, counts of what arrives, a checkpoint in the
-- middle of a held interval, connections that go, and tables of connections.
local astro = require "astro"
local uniform = astro.random.uniform

local cell = astro.model {
  name = "coupled", kind = "astrocyte", parameters = { k = "0.01 1/ms" }, state = { I = "0.5 uM", h = 0.2 },
  inputs = { J = "signal uM/ms" },
  equations = "dI/dt = J - k*I*h\ndh/dt = (I/(1*uM) - h)/(30*ms)\nfree = I*(1 - h) : nM\nrate = 1/ms*I : uM/ms",
}
local sigmoid = astro.coupling {
  name = "sigmoid", parameters = { F = "0.02 uM/ms", theta = "0.3 uM", omega = "0.05 uM" }, where = { d = "pre.I - post.I" },
  input = "J", value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
}
local mean = astro.coupling {
  name = "mean", parameters = { F = "0.02 1/ms" }, input = "J", value = "F*(pre.free - post.I)*post.h/N_incoming*(1 + sin(t/(5*ms)))",
}
local slow = astro.coupling {
  name = "slow", parameters = { g = "1 pA/uM" }, input = "I_SIC", value = "g*max(0, pre.I - 0.4*uM)*(1 if post.V_m < -60*mV else 0.5)",
}

local function build()
  local sim = astro.Simulation { seed = 9 }
  local cells = sim:create(cell, 310, { I = uniform(0, 1), k = uniform(0, 0.02) })
  local few, neurons = sim:create(cell, 5, { I = 1 }), sim:create("iaf_psc_exp", 120, { I_e = uniform(300, 420) })
  sim:connect(cells, cells, { rule = "symmetric_pairwise_bernoulli", p = 0.03, make_symmetric = true, allow_autapses = false },
    { synapse_model = sigmoid, delay = 0.4 })
  sim:connect(cells + few, cells, { rule = "fixed_indegree", indegree = 6 },
    { synapse_model = mean, F = uniform(0, 0.05), delay = uniform(0.4, 3), weight = uniform(0.5, 1) })
  sim:connect(few, cells, { rule = "pairwise_bernoulli", p = 0.2 }, { synapse_model = mean, every = 1.7, delay = 0.5 })
  sim:connect(few, few, { rule = "all_to_all", allow_autapses = false }, { synapse_model = sigmoid, F = 0.001, delay = 0.4 })
  sim:connect(cells, neurons, { rule = "fixed_outdegree", outdegree = 3 }, { synapse_model = slow, g = uniform(5, 10), every = 2, delay = 1 })
  sim:connect(few, cells, nil, { synapse_model = "signal_connection", signal = "rate", input = "J", weight = 1e-4, delay = 0.7 })
  return sim, cells, few, neurons
end

local sim, cells, few, neurons = build()
local trace = sim:record(cells, { "I", "J" }, { interval = 3 })
local spikes = sim:record(neurons)
print(sim.num_connections, sim:fingerprint())
for _, ms in ipairs { 0.1, 7.3, 12.5 } do
  sim:simulate(ms)
  print(sim.time, sim:fingerprint(), spikes.n_events, trace.events.J:sum(), trace.events.I:sum())
end
local c = sim:connections { synapse_model = mean }
print(#c.source, c:get("F"):sum(), c:get("every"):sum(), c.delay:sum(), c.weight:sum())
sim:save("couplings.checkpoint")
local loaded = astro.load("couplings.checkpoint")
print(loaded:fingerprint())

local function go_on(simulation)
  local all = simulation:populations()
  simulation:simulate(3.4)
  simulation:connections { synapse_model = "slow", target = all[3]:slice(1, 50) }:set { g = 12, weight = uniform(0, 1) }
  simulation:connections { synapse_model = "mean", source = all[2] }:set { delay = 2 }
  simulation:simulate(6)
  simulation:disconnect(simulation:connections { synapse_model = "mean", source = all[2][2] })
  simulation:simulate(6)
  print(simulation.num_connections, simulation:fingerprint(), all[1]:get("I"):sum())
end
go_on(sim)
go_on(loaded)
print(trace.events.I:sum(), spikes.events.times:sum())
