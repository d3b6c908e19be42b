-- A current that is given goes from the surrogate of an astrocyte to a cell.
local sim = astro.Simulation { seed = 1 }
local glia, cell = sim:create("astrocyte_surrogate", { SIC = 200 }), sim:create("iaf_psc_alpha", { I_e = 200 })
sim:connect(glia, cell, "one_to_one", { synapse_model = "sic_connection", weight = 1.5 })
local trace = sim:record(cell, { "V_m", "I_SIC" })
sim:simulate(50)
glia:set { SIC = 20 }
sim:simulate(50)
trace:save("trace.csv")
