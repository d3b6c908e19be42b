/// What a checkpoint has of the spikes of a population's cells that synapses look back at.
struct HistorySection {
    private var cells: [Int] = [], counts: [Int] = []
    /// Of all cells, one after the other: ms, and the traces behind each.
    private var times: [Double] = [], traces: [Double] = []
    /// What cells had as each spike left them, by name; nothing where nobody reads it.
    private(set) var names: [String] = []
    private var values: [Double] = []

    init() {}

    /// - `values`: for each spike those of `names`.
    mutating func add(
        _ cell: Int, _ spikes: [TargetHistory.Spike], _ names: [String], _ values: some Collection<Double>
    ) {
        if spikes.isEmpty { return }
        self.names = names
        self.values += values
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
        if names.isEmpty { return }
        contents.put(names.count)
        names.forEach { contents.put($0) }
        contents.put(values)
    }

    /// - `count`: of the population's cells.
    init(_ contents: inout SectionReader, cells count: Int) throws {
        cells = try contents.near(0..<count, "node")
        counts = try contents.near(1..<Int(Int32.max), "number of spikes")
        (times, traces) = (try contents.doubles(), try contents.doubles())
        if contents.rest > 0 {
            names = try (0..<(try contents.count())).map { _ in try contents.text() }
            values = try contents.doubles()
        }
        try contents.finish()
        try contents.require(values.count == names.count * times.count, "columns differ in length")
        try contents.require(values.allSatisfy(\.isFinite), "a value is not finite")
        try contents.require(
            cells.count == counts.count && times.count == traces.count && times.count == counts.reduce(0, +),
            "columns differ in length")
        try contents.require(zip(cells, cells.dropFirst()).allSatisfy { $0 < $1 }, "nodes are out of order")
    }

    /// Calls `body` with each cell, its spikes, and what the cell had at each.
    func forEach(_ body: (Int, [TargetHistory.Spike], [Double]) throws -> Void) rethrows {
        var next = 0
        for (cell, count) in zip(cells, counts) {
            let all = next..<next + count
            try body(
                cell, all.map { TargetHistory.Spike(time: times[$0], trace: traces[$0]) },
                Array(values[all.lowerBound * names.count..<all.upperBound * names.count]))
            next = all.upperBound
        }
    }

    /// Ranks have ascending cells.
    static func merge(_ parts: inout [SectionReader]) throws -> SectionWriter {
        var whole = HistorySection(), contents = SectionWriter()
        for i in parts.indices {
            let part = try HistorySection(&parts[i], cells: Simulation.mostNodes)
            part.forEach { whole.add($0, $1, part.names, $2) }
        }
        whole.write(to: &contents)
        return contents
    }

    static func split(_ contents: inout SectionReader, _ deal: Deal, ranks: Int) throws -> [SectionWriter] {
        let whole = try HistorySection(&contents, cells: deal.count)
        var parts = Array(repeating: HistorySection(), count: ranks)
        whole.forEach { parts[deal.owner(of: $0)].add($0, $1, whole.names, $2) }
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
        try contents.require(
            section.names.allSatisfy(cells.model.sends), "spikes have values that their cells do not have")
        for share in cells.shares {
            // of several populations in a plane, some have no spikes
            if !section.names.isEmpty { share.plane.history?.setNames(section.names) }
            for cell in share.cells { share.plane.history?.restore(share.offset + cell - share.cells.lowerBound, []) }
        }
        try section.forEach { cell, spikes, values in
            guard let share = cells.share(of: cell) else {
                throw contents.damaged("node \(cell) belongs to another rank")
            }
            let place = share.offset + cell - share.cells.lowerBound
            guard let history = share.plane.history, place < history.cells.count, history.cells[place].isKept else {
                throw contents.damaged("spikes of a node are kept although no synapse looks at them")
            }
            try contents.require(
                spikes.allSatisfy { $0.time.isFinite && $0.trace.isFinite }
                    && zip(spikes, spikes.dropFirst()).allSatisfy { $0.time <= $1.time }, "spikes are out of order")
            history.restore(place, spikes, values)
        }
    }
}
