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

    /// Appends the astrocytes that take part in a row's connections.
    func members(_ targets: [UInt32], _ places: [Int32], into astrocytes: inout [UInt32]) {
        for i in targets.indices {
            prefetch(targets, places, i + prefetchDistance)
            if places[i] >= 0 { astrocytes.append(UInt32(member(Int(targets[i]), Int(places[i])))) }
        }
    }

    @inline(__always)
    private func prefetch(_ targets: [UInt32], _ places: [Int32], _ i: Int) {
        guard let pools, i < targets.count, places[i] >= 0 else { return }
        let index = Int(targets[i]) * poolSize + Int(places[i])
        pools.withUnsafeBufferPointer { astro_prefetch($0.baseAddress! + index) }
    }

    /// For each of a row's primary connections the place in its target's pool, or -1.
    func choose(row: Int, _ count: Int, into places: inout [Int32]) {
        places.removeAll(keepingCapacity: true)
        let key = RandomStream.key(call.seed), name = StreamName(.thirdFactor, call: call.number, member: row)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BulkRandom.batch) { words in
            for i in 0..<count {
                let place = i % (BulkRandom.batch / 2)
                if place == 0 {
                    BulkRandom.fill(words.baseAddress!, batch: i / (BulkRandom.batch / 2), key: key, name: name)
                }
                let takesPart = UInt64(words[2 * place]) < threshold
                let member = (UInt64(words[2 * place + 1]) &* UInt64(poolSize)) >> 32
                places.append(takesPart ? Int32(member) : -1)
            }
        }
    }
}
