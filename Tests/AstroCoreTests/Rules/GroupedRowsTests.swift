import Testing

@testable import AstroCore

/// Columns become rows, however they are grouped, and rows become connections, wherever their targets lie.
@Suite("Rows of rules that draw sources, or list pairs")
struct GroupedRowsTests {
    /// Sources of a column; some columns have none.
    @Sendable private static func draw(_ column: Int, _ most: Int, _ rows: Int) -> [UInt32] {
        var stream = RandomStream(seed: 5, StreamName(.connection, call: 0, member: column))
        return (0..<stream.below(most + 1)).map { _ in UInt32(stream.below(rows)) }
    }

    @Test(
        "Each row has its columns in order, repeats included",
        arguments: [
            (rows: 7, columns: 1, most: 40), (rows: 1, columns: 9, most: 3), (rows: 300, columns: 2000, most: 500),
            // more columns than a group may have, and fewer connections than rows
            (rows: 50, columns: 150_000, most: 1), (rows: 90_000, columns: 30, most: 2), (rows: 3, columns: 0, most: 1),
        ], [1, 2, 3])
    func transposed(_ size: (rows: Int, columns: Int, most: Int), _ workers: Int) {
        var expected = [[UInt32]](repeating: [], count: size.rows)
        for column in 0..<size.columns {
            for row in Self.draw(column, size.most, size.rows) { expected[Int(row)].append(UInt32(column)) }
        }
        let column: RuleConnections.Line = { $1 += Self.draw($0, size.most, size.rows) }
        let drawn = GroupedRows(rows: size.rows, columns: size.columns, workers: workers, drawing: column)
        // columns first, from the last one on
        let pairs = (0..<size.columns).reversed().flatMap { column in
            Self.draw(column, size.most, size.rows).map { (Int($0), column) }
        }
        let listed = [nil, pairs.count, 100 * pairs.count].map { announced in
            let add = { (list: PairList) in
                if let announced { list.reserve(announced) }
                for (source, target) in pairs { list.add(source, target) }
            }
            return GroupedRows(rows: size.rows, columns: size.columns, workers: workers, listing: add)
        }
        for rows in [drawn] + listed {
            for row in 0..<size.rows {
                var targets: [UInt32] = [77]
                rows.append(row: row, to: &targets)
                #expect(targets == [77] + expected[row], "row \(row)")
            }
        }
    }

    @Test("Pairs that workers draw side by side are those that one draws", arguments: [true, false], [1, 2, 3, 7])
    func sharedPairs(_ autapses: Bool, _ workers: Int) throws {
        let nodes = NodeIDs(try Simulation(seed: 3).create("parrot_neuron", count: 40))
        let call = try CallName(seed: 3, number: 0), count = 10_007
        let rule = try ConnectionRules.rule([
            "rule": .text("fixed_total_number"), "N": .number(Double(count)), "allow_autapses": .flag(autapses),
        ])
        let rows = rule.rows(nodes, nodes, call, workers: workers)
        var expected = [[UInt32]](repeating: [], count: 40), stream = call.stream(), left = count
        while left > 0 {
            let (source, target) = (stream.below(40), stream.below(40))
            if !autapses, source == target { continue }
            expected[source].append(UInt32(target))
            left -= 1
        }
        for row in 0..<40 {
            var targets: [UInt32] = []
            rows.append(row: row, to: &targets)
            #expect(targets == expected[row].sorted(), "row \(row)")
        }
    }

    /// One worker's cells are in two segments then. Targets follow each other in them, or not.
    @Test(
        "Targets are found where a segment ends",
        arguments: [("fixed_indegree", "indegree", 3.0), ("fixed_outdegree", "outdegree", 90_000)], [1, 2])
    func acrossSegments(_ degree: (rule: String, key: String, count: Double), _ step: Int) throws {
        let simulation = try Simulation(seed: 2, threads: 1)
        let sources = try simulation.create("parrot_neuron", count: 2)
        let cells = try simulation.create("parrot_neuron", count: 40_000).joined(
            with: simulation.create("parrot_neuron", count: 40_000))
        let targets = try cells.slice(1, 80_000, step: step)
        let rule: Settings = ["rule": .text(degree.rule), degree.key: .number(degree.count)]
        _ = try simulation.connect(sources, targets, rule: rule, synapse: ["weight": .number(2)])
        let drawn = try ConnectionRules.rule(rule).rows(
            NodeIDs(sources), NodeIDs(targets), try CallName(seed: 2, number: 0))
        for row in 0..<2 {
            var positions: [UInt32] = []
            drawn.append(row: row, to: &positions)
            let found = try simulation.connections(source: sources.node(at: row + 1)).target.map { Int($0) }
            #expect(found.sorted() == positions.map { NodeIDs(targets)[Int($0)] }.sorted())
        }
    }
}
