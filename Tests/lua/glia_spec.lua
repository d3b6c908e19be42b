-- What the scripts of scripts/glia share, against closed forms, and the deterministic examples against scripts/glia/reference.py.
local astro = require "astro"

local own = package.path
package.path = "scripts/glia/?.lua;" .. own
local gliotransmission = require "gliotransmission"
package.path = own

local function near(expected, got, tolerance)
  assert.is_true(math.abs(expected - got) <= tolerance, ("%.9g is not %.9g"):format(got, expected))
end

describe("receptors for gliotransmitter", function()
  it("are active, after a release, by what has bound while it decays", function()
    local cell = astro.model(gliotransmission.astrocyte { name = "receptors_at_once" })
    for _, step in ipairs { 1.0, 0.5 } do
      local sim = astro.Simulation { resolution = step }
      local glia = sim:create(cell, 1, { G_A = 0.078, Omega_G = 0 })             -- mM: what a first release leaves
      sim:simulate(400)
      near(1 - math.exp(-1.5 * 78 / 60), glia:get "Gamma_S", 1e-5)
    end
  end)

  it("fade by Omega_G", function()
    local sim = astro.Simulation { resolution = 1 }
    local glia = sim:create(astro.model(gliotransmission.astrocyte()), 1, { Gamma_S = 0.9 })
    sim:simulate(1000)
    near(0.9 * math.exp(-1 / 120), glia:get "Gamma_S", 1e-9)
  end)
end)

describe("the tuned synapse", function()
  local TIMES = { 100, 150, 200, 210, 220 }

  -- What spikes release where the receptors stand at Gamma, and what the astrocyte hears of it.
  local function run(Gamma, alpha)
    local sim = astro.Simulation { resolution = 1, seed = 1 }
    local glia = sim:create(astro.model(gliotransmission.astrocyte()), 1, { Gamma_S = Gamma, Omega_G = 0, Omega_c = 0, O_N = 0, N_S = 4 })
    local sender, target = sim:create "parrot_neuron", sim:create "parrot_neuron"
    local generator = sim:create("spike_generator", { spike_times = TIMES })
    sim:connect(generator, sender)
    local model = astro.synapse(gliotransmission.synapse())
    sim:connect(sender, target, "one_to_one", { synapse_model = model, receptor_type = 1, third = glia, alpha = alpha })
    local synapse = sim:connections { synapse_model = model }
    local sent = sim:record(synapse, { "sent" }, { when = "spike" })
    sim:simulate(300)
    return sent.events.sent, glia:get "Y_S", synapse:get("Y_S")[1]
  end

  it("releases by the recursion of its equations", function()
    for _, case in ipairs { { 0, 0 }, { 0.7, 0 }, { 0.7, 1 }, { 1, 0 } } do
      local Gamma, alpha = case[1], case[2]
      local sent, heard, left = run(Gamma, alpha)
      local U, u, x, last, total, Y = (1 - Gamma) * 0.6 + alpha * Gamma, 0, 1, 0, 0, 0
      for i, time in ipairs(TIMES) do
        local dt = (time - last) / 1000
        u, x, Y, last = u * math.exp(-3.33 * dt), 1 + (x - 1) * math.exp(-2 * dt), Y * math.exp(-40 * dt), time
        u = u + U * (1 - u)
        local r = u * x
        x, total, Y = x - r, total + r, Y + 2500 * r
        if r > 0 then near(r, sent[i], 1e-12) end
      end
      near(2.5 * total / 4, heard, 1e-12)                                        -- mM, by N_S
      near(Y * math.exp(-40 * (300 - (last + 1)) / 1000), left, 1e-9 * (1 + Y))   -- the parrot_neuron repeats 1 ms later
    end
  end)
end)

describe("example 3 of Stimberg et al.", function()
  it("releases where the reference does", function()
    local sim = astro.Simulation { resolution = 1 }
    local glia = sim:create(astro.model(gliotransmission.astrocyte()), 2,
      { F_ex = 2.0, O_beta = 0, C = 0, I = 0.4, I_bias = { 0.8, 1.25 } })
    local releases = sim:record(glia, nil, { event = "release" })
    sim:simulate(2200)
    assert.same({ 1059, 2085 }, releases.events.times:totable())                 -- reference: 1058.9 and 2084.6
  end)
end)
