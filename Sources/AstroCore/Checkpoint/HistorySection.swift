/// What a checkpoint has of the spikes of a population's cells that synapses look back at.
struct HistorySection {
    private var cells: [Int] = [], counts: [Int] = []
    /// Of all cells, one after the other: ms, and the traces behind each.
    private var times: [Double] = [], traces: [Double] = []

    init() {}

    mutating func add(_ cell: Int, _ spikes: [TargetHistory.Spike]) {
        if spikes.isEmpty { return }
        cells.append(cell)
        counts.append(spikes.count)
        times += spikes.map(\.time)
        traces += spikes.map(\.trace)
    }

    func write(to contents: inout SectionWriter) {
        contents.put(near: cells)
        contents.put(near: counts)
        contents.put(times)
        contents.put(traces)
    }

    /// - `count`: of the population's cells.
    init(_ contents: inout SectionReader, cells count: Int) throws {
        cells = try contents.near(0..<count, "node")
        counts = try contents.near(1..<Int(Int32.max), "number of spikes")
        (times, traces) = (try contents.doubles(), try contents.doubles())
        try contents.finish()
        try contents.require(
            cells.count == counts.count && times.count == traces.count && times.count == counts.reduce(0, +),
            "columns differ in length")
        try contents.require(zip(cells, cells.dropFirst()).allSatisfy { $0 < $1 }, "nodes are out of order")
    }

    func forEach(_ body: (Int, [TargetHistory.Spike]) throws -> Void) rethrows {
        var next = 0
        for (cell, count) in zip(cells, counts) {
            let all = next..<next + count
            try body(cell, all.map { TargetHistory.Spike(time: times[$0], trace: traces[$0]) })
            next = all.upperBound
        }
    }

    /// Ranks have ascending cells.
    static func merge(_ parts: inout [SectionReader]) throws -> SectionWriter {
        var whole = HistorySection(), contents = SectionWriter()
        for i in parts.indices {
            try HistorySection(&parts[i], cells: Simulation.mostNodes).forEach { whole.add($0, $1) }
        }
        whole.write(to: &contents)
        return contents
    }

    static func split(_ contents: inout SectionReader, _ deal: Deal, ranks: Int) throws -> [SectionWriter] {
        let whole = try HistorySection(&contents, cells: deal.count)
        var parts = Array(repeating: HistorySection(), count: ranks)
        whole.forEach { parts[deal.owner(of: $0)].add($0, $1) }
        return parts.map { part in
            var contents = SectionWriter()
            part.write(to: &contents)
            return contents
        }
    }
}

extension CheckpointLoader {
    func readHistories() throws {
        for population in simulation.populationsWithHistory {
            let cells = population.cells!
            var (_, contents) = try reader.take(.history) {
                try HistorySection.split(&$0, cells.deal, ranks: simulation.ranks.count)
            }
            try together.agree { try readHistory(of: cells, &contents) }
        }
    }

    private func readHistory(of cells: Cells, _ contents: inout SectionReader) throws {
        let section = try HistorySection(&contents, cells: cells.count)
        for share in cells.shares {
            for cell in share.cells { share.plane.history?.restore(share.offset + cell - share.cells.lowerBound, []) }
        }
        try section.forEach { cell, spikes in
            guard let share = cells.share(of: cell) else { throw contents.damaged("node \(cell) is another rank's") }
            let place = share.offset + cell - share.cells.lowerBound
            guard let history = share.plane.history, place < history.cells.count, history.cells[place].isKept else {
                throw contents.damaged("spikes of a node are kept that no synapse looks at")
            }
            try contents.require(
                spikes.allSatisfy { $0.time.isFinite && $0.trace.isFinite }
                    && zip(spikes, spikes.dropFirst()).allSatisfy { $0.time <= $1.time }, "spikes are out of order")
            history.restore(place, spikes)
        }
    }
}
