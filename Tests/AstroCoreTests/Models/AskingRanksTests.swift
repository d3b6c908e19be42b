import Testing

@testable import AstroCore

/// A model that asks all ranks for a value, and has a quantity: it does nothing else.
private struct Asking: NodeKernel {
    static let definition = ModelDefinition(
        "asking", .neuron,
        parameters: [
            Parameter("V_m", 0, .mV, "membrane potential", .any, .state),
            Parameter("tau_m", 10, .ms, "membrane time constant", .positive),
        ],
        recordables: [Recordable("q", .mV, "a quantity")], ports: [], quantities: ["q"],
        text: ModelText(summary: "Asks all ranks.")
    ) { Asking(shortest: $0.least(["tau_m"]), q: $0.computed("q")) }

    let shortest: Column
    let q: Column?

    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {}
}

@Suite("What ranks ask each other while a kernel is made")
struct AskingRanksTests {
    /// The cells of one rank, another of which has a cell with 2 ms, and how often they were asked.
    private final class Rank {
        let batch = Batch(
            Asking.definition, 0..<200, of: 0, resolution: 0.1, spikes: .exact, shares: [],
            starting: ["tau_m": .each((0..<200).map { 3 + Double($0) })])
        private(set) var asked = 0

        var kernel: Asking {
            batch.kernel {
                self.asked += 1
                return min($0, 2)
            } as! Asking
        }
    }

    @Test("A rank where a quantity is read makes its kernel anew without the others")
    func quantity() {
        let rank = Rank()
        #expect(rank.kernel.shortest[0] == 2)
        #expect(rank.kernel.q == nil)
        _ = rank.batch.column("q")
        #expect(rank.kernel.q != nil)
        #expect(rank.kernel.shortest[0] == 2)
        #expect(rank.asked == 1)
    }

    @Test("When parameters change, all are asked again")
    func parameters() {
        let rank = Rank()
        _ = rank.kernel
        // on a rank that has none of the cells, too
        rank.batch.set("tau_m", .each([]), slots: [], whole: false)
        #expect(rank.kernel.shortest[0] == 2)
        #expect(rank.asked == 2)
        rank.batch.set("tau_m", .each([0.5]), slots: [7], whole: false)
        #expect(rank.kernel.shortest[0] == 0.5)
        #expect(rank.asked == 3)
        rank.batch.set("V_m", .each([0.5]), slots: [7], whole: false)
        #expect(rank.kernel.shortest[0] == 0.5)
        #expect(rank.asked == 3)
    }
}
