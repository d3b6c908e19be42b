-- Slow oscillations of extracellular potassium: a neuron, the space around it with its glial buffer, and a bath.
--
-- Spikes release potassium into the space; pumps, glia and diffusion into the bath remove it. With 8 mM in the bath, the neuron, whose own
-- time scale is that of a spike, falls silent and starts again every half minute (Cressman et al. 2009, with the parameters of
-- Barreto & Cressman 2011). The interactions of the three compartments are couplings. The numbers beside ours are those of a Runge-Kutta
-- method of order 4 over the whole system, with steps of 0.01 ms and without delay.
-- test: --time 50

local astro = require "astro"
local plot = require "astro.plot"
local report = require "astro.report"
local acceptance = require "acceptance"

local options = require "astro.options" {
  "A neuron in its own potassium.",
  { "time", 100000.0, "simulated time in ms" },
  { "resolution", 0.02, "step in ms" },
  { "bath", 8.0, "potassium in the bath in mM" },
}

-- Numbers as in the papers: mV, ms, uF/cm^2, mS/cm^2, uA/cm^2, mM, mM/s.
local REST <const> = 4  -- mM of potassium; what is above it reaches the neuron

local neuron = astro.model {
  name = "neuron_with_ions", units = false,
  references = {
    "Cressman et al. (2009), doi:10.1007/s10827-008-0132-4", "Barreto & Cressman (2011), doi:10.1007/s10867-010-9212-6",
  },
  parameters = {
    g_Na = 100, g_NaL = 0.0175, g_K = 40, g_KL = 0.05, g_Cl = 0.05, phi = 3, gamma = 0.0445, beta = 7, rho = 1.25, rest = REST,
  },
  state = { V = -60, n = 0.05, h = 0.9, Na_i = 18 },
  inputs = { K_above = "signal" },
  equations = [[
    K_o = rest + K_above
    K_i = 140 + 18 - Na_i
    Na_o = 144 - beta*(Na_i - 18)
    E_Na = 26.64*log(Na_o/Na_i)
    E_K = 26.64*log(K_o/K_i)
    I_Na = (g_Na*m_inf^3*h + g_NaL)*(V - E_Na)
    I_K = (g_K*n^4 + g_KL)*(V - E_K)
    dV/dt = -I_Na - I_K - g_Cl*(V - 26.64*log(6/130))
    dn/dt = phi*(a_n*(1 - n) - 0.125*exp(-(V + 44)/80)*n)
    dh/dt = phi*(0.07*exp(-(V + 44)/20)*(1 - h) - h/(1 + exp(-0.1*(V + 14))))
    a_m = 1/exprel(-0.1*(V + 30))
    a_n = 0.1/exprel(-0.1*(V + 34))
    m_inf = a_m/(a_m + 4*exp(-(V + 55)/18))
    pump = rho/(1 + exp((25 - Na_i)/3))
    dNa_i/dt = (-gamma*I_Na - 3*pump/(1 + exp(5.5 - K_o)))/1000
  ]],
  spike = { crossing = "V > 0" }, method = "rk4",
}

local space = astro.model {
  name = "extracellular_space", kind = "astrocyte", units = false, parameters = { G = 66.666 }, state = { K_o = REST },
  inputs = { J = "signal" },
  equations = "glia = G/(1 + exp((18 - K_o)/2.5))\ndK_o/dt = (J - glia)/1000",
}
local bath = astro.model { name = "bath", kind = "astrocyte", units = false, state = { K_o = REST }, equations = "dK_o/dt = 0" }

local release = astro.coupling {
  name = "potassium_release", summary = "What currents bring out and pumps take in.", units = false,
  parameters = { gamma = 0.0445, beta = 7 },
  input = "J", value = "gamma*beta*pre.I_K - 2*beta*pre.pump/(1 + exp(5.5 - post.K_o))",
}
local diffusion = astro.coupling {
  name = "potassium_diffusion", units = false, parameters = { epsilon = 1.3333 },
  input = "J", value = "epsilon*(pre.K_o - post.K_o)",
}
local surroundings = astro.coupling {
  name = "potassium_outside", units = false, parameters = { rest = REST }, input = "K_above", value = "pre.K_o - rest",
}

local sim = astro.Simulation { resolution = options.resolution, seed = options.seed }
local cell, around, reservoir = sim:create(neuron), sim:create(space), sim:create(bath, { K_o = options.bath })
sim:connect(cell, around, nil, { synapse_model = release })
sim:connect(reservoir, around, nil, { synapse_model = diffusion })
sim:connect(around, cell, nil, { synapse_model = surroundings })
local spikes = sim:record(cell)
local trace = sim:record(around, { "K_o" }, { interval = 10 })
sim:simulate(options.time)

-- A burst is over when no spike comes for 5 s.
local bursts = {}
for _, t in ipairs(spikes.events.times) do
  local last = bursts[#bursts]
  if not last or t - last.stop > 5000 then
    bursts[#bursts + 1] = { start = t, stop = t, spikes = 0 }
    last = bursts[#bursts]
  end
  last.stop, last.spikes = t, last.spikes + 1
end

local REFERENCE <const> = { { 19.00, 25.41, 199 }, { 48.65, 55.06, 199 }, { 78.30, 84.70, 199 } }
local K, settled = trace.events.K_o, {}
for i, t in ipairs(trace.events.times) do
  if #bursts > 1 and t > bursts[1].stop then settled[#settled + 1] = K[i] end
end
report.heading("extracellular potassium")
report.samples("K_o", K, "mM")
if #settled > 0 then
  local after, as_reference = astro.vector(settled), options.bath == 8 and options.time >= 50000
  acceptance.heading("reference", "mM", 3)
  acceptance.row("lowest after the first burst", after:min(), as_reference and 6.696 or nil)
  acceptance.row("highest", after:max(), as_reference and 9.939 or nil)
end
report.heading("bursts")
for i, burst in ipairs(bursts) do
  local expected = REFERENCE[i]
  print(("  %d  from %.2f to %.2f s, %d spikes%s"):format(i, burst.start / 1000, burst.stop / 1000, burst.spikes,
    expected and ("  (reference: %.2f to %.2f s, %d)"):format(table.unpack(expected)) or ""))
end
plot.panels {
  plot.traces(trace, { "K_o" }, { title = "Extracellular potassium" }),
  plot.raster(spikes, { title = "Spikes", height = 120 }),
}:save(options:figure("potassium"))
