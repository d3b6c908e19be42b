extension GroupedRows {
    /// Rows of a rule that draws the sources of each target.
    init(rows: Int, columns: Int, workers: Int, drawing column: @escaping RuleConnections.Line) {
        let parts = Self.parts(columns, workers: workers)
        var made = [[ColumnGroup]](repeating: [], count: parts)
        made.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let made = buffer
            Team.shared.forEach(parts, workers: workers) { part, _ in
                let own = columns * part / parts..<columns * (part + 1) / parts
                made[part] = Self.groups(of: own, rows: rows, column)
            }
        }
        self.init(made.flatMap { $0 })
    }

    /// Parts of the columns that workers take in turn: more than there are workers, so that all are busy to the end.
    private static func parts(_ columns: Int, workers: Int) -> Int {
        let leastColumns = 64
        return min(columns, max(workers, min(4 * workers, columns / leastColumns)))
    }

    private static func groups(of columns: Range<Int>, rows: Int, _ column: RuleConnections.Line) -> [ColumnGroup] {
        let enough = 2 * ColumnGroup.usualCount(rows: rows)
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
}
