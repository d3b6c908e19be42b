/// What a checkpoint has of steps of a population's cells that synapses follow, by one rule.
struct StepsSection {
    struct Cell {
        let cell, lag: Int
        let events: [StepHistory.Event]
        /// Those that are not all 0, in order.
        let rows: [(stamp: Int, values: [Double])]
    }

    private(set) var cells: [Cell] = []
    /// Values in a row.
    private let width: Int

    init(width: Int) { self.width = width }

    mutating func add(_ cell: Cell) { if !cell.events.isEmpty || !cell.rows.isEmpty { cells.append(cell) } }

    func write(to contents: inout SectionWriter) {
        contents.put(near: cells.map(\.cell))
        contents.put(near: cells.map(\.lag))
        contents.put(near: cells.map(\.events.count))
        contents.put(near: cells.map(\.rows.count))
        contents.put(cells.flatMap { $0.events.map(\.time) })
        contents.put(cells.flatMap { $0.events.map(\.value) })
        contents.put(near: cells.flatMap { $0.rows.map(\.stamp) })
        contents.put(cells.flatMap { $0.rows.flatMap(\.values) })
    }

    /// - `count`: of the population's cells.
    init(_ contents: inout SectionReader, width: Int, cells count: Int) throws {
        self.width = width
        let numbers = try contents.near(0..<count, "node"), many = Int(Int32.max)
        let lags = try contents.near(0..<Int(UInt16.max) + 1, "number of steps")
        let eventCounts = try contents.near(0..<many, "number of events")
        let rowCounts = try contents.near(0..<many, "number of steps")
        let times = try contents.doubles(), values = try contents.doubles()
        let stamps = try contents.near(1..<StreamName.mostSteps + 1, "step"), rows = try contents.doubles()
        try contents.finish()
        try contents.require(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "nodes are out of order")
        try contents.require((times + values + rows).allSatisfy(\.isFinite), "a value is not finite")
        try contents.require(
            [lags, eventCounts, rowCounts].allSatisfy { $0.count == numbers.count } && times.count == values.count
                && times.count == eventCounts.reduce(0, +) && stamps.count == rowCounts.reduce(0, +)
                && rows.count == width * stamps.count, "columns differ in length")
        var event = 0, row = 0
        for (i, number) in numbers.enumerated() {
            let events = (event..<event + eventCounts[i]).map { StepHistory.Event(time: times[$0], value: values[$0]) }
            let own = (row..<row + rowCounts[i]).map { ($0, Array(rows[$0 * width..<($0 + 1) * width])) }
            (event, row) = (event + eventCounts[i], row + rowCounts[i])
            try contents.require(
                zip(events, events.dropFirst()).allSatisfy { $0.time < $1.time }
                    && zip(own, own.dropFirst()).allSatisfy { stamps[$0.0] < stamps[$1.0] }, "steps are out of order")
            cells.append(
                Cell(cell: number, lag: lags[i], events: events, rows: own.map { (stamps[$0.0], $0.1) }))
        }
    }

    /// Ranks have ascending cells.
    static func merge(_ parts: inout [SectionReader], width: Int) throws -> SectionWriter {
        var whole = StepsSection(width: width), contents = SectionWriter()
        for i in parts.indices {
            for cell in try StepsSection(&parts[i], width: width, cells: Simulation.mostNodes).cells { whole.add(cell) }
        }
        whole.write(to: &contents)
        return contents
    }

    static func split(_ contents: inout SectionReader, width: Int, _ deal: Deal, ranks: Int) throws -> [SectionWriter] {
        let whole = try StepsSection(&contents, width: width, cells: deal.count)
        var parts = Array(repeating: StepsSection(width: width), count: ranks)
        for cell in whole.cells { parts[deal.owner(of: cell.cell)].add(cell) }
        return parts.map { part in
            var contents = SectionWriter()
            part.write(to: &contents)
            return contents
        }
    }
}

extension Simulation {
    /// Of an own cell that is followed; nobody asks for what has been forgotten.
    func stepsOf(_ steps: StepHistory, cell: Int, place: Int) -> StepsSection.Cell {
        let kept = steps.cells[place]
        return .init(cell: cell, lag: kept.lag, events: Array(kept.all), rows: steps.rows(place, now: now))
    }

    /// Only where synapses follow their targets. What is not asked for has been forgotten.
    func writeSteps(to writer: CheckpointWriter) throws {
        for (identity, rule, population) in followed {
            try writer.put(
                .steps, population.index, merging: { try StepsSection.merge(&$0, width: rule.rowWidth) },
                { contents in
                    var section = StepsSection(width: rule.rowWidth)
                    forEachFollowed(population, identity) { section.add(stepsOf($0, cell: $1, place: $2)) }
                    section.write(to: &contents)
                })
        }
    }
}

extension CheckpointLoader {
    func readSteps() throws {
        try together.agree { try simulation.reserveSteps() }
        for (identity, rule, population) in simulation.followed {
            let deal = population.cells!.deal, ranks = simulation.ranks.count
            var (_, contents) = try reader.take(.steps) {
                try StepsSection.split(&$0, width: rule.rowWidth, deal, ranks: ranks)
            }
            try together.agree { try readSteps(of: population, identity, rule, &contents) }
        }
    }

    private func readSteps(
        of population: Population, _ identity: String, _ rule: StepRule, _ contents: inout SectionReader
    ) throws {
        let cells = try StepsSection(&contents, width: rule.rowWidth, cells: population.count).cells
        let now = simulation.now, most = 2 * Int(UInt16.max)
        try contents.require(
            cells.allSatisfy { $0.rows.allSatisfy { $0.stamp <= now && now - $0.stamp <= most } },
            "no synapse can ask for one of the steps")
        var rest = Dictionary(uniqueKeysWithValues: cells.map { ($0.cell, $0) })
        try simulation.forEachFollowed(population, identity) { steps, cell, place in
            let found = rest.removeValue(forKey: cell)
            try steps.restore(place, found?.events ?? [], found?.rows ?? [], lag: found?.lag ?? 0, now: now)
        }
        try contents.require(rest.isEmpty, "steps of a node are kept although no synapse follows it")
    }
}
