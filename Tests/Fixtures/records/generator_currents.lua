-- Constant, stepped, alternating and noisy currents.
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("iaf_psc_alpha", 4)
local sources = {
  { "dc_generator", { amplitude = 400, start = 10 } }, { "ac_generator", { amplitude = 300, offset = 200, frequency = 25 } },
  { "step_current_generator", { amplitude_times = { 5, 40 }, amplitude_values = { 500, 100 } } },
  { "noise_generator", { mean = 300, std = 200, dt = 1 } } }
for i, source in ipairs(sources) do sim:connect(sim:create(source[1], source[2]), cells[i]) end
local traces, spikes = sim:record(cells, { "V_m" }), sim:record(cells)
sim:simulate(100)
traces:save("traces.csv")
spikes:save("spikes.csv")
