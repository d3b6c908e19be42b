import Equations

/// Where global ids are found in input planes; those of other ranks are not.
struct TargetPlaces {
    /// Stretches of planes, as segments cover them.
    private(set) var stretches: [(plane: InputPlane, base: Int)] = []
    /// For each own cell, and each device, its stretch and its place there; `none` for devices.
    private var entries: [UInt32] = []
    private static let none = UInt32.max
    /// Nodes on all ranks.
    let count: Int
    /// Where there are other ranks: own ids of each population, and where their entries begin.
    private var populations: [(firstID: Int, own: Range<Int>, first: Int, isCells: Bool)] = []

    private struct Key: Hashable {
        let plane: ObjectIdentifier
        let base: Int
    }

    init(_ simulation: Simulation) {
        count = simulation.nodeCount
        var known: [Key: Int] = [:]
        if simulation.ranks.isAlone { entries.reserveCapacity(count) }
        for population in simulation.populationList {
            let own = population.cells?.own ?? 0..<population.count, first = population.firstID
            if !simulation.ranks.isAlone {
                populations.append(
                    (first, first + own.lowerBound..<first + own.upperBound, entries.count, population.cells != nil))
            }
            guard let cells = population.cells else {
                entries += repeatElement(Self.none, count: population.count)
                continue
            }
            for share in cells.shares { add(share, &known) }
        }
    }

    private mutating func add(_ share: Cells.Share, _ known: inout [Key: Int]) {
        var place = share.offset
        let end = share.offset + share.cells.count
        while place < end {
            let base = place / Segment.span * Segment.span
            let key = Key(plane: ObjectIdentifier(share.plane), base: base)
            let stretch = known[key] ?? stretches.count
            if stretch == stretches.count { stretches.append((share.plane, base)) }
            known[key] = stretch
            let stop = min(end, base + Segment.span)
            entries += (place..<stop).map { UInt32(stretch) << 16 | UInt32($0 - base) }
            place = stop
        }
    }

    /// The stretch and the place of an own cell; nil where there is none of that id.
    @inline(__always)
    func find(_ id: Int) -> (stretch: Int, place: UInt16)? {
        let index = populations.isEmpty ? id &- 1 : place(id)
        guard index >= 0, index < entries.count, entries[index] != Self.none else { return nil }
        return (Int(entries[index] >> 16), UInt16(truncatingIfNeeded: entries[index]))
    }

    /// Is there a cell of that id, on whatever rank?
    func isCell(_ id: Int) -> Bool {
        if populations.isEmpty { return find(id) != nil }
        return id >= 1 && id <= count && populations[population(id)].isCells
    }

    private func population(_ id: Int) -> Int { populations.partitioningIndex { $0.firstID > id } - 1 }

    private func place(_ id: Int) -> Int {
        guard id >= 1, id <= count else { return -1 }
        let (_, own, first, _) = populations[population(id)]
        return own.contains(id) ? first + id - own.lowerBound : -1
    }
}

// MARK: - Spikes between cells

/// What the section of a projection says, its connections left out.
private struct ProjectionHeader {
    let number: Int
    let spec: SynapseSpec
    let sources: NodeIDs
    let weight: Double?
    let delay: Int?
    /// nil where connections differ in it.
    let receptor: Int?
    let layout: SynapseLayout

    init(_ contents: inout SectionReader, _ targets: TargetPlaces) throws {
        number = try contents.int(0...1 << 40, "number of the call")
        let name = try contents.text()
        let model = try name.hasPrefix(SynapseDefinition.equations) ? Self.text(&contents) : Synapses.named(name)
        spec = try SynapseSpec([:], standard: model)
        let receptor = try contents.int(Projection.differingReceptors...1000, "receptor")
        self.receptor = receptor == Projection.differingReceptors ? nil : receptor
        sources = try contents.nodes(1..<targets.count + 1)
        weight = try contents.optionalDouble()
        delay = try contents.flag() ? try contents.int(1...Int(UInt16.max), "delay") : nil
        layout = try SynapseLayout(&contents, spec.model)
        try contents.finish()
        try contents.require(sources.allSatisfy(targets.isCell), "a source of spikes is not a cell")
        try contents.require(!NodeSearch(sources).hasRepeats, "a source is named twice")
        try contents.require(weight == nil || !spec.model.changesWeight, "a weight that spikes change is shared")
        try contents.require(spec.model.signal == nil, "a signal is not a spike")
    }

    /// A model that the checkpoint carries as a text.
    private static func text(_ contents: inout SectionReader) throws -> SynapseDefinition {
        let count = try contents.int(0...100_000, "texts of a synapse")
        guard let source = SynapseSource(encoded: try (0..<count).map { _ in try contents.text() }) else {
            throw contents.damaged("the definition of a synapse cannot be read")
        }
        do { return try Catalogue.synapse(of: source) } catch let error as InputError {
            throw contents.damaged("the definition of \(source.name) is wrong: \(error.message)")
        }
    }

    func make(_ segments: [Segment], _ simulation: Simulation) -> Projection {
        let ownRows = OwnRows(sources, simulation)
        let projection = Projection(
            number: number, spec: spec, sources: sources, ownRows, columns: layout.makeColumns(rowCount: ownRows.count),
            segments: segments, workers: simulation.threads)
        (projection.weight, projection.delay, projection.receptor) = (weight, delay, receptor)
        return projection
    }

    func readRows(_ chunk: Int, _ contents: inout SectionReader) throws -> ConnectionRows {
        try contents.require(chunk < Projection.chunks(rows: sources.count), "there is no part \(chunk) of the rows")
        let layout = RowsLayout(
            weights: weight == nil, delays: delay == nil, receptors: receptor == nil, own: layout.rowColumns,
            rows: sources.count)
        return try ConnectionRows(&contents, layout, rows: layout.rows(ofChunk: chunk))
    }
}

extension CheckpointLoader {
    func readProjection(_ index: Int) throws {
        var (_, contents) = try reader.take(.projection)
        let header = try ProjectionHeader(&contents, targets)
        let chunks = Projection.chunks(rows: header.sources.count)
        let built = isBuilt ? simulation.projections[index] : nil
        if let built {
            try same(
                (built.number, built.model, built.receptor) == (header.number, header.spec.model, header.receptor)
                    && built.sources == header.sources, "connections")
        }
        let segments = targets.stretches.map { Segment(plane: $0.plane, base: $0.base, chunks: chunks) }
        let order = built.map { ConnectionOrder($0, simulation) }
        var chunk = 0, found = 0
        while let (number, contents) = try reader.takeIf(.rows) {
            try contents.require(number >= chunk, "rows are out of order")
            var contents = contents
            let rows = try header.readRows(number, &contents)
            found += rows.targets.count
            try together.agree {
                if let order, let built {
                    try restore(rows, number, built, order, header)
                } else {
                    try store(rows, number, in: segments, header, contents)
                }
            }
            chunk = number + 1
        }
        try same(built.map { $0.count == found } ?? true, "numbers of connections")
        let projection = built ?? header.make(segments.filter(\.hasConnections), simulation)
        try readSynapses(of: projection, header)
        projection.countConnections(found, together)
        if built == nil { simulation.append(projection, together) }
    }

    private func readSynapses(of projection: Projection, _ header: ProjectionHeader) throws {
        let rows = simulation.rowOwnership(projection), number = simulation.ranks.count
        let width = projection.columns.ofSenders.count, ownership = rows.times(width)
        var (_, contents) = try reader.take(.synapses) { whole in
            let states = try whole.doubles(header.sources.count * width)
            try whole.finish()
            return (0..<number).map { rank in
                var part = SectionWriter()
                ownership.positions(of: rank).map { states[$0] }.withUnsafeBufferPointer { part.put(raw: $0) }
                return part
            }
        }
        (projection.weight, projection.delay) = (header.weight, header.delay)
        projection.columns.restoreSenders(try contents.doubles(projection.ownRows.count * width))
        try contents.finish()
    }

    /// Puts the connections of a chunk into segments, as a `ProjectionBuilder` would have.
    private func store(
        _ rows: ConnectionRows, _ chunk: Int, in segments: [Segment], _ header: ProjectionHeader,
        _ contents: SectionReader
    ) throws {
        let columns = header.layout.makeColumns(rowCount: 0)
        var parts = segments.map { _ in ChunkPart() }
        var i = 0
        for count in rows.counts {
            for s in parts.indices { parts[s].starts.append(UInt32(parts[s].targets.count)) }
            for i in i..<i + count {
                guard let (segment, place) = targets.find(Int(rows.targets[i])) else {
                    if targets.isCell(Int(rows.targets[i])) { continue }
                    throw contents.damaged("there is no cell \(rows.targets[i]) to connect to")
                }
                let receptor = header.receptor ?? Int(rows.receptors[i])
                guard segments[segment].plane.ports.spikes(receptor: receptor) != nil else {
                    throw contents.damaged("cell \(rows.targets[i]) has no receptor \(receptor)")
                }
                parts[segment].targets.append(place)
                if !rows.weights.isEmpty { parts[segment].weights.append(rows.weights[i]) }
                if !rows.delays.isEmpty { parts[segment].delays.append(rows.delays[i]) }
                if !rows.receptors.isEmpty { parts[segment].receptors.append(rows.receptors[i]) }
                if rows.width > 0 { parts[segment].own += header.layout.block(rows.block(i), for: columns) }
            }
            i += count
            if !rows.delays.isEmpty { for s in parts.indices { parts[s].orderLastRow(width: columns.ownWidth) } }
        }
        for (segment, part) in zip(segments, parts) where !part.targets.isEmpty {
            segment.chunks[chunk] = part.chunk
        }
    }

    /// Compares the connections of a chunk with those that were built, and gives them their weights, delays and states.
    private func restore(
        _ rows: ConnectionRows, _ chunk: Int, _ built: Projection, _ order: ConnectionOrder, _ header: ProjectionHeader
    ) throws {
        try same(
            (built.weight == nil, built.delay == nil, SynapseLayout(built.columns).rowColumns)
                == (header.weight == nil, header.delay == nil, header.layout.rowColumns), "kinds of connections")
        let width = built.columns.ownWidth
        var i = 0, row = 0
        try order.forEachRow(chunk, wantsPlaces: true) { _, targets, places in
            let all = i..<i + rows.counts[row]
            let own =
                simulation.ranks.isAlone ? Array(all) : all.filter { self.targets.find(Int(rows.targets[$0])) != nil }
            try same(
                own.count == targets.count && zip(own, targets).allSatisfy { rows.targets[$0] == $1 }, "connections")
            try same(
                rows.receptors.isEmpty
                    || zip(places, own).allSatisfy { $0.chunk.receptors![$0.index] == rows.receptors[$1] }, "receptors")
            for (place, n) in zip(places, own) {
                if !rows.weights.isEmpty { place.chunk.weights![place.index] = rows.weights[n] }
                if !rows.delays.isEmpty { place.chunk.delays![place.index] = rows.delays[n] }
                if width == 0 { continue }
                for (k, x) in header.layout.block(rows.block(n), for: built.columns).enumerated() {
                    place.chunk.own![place.index * width + k] = x
                }
            }
            i = all.upperBound
            row += 1
        }
    }
}

/// The connections of some rows to one segment, while they are collected.
private struct ChunkPart {
    var starts: [UInt32] = [], targets: [UInt16] = []
    var weights: [Double] = [], delays: [UInt16] = [], receptors: [UInt8] = [], own: [Double] = []

    /// By delay, unless connections onto one target would change places: these are told apart by their order.
    mutating func orderLastRow(width: Int) {
        let row = Int(starts.last!)..<targets.count
        guard !zip(row, row.dropFirst()).contains(where: { targets[$0] == targets[$1] && delays[$0] > delays[$1] })
        else { return }
        let order = DelayOrder(delays[row])
        order.apply(to: &targets, row)
        order.apply(to: &delays, row)
        order.apply(to: &weights, row)
        order.apply(to: &receptors, row)
        if width > 0 {
            let blocks = row.map { Array(own[$0 * width..<($0 + 1) * width]) }
            own.removeLast(own.count - row.lowerBound * width)
            own += order(blocks).joined()
        }
    }

    var chunk: RowChunk {
        targets.withUnsafeBufferPointer {
            RowChunk(
                starts: starts, targets: $0, weights: weights, delays: delays, receptors: receptors, own: own)
        }
    }
}

extension Segment {
    fileprivate var hasConnections: Bool { chunks.contains { $0 != nil } }
}

extension Projection {
    /// What follows from the connections, of which there are so many on all ranks.
    fileprivate func countConnections(_ count: Int, _ together: Together) {
        finish(count: count, shortestDelay: delay ?? 1, longestDelay: delay ?? 1)
        if delay == nil { countDelaysAnew(together) }
    }
}

// MARK: - Signals, generators

extension CheckpointLoader {
    func readSignals(_ index: Int) throws {
        let ranks = simulation.ranks
        var (_, contents) = try reader.take(.signals) { whole in
            let section = try SignalSection(&whole)
            try check(section, whole)
            return section.split(ranks: ranks.count, simulation.owner)
        }
        let section = try together.agree {
            let section = try SignalSection(&contents)
            if ranks.isAlone { try check(section, contents) }
            return section
        }
        let count = together.sum([section.entries.reduce(0) { $0 + Int($1.multiplicity) }])[0]
        let model = try together.agree { try definition(of: section, contents) }
        let projection = SignalProjection(
            number: section.number, model: model, model.signal!, entries: section.entries, count: count,
            values: section.values)
        projection.findDelays(together)
        guard isBuilt else { return simulation.signalProjections.append(projection) }
        let built = simulation.signalProjections[index]
        try together.agree {
            let (old, new) = (built.entriesByTarget, projection.entriesByTarget)
            try same(
                (built.number, built.model) == (projection.number, projection.model) && old.count == new.count
                    && built.values?.every == projection.values?.every
                    && zip(old, new).allSatisfy {
                        ($0.source, $0.target, $0.multiplicity) == ($1.source, $1.target, $1.multiplicity)
                    }, "signal connections")
        }
        simulation.signalProjections[index] = projection
    }

    private func check(_ section: SignalSection, _ contents: SectionReader) throws {
        try contents.require(!section.sources.isEmpty, "there are no connections")
        for ids in [Set(section.sources), Set(section.targets)] {
            for id in ids where !targets.isCell(id) { throw contents.damaged("node \(id) is not a cell") }
        }
        let definition = try definition(of: section, contents), route = definition.signal!
        try contents.require(
            section.sources.allSatisfy { sends(definition.signalsOfSources, $0) }, "a source does not send the signal")
        try contents.require(
            section.targets.allSatisfy { sends(definition.signalsOfTargets, $0) },
            "a target lacks the signal that is read from it")
        try contents.require(
            section.targets.allSatisfy { model(of: $0).ports.signal(route.port) != nil },
            "a target does not take the signal")
    }

    private func sends(_ signals: [String], _ id: Int) -> Bool {
        signals.allSatisfy { model(of: id).signal($0) != nil }
    }

    /// What carries the signal: a coupling is what the file says, between the cells that it joins.
    private func definition(of section: SignalSection, _ contents: SectionReader) throws -> SynapseDefinition {
        guard !section.coupling.isEmpty || section.values != nil else {
            guard let known = try? Synapses.named(section.model), known.signal != nil, known.coupling == nil else {
                throw contents.damaged("\(section.model) carries no signal")
            }
            return known
        }
        guard let source = CouplingSource(encoded: section.coupling) else {
            throw contents.damaged("the definition of a coupling cannot be read")
        }
        do {
            let coupling = try Catalogue.coupling(of: source).joining(
                models(of: section.sources), models(of: section.targets))
            try contents.require(
                section.values?.shared.count == coupling.columns.count, "a coupling has other parameters")
            return coupling
        } catch let error as InputError {
            throw contents.damaged("the definition of \(source.name) is wrong: \(error.message)")
        }
    }

    private func models(of ids: [Int]) -> [ModelDefinition] {
        Set(ids.map { simulation.locate($0).population.index }).sorted().compactMap {
            simulation.populationList[$0].cells?.model
        }
    }

    fileprivate func model(of id: Int) -> ModelDefinition { simulation.locate(id).population.cells!.model }

    func readLink(_ index: Int) throws {
        var (_, contents) = try reader.take(.link)
        let read = try StoredLink(&contents, self)
        let link = isBuilt ? simulation.links[index] : read.make(simulation)
        if isBuilt {
            try together.agree {
                try same(
                    (link.population, link.device, link.number, link.receptor)
                        == (read.population, read.device, read.number, read.receptor)
                        && link.count == read.count && link.removed == read.removed
                        && simulation.targets(of: link) == read.targets.filter { targets.find($0) != nil },
                    "connections of generators")
            }
        } else {
            simulation.links.append(link)
        }
        let fault = read.fault ?? (simulation.now + 1, read.targets.first ?? 1)
        link.resume(
            weights: read.weights, delays: read.delays, since: read.since, trainsSince: read.trainsSince,
            negativeArrival: negativeArrival(fault, read.hasNegativeArrival))
    }

    /// Nil where the cell is another rank's.
    private func negativeArrival(_ fault: (stamp: Int, target: Int), _ isThere: Bool) -> NegativeArrival? {
        guard isThere, targets.isCell(fault.target), let end = simulation.place(fault.target) else { return nil }
        return NegativeArrival(stamp: fault.stamp, place: end.place, plane: end.plane)
    }
}

/// The connections of a generator, on all ranks.
private struct StoredLink {
    let population, device, stream, number, receptor: Int
    let since, trainsSince: Int
    let hasNegativeArrival: Bool
    /// When and where the negative weight arrives; version 1 did not say.
    let fault: (stamp: Int, target: Int)?
    /// Global ids.
    let targets: [Int]
    /// By number, or one for all.
    let delays: [Int32]
    let weights: [Double]
    /// Numbers of connections that were removed.
    let removed: [Int]

    var count: Int { targets.count + removed.count }
    private var numbers: [Int] { Self.numbers(of: targets.count, without: removed) }

    init(_ contents: inout SectionReader, _ loader: CheckpointLoader) throws {
        let simulation = loader.simulation, populations = simulation.populationList
        population = try contents.int(0...populations.count - 1, "population")
        let count = populations[population].devices?.count ?? 0
        try contents.require(count > 0, "a generator is a cell")
        device = try contents.int(0...count - 1, "generator")
        try contents.require(populations[population].generator(device) != nil, "a generator is a recorder")
        stream = try contents.int(0...Purpose.poisson.mostCalls - 1, "stream")
        number = try contents.int(0...1 << 40, "number of the call")
        receptor = try contents.int(0...1000, "receptor")
        since = try contents.int(0...simulation.now, "time")
        trainsSince = try contents.int(0...simulation.now, "time")
        hasNegativeArrival = try contents.flag()
        fault =
            hasNegativeArrival && loader.reader.version > 1
            ? (stamp: try contents.int(), target: try contents.int()) : nil
        targets = try contents.near(1..<loader.targets.count + 1, "node")
        let delays = try contents.near(1..<Int(UInt16.max) + 1, "delay").map { Int32($0) }
        let weights = try contents.doubles()
        let removed = contents.rest > 0 ? try contents.near() : []
        try contents.finish()
        let all = targets.count + removed.count
        let counts = [1, targets.count]
        try contents.require(
            all > 0 && counts.contains(delays.count) && counts.contains(weights.count), "columns differ in length")
        try contents.require(
            (removed.last ?? 0) < all && zip([-1] + removed, removed).allSatisfy { $0 < $1 },
            "removed connections are out of order")
        let numbers = Self.numbers(of: targets.count, without: removed)
        self.delays = Self.spread(delays, numbers, all, filling: 1)
        self.weights = Self.spread(weights, numbers, all, filling: 1)
        self.removed = removed
        try contents.require(targets.allSatisfy(loader.targets.isCell), "a generator is connected to a device")
        let sendsCurrent = populations[population].currentSource(device) != nil
        try contents.require(
            targets.allSatisfy { [receptor] in
                let ports = loader.model(of: $0).ports
                return sendsCurrent ? ports.current(receptor: receptor) != nil : ports.spikes(receptor: receptor) != nil
            }, "a target has no receptor \(receptor)")
    }

    func make(_ simulation: Simulation) -> DeviceLink {
        let link = DeviceLink(
            population: population, device: device,
            generator: simulation.populationList[population].firstStreamed + device, number: number,
            streamNumber: stream, count: count,
            weights: weights, delays: delays, receptor: receptor, now: simulation.now, workers: simulation.threads,
            forEachTarget: { body in for (number, id) in zip(numbers, targets) { body(number, id) } },
            place: simulation.place)
        link.remove(removed)
        return link
    }

    private static func numbers(of count: Int, without removed: [Int]) -> [Int] {
        var result: [Int] = [], gone = removed[...]
        for number in 0..<count + removed.count {
            if gone.first == number { gone.removeFirst() } else { result.append(number) }
        }
        return result
    }

    /// Puts values where the numbers of their connections say; one for all stays.
    private static func spread<T>(_ values: [T], _ numbers: [Int], _ count: Int, filling: T) -> [T] {
        if values.count == 1 || values.count == count { return values }
        var result = Array(repeating: filling, count: count)
        for (number, value) in zip(numbers, values) { result[number] = value }
        return result
    }
}
