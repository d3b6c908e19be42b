-- A cell that becomes unstable on one rank ends the run on all, with one message.
local astro = require "astro"
local sim = astro.Simulation()
local cells = sim:create("aeif_cond_alpha_astro", 400)
cells[390]:set { g_L = -30.0, a = -1e6 }
print(pcall(sim.simulate, sim, 100))
print(sim.time, sim:fingerprint())
