import Testing

@testable import AstroCore

@Suite("Slices of a run")
struct SlicesTests {
    private func all(_ steps: Range<Int>, length: Int, period: Int) -> [Range<Int>] {
        let slices = Slices(steps, length: length, period: period)
        return Array(sequence(first: 0) { $0 + 1 }.lazy.map { slices[$0] }.prefix { !$0.isEmpty })
    }

    @Test("follow each other, as long as they may be")
    func withoutPeriod() {
        #expect(all(3..<30, length: 10, period: 0) == [3..<13, 13..<23, 23..<30])
        #expect(all(5..<5, length: 10, period: 0).isEmpty)
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
