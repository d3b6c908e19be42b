-- A network of neurons and astrocytes: 4000 neurons, 3200 astrocytes joined by gap junctions, 1.28 million synapses. Transmitter from
-- excitatory synapses activates astrocytes; their gliotransmitter lowers the release of the synapses. Stimberg et al. (2019),
-- doi:10.1007/978-3-030-00817-8_18, example 6, figure 6.
--
-- `--variant published` does what the example for Brian2 really computes. Only synapses whose target lies in one half of the square have
-- an astrocyte, and all synapses onto inhibitory neurons, which have no position, share one. Synapses see each value of G_A for the 10 ms
-- of an astrocyte's step, so it decays as if at 45 instead of 60 1/s. `--variant meant` gives each synapse the astrocyte at the position
-- of its target, and G_A the rate of the paper.
-- test: --time 20

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local coba = require "coba"
local gliotransmission = require "gliotransmission"
local options = require "astro.options" {
  "Stimberg et al. (2019), example 6.",
  { "time", 8000.0, "simulated time in ms" },
  { "variant", "published", "as the example computes it, or as it is meant", { "published", "meant" } },
  { "plot", true, "draw a figure" },
}

local N_E, N_I, N_A, DT, STEP = 3200, 800, 3200, 0.1, 10.0                   -- ms: of neurons, of astrocytes
local SIZE, ROWS = 3750.0, 56                -- um; cells in a row of the lattice

local PUBLISHED = options.variant == "published"
local K = 60.0 * 0.001 * STEP
local DECAY = 1 - K + K ^ 2 / 2 - K ^ 3 / 6 + K ^ 4 / 24                     -- of G_A in a step of Runge-Kutta

-- ## Cells and synapses

-- The modulated synapse without Y_S, which nothing but a picture needs.
local definition = gliotransmission.synapse "modulated"
table.remove(definition.state)
definition.equations = definition.equations:gsub("dY_S/dt[^\n]*\n", "")
definition.on_pre = definition.on_pre:gsub("Y_S %+=[^\n]*\n", "")
for i, row in ipairs(definition.parameters) do
  if row[1] == "Omega_c" then table.remove(definition.parameters, i) break end
end
local modulated = astro.synapse(definition)

local gap = astro.coupling {
  name = "ip3_gap_junction",
  parameters = { F = "0.09 uM/s", theta = "0.3 uM", omega = "0.05 uM" },
  where = { d = "pre.I - post.I" },
  input = "J_gap", value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
}

local sim = astro.Simulation { resolution = DT, seed = options.seed }
local exc, inh = sim:create(coba.neuron, N_E), sim:create(coba.neuron, N_I)
local astrocytes = sim:create(astro.model(gliotransmission.astrocyte { name = "g_chi_network", step = STEP }), N_A,
  { O_delta = 1.2, O_beta = 0.5, Omega_e = PUBLISHED and (1 - DECAY) / (0.001 * STEP) or 60.0 })
sim:connect(exc, exc + inh, { rule = "pairwise_bernoulli", p = coba.P_E }, { synapse_model = modulated, weight = coba.W_E, delay = DT })
sim:connect(inh, exc + inh, { rule = "pairwise_bernoulli", p = coba.P_I },
  { synapse_model = coba.synapse, weight = coba.W_I, delay = DT })

-- ## Which astrocyte a synapse has: by its target, counted from 0; nil for none

local function towards_0(x) return x < 0 and math.ceil(x) or math.floor(x) end

local function published_astrocyte(neuron)
  if neuron >= N_E then return 0 end
  local columns = N_E // ROWS
  local spacing, spacing_a = SIZE / columns, SIZE / ROWS
  local x = (neuron // ROWS - ROWS / 2) * spacing
  local y = (neuron % ROWS - columns / 2) * spacing
  local index = towards_0(towards_0(x / spacing_a) + N_A / ROWS * towards_0(y / spacing_a))
  return index >= 0 and index < N_A and index or nil
end

local function astrocyte_of(neuron)
  if PUBLISHED then return published_astrocyte(neuron) end
  return neuron < N_E and neuron or (neuron - N_E) * 4
end

local of_target, first, first_neuron = {}, astrocytes.ids[1], exc.ids[1]
for neuron = 0, N_E + N_I - 1 do
  local index = astrocyte_of(neuron)
  of_target[first_neuron + neuron] = index and first + index or 0
end
local synapses = sim:connections { synapse_model = modulated }
local third, count = {}, {}
for i, target in ipairs(synapses.target) do
  third[i] = of_target[target]
  count[third[i]] = (count[third[i]] or 0) + 1
end
synapses:set { third = third }
local N_S, covered = {}, 0
for i = 1, N_A do
  N_S[i] = count[first + i - 1] or 1
  if count[first + i - 1] then covered = covered + 1 end
end
astrocytes:set { N_S = N_S }

-- ## Gap junctions between neighbours of the lattice

local function join(a, b)
  for _, pair in ipairs { { a, b }, { b, a } } do
    sim:connect(pair[1], pair[2], "one_to_one", { synapse_model = gap, every = STEP, delay = DT })
  end
end
join(astrocytes:slice(1, N_A - ROWS), astrocytes:slice(ROWS + 1, N_A))
local left_of, right_of
for start = 1, N_A, ROWS do
  local stop = math.min(start + ROWS - 1, N_A)
  local a, b = astrocytes:slice(start, stop - 1), astrocytes:slice(start + 1, stop)
  left_of, right_of = left_of and left_of + a or a, right_of and right_of + b or b
end
join(left_of, right_of)

-- ## Run

local exc_spikes, inh_spikes = sim:record(exc), sim:record(inh)
local releases = sim:record(astrocytes, nil, { event = "release" })
local left = options.time
for _, current in ipairs { 100.0, 120.0, 100.0 } do                          -- pA, 2 s each; the last one to the end
  (exc + inh):set { I_ex = current }
  local duration = (current == 100.0 and sim.time > 0) and left or math.min(2000.0, left)
  sim:simulate(duration)
  left = left - duration
end

print(("excitatory %.2f Hz, inhibitory %.2f Hz, releases %d, real-time factor %.2f"):format(
  exc_spikes:rate(), inh_spikes:rate(), releases.n_events, 1000 * sim.stats.simulate / sim.time))
print("Brian2, variant published, its seed, 8 s: excitatory 1.21 Hz, inhibitory 0.66 Hz, releases 1625")
if releases.n_events > 0 then report.value("mean time of a release", releases.events.times:mean() / 1000, "s") end
report.value("synapses with an astrocyte", #synapses - (count[0] or 0))
report.value("without", count[0] or 0)
report.value("astrocytes with synapses", covered)
report.run(sim)
if options.plot then
  plot.panels {
    plot.raster(exc_spikes, { histogram = true, title = "Example 6: excitatory neurons" }),
    plot.raster(releases, { title = "releases of astrocytes" }),
    columns = 1,
  }:save(options:figure("stimberg_6_coba_with_astrocytes"))
end
