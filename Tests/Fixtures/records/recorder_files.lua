-- Recorders that write while the simulation runs, and all formats that a recorder saves.
local sim = astro.Simulation { seed = 1 }
local cells = sim:create("iaf_psc_alpha", 3, { I_e = { 380, 400, 500 } })
local streamed = sim:record(cells, { to = "streamed.dat" })
local late = sim:record(cells, { "V_m" }, { interval = 0.5, start = 20, stop = 60, to = "late.csv" })
local meter = sim:create("voltmeter", { interval = 2 })
sim:connect(meter, cells)
for _ = 1, 4 do sim:simulate(20) end
for _, ending in ipairs { "csv", "dat", "npz" } do meter.recorder:save("potential." .. ending) end
print(streamed.n_events, late.n_events, meter.n_events)
