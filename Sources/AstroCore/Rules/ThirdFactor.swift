import CLanes

/// Chooses astrocytes for primary connections: whether one takes part, and which of the target's pool.
///
/// Targets are those of this rank: a rank knows the pools of its own ones only.
final class ThirdFactor: Sendable {
    let poolSize: Int
    private let call: CallName
    private let threshold: UInt64
    /// Random or nearest pools, `poolSize` entries for each target; nil where a pool is everyone or a block.
    private let pools: [UInt32]?
    /// The first astrocyte of each target's block; nil where pools are no blocks.
    private let blocks: [UInt32]?

    /// - `positions`: of this rank's targets among all; asked for where a table is made of them.
    /// - `space`: from targets to astrocytes; asked for where the nearest are wanted.
    init(
        _ rule: ThirdFactorRule, _ positions: @autoclosure () -> [UInt32], _ call: CallName, workers: Int,
        space: () throws -> Geometry
    ) throws {
        (poolSize, self.call, threshold) = (rule.poolSize, call, UInt64(rule.p * 0x1p32))
        // a pool of everyone needs no table
        let needsTable = rule.poolSize < rule.thirdCount
        let positions = needsTable ? positions() : []
        let hasTable = needsTable && rule.poolType != .block
        if hasTable {
            try Memory.refuse(
                Double(positions.count) * Double(rule.poolSize) * 4,
                for: "pools of \(rule.poolSize) for \(positions.count) targets")
        }
        let nearest = rule.poolType == .nearest ? Nearest(try space(), count: rule.poolSize) : nil
        pools = hasTable ? Self.pools(rule, positions, call, nearest, workers) : nil
        blocks = needsTable && rule.poolType == .block ? positions.map(rule.firstOfBlock) : nil
    }

    private static func pools(
        _ rule: ThirdFactorRule, _ positions: [UInt32], _ call: CallName, _ nearest: Nearest?, _ workers: Int
    ) -> [UInt32] {
        let size = rule.poolSize, third = rule.thirdCount, stretch = 256
        return [UInt32](unsafeUninitializedCapacity: positions.count * size) { buffer, initialized in
            nonisolated(unsafe) let base = buffer.baseAddress!
            Team.shared.forEach((positions.count + stretch - 1) / stretch, workers: workers) { part, _ in
                for target in part * stretch..<min(positions.count, (part + 1) * stretch) {
                    let position = Int(positions[target])
                    var stream = RandomStream(
                        seed: call.seed, StreamName(.pool, call: call.number, member: position))
                    let pool =
                        nearest?.targets(of: position) ?? stream.distinct(size, below: third).map { UInt32($0) }
                    (base + target * size).initialize(from: pool, count: size)
                }
            }
            initialized = positions.count * size
        }
    }

    /// The astrocyte at place j of a target's pool.
    @inline(__always)
    func member(_ target: Int, _ j: Int) -> Int {
        if let pools { return Int(pools[target * poolSize + j]) }
        return j + (blocks.map { Int($0[target]) } ?? 0)
    }

    /// The astrocytes that take part in a row's connections.
    func members(_ targets: [UInt32], _ chosen: Chosen) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: chosen.count) { members, filled in
            for i in 0..<chosen.count {
                prefetch(targets, chosen, i &+ prefetchDistance)
                members[i] = UInt32(truncatingIfNeeded: member(chosen.target(i, of: targets), Int(chosen.places[i])))
            }
            filled = chosen.count
        }
    }

    @inline(__always)
    private func prefetch(_ targets: [UInt32], _ chosen: Chosen, _ i: Int) {
        guard let pools, i < chosen.count else { return }
        let index = chosen.target(i, of: targets) &* poolSize &+ Int(chosen.places[i])
        pools.withUnsafeBufferPointer { astro_prefetch($0.baseAddress! + index) }
    }

    /// In which of a row's primary connections an astrocyte takes part.
    func choose(row: Int, _ count: Int) -> Chosen {
        var places: [UInt32] = []
        let numbers = [UInt32](unsafeUninitializedCapacity: count) { numbers, chosen in
            places = [UInt32](unsafeUninitializedCapacity: count) { places, filled in
                filled = choose(row, count, numbers, places)
                chosen = filled
            }
        }
        return Chosen(numbers: numbers, places: places)
    }

    /// Their number. There is no branch in the loop: whether an astrocyte takes part is what a processor cannot foresee.
    private func choose(
        _ row: Int, _ count: Int, _ numbers: UnsafeMutableBufferPointer<UInt32>,
        _ places: UnsafeMutableBufferPointer<UInt32>
    ) -> Int {
        let key = RandomStream.key(call.seed), name = StreamName(.thirdFactor, call: call.number, member: row)
        let perBatch = BulkRandom.batch / 2, atOnce = 4 * perBatch, poolSize = UInt64(poolSize)
        var found = 0
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * atOnce) { words in
            for first in stride(from: 0, to: count, by: atOnce) {
                let end = min(count, first &+ atOnce)
                for batch in first / perBatch..<(end &+ perBatch &- 1) / perBatch {
                    let start = words.baseAddress! + 2 &* (batch &* perBatch &- first)
                    BulkRandom.fill(start, batch: batch, key: key, name: name)
                }
                for i in first..<end {
                    let pair = 2 &* (i &- first)
                    numbers[found] = UInt32(truncatingIfNeeded: i)
                    places[found] = UInt32(truncatingIfNeeded: (UInt64(words[pair &+ 1]) &* poolSize) &>> 32)
                    found &+= UInt64(words[pair]) < threshold ? 1 : 0
                }
            }
        }
        return found
    }
}

/// Those connections of a row in which an astrocyte takes part.
struct Chosen {
    /// Which of the row's connections they are, ascending.
    let numbers: [UInt32]
    /// Of each, the astrocyte's place in the pool of the target.
    let places: [UInt32]

    var count: Int { numbers.count }

    /// - `targets`: of all connections of the row.
    @inline(__always)
    func target(_ i: Int, of targets: [UInt32]) -> Int { Int(targets[Int(numbers[i])]) }
}
