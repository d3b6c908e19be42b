-- Astrocyte with the calcium of Li and Rinzel: spikes raise IP3, calcium above a threshold is a slow inward current for neurons.
-- Source: Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041; output after Nadkarni & Jung (2003), doi:10.1103/PhysRevLett.91.268101
return {
  name = "astrocyte_lr_1994",
  kind = "astrocyte",
  summary = "Astrocyte with the calcium dynamics of Li and Rinzel: spikes raise IP3; calcium above a threshold causes a slow inward "
    .. "current in neurons.",
  references = {
    "Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041",
    "De Young & Keizer (1992), doi:10.1073/pnas.89.20.9895",
    "Nadkarni & Jung (2003), doi:10.1103/PhysRevLett.91.268101",
  },
  notes = {
    "A spike of weight W raises IP3 by delta_IP3 W. NEST refuses negative weights; here they lower IP3.",
    "Generators inject calcium: an amplitude is a rate in uM/ms.",
    "sic_connection brings SIC to neurons. y is the excess of calcium over SIC_th in nM.",
  },
  parameters = {
    { "Ca_tot",       "2 uM",            "total free calcium referred to the cytosolic volume", "> 0" },
    { "ratio_ER_cyt", 0.185,             "volume of the ER relative to the cytosol", "> 0" },
    { "rate_IP3R",    "0.006 1/ms",      "largest rate of calcium release through the IP3 receptors", ">= 0" },
    { "rate_L",       "0.00011 1/ms",    "rate of calcium leak from the ER", ">= 0" },
    { "rate_SERCA",   "0.0009 uM/ms",    "largest rate of the SERCA pump", ">= 0" },
    { "Km_SERCA",     "0.1 uM",          "half-activation constant of the SERCA pump", "> 0" },
    { "Kd_IP3_1",     "0.13 uM",         "first dissociation constant of IP3 at its receptor", "> 0" },
    { "Kd_IP3_2",     "0.9434 uM",       "second dissociation constant of IP3 at its receptor", "> 0" },
    { "Kd_act",       "0.08234 uM",      "dissociation constant of activating calcium at the IP3 receptor", "> 0" },
    { "Kd_inh",       "1.049 uM",        "dissociation constant of inhibiting calcium at the IP3 receptor", ">= 0" },
    { "k_IP3R",       "0.0002 1/(uM*ms)", "rate of calcium binding for inhibition at the IP3 receptor", ">= 0" },
    { "IP3_0",        "0.16 uM",         "IP3 concentration approached without input", ">= 0" },
    { "tau_IP3",      "7142 ms",         "time constant of IP3 relaxation", "> 0" },
    { "delta_IP3",    "0.0002 uM",       "IP3 added per unit of synaptic weight at a spike", ">= 0" },
    { "SIC_th",       "0.19669 uM",      "calcium threshold of the slow inward current", ">= 0" },
    { "SIC_scale",    1,                 "factor on the slow inward current", "> 0" },
  },
  state = {
    { "IP3",      "0.16 uM",  "IP3 concentration in the cytosol", ">= 0" },
    { "Ca_astro", "0.073 uM", "calcium concentration in the cytosol", ">= 0" },
    { "h_IP3R",   0.793,      "fraction of IP3 receptors not inactivated by calcium", "0 to 1" },
  },
  inputs = { J_noise = "current uM/ms" },
  equations = [[
    C         = clip(Ca_astro, 0, Ca_tot)
    C_ER      = (Ca_tot - C)/ratio_ER_cyt
    m         = IP3/(IP3 + Kd_IP3_1)
    n         = C/(C + Kd_act)
    J_channel = ratio_ER_cyt*rate_IP3R*(m*n*h_IP3R)^3*(C_ER - C)
    J_leak    = ratio_ER_cyt*rate_L*(C_ER - C)
    J_pump    = rate_SERCA*C^2/(Km_SERCA^2 + C^2)
    alpha_h   = k_IP3R*Kd_inh*(IP3 + Kd_IP3_1)/(IP3 + Kd_IP3_2)
    beta_h    = k_IP3R*C

    dIP3/dt      = (IP3_0 - IP3)/tau_IP3
    dCa_astro/dt = J_channel - J_pump + J_leak + J_noise
    dh_IP3R/dt   = alpha_h*(1 - h_IP3R) - beta_h*h_IP3R

    y   = (Ca_astro - SIC_th)/(1*nM)
    SIC = 1*pA*SIC_scale*log(y) if y > 1 else 0    : pA
  ]],
  on_spike = "IP3 += delta_IP3*weight",
  events = { bound = { when = "Ca_astro < 0 or Ca_astro > Ca_tot", action = "Ca_astro = clip(Ca_astro, 0, Ca_tot)" } },
  method = "rkf45",
}
