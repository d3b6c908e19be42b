-- Adaptive steps and noise: an oscillator.
local oscillator = astro.model {
  name = "oscillator",
  parameters = { tau = "20 ms", mu = 2, sigma = 0.3 },
  state = { x = 0.1, y = 0 },
  equations = [[
    dx/dt = y/tau + sigma*xi*tau**-0.5
    dy/dt = (mu*(1 - x**2)*y - x)/tau
  ]],
}
local sim = astro.Simulation { seed = 1 }
local traces = sim:record(sim:create(oscillator, 3), { "x", "y" }, { interval = 5 })
for _ = 1, 2 do sim:simulate(200) end
traces:save("traces.csv")
