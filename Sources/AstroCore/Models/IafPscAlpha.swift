/// Leaky integrate-and-fire neuron with alpha-shaped synaptic currents.
///
///     C_m dV_m/dt   = -C_m (V_m - E_L) / tau_m + I_syn_ex + I_syn_in + I_e + I_stim + I_SIC    pA
///     dI_syn/dt     = dI_syn - I_syn / tau_syn,    d(dI_syn)/dt = -dI_syn / tau_syn            pA/ms  (ex and in)
///     V_m >= V_th: spike, then V_m = V_reset for t_ref
///
/// Linear between spikes, so a step is exact (`CurrentPropagator`).
///
/// Rotter & Diesmann (1999), doi:10.1007/s004220050570.
struct IafPscAlpha: SharedParameterKernel {
    /// Places of the ports.
    private static let ex = 0, inh = 1, stimulus = 2, slowInwardCurrent = 3

    static let definition = ModelDefinition(
        "iaf_psc_alpha", .neuron,
        parameters: IafTables.parameters(
            tau_syn: (
                "time to peak of the alpha-shaped excitatory current",
                "time to peak of the alpha-shaped inhibitory current"
            ), [Parameter("V_min", -.infinity, .mV, "lowest V_m", .extended)]),
        recordables: IafTables.recordables,
        ports: [
            .spikes("ex", .positive, weight: .pA), .spikes("in", .negative, weight: .pA), .current("I_stim"),
            .signal("I_SIC"),
        ],
        hiddenState: [.init("I_syn_ex"), .init("I_syn_in"), .init("dI_syn_ex"), .init("dI_syn_in")]
            + IafMembrane.hiddenState,
        stateLimits: IafTables.stateLimits,
        text: ModelText(
            summary: "Leaky integrate-and-fire neuron with alpha-shaped synaptic currents.",
            equations: """
                C_m dV_m/dt      = -C_m (V_m - E_L) / tau_m + I_syn_ex + I_syn_in + I_e + I_stim + I_SIC
                d(dI_syn_ex)/dt  = -dI_syn_ex / tau_syn_ex
                d(I_syn_ex)/dt   = dI_syn_ex - I_syn_ex / tau_syn_ex                               (I_syn_in likewise)

                spike weight W: dI_syn_ex += W e / tau_syn_ex for W > 0, dI_syn_in += W e / tau_syn_in otherwise
                V_m >= V_th: spike, V_m = V_reset, held for t_ref
                """,
            references: [IafTables.reference],
            notes: IafTables.notes + ["V_m is bounded below by V_min."]),
        check: IafTables.check("iaf_psc_alpha")
    ) { IafPscAlpha($0) }

    private let membrane: IafMembrane
    private let V_min: Column
    private let ex, inh: Current

    /// One synaptic current: its columns, and what derives from its time constant.
    fileprivate struct Current {
        /// pA, and pA/ms.
        let I, dI: Column
        /// mV per pA and per pA/ms at the beginning of a step.
        let P_uI, P_ud: Column
        /// Decay over a step, that times the step in ms, and what a spike of 1 pA adds to dI.
        let decay, decay_h, jump: Column

        init(_ columns: ModelColumns, _ name: String) {
            let h = columns.resolution, tau_m = columns["tau_m"], C_m = columns["C_m"], tau = columns["tau_syn_\(name)"]
            (I, dI) = (columns["I_syn_\(name)"], columns["dI_syn_\(name)"])
            let propagator = { (cell: ModelColumns.Cell) in
                CurrentPropagator(h, tau_m: cell[tau_m], tau_syn: cell[tau], C_m: cell[C_m])
            }
            P_uI = columns.derived { propagator($0).current }
            P_ud = columns.derived { propagator($0).driving }
            decay = columns.derived { exponentialEverywhere(-h / $0[tau]) }
            decay_h = columns.derived { h * exponentialEverywhere(-h / $0[tau]) }
            jump = columns.derived { 2.718281828459045 / $0[tau] }
        }
    }

    /// The same of a vector of cells: what does not change,
    fileprivate struct CurrentParameters {
        fileprivate let P_uI, P_ud, decay, decay_h, jump: Vector

        @inline(__always)
        fileprivate init(_ current: Current, _ load: (Column) -> Vector) {
            (P_uI, P_ud) = (load(current.P_uI), load(current.P_ud))
            (decay, decay_h, jump) = (load(current.decay), load(current.decay_h), load(current.jump))
        }
    }

    /// and what does.
    private struct Lane {
        let parameters: CurrentParameters
        var I, dI: Vector

        @inline(__always)
        init(_ current: Current, _ parameters: CurrentParameters, _ cell: Int) {
            self.parameters = parameters
            (I, dI) = (current.I.vector(cell), current.dI.vector(cell))
        }

        /// `x` plus what the current adds to the potential in a step.
        @inline(__always)
        func onto(_ x: Vector) -> Vector {
            x.addingProduct(parameters.P_uI, I).addingProduct(parameters.P_ud, dI)
        }

        @inline(__always)
        mutating func advance(_ spikes: Vector) {
            I = (parameters.decay * I).addingProduct(parameters.decay_h, dI)
            dI = (parameters.decay * dI).addingProduct(parameters.jump, spikes)
        }

        @inline(__always)
        func store(_ current: Current, _ cell: Int) {
            current.I.store(I, cell)
            current.dI.store(dI, cell)
        }
    }

    init(_ columns: ModelColumns) {
        membrane = IafMembrane(columns)
        V_min = columns["V_min"]
        (ex, inh) = (Current(columns, "ex"), Current(columns, "in"))
    }

    typealias Vector = IafMembrane.Vector

    /// Of a vector of cells.
    struct Parameters {
        fileprivate let membrane: IafMembrane.Parameters
        fileprivate let lowest: Vector
        fileprivate let ex, inh: CurrentParameters
    }

    @inline(__always)
    func parameters(_ load: (Column) -> Vector) -> Parameters {
        Parameters(
            membrane: IafMembrane.Parameters(membrane, load), lowest: load(V_min), ex: CurrentParameters(ex, load),
            inh: CurrentParameters(inh, load))
    }

    @inline(__always)
    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ parameters: Parameters, _ io: borrowing CellIO) {
        let excitatory = io.spikes(Self.ex), inhibitory = io.spikes(Self.inh)
        var state = IafMembrane.State(
            membrane, parameters.membrane, cell, io.held(Self.stimulus), io.held(Self.slowInwardCurrent), io)
        var ex = Lane(self.ex, parameters.ex, cell), inh = Lane(self.inh, parameters.inh, cell)
        for step in steps {
            state.advance(to: parameters.lowest.orLarger(state.next(inh.onto(ex.onto(state.driven)))))
            ex.advance(excitatory.take(step &+ 1, cell))
            inh.advance(Vector.zeros - inhibitory.take(step &+ 1, cell))
            state.spike(state.aboveThreshold, step, cell, io)
            state.takeCurrents(step, cell)
        }
        state.store(membrane, cell)
        ex.store(self.ex, cell)
        inh.store(self.inh, cell)
    }
}
