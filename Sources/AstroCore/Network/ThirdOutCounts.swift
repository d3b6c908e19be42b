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

    /// Counts those of a row.
    ///
    /// - `targets`: of all connections of the row.
    func add(_ targets: [UInt32], _ chosen: Chosen, worker: Int) {
        guard tableSize > 0 else { return list(targets, chosen, worker) }
        let table = tables[worker]
        for i in 0..<chosen.count {
            let ahead = min(i &+ prefetchDistance, chosen.count &- 1)
            astro_prefetch(table + index(ahead, targets, chosen))
            table[index(i, targets, chosen)] &+= 1
        }
    }

    @inline(__always)
    private func index(_ i: Int, _ targets: [UInt32], _ chosen: Chosen) -> Int {
        chosen.target(i, of: targets) &* poolSize &+ Int(chosen.places[i])
    }

    private func list(_ targets: [UInt32], _ chosen: Chosen, _ worker: Int) {
        let keys = (0..<chosen.count).map { UInt64(chosen.target($0, of: targets)) << 32 | UInt64(chosen.places[$0]) }
        growing.withLock { _ in lists[worker] += keys }
    }

    private let growing = Mutex(())

    /// Calls `body(target, place, number)` for every pair with connections, in order.
    func forEach(_ body: (Int, Int, Int) throws -> Void) rethrows {
        for index in 0..<tableSize {
            let number = tables.reduce(0) { $0 + Int($1[index]) }
            if number > 0 { try body(index / poolSize, index % poolSize, number) }
        }
        try lists.joined().sorted().forEachStretch(by: { $0 }) { key, range in
            try body(Int(key >> 32), Int(key & 0xffff_ffff), range.count)
        }
    }
}
