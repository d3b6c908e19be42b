-- Everything that a script can ask of a simulation, in small: each rule, each kind of device, lists and distributions,
-- connections read and set, cells read and set, populations small and large, files.
local astro = require "astro"
local uniform = astro.random.uniform

local function text(x) return ("%.17g"):format(x) end
local function show(name, ...)
  local parts = { ... }
  for i, x in ipairs(parts) do parts[i] = type(x) == "number" and text(x) or tostring(x) end
  print(name, table.concat(parts, " "))
end

-- of every element, in order
local function digest(vector)
  local sum = 0
  for i, x in ipairs(vector) do sum = (sum * 31 + i * x) % 1e9 end
  return sum
end

local sim = astro.Simulation { seed = 12 }
local many = sim:create("aeif_cond_alpha_astro", 700, { V_m = uniform(-70, -60), tau_syn_ex = uniform(0.4, 3) })
local few = sim:create("aeif_cond_alpha_astro", 30, { label = "few", C_m = 200.0 })
local glia = sim:create("astrocyte_lr_1994", 400, { IP3 = 0.6, delta_IP3 = 0.5 })
local surrogate = sim:create("astrocyte_surrogate", 20)
local parrots = sim:create("parrot_neuron", 300)
local one = sim:create("aeif_cond_alpha_astro", { I_e = 900.0 })
local noise = sim:create("poisson_generator", 3, { rate = { 800.0, 60.0, 5000.0 } })
local times = sim:create("spike_generator", { spike_times = { 1.0, 5.0, 5.0, 30.0 } })
local dc = sim:create("dc_generator", { amplitude = 50.0 })
local white = sim:create("noise_generator", { mean = 20.0, std = 30.0 })
-- more than share a batch, fewer than three ranks deal out: one of them has all
local odd = sim:create("iaf_psc_alpha", 140, { I_e = 400.0, C_m = uniform(200, 300) })
local cells = many + few

local function connect(name, ...) show(name, sim:connect(...)) end
connect("noise", noise[1], cells, "all_to_all", { weight = uniform(0.5, 1.5), delay = uniform(1, 2) })
connect("noise to parrots", noise[2], parrots)
connect("noise to astrocytes", noise[3], glia, { rule = "pairwise_bernoulli", p = 0.5 }, { weight = 0.1 })
connect("times", times, few + one, "all_to_all", { weight = 10.0, delay = 1.5 })
connect("dc", dc, many:slice(1, 700, 3))
connect("white", white, few)
connect("bernoulli", many, cells, { rule = "pairwise_bernoulli", p = 0.05, allow_autapses = false }, { weight = 0.05, delay = 1.2 })
connect("poisson", parrots, many, { rule = "pairwise_poisson", pairwise_avg_num_conns = 0.1 }, { weight = uniform(0.1, 0.4) })
connect("indegree", many, few, { rule = "fixed_indegree", indegree = 40 },
  { synapse_model = "tsodyks_synapse", U = uniform(0.3, 0.7), weight = 0.5, delay = uniform(1, 3) })
connect("outdegree", few, many, { rule = "fixed_outdegree", outdegree = 50 }, { weight = -1.0 })
connect("total", parrots:slice(1, 150), parrots:slice(151, 300), { rule = "fixed_total_number", N = 200 }, { delay = 2.5 })
connect("one to one", parrots:slice(1, 30), few, "one_to_one", { weight = 2.0 })
connect("symmetric", few, few, { rule = "symmetric_pairwise_bernoulli", p = 0.2, allow_autapses = false, make_symmetric = true })
connect("to one", many, one, "all_to_all", { synapse_model = "tsodyks_synapse", weight = 0.05 })
connect("SIC", glia, many, { rule = "fixed_total_number", N = 3000 },
  { synapse_model = "sic_connection", weight = uniform(0, 0.05), delay = 1.5 })
connect("surrogate", surrogate, few, { rule = "fixed_indegree", indegree = 3 }, { synapse_model = "sic_connection", weight = 0.1 })
local made = sim:tripartite_connect(many, few, glia, { rule = "fixed_indegree", indegree = 100 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.7, pool_size = 5 },
  { primary = { weight = uniform(0.02, 0.04) }, third_in = { weight = uniform(0.5, 1), delay = 2.0 },
    third_out = { synapse_model = "sic_connection", weight = uniform(0.01, 0.03) } })
show("tripartite", made.primary, made.third_in, made.third_out)
made = sim:tripartite_connect(parrots:slice(1, 40), many:slice(1, 80), glia:slice(1, 160), "all_to_all",
  { rule = "third_factor_bernoulli_with_pool", p = 0.3, pool_size = 2, pool_type = "block" },
  { primary = { weight = 0.1 }, third_in = { weight = 0.2 }, third_out = { synapse_model = "sic_connection", weight = 0.01 } })
show("blocks", made.primary, made.third_in, made.third_out)
show("built", sim:fingerprint(), sim.num_connections, sim.num_nodes)

local spikes = sim:record(cells + one + parrots)
local own = sim:record(noise[2])
local traces = sim:record(many:sample(20) + few, { "V_m", "I_SIC", "g_ex" }, { interval = 0.7 })
local calcium = sim:record(glia:slice(1, 400, 21), { "Ca_astro", "h_IP3R" })
local current = sim:record(dc, { "I" })
local gaussian = sim:record(white, { "I" }, { interval = 0.3 })
-- written while the simulation runs
sim:record(many:slice(1, 700, 2) + few, nil, { to = "spikes.now.dat", label = "to a file" })
sim:record(many:slice(5, 700, 40) + few:slice(1, 3), { "V_m", "g_ex" }, { to = "traces.now.csv" })
local onto_few = sim:connections { target = few:slice(1, 4), synapse_model = "tsodyks_synapse" }
local sent = sim:record(onto_few, { "weight", "sent" }, { when = "spike" })
sim:record(onto_few, { "sent" }, { when = "spike", to = "traces.sent.dat", label = "sent, to a file" })
sim:record(onto_few, { "weight", "U" }, { interval = 7, to = "traces.weights.csv" })
local counter, meter = sim:create("spike_recorder"), sim:create("multimeter", { record_from = { "w" }, interval = 2.0 })
sim:connect(many, counter)
sim:connect(meter, few + one)
sim:simulate(60)
show("first run", sim:fingerprint(), spikes.n_events)

-- connections
local function look(name, found)
  show(name, #found, digest(found.source), digest(found.target), digest(found.weight), digest(found.delay))
end
look("all", sim:connections())
look("of few", sim:connections { source = few })
look("onto one", sim:connections { target = one })
look("tsodyks", sim:connections { synapse_model = "tsodyks_synapse" })
look("SIC", sim:connections { synapse_model = "sic_connection" })
local plastic = sim:connections { target = one, synapse_model = "tsodyks_synapse" }
show("x", digest(plastic:get("x")), plastic[7].source[1], plastic[-1]:get("x")[1])
plastic:set { U = uniform(0.2, 0.9), weight = 0.07 }
sim:connections { source = few, target = many }:set { weight = -0.5, delay = 1.0 }
sim:connections { source = glia[4] }:set { weight = 0.9 }
sim:connections { source = noise[1], target = few }:set { weight = 1.1 }
look("all set", sim:connections())

-- cells and devices
cells:set { I_e = 30.0 }
many:slice(5, 600, 7):set { V_th = uniform(-51, -49) }
few:set { w = astro.vector(few.ids):totable() }
noise[1]:set { rate = 900.0 }
show("V_m", digest(cells:get("V_m")), digest(cells:get("V_th")), digest(odd:get("V_m")))
show("one", one:get("V_m"), many[333]:get("V_th"), few:get("w"):sum(), noise[1]:get("rate"))
sim:simulate(40.3)
show("second run", sim:fingerprint(), spikes.n_events, own.n_events)
sim:connect(one, many, "all_to_all", { weight = 0.2, delay = 0.5 })
local late = sim:create("aeif_cond_alpha_astro", 65)
sim:connect(many, late, { rule = "fixed_indegree", indegree = 3 }, { weight = 5.0 })
sim:connect(meter, late[1])
sim:simulate(30)
show("third run", sim:fingerprint(), sim.stats.spikes, sim.stats.events)

-- what was recorded
local function events(name, recorder)
  local found, sums = {}, {}
  for key, values in pairs(recorder.events) do found[key] = values end
  for _, key in ipairs { "times", "senders", "V_m", "I_SIC", "g_ex", "Ca_astro", "h_IP3R", "I", "w", "targets", "sent", "weight" } do
    if found[key] then sums[#sums + 1] = digest(found[key]) end
  end
  show(name, recorder.n_events, table.unpack(sums))
end
events("spikes", spikes)
events("noise", own)
events("traces", traces)
events("calcium", calcium)
events("current", current)
events("gaussian", gaussian)
events("counter", counter)
events("meter", meter)
events("sent", sent)
show("rate", spikes:rate(), tostring(traces))
spikes:clear()
sim:simulate(5)
events("cleared", spikes)

for _, ending in ipairs { "csv", "dat", "npz" } do
  traces:save("traces." .. ending)
  spikes:save("spikes." .. ending)
end
local found, problem = pcall(many.set, many, { tau_syn_ex = uniform(-0.01, 5) })
show("refused", found, problem)
found, problem = pcall(sim.connect, sim, few, many, "all_to_all", { delay = uniform(0.01, 3) })
-- which of several is named depends on who is first
show("refused", found, (problem:gsub("delay = [%d.]+", "delay = …", 1)))
show("end", sim:fingerprint(), tostring(sim))

-- the same file from any number of ranks, and a simulation that goes on
sim:save("state.checkpoint")
show("unwritable", pcall(sim.save, sim, "nowhere/state.checkpoint"))
local again = astro.load("state.checkpoint", { streams = false })
sim:simulate(7)
again:simulate(7)
show("went on", again:fingerprint() == sim:fingerprint(), again:recorder("to a file").n_events)
events("loaded", again:recorders()[3])
events("sent", sent)
events("loaded", again:recorders()[#again:recorders()])
