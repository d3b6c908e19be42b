-- Models from equations: exact, by Runge and Kutta, adaptive, with noise; draws, events, signals of states and quantities.
local astro = require "astro"
local uniform = astro.random.uniform

local noisy = astro.model {
  name = "noisy", parameters = { tau = "10 ms", x_th = "5 mV", k = 1.5 }, state = { x = "3*mV*rand()", n = 0, w = "1 + i*0.001" },
  inputs = { J = "signal mV" },
  equations = [[
    dx/dt = (12*mV - x + J)/tau + 1.5*mV/ms^0.5*xi
    dn/dt = 0
    dw/dt = 0.01/ms*w*(1 - w^k) + 0.02/ms^0.5*w*xi_2
    q = 3*mV*tanh(x/(10*mV))*exprel(w)
    s = 2*x + q
  ]],
  on_spike = "x += weight",
  spike = { when = "x > x_th and rand() < 0.2", action = "x = 0; n += 1 + poisson(2)", refractory = "1.5*ms", hold = "x" },
  events = { half = { crossing = "x > x_th/2", action = "w += 0.1*rand()" } },
}

local sim = astro.Simulation { seed = 8 }
local cells = sim:create(noisy, 260, { tau = uniform(8, 12) })
local hodgkin = sim:create("hh_psc_alpha", 150, { I_e = uniform(400, 900) })
local glia = sim:create("g_chi", 140, { Y_S = uniform(0, 0.001) })
local leaky = sim:create("iaf_cond_exp", 90, { I_e = uniform(300, 500) })
sim:connect(cells, cells, { rule = "fixed_indegree", indegree = 8 }, { weight = uniform(0, 0.4), delay = uniform(1, 2) })
sim:connect(cells, hodgkin + leaky, { rule = "fixed_indegree", indegree = 8 }, { weight = 20 })
sim:connect(hodgkin, glia, { rule = "fixed_indegree", indegree = 3 }, { weight = 0.5 })
sim:connect(glia, cells, { rule = "fixed_indegree", indegree = 4 }, { synapse_model = "signal_connection", signal = "h", input = "J", weight = uniform(0, 1) })
sim:connect(cells, cells, "one_to_one", { synapse_model = "signal_connection", signal = "q", input = "J", weight = 0.3, delay = 1.4 })
local half, spikes = sim:record(cells, nil, { event = "half" }), sim:record(cells + hodgkin + leaky)
local samples = sim:record(cells, { "x", "q", "J" }, { interval = 3 })
sim:simulate(25.3)
sim:simulate(14.7)

local function digest(vector)
  local sum = 7
  for i = 1, #vector do sum = (sum * 31 + math.floor(vector[i] * 1e6)) % 1000000007 end
  return sum
end
print(sim:fingerprint(), half.n_events, spikes.n_events, digest(half.events.senders), digest(spikes.events.times), digest(samples.events.q),
  digest(samples.events.J), digest(cells:get("s")))
