/// Rows of a rule that draws the sources of each target: made column by column, then transposed.
///
/// Some neighbouring columns are a group, small enough for the nearer caches, whose connections lie in the order of rows. A row is what
/// the groups have of it, one after the other.
struct TransposedRows: Rows {
    private let groups: FixedList<ColumnGroup>

    init(rows: Int, columns: Int, workers: Int, _ column: @escaping RuleConnections.Line) {
        let parts = Self.parts(columns, workers: workers)
        var made = [[ColumnGroup]](repeating: [], count: parts)
        made.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let made = buffer
            Team.shared.forEach(parts, workers: workers) { part, _ in
                let own = columns * part / parts..<columns * (part + 1) / parts
                made[part] = Self.groups(of: own, rows: rows, column)
            }
        }
        groups = FixedList(made.flatMap { $0 })
    }

    /// Parts of the columns that workers take in turn: more than there are workers, so that all are busy to the end.
    private static func parts(_ columns: Int, workers: Int) -> Int {
        let leastColumns = 64
        return min(columns, max(workers, min(4 * workers, columns / leastColumns)))
    }

    /// Where a group has many connections for each row, it is closed when it no longer fits into a cache.
    private static func groups(of columns: Range<Int>, rows: Int, _ column: RuleConnections.Line) -> [ColumnGroup] {
        let enough = max(1 << 17, 4 * rows)
        var groups: [ColumnGroup] = [], sources: [UInt32] = [], ends: [Int] = [], first = columns.lowerBound
        for i in columns {
            column(i, &sources)
            ends.append(sources.count)
            guard sources.count >= enough || ends.count == ColumnGroup.mostColumns || i + 1 == columns.upperBound else {
                continue
            }
            groups.append(ColumnGroup(from: first, sources, ends, rows: rows))
            sources.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            first = i + 1
        }
        return groups
    }

    func append(row: Int, to list: inout [UInt32]) {
        var end = list.count
        list += repeatElement(0, count: groups.all.reduce(0) { $0 + $1.count(row) })
        list.withUnsafeMutableBufferPointer { list in
            for group in groups.all { end = group.write(row, to: list.baseAddress! + end) &+ end }
        }
    }
}

/// The connections of some neighbouring columns by row. Memory is of `RowMemory`, since there is as much of it as of rows.
private final class ColumnGroup {
    static let mostColumns = 1 << 16

    private let firstColumn: UInt32
    private let rows, count: Int
    /// Of each row: where its connections begin; behind the last, where they end.
    private let starts: UnsafeMutablePointer<UInt32>
    /// Of each connection: its column, counted from the first.
    private let columns: UnsafeMutablePointer<UInt16>

    /// - `sources`: of all columns, one after the other.
    /// - `ends`: where those of each column end.
    init(from firstColumn: Int, _ sources: [UInt32], _ ends: [Int], rows: Int) {
        self.firstColumn = UInt32(firstColumn)
        (self.rows, count) = (rows, sources.count)
        starts = Self.allocate(rows + 2)
        columns = Self.allocate(sources.count)
        starts.initialize(repeating: 0, count: rows + 2)
        // two places further on: once all are dealt out, each row's start stands in its own place
        for source in sources { starts[Int(source) &+ 2] &+= 1 }
        for row in 0..<rows { starts[row &+ 2] &+= starts[row &+ 1] }
        let next = starts + 1, columns = columns
        var first = 0
        sources.withUnsafeBufferPointer { sources in
            for (column, end) in ends.enumerated() {
                for index in first..<end {
                    let row = Int(sources[index]), place = next[row]
                    columns[Int(place)] = UInt16(truncatingIfNeeded: column)
                    next[row] = place &+ 1
                }
                first = end
            }
        }
    }

    deinit {
        Self.deallocate(starts, rows + 2)
        Self.deallocate(columns, count)
    }

    private static func allocate<T>(_ count: Int) -> UnsafeMutablePointer<T> {
        RowMemory.allocate(bytes: count * MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: count)
    }

    private static func deallocate<T>(_ memory: UnsafeMutablePointer<T>, _ count: Int) {
        RowMemory.deallocate(memory, bytes: count * MemoryLayout<T>.stride)
    }

    @inline(__always)
    func count(_ row: Int) -> Int { Int(starts[row &+ 1] &- starts[row]) }

    /// Writes the columns of a row; how many they are.
    @inline(__always)
    func write(_ row: Int, to list: UnsafeMutablePointer<UInt32>) -> Int {
        let own = columns + Int(starts[row]), count = count(row), firstColumn = firstColumn
        for i in 0..<count { list[i] = firstColumn &+ UInt32(own[i]) }
        return count
    }
}
