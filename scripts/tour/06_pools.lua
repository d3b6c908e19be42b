-- 6. Who wraps which synapse.
--
-- Neurons are connected at random. An astrocyte from the pool of the target neuron may take part in each connection. Pools are
-- assigned in blocks, or at random.
-- test: --format svg

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local options = require "astro.options" { "Tripartite connections, with pools in blocks and at random." }

local N_NEURONS, N_ASTROCYTES = 10, 5
local P_PRIMARY = 0.5   -- probability that a pair of neurons is connected
local P_THIRD = 0.8     -- probability that an astrocyte takes part in a connection
local POOLS = {
  { pool_type = "block", pool_size = 1 },
  { pool_type = "random", pool_size = 2 },
}

-- The mean number of different astrocytes that reach a target.
local function astrocytes_per_target(sim, post)
  local count = 0
  for _, neuron in ipairs(post) do
    local seen = {}
    for _, id in ipairs(sim:connections { target = neuron, synapse_model = "sic_connection" }.source) do
      if not seen[id] then count = count + 1 end
      seen[id] = true
    end
  end
  return count / #post
end

local figures = { columns = 2 }
for i, pool in ipairs(POOLS) do
  local sim = astro.Simulation { seed = options.seed }
  local pre = sim:create("aeif_cond_alpha_astro", N_NEURONS)
  local post = sim:create("aeif_cond_alpha_astro", N_NEURONS)
  local glia = sim:create("astrocyte_lr_1994", N_ASTROCYTES)
  local made = sim:tripartite_connect(pre, post, glia,
    { rule = "pairwise_bernoulli", p = P_PRIMARY },
    { rule = "third_factor_bernoulli_with_pool", p = P_THIRD, pool_type = pool.pool_type, pool_size = pool.pool_size },
    { third_out = "sic_connection" })

  local name = ("%s pools of %d"):format(pool.pool_type, pool.pool_size)
  report.heading(name)
  report.value("neuron to neuron", made.primary)
  report.value("astrocyte to neuron", made.third_out)
  report.value("astrocytes per target", astrocytes_per_target(sim, post))
  figures[i] = plot.tripartite(sim, pre, post, glia, { title = name })
end
plot.panels(figures):save(options:figure("06_pools"))

-- Question: random pools of 5, that is, of all astrocytes. Are there more connections? From how many astrocytes does a neuron get input?
