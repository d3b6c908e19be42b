import Synchronization

/// Blocks of one worker's cells that whoever is free advances in a slice: their owner from the first one on, others from the last one on,
/// so that the caches stay warm. It does not show in any result who advances a block.
///
/// They are closed until the owner opens them, when its cells have all their input, and closed again when all blocks are taken.
final class SharedBlocks: Sendable {
    /// The first block that nobody has taken, and the end of those; in one word, so that no block is taken twice.
    private let rest = Atomic<UInt64>(0)

    /// Fewer are advanced sooner than shared.
    static let fewest = 2

    func open(_ count: Int) { rest.store(UInt64(count), ordering: .releasing) }

    /// The next block for the owner; nil when all are taken.
    func takeFirst() -> Int? { take { first, end in (first, first + 1, end) } }

    /// The next block for another worker.
    func takeLast() -> Int? { take { first, end in (end - 1, first, end - 1) } }

    /// - `choose`: the block of the rest that is taken, and what then is the rest.
    @inline(__always)
    private func take(_ choose: (_ first: Int, _ end: Int) -> (block: Int, first: Int, end: Int)) -> Int? {
        var seen = rest.load(ordering: .acquiring)
        while true {
            let first = Int(seen >> 32), end = Int(seen & 0xffff_ffff)
            if first >= end { return nil }
            let (block, newFirst, newEnd) = choose(first, end)
            let (done, now) = rest.weakCompareExchange(
                expected: seen, desired: UInt64(newFirst) << 32 | UInt64(newEnd), ordering: .acquiringAndReleasing)
            if done { return block }
            seen = now
        }
    }
}
