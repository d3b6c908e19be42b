/// What the leaky integrate-and-fire neurons with synaptic currents have in common, for their definitions.
enum IafTables {
    // swift-format-ignore
    static func parameters(tau_syn: (ex: String, in: String), _ others: [Parameter]) -> [Parameter] {
        [
            Parameter("V_m",        -70, .mV, "membrane potential", .any, .state),
            Parameter("C_m",        250, .pF, "membrane capacitance", .positive),
            Parameter("t_ref",      2,   .ms, "refractory time", .nonNegative),
            Parameter("V_th",       -55, .mV, "spike threshold", and: "above V_reset"),
            Parameter("V_reset",    -70, .mV, "potential after a spike", and: "below V_th"),
            Parameter("E_L",        -70, .mV, "resting potential"),
            Parameter("I_e",        0,   .pA, "constant current"),
            Parameter("tau_m",      10,  .ms, "membrane time constant", .positive),
            Parameter("tau_syn_ex", 2,   .ms, tau_syn.ex, .positive),
            Parameter("tau_syn_in", 2,   .ms, tau_syn.in, .positive),
        ] + others + [
            Parameter("tau_minus",  20,  .ms, "time constant of the post-spike trace that stdp_synapse reads", .positive),
        ]
    }

    static let recordables = [
        Recordable("V_m", .mV, "membrane potential"),
        Recordable("I_syn_ex", .pA, "excitatory synaptic current"),
        Recordable("I_syn_in", .pA, "inhibitory synaptic current, negative"),
        Recordable("I_SIC", .pA, "slow inward current"),
    ]

    static let stateLimits: [ModelDefinition.StateLimit] = [.finite("V_m"), .finite("I_syn_ex"), .finite("I_syn_in")]

    static let reference = "Rotter & Diesmann (1999), Biol Cybern 81:381, doi:10.1007/s004220050570"

    static let notes = [
        "Setting E_L does not move V_m, V_th and V_reset.",
        "Propagated exactly for all time constants, including equal tau_m and tau_syn.",
        "The threshold is tested at the end of a step; V_m is held at V_reset for t_ref.",
    ]

    /// Conditions between the parameters of the model `name`.
    static func check(_ name: String) -> @Sendable ((String) -> Double) throws -> Void {
        { value in
            let V_reset = value("V_reset"), V_th = value("V_th")
            guard V_reset < V_th else {
                throw InputError(
                    "\(name): V_reset = \(formatted(V_reset)) mV must be below V_th = \(formatted(V_th)) mV")
            }
        }
    }
}

/// The membrane of a leaky integrate-and-fire neuron between two spikes, without its synaptic currents: what all cells of a batch
/// need for a step.
struct IafMembrane {
    let V_m, refractory: Column
    let I_stim, I_SIC: HeldColumn
    let E_L, I_e, V_th, V_reset: Column
    /// With u = V_m - E_L: u <- P_uu u + P_ue (constant currents).
    let P_uu, P_ue: Column
    let refractorySteps: Column

    static let hiddenState: [ModelDefinition.HiddenState] = [.init("I_stim"), .init("I_SIC"), .init("refractory")]

    init(_ columns: ModelColumns) {
        let h = columns.resolution, tau_m = columns["tau_m"], C_m = columns["C_m"], t_ref = columns["t_ref"]
        (V_m, refractory) = (columns["V_m"], columns["refractory"])
        (I_stim, I_SIC) = (HeldColumn(columns, "I_stim"), HeldColumn(columns, "I_SIC"))
        (E_L, I_e) = (columns["E_L"], columns["I_e"])
        (V_th, V_reset) = (columns["V_th"], columns["V_reset"])
        P_uu = columns.derived { exponentialEverywhere(-h / $0[tau_m]) }
        P_ue = columns.derived { $0[tau_m] / $0[C_m] * (1 - exponentialEverywhere(-h / $0[tau_m])) }
        refractorySteps = columns.derived { Double(TimeGrid.stepsUp($0[t_ref], h)) }
    }
}

extension IafMembrane {
    typealias Vector = LanePair

    /// Of a vector of cells.
    struct Parameters {
        fileprivate let E_L, V_th, V_reset, I_e, P_uu, P_ue, t_ref: Vector

        @inline(__always)
        init(_ membrane: IafMembrane, _ load: (Column) -> Vector) {
            (E_L, V_th, V_reset) = (load(membrane.E_L), load(membrane.V_th), load(membrane.V_reset))
            (I_e, P_uu, P_ue) = (load(membrane.I_e), load(membrane.P_uu), load(membrane.P_ue))
            t_ref = load(membrane.refractorySteps)
        }
    }

    /// A vector of cells while they go through steps: what the kernel adds are synaptic currents.
    struct State {
        private(set) var V: Vector
        private var stimulus, slow, wait: Vector
        private let parameters: Parameters
        private let stimulusIn, slowIn: HeldInput
        private let hearsStimulus, hearsSlow: Bool
        private let real: LaneBits

        /// - `stimulusIn`, `slowIn`: where constant and slow inward currents arrive.
        @inline(__always)
        init(
            _ membrane: IafMembrane, _ parameters: Parameters, _ cell: Int, _ stimulusIn: HeldInput,
            _ slowIn: HeldInput, _ io: borrowing CellIO
        ) {
            (V, wait) = (membrane.V_m.vector(cell), membrane.refractory.vector(cell))
            (self.parameters, self.stimulusIn, self.slowIn) = (parameters, stimulusIn, slowIn)
            (hearsStimulus, hearsSlow) = (membrane.I_stim.isHeard(stimulusIn), membrane.I_SIC.isHeard(slowIn))
            stimulus = membrane.I_stim.vector(cell, hearsStimulus)
            slow = membrane.I_SIC.vector(cell, hearsSlow)
            real = io.realLanes(cell, Vector.laneCount)
        }

        /// mV that constant currents add to the potential in a step.
        @inline(__always)
        var driven: Vector { parameters.P_ue * ((parameters.I_e + stimulus) + slow) }

        /// The potential after a step in which currents add `driven` to it.
        @inline(__always)
        func next(_ driven: Vector) -> Vector {
            parameters.E_L + driven.addingProduct(parameters.P_uu, V - parameters.E_L)
        }

        /// Ends a step at the potential `next`; refractory cells stay where they are.
        @inline(__always)
        mutating func advance(to next: Vector) {
            V = Vector.zeros.isLess(than: wait).select(V, next)
            wait = Vector.zeros.orLarger(wait - Vector(repeating: 1))
        }

        /// Lanes with cells above a sharp threshold.
        @inline(__always)
        var aboveThreshold: LaneBits { V.isAtLeast(parameters.V_th).bits }

        /// Sends the spikes of some lanes, padding left out, and resets them.
        @inline(__always)
        mutating func spike(_ lanes: LaneBits, _ step: Int, _ cell: Int, _ io: borrowing CellIO) {
            let spiking = real & lanes
            if spiking == 0 { return }
            for lane in SetBits(spiking) { io.emit(step: step, cell: cell &+ lane) }
            let mask = Vector.Mask(bits: spiking)
            V = mask.select(parameters.V_reset, V)
            wait = mask.select(parameters.t_ref, wait)
        }

        /// Takes the currents that are due at the end of a step.
        @inline(__always)
        mutating func takeCurrents(_ step: Int, _ cell: Int) {
            stimulus = stimulusIn.take(step &+ 1, cell)
            slow = slowIn.take(step &+ 1, cell)
        }

        @inline(__always)
        func store(_ membrane: IafMembrane, _ cell: Int) {
            membrane.V_m.store(V, cell)
            membrane.I_stim.store(stimulus, cell, hearsStimulus)
            membrane.I_SIC.store(slow, cell, hearsSlow)
            membrane.refractory.store(wait, cell)
        }
    }
}
