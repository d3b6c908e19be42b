/// Li-Rinzel astrocyte: IP3, cytosolic calcium and the fraction of IP3 receptors not inactivated by calcium.
///
///     d IP3/dt      = (IP3_0 - IP3) / tau_IP3
///     d Ca_astro/dt = J_channel - J_pump + J_leak + J_noise                          uM/ms
///     d h_IP3R/dt   = alpha_h (1 - h_IP3R) - beta_h h_IP3R                           1/ms
///
/// with c = Ca_astro limited to [0, Ca_tot] and
///
///     J_channel + J_leak = (rate_IP3R (m n h)^3 + rate_L) (Ca_tot - (1 + ratio_ER_cyt) c)
///     J_pump  = rate_SERCA c^2 / (Km_SERCA^2 + c^2)
///     m       = IP3 / (IP3 + Kd_IP3_1)          n = c / (c + Kd_act)
///     alpha_h = k_IP3R Kd_inh (IP3 + Kd_IP3_1) / (IP3 + Kd_IP3_2)          beta_h = k_IP3R c
///
/// A spike of weight W raises IP3 by delta_IP3 W. Output: SIC = SIC_scale ln(y) with y = (Ca_astro - SIC_th)/1 nM where
/// y > 1, else 0.
///
/// Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041; De Young & Keizer (1992), doi:10.1073/pnas.89.20.9895;
/// output after Nadkarni & Jung (2003), doi:10.1103/PhysRevLett.91.268101.
struct AstrocyteLR1994: VectorKernel {
    // swift-format-ignore
    private static let parameters = [
        Parameter("IP3",          0.16,    .uM,         "IP3 concentration in the cytosol", .nonNegative, .state),
        Parameter("Ca_astro",     0.073,   .uM,         "calcium concentration in the cytosol", .nonNegative, .state),
        Parameter("h_IP3R",       0.793,   .one,        "fraction of IP3 receptors not inactivated by calcium", .fraction, .state),
        Parameter("Ca_tot",       2.0,     .uM,         "total free calcium referred to the cytosolic volume", .positive),
        Parameter("IP3_0",        0.16,    .uM,         "IP3 concentration approached without input", .nonNegative),
        Parameter("Kd_IP3_1",     0.13,    .uM,         "first dissociation constant of IP3 at its receptor", .positive),
        Parameter("Kd_IP3_2",     0.9434,  .uM,         "second dissociation constant of IP3 at its receptor", .positive),
        Parameter("Kd_act",       0.08234, .uM,         "dissociation constant of activating calcium at the IP3 receptor", .positive),
        Parameter("Kd_inh",       1.049,   .uM,         "dissociation constant of inhibiting calcium at the IP3 receptor", .nonNegative),
        Parameter("Km_SERCA",     0.1,     .uM,         "half-activation constant of the SERCA pump", .positive),
        Parameter("SIC_scale",    1.0,     .one,        "factor on the slow inward current", .positive),
        Parameter("SIC_th",       0.19669, .uM,         "calcium threshold of the slow inward current", .nonNegative),
        Parameter("delta_IP3",    0.0002,  .uM,         "IP3 added per unit of synaptic weight at a spike", .nonNegative),
        Parameter("k_IP3R",       0.0002,  .perUMPerMs, "rate of calcium binding for inhibition at the IP3 receptor", .nonNegative),
        Parameter("rate_IP3R",    0.006,   .perMs,      "largest rate of calcium release through the IP3 receptors", .nonNegative),
        Parameter("rate_L",       0.00011, .perMs,      "rate of calcium leak from the ER", .nonNegative),
        Parameter("rate_SERCA",   0.0009,  .uMPerMs,    "largest rate of the SERCA pump", .nonNegative),
        Parameter("ratio_ER_cyt", 0.185,   .one,        "volume of the ER relative to the cytosol", .positive),
        Parameter("tau_IP3",      7142.0,  .ms,         "time constant of IP3 relaxation", .positive),
    ]

    private static let recordables = [
        Recordable("IP3", .uM, "IP3 concentration in the cytosol"),
        Recordable("Ca_astro", .uM, "calcium concentration in the cytosol"),
        Recordable("h_IP3R", .one, "fraction of IP3 receptors not inactivated by calcium"),
    ]

    /// Places of the ports, and of the signal.
    static let spikes = 0, current = 1, SIC = 0
    /// Most of a long step, in ms.
    private static let longStep = 1.0

    static let definition = ModelDefinition(
        "astrocyte_lr_1994", .astrocyte, parameters: parameters, recordables: recordables,
        ports: [.spikes("IP3", .nonNegative, weight: .one), .current("J_noise")], outputs: [.signal("SIC")],
        hiddenState: [.init("J_noise")] + LiRinzelCarried.columns,
        // the model's flux keeps calcium between 0 and Ca_tot, unless it is NaN
        stateLimits: [.init("Ca_astro", 0...Double.greatestFiniteMagnitude)], text: text
    ) { AstrocyteLR1994($0) }

    private static let text = ModelText(
        summary: "Li-Rinzel astrocyte: spikes raise IP3, currents go into calcium, output is a slow inward current.",
        equations: """
            d IP3/dt      = (IP3_0 - IP3) / tau_IP3                                       (+ delta_IP3 * weight at a spike)
            d Ca_astro/dt = J_channel - J_pump + J_leak + J_noise
            d h_IP3R/dt   = alpha_h (1 - h_IP3R) - beta_h h_IP3R

            c         = Ca_astro limited to [0, Ca_tot]        c_ER = (Ca_tot - c) / ratio_ER_cyt
            m         = IP3 / (IP3 + Kd_IP3_1)                 n    = c / (c + Kd_act)
            J_channel = ratio_ER_cyt rate_IP3R m^3 n^3 h_IP3R^3 (c_ER - c)
            J_leak    = ratio_ER_cyt rate_L (c_ER - c)
            J_pump    = rate_SERCA c^2 / (Km_SERCA^2 + c^2)
            alpha_h   = k_IP3R Kd_inh (IP3 + Kd_IP3_1) / (IP3 + Kd_IP3_2)
            beta_h    = k_IP3R c
            J_noise   = sum of incoming currents times their weights, uM/ms, held over a step

            output:     y = 1000 (Ca_astro - SIC_th);  SIC = SIC_scale ln(y) where y > 1, else 0
            """,
        references: [
            "Li & Rinzel (1994), J Theor Biol 166:461, doi:10.1006/jtbi.1994.1041",
            "De Young & Keizer (1992), PNAS 89:9895, doi:10.1073/pnas.89.20.9895",
            "Nadkarni & Jung (2003), Phys Rev Lett 91:268101, doi:10.1103/PhysRevLett.91.268101",
        ],
        notes: [
            "Ca_astro above Ca_tot is accepted and limited in the first step.",
            "Setting IP3_0 does not move the state IP3.",
            "A spike of negative weight stops the run when it arrives.",
            "IP3 is propagated exactly. Calcium and h take steps of 1 ms by a Taylor series of order 5, with corrections for spikes in"
                + " between; where a current is injected or changes are fast, steps of the resolution by the classical Runge-Kutta method.",
        ])

    let IP3, Ca_astro, h_IP3R, J_noise: Column
    let IP3_0, Kd_IP3_1, Kd_IP3_2, Ca_tot, Kd_act, Km_SERCA_squared: Column
    let k_IP3R, k_Kd_inh, rate_IP3R, rate_L, rate_SERCA, one_plus_ratio: Column
    let SIC_scale, SIC_th, delta_IP3: Column
    /// exp(-h/tau_IP3) over a quarter of a step, half of it and the whole.
    let decayQuarter, decayHalf, decay: Column
    /// 1/tau_IP3 in 1/ms, and the mean of exp(-t/tau_IP3) over a step times its length in ms.
    let rate_IP3, meanDecay: Column
    /// 1 where IP3 moves slowly enough for long steps.
    let isSlow: Column
    let carried: LiRinzelCarried
    let step: Double
    /// Steps of the simulation in a long step.
    let longSteps: Int

    init(_ columns: ModelColumns) {
        step = columns.resolution
        longSteps = max(1, Int(Self.longStep / columns.resolution * (1 + 1e-9)))
        carried = LiRinzelCarried(columns)
        let h = columns.resolution
        (IP3, Ca_astro, h_IP3R) = (columns["IP3"], columns["Ca_astro"], columns["h_IP3R"])
        (J_noise, IP3_0, Ca_tot) = (columns["J_noise"], columns["IP3_0"], columns["Ca_tot"])
        (Kd_IP3_1, Kd_IP3_2, Kd_act) = (columns["Kd_IP3_1"], columns["Kd_IP3_2"], columns["Kd_act"])
        (k_IP3R, rate_IP3R, rate_L) = (columns["k_IP3R"], columns["rate_IP3R"], columns["rate_L"])
        (rate_SERCA, delta_IP3) = (columns["rate_SERCA"], columns["delta_IP3"])
        (SIC_scale, SIC_th) = (columns["SIC_scale"], columns["SIC_th"])
        let Km = columns["Km_SERCA"], k = columns["k_IP3R"], Kd_inh = columns["Kd_inh"]
        let ratio = columns["ratio_ER_cyt"], tau = columns["tau_IP3"]
        Km_SERCA_squared = columns.derived { $0[Km] * $0[Km] }
        k_Kd_inh = columns.derived { $0[k] * $0[Kd_inh] }
        one_plus_ratio = columns.derived { 1 + $0[ratio] }
        decayQuarter = columns.derived { exponentialEverywhere(-h / 4 / $0[tau]) }
        decayHalf = columns.derived { exponentialEverywhere(-h / 2 / $0[tau]) }
        decay = columns.derived { exponentialEverywhere(-h / $0[tau]) }
        rate_IP3 = columns.derived { 1 / $0[tau] }
        meanDecay = columns.derived { -exponentialLess1Everywhere(-h / $0[tau]) * $0[tau] }
        let longest = Double(longSteps) * h
        isSlow = columns.derived { longest > h && $0[tau] >= 400 * longest ? 1 : 0 }
    }

    typealias Vector = LaneQuad

    @inline(__always)
    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        var step = steps.lowerBound
        while step < steps.upperBound {
            let end = min(step &+ longSteps &- step % longSteps, steps.upperBound)
            advance(cell, within: step..<end, io)
            step = end
        }
        io.signal(Self.SIC)?.finish(cell, Vector.laneCount, steps)
    }

    /// Some steps within one long step. Short steps go four vectors at a time, since each of their stages waits for the one before, and for
    /// a division; long ones have enough to do with two.
    @inline(__always)
    private func advance(_ cell: Int, within steps: Range<Int>, _ io: borrowing CellIO) {
        var all = LiRinzelCourse<LaneQuad>(self, cell, io)
        let long = all.lanesForLongStep(steps)
        if long == 0 { return all.advanceShort(steps) }
        for half in 0..<2 {
            let first = half &* LanePair.laneCount
            var course = LiRinzelCourse<LanePair>(self, cell &+ first, io)
            course.advance(steps, (long &>> LaneBits(first)) & LanePair.allBits)
        }
    }
}
