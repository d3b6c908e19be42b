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
    private static let spikes = 0, current = 1, SIC = 0

    static let definition = ModelDefinition(
        "astrocyte_lr_1994", .astrocyte, parameters: parameters, recordables: recordables,
        ports: [.spikes("IP3", .nonNegative, weight: .one), .current("J_noise")], outputs: [.signal("SIC")],
        hiddenState: [.init("J_noise")],
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
            "IP3 is propagated exactly, calcium and h by the classical Runge-Kutta method of order 4.",
        ])

    let IP3, Ca_astro, h_IP3R, J_noise: Column
    let IP3_0, Kd_IP3_1, Kd_IP3_2, Ca_tot, Kd_act, Km_SERCA_squared: Column
    let k_IP3R, k_Kd_inh, rate_IP3R, rate_L, rate_SERCA, one_plus_ratio: Column
    let SIC_scale, SIC_th, delta_IP3: Column
    /// exp(-h/tau_IP3) over a quarter of a step, half of it and the whole.
    let decayQuarter, decayHalf, decay: Column
    let step: Double

    init(_ columns: ModelColumns) {
        step = columns.resolution
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
    }

    /// Each stage of the method waits for the one before, and for a division.
    typealias Vector = LaneQuad

    @inline(__always)
    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let flux = Flux(self, cell)
        let IP3_0: Vector = self.IP3_0.vector(cell), half: Vector = decayHalf.vector(cell)
        let whole: Vector = decay.vector(cell)
        let delta: Vector = delta_IP3.vector(cell)
        var ip3: Vector = IP3.vector(cell), noise: Vector = J_noise.vector(cell)
        var y = Flux.State(c: Ca_astro.vector(cell), h: h_IP3R.vector(cell))
        let spikes = io.spikes(Self.spikes), current = io.held(Self.current), sic = io.signal(Self.SIC)
        for step in steps {
            let excess = ip3 - IP3_0
            let ip3Half = IP3_0.addingProduct(excess, half), ip3End = IP3_0.addingProduct(excess, whole)
            y = flux.advance(
                y, noise, self.step, (ip3, ip3Half, ip3End), quarters: (IP3_0, excess, decayQuarter.vector(cell)))
            y.c = flux.limited(y.c)
            ip3 = ip3End.addingProduct(delta, spikes.take(step &+ 1, cell))
            noise = current.take(step &+ 1, cell)
            if let sic { send(y.c, step, cell, sic) }
        }
        sic?.finish(cell, Vector.laneCount, steps)
        IP3.store(ip3, cell)
        Ca_astro.store(y.c, cell)
        h_IP3R.store(y.h, cell)
        J_noise.store(noise, cell)
    }

    /// SIC_scale ln(y), y the excess of calcium over the threshold in nM, where y > 1; else 0. Unitless.
    @inline(__always)
    private func send(_ c: Vector, _ step: Int, _ cell: Int, _ sic: SignalOutput) {
        let y = (c - SIC_th.vector(cell)) * Vector(repeating: 1000)
        let one = Vector(repeating: 1)
        let active = one.isLess(than: y), bits = active.bits
        guard bits != 0 else { return sic.send(Vector.zeros, active: 0, step: step, cell: cell) }
        let current = active.select(SIC_scale.vector(cell) * logarithm(active.select(y, one)), Vector.zeros)
        sic.send(current, active: bits, step: step, cell: cell)
    }

    /// The right-hand side for calcium and h, with its parameters at hand.
    struct Flux {
        typealias Vector = AstrocyteLR1994.Vector
        let Kd_IP3_1, Kd_IP3_2, Ca_tot, Kd_act, Km_SERCA_squared: Vector
        let k_IP3R, k_Kd_inh, rate_IP3R, rate_L, rate_SERCA, rate_SERCA_Km_squared, one_plus_ratio: Vector

        @inline(__always)
        init(_ model: AstrocyteLR1994, _ cell: Int) {
            Kd_IP3_1 = model.Kd_IP3_1.vector(cell)
            Kd_IP3_2 = model.Kd_IP3_2.vector(cell)
            Ca_tot = model.Ca_tot.vector(cell)
            Kd_act = model.Kd_act.vector(cell)
            Km_SERCA_squared = model.Km_SERCA_squared.vector(cell)
            k_IP3R = model.k_IP3R.vector(cell)
            k_Kd_inh = model.k_Kd_inh.vector(cell)
            rate_IP3R = model.rate_IP3R.vector(cell)
            rate_L = model.rate_L.vector(cell)
            rate_SERCA = model.rate_SERCA.vector(cell)
            rate_SERCA_Km_squared = rate_SERCA * Km_SERCA_squared
            one_plus_ratio = model.one_plus_ratio.vector(cell)
        }

        @inline(__always)
        func limited(_ c: Vector) -> Vector {
            // in this order a c that is not a number stays so
            Ca_tot.orSmaller(Vector.zeros.orLarger(c))
        }

        /// What IP3 alone decides, at one time.
        struct Point {
            let ip3, a1, a1_Kd_act, alpha: Vector
        }

        @inline(__always)
        private func point(_ ip3: Vector, alphaOverA1: Vector) -> Point {
            let a1 = ip3 + Kd_IP3_1
            return Point(ip3: ip3, a1: a1, a1_Kd_act: a1 * Kd_act, alpha: a1 * alphaOverA1)
        }

        /// At the beginning, the middle and the end of a step. Three quotients by one division: the processor divides one vector in
        /// the time of thirty multiplications.
        @inline(__always)
        private func points(_ ip3: IP3Course) -> (start: Point, middle: Point, end: Point) {
            let start = ip3.start + Kd_IP3_2, middle = ip3.middle + Kd_IP3_2, end = ip3.end + Kd_IP3_2
            let startMiddle = start * middle
            let all = k_Kd_inh / (startMiddle * end), allButEnd = end * all
            return (
                point(ip3.start, alphaOverA1: middle * allButEnd), point(ip3.middle, alphaOverA1: start * allButEnd),
                point(ip3.end, alphaOverA1: startMiddle * all)
            )
        }

        /// Calcium in uM, and h.
        struct State: Variables {
            var c, h: Vector

            @inline(__always)
            func adding(_ a: Vector, _ k: State) -> State {
                State(c: c.addingProduct(a, k.c), h: h.addingProduct(a, k.h))
            }

            @inline(__always)
            func scaled(_ a: Vector) -> State { State(c: a * c, h: a * h) }
        }

        typealias IP3Course = (start: Vector, middle: Vector, end: Vector)

        /// One step; two half steps for cells that an injected current drives, which may be faster than what the cell
        /// does by itself.
        @inline(__always)
        func advance(
            _ y: State, _ noise: Vector, _ step: Double, _ ip3: IP3Course,
            quarters: (IP3_0: Vector, excess: Vector, decay: Vector)
        ) -> State {
            let driven = Vector.zeros.isLess(than: noise.magnitude), drive = noise - rate_SERCA
            let whole = self.step(y, drive, step, ip3)
            guard driven.bits != 0 else { return whole }
            let first = quarters.IP3_0.addingProduct(quarters.excess, quarters.decay)
            let third = quarters.IP3_0.addingProduct(ip3.middle - quarters.IP3_0, quarters.decay)
            let half = self.step(y, drive, step / 2, (ip3.start, first, ip3.middle))
            let halves = self.step(half, drive, step / 2, (ip3.middle, third, ip3.end))
            return State(c: driven.select(halves.c, whole.c), h: driven.select(halves.h, whole.h))
        }

        /// IP3 is known at the beginning, the middle and the end of the step.
        @inline(__always)
        private func step(_ y: State, _ drive: Vector, _ step: Double, _ ip3: IP3Course) -> State {
            let at = points(ip3)
            return RungeKutta4.step(
                y, step, start: { derivatives(at.start, $0, drive) },
                middle: { derivatives(at.middle, $0, drive) },
                end: { derivatives(at.end, $0, drive) })
        }

        /// dCa/dt and dh/dt; `drive` is J_noise - rate_SERCA.
        @inline(__always)
        func derivatives(_ at: Point, _ y: State, _ drive: Vector) -> State {
            let c = limited(y.c), h = y.h
            // both quotients by one division
            let opening = at.a1_Kd_act.addingProduct(at.a1, c), pumping = Km_SERCA_squared.addingProduct(c, c)
            let inverse = Vector(repeating: 1) / (opening * pumping)
            let open = ((at.ip3 * h) * (c * pumping)) * inverse
            // -J_pump = rate_SERCA Km^2 / (Km^2 + c^2) - rate_SERCA
            let pump = (rate_SERCA_Km_squared * opening) * inverse
            let channel = rate_L.addingProduct(rate_IP3R, open * open * open)
            let gradient = Ca_tot.subtractingProduct(one_plus_ratio, c)
            let dc = (drive + pump).addingProduct(channel, gradient)
            let dh = at.alpha.subtractingProduct(h, at.alpha.addingProduct(k_IP3R, c))
            return State(c: dc, h: dh)
        }
    }
}
