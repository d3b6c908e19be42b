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
    /// The first so many thresholds are those that one of many words reaches in most cases.
    private let usual: Int
    /// The largest words below the thresholds, in the order of signed numbers, where a worker finds numbers without counting
    /// references.
    nonisolated(unsafe) private let reaching: UnsafeMutableBufferPointer<Int32>

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
            (thresholds, lowest, usual, reaching) = ([], 0, 0, .allocate(capacity: 0))
            return
        }
        let spread = 10 * mean.squareRoot() + 20
        let mode = Int(mean)
        let low = max(0, mode - Int(spread))
        let probabilities = Self.relative(mean, mode, low, mode + Int(spread))
        let total = probabilities.reversed().reduce(0, +)
        var below = 0.0
        let cumulative = probabilities.map { p in
            below += p
            return UInt64(min(below / total, 1) * 0x1p32)
        }
        // every word reaches 0
        lowest = low + cumulative.count { $0 == 0 }
        thresholds = cumulative.filter { $0 > 0 && $0 < 1 << 32 }
        usual = thresholds.prefix { $0 < 1 << 32 - 1 << 22 }.count
        reaching = .allocate(capacity: thresholds.count)
        _ = reaching.initialize(from: thresholds.lazy.map { Int32(Int64($0) - 1 - 1 << 31) })
    }

    deinit { reaching.deallocate() }

    /// For one worker: others would wait for it to count references. A large table, where numbers take longer, stays one.
    var ownCopy: PoissonTable { reaching.count <= Self.fewThresholds ? PoissonTable(admissible: mean) : self }

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

    /// Those of four vectors of words, whose upper halves are 0. Most numbers are found sooner by going through the thresholds than
    /// by a search in them.
    @inline(__always)
    package func numbers(_ words: Philox.Words) -> (IntLanes, IntLanes, IntLanes, IntLanes) {
        guard reaching.count <= Self.fewThresholds else { return numbersOneByOne(words) }
        let (w0, w1) = (Self.ordered(words.0, words.1), Self.ordered(words.2, words.3))
        var n0 = ShortLanes(repeating: Int32(lowest)), n1 = n0
        for i in 0..<reaching.count {
            let threshold = ShortLanes(repeating: reaching[i])
            let (r0, r1) = (threshold.isLess(than: w0), threshold.isLess(than: w1))
            // to ask each time would take longer
            if i >= usual, !(r0.hasSetLanes || r1.hasSetLanes) { break }
            // a mask is -1
            (n0, n1) = (n0.subtracting(r0), n1.subtracting(r1))
        }
        let (first, second) = (Self.halves(n0), Self.halves(n1))
        return (first.0, first.1, second.0, second.1)
    }

    /// Two vectors of words as one of signed numbers in the same order.
    @inline(__always)
    private static func ordered(_ a: WordLanes, _ b: WordLanes) -> ShortLanes {
        unsafeBitCast((a | b.shiftedLeft(32)) ^ WordLanes(repeating: 0x8000_0000_8000_0000), to: ShortLanes.self)
    }

    /// Numbers as `ordered` puts them together.
    @inline(__always)
    private static func halves(_ numbers: ShortLanes) -> (IntLanes, IntLanes) {
        let both = unsafeBitCast(numbers, to: WordLanes.self)
        return (
            unsafeBitCast(both & WordLanes(repeating: 0xffff_ffff), to: IntLanes.self),
            unsafeBitCast(both.shiftedRight(32), to: IntLanes.self)
        )
    }

    private static let fewThresholds = 64

    @inline(never)
    private func numbersOneByOne(_ words: Philox.Words) -> (IntLanes, IntLanes, IntLanes, IntLanes) {
        (numbers(words.0), numbers(words.1), numbers(words.2), numbers(words.3))
    }

    private func numbers(_ words: WordLanes) -> IntLanes {
        var numbers = IntLanes()
        for i in 0..<IntLanes.scalarCount { numbers[i] = Int64(number(UInt32(truncatingIfNeeded: words[i]))) }
        return numbers
    }
}
