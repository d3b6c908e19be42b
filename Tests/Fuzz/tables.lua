-- Small files of each kind that astro.io reads, for the fuzzer to begin with.
local astro = require "astro"
local io_module = require "astro.io"

local sim = astro.Simulation { seed = 5 }
local cells = sim:create("aeif_cond_alpha_astro", 3, { I_e = 1500.0 })
sim:connect(cells, cells, { rule = "pairwise_bernoulli", p = 0.5 }, { weight = astro.random.uniform(0, 1) })
local spikes, traces = sim:record(cells), sim:record(cells, { "V_m", "g_ex" }, { interval = 5.0 })
sim:simulate(30)
for _, ending in ipairs { "csv", "dat", "npz", "h5" } do
  spikes:save(ending .. "/spikes." .. ending)
  traces:save(ending .. "/traces." .. ending)
end
io_module.save_connections(sim:connections(), "csv/connections.csv")
io_module.save_connections(sim:connections(), "h5/connections.h5")

-- The texts of a model, separated by zeros: those of stdlib, and small ones for the fuzzer's own states.
local function write(name, ...)
  local file = assert(io.open("models/" .. name, "wb"))
  file:write(table.concat({ ... }, "\0"))
  file:close()
end
for _, name in ipairs { "aeif_cond_exp", "hh_psc_alpha", "izhikevich", "g_chi", "li_rinzel_stochastic" } do
  local model = require("astro.models." .. name)
  write(name, model.equations)
end
write("lif", "dV_m/dt = (E_L - V_m)/tau + I_stim/(250*pF)\ndx/dt = -x/tau\ndI_syn/dt = -I_syn/tau", "I_syn += 2*weight", "V_m > -55*mV and last(V_m) < V_m",
  "V_m = E_L; x += rand()*k", "2*ms", "E_L + 3*mV*rand()*i", "mV")
write("noise", "dV_m/dt = (E_L - V_m)/tau + 2*mV/ms^0.5*xi\ndx/dt = 0.1/ms*x*(1 - x) if x > 0.1 else 0\ndI_syn/dt = 0\nq = exprel(x) + tanh(x)^2.5",
  "", "rand() < 0.1", "x = poisson(3) + binomial(10, 0.5)", "x > 2")
