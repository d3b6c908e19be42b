import Equations
extension Simulation {
    /// The simulation that `save` wrote. A file that is not whole, not right or not of this kind is an error.
    ///
    /// Of several ranks, all get their share of it, however many have written it.
    ///
    /// - `threads`: as in `init`; the results do not depend on it.
    /// - `streams`: what becomes of the files that recorders were writing.
    public static func load(
        from path: String, threads: Int? = nil, streams: CheckpointStreams = CheckpointStreams()
    ) throws -> Simulation {
        let reader = try CheckpointReader(path, ranks.together)
        guard reader.upcoming != .run else {
            throw InputError("'\(path)' is the state of a script: run the script with --resume")
        }
        var loader = try CheckpointLoader(reader, threads: threads, streams: streams)
        try loader.load()
        try reader.finish()
        return loader.simulation
    }

    /// Takes over the state of a checkpoint. This simulation was built by the same calls, so that its nodes, connections and
    /// recorders are those of the checkpoint; handles to them stay good.
    package func restore(from reader: CheckpointReader, streams: CheckpointStreams) throws {
        var loader = try CheckpointLoader(reader, into: self, streams: streams)
        try loader.load()
    }
}

/// Reads a simulation: a new one, or into one that was built by the same calls. Sections come in the order in which
/// `Simulation.write` puts them.
struct CheckpointLoader {
    let reader: CheckpointReader
    let together: Together
    let simulation: Simulation
    let streams: CheckpointStreams
    /// Was the network built already, and is only to be put into the state of the checkpoint?
    let isBuilt: Bool
    private(set) var recordings: [Recording] = []
    /// Where each global id is found; made when the nodes are there.
    private(set) var targets: TargetPlaces!

    private let nodeCount: Int
    private let counts: (recordings: Int, populations: Int, projections: Int, signals: Int, links: Int)

    init(
        _ reader: CheckpointReader, threads: Int? = nil, into built: Simulation? = nil, streams: CheckpointStreams
    ) throws {
        (self.reader, together, self.streams) = (reader, reader.together, streams)
        isBuilt = built != nil
        var (_, contents) = try reader.take(.simulation)
        _ = try contents.text()
        let resolution = try contents.double(), seed = Int64(try contents.int())
        let spikes = try Self.spikes(reader, &contents)
        simulation = try built ?? Simulation(resolution: resolution, seed: seed, threads: threads, spikes: spikes)
        if built != nil {
            try Self.same(simulation.resolution == resolution && simulation.seed == seed, reader, "resolution and seed")
            try Self.same(simulation.spikes == spikes, reader, "the moments of spikes (astro.Simulation { spikes = })")
        }
        let many = 0...1 << 40
        simulation.now = try contents.int(0...StreamName.mostSteps, "time")
        nodeCount = try contents.int(0...Simulation.mostNodes, "number of nodes")
        simulation.connectCalls = try contents.int(many, "number of calls")
        simulation.sampleCalls = try contents.int(many, "number of calls")
        simulation.assignments = try contents.int(many, "number of calls")
        simulation.streamedPopulations = try contents.int(many, "number of populations")
        simulation.streamedNodes = try contents.int(0...Simulation.mostNodes, "number of nodes")
        simulation.figures.spikes = try contents.int()
        let events = try contents.int()
        simulation.figures.events = simulation.ranks.rank == 0 ? events : 0
        let all = 0...reader.length
        counts = (
            try contents.int(all, "number of recorders"), try contents.int(all, "number of populations"),
            try contents.int(all, "number of projections"), try contents.int(all, "number of projections"),
            try contents.int(all, "number of links")
        )
        try contents.finish()
        let share = Double(reader.length) / Double(simulation.ranks.count), path = reader.path
        try together.agree { try Memory.refuse(share, for: "the contents of the checkpoint '\(path)'") }
    }

    /// Until version 3 spikes were as the reference has them.
    private static func spikes(_ reader: CheckpointReader, _ contents: inout SectionReader) throws -> SpikeMoments {
        guard reader.version > 2 else { return .reference }
        let name = try contents.text()
        guard let spikes = SpikeMoments(rawValue: name) else { throw reader.damaged("is damaged: spikes = '\(name)'") }
        return spikes
    }

    /// Refuses a checkpoint of another network.
    static func same(_ condition: Bool, _ reader: CheckpointReader, _ what: @autoclosure () -> String) throws {
        guard !condition else { return }
        throw InputError("the checkpoint '\(reader.path)' belongs to another network: \(what()) differ")
    }

    func same(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        try Self.same(condition, reader, what())
    }

    mutating func load() throws {
        try readRecordings()
        try same(!isBuilt || simulation.populationList.count == counts.populations, "numbers of populations")
        for index in 0..<counts.populations { try readPopulation(index) }
        guard simulation.nodeCount == nodeCount else { throw reader.damaged("is damaged: nodes are missing") }
        targets = TargetPlaces(simulation)
        try readConnections()
        try readAttachments()
        try readPending()
        try readHistories()
        try readSteps()
        try readThirdSpikes()
        try readPairedSpikes()
        try readConnectionRecorders()
        try reader.take(.end).contents.finish()
        (simulation.isPrepared, simulation.mayHoldUnread) = (false, true)
    }

    private func readConnections() throws {
        try same(
            !isBuilt
                || (simulation.projections.count, simulation.signalProjections.count, simulation.links.count)
                    == (counts.projections, counts.signals, counts.links),
            "numbers of connect calls")
        for index in 0..<counts.projections { try readProjection(index) }
        for index in 0..<counts.signals { try readSignals(index) }
        for index in 0..<counts.links { try readLink(index) }
    }

    // MARK: Recorders

    private mutating func readRecordings() throws {
        let built = isBuilt ? simulation.numberedRecordings : []
        let owner = try ownerOfNodes()
        try same(!isBuilt || built.count == counts.recordings, "numbers of recorders")
        for index in 0..<counts.recordings {
            let (recording, isNode) = try readRecording(
                into: isBuilt ? built[index] : nil, ids: 1..<nodeCount + 1, owner: owner)
            recordings.append(recording)
            if !isBuilt, !isNode { simulation.recordings.append(recording) }
        }
    }

    /// Recorders come before the nodes; whose events are whose follows from how many nodes there are of what.
    private func ownerOfNodes() throws -> (Int) -> Int {
        if simulation.ranks.isAlone { return { _ in 0 } }
        if isBuilt { return simulation.owner }
        let sizes = try reader.populationsAhead(), all = sizes.map(\.count)
        guard all.reduce(0, +) == nodeCount else { throw reader.damaged("is damaged: nodes are missing") }
        var deals = simulation.deals(sizes.filter(\.isCells).map(\.count))[...]
        var next = 1
        let populations = sizes.map { size in
            defer { next += size.count }
            return (first: next, deal: size.isCells ? deals.removeFirst() : nil)
        }
        return { id in
            let (first, deal) = populations[populations.partitioningIndex { $0.first > id } - 1]
            return deal?.owner(of: id - first) ?? 0
        }
    }

    private func recording(_ contents: inout SectionReader) throws -> Recording {
        recordings[try contents.int(0...recordings.count - 1, "recorder")]
    }

    // MARK: Nodes

    private func readPopulation(_ index: Int) throws {
        var (_, contents) = try reader.take(.population)
        let model = try contents.text(), label = try contents.optionalText()
        let count = try contents.int(1...Simulation.mostNodes, "number of nodes")
        let stream = try contents.int(-1...1 << 40, "stream"),
            first = try contents.int(0...Simulation.mostNodes, "node")
        let columns = try contents.int(0...1000, "number of columns")
        let definition = try contents.rest > 0 ? self.definition(&contents, named: model) : Catalogue.cellModel(model)
        try contents.finish()
        guard isBuilt else {
            let kind = definition != nil ? try readKind(model, definition, count, columns) : nil
            let layer = try readLayer(count)
            let population = Population(
                index: index, firstID: simulation.nodeCount + 1, count: count, label: label, layer: layer,
                kind: try kind ?? readKind(model, definition, count, columns), stream: stream, firstStreamed: first)
            return simulation.populationList.append(population)
        }
        let built = simulation.populationList[index]
        try same((built.modelName, built.count, built.label) == (model, count, label), "nodes")
        try same(built.cells?.model.source == definition?.source, "the definition of \(model)")
        if let cells = built.cells {
            for column in try readColumns(columns, of: cells.model, cells.deal) {
                cells.restore(column.name, column.values, isShared: column.isShared)
            }
            try same(built.layer == readLayer(count), "positions")
            return try check(cells)
        }
        try same(built.layer == readLayer(count), "positions")
        for (i, device) in try readDevices(model, count).enumerated() { built.replace(device: i, with: device) }
    }

    /// Where nodes lie, if the checkpoint says so.
    private func readLayer(_ count: Int) throws -> Layer? {
        guard var (_, contents) = try reader.takeIf(.positions) else { return nil }
        let dimensions = try contents.int(2...3, "number of dimensions")
        let wrap = try contents.doubles(), coordinates = try contents.doubles()
        try contents.require(
            wrap.isEmpty || wrap.count == dimensions && wrap.allSatisfy { $0 > 0 }, "lengths are wrong")
        try contents.require(
            coordinates.count == count * dimensions && coordinates.allSatisfy(\.isFinite), "coordinates are missing")
        try contents.finish()
        return Layer(dimensions: dimensions, coordinates: coordinates, wrap: wrap.isEmpty ? nil : wrap)
    }

    /// A model that the checkpoint carries as a text.
    private func definition(_ contents: inout SectionReader, named name: String) throws -> ModelDefinition {
        var texts: [String] = []
        while contents.rest > 0 { texts.append(try contents.text()) }
        guard let source = ModelSource(encoded: texts), source.name == name else {
            throw contents.damaged("the definition of \(name) cannot be read")
        }
        if let known = simulation.batches.first(where: { $0.model.source == source })?.model { return known }
        do { return try Catalogue.model(of: source) } catch let error as InputError {
            throw contents.damaged("the definition of \(name) is wrong: \(error.message)")
        }
    }

    private func readKind(
        _ model: String, _ definition: ModelDefinition?, _ count: Int, _ columns: Int
    ) throws -> Population.Kind {
        guard let cell = definition else {
            return .devices(try readDevices(model, count))
        }
        let hasState = cell.parameters.contains { $0.role == .state } || !cell.hiddenState.isEmpty
        guard !hasState || count <= reader.length / 8 else {
            throw reader.damaged("is damaged: \(count) nodes of \(model) do not fit into it")
        }
        let deal = simulation.deal(count), ranks = simulation.ranks
        try together.agree {
            try simulation.refuse(count, bytes: Cells.bytes(cell, deal.cells(of: ranks.rank).count), of: model)
        }
        var starts: CellValues = [:]
        for column in try readColumns(columns, of: cell, deal) {
            starts[column.name] = column.isShared ? .all(column.values[0]) : .each(column.values)
        }
        let cells = simulation.makeCells(cell, deal, starting: starts)
        try check(cells)
        return .cells(cells)
    }

    /// Refuses parameters that do not go together.
    private func check(_ cells: Cells) throws {
        try together.agree {
            for cell in cells.haveOwnParameters ? cells.own : cells.own.prefix(1) {
                try cells.model.check { cells.column($0)[cell] }
            }
        }
    }

    /// Values of all cells, or of each own one.
    private typealias StoredColumn = (name: String, isShared: Bool, values: [Double])

    private func readColumns(_ number: Int, of model: ModelDefinition, _ deal: Deal) throws -> [StoredColumn] {
        let starts = model.starts
        return try (0..<number).map { _ in
            var (_, contents) = try reader.take(.column) {
                try SectionParts.splitColumn(&$0, deal, ranks: simulation.ranks.count)
            }
            return try together.agree { try readColumn(of: model, starts, deal, &contents) }
        }
    }

    private func readColumn(
        of model: ModelDefinition, _ starts: [ColumnStart], _ deal: Deal, _ contents: inout SectionReader
    ) throws -> StoredColumn {
        let name = try contents.text(), isShared = try contents.flag()
        guard let start = starts.first(where: { $0.name == name }), !(start.isState && isShared) else {
            throw contents.damaged("\(model.name) has no such column '\(name)'")
        }
        let values = try contents.doubles(isShared ? 1 : deal.cells(of: simulation.ranks.rank).count)
        if !start.isState, let parameter = model.parameters.first(where: { $0.name == name }) {
            try values.forEach { try parameter.check($0, of: "the checkpoint '\(reader.path)': \(model.name)") }
        }
        try contents.finish()
        return (name, isShared, values)
    }

    private func readDevices(_ model: String, _ count: Int) throws -> [any Device] {
        var (_, contents) = try reader.take(.devices)
        let devices = try (0..<count).map { _ in try readDevice(model, &contents) }
        try contents.finish()
        return devices
    }

    private func readDevice(_ model: String, _ contents: inout SectionReader) throws -> any Device {
        let settings = try contents.settings()
        let number = try contents.optionalInt()
        let device = try make(model, settings, carried: reader.version < 2 ? nil : try contents.settings())
        guard var recorder = device as? any RecorderDevice else {
            try contents.require(number == nil, "a \(model) records nothing")
            return device
        }
        guard let number, recordings.indices.contains(number),
            recordings[number].quantities == recorder.recording.quantities
        else { throw contents.damaged("a recorder is missing") }
        recorder.recording = recordings[number]
        return recorder
    }

    private func make(_ model: String, _ settings: Settings, carried: Settings?) throws -> any Device {
        guard let type = Catalogue.deviceModels.first(where: { $0.name == model }) else {
            throw reader.damaged("has nodes of a model '\(model)', which this program does not know")
        }
        return try Self.make(type, settings, carried, simulation.resolution)
    }

    private static func make<D: Device>(
        _ type: D.Type, _ settings: Settings, _ carried: Settings?, _ resolution: Double
    ) throws -> any Device {
        let old = carried.map { (values: settings, carried: $0) } ?? D.fromVersionOne(settings, resolution)
        return try D(D.merged(D.defaults(resolution), old.values), resolution: resolution).resuming(old.carried)
    }
}

extension Simulation {
    /// Sets the clock to what it showed at the end of a run that is not computed again: the state will come from a checkpoint.
    package func skip(to step: Int) { (now, mayHoldUnread) = (step, true) }
}
