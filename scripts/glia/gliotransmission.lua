-- What the scripts of this directory share: an astrocyte that releases gliotransmitter, the receptors for it on terminals, and synapses
-- whose release these receptors tune. De Pittà et al. (2011), doi:10.1371/journal.pcbi.1002293; Stimberg et al. (2019),
-- doi:10.1007/978-3-030-00817-8_18.
--
-- The receptors (Gamma_S) of all terminals around an astrocyte see the same gliotransmitter, so they are the same number. It is kept once,
-- as a state of the astrocyte, and synapses read it when they are active.
local gliotransmission = {}

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for key, inner in pairs(value) do result[key] = copy(inner) end
  return result
end

-- The definition of an astrocyte for astro.model: the library's g_chi with receptors. What `changes` has takes the place of what is there.
function gliotransmission.astrocyte(changes)
  local definition = copy(require "astro.models.g_chi")
  definition.name = "g_chi_receptors"
  definition.summary = "The G-ChI model, with the receptors for its gliotransmitter."
  for _, row in ipairs {
    { "O_G",     "1.5 1/(uM*s)",   "rate at which gliotransmitter binds to receptors of terminals", ">= 0" },
    { "Omega_G", "0.00833333333333333 1/s", "rate at which these receptors become inactive: 0.5 in 60 s", ">= 0" },
    { "N_S",     1,                "synapses whose mean transmitter the astrocyte sees", "> 0" },
  } do
    table.insert(definition.parameters, row)
  end
  table.insert(definition.state, { "Gamma_S", 0, "part of the receptors of terminals that is active", "0 to 1" })
  definition.equations = definition.equations .. "dGamma_S/dt = O_G*G_A*(1 - Gamma_S) - Omega_G*Gamma_S\n"
  definition.on_spike = "Y_S += weight/N_S"
  for key, value in pairs(changes or {}) do definition[key] = value end
  return definition
end

-- The definition of a synapse for astro.synapse. A spike releases r_S, a part of the transmitter that is there; with the weight 1 that is
-- also what is sent. Y_S is the transmitter that this synapse alone has left around itself; it can be recorded, and nothing depends on it.
function gliotransmission.synapse(name)
  return {
    name = name or "gliotransmission_synapse",
    summary = "Facilitation and depression, with a release that gliotransmitter tunes.",
    parameters = {
      { "U_0",     0.6,        "part that is released at rest", "0 to 1" },
      { "alpha",   0,          "part that is released under gliotransmitter", "0 to 1" },
      { "Omega_f", "3.33 1/s", "rate at which facilitation decays", ">= 0" },
      { "Omega_d", "2 1/s",    "rate at which transmitter is made available", ">= 0" },
      { "Omega_c", "40 1/s",   "clearance rate of transmitter outside", ">= 0" },
      { "rho_c",   0.005,      "volume of vesicles relative to the space they are emptied into", ">= 0" },
      { "Y_T",     "500 mM",   "transmitter in vesicles", ">= 0" },
    },
    state = {
      { "u_S", 0,      "part of the available transmitter that is released" },
      { "x_S", 1,      "part of the transmitter that is available" },
      { "Y_S", "0 uM", "transmitter outside" },
    },
    equations = [[
      du_S/dt = -Omega_f*u_S
      dx_S/dt = Omega_d*(1 - x_S)
      dY_S/dt = -Omega_c*Y_S
    ]],
    on_pre = [[
      U    = (1 - third.Gamma_S)*U_0 + alpha*third.Gamma_S
      u_S += U*(1 - u_S)
      r_S  = u_S*x_S
      x_S -= r_S
      Y_S += rho_c*Y_T*r_S
      send(weight*r_S)
      send_third(rho_c*Y_T*r_S)
    ]],
  }
end

-- The definition of an astrocyte for astro.model that releases when it is told to: spikes of weight 1.
--
-- parameters: O_G, Omega_G, U_A, Omega_A, G_0, Omega_e
function gliotransmission.releasing_astrocyte(name, parameters)
  return {
    name = name,
    kind = "astrocyte",
    summary = "Gliotransmitter, and the receptors for it on terminals.",
    parameters = parameters,
    state = { x_A = 1, G_A = "0 uM", Gamma_S = 0 },
    equations = [[
      dx_A/dt     = Omega_A*(1 - x_A)
      dG_A/dt     = -Omega_e*G_A
      dGamma_S/dt = O_G*G_A*(1 - Gamma_S) - Omega_G*Gamma_S
    ]],
    on_spike = "G_A += weight*G_0*U_A*x_A; x_A -= weight*U_A*x_A",
  }
end

return gliotransmission
