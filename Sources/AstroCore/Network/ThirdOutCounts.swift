import CLanes
import Synchronization

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
