import Synchronization

/// Blocks of one worker's cells that whoever is free advances in a slice: their owner from the first one on, others from the last one on,
/// so that the caches stay warm. It does not show in any result who advances a block.
///
/// They are closed until the owner opens them, when its cells have all their input, and closed again when all blocks are taken.
final class SharedBlocks: Sendable {
    /// The first block that nobody has taken, and the end of those; in one word, so that no block is taken twice.
    private let rest = Atomic<UInt64>(0)

    /// Fewer are advanced sooner than shared.
    static let fewest = 4

    func open(_ count: Int) { rest.store(UInt64(count), ordering: .releasing) }

    /// The next blocks for the owner, at most so many; none when all are taken.
    func takeFirst(_ most: Int) -> Range<Int> {
        take { first, end in
            let last = min(first + most, end)
            return (first..<last, last, end)
        }
    }

    /// The next blocks for another worker.
    func takeLast(_ most: Int) -> Range<Int> {
        take { first, end in
            let start = max(first, end - most)
            return (start..<end, first, start)
        }
    }

    /// - `choose`: the blocks of the rest that are taken, and what then is the rest.
    @inline(__always)
    private func take(_ choose: (_ first: Int, _ end: Int) -> (Range<Int>, first: Int, end: Int)) -> Range<Int> {
        var seen = rest.load(ordering: .acquiring)
        while true {
            let first = Int(seen >> 32), end = Int(seen & 0xffff_ffff)
            if first >= end { return 0..<0 }
            let (taken, newFirst, newEnd) = choose(first, end)
            let (done, now) = rest.weakCompareExchange(
                expected: seen, desired: UInt64(newFirst) << 32 | UInt64(newEnd), ordering: .acquiringAndReleasing)
            if done { return taken }
            seen = now
        }
    }
}
