/// Poisson numbers by inversion: the number for a random word u is that of the thresholds that u reaches.
///
/// Thresholds are cumulative probabilities times 2^32. They are formed outward from the most probable number by + * /
/// alone, so they are the same on every machine; what is left out has a probability below 2^-32.
package final class PoissonTable: Sendable {
    static let largestMean = 1e8

    /// Thresholds for more than `lowest`, more than `lowest + 1`, …
    package let thresholds: [UInt64]
    package let lowest: Int
    let mean: Double

    package convenience init(mean: Double) throws {
        try Self.check(mean: mean, of: "poisson_generator")
        self.init(admissible: mean)
    }

    static func check(mean: Double, of model: String, largest: Double = largestMean) throws {
        guard mean <= largest else {
            throw InputError("\(model): rate gives \(formatted(mean)) spikes a step (at most \(formatted(largest)))")
        }
    }

    /// Of a mean that was checked.
    init(admissible mean: Double) {
        self.mean = mean
        guard mean > 0 else {
            (thresholds, lowest) = ([], 0)
            return
        }
        let spread = 10 * mean.squareRoot() + 20
        let mode = Int(mean)
        let low = max(0, mode - Int(spread))
        let probabilities = Self.relative(mean, mode, low, mode + Int(spread))
        let total = probabilities.reversed().reduce(0, +)
        var below = 0.0
        lowest = low
        thresholds = probabilities.map { p in
            below += p
            return UInt64(min(below / total, 1) * 0x1p32)
        }.filter { $0 < 1 << 32 }
    }

    /// Probabilities relative to the most probable number's.
    private static func relative(_ mean: Double, _ mode: Int, _ low: Int, _ high: Int) -> [Double] {
        var p = [Double](repeating: 1, count: high - low + 1)
        for k in stride(from: mode - 1, through: low, by: -1) { p[k - low] = p[k - low + 1] * Double(k + 1) / mean }
        for k in stride(from: mode + 1, through: high, by: 1) { p[k - low] = p[k - low - 1] * mean / Double(k) }
        return p
    }

    package func number(_ word: UInt32) -> Int {
        lowest + thresholds.partitioningIndex { $0 > UInt64(word) }
    }

    /// Those of a vector of words, whose upper halves are 0.
    @inline(__always)
    func numbers(_ words: WordLanes) -> IntLanes {
        guard thresholds.count <= Self.fewThresholds else { return numbersOneByOne(words) }
        let words = unsafeBitCast(words, to: IntLanes.self)
        var numbers = IntLanes(repeating: Int64(lowest))
        for threshold in thresholds {
            let reached = IntLanes(repeating: Int64(threshold) &- 1).isLess(than: words)
            guard reached.bits != 0 else { break }
            // a mask is -1
            numbers = numbers.subtracting(reached)
        }
        return numbers
    }

    /// Up to here, most numbers are found sooner by going through the thresholds than by a search in them.
    private static let fewThresholds = 64

    @inline(never)
    private func numbersOneByOne(_ words: WordLanes) -> IntLanes {
        var numbers = IntLanes()
        for i in 0..<IntLanes.scalarCount { numbers[i] = Int64(number(UInt32(truncatingIfNeeded: words[i]))) }
        return numbers
    }
}
