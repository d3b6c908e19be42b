/// Poisson numbers by name, eight steps at a time: a number for the whole window, then a step for each of its spikes.
/// So every step has a Poisson number of its own, independent of the others, for two random words in place of eight.
///
/// Connection i in a window uses word i/8 mod 4 of two blocks: one for the number, one for the steps, three bits each. Ten
/// spikes use up a word; for more, further blocks are drawn.
package struct PoissonTrains {
    package static let steps = 8
    /// Means a step up to which windows pay, and their numbers fit.
    static let largestMean = 1.0
    private static let spikesPerWord = 10

    private let table: PoissonTable
    private let key: SIMD2<UInt32>
    private let name: StreamName
    /// Tells apart the windows of a generator before and after a change in their middle.
    private let tag: UInt32

    /// - `since`: the stamp of the last change.
    package init(table: PoissonTable, seed: Int64, _ name: StreamName, since: Int) {
        self.table = table
        key = RandomStream.key(seed)
        self.name = name
        // set apart from the draws of `PoissonDraws` too
        tag = 1 << 23 | UInt32(since % Self.steps) << 20
    }

    /// The numbers of connection i in the steps of a window, a byte each.
    package func numbers(connection i: Int, window: Int) -> UInt64 {
        let number = table.number(word(i, window, 0))
        var packed: UInt64 = 0
        for spike in 0..<number {
            let bits = word(i, window, 1 + spike / Self.spikesPerWord) >> (3 * UInt32(spike % Self.spikesPerWord))
            packed += 1 << (8 * UInt64(bits & 7))
        }
        return packed
    }

    /// Word 0 tells the number, the others the steps of ten spikes each.
    private func word(_ i: Int, _ window: Int, _ index: Int) -> UInt32 {
        let group = UInt32(truncatingIfNeeded: (i / 32 * 8 + i % 8) * 2 + min(index, 1))
        let more = UInt32(max(index - 1, 0)) << 24
        var counter = name.of(member: Int(group)).counter(UInt64(window))
        counter[1] |= tag | more
        return Philox.block(counter: counter, key: key)[i % 32 / 8]
    }

    /// The numbers of connections 32 `block` ..< 32 `block` + 32.
    @inline(__always)
    package func fill(_ numbers: UnsafeMutablePointer<UInt64>, block: Int, window: Int) {
        let low = WordLanes(repeating: UInt64(truncatingIfNeeded: window) & 0xffff_ffff)
        let high = WordLanes(repeating: UInt64(truncatingIfNeeded: window >> 32) | UInt64(tag | name.page))
        let names = WordLanes(repeating: UInt64(name.words[0]))
        var lane = 0
        while lane < 8 {
            var group = WordLanes()
            for i in 0..<WordLanes.scalarCount { group[i] = UInt64(truncatingIfNeeded: (block &* 8 &+ lane &+ i) &* 2) }
            let (words, (s0, s1, s2, s3)) = Philox.blocks(
                (low, high, group, names), (low, high, group &+ WordLanes(repeating: 1), names), key: key)
            let (n0, n1, n2, n3) = table.numbers(words)
            let first = block &* 32 &+ lane
            pack(n0, s0, first, window, numbers + lane)
            pack(n1, s1, first &+ 8, window, numbers + lane + 8)
            pack(n2, s2, first &+ 16, window, numbers + lane + 16)
            pack(n3, s3, first &+ 24, window, numbers + lane + 24)
            lane &+= WordLanes.scalarCount
        }
    }

    /// As `numbers`, for a vector of connections from `first` on.
    @inline(__always)
    private func pack(
        _ number: IntLanes, _ stepWords: WordLanes, _ first: Int, _ window: Int,
        _ result: UnsafeMutablePointer<UInt64>
    ) {
        var packed = IntLanes()
        for spike in 0..<Self.spikesPerWord {
            let active = IntLanes(repeating: Int64(spike)).isLess(than: number)
            guard active.bits != 0 else { break }
            let place = unsafeBitCast(
                stepWords.shiftedLeft(3).shiftedRight(3 &* UInt64(spike)), to: IntLanes.self)
            packed = packed.adding(place.and(IntLanes(repeating: 56)).oneShifted.and(active))
        }
        UnsafeMutableRawPointer(result).storeBytes(of: packed, as: IntLanes.self)
        for lane in SetBits(IntLanes(repeating: Int64(Self.spikesPerWord)).isLess(than: number).bits) {
            result[lane] = numbers(connection: first &+ lane, window: window)
        }
    }
}
