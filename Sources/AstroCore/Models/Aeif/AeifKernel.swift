/// The kernel of the adaptive exponential integrate-and-fire neurons, which differ in the shape of their conductances.
///
///     C_m dV_m/dt = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th)/Delta_T) - g_ex (V_m - E_ex) - g_in (V_m - E_in)
///                   - w + I_e + I_stim + I_SIC                                        pA
///     tau_w dw/dt = a (V_m - E_L) - w                                                 pA
///     alpha-shaped conductances: d(dg)/dt = -dg / tau_syn,    dg_/dt = dg - g / tau_syn    (ex and in)
///     exponential conductances:  dg/dt = -g / tau_syn: the same with dg = 0
///     V_m >= V_peak (V_th if Delta_T = 0): spike, V_m = V_reset, w += b, refractory for t_ref
///
/// Two ways through a step. Where the potential is calm, a Taylor series of order 6 (Aeif/TaylorMembrane.swift);
/// conductances exactly. Cells for which the series has not converged to `tolerance`, or that are near a threshold, are put off to the
/// end of the slice and then go side by side (Aeif/CellLanes.swift). Which way a cell takes depends on that cell alone.
///
/// Near a threshold `spikes` decides. Exact: series that reach beyond the moment of the spike (Aeif/ExactLanes.swift). As the
/// reference: its adaptive method, whose substeps decide when a spike resets the cell (Aeif/AdaptiveLanes.swift). Where the upstroke
/// ends slowly the moment of such a spike depends on the substeps before it: such cells take the Taylor step only where the
/// adaptive method would take a whole step.
///
/// Brette & Gerstner (2005), doi:10.1152/jn.00686.2005.
struct AeifKernel: NodeKernel {
    /// Places of the ports.
    static let ex = 0, inh = 1, stimulus = 2, slowInwardCurrent = 3
    static let ports: [Port] = [
        .spikes("ex", .positive, weight: .nS), .spikes("in", .negative, weight: .nS), .current("I_stim"),
        .signal("I_SIC"),
    ]

    /// `substep` is the adaptive method's next trial in ms, carried from step to step; at least the resolution while
    /// the cell is calm. `refractory` counts steps.
    static let hiddenState: [ModelDefinition.HiddenState] = [
        .init("I_stim"), .init("I_SIC"), .init("refractory"), .init("substep", start: .infinity),
    ]

    static let stateLimits: [ModelDefinition.StateLimit] = [
        .init("V_m", lowestPotential...Double.greatestFiniteMagnitude),
        .init("w", -largestAdaptation...largestAdaptation),
    ]

    /// Largest last term of the Taylor series in mV: ten times the error that is left. The smaller, the more cells are put off, which costs
    /// little with exact moments of spikes.
    let tolerance: Double

    let shape: ConductanceShape
    let spikes: SpikeMoments
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
    /// May a cell come to its threshold within a Taylor step that has converged?
    let watchesPeaks: Bool
    let h_over_C, h_over_tau_w, h_over_tau_ex, h_over_tau_in: Column
    let inverse_Delta_T, g_L_Delta_T, threshold, calmLimit: Column
    let rate_ex, rate_in, rate_w, inverse_C_m: Column
    let decay_ex, decay_in, jump_ex, jump_in, refractorySteps: Column
    let resolution: Double
    /// Do all cells have the same parameters? Then what follows from them is worked out once a block.
    private var sharesParameters = true

    init(_ columns: ModelColumns, _ shape: ConductanceShape) {
        self.shape = shape
        let resolution = columns.resolution
        (self.resolution, spikes) = (resolution, columns.spikes)
        tolerance = spikes == .exact ? 2e-8 : 2e-7
        (V_m, w, g_ex, g_in) = (columns["V_m"], columns["w"], columns["g_ex"], columns["g_in"])
        (dg_ex, dg_in, I_stim, I_SIC) = (columns["dg_ex"], columns["dg_in"], columns["I_stim"], columns["I_SIC"])
        (refractory, substep, C_m, V_reset) = (
            columns["refractory"], columns["substep"], columns["C_m"], columns["V_reset"]
        )
        (E_L, g_L, I_e, a, b) = (columns["E_L"], columns["g_L"], columns["I_e"], columns["a"], columns["b"])
        (Delta_T, tau_w, V_th, V_peak) = (columns["Delta_T"], columns["tau_w"], columns["V_th"], columns["V_peak"])
        (E_ex, E_in, gsl_error_tol) = (columns["E_ex"], columns["E_in"], columns["gsl_error_tol"])
        (tau_syn_ex, tau_syn_in) = (columns["tau_syn_ex"], columns["tau_syn_in"])
        let calm = CalmColumns(columns)
        (taylorSteps, commonSteps, h) = (calm.taylorSteps, calm.commonSteps, calm.h)
        (calmSubstep, calmLimit, threshold) = (calm.substep, calm.limit, calm.threshold)
        (followsSubsteps, lastTerms, watchesPeaks) = (calm.followsSubsteps, calm.lastTerms, calm.watchesPeaks)
        let h = self.h, C_m = self.C_m, tau_w = self.tau_w, tau_ex = tau_syn_ex, tau_in = tau_syn_in, g_L = self.g_L
        let Delta_T = self.Delta_T, t_ref = columns["t_ref"]
        h_over_C = columns.derived { $0[h] / $0[C_m] }
        h_over_tau_w = columns.derived { $0[h] / $0[tau_w] }
        h_over_tau_ex = columns.derived { $0[h] / $0[tau_ex] }
        h_over_tau_in = columns.derived { $0[h] / $0[tau_in] }
        // without exponential term: slope 1 and factor 0
        inverse_Delta_T = columns.derived { $0[Delta_T] == 0 ? 1 : 1 / $0[Delta_T] }
        g_L_Delta_T = columns.derived { $0[g_L] * $0[Delta_T] }
        rate_ex = columns.derived { 1 / $0[tau_ex] }
        rate_in = columns.derived { 1 / $0[tau_in] }
        rate_w = columns.derived { 1 / $0[tau_w] }
        inverse_C_m = columns.derived { 1 / $0[C_m] }
        decay_ex = columns.derived { exponentialEverywhere(-$0[h] / $0[tau_ex]) }
        decay_in = columns.derived { exponentialEverywhere(-$0[h] / $0[tau_in]) }
        jump_ex = columns.derived { shape.jump($0[tau_ex]) }
        jump_in = columns.derived { shape.jump($0[tau_in]) }
        refractorySteps = columns.derived { Double(TimeGrid.stepsUp($0[t_ref], resolution)) }
        var isShared = jump_ex.stride == 0 && jump_in.stride == 0
        _ = TaylorMembrane<Lanes>(self) {
            isShared = isShared && $0.stride == 0
            return $0.vector(0)
        }
        sharesParameters = isShared
    }

    /// What the calm cells go in.
    private typealias Vector = LaneQuad

    // a function of its own: inlined into a protocol's witness, its vector instructions become calls
    @inline(never)
    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        guard let commonSteps else { return advanceDiffering(cells, steps: steps, io: io) }
        // a loop for each shape, so that it is asked for once
        switch shape {
        case .alpha: advance(cells, steps, io, commonSteps) { ConductanceShape.alpha.add($0, $1, &$2, &$3) }
        case .exponential: advance(cells, steps, io, commonSteps) { ConductanceShape.exponential.add($0, $1, &$2, &$3) }
        }
    }

    /// Adds spikes to a conductance or its driving variable: what one of weight 1 adds, the spikes, both variables.
    private typealias Add = (Vector, Vector, inout Vector, inout Vector) -> Void

    @inline(__always)
    private func advance(
        _ cells: Range<Int>, _ steps: Range<Int>, _ io: borrowing CellIO, _ taylorSteps: Int, _ add: Add
    ) {
        var cell = cells.lowerBound, parameters = CalmParameters(self, cell)
        while cell < cells.upperBound {
            if io.deferred.isFull { finish(steps: steps, io: io) }
            if !sharesParameters { parameters = CalmParameters(self, cell) }
            advanceCalm(cell, steps, io, parameters, add) { state, input in
                parameters.membrane.advance(&state, input, times: taylorSteps)
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
            let parameters = CalmParameters(self, cell)
            advanceCalm(cell, steps, io, parameters, shape.add) { state, input in
                parameters.membrane.advance(&state, input, times: numbers, most: most)
            }
        }
    }

    func finish(steps: Range<Int>, io: borrowing CellIO) {
        guard io.deferred.count > 0 else { return }
        let lanes = CellLanes(self, io.deferred, until: steps.upperBound)
        switch spikes {
        case .exact:
            var exact = ExactLanes(lanes)
            exact.run(io)
        case .reference:
            var adaptive = AdaptiveLanes(lanes)
            adaptive.run(io)
        }
        io.deferred.removeAll()
    }

    /// Of a vector of calm cells.
    private struct CalmParameters {
        let membrane: TaylorMembrane<Vector>
        let jump_ex, jump_in: Vector

        @inline(__always)
        init(_ model: AeifKernel, _ cell: Int) {
            membrane = TaylorMembrane(model) { $0.vector(cell) }
            (jump_ex, jump_in) = (model.jump_ex.vector(cell), model.jump_in.vector(cell))
        }
    }

    /// A vector of cells through the slice. Cells that are not calm are deferred; their lanes go on, and nobody looks.
    ///
    /// - `advance`: takes a step of the simulation; lanes that have converged.
    @inline(__always)
    private func advanceCalm(
        _ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO, _ parameters: CalmParameters, _ add: Add,
        _ advance: (inout MembraneState<Vector>, Vector) -> LaneBits
    ) {
        let load = { (column: Column) -> Vector in column.vector(cell) }
        var state = MembraneState(self, load)
        var current = load(I_stim), slow = load(I_SIC)
        let ex = io.spikes(Self.ex), inh = io.spikes(Self.inh)
        let stimulus = io.held(Self.stimulus), signal = io.held(Self.slowInwardCurrent)
        let real = io.realLanes(cell, Vector.laneCount)
        var calm = real & awake(load(substep), load(refractory), load(calmSubstep))
        // from the limit on a Taylor step does not converge
        calm &= state.V.isLess(than: load(calmLimit)).bits
        if calm != real {
            io.deferred.add(
                real & ~calm, from: cell, step: steps.lowerBound, of: steps, wasCalm: false,
                ports: Self.ports.count, io)
        }
        for step in steps {
            let before = state
            let converged = calm & advance(&state, current + slow)
            if converged != calm {
                let leaving = calm & ~converged
                store(before, current, slow, cell, leaving)
                io.deferred.add(
                    leaving, from: cell, step: step, of: steps, wasCalm: true,
                    ports: Self.ports.count, io)
                calm = converged
            }
            add(parameters.jump_ex, ex.take(step &+ 1, cell), &state.g_ex, &state.dg_ex)
            add(parameters.jump_in, inh.take(step &+ 1, cell), &state.g_in, &state.dg_in)
            current = stimulus.take(step &+ 1, cell)
            slow = signal.take(step &+ 1, cell)
        }
        store(state, current, slow, cell, calm)
    }

    /// Writes the lanes in `lanes` of a vector into the columns.
    @inline(__always)
    private func store(
        _ state: MembraneState<Vector>, _ current: Vector, _ slow: Vector, _ cell: Int, _ lanes: LaneBits
    ) {
        let mask = Vector.Mask(bits: lanes)
        let store = { (column: Column, x: Vector) in column.store(mask.select(x, column.vector(cell)), cell) }
        state.forEach(self, store)
        store(I_stim, current)
        store(I_SIC, slow)
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
}

/// What a spike adds to a conductance.
enum ConductanceShape {
    /// To its driving variable, so that a spike of weight 1 peaks at 1 nS after tau_syn.
    case alpha
    /// To itself.
    case exponential

    /// What a spike of weight 1 adds, tau_syn in ms.
    func jump(_ tau_syn: Double) -> Double { self == .alpha ? 2.718281828459045 / tau_syn : 1 }

    @inline(__always)
    func add<T: Arithmetic>(_ jump: T, _ spikes: T, _ g: inout T, _ dg: inout T) {
        if self == .alpha { dg = dg.addingProduct(jump, spikes) } else { g = g.addingProduct(jump, spikes) }
    }
}
