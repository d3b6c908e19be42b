-- Evolution strategies look for the inhibition g and the drive eta with which Brunel's network fires at given statistics: rate, CV of
-- intervals, correlation. Wierstra et al. (2014), Natural evolution strategies, J Mach Learn Res 15:949; Brunel (2000),
-- doi:10.1023/A:1008925309027.
--
-- Twin of NEST's example brunel_alpha_evolution_strategies.
-- test: --generations 1 --time 400

local astro = require "astro"
local analysis = require "astro.analysis"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Parameters of a network by evolution strategies.",
  { "generations", 20, "number of steps" },
  { "time", 1000.0, "simulated time of a network in ms" },
  { "warmup", 300.0, "ms that do not count" },
}

local N_EX, N_IN, EPSILON, DELAY, N_RECORDED = 320, 80, 0.1, 1.5, 40      -- ms
local TAU_M, TAU_SYN, C_M, THRESHOLD, J = 20.0, 0.5, 250.0, 20.0, 0.1     -- ms, ms, pF, mV, mV
local TARGETS = { { "rate", 1.89, 1.0 }, { "CV", 1.0, 10.0 }, { "correlation", 0.0, 100.0 } }  -- name, aim, weight of a miss
local MU, SIGMA = { 1.0, 3.0 }, { 0.15, 0.05 }                            -- of g and eta
local SEED = 123                                                          -- of all networks

-- Peak of the potential, in mV, after a spike of weight 1 pA.
local function psp()
  local b, largest = 1 / TAU_SYN - 1 / TAU_M, 0
  for t = 0, TAU_M, 1e-4 do
    local decay = math.exp(-t / TAU_SYN)
    largest = math.max(largest, (math.exp(-t / TAU_M) - decay) / b - t * decay)
  end
  return math.exp(1) / (TAU_SYN * C_M * b) * largest
end
local WEIGHT = J / psp()

-- The spikes of some excitatory and some inhibitory neurons.
local function simulate(g, eta)
  local c_ex, c_in = EPSILON * N_EX // 1, EPSILON * N_IN // 1
  local threshold_rate = THRESHOLD * C_M / (WEIGHT * c_ex * math.exp(1) * TAU_M * TAU_SYN)
  local neuron = {
    C_m = C_M, tau_m = TAU_M, tau_syn_ex = TAU_SYN, tau_syn_in = TAU_SYN, t_ref = 2.0, E_L = 0.0, V_reset = 0.0,
    V_m = 0.0, V_th = THRESHOLD,
  }
  local sim = astro.Simulation { seed = SEED }
  local exc, inh = sim:create("iaf_psc_alpha", N_EX, neuron), sim:create("iaf_psc_alpha", N_IN, neuron)
  local noise = sim:create("poisson_generator", { rate = 1000.0 * eta * threshold_rate * c_ex })
  local excitatory, inhibitory = { weight = WEIGHT, delay = DELAY }, { weight = -g * WEIGHT, delay = DELAY }
  sim:connect(noise, exc + inh, "all_to_all", excitatory)
  sim:connect(exc, exc + inh, { rule = "fixed_indegree", indegree = c_ex }, excitatory)
  sim:connect(inh, exc + inh, { rule = "fixed_indegree", indegree = c_in }, inhibitory)
  local spikes = { sim:record(exc:slice(1, N_RECORDED)), sim:record(inh:slice(1, N_RECORDED)) }
  sim:simulate(options.time)
  return spikes
end

-- The rate of excitatory neurons; means over both populations: CV of all intervals together, correlation of counts in bins of 1 ms. What
-- cannot be said is 0. As in the example the rate is over the whole time.
local function statistics(spikes)
  local values = { 0, 0, 0 }
  for i, rec in ipairs(spikes) do
    local times, senders = rec.events.times, rec.events.senders
    local late = times:gt(options.warmup)
    local counted = { times = times:select(late), senders = senders:select(late), window = { 0, options.time } }
    if i == 1 then values[1] = #counted.times / N_RECORDED / options.time * 1000 end
    local intervals = analysis.intervals(counted)
    local r = #counted.times > 1 and analysis.local_synchrony(counted, { bin = 1, sample = N_RECORDED }) or 0
    values[2] = values[2] + (#intervals > 1 and intervals:std() / intervals:mean() / 2 or 0)
    values[3] = values[3] + (r == r and r / 2 or 0)
  end
  return values
end

local function fitness_of(z)
  local fitness, values = 0, statistics(simulate(z[1], z[2]))
  for i, target in ipairs(TARGETS) do fitness = fitness - target[3] * (values[i] - target[2]) ^ 2 end
  return fitness
end

-- One generation: samples and their mirror images, the best first, and where mean and width of the search go.
local draw = astro.random.normal(0, 1)
local half = 4 + math.floor(3 * math.log(#MU))
local learning_rate = (3 + math.log(#MU)) / (12 * math.sqrt(#MU))

local function sampled()
  local population = {}
  for _ = 1, half do
    local s = draw:draw(#MU)
    for _, sign in ipairs { 1, -1 } do
      local one = { s = {}, z = {} }
      for j = 1, #MU do
        one.s[j] = sign * s[j]
        one.z[j] = MU[j] + SIGMA[j] * one.s[j]
      end
      one.fitness = fitness_of(one.z)
      population[#population + 1] = one
    end
  end
  table.sort(population, function(a, b) return a.fitness > b.fitness end)
  return population
end

local function move(population)
  local n, sum, utility = #population, 0, {}
  for k = 1, n do
    utility[k] = math.log(n / 2 + 1) - math.log(k)
    sum = sum + utility[k]
  end
  for j = 1, #MU do
    local along, wider = 0, 0
    for k, one in ipairs(population) do
      local u = utility[k] / sum - 1 / n
      along, wider = along + u * one.s[j], wider + u * (one.s[j] ^ 2 - 1)
    end
    MU[j], SIGMA[j] = MU[j] + SIGMA[j] * along, SIGMA[j] * math.exp(learning_rate / 2 * wider)
  end
end

local function mean_fitness(population)
  local sum = 0
  for _, one in ipairs(population) do sum = sum + one.fitness end
  return sum / #population
end

local tried, fitness, generations = { g = {}, eta = {} }, {}, {}
for generation = 0, options.generations do
  local population = sampled()
  for _, one in ipairs(population) do
    tried.g[#tried.g + 1], tried.eta[#tried.eta + 1] = one.z[1], one.z[2]
  end
  local n = generation + 1
  generations[n], fitness[n] = generation, mean_fitness(population)
  report.value(("generation %d"):format(generation), ("fitness %.3f   g %.3f ± %.3f   eta %.3f ± %.3f"):format(
    fitness[n], MU[1], SIGMA[1], MU[2], SIGMA[2]))
  if generation < options.generations then move(population) end
end

local spikes = simulate(MU[1], MU[2])
report.heading("with the parameters that were found")
for i, value in ipairs(statistics(spikes)) do report.value(TARGETS[i][1], value, i == 1 and "Hz" or nil) end
plot.panels {
  plot.raster(spikes[1]),
  plot.lines(tried.g, tried.eta, { points = true, xlabel = "g", ylabel = "eta", title = "Networks that were tried" }),
  plot.lines(generations, fitness, { xlabel = "generation", ylabel = "fitness" }),
}:save(options:figure("brunel_alpha_evolution_strategies"))
