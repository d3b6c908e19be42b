-- A sweep that can be ended at any moment and run again.
local astro = require "astro"
local sweep = require "astro.sweep"

io.stdout:setvbuf "line"
print "on"
local results = sweep.run(function(p)
  local sim = astro.Simulation { seed = p.seed }
  local cells = sim:create("aeif_cond_alpha_astro", 200, { I_e = p.I_e })
  local spikes = sim:record(cells)
  sim:simulate(300)
  return { spikes = spikes.n_events, state = sim:fingerprint() }
end, { I_e = { 500, 600, 700, 800 }, trial = { 1, 2, 3, 4, 5, 6 } }, { file = "results.jsonl", processes = 2 })
assert(#results == 24)
results:save "results.csv"
