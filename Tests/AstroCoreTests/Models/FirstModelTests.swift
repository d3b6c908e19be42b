import AstroCore
import Foundation
import Testing

// page: model
/// Leaky integrate-and-fire neuron whose potential jumps at a spike.
///
///     dV_m/dt = -V_m / tau_m,    a spike of weight W: V_m += W,    V_m >= V_th: spike, V_m = 0
struct IafDelta: VectorKernel {
    static let definition = ModelDefinition(
        "iaf_delta", .neuron,
        parameters: [
            Parameter("V_m", 0, .mV, "membrane potential", .any, .state),
            Parameter("tau_m", 10, .ms, "membrane time constant", .positive),
            Parameter("V_th", 15, .mV, "spike threshold", .positive),
        ],
        recordables: [Recordable("V_m", .mV, "membrane potential")],
        ports: [.spikes("ex", .positive), .spikes("in", .negative)],
        stateLimits: [.finite("V_m")],
        text: ModelText(summary: "Leaky integrate-and-fire neuron whose potential jumps at a spike.")
    ) { IafDelta($0) }

    private let V_m, V_th, decay: Column

    init(_ columns: ModelColumns) {
        let h = columns.resolution, tau_m = columns["tau_m"]
        (V_m, V_th) = (columns["V_m"], columns["V_th"])
        decay = columns.derived { exponentialEverywhere(-h / $0[tau_m]) }
    }

    typealias Vector = LanePair

    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let ex = io.spikes(0), inh = io.spikes(1), real = io.realLanes(cell, Vector.laneCount)
        let decay: Vector = self.decay.vector(cell), V_th: Vector = self.V_th.vector(cell)
        var V: Vector = V_m.vector(cell)
        for step in steps {
            V = decay * V + ex.take(step + 1, cell) - inh.take(step + 1, cell)
            let spiking = V.isAtLeast(V_th).bits & real
            for lane in SetBits(spiking) { io.emit(step: step, cell: cell + lane) }
            V = Vector.Mask(bits: spiking).select(.zeros, V)
        }
        V_m.store(V, cell)
    }
}
// end

@Suite("The page about models")
struct FirstModelTests {
    @Test("The model of the page follows its closed form, and is as any other to checkpoints and threads")
    func works() throws {
        func run(threads: Int) throws -> (values: [Double], spikes: Int, fingerprint: String) {
            let simulation = try Simulation(threads: threads)
            let cells = try simulation.create(IafDelta.definition, count: 70, parameters: ["tau_m": .number(5)])
            let source = try simulation.create("spike_generator", parameters: ["spike_times": .numbers([1, 3])])
            _ = try simulation.connect(source, cells, synapse: ["weight": .number(10)])
            let trace = try simulation.record(cells.node(at: 1), quantities: ["V_m"], options: ["interval": .number(1)])
            try simulation.simulate(6)
            return (try trace.column("V_m"), simulation.stats.spikes, simulation.fingerprint())
        }
        let one = try run(threads: 1), three = try run(threads: 3)
        // 10 mV at 2 ms; at 4 ms there are 10 exp(-2/5) + 10 mV, above the threshold
        let expected = [0, 10, 10 * exp(-1 / 5.0), 0, 0, 0]
        #expect(zip(one.values, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(one.values)")
        #expect(one.spikes == 70)
        #expect(one.fingerprint == three.fingerprint)
    }

    @Test("The page shows this file's code")
    func page() throws {
        try Page.expectCode("model", of: #filePath, in: "extending.md")
    }
}
