/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances and the slow inward current (SIC) of
/// astrocytes.
///
///     C_m dV_m/dt = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th)/Delta_T) - g_ex (V_m - E_ex) - g_in (V_m - E_in)
///                   - w + I_e + I_stim + I_SIC                                        pA
///     tau_w dw/dt = a (V_m - E_L) - w                                                 pA
///     d(dg)/dt    = -dg / tau_syn,    dg_/dt = dg - g / tau_syn                       (ex and in)
///     V_m >= V_peak (V_th if Delta_T = 0): spike, V_m = V_reset, w += b, refractory for t_ref
///
/// Two ways through a step. Where the potential is calm, a Taylor series of order 6 (Aeif/TaylorMembrane.swift);
/// conductances exactly. Where the series has not converged to `tolerance`, or a threshold is near: the adaptive method of
/// the reference (Aeif/AdaptiveLanes.swift), whose substeps decide when exactly a spike resets the cell. Such cells are put
/// off to the end of the slice and then go side by side. Which way a cell takes depends on that cell alone. Where the upstroke
/// ends slowly the moment of a spike depends on the substeps before it: such cells take the Taylor step only where the adaptive
/// method would take a whole step.
///
/// Brette & Gerstner (2005), doi:10.1152/jn.00686.2005.
package struct AeifCondAlphaAstro: NodeModel {
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
        Parameter("V_reset",       -60,   .mV,      "potential after a spike", and: "below V_peak"),
        Parameter("E_L",           -70.6, .mV,      "leak reversal potential"),
        Parameter("g_L",           30,    .nS,      "leak conductance"),
        Parameter("I_e",           0,     .pA,      "constant current"),
        Parameter("a",             4,     .nS,      "subthreshold adaptation"),
        Parameter("b",             80.5,  .pA,      "adaptation added at a spike"),
        Parameter("Delta_T",       2,     .mV,      "slope factor of the exponential", .nonNegative, and: "(V_peak - V_th)/Delta_T below 663.73 where it is not 0"),
        Parameter("tau_w",         144,   .ms,      "adaptation time constant", .positive),
        Parameter("V_th",          -50.4, .mV,      "threshold of the exponential; spike threshold when Delta_T is 0", and: "at most V_peak"),
        Parameter("V_peak",        0,     .mV,      "spike detection threshold when Delta_T > 0", and: "above V_reset, at least V_th"),
        Parameter("E_ex",          0,     .mV,      "excitatory reversal potential"),
        Parameter("E_in",          -85,   .mV,      "inhibitory reversal potential"),
        Parameter("tau_syn_ex",    0.2,   .ms,      "time to peak of the excitatory alpha conductance", .positive),
        Parameter("tau_syn_in",    2,     .ms,      "time to peak of the inhibitory alpha conductance", .positive),
        Parameter("gsl_error_tol", 1e-6,  .one,     "tolerance of the adaptive integrator (absolute, and relative to step times slope)", .positive),
        Parameter("tau_minus",     20,    .ms,      "time constant of the post-spike trace that stdp_synapse reads", .positive),
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
            "Where the upstroke ends slowly (Delta_T = 0, or (V_peak - V_th)/Delta_T below 14) a spike falls where a substep of the adaptive method ends. Such cells take the substeps of the reference everywhere, which is slower where tau_syn is short.",
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
    let taylorSteps: Column
    /// What all cells have in common; nil where they differ.
    let commonSteps: Int?
    let h: Column
    /// Trial length in ms from which on a cell may be calm: a whole step where the cell `followsSubsteps`. Elsewhere less, since fast
    /// synapses keep the adaptive method below a whole step for as long as they have input, far from any spike.
    let calmSubstep: Column
    /// Does it matter for any cell how the adaptive method came to a spike? Then `lastTerms` is what the last terms of a Taylor
    /// step may be for the method to have taken a whole step, elsewhere infinite.
    let followsSubsteps: Bool
    let lastTerms: Column
    let h_over_C, h_over_tau_w, h_over_tau_ex, h_over_tau_in: Column
    let inverse_Delta_T, g_L_Delta_T, threshold, calmLimit: Column
    let rate_ex, rate_in, rate_w, inverse_C_m: Column
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
        let shortest = columns.least(["tau_syn_ex", "tau_syn_in"])
        let taylorSteps = columns.derived([], [shortest]) { Self.steps(8, resolution, shortest[$0]) }
        self.taylorSteps = taylorSteps
        commonSteps = columns.range(taylorSteps).flatMap { $0.lowerBound == $0.upperBound ? Int($0.lowerBound) : nil }
        let h = columns.derived([], [taylorSteps]) { resolution / taylorSteps[$0] }
        self.h = h
        let C_m = self.C_m, tau_w = self.tau_w, tau_ex = tau_syn_ex, tau_in = tau_syn_in, g_L = self.g_L
        let Delta_T = self.Delta_T, V_th = self.V_th, V_peak = self.V_peak, t_ref = columns["t_ref"]
        let isSteep = { (cell: Int) in
            Delta_T[cell] > 0 && V_peak[cell] - V_th[cell] >= Self.steepUpstroke * Delta_T[cell]
        }
        calmSubstep = columns.derived(["Delta_T", "V_th", "V_peak"], [shortest]) {
            isSteep($0) ? min(resolution, shortest[$0] / 8) : resolution
        }
        var followsSubsteps = false
        let tolerance = gsl_error_tol
        lastTerms = columns.derived(["Delta_T", "V_th", "V_peak", "gsl_error_tol"], [taylorSteps]) { cell in
            if isSteep(cell) { return .infinity }
            followsSubsteps = true
            return 4 * tolerance[cell] / (0..<5).reduce(1) { x, _ in x * taylorSteps[cell] }
        }
        self.followsSubsteps = followsSubsteps
        h_over_C = columns.derived(["C_m"], [h]) { h[$0] / C_m[$0] }
        h_over_tau_w = columns.derived(["tau_w"], [h]) { h[$0] / tau_w[$0] }
        h_over_tau_ex = columns.derived(["tau_syn_ex"], [h]) { h[$0] / tau_ex[$0] }
        h_over_tau_in = columns.derived(["tau_syn_in"], [h]) { h[$0] / tau_in[$0] }
        // without exponential term: slope 1 and factor 0
        inverse_Delta_T = columns.derived(["Delta_T"]) { Delta_T[$0] == 0 ? 1 : 1 / Delta_T[$0] }
        g_L_Delta_T = columns.derived(["Delta_T", "g_L"]) { g_L[$0] * Delta_T[$0] }
        threshold = columns.derived(["Delta_T", "V_th", "V_peak"]) { Delta_T[$0] == 0 ? V_th[$0] : V_peak[$0] }
        let threshold = self.threshold
        calmLimit = columns.derived(["V_th", "V_peak", "Delta_T", "C_m", "g_L"], [shortest, h]) {
            let quarter = resolution / Self.steps(4, resolution, shortest[$0])
            if h[$0] == quarter { return threshold[$0] }
            let rise = logarithmEverywhere(Self.largestRise * C_m[$0] / (g_L[$0] * quarter))
            return min(threshold[$0], V_th[$0] + Delta_T[$0] * rise)
        }
        rate_ex = columns.derived(["tau_syn_ex"]) { 1 / tau_ex[$0] }
        rate_in = columns.derived(["tau_syn_in"]) { 1 / tau_in[$0] }
        rate_w = columns.derived(["tau_w"]) { 1 / tau_w[$0] }
        inverse_C_m = columns.derived(["C_m"]) { 1 / C_m[$0] }
        decay_ex = columns.derived(["tau_syn_ex"], [h]) { exponentialEverywhere(-h[$0] / tau_ex[$0]) }
        decay_in = columns.derived(["tau_syn_in"], [h]) { exponentialEverywhere(-h[$0] / tau_in[$0]) }
        jump_ex = columns.derived(["tau_syn_ex"]) { 2.718281828459045 / tau_ex[$0] }
        jump_in = columns.derived(["tau_syn_in"]) { 2.718281828459045 / tau_in[$0] }
        refractorySteps = columns.derived(["t_ref"]) { Double(TimeGrid.stepsUp(t_ref[$0], resolution)) }
    }

    /// Taylor steps in a step of the simulation: enough that there are so many in the shortest synaptic time constant. With 8
    /// the series describes an alpha function of any usual size. Beyond 8 a step the adaptive method is left to do the work.
    private static func steps(_ perTimeConstant: Double, _ resolution: Double, _ shortest: Double) -> Double {
        min(max((perTimeConstant * resolution / shortest).rounded(.up), 1), 8)
    }

    /// Rise of V in units of Delta_T, by the exponential alone and in a quarter of a time constant, from which on the adaptive method
    /// takes over: shorter Taylor steps would follow the upstroke further than the reference's substeps do.
    private static let largestRise = 0.09

    /// (V_peak - V_th)/Delta_T from which on the upstroke ends so fast that it does not show in the potential after it how the
    /// adaptive method came there: its last substep is 1e-6 ms.
    private static let steepUpstroke = 14.0

    /// What the calm cells go in.
    private typealias Vector = LanePair

    // a function of its own: inlined into a protocol's witness, its vector instructions become calls
    @inline(never)
    package func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        guard let commonSteps else { return advanceDiffering(cells, steps: steps, io: io) }
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            if io.deferred.isFull { finish(steps: steps, io: io) }
            advanceCalm(cell, steps, io) { membrane, state, input in
                membrane.advance(&state, input, times: commonSteps)
            }
            cell &+= Vector.laneCount
        }
    }

    /// The same for cells that take Taylor steps of different length.
    @inline(never)
    private func advanceDiffering(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        for cell in stride(from: cells.lowerBound, to: cells.upperBound, by: Vector.laneCount) {
            if io.deferred.isFull { finish(steps: steps, io: io) }
            let numbers = taylorSteps.vector(cell) as Vector
            let most = (cell..<cell + Vector.laneCount).reduce(1) { max($0, Int(taylorSteps[$1])) }
            advanceCalm(cell, steps, io) { membrane, state, input in
                membrane.advance(&state, input, times: numbers, most: most)
            }
        }
    }

    package func finish(steps: Range<Int>, io: borrowing CellIO) {
        guard io.deferred.count > 0 else { return }
        var lanes = AdaptiveLanes(self, io.deferred, until: steps.upperBound)
        lanes.run(io)
        io.deferred.removeAll()
    }

    /// A vector of cells through the slice. Cells that are not calm are deferred; their lanes go on, and nobody looks.
    ///
    /// - `advance`: takes a step of the simulation; lanes that have converged.
    @inline(__always)
    private func advanceCalm(
        _ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO,
        _ advance: (TaylorMembrane<Vector>, inout MembraneState<Vector>, Vector) -> LaneBits
    ) {
        let load = { (column: Column) -> Vector in column.vector(cell) }
        let membrane = TaylorMembrane(self, load)
        let jump_ex = load(self.jump_ex), jump_in = load(self.jump_in)
        var state = MembraneState(self, load)
        var current = load(I_stim), sic = load(I_SIC)
        let real = io.realLanes(cell, Vector.laneCount)
        var calm = real & awake(load(substep), load(refractory), load(calmSubstep))
        if calm != real {
            io.deferred.add(real & ~calm, from: cell, step: steps.lowerBound, of: steps, wasCalm: false, io)
        }
        for step in steps {
            let before = state
            let converged = calm & advance(membrane, &state, current + sic)
            if converged != calm {
                let leaving = calm & ~converged
                store(before, current, sic, cell, leaving)
                io.deferred.add(leaving, from: cell, step: step, of: steps, wasCalm: true, io)
                calm = converged
            }
            state.dg_ex = state.dg_ex.addingProduct(jump_ex, io.takeSpikes(step &+ 1, 0, cell))
            state.dg_in = state.dg_in.addingProduct(jump_in, io.takeSpikes(step &+ 1, 1, cell))
            current = io.takeCurrent(step &+ 1, cell)
            sic = io.takeSlowInwardCurrent(step &+ 1, cell)
        }
        store(state, current, sic, cell, calm)
    }

    /// Writes the lanes in `lanes` of a vector into the columns.
    @inline(__always)
    private func store(
        _ state: MembraneState<Vector>, _ current: Vector, _ sic: Vector, _ cell: Int, _ lanes: LaneBits
    ) {
        let mask = Vector.Mask(bits: lanes)
        let store = { (column: Column, x: Vector) in column.store(mask.select(x, column.vector(cell)), cell) }
        state.forEach(self, store)
        store(I_stim, current)
        store(I_SIC, sic)
    }

    /// Lanes that may take the Taylor step.
    @inline(__always)
    private func awake(_ substep: Vector, _ refractory: Vector, _ calmSubstep: Vector) -> LaneBits {
        substep.isAtLeast(calmSubstep).bits & Vector.zeros.isAtLeast(refractory).bits
    }

    /// Not refractory, and not in the middle of the adaptive method's short substeps.
    @inline(__always)
    func isAwake(_ cell: Int, refractory: Double, substep: Double) -> Bool {
        substep >= calmSubstep[cell] && refractory <= 0
    }

    /// V_m in mV and |w| in pA beyond which a run is stopped as unstable, as in the reference. Upwards V_m has no limit: there
    /// it ends in a spike.
    static let lowestPotential = -1000.0
    static let largestAdaptation = 1e6

    package static let stateLimits = [
        (name: "V_m", range: lowestPotential...Double.greatestFiniteMagnitude),
        (name: "w", range: -largestAdaptation...largestAdaptation),
    ]
}
