-- A source of spikes as a gamma process of whole order with a rate that is modulated by a sine: each `order`-th event of a Poisson process
-- of `order` times the rate. Order 1 is a Poisson process. The rate is what NEST's sinusoidal_poisson_generator and
-- sinusoidal_gamma_generator have: rate + amplitude*sin(2*pi*frequency*t + phase), 0 where that is negative. At most one spike a step.
local astro = require "astro"

return astro.model {
  name = "sinusoidal_gamma",
  parameters = { rate = "0 Hz", amplitude = "0 Hz", frequency = "0 Hz", phase = 0, order = 1 },  -- phase in radians
  state = { events = 0 },
  equations = [[
    current_rate = max(0*Hz, rate + amplitude*sin(2*pi*frequency*t + phase)) : Hz
    devents/dt = 0
  ]],
  events = { count = { when = "rand() < 2", action = "events += poisson(order*current_rate*dt)" } },  -- once a step
  spike = { when = "events >= order", action = "events = min(events - order, order)" },
}
