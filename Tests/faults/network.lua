-- What the rounds of Tests/faults.sh run: a small network whose spikes and calcium, and what some synapses send, go to files.
--
--   network.lua MODE [DURATION [PIECE]]       ms in all, and in each call of simulate
--
-- reference   recorders in memory, saved at the end: what any other run must have a beginning of
-- stream      recorders that go to files; prints the time after each call
-- rescue      the same, but after an error of simulate it makes room (removes the file "ballast") and goes on
local astro = require "astro"

local mode, duration, piece = arg[1], tonumber(arg[2] or 4000), tonumber(arg[3] or 50)
local NEURONS <const>, GLIA <const> = 800, 5
io.stdout:setvbuf "line"

local sim = astro.Simulation { seed = 7, threads = 1 }   -- files do not depend on it, and two wait for each other on a busy machine
local neurons = sim:create("aeif_cond_alpha_astro", NEURONS, { tau_syn_ex = 2.0, tau_syn_in = 4.0, label = "neurons" })
local glia = sim:create("astrocyte_lr_1994", GLIA, { IP3 = astro.random.uniform(0.2, 0.6), label = "glia" })
local noise = sim:create("poisson_generator", { rate = 2300.0 })          -- Hz
sim:connect(noise, neurons, nil, { weight = 1.0 })
sim:connect(neurons, neurons, { rule = "pairwise_bernoulli", p = 0.02 }, { weight = 0.3, delay = 1.0 })

local in_files = mode ~= "reference"
local spikes = sim:record(neurons, { to = in_files and "spikes.csv" or nil })
local calcium = sim:record(glia, { "IP3", "Ca_astro" }, { to = in_files and "calcium.dat" or nil })
local synapses = sim:record(sim:connections { source = neurons:slice(1, 20) }, { "weight", "sent" },
  { when = "spike", to = in_files and "synapses.csv" or nil })

print "on"
while sim.time < duration do
  local done, problem = pcall(sim.simulate, sim, math.min(piece, duration - sim.time))
  if not done and mode ~= "rescue" then error(problem, 0) end
  if not done then
    print("rescued", problem)
    assert(os.remove "ballast")
  end
  print(sim.time)
end

if not in_files then
  spikes:save "spikes.npz"
  calcium:save "calcium.npz"
  synapses:save "synapses.npz"
end
