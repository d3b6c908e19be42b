-- The G-ChI model of De Pittà: glutamate from synapses makes IP3, and calcium that rises above a threshold releases gliotransmitter.
-- Source: Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18, after De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y
return {
  name = "g_chi",
  kind = "astrocyte",
  summary = "The G-ChI model of De Pittà: glutamate from synapses produces IP3, and calcium that rises above a threshold releases "
    .. "gliotransmitter.",
  references = {
    "Stimberg et al. (2019), doi:10.1007/978-3-030-00817-8_18",
    "De Pittà et al. (2009), doi:10.1007/s10867-009-9155-y",
    "De Pittà et al. (2011), doi:10.1371/journal.pcbi.1002293",
  },
  notes = {
    "Spikes bring transmitter: a spike of weight W adds W to Y_S, where W is a concentration (in uM). A synapse sends it "
      .. "with send_third.",
    "Each time C rises through C_Theta, gliotransmitter is released, which synapses read as third.G_A; the event is called release.",
    "Stimberg et al. use other values for some parameters. Their example 2: K_P = 0.1 uM, O_delta = 0.2 uM/s, "
      .. "K_delta = 0.3 uM, Omega_5P = 0.1 1/s, K_D = 0.5 uM, O_beta = 5 uM/s. Example 6: O_delta = 1.2 uM/s, O_beta = 0.5 uM/s.",
    "J_ex is the IP3 that generators inject, J_gap the IP3 that arrives through gap junctions. With F_ex above 0 the cell exchanges IP3 "
      .. "with a reservoir at I_bias, as in examples 2 (0.09 uM/s) and 4 (2 uM/s).",
  },
  parameters = {
    { "C_T",         "2 uM",         "total free calcium referred to the cytosolic volume", "> 0" },
    { "rho_A",       0.18,           "volume of the ER relative to the cytosol", "> 0" },
    { "Omega_C",     "6 1/s",        "largest rate of calcium release by IP3 receptors", ">= 0" },
    { "Omega_L",     "0.1 1/s",      "rate of calcium leak from the ER", ">= 0" },
    { "O_P",         "0.9 uM/s",     "largest rate of the SERCA pump", ">= 0" },
    { "K_P",         "0.05 uM",      "calcium affinity of the pump", "> 0" },
    { "d_1",         "0.13 uM",      "dissociation constant of IP3 without inhibiting calcium", "> 0" },
    { "d_2",         "1.05 uM",      "dissociation constant of inhibiting calcium", "> 0" },
    { "d_3",         "0.9434 uM",    "dissociation constant of IP3 with inhibiting calcium", "> 0" },
    { "d_5",         "0.08 uM",      "dissociation constant of activating calcium", "> 0" },
    { "O_2",         "0.2 1/(uM*s)", "binding rate of inhibiting calcium", "> 0" },
    { "O_delta",     "0.6 uM/s",     "largest rate of IP3 production by PLC delta", ">= 0" },
    { "kappa_delta", "1.5 uM",       "IP3 concentration at which this production is halved", "> 0" },
    { "K_delta",     "0.1 uM",       "calcium affinity of PLC delta", "> 0" },
    { "O_3K",        "4.5 uM/s",     "largest rate of IP3 degradation by the 3-kinase", ">= 0" },
    { "K_D",         "0.7 uM",       "calcium affinity of the 3-kinase", "> 0" },
    { "K_3K",        "1 uM",         "IP3 affinity of the 3-kinase", "> 0" },
    { "Omega_5P",    "0.05 1/s",     "rate of IP3 degradation by the 5-phosphatase", ">= 0" },
    { "O_beta",      "3.2 uM/s",     "largest rate of IP3 production by PLC beta", ">= 0" },
    { "O_N",         "0.3 1/(uM*s)", "rate at which transmitter binds to its receptors", ">= 0" },
    { "Omega_N",     "0.5 1/s",      "rate at which receptors become inactive", ">= 0" },
    { "zeta",        10,             "largest relative increase of this rate by the kinase PKC", ">= 0" },
    { "K_KC",        "0.5 uM",       "calcium affinity of PKC", "> 0" },
    { "Omega_c",     "40 1/s",       "clearance rate of transmitter", ">= 0" },
    { "F_ex",        "0 uM/s",       "largest flow of IP3 from a reservoir", ">= 0" },
    { "I_bias",      "0 uM",         "IP3 in the reservoir", ">= 0" },
    { "I_Theta",     "0.3 uM",       "difference of IP3 at which half of this flow is reached", ">= 0" },
    { "omega_I",     "0.05 uM",      "width of this threshold", "> 0" },
    { "C_Theta",     "0.5 uM",       "calcium threshold of release", "> 0" },
    { "U_A",         0.6,            "fraction of the available gliotransmitter that is released", "0 to 1" },
    { "Omega_A",     "0.6 1/s",      "rate at which it becomes available again", ">= 0" },
    { "rho_e",       6.5e-4,         "volume of the vesicles relative to the extracellular space", ">= 0" },
    { "G_T",         "200 mM",       "gliotransmitter in vesicles", ">= 0" },
    { "Omega_e",     "60 1/s",       "clearance rate of gliotransmitter", ">= 0" },
  },
  state = {
    { "C",       "0.01 uM", "calcium in the cytosol", ">= 0" },
    { "h",       0.9,       "fraction of the IP3 receptors that calcium does not inhibit", "0 to 1" },
    { "I",       "0.01 uM", "IP3 in the cytosol", ">= 0" },
    { "Gamma_A", 0,         "fraction of the receptors that are active", "0 to 1" },
    { "Y_S",     "0 mM",    "transmitter around the astrocyte", ">= 0" },
    { "x_A",     1,         "fraction of the gliotransmitter that is available", "0 to 1" },
    { "G_A",     "0 mM",    "gliotransmitter outside the astrocyte", ">= 0" },
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

    dI/dt   = J_beta + J_delta - J_3K - J_5P + J_bias + J_ex + J_gap
    J_beta  = O_beta*Gamma_A
    J_delta = O_delta/(1 + I/kappa_delta)*C^2/(C^2 + K_delta^2)
    J_3K    = O_3K*C^4/(C^4 + K_D^4)*I/(I + K_3K)
    J_5P    = Omega_5P*I
    J_bias  = F_ex/2*(1 + tanh((abs(I_bias - I) - I_Theta)/omega_I))*sign(I_bias - I)

    dGamma_A/dt = O_N*Y_S*(1 - Gamma_A) - Omega_N*(1 + zeta*C/(C + K_KC))*Gamma_A
    dY_S/dt     = -Omega_c*Y_S

    dx_A/dt = Omega_A*(1 - x_A)
    dG_A/dt = -Omega_e*G_A
  ]],
  on_spike = "Y_S += weight",
  events = { release = { crossing = "C > C_Theta", action = "G_A += rho_e*G_T*U_A*x_A; x_A -= U_A*x_A" } },
}
