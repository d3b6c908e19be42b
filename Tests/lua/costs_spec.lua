-- Many small things cost what they do, and not more for being many. Processor time is compared within this process, the least of three
-- runs; bounds are several times what is measured, and what they guard against was ten times and more beyond them.
local astro = require "astro"

local NEURON <const> = "aeif_cond_alpha_astro"

-- Seconds of processor time that `simulate(ms)` takes, after one step, in what `build(sim)` has built.
local function simulated(ms, build)
  local least = math.huge
  for _ = 1, 3 do
    local sim <close> = astro.Simulation { seed = 1, threads = 1 }
    build(sim)
    sim:simulate(0.1)
    local start = os.clock()
    sim:simulate(ms)
    least = math.min(least, os.clock() - start)
  end
  return least
end

local function at_most(factor, cost, reference)
  assert.is_true(cost <= factor * reference, ("%.4f s are %.1f times %.4f s"):format(cost, cost / reference, reference))
end

local function populations(count)
  return function(sim)
    for _ = 1, count do sim:create(NEURON, 1000 // count, { I_e = 700 }) end
  end
end

describe("many small things:", function()
  it("1000 populations of a cell cost at most 4 times one population of 1000", function()
    at_most(4, simulated(200, populations(1000)), simulated(200, populations(1)))
  end)

  it("1000 Poisson generators cost what their spikes cost", function()
    local function generators(count)
      return function(sim)
        local cells = sim:create(NEURON, 1000)
        for _ = 1, count do sim:connect(sim:create("poisson_generator", { rate = 2000 / count }), cells, nil, { weight = 0.1 }) end
      end
    end
    at_most(8, simulated(100, generators(1000)), simulated(100, generators(1)))
  end)

  it("1000 multimeters at 0.1 ms cost what they record", function()
    local function multimeters(count)
      return function(sim)
        local cells = sim:create(NEURON, 1000, { I_e = 700 })
        for i = 1, count do sim:record(count == 1 and cells or cells[i], { "V_m" }, { interval = 0.1 }) end
      end
    end
    at_most(4, simulated(100, multimeters(1000)), simulated(100, multimeters(1)))
  end)

  for _, model in ipairs { "static_synapse", "stdp_synapse" } do
    it("40 000 calls of connect cost what 40 times 1000 do, with " .. model, function()
      local function connected(count)
        local sim <close> = astro.Simulation { seed = 1, threads = 1 }
        local cells, single = sim:create("iaf_psc_exp", 1000), {}
        for i = 1, 1000 do single[i] = cells[i] end
        local start = os.clock()
        for i = 1, count do sim:connect(single[i % 1000 + 1], single[i * 7 % 1000 + 1], nil, { synapse_model = model }) end
        return os.clock() - start
      end
      at_most(40 * 2, connected(40000), math.min(connected(1000), connected(1000)))
    end)
  end

  it("20 000 cells made one by one take a few seconds at most, and below 2 kB each", function()
    local sim <close> = astro.Simulation { seed = 1, threads = 1 }
    local start = os.clock()
    for _ = 1, 20000 do sim:create(NEURON) end
    sim:simulate(0.1)
    assert.is_true(os.clock() - start < 5)
    assert.is_true(sim.stats.memory_bytes < 2000 * 20000, sim.stats.memory_bytes)
  end)
end)

describe("a few among four million connections", function()
  it("are found, read and set without a look at the others", function()
    local sim <close> = astro.Simulation { seed = 1, threads = 1 }
    local cells = sim:create("parrot_neuron", 2000)
    sim:connect(cells, cells, "all_to_all", { weight = astro.random.uniform(0, 1) })
    local start, sum = os.clock(), 0
    for i = 1, 500 do
      local pair = sim:connections { source = cells[i], target = cells[i + 5] }
      pair:set { weight = i }
      sum = sum + pair:get("weight")[1] + #sim:connections { source = cells[i] } + #sim:connections { target = cells[i] }
    end
    assert.equal(500 * 501 / 2 + 500 * 4000, sum)
    -- one look at all of them took 0.39 s
    assert.is_true(os.clock() - start < 5, os.clock() - start)
  end)
end)
