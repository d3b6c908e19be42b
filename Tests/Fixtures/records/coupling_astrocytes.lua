-- IP3 that flows between astrocytes in a ring.
local gap = astro.coupling { name = "gap", parameters = { F = "2 1/s" }, input = "J_gap", value = "F*(pre.I - post.I)" }
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("chi", 5, { I = { 1.2, 0.1, 0.1, 0.1, 0.1 } })
for i = 1, 5 do
  sim:connect(cells[i], cells[i % 5 + 1], { rule = "one_to_one", make_symmetric = true }, { synapse_model = gap })
end
local traces = sim:record(cells, { "C", "I" }, { interval = 50 })
for _ = 1, 2 do sim:simulate(500) end
traces:save("traces.csv")
