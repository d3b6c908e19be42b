/// Connections that are named one by one, in rows by source. Those of a source keep their order. Connects `sources` to `targets`.
struct ConnectionList: ConnectionRule {
    /// Global ids, ascending: of the rows, and of what rows hold positions in.
    let sources, targets: [Int]
    /// Where rows begin; one more than there are rows.
    let starts: [Int]
    /// For each connection in the order of rows, its place in the list that was given.
    let order: [Int]
    private let positions: [UInt32]

    var count: Int { order.count }

    /// Connects `from[i]` to `to[i]` for every i; global ids.
    init(_ from: [Int], _ to: [Int]) {
        let sources = Set(from).sorted(), targets = Set(to).sorted()
        let row = Dictionary(uniqueKeysWithValues: zip(sources, sources.indices))
        let position = Dictionary(uniqueKeysWithValues: zip(targets, targets.indices.map { UInt32($0) }))
        let rows = from.map { row[$0]! }
        var starts = [Int](repeating: 0, count: sources.count + 1)
        for row in rows { starts[row + 1] += 1 }
        for row in sources.indices { starts[row + 1] += starts[row] }
        var next = starts
        var order = [Int](repeating: 0, count: from.count)
        for (i, row) in rows.enumerated() {
            order[next[row]] = i
            next[row] += 1
        }
        (self.sources, self.targets, self.starts, self.order) = (sources, targets, starts, order)
        positions = order.map { position[to[$0]]! }
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(count) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        .rows { row, targets in targets += positions[starts[row]..<starts[row + 1]] }
    }

    var numbering: ConnectionNumbering? {
        ConnectionNumbering(count: { _, _ in count }, start: { row, _ in starts[row] })
    }
}
