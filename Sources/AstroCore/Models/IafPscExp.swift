/// Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.
///
///     C_m dV_m/dt  = -C_m (V_m - E_L) / tau_m + I_syn_ex + I_syn_in + I_e + I_stim + I_SIC     pA
///     dI_syn_ex/dt = (I_filtered - I_syn_ex) / tau_syn_ex                                      pA/ms
///     dI_syn_in/dt = -I_syn_in / tau_syn_in                                                    pA/ms
///     V_m >= V_th: spike, then V_m = V_reset for t_ref
///
/// I_filtered is what arrives on receptor 1. Linear between spikes, so a step is exact (`CurrentPropagator`). With delta > 0 the
/// threshold is soft: a step has a spike with the probability rho exp((V_m - V_th)/delta) h.
///
/// Rotter & Diesmann (1999), doi:10.1007/s004220050570; Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50.
struct IafPscExp: SharedParameterKernel {
    // swift-format-ignore
    private static let softThreshold = [
        Parameter("delta", 0,    .mV, "width of the stochastic threshold; 0 = a sharp threshold", .nonNegative),
        Parameter("rho",   0.01, .Hz, "rate of spikes at the threshold, where delta > 0", .nonNegative),
    ]

    /// Places of the ports.
    private static let ex = 0, inh = 1, stimulus = 2, filtered = 3, slowInwardCurrent = 4

    static let definition = ModelDefinition(
        "iaf_psc_exp", .neuron,
        parameters: IafTables.parameters(
            tau_syn: ("decay time of the excitatory current", "decay time of the inhibitory current"), softThreshold),
        recordables: IafTables.recordables,
        ports: [
            .spikes("ex", .positive, weight: .pA), .spikes("in", .negative, weight: .pA), .current("I_stim"),
            .current("I_filtered", receptor: 1),
            .signal("I_SIC"),
        ],
        hiddenState: [.init("I_syn_ex"), .init("I_syn_in"), .init("I_filtered")] + IafMembrane.hiddenState,
        stateLimits: IafTables.stateLimits,
        text: ModelText(
            summary: "Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.",
            equations: """
                C_m dV_m/dt  = -C_m (V_m - E_L) / tau_m + I_syn_ex + I_syn_in + I_e + I_stim + I_SIC
                dI_syn_ex/dt = (I_filtered - I_syn_ex) / tau_syn_ex
                dI_syn_in/dt = -I_syn_in / tau_syn_in

                spike weight W: I_syn_ex += W for W > 0, I_syn_in += W otherwise
                V_m >= V_th: spike, V_m = V_reset, held for t_ref
                """,
            references: [IafTables.reference, "Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50"],
            notes: IafTables.notes + [
                "A current on receptor 1 (I_filtered) passes through the excitatory time constant.",
                "With delta > 0, a step of h ms has a spike with the probability rho exp((V_m - V_th)/delta) h/1000.",
            ]),
        check: IafTables.check("iaf_psc_exp")
    ) { IafPscExp($0) }

    private let membrane: IafMembrane
    private let I_syn_ex, I_syn_in, delta, rho: Column
    private let I_filtered: HeldColumn
    /// mV per pA at the beginning of a step.
    private let P_ux, P_ui: Column
    /// Decay of the currents over a step, and what a filtered current comes to.
    private let P_xx, P_ii, P_xf: Column
    private let isSoft: Bool
    private let resolution: Double

    init(_ columns: ModelColumns) {
        let h = columns.resolution
        resolution = h
        membrane = IafMembrane(columns)
        (I_syn_ex, I_syn_in) = (columns["I_syn_ex"], columns["I_syn_in"])
        I_filtered = HeldColumn(columns, "I_filtered")
        (delta, rho) = (columns["delta"], columns["rho"])
        isSoft = (columns.range(delta)?.upperBound ?? 0) > Self.sharpest
        let tau_m = columns["tau_m"], C_m = columns["C_m"], tau_ex = columns["tau_syn_ex"],
            tau_in = columns["tau_syn_in"]
        let onto = { (cell: ModelColumns.Cell, tau: Column) in
            CurrentPropagator(h, tau_m: cell[tau_m], tau_syn: cell[tau], C_m: cell[C_m]).current
        }
        P_ux = columns.derived { onto($0, tau_ex) }
        P_ui = columns.derived { onto($0, tau_in) }
        P_xx = columns.derived { exponentialEverywhere(-h / $0[tau_ex]) }
        P_ii = columns.derived { exponentialEverywhere(-h / $0[tau_in]) }
        P_xf = columns.derived { 1 - exponentialEverywhere(-h / $0[tau_ex]) }
    }

    typealias Vector = IafMembrane.Vector

    /// Of a vector of cells.
    struct Parameters {
        fileprivate let membrane: IafMembrane.Parameters
        fileprivate let P_ux, P_ui, P_xx, P_ii, P_xf: Vector
    }

    @inline(__always)
    func parameters(_ load: (Column) -> Vector) -> Parameters {
        Parameters(
            membrane: IafMembrane.Parameters(membrane, load), P_ux: load(P_ux), P_ui: load(P_ui), P_xx: load(P_xx),
            P_ii: load(P_ii), P_xf: load(P_xf))
    }

    @inline(__always)
    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ parameters: Parameters, _ io: borrowing CellIO) {
        let excitatory = io.spikes(Self.ex), inhibitory = io.spikes(Self.inh), filteredIn = io.held(Self.filtered)
        var state = IafMembrane.State(
            membrane, parameters.membrane, cell, io.held(Self.stimulus), io.held(Self.slowInwardCurrent), io)
        var ex: Vector = I_syn_ex.vector(cell), inh: Vector = I_syn_in.vector(cell)
        let hearsFiltered = I_filtered.isHeard(filteredIn)
        var filtered: Vector = I_filtered.vector(cell, hearsFiltered)
        for step in steps {
            let driven = state.driven.addingProduct(parameters.P_ux, ex).addingProduct(parameters.P_ui, inh)
            state.advance(to: state.next(driven))
            ex = (parameters.P_xx * ex).addingProduct(parameters.P_xf, filtered) + excitatory.take(step &+ 1, cell)
            inh = (parameters.P_ii * inh) - inhibitory.take(step &+ 1, cell)
            state.spike(isSoft ? escaping(state.V, cell, step, io) : state.aboveThreshold, step, cell, io)
            filtered = filteredIn.take(step &+ 1, cell)
            state.takeCurrents(step, cell)
        }
        state.store(membrane, cell)
        I_syn_ex.store(ex, cell)
        I_syn_in.store(inh, cell)
        I_filtered.store(filtered, cell, hearsFiltered)
    }

    /// Lanes that spike where thresholds may be soft.
    @inline(never)
    private func escaping(_ V: Vector, _ cell: Int, _ step: Int, _ io: borrowing CellIO) -> LaneBits {
        let real = io.realLanes(cell, Vector.laneCount)
        var bits: LaneBits = 0
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Vector.laneCount) { memory in
            let potentials = memory.baseAddress!
            V.store(at: potentials)
            for lane in SetBits(real) where spikes(potentials[lane], cell &+ lane, step, io) {
                bits |= 1 << LaneBits(lane)
            }
        }
        return bits
    }

    /// mV; a narrower threshold is sharp, as in the reference.
    private static let sharpest = 1e-10

    private func spikes(_ V: Double, _ cell: Int, _ step: Int, _ io: borrowing CellIO) -> Bool {
        let above = V - membrane.V_th[cell]
        guard delta[cell] > Self.sharpest else { return above >= 0 }
        let expected = rho[cell] * exponentialEverywhere(above / delta[cell]) * resolution / 1000
        return io.uniform(step: step, cell: cell) < expected
    }
}
