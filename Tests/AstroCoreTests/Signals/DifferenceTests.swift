import Foundation
import Testing

@testable import AstroCore

/// A cell that leaks, and takes part of what others are above it.
private struct LeakyCell: VectorKernel {
    static let definition = ModelDefinition(
        "leaky_cell", .neuron,
        parameters: [
            Parameter("u", 0, .one, "state", .any, .state),
            Parameter("kept", 1, .one, "what a step leaves of it", .fraction),
        ],
        recordables: [Recordable("u", .one, "state")],
        ports: [.signal("exchange")], outputs: [.signal("u")], stateLimits: [.finite("u")],
        text: ModelText(summary: "A cell that leaks.")
    ) { LeakyCell($0) }

    private let u, kept: Column

    init(_ columns: ModelColumns) { (u, kept) = (columns["u"], columns["kept"]) }

    typealias Vector = LanePair

    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let exchange = io.held(0), output = io.signal(0), kept: Vector = self.kept.vector(cell)
        var u: Vector = self.u.vector(cell)
        for step in steps {
            u = kept * u + exchange.take(step + 1, cell)
            output?.send(u, active: io.realLanes(cell, Vector.laneCount), step: step, cell: cell)
        }
        output?.finish(cell, Vector.laneCount, steps)
        self.u.store(u, cell)
    }
}

/// Connections over which the weight times the source's value less the target's arrives.
@Suite("Signals: differences")
struct DifferenceTests {
    private static let junction = SynapseDefinition(
        "junction", ModelText(summary: "Two cells exchange."),
        carries: .signal(SignalRoute(output: "u", port: "exchange", meaning: "difference", isDifference: true)))

    /// The cells' states after each step of 0.1 ms.
    private func states(
        _ start: [Double], kept: Double = 1, weight: Double, delay: Double, ms: Double, threads: Int = 1
    ) throws -> [[Double]] {
        let simulation = try Simulation(threads: threads), count = start.count
        let cells = try simulation.create(
            LeakyCell.definition, count: count, parameters: ["u": .numbers(start), "kept": .number(kept)])
        _ = try simulation.connect(
            cells, cells, through: Self.junction, synapse: ["weight": .number(weight), "delay": .number(delay)])
        let recorder = try simulation.record(cells, quantities: ["u"], options: ["interval": .number(0.1)])
        try simulation.simulate(ms)
        let all = try recorder.column("u")
        return stride(from: 0, to: all.count, by: count).map { Array(all[$0..<$0 + count]) }
    }

    @Test("Two cells that leak and exchange follow the closed form")
    func closedForm() throws {
        let kept = 0.99, weight = 0.05
        let found = try states([3, 1], kept: kept, weight: weight, delay: 0.1, ms: 20)
        #expect(found.count == 200)
        for (i, u) in found.enumerated() {
            // what a step has left is sent, and arrives a step later
            let sum = 4 * pow(kept, Double(i + 1)), difference = 2 * kept * pow(kept - 2 * weight, Double(i))
            #expect(abs(u[0] + u[1] - sum) < 1e-13 && abs(u[0] - u[1] - difference) < 1e-13, "step \(i + 1)")
        }
    }

    @Test("Many cells that exchange keep their sum, and come to have the same", arguments: [0.1, 0.7, 1.0, 1.3])
    func sumIsKept(_ delay: Double) throws {
        let start = (0..<40).map { Double($0 * $0 % 23) }, sum = start.reduce(0, +)
        let found = try states(start, weight: 0.001, delay: delay, ms: 60)
        for u in found { #expect(abs(u.reduce(0, +) - sum) < 1e-10) }
        #expect(found.last!.allSatisfy { abs($0 - sum / 40) < 1e-6 })
        #expect(try states(start, weight: 0.001, delay: delay, ms: 60, threads: 3) == found)
    }
}
