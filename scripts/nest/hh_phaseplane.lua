-- The plane of potential and potassium activation of a Hodgkin-Huxley neuron: the step that it takes from each point, and a spike.
-- Sodium stands at its values at rest.
--
-- Twin of NEST's example hh_phaseplane.
-- test: --dv 20 --dn 0.1

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"

local options = require "astro.options" {
  "Phase plane of a Hodgkin-Huxley neuron.",
  { "current", 100.0, "constant current in pA" },
  { "dv", 2.0, "step of the potential in mV" },
  { "dn", 0.01, "step of the activation" },
}

local STEP = 0.1  -- ms, of the plane; the grid is finer

-- Each point is a separate neuron; all take their step at once.
local v_values, potentials, activations = {}, {}, {}
for v = -100.0, 42.0 - 1e-9, options.dv do
  v_values[#v_values + 1] = v
  for n = 0.1, 0.81 - 1e-9, options.dn do potentials[#potentials + 1], activations[#activations + 1] = v, n end
end

local rest = astro.Simulation { seed = options.seed }
local neuron = rest:create("hh_psc_alpha")
rest:simulate(1000.0)
local Act_m, Inact_h = neuron:get("Act_m"), neuron:get("Inact_h")

local function simulation(V_m, Act_n)
  local sim = astro.Simulation { resolution = 0.01, seed = options.seed }
  return sim, sim:create("hh_psc_alpha", #V_m, { I_e = options.current, V_m = V_m, Act_n = Act_n, Act_m = Act_m, Inact_h = Inact_h })
end

local sim, points = simulation(potentials, activations)
sim:simulate(STEP)
local dV, dn = points:get("V_m") - astro.vector(potentials), points:get("Act_n") - astro.vector(activations)

local spike, spiking = simulation({ -34.0 }, { 0.2 })
local V, n = {}, {}
for i = 1, 1000 do
  V[i], n[i] = spiking:get("V_m"), spiking:get("Act_n")
  spiking:set { Act_m = Act_m, Inact_h = Inact_h }
  spike:simulate(STEP)
end

-- A nullcline: for each potential the activation at which a quantity moves least.
local function nullcline(steps)
  local rows, least = #potentials // #v_values, {}
  for i = 1, #v_values do
    local first = (i - 1) * rows + 1
    local best = first
    for k = first, first + rows - 1 do
      if math.abs(steps[k]) < math.abs(steps[best]) then best = k end
    end
    least[i] = activations[best]
  end
  return least
end

report.samples("step of V_m", dV, "mV")
report.samples("step of Act_n", dn, "")
plot.panels {
  plot.lines(v_values, { V_m = nullcline(dV), Act_n = nullcline(dn) }, { title = "Nullclines", xlabel = "V_m (mV)", ylabel = "Act_n" }),
  plot.lines(V, n, { title = "A spike", xlabel = "V_m (mV)", ylabel = "Act_n" }),
}:save(options:figure("hh_phaseplane"))
