-- Calcium of an astrocyte after Li and Rinzel, with the parameters of the literature.
-- Source: Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041
return {
  name = "li_rinzel",
  kind = "astrocyte",
  summary = "Calcium of an astrocyte after Li and Rinzel, with the parameters of the literature.",
  references = {
    "Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041",
    "De Young & Keizer (1992), doi:10.1073/pnas.89.20.9895",
    "De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y",
  },
  notes = {
    "In the paper IP3 is constant. Here it approaches the constant I_0, and spikes, generators and neighbours can change it. Calcium "
      .. "oscillates if I stays between about 0.36 and 0.64 uM.",
    "A spike of weight W raises I by delta_I W. J_ex is the IP3 that generators inject, J_gap the IP3 that arrives through gap junctions.",
    "The dynamics are those of astrocyte_lr_1994, with the symbols of li_rinzel_stochastic, chi and g_chi.",
  },
  parameters = {
    { "C_T",     "2 uM",           "total free calcium referred to the cytosolic volume", "> 0" },
    { "rho_A",   0.185,            "volume of the ER relative to the cytosol", "> 0" },
    { "Omega_C", "6 1/s",          "largest rate of calcium release by IP3 receptors", ">= 0" },
    { "Omega_L", "0.11 1/s",       "rate of calcium leak from the ER", ">= 0" },
    { "O_P",     "0.9 uM/s",       "largest rate of the SERCA pump", ">= 0" },
    { "K_P",     "0.1 uM",         "calcium affinity of the pump", "> 0" },
    { "d_1",     "0.13 uM",        "dissociation constant of IP3 without inhibiting calcium", "> 0" },
    { "d_2",     "1.049 uM",       "dissociation constant of inhibiting calcium", "> 0" },
    { "d_3",     "0.9434 uM",      "dissociation constant of IP3 with inhibiting calcium", "> 0" },
    { "d_5",     "0.08234 uM",     "dissociation constant of activating calcium", "> 0" },
    { "O_2",     "0.2 1/(uM*s)",   "binding rate of inhibiting calcium", "> 0" },
    { "I_0",     "0.5 uM",         "IP3 that is approached without input", ">= 0" },
    { "tau_I",   "7142 ms",        "time constant of this approach", "> 0" },
    { "delta_I", "0.1 uM",         "IP3 added per unit of weight at a spike", ">= 0" },
  },
  state = {
    { "C", "0.1 uM", "calcium in the cytosol", ">= 0" },
    { "h", 0.8,      "fraction of the IP3 receptors that calcium does not inhibit", "0 to 1" },
    { "I", "I_0",    "IP3 in the cytosol", ">= 0" },
  },
  inputs = { J_ex = "current uM/s", J_gap = "signal uM/s" },
  equations = [[
    dC/dt = J_r + J_l - J_p
    J_r   = Omega_C*m_inf^3*h^3*(C_T - (1 + rho_A)*C)
    J_l   = Omega_L*(C_T - (1 + rho_A)*C)
    J_p   = O_P*C^2/(C^2 + K_P^2)
    m_inf = I/(I + d_1)*C/(C + d_5)

    dh/dt = (h_inf - h)/tau_h
    h_inf = Q_2/(Q_2 + C)
    tau_h = 1/(O_2*(Q_2 + C))
    Q_2   = d_2*(I + d_1)/(I + d_3)

    dI/dt = (I_0 - I)/tau_I + J_ex + J_gap
  ]],
  on_spike = "I += delta_I*weight",
}
