/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances and the slow inward current (SIC) of
/// astrocytes.
///
///     C_m dV_m/dt = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th)/Delta_T) - g_ex (V_m - E_ex) - g_in (V_m - E_in)
///                   - w + I_e + I_stim + I_SIC                                        pA
///     tau_w dw/dt = a (V_m - E_L) - w                                                 pA
///     d(dg)/dt    = -dg / tau_syn,    dg_/dt = dg - g / tau_syn                       (ex and in)
///     V_m >= V_peak (V_th if Delta_T = 0): spike, V_m = V_reset, w += b, refractory for t_ref
///
/// Two ways through a step. Where the potential is calm, a Taylor series of order 6 for a vector of cells; conductances
/// exactly. Where the series has not converged to `tolerance`, or a threshold is near: the adaptive method of the
/// reference, cell by cell, whose substeps decide when exactly a spike resets the cell. Which way a cell takes depends
/// on that cell alone.
///
/// Brette & Gerstner (2005), doi:10.1152/jn.00686.2005.
package struct AeifCondAlphaAstro: VectorNodeModel {
    package static let name = "aeif_cond_alpha_astro"
    package static let family = NodeFamily.neuron

    // swift-format-ignore
    package static let parameters = [
        Parameter("V_m",           -70.6, .mV,      "membrane potential", .any, .state),
        Parameter("w",             0,     .pA,      "adaptation current", .any, .state),
        Parameter("g_ex",          0,     .nS,      "excitatory conductance", .nonNegative, .state),
        Parameter("g_in",          0,     .nS,      "inhibitory conductance", .nonNegative, .state),
        Parameter("dg_ex",         0,     .nSPerMs, "driving variable of g_ex", .any, .state),
        Parameter("dg_in",         0,     .nSPerMs, "driving variable of g_in", .any, .state),
        Parameter("C_m",           281,   .pF,      "membrane capacitance", .positive),
        Parameter("t_ref",         0,     .ms,      "refractory time", .nonNegative),
        Parameter("V_reset",       -60,   .mV,      "potential after a spike"),
        Parameter("E_L",           -70.6, .mV,      "leak reversal potential"),
        Parameter("g_L",           30,    .nS,      "leak conductance"),
        Parameter("I_e",           0,     .pA,      "constant current"),
        Parameter("a",             4,     .nS,      "subthreshold adaptation"),
        Parameter("b",             80.5,  .pA,      "adaptation added at a spike"),
        Parameter("Delta_T",       2,     .mV,      "slope factor of the exponential", .nonNegative),
        Parameter("tau_w",         144,   .ms,      "adaptation time constant", .positive),
        Parameter("V_th",          -50.4, .mV,      "threshold of the exponential; spike threshold when Delta_T is 0"),
        Parameter("V_peak",        0,     .mV,      "spike detection threshold when Delta_T > 0"),
        Parameter("E_ex",          0,     .mV,      "excitatory reversal potential"),
        Parameter("E_in",          -85,   .mV,      "inhibitory reversal potential"),
        Parameter("tau_syn_ex",    0.2,   .ms,      "time to peak of the excitatory alpha conductance", .positive),
        Parameter("tau_syn_in",    2,     .ms,      "time to peak of the inhibitory alpha conductance", .positive),
        Parameter("gsl_error_tol", 1e-6,  .one,     "tolerance of the adaptive integrator (absolute, and relative to step times slope)", .positive),
        Parameter("tau_minus",     20,    .ms,      "time constant of the post-spike trace read by stdp_synapse", .positive),
    ]

    package static let recordables = [
        Recordable("V_m", .mV, "membrane potential"),
        Recordable("w", .pA, "adaptation current"),
        Recordable("g_ex", .nS, "excitatory conductance"),
        Recordable("g_in", .nS, "inhibitory conductance"),
        Recordable("I_SIC", .pA, "slow inward current"),
    ]

    package static let inputs = {
        var inputs = NodeInputs()
        inputs.slowInwardCurrent = true
        return inputs
    }()

    /// `substep` is the adaptive method's next trial in ms, carried from step to step; at least the resolution while
    /// the cell is calm. `refractory` counts steps.
    package static let hiddenState = [
        (name: "I_stim", start: 0.0), (name: "I_SIC", start: 0.0), (name: "refractory", start: 0.0),
        (name: "substep", start: Double.infinity),
    ]

    package static let text = ModelText(
        summary:
            "Adaptive exponential integrate-and-fire neuron, alpha-shaped conductances, slow inward current of astrocytes.",
        equations: """
            C_m dV_m/dt    = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th)/Delta_T)
                             - g_ex (V_m - E_ex) - g_in (V_m - E_in) - w + I_e + I_stim + I_SIC
            tau_w dw/dt    = a (V_m - E_L) - w
            d(dg_ex)/dt    = -dg_ex / tau_syn_ex            d(g_ex)/dt = dg_ex - g_ex / tau_syn_ex      (g_in likewise)

            spike weight W: dg_ex += W e / tau_syn_ex for W > 0, dg_in += |W| e / tau_syn_in otherwise
            V_m >= V_peak (V_th where Delta_T = 0): spike, V_m = V_reset, w += b, V_m held for t_ref
            """,
        references: [
            "Brette & Gerstner (2005), J Neurophysiol 94:3637, doi:10.1152/jn.00686.2005",
            "Jiang et al. (2025), PLoS Comput Biol 21:e1013503, doi:10.1371/journal.pcbi.1013503",
        ],
        notes: [
            "With t_ref = 0 (the default) a cell may spike several times in one step.",
            "Setting E_L does not move the state V_m.",
            "V_m below -1000 mV or |w| above 1e6 pA stops the run with an error.",
            "Conductances are propagated exactly; V_m and w by a Taylor series of order 6 where the cell is calm, by an adaptive Runge-Kutta-Fehlberg method near spikes.",
        ])

    package static func check(_ value: (String) -> Double) throws {
        let V_peak = value("V_peak"), V_th = value("V_th"), V_reset = value("V_reset"), Delta_T = value("Delta_T")
        guard V_reset < V_peak else {
            throw InputError(
                "\(name): V_reset = \(formatted(V_reset)) mV must be below V_peak = \(formatted(V_peak)) mV")
        }
        guard V_peak >= V_th else {
            throw InputError("\(name): V_peak = \(formatted(V_peak)) mV must not be below V_th = \(formatted(V_th)) mV")
        }
        guard Delta_T == 0 || (V_peak - V_th) / Delta_T < 663.73 else {
            throw InputError(
                "\(name): Delta_T = \(formatted(Delta_T)) mV is too small: (V_peak - V_th)/Delta_T must be below 663.73"
            )
        }
    }

    /// Largest last term of the Taylor series in mV: ten times the error that is left.
    static let tolerance = 2e-7

    // state
    let V_m, w, g_ex, g_in, dg_ex, dg_in, I_stim, I_SIC, refractory, substep: Column
    // parameters
    let C_m, V_reset, E_L, g_L, I_e, a, b, Delta_T, tau_w, V_th, V_peak, E_ex, E_in, tau_syn_ex, tau_syn_in: Column
    let gsl_error_tol: Column
    // derived, for one Taylor step of h = resolution / taylorSteps
    let taylorSteps: Int
    let h_over_C, h_over_tau_w, h_over_tau_ex, h_over_tau_in: Column
    let inverse_Delta_T, g_L_Delta_T, threshold: Column
    let decay_ex, decay_in, jump_ex, jump_in, refractorySteps: Column
    let resolution: Double

    package init(_ columns: ModelColumns) {
        let resolution = columns.resolution
        self.resolution = resolution
        (V_m, w, g_ex, g_in) = (columns["V_m"], columns["w"], columns["g_ex"], columns["g_in"])
        (dg_ex, dg_in, I_stim, I_SIC) = (columns["dg_ex"], columns["dg_in"], columns["I_stim"], columns["I_SIC"])
        (refractory, substep, C_m, V_reset) = (
            columns["refractory"], columns["substep"], columns["C_m"], columns["V_reset"]
        )
        (E_L, g_L, I_e, a, b) = (columns["E_L"], columns["g_L"], columns["I_e"], columns["a"], columns["b"])
        (Delta_T, tau_w, V_th, V_peak) = (columns["Delta_T"], columns["tau_w"], columns["V_th"], columns["V_peak"])
        (E_ex, E_in, gsl_error_tol) = (columns["E_ex"], columns["E_in"], columns["gsl_error_tol"])
        (tau_syn_ex, tau_syn_in) = (columns["tau_syn_ex"], columns["tau_syn_in"])
        let taylorSteps = Self.taylorSteps(resolution, tau_syn_ex, tau_syn_in, cells: columns.count)
        self.taylorSteps = taylorSteps
        let h = resolution / Double(taylorSteps)
        let C_m = self.C_m, tau_w = self.tau_w, tau_ex = tau_syn_ex, tau_in = tau_syn_in, g_L = self.g_L
        let Delta_T = self.Delta_T, V_th = self.V_th, V_peak = self.V_peak, t_ref = columns["t_ref"]
        h_over_C = columns.derived(["C_m"]) { h / C_m[$0] }
        h_over_tau_w = columns.derived(["tau_w"]) { h / tau_w[$0] }
        h_over_tau_ex = columns.derived(["tau_syn_ex"]) { h / tau_ex[$0] }
        h_over_tau_in = columns.derived(["tau_syn_in"]) { h / tau_in[$0] }
        // without exponential term: slope 1 and factor 0
        inverse_Delta_T = columns.derived(["Delta_T"]) { Delta_T[$0] == 0 ? 1 : 1 / Delta_T[$0] }
        g_L_Delta_T = columns.derived(["Delta_T", "g_L"]) { g_L[$0] * Delta_T[$0] }
        threshold = columns.derived(["Delta_T", "V_th", "V_peak"]) { Delta_T[$0] == 0 ? V_th[$0] : V_peak[$0] }
        decay_ex = columns.derived(["tau_syn_ex"]) { exponentialEverywhere(-h / tau_ex[$0]) }
        decay_in = columns.derived(["tau_syn_in"]) { exponentialEverywhere(-h / tau_in[$0]) }
        jump_ex = columns.derived(["tau_syn_ex"]) { 2.718281828459045 / tau_ex[$0] }
        jump_in = columns.derived(["tau_syn_in"]) { 2.718281828459045 / tau_in[$0] }
        refractorySteps = columns.derived(["t_ref"]) { Double(TimeGrid.stepsUp(t_ref[$0], resolution)) }
    }

    /// Taylor steps in a step of the simulation: enough that a step is at most a quarter of a synaptic time constant,
    /// where six terms describe an alpha function. Beyond 8 the adaptive method is left to do the work.
    private static func taylorSteps(_ resolution: Double, _ tau_ex: Column, _ tau_in: Column, cells: Int) -> Int {
        var shortest = min(tau_ex[0], tau_in[0])
        for cell in 0..<cells { shortest = min(shortest, tau_ex[cell], tau_in[cell]) }
        let quarters = (4 * resolution / shortest).rounded(.up)
        return quarters > 1 ? Int(min(quarters, 8)) : 1
    }

    @inline(__always)
    package func advanceLanes(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let membrane = TaylorMembrane(self, cell)
        let jump_ex = self.jump_ex.lanes(cell), jump_in = self.jump_in.lanes(cell)
        var state = TaylorMembrane.State(self, cell)
        var current = I_stim.lanes(cell), sic = I_SIC.lanes(cell)
        var awake = calmLanes(cell)
        for step in steps {
            var next = state
            var calm = awake
            for _ in 0..<taylorSteps { calm = calm .& membrane.advance(&next, current + sic) }
            if calm.allTrue {
                state = next
            } else {
                TaylorMembrane.State(keeping: state, next, where: calm).store(self, cell)
                I_stim.store(current, cell)
                I_SIC.store(sic, cell)
                advanceAdaptively(cell, where: calm.bits, step, io)
                state = TaylorMembrane.State(self, cell)
                awake = calmLanes(cell)
            }
            state.dg_ex = state.dg_ex.addingProduct(jump_ex, io.takeSpikes(step &+ 1, 0, cell))
            state.dg_in = state.dg_in.addingProduct(jump_in, io.takeSpikes(step &+ 1, 1, cell))
            current = io.takeCurrent(step &+ 1, cell)
            sic = io.takeSlowInwardCurrent(step &+ 1, cell)
        }
        state.store(self, cell)
        I_stim.store(current, cell)
        I_SIC.store(sic, cell)
    }

    /// Lanes that may take the Taylor step: not refractory, and not in the middle of the adaptive method's short steps.
    @inline(__always)
    private func calmLanes(_ cell: Int) -> LaneMask {
        (substep.lanes(cell) .>= Lanes(repeating: resolution)) .& (refractory.lanes(cell) .== Lanes())
    }
}

// MARK: - Calm cells: a Taylor series

extension AeifCondAlphaAstro {
    /// The membrane equations of a vector of cells, their parameters at hand.
    ///
    /// A series is kept as x_n = h^n x^(n)/n!, so that x(t + h) is the sum of the x_n. With Z = g_L Delta_T exp((V -
    /// V_th)/Delta_T), for which Z' = Z V'/Delta_T, all right-hand sides are sums and products of series:
    ///
    ///     (n+1) V_{n+1} = h/C_m [ J_n - w_n + Z_n - sum_k G_k V_{n-k} ],    G = g_L + g_ex + g_in
    ///     (n+1) w_{n+1} = h/tau_w [ a (V_n - E_L) - w_n ]                   J = g_L E_L + g_ex E_ex + g_in E_in + I
    ///     n Z_n         = sum_{k>=1} U_k Z_{n-k},   U_k = k V_k / Delta_T
    ///
    /// Conductances: g(s) = (g + dg s) exp(-s/tau), whose series need no recursion over the state.
    /// One exponential a step. Order 6, since the sixth term must be small anyway for the fifth to be a measure.
    struct TaylorMembrane {
        let h_over_C, h_over_tau_w, x_ex, x_in, h: Lanes
        let inverse_Delta_T, g_L_Delta_T, V_th, V_limit: Lanes
        let g_L, E_L, a, E_ex, E_in, leak: Lanes
        let decay_ex, decay_in: Lanes

        struct State {
            var V, w, g_ex, dg_ex, g_in, dg_in: Lanes

            @inline(__always)
            init(_ model: AeifCondAlphaAstro, _ cell: Int) {
                V = model.V_m.lanes(cell)
                w = model.w.lanes(cell)
                g_ex = model.g_ex.lanes(cell)
                dg_ex = model.dg_ex.lanes(cell)
                g_in = model.g_in.lanes(cell)
                dg_in = model.dg_in.lanes(cell)
            }

            @inline(__always)
            init(keeping old: State, _ new: State, where calm: LaneMask) {
                V = select(calm, new.V, old.V)
                w = select(calm, new.w, old.w)
                g_ex = select(calm, new.g_ex, old.g_ex)
                dg_ex = select(calm, new.dg_ex, old.dg_ex)
                g_in = select(calm, new.g_in, old.g_in)
                dg_in = select(calm, new.dg_in, old.dg_in)
            }

            @inline(__always)
            func store(_ model: AeifCondAlphaAstro, _ cell: Int) {
                model.V_m.store(V, cell)
                model.w.store(w, cell)
                model.g_ex.store(g_ex, cell)
                model.dg_ex.store(dg_ex, cell)
                model.g_in.store(g_in, cell)
                model.dg_in.store(dg_in, cell)
            }
        }

        @inline(__always)
        init(_ model: AeifCondAlphaAstro, _ cell: Int) {
            h = Lanes(repeating: model.resolution / Double(model.taylorSteps))
            h_over_C = model.h_over_C.lanes(cell)
            h_over_tau_w = model.h_over_tau_w.lanes(cell)
            x_ex = model.h_over_tau_ex.lanes(cell)
            x_in = model.h_over_tau_in.lanes(cell)
            inverse_Delta_T = model.inverse_Delta_T.lanes(cell)
            g_L_Delta_T = model.g_L_Delta_T.lanes(cell)
            V_th = model.V_th.lanes(cell)
            // the right-hand side has min(V_m, V_peak): the series holds below
            V_limit = model.threshold.lanes(cell)
            g_L = model.g_L.lanes(cell)
            E_L = model.E_L.lanes(cell)
            a = model.a.lanes(cell)
            E_ex = model.E_ex.lanes(cell)
            E_in = model.E_in.lanes(cell)
            leak = (g_L * E_L) + model.I_e.lanes(cell)
            decay_ex = model.decay_ex.lanes(cell)
            decay_in = model.decay_in.lanes(cell)
        }

        /// The first six coefficients of a series.
        struct Series { var c0, c1, c2, c3, c4, c5: Lanes }

        /// Series of (g + dg s) exp(-s/tau), x = h/tau.
        @inline(__always)
        private func alpha(_ g: Lanes, _ dg: Lanes, _ x: Lanes) -> Series {
            // with e_n = (-x)^n/n!:  g_n = g e_n + h dg e_{n-1}
            let d = h * dg
            let e1 = Lanes() - x
            let e2 = e1 * (e1 * Lanes(repeating: 1.0 / 2))
            let e3 = e2 * (e1 * Lanes(repeating: 1.0 / 3))
            let e4 = e3 * (e1 * Lanes(repeating: 1.0 / 4))
            let e5 = e4 * (e1 * Lanes(repeating: 1.0 / 5))
            return Series(
                c0: g, c1: d.addingProduct(g, e1), c2: (g * e2).addingProduct(d, e1), c3: (g * e3).addingProduct(d, e2),
                c4: (g * e4).addingProduct(d, e3), c5: (g * e5).addingProduct(d, e4))
        }

        /// Written out rather than looped over arrays of coefficients, which the compiler leaves in memory: 18 ns a cell
        /// and step instead of 8.
        ///
        /// One step of h; false for lanes where the series has not converged, or V leaves the range it holds in.
        @inline(__always)
        func advance(_ state: inout State, _ input: Lanes) -> LaneMask {
            let ex = alpha(state.g_ex, state.dg_ex, x_ex), inh = alpha(state.g_in, state.dg_in, x_in)
            let s1 = h_over_C, s2 = h_over_C * Lanes(repeating: 1.0 / 2), s3 = h_over_C * Lanes(repeating: 1.0 / 3)
            let s4 = h_over_C * Lanes(repeating: 1.0 / 4), s5 = h_over_C * Lanes(repeating: 1.0 / 5)
            let s6 = h_over_C * Lanes(repeating: 1.0 / 6)
            let r1 = h_over_tau_w, r2 = r1 * Lanes(repeating: 1.0 / 2), r3 = r1 * Lanes(repeating: 1.0 / 3)
            let r4 = r1 * Lanes(repeating: 1.0 / 4), r5 = r1 * Lanes(repeating: 1.0 / 5)
            let r6 = r1 * Lanes(repeating: 1.0 / 6)

            let V0 = state.V, w0 = state.w
            let Z0 = g_L_Delta_T * exponential((V0 - V_th) * inverse_Delta_T)
            let G0 = g_L + ex.c0 + inh.c0
            let J0 = (leak + input).addingProduct(ex.c0, E_ex).addingProduct(inh.c0, E_in)
            let V1 = s1 * (J0 - w0 + Z0 - G0 * V0)
            let w1 = r1 * (a * (V0 - E_L) - w0)

            let U1 = V1 * inverse_Delta_T
            let Z1 = U1 * Z0
            let G1 = ex.c1 + inh.c1
            let C1 = (G0 * V1).addingProduct(G1, V0)
            let F1 = (Z1 - w1) - C1
            let V2 = s2 * F1.addingProduct(ex.c1, E_ex).addingProduct(inh.c1, E_in)
            let w2 = r2 * (a * V1 - w1)

            let U2 = V2 * inverse_Delta_T * Lanes(repeating: 2)
            let Z2 = (U1 * Z1).addingProduct(U2, Z0) * Lanes(repeating: 1.0 / 2)
            let G2 = ex.c2 + inh.c2
            let C2 = (G0 * V2).addingProduct(G1, V1).addingProduct(G2, V0)
            let F2 = (Z2 - w2) - C2
            let V3 = s3 * F2.addingProduct(ex.c2, E_ex).addingProduct(inh.c2, E_in)
            let w3 = r3 * (a * V2 - w2)

            let U3 = V3 * inverse_Delta_T * Lanes(repeating: 3)
            let Z3 = (U1 * Z2).addingProduct(U2, Z1).addingProduct(U3, Z0) * Lanes(repeating: 1.0 / 3)
            let G3 = ex.c3 + inh.c3
            let C3 = (G0 * V3).addingProduct(G1, V2).addingProduct(G2, V1).addingProduct(G3, V0)
            let F3 = (Z3 - w3) - C3
            let V4 = s4 * F3.addingProduct(ex.c3, E_ex).addingProduct(inh.c3, E_in)
            let w4 = r4 * (a * V3 - w3)

            let U4 = V4 * inverse_Delta_T * Lanes(repeating: 4)
            let Y4 = (U1 * Z3).addingProduct(U2, Z2).addingProduct(U3, Z1).addingProduct(U4, Z0)
            let Z4 = Y4 * Lanes(repeating: 1.0 / 4)
            let G4 = ex.c4 + inh.c4
            let C4a = (G0 * V4).addingProduct(G1, V3).addingProduct(G2, V2)
            let F4 = (Z4 - w4) - C4a.addingProduct(G3, V1).addingProduct(G4, V0)
            let V5 = s5 * F4.addingProduct(ex.c4, E_ex).addingProduct(inh.c4, E_in)
            let w5 = r5 * (a * V4 - w4)

            let U5 = V5 * inverse_Delta_T * Lanes(repeating: 5)
            let Y5 = (U1 * Z4).addingProduct(U2, Z3).addingProduct(U3, Z2).addingProduct(U4, Z1).addingProduct(U5, Z0)
            let Z5 = Y5 * Lanes(repeating: 1.0 / 5)
            let G5 = ex.c5 + inh.c5
            let C5a = (G0 * V5).addingProduct(G1, V4).addingProduct(G2, V3)
            let F5 = (Z5 - w5) - C5a.addingProduct(G3, V2).addingProduct(G4, V1).addingProduct(G5, V0)
            let V6 = s6 * F5.addingProduct(ex.c5, E_ex).addingProduct(inh.c5, E_in)
            let w6 = r6 * (a * V5 - w5)

            state.V = V0 + (V1 + (V2 + (V3 + (V4 + (V5 + V6)))))
            state.w = w0 + (w1 + (w2 + (w3 + (w4 + (w5 + w6)))))
            state.g_ex = decay_ex * state.g_ex.addingProduct(h, state.dg_ex)
            state.dg_ex = decay_ex * state.dg_ex
            state.g_in = decay_in * state.g_in.addingProduct(h, state.dg_in)
            state.dg_in = decay_in * state.dg_in
            return (V6.magnitude .< Lanes(repeating: AeifCondAlphaAstro.tolerance)) .& inRange(V0, state)
        }

        /// Below the threshold before and after the step, and within what the model may reach at all.
        @inline(__always)
        private func inRange(_ V0: Lanes, _ state: State) -> LaneMask {
            let below = (V0 .< V_limit) .& (state.V .< V_limit)
            let bounded =
                (state.V .> Lanes(repeating: lowestPotential))
                .& (state.w.magnitude .< Lanes(repeating: largestAdaptation))
            return below .& bounded
        }
    }

    /// V_m in mV and |w| in pA beyond which a run is stopped as unstable.
    static let lowestPotential = -1000.0
    static let largestAdaptation = 1e6
}

private let lowestPotential = AeifCondAlphaAstro.lowestPotential
private let largestAdaptation = AeifCondAlphaAstro.largestAdaptation

// MARK: - Cells near a spike: the adaptive method

extension AeifCondAlphaAstro {
    private typealias State = RungeKuttaFehlberg45.State
    // places in a state vector
    private static let V = 0, DG_EX = 1, G_EX = 2, DG_IN = 3, G_IN = 4, W = 5

    /// The equations of one cell.
    private struct Membrane {
        let g_L, E_L, Delta_T, V_th, V_peak, V_reset, E_ex, E_in, a, current: Double
        let rate_ex, rate_in, rate_w, inverse_C_m, inverse_Delta_T: Double
        let tolerance: Double

        init(_ model: AeifCondAlphaAstro, _ cell: Int) {
            g_L = model.g_L[cell]
            E_L = model.E_L[cell]
            Delta_T = model.Delta_T[cell]
            V_th = model.V_th[cell]
            V_peak = model.V_peak[cell]
            V_reset = model.V_reset[cell]
            E_ex = model.E_ex[cell]
            E_in = model.E_in[cell]
            a = model.a[cell]
            current = model.I_e[cell] + model.I_stim[cell] + model.I_SIC[cell]
            rate_ex = 1 / model.tau_syn_ex[cell]
            rate_in = 1 / model.tau_syn_in[cell]
            rate_w = 1 / model.tau_w[cell]
            inverse_C_m = 1 / model.C_m[cell]
            inverse_Delta_T = Delta_T == 0 ? 0 : 1 / Delta_T
            tolerance = model.gsl_error_tol[cell]
        }

        @inline(__always)
        func slope(_ y: State, refractory: Bool) -> State {
            let V = refractory ? V_reset : Swift.min(y[AeifCondAlphaAstro.V], V_peak)
            let w = y[W]
            let spike = Delta_T == 0 ? 0 : g_L * Delta_T * exponential((V - V_th) * inverse_Delta_T)
            let synaptic = y[G_EX] * (V - E_ex) + y[G_IN] * (V - E_in)
            let dV = refractory ? 0 : (-g_L * (V - E_L) + spike - synaptic - w + current) * inverse_C_m
            return State(
                dV, -y[DG_EX] * rate_ex, y[DG_EX] - y[G_EX] * rate_ex, -y[DG_IN] * rate_in,
                y[DG_IN] - y[G_IN] * rate_in, (a * (V - E_L) - w) * rate_w, 0, 0)
        }
    }

    /// The cells of a vector that are not calm. Out of line, so that the compiler keeps its hands off the calm loop.
    @inline(never)
    private func advanceAdaptively(_ first: Int, where calm: IntLanes, _ step: Int, _ io: borrowing CellIO) {
        for lane in 0..<Lanes.scalarCount where calm[lane] == 0 { advanceAdaptively(first &+ lane, step, io) }
    }

    /// More are taken for a sign that the step will not end. A spike takes about 70.
    private static let mostSubsteps = 1_000_000

    /// One cell through one step by the adaptive method: reset and refractoriness after each accepted substep.
    @inline(never)
    private func advanceAdaptively(_ cell: Int, _ step: Int, _ io: borrowing CellIO) {
        guard cell < io.count else { return }
        let membrane = Membrane(self, cell)
        var y = State(V_m[cell], dg_ex[cell], g_ex[cell], dg_in[cell], g_in[cell], w[cell], 0, 0)
        var remainingRefractory = refractory[cell]
        var h = min(substep[cell], resolution)
        var t = 0.0
        var substeps = 0
        while t < resolution {
            substeps += 1
            guard substeps <= Self.mostSubsteps, y[Self.V] >= Self.lowestPotential,
                y[Self.W].magnitude <= Self.largestAdaptation
            else {
                io.reportInstability(step: step, cell: cell)
                break
            }
            (t, h) = substep(membrane, &y, from: t, h, refractory: remainingRefractory > 0)
            if remainingRefractory > 0 {
                y[Self.V] = V_reset[cell]
            } else if y[Self.V] >= threshold[cell] {
                y[Self.V] = V_reset[cell]
                y[Self.W] += b[cell]
                remainingRefractory = refractorySteps[cell] > 0 ? refractorySteps[cell] + 1 : 0
                io.emit(step: step, cell: cell)
            }
        }
        refractory[cell] = max(remainingRefractory - 1, 0)
        substep[cell] = h
        store(y, cell)
    }

    /// One accepted substep, not beyond the step's end: the time reached and the next trial length, in ms.
    @inline(__always)
    private func substep(
        _ membrane: Membrane, _ y: inout State, from t: Double, _ suggested: Double, refractory: Bool
    ) -> (t: Double, next: Double) {
        var h = suggested
        let k1 = membrane.slope(y, refractory: refractory)
        while true {
            let last = h >= resolution - t
            if last { h = resolution - t }
            let (next, error) = RungeKuttaFehlberg45.trial(y, k1, h) { membrane.slope($0, refractory: refractory) }
            let slope = membrane.slope(next, refractory: refractory)
            let tolerance = State(repeating: membrane.tolerance)
            let allowed = tolerance.addingProduct(tolerance, magnitude(State(repeating: h) * slope))
            let r = largest(magnitude(error) / allowed)
            switch RungeKuttaFehlberg45.judge(r, h) {
            case .retry(let shorter) where t + shorter > t: h = shorter
            case .retry:
                (y, h) = (next, h)
                return (last ? resolution : t + h, h)
            case .accept(let nextTrial):
                y = next
                return (last ? resolution : t + h, nextTrial)
            }
        }
    }

    @inline(__always)
    private func magnitude(_ x: State) -> State {
        unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt64>.self) & SIMD8<UInt64>(repeating: .max >> 1), to: State.self)
    }

    /// The largest of the six that are variables; NaN if the first is.
    @inline(__always)
    private func largest(_ x: State) -> Double {
        let others = max(max(x[1], x[2]), max(max(x[3], x[4]), x[5]))
        return x[0] >= others ? x[0] : (x[0].isNaN ? x[0] : others)
    }

    private func store(_ y: State, _ cell: Int) {
        V_m[cell] = y[Self.V]
        dg_ex[cell] = y[Self.DG_EX]
        g_ex[cell] = y[Self.G_EX]
        dg_in[cell] = y[Self.DG_IN]
        g_in[cell] = y[Self.G_IN]
        w[cell] = y[Self.W]
    }
}
