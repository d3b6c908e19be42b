-- Runs a small network and writes what was recorded (spikes.csv, samples.csv) and what astro.analysis makes of it (ours.json). compare.py does the same with Elephant.
local astro = require "astro"
local analysis = require "astro.analysis"

local DURATION <const>, BIN <const> = 5000, 10
-- Between grid points: at the very edge of the last bin Elephant drops a spike that numpy and astro.analysis keep.
local FROM <const>, TO <const> = 499.95, 4999.95

local sim = astro.Simulation { seed = 12 }
local neurons = sim:create("aeif_cond_alpha_astro", 120, { tau_syn_ex = 2.0, I_e = astro.random.uniform(300, 800) })
local glia = sim:create("astrocyte_lr_1994", 20, { IP3 = 0.5, delta_IP3 = 0.02 })
local noise = sim:create("poisson_generator", { rate = 2500 })
sim:connect(noise, neurons, "all_to_all", { weight = 1.0 })
sim:tripartite_connect(neurons, neurons, glia, { rule = "pairwise_bernoulli", p = 0.1 },
  { rule = "third_factor_bernoulli_with_pool", p = 0.5, pool_size = 5, pool_type = "random" },
  { primary = { weight = 1.0, delay = 2.0 }, third_out = { synapse_model = "sic_connection", weight = 0.5 } })

local spikes = sim:record(neurons)
local samples = sim:record(neurons:slice(1, 1), { "V_m", "I_SIC" }, { interval = 1.0 })
sim:simulate(DURATION)
spikes:save("spikes.csv")
samples:save("samples.csv")

local function json(value)
  if type(value) == "number" then return value == value and ("%.17g"):format(value) or "null" end
  if type(value) == "userdata" then value = value:totable() end
  local parts = {}
  if #value > 0 then
    for i, x in ipairs(value) do parts[i] = json(x) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for name, x in pairs(value) do parts[#parts + 1] = ("%q:%s"):format(name, json(x)) end
  return "{" .. table.concat(parts, ",\n") .. "}"
end

local window = { from = FROM, to = TO }
local _, cv = analysis.cv(spikes, window)
local _, lv = analysis.lv(spikes, window)
local _, fano = analysis.fano(spikes, { bin = 100, from = FROM, to = TO })
local synchrony = analysis.synchrony(spikes, { bin = BIN, from = FROM, to = TO })
local rate = analysis.rate_over_time(spikes, { bin = BIN, from = FROM, to = TO })
local sic = analysis.signal(samples, "I_SIC", { bin = BIN, from = FROM, to = TO })
local frequencies, power = analysis.power_spectrum(analysis.signal(samples, "V_m"), { segment = 500 })
local lags, correlation = analysis.cross_correlation(sic, rate, { max_lag = 500 })
local average = analysis.spike_triggered_average(spikes, analysis.signal(samples, "V_m"),
  { nodes = neurons:slice(1, 1), window = { -40, 40 } })

local file = assert(io.open("ours.json", "w"))
file:write(json {
  from = FROM, to = TO, bin = BIN, ids = neurons.ids,
  rates = analysis.rates(spikes, window), cv = cv, lv = lv, fano = fano,
  sample = synchrony.ids, matrix = synchrony.matrix, local_mean = synchrony.mean, local_std = synchrony.std, global = synchrony.global,
  rate = rate.values, sic = sic.values, frequencies = frequencies, power = power, lags = lags, correlation = correlation,
  average = average.mean, average_lags = average.lags, average_n = average.n,
})
file:close()
