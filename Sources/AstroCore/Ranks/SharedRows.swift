/// Which rank draws which rows of a connect call: chunks in turn. Each row is drawn once, by one rank, and sent to the owners
/// of its targets, so that the work of building is shared and nobody holds more than its own connections.
struct RowTurns {
    private let rank, ranks: Int
    private let rows: Int
    private static let size = Projection.rowsPerChunk
    /// Chunks that a rank draws before all exchange what they have: a few MB.
    private let perTurn = 16

    init(rows: Int, _ ranks: Ranks) { (self.rows, rank, self.ranks) = (rows, ranks.rank, ranks.count) }

    private var chunks: Int { Projection.chunks(rows: rows) }
    private var perBatch: Int { ranks * perTurn }
    var batches: Int { (chunks + perBatch - 1) / perBatch }

    func drawer(of row: Int) -> Int { row / Self.size % perBatch / perTurn }

    func chunks(of batch: Int, rank: Int) -> Range<Int> {
        let first = batch * perBatch + rank * perTurn
        return min(first, chunks)..<min(first + perTurn, chunks)
    }

    func rows(ofChunk chunk: Int) -> Range<Int> { chunk * Self.size..<min(rows, (chunk + 1) * Self.size) }

    func isOwn(_ row: Int) -> Bool { drawer(of: row) == rank }

    /// The place of an own row among the rows that this rank draws.
    func place(of row: Int) -> Int {
        let chunk = row / Self.size
        return (chunk / perBatch * perTurn + chunk % perTurn) * Self.size + row % Self.size
    }

    /// A number that places are below.
    var ownCount: Int { batches * perTurn * Self.size }
}

extension ConnectionRule {
    /// The rows that a rank draws, as turns say. Rows are drawn in turn anyhow; of columns each rank draws a share, and pairs,
    /// which come in one sequence, all ranks draw.
    func rows(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName, workers: Int, _ together: Together) -> any Rows {
        let connections = connections(pre, post, call), ranks = together.ranks
        if ranks.isAlone { return connections.rows(pre.count, post.count, workers: workers) }
        switch connections {
        case .rows: return connections.rows(pre.count, post.count, workers: workers)
        case .columns(let append): return SharedColumns(together, rows: pre.count, columns: post.count, append)
        case .pairs(let add):
            return RowsInTurn(RowTurns(rows: pre.count, ranks), columns: post.count, workers: workers, add)
        }
    }
}

/// Pairs of which there are only those in rows that this rank draws.
private struct RowsInTurn: Rows {
    private let own: GroupedRows
    private let turns: RowTurns

    init(_ turns: RowTurns, columns: Int, workers: Int, _ add: (PairList) -> Void) {
        self.turns = turns
        own = GroupedRows(rows: turns.ownCount, columns: columns, workers: workers, listing: add) {
            turns.isOwn($0) ? turns.place(of: $0) : nil
        }
    }

    func append(row: Int, to targets: inout [UInt32]) { own.append(row: turns.place(of: row), to: &targets) }
}

/// Rows of a rule that draws the sources of each target: every rank draws a share of the targets, and gets of all of them
/// the rows that it will hand out.
private struct SharedColumns: Rows {
    /// Rows that this rank draws, by number: where they lie in `positions`.
    private let ranges: [Int: Range<Int>]
    private let positions: [UInt32]

    init(_ together: Together, rows: Int, columns: Int, _ column: RuleConnections.Line) {
        let ranks = together.ranks, turns = RowTurns(rows: rows, ranks)
        var out = Array(repeating: [SIMD2<UInt32>](), count: ranks.count)
        var sources: [UInt32] = []
        for position in columns * ranks.rank / ranks.count..<columns * (ranks.rank + 1) / ranks.count {
            sources.removeAll(keepingCapacity: true)
            column(position, &sources)
            for row in sources { out[turns.drawer(of: Int(row))].append(SIMD2(row, UInt32(position))) }
        }
        // ranks have ascending positions: in order of rows, then as they come
        let pairs = Array(together.exchange(out).joined())
        let order = pairs.indices.sorted { (pairs[$0][0], $0) < (pairs[$1][0], $1) }
        positions = order.map { pairs[$0][1] }
        var ranges: [Int: Range<Int>] = [:]
        order.forEachStretch(by: { Int(pairs[$0][0]) }) { ranges[$0] = $1 }
        self.ranges = ranges
    }

    func append(row: Int, to targets: inout [UInt32]) {
        if let range = ranges[row] { targets += positions[range] }
    }
}
