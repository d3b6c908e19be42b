-- The ChI model of De Pittà: calcium, IP3 receptors, and IP3 that the cell makes and degrades itself.
-- Source: De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y
return {
  name = "chi",
  kind = "astrocyte",
  summary = "The ChI model of De Pittà: calcium, IP3 receptors, and IP3 that the cell itself produces and degrades.",
  references = {
    "De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y",
    "Goldberg et al. (2010), doi:10.1371/journal.pcbi.1000909",
  },
  notes = {
    "The defaults are the paper's values for amplitude modulation. Those for frequency modulation have K_P = 0.05 uM, "
      .. "O_delta = 0.05 uM/s and Omega_5P = 0.05 1/s.",
    "Chains and networks after Goldberg et al. (2010) have K_P = 0.05 uM, O_delta = 0.7 uM/s, Omega_5P = 0.21 1/s, "
      .. "O_3K = 4.5 uM/s, and start from C = 0.0351 uM, h = 0.9122, I = 0.3046 uM.",
    "The paper's symbols, in the order of the parameters: C_0, c_1, r_C, r_L, v_ER, K_ER, d_1, d_2, d_3, d_5, a_2, v_delta, "
      .. "kappa_delta, K_PLCdelta, v_3K, K_D, K_3, r_5P.",
    "A spike of weight W raises I by delta_I W. J_ex is the IP3 that generators inject, J_gap the IP3 that arrives through gap junctions.",
  },
  parameters = {
    { "C_T",         "2 uM",         "total free calcium referred to the cytosolic volume", "> 0" },
    { "rho_A",       0.185,          "volume of the ER relative to the cytosol", "> 0" },
    { "Omega_C",     "6 1/s",        "largest rate of calcium release by IP3 receptors", ">= 0" },
    { "Omega_L",     "0.11 1/s",     "rate of calcium leak from the ER", ">= 0" },
    { "O_P",         "0.9 uM/s",     "largest rate of the SERCA pump", ">= 0" },
    { "K_P",         "0.1 uM",       "calcium affinity of the pump", "> 0" },
    { "d_1",         "0.13 uM",      "dissociation constant of IP3 without inhibiting calcium", "> 0" },
    { "d_2",         "1.049 uM",     "dissociation constant of inhibiting calcium", "> 0" },
    { "d_3",         "0.9434 uM",    "dissociation constant of IP3 with inhibiting calcium", "> 0" },
    { "d_5",         "0.08234 uM",   "dissociation constant of activating calcium", "> 0" },
    { "O_2",         "0.2 1/(uM*s)", "binding rate of inhibiting calcium", "> 0" },
    { "O_delta",     "0.02 uM/s",    "largest rate of IP3 production by PLC delta", ">= 0" },
    { "kappa_delta", "1.5 uM",       "IP3 concentration at which this production is halved", "> 0" },
    { "K_delta",     "0.1 uM",       "calcium affinity of PLC delta", "> 0" },
    { "O_3K",        "2 uM/s",       "largest rate of IP3 degradation by the 3-kinase", ">= 0" },
    { "K_D",         "0.7 uM",       "calcium affinity of the 3-kinase", "> 0" },
    { "K_3K",        "1 uM",         "IP3 affinity of the 3-kinase", "> 0" },
    { "Omega_5P",    "0.04 1/s",     "rate of IP3 degradation by the 5-phosphatase", ">= 0" },
    { "delta_I",     "0.1 uM",       "IP3 added per unit of weight at a spike", ">= 0" },
  },
  state = {
    { "C", "0.1 uM",  "calcium in the cytosol", ">= 0" },
    { "h", 0.8,       "fraction of the IP3 receptors that calcium does not inhibit", "0 to 1" },
    { "I", "0.16 uM", "IP3 in the cytosol", ">= 0" },
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

    dI/dt   = J_delta - J_3K - J_5P + J_ex + J_gap
    J_delta = O_delta/(1 + I/kappa_delta)*C^2/(C^2 + K_delta^2)
    J_3K    = O_3K*C^4/(C^4 + K_D^4)*I/(I + K_3K)
    J_5P    = Omega_5P*I
  ]],
  on_spike = "I += delta_I*weight",
}
