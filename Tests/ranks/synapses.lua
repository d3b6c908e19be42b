-- Every synapse model of the catalogue with a value of its own for each parameter and state: drawn, set before and between runs,
-- and set to what is there already.
local astro = require "astro"
local uniform = astro.random.uniform

local function digest(vector)
  local sum = 7
  for i = 1, #vector do sum = (sum * 31 + math.floor(vector[i] * 1e6)) % 1000000007 end
  return sum
end

local RANGES = { weight = { 0.1, 2 }, delay = { 1, 3 }, U = { 0.2, 0.8 }, tau_psc = { 2, 6 }, tau_rec = { 100, 900 }, tau_fac = { 10, 90 },
  x = { 0.3, 0.6 }, y = { 0.1, 0.3 }, u = { 0.1, 0.4 }, tau_plus = { 10, 30 }, Kplus = { 0, 1 }, Kminus = { 0, 1 }, lambda = { 0.01, 0.2 }, alpha = { 0.5, 2 },
  mu_plus = { 0, 1 }, mu_minus = { 0, 1 }, Wmax = { 60, 200 }, A_plus = { 0.5, 2 }, A_minus = { 0.5, 2 }, tau_c = { 100, 900 },
  tau_n = { 50, 200 }, b = { 0, 0.002 }, Wmin = { 0, 20 }, c = { -1, 1 }, n = { 0, 0.02 }, tau_x = { 5, 30 }, x_bar = { 0, 0.2 } }
-- Where a default leaves a parameter without effect, or no room for another value.
local BASE = { tsodyks_synapse = { x = 0.5, tau_fac = 30 }, tsodyks2_synapse = { tau_fac = 30 },
  stdp_synapse = { weight = 50, Wmax = 100, lambda = 0.1, delay = 1.7 }, stdp_dopamine_synapse = { weight = 40 }, signal_connection = { signal = "SIC", input = "I_SIC" },
  clopath_synapse = { weight = 10, Wmin = 1, Wmax = 12, delay = 1.7 } }
-- strong enough for targets to fire
local OWN_RANGES = { stdp_synapse = { weight = { 20, 55 } }, stdp_dopamine_synapse = { weight = { 20, 55 } },
  clopath_synapse = { weight = { 8, 20 }, Wmin = { 1, 9 }, Wmax = { 10, 20 } } }

-- A synapse of a script: states of senders and of connections, both kinds of spikes, draws, two spikes a time.
astro.synapse {
  name = "text_synapse",
  parameters = { tau_plus = "20 ms", lambda = 0.05, Wmax = 100 },
  state = { Kplus = 0, Kminus = 0, y = 0.2, u = 0 },
  equations = [[
    dKplus/dt = -Kplus/tau_plus; dKminus/dt = -Kminus/post.tau_minus
    dy/dt = (u - y)/(30*ms); du/dt = -u/post.tau_minus
  ]],
  on_pre = "weight = max(0, weight - lambda*(y + 0.1*Kminus)*weight*rand()); send(weight); send(randn()*y); Kplus += 1",
  on_post = "weight = min(Wmax, weight + lambda*Kplus); u = 0.5*u + rand(); Kminus += 1",
}
BASE.text_synapse, OWN_RANGES.text_synapse = { weight = 40 }, { weight = { 20, 55 } }

local followed = astro.model {
  name = "followed",
  parameters = {
    A_LTP = "0.01 1/mV^2", A_LTD = "0.03 1/mV", theta_plus = "-66 mV", theta_minus = "-70 mV", A_LTD_const = "false",
    u_ref_squared = "4000 mV^2", delay_u_bars = "2 ms",
  },
  state = { V_m = "-70 mV", u_bar_plus = "-70 mV", u_bar_minus = "-70 mV", u_bar_bar = "-70 mV" },
  inputs = { I_SIC = "signal mV" },
  equations = [[
    dV_m/dt = (-70*mV - V_m + I_SIC)/(10*ms)
    du_bar_plus/dt = (V_m - u_bar_plus)/(7*ms)
    du_bar_minus/dt = (V_m - u_bar_minus)/(10*ms)
    du_bar_bar/dt = (u_bar_minus - u_bar_bar)/(100*ms)
  ]],
  on_spike = "V_m += 0.02*weight*mV",
  spike = { when = "V_m > -55*mV", action = "V_m = -72*mV" },
}

-- Four networks of one model that share their senders: `own` draws values in the first one, as it is connected.
local function build(model, own)
  local sim = astro.Simulation { seed = 5 }
  local noise = sim:create("poisson_generator", { rate = 300 })
  local parrots, few = sim:create("parrot_neuron", 130), sim:create("parrot_neuron", 7)
  sim:connect(noise, parrots + few)
  local synapse = { synapse_model = model }
  for name, value in pairs(BASE[model] or {}) do synapse[name] = value end
  if model == "stdp_dopamine_synapse" then
    synapse.third = sim:create "volume_transmitter"
    sim:connect(few, synapse.third)
  end
  local source = model:find "_connection$" and sim:create("astrocyte_surrogate", 130, { SIC = uniform(0, 3) }) or parrots + few
  local networks = {}
  for way = 1, 4 do
    -- a rule that follows its targets needs those that have what it reads; text models with a fixed step are quick
    local neurons = sim:create(model == "clopath_synapse" and followed or "aeif_cond_alpha_astro", 140)
    if way == 1 then for name, value in pairs(own) do synapse[name] = value end end
    sim:connect(source, neurons, { rule = "fixed_indegree", indegree = 20 }, synapse)
    if way == 1 then for name in pairs(own) do synapse[name] = (BASE[model] or {})[name] end end
    networks[way] = { neurons = neurons, all = sim:connections { source = source, target = neurons } }
  end
  return sim, source, networks
end

for _, name in ipairs(astro.models()) do
  local model = astro.models(name)
  -- those of the library are texts as the one above
  if model.kind == "synapse" and not pcall(require, "astro.models." .. name) then
    for _, parameter in ipairs(model.params) do
      local range = (OWN_RANGES[name] or {})[parameter.name] or RANGES[parameter.name]
      if range then
        local own = { [parameter.name] = uniform(range[1], range[2]) }
        local sim, source, networks = build(name, own)
        local before, third, last = networks[2].all, networks[3].neurons, networks[4].all
        before:set(own)
        sim:simulate(12)
        sim:connections { source = source:slice(3, 90, 5), target = third:slice(7, 130) }:set(own)
        last:set { [parameter.name] = last:get(parameter.name) }
        sim:simulate(12)
        local fingerprint = sim:fingerprint()
        for way, network in ipairs(networks) do
          local one = sim:connections { target = network.neurons[33] }
          print(name, parameter.name, way, fingerprint, #network.all, digest(network.all:get(parameter.name)), #one, digest(one.source))
        end
      elseif parameter.name ~= "receptor_type" and parameter.name ~= "third" then
        print(name, parameter.name, "has no range here: add one")
      end
    end
  end
end

-- Targets with several receptors: which one is drawn for each connection, of every model that carries spikes, and of generators.
local two = astro.model {
  name = "two_receptors", parameters = { tau_minus = "20 ms" }, state = { a = 0, b = 0 }, equations = "da/dt = -a/(9*ms)\ndb/dt = -b/(7*ms)",
  on_spike = { AMPA = "a += weight", GABA = "b += weight" }, spike = { when = "a > b + 3", action = "a = 0" },
}
for _, name in ipairs { "static_synapse", "tsodyks_synapse", "tsodyks2_synapse" } do
  local sim = astro.Simulation { seed = 6 }
  local noise, parrots, cells = sim:create("poisson_generator", 3, { rate = 200 }), sim:create("parrot_neuron", 130), sim:create(two, 150)
  local drawn = { receptor_type = astro.random.uniform_int(2), weight = uniform(0.5, 2) }
  sim:connect(noise, parrots)
  sim:connect(noise, cells, { rule = "pairwise_bernoulli", p = 0.5 }, drawn)
  drawn.synapse_model = name
  sim:connect(parrots, cells, { rule = "fixed_indegree", indegree = 20 }, drawn)
  local spikes = sim:record(cells)
  sim:simulate(30)
  local all, few = sim:connections { target = cells }, sim:connections { source = noise, target = cells[77] }
  print(name, sim:fingerprint(), spikes.n_events, digest(all:get "receptor_type"), digest(all.source), digest(all.target), digest(all.weight),
    digest(few:get "receptor_type"), digest(few.weight))
end
