import Testing

@testable import AstroCore

@Suite("Ids of nodes in runs are what lists of them are")
struct NodeIDsTests {
    /// Lists of different ids: runs with steps, single ones, any order.
    private static func list(_ seed: UInt64) -> [Int] {
        var random = RandomStream(seed: Int64(seed), StreamName(.sample, call: 0))
        var ids: [Int] = [], seen = Set<Int>()
        for _ in 0..<1 + random.below(6) {
            let first = 1 + random.below(60), step = 1 + random.below(4)
            ids += (0..<random.below(9)).map { first + step * $0 }.filter { seen.insert($0).inserted }
        }
        return ids
    }

    @Test("Elements, positions and repeats", arguments: 0..<200 as Range<UInt64>)
    func likeLists(seed: UInt64) {
        let list = Self.list(seed), ids = NodeIDs(list), search = NodeSearch(ids)
        #expect(Array(ids) == list)
        #expect(list.indices.allSatisfy { ids[$0] == list[$0] })
        for id in 0..<100 { #expect(search.position(of: id) == list.firstIndex(of: id), "id \(id)") }
        #expect(!search.hasRepeats)
        #expect(Array(ids.ordered) == list.sorted())
    }

    @Test("What two have in common", arguments: 0..<200 as Range<UInt64>)
    func common(seed: UInt64) {
        let a = Self.list(seed), b = Self.list(seed + 1000), both = Set(a).intersection(b)
        let found = NodeSearch(NodeIDs(a)).common(with: NodeIDs(b))
        #expect(found.map(both.contains) ?? both.isEmpty)
        var joined = NodeIDs(a)
        joined.append(NodeIDs(b))
        #expect(Array(joined) == a + b)
        #expect(NodeSearch(joined).hasRepeats == !both.isEmpty)
        #expect(Array(joined.ordered) == Set(a + b).sorted())
    }

    @Test("Even runs take one place however many they are")
    func size() {
        #expect(NodeIDs(stride(from: 3, to: 3_000_000, by: 7)).runs.count == 1)
    }
}

@Suite("Rows of connections")
struct RowChunkTests {
    @Test("Rows with and without connections are found", arguments: 0..<100 as Range<UInt64>)
    func rows(seed: UInt64) {
        var random = RandomStream(seed: Int64(seed), StreamName(.sample, call: 0))
        var starts: [UInt32] = [], targets: [UInt16] = [], expected: [[UInt16]] = []
        for _ in 0..<1 + random.below(64) {
            let row = (0..<max(0, random.below(6) - 2)).map { _ in UInt16(random.below(1 << 16)) }
            starts.append(UInt32(targets.count))
            targets += row
            expected.append(row)
        }
        let chunk = targets.withUnsafeBufferPointer { RowChunk(starts: starts, targets: $0) }
        defer { chunk.deallocate() }
        #expect(expected.indices.map { row in chunk.connections(ofRow: row).map { chunk.targets[$0] } } == expected)
        #expect(chunk.rows == expected.indices.filter { !expected[$0].isEmpty })
        #expect(chunk.count == targets.count)
    }

    @Test("Cells and rows belong together, however nodes were chosen")
    func rowMaps() throws {
        let simulation = try Simulation(threads: 1)
        let cells = try simulation.create("parrot_neuron", count: 100)
        let chosen = [
            cells, try cells.slice(11, 90), try cells.slice(2, 99, step: 3), try cells.sample(40),
            try cells.slice(50, 60).joined(with: cells.slice(1, 20)),
            try cells.slice(1, 99, step: 2).joined(with: cells.slice(2, 100, step: 2)),
        ]
        for nodes in chosen {
            let ids = NodeIDs(nodes), map = RowMap(simulation.stretches(of: ids))
            for cell in 0..<100 { #expect(map.row(cell) == Array(ids).firstIndex(of: cell + 1) ?? -1, "\(nodes)") }
        }
    }
}
