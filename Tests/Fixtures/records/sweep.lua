-- Points of a sweep, each in a process of its own.
local results = require("astro.sweep").run(function(p)
  local sim = astro.Simulation { seed = p.seed }
  local spikes = sim:record(sim:create("iaf_psc_alpha", 5, { I_e = p.current }))
  sim:simulate(50)
  return spikes.n_events
end, { current = { 380, 420, 460 } }, { file = "results.jsonl" })
for _, result in ipairs(results) do print(result.value) end
