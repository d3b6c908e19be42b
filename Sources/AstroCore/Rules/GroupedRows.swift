import CLanes

/// Rows out of columns: a row is what groups of neighbouring columns have of it, one after the other.
///
/// A group is put in order by itself, so it is small enough for a cache. `init(drawing:)` and `init(listing:)` make groups of what rules
/// have; they are in files of their own.
struct GroupedRows: Rows {
    private let groups: [ColumnGroup]
    /// What they hold, without references that would be counted for each row.
    private let tables: FixedList<ColumnGroup.Table>

    init(_ groups: [ColumnGroup]) { (self.groups, tables) = (groups, FixedList(groups.map(\.table))) }

    func append(row: Int, to list: inout [UInt32]) {
        var end = list.count
        // the last vector of a group goes beyond what it has
        list += repeatElement(0, count: tables.all.reduce(ColumnGroup.atOnce) { $0 + $1.count(row) })
        list.withUnsafeMutableBufferPointer { list in
            for table in tables.all { end = table.write(row, to: list.baseAddress! + end) &+ end }
        }
        list.removeLast(ColumnGroup.atOnce)
    }
}

/// The connections of some neighbouring columns by row. Memory is of `RowMemory`, since there is as much of it as of rows.
final class ColumnGroup {
    static let mostColumns = 1 << 16

    /// Connections of a group of usual size: a cache holds them, and where rows begin takes less than they do.
    static func usualCount(rows: Int) -> Int { max(1 << 16, 8 * rows) }

    /// Columns that are written at once.
    static let atOnce = 16

    struct Table {
        fileprivate let firstColumn: UInt32
        /// Of each row: where its connections begin; behind the last, where they end.
        fileprivate let starts: UnsafeMutablePointer<UInt32>
        /// Of each connection: its column, counted from the first, in one byte or two.
        fileprivate let columns: UnsafeMutableRawPointer
        fileprivate let isNarrow: Bool

        @inline(__always)
        func count(_ row: Int) -> Int { Int(starts[row &+ 1] &- starts[row]) }

        /// Writes the columns of a row, `atOnce` at a time, so that there has to be room behind them; how many they are.
        @inline(__always)
        func write(_ row: Int, to list: UnsafeMutablePointer<UInt32>) -> Int {
            isNarrow
                ? write(row, to: list) { SIMD16(truncatingIfNeeded: $0 as SIMD16<UInt8>) }
                : write(row, to: list) { SIMD16(truncatingIfNeeded: $0 as SIMD16<UInt16>) }
        }

        @inline(__always)
        private func write<Some: SIMD>(
            _ row: Int, to list: UnsafeMutableRawPointer, _ widened: (Some) -> SIMD16<UInt32>
        ) -> Int {
            let size = MemoryLayout<Some.Scalar>.size, own = columns + Int(starts[row]) &* size, count = count(row)
            let first = SIMD16(repeating: firstColumn)
            var i = 0
            while i < count {
                let some = own.loadUnaligned(fromByteOffset: i &* size, as: Some.self)
                list.storeBytes(of: widened(some) &+ first, toByteOffset: 4 &* i, as: SIMD16<UInt32>.self)
                i &+= ColumnGroup.atOnce
            }
            return count
        }
    }

    let table: Table
    private let startBytes, columnBytes: Int

    /// - `sources`: of all columns, one after the other.
    /// - `ends`: where those of each column end.
    init(from firstColumn: Int, _ sources: [UInt32], _ ends: [Int], rows: Int) {
        let isNarrow = ends.count <= 1 << 8
        startBytes = (rows + 2) * MemoryLayout<UInt32>.stride
        columnBytes = (sources.count + Self.atOnce) * (isNarrow ? 1 : 2)
        let memory = RowMemory.tables.allocate(bytes: startBytes)
        let starts = memory.bindMemory(to: UInt32.self, capacity: rows + 2)
        starts.initialize(repeating: 0, count: rows + 2)
        table = Table(
            firstColumn: UInt32(firstColumn), starts: starts, columns: RowMemory.tables.allocate(bytes: columnBytes),
            isNarrow: isNarrow)
        // two places further on: once all are dealt out, each row's start stands in its own place
        for source in sources { starts[Int(source) &+ 2] &+= 1 }
        for row in 0..<rows { starts[row &+ 2] &+= starts[row &+ 1] }
        sources.withUnsafeBufferPointer {
            if isNarrow { deal($0, ends, as: UInt8.self) } else { deal($0, ends, as: UInt16.self) }
        }
    }

    deinit {
        RowMemory.tables.deallocate(table.starts, bytes: startBytes)
        RowMemory.tables.deallocate(table.columns, bytes: columnBytes)
    }

    private func deal<Column: FixedWidthInteger>(
        _ sources: UnsafeBufferPointer<UInt32>, _ ends: [Int], as _: Column.Type
    ) {
        let columns = table.columns.bindMemory(to: Column.self, capacity: sources.count + Self.atOnce)
        (columns + sources.count).initialize(repeating: 0, count: Self.atOnce)
        // where the next connection of each row goes
        let next = table.starts + 1, distance = 16
        var first = 0
        for (column, end) in ends.enumerated() {
            for index in first..<end {
                // a store waits for its cache line, and those behind it wait with it
                let ahead = Int(sources[min(index &+ distance, sources.count &- 1)])
                astro_prefetch_for_writing(columns + Int(next[ahead]))
                let row = Int(sources[index]), place = next[row]
                columns[Int(place)] = Column(truncatingIfNeeded: column)
                next[row] = place &+ 1
            }
            first = end
        }
    }
}
