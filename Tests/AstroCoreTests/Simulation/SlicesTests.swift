import Testing

@testable import AstroCore

@Suite("Slices of a run")
struct SlicesTests {
    private func all(_ steps: Range<Int>, length: Int, period: Int) -> [Range<Int>] {
        let slices = Slices(steps, length: length, period: period)
        return Array(sequence(first: 0) { $0 + 1 }.lazy.map { slices[$0] }.prefix { !$0.isEmpty })
    }

    @Test("follow each other, as long as they may be")
    func follow() {
        #expect(all(3..<35, length: 10, period: 10) == [3..<10, 10..<20, 20..<30, 30..<35])
        #expect(all(3..<35, length: 10, period: 14) == [3..<13, 13..<14, 14..<24, 24..<28, 28..<35])
        #expect(all(5..<5, length: 10, period: 10).isEmpty)
    }

    /// Otherwise a run that begins anywhere would compute each long step of an astrocyte twice.
    @Test("end with milliseconds wherever a run begins, if nothing else is asked for")
    func milliseconds() throws {
        let simulation = try Simulation(threads: 1)
        _ = try simulation.create("astrocyte_lr_1994", count: 2)
        for time in [0.3, 5.2, 1] {
            try simulation.simulate(time)
            let slices = Slices(
                simulation.now..<simulation.now + 100, length: simulation.sliceLength, period: simulation.slicePeriod)
            for number in 0..<3 { #expect(slices[number].upperBound % 10 == 0) }
        }
    }

    @Test("end at each multiple of the period", arguments: [0, 3, 14, 15, 29], [1, 4, 7, 15, 32])
    func withPeriod(start: Int, length: Int) {
        let end = start + 100, period = 15, slices = all(start..<end, length: length, period: period)
        #expect(slices.first?.lowerBound == start && slices.last?.upperBound == end)
        #expect(zip(slices, slices.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(slices.allSatisfy { $0.count <= length })
        let ends = Set(slices.map(\.upperBound))
        for multiple in stride(from: (start / period + 1) * period, through: end, by: period) {
            #expect(ends.contains(multiple))
        }
        // none is shorter than it has to be
        #expect(slices.dropLast().allSatisfy { $0.count == length || $0.upperBound % period == 0 })
    }
}
