import CLanes
import Synchronization

/// Chooses astrocytes for primary connections: whether one takes part, and which of the target's pool.
final class ThirdFactor: @unchecked Sendable {
    private let rule: ThirdFactorRule
    private let thirdCount: Int
    let targets: Targets
    private let call: CallName
    private let threshold: UInt64
    /// Random pools of own targets, `poolSize` entries each; nil where a pool is everyone or a block.
    private let pools: [UInt32]?

    init(_ rule: ThirdFactorRule, post: Targets, third: Int, _ call: CallName, workers: Int) throws {
        (self.rule, self.call, thirdCount, targets) = (rule, call, third, post)
        threshold = UInt64(rule.p * 0x1p32)
        guard rule.poolType == .random, rule.poolSize < third else {
            pools = nil
            return
        }
        try Memory.refuse(
            Double(post.own.count) * Double(rule.poolSize) * 4,
            for: "pools of \(rule.poolSize) for \(post.own.count) targets")
        pools = Self.drawPools(rule.poolSize, post, third, call, workers)
    }

    private static func drawPools(_ size: Int, _ targets: Targets, _ third: Int, _ call: CallName, _ workers: Int)
        -> [UInt32]
    {
        let post = targets.own.count
        return [UInt32](unsafeUninitializedCapacity: post * size) { buffer, initialized in
            nonisolated(unsafe) let base = buffer.baseAddress!
            let stretch = 256
            Team.shared.forEach((post + stretch - 1) / stretch, workers: workers) { part, _ in
                for target in part * stretch..<min(post, (part + 1) * stretch) {
                    let name = StreamName(.pool, call: call.number, member: targets.position(ofOwn: target))
                    var stream = RandomStream(seed: call.seed, name)
                    let pool = stream.distinct(size, below: third)
                    for j in 0..<size { (base + target * size + j).initialize(to: UInt32(pool[j])) }
                }
            }
            initialized = post * size
        }
    }

    /// The astrocyte at place j of an own target's pool.
    @inline(__always)
    func member(_ target: Int, _ j: Int) -> Int {
        if let pools { return Int(pools[target * rule.poolSize + j]) }
        if rule.poolType == .random || rule.poolSize == thirdCount { return j }
        let position = targets.position(ofOwn: target)
        return rule.poolSize == 1 ? position / (targets.count / thirdCount) : position * rule.poolSize + j
    }

    var poolSize: Int { rule.poolSize }

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
        let index = Int(targets[i]) * rule.poolSize + Int(places[i])
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
                let member = (UInt64(words[2 * place + 1]) &* UInt64(rule.poolSize)) >> 32
                places.append(takesPart ? Int32(member) : -1)
            }
        }
    }
}

/// Counts third_out connections while workers build the others: for each target and place in its pool.
///
/// Small pools are counted in a table; where that would be larger than a list of the connections, each is listed.
final class ThirdOutCounts: @unchecked Sendable {
    private let poolSize: Int
    private let tableSize: Int
    private var tables: [UnsafeMutablePointer<Int32>] = []
    private var lists: [[UInt64]]

    init(workers: Int, post: Int, poolSize: Int, expected: Double) {
        self.poolSize = poolSize
        tableSize = Double(post) * Double(poolSize) <= 2 * expected + 1e6 ? post * poolSize : 0
        lists = Array(repeating: [], count: workers)
        guard tableSize > 0 else { return }
        for _ in 0..<workers {
            let memory = UnsafeMutablePointer<Int32>.allocate(capacity: tableSize)
            memory.initialize(repeating: 0, count: tableSize)
            tables.append(memory)
        }
    }

    deinit { tables.forEach { $0.deallocate() } }

    /// Places in the pool of one row's connections; -1 where no astrocyte takes part.
    func add(_ targets: [UInt32], _ places: [Int32], worker: Int) {
        guard tableSize > 0 else { return list(targets, places, worker) }
        let table = tables[worker]
        for i in targets.indices {
            let ahead = i + prefetchDistance
            if ahead < targets.count, places[ahead] >= 0 {
                let index = Int(targets[ahead]) * poolSize + Int(places[ahead])
                astro_prefetch(table + index)
            }
            if places[i] >= 0 { table[Int(targets[i]) &* poolSize &+ Int(places[i])] &+= 1 }
        }
    }

    private func list(_ targets: [UInt32], _ places: [Int32], _ worker: Int) {
        for (target, place) in zip(targets, places) where place >= 0 {
            let key = UInt64(target) << 32 | UInt64(place)
            growing.withLock { _ in lists[worker].append(key) }
        }
    }

    private let growing = Mutex(())

    /// Calls `body(target, place, number)` for every pair with connections, in order.
    func forEach(_ body: (Int, Int, Int) throws -> Void) rethrows {
        for index in 0..<tableSize {
            let number = tables.reduce(0) { $0 + Int($1[index]) }
            if number > 0 { try body(index / poolSize, index % poolSize, number) }
        }
        let keys = lists.joined().sorted()
        var first = 0
        for (i, key) in keys.enumerated() where i + 1 == keys.count || keys[i + 1] != key {
            try body(Int(key >> 32), Int(key & 0xffff_ffff), i + 1 - first)
            first = i + 1
        }
    }
}
