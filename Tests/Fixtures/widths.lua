-- A small network with a bit of everything. Prints one line, which must not depend on the width of the vectors, the
-- processor that the program was built for, or the number of threads (Tests/widths.sh).
local astro = require "astro"
local random = astro.random

local sim = astro.Simulation { resolution = 0.1, seed = 20251 }

local exc = sim:create("aeif_cond_alpha_astro", 243, {
  V_m = random.uniform(-70, -52), C_m = random.normal(281, 20), tau_syn_ex = random.uniform(0.4, 3), tau_syn_in = 4,
  Delta_T = random.uniform(1.5, 3), b = random.exponential(60), I_e = random.normal(250, 60),
})
local inh = sim:create("aeif_cond_alpha_astro", 61, {
  V_m = random.uniform(-70, -52), t_ref = random.uniform(0, 2.5), tau_w = random.lognormal(5, 0.2), tau_syn_ex = 2,
})
local sharp = sim:create("aeif_cond_alpha_astro", 5, { Delta_T = 0, V_th = -52, V_peak = -40, I_e = 650 })
local glia = sim:create("astrocyte_lr_1994", 118, {
  IP3 = random.uniform(0.2, 1.2), Ca_astro = random.uniform(0.05, 0.6), tau_IP3 = random.normal(7142, 300),
  delta_IP3 = 0.02,
})
local parrots = sim:create("parrot_neuron", 7)

local poisson = sim:create("poisson_generator", { rate = 2500, start = 5 })
local noise = sim:create("noise_generator", { mean = 30, std = 120, std_mod = 60, frequency = 40, dt = 0.7 })
local flux = sim:create("noise_generator", { mean = 1e-4, std = 2e-4 })
local step = sim:create("dc_generator", { amplitude = 250, start = 40, stop = 160 })
local wave = sim:create("ac_generator", { amplitude = 200, frequency = 37, phase = 20 })
local cells = exc + inh + sharp

sim:connect(poisson, parrots, "all_to_all", { delay = 0.4 })
sim:connect(poisson, cells, "all_to_all", { weight = random.uniform(0.1, 0.6), delay = random.uniform(0.1, 3) })
sim:connect(parrots, cells, { rule = "pairwise_bernoulli", p = 0.2 }, { weight = 0.3 })
sim:connect(noise, exc, "all_to_all", { weight = random.normal(1, 0.2), delay = 0.3 })
sim:connect(flux, glia)
sim:connect(step, inh)
sim:connect(wave, sharp)
local made = sim:tripartite_connect(exc, cells, glia,
  { rule = "pairwise_bernoulli", p = 0.1 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.6, pool_size = 7, pool_type = "random" },
  {
    primary = {
      synapse_model = "tsodyks_synapse", weight = random.lognormal(0, 0.5), delay = random.uniform(0.5, 6),
      U = random.uniform(0.2, 0.8), tau_rec = random.uniform(100, 800), tau_fac = random.uniform(0, 300), tau_psc = 2,
    },
    third_in = { synapse_model = "tsodyks_synapse", weight = 1, delay = 1.7 },
    third_out = { synapse_model = "sic_connection", weight = random.uniform(1, 30), delay = random.uniform(0.5, 2.5) },
  })
sim:connect(inh, cells, { rule = "fixed_indegree", indegree = 9 }, { synapse_model = "tsodyks_synapse", weight = -4, delay = 0.8 })
sim:connect(exc, inh, { rule = "pairwise_poisson", pairwise_avg_num_conns = 0.05 }, { weight = 0.5, delay = 11.3 })
sim:connect(inh, exc, { rule = "fixed_outdegree", outdegree = 5 }, { weight = random.uniform(-3, -1) })

local spikes = { sim:record(exc), sim:record(inh), sim:record(sharp), sim:record(parrots) }
sim:simulate(133.7)
sim:simulate(66.3)

local counts = {}
for i, recorder in ipairs(spikes) do counts[i] = #recorder.events.times end
-- models that are texts, with each kind of method, noise, powers and counts
local text = astro.Simulation { resolution = 0.1, seed = 20252 }
local own = astro.model {
  name = "widths", parameters = { tau = "10 ms", k = 1.5 }, state = { x = "3*mV*rand()", w = "1 + i*0.001" },
  equations = [[
    dx/dt = (12*mV - x)/tau + 1.5*mV/ms^0.5*xi
    dw/dt = 0.01/ms*w*(1 - w^k)*(1 + sin(x/(3*mV))) + 0.02/ms^0.5*tanh(w)*xi_2
  ]],
  spike = { when = "x > 5*mV and rand() < 0.2", action = "x = 0; w += 0.01*poisson(2)", refractory = "1.5*ms", hold = "x" },
}
text:create(own, 77, { tau = random.uniform(8, 12) })
for _, name in ipairs { "hh_psc_alpha", "aeif_psc_exp", "wang_buzsaki", "iaf_psc_delta" } do text:create(name, 45, { I_e = random.uniform(300, 900) }) end
for _, name in ipairs { "g_chi", "li_rinzel_stochastic", "glif_psc", "amat2_psc_exp" } do text:create(name, 35) end
text:simulate(60)

-- couplings, held and not, and synapses that read an astrocyte and their target, and learn
local both = astro.Simulation { resolution = 0.1, seed = 20253 }
local gap = astro.coupling {
  name = "widths_gap", parameters = { F = "0.2 uM/s" }, where = { d = "pre.I - post.I" }, input = "J_gap",
  value = "F/2*(1 + tanh((abs(d) - 0.3*uM)/(0.05*uM)))*sign(d)*exp(-pre.C/(1*uM))/N_incoming",
}
local electrical = astro.coupling {
  name = "widths_electrical", parameters = { g = "1 nS" }, input = "I_SIC", value = "g*(pre.V_m - post.V_m)",
}
local release = astro.synapse {
  name = "widths_release", parameters = { A = 0.05 }, state = { u = 0, x = 1 },
  equations = "du/dt = -u/(300*ms)\ndx/dt = (1 - x)/(500*ms)",
  on_pre = "u += 0.6/(1 + third.C/(1*uM))*(1 - u); r = u*x; x -= r; send(weight*r); send_third(0.1*r)",
  on_post = "weight += A*tanh(post.V_m/(70*mV))",
}
local gliacytes = both:create("g_chi", 83, { I = random.uniform(0, 1), C = random.uniform(0.05, 0.6) })
local senders = both:create("iaf_psc_exp", 91, { I_e = random.uniform(380, 600), V_m = random.uniform(-70, -56) })
both:connect(gliacytes, gliacytes, { rule = "symmetric_pairwise_bernoulli", p = 0.1, make_symmetric = true, allow_autapses = false },
  { synapse_model = gap, every = 0.5 })
both:connect(gliacytes, gliacytes, { rule = "fixed_indegree", indegree = 3 }, { synapse_model = gap, F = random.uniform(0, 1) })
both:connect(senders, senders, { rule = "fixed_indegree", indegree = 2 }, { synapse_model = electrical })
both:tripartite_connect(senders, senders, gliacytes, { rule = "fixed_indegree", indegree = 7 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.8, pool_size = 3 },
  { primary = { synapse_model = release, weight = 40, delay = random.uniform(0.1, 2) } })
both:connect(senders, senders, { rule = "fixed_indegree", indegree = 9 },
  { synapse_model = "stdp_pl_synapse_hom", weight = 20, delay = 1.3, lambda = 0.05 })
both:simulate(80)

-- silence: conductances that decay, down to where they become 0
local silent, silence = astro.Simulation { resolution = 0.1, seed = 20254 }, 0
local last = silent:create("spike_generator", { spike_times = { 1.0, 7.3 } })
for _, name in ipairs { "aeif_cond_alpha", "aeif_cond_exp", "iaf_psc_alpha", "iaf_cond_alpha" } do
  local cells = silent:create(name, 9)
  silent:connect(last, cells, "all_to_all", { weight = 1.3, delay = random.uniform(1, 2) })
  silent:connect(last, cells, "all_to_all", { weight = -1.7, delay = 2.0 })
end
for _ = 1, 300 do
  silent:simulate(5)
  silence = (31 * silence + tonumber(silent:fingerprint():sub(1, 8), 16)) % 2147483647
end

print(sim:fingerprint(), text:fingerprint(), both:fingerprint(), silence, table.concat(counts, " "), made.primary, made.third_in, made.third_out)
