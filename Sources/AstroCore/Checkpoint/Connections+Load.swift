/// Where global ids are found in input planes.
struct TargetPlaces {
    /// Stretches of planes, as segments cover them.
    private(set) var stretches: [(plane: InputPlane, base: Int)] = []
    /// For each id, counted from 0, its stretch and its place there; `none` for devices.
    private var entries: [UInt32] = []
    private static let none = UInt32.max

    private struct Key: Hashable {
        let plane: ObjectIdentifier
        let base: Int
    }

    init(_ simulation: Simulation) {
        var known: [Key: Int] = [:]
        entries.reserveCapacity(simulation.nodeCount)
        for population in simulation.populationList {
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

    var count: Int { entries.count }

    /// The stretch and the place of a cell, nil where there is no cell of that id.
    @inline(__always)
    func find(_ id: Int) -> (stretch: Int, place: UInt16)? {
        guard id >= 1, id <= entries.count, entries[id - 1] != Self.none else { return nil }
        return (Int(entries[id - 1] >> 16), UInt16(truncatingIfNeeded: entries[id - 1]))
    }
}

// MARK: - Spikes between cells

/// What the section of a projection says, its connections left out.
private struct ProjectionHeader {
    let number: Int
    let spec: SynapseSpec
    let sources: [Int]
    let weight: Double?
    let delay: Int?
    let plasticity: Tsodyks?

    init(_ contents: inout SectionReader, _ targets: TargetPlaces) throws {
        number = try contents.int(0...1 << 40, "number of the call")
        let model = try contents.text(), receptor = try contents.int(0...1000, "receptor")
        spec = try SynapseSpec(["synapse_model": .text(model), "receptor_type": .number(Double(receptor))])
        sources = try contents.near(1..<targets.count + 1, "node")
        weight = try contents.optionalDouble()
        delay = try contents.flag() ? try contents.int(1...Int(UInt16.max), "delay") : nil
        plasticity =
            try contents.flag()
            ? Tsodyks(
                U: try contents.double(), tau_psc: try contents.double(), tau_rec: try contents.double(),
                tau_fac: try contents.double())
            : nil
        try contents.finish()
        try contents.require(sources.allSatisfy { targets.find($0) != nil }, "a source of spikes is no cell")
        try contents.require(Set(sources).count == sources.count, "a source is named twice")
        try contents.require(plasticity == nil || spec.model == .tsodyksSynapse, "a synapse with parameters of another")
        try contents.require(spec.model != .sicConnection, "a slow inward current is no spike")
    }

    func make(_ segments: [Segment], workers: Int) -> Projection {
        let projection = Projection(number: number, spec: spec, sources: sources, segments: segments, workers: workers)
        (projection.weight, projection.delay, projection.plasticity) = (weight, delay, plasticity)
        return projection
    }

    /// Connections of some rows as the file has them: by row, then by target.
    struct Rows {
        var chunk = 0
        /// Targets of each row of the chunk, one after the other, and how many each row has.
        var targets: [UInt32] = [], counts: [Int] = []
        var weights: [Double] = [], delays: [UInt16] = [], individuals: [IndividualSynapse] = []
    }

    func readRows(_ chunk: Int, _ contents: inout SectionReader) throws -> Rows {
        try contents.require(chunk < Projection.chunks(rows: sources.count), "there is no part \(chunk) of the rows")
        var rows = Rows(chunk: chunk)
        for _ in chunk * Projection.rowsPerChunk..<min((chunk + 1) * Projection.rowsPerChunk, sources.count) {
            let count = Int(clamping: try contents.unsigned())
            try contents.require(count <= contents.rest, "a row is longer than what is there")
            rows.counts.append(count)
            var target: UInt64 = 0
            for _ in 0..<count {
                target &+= try contents.unsigned()
                rows.targets.append(UInt32(clamping: target))
            }
        }
        if weight == nil { rows.weights = try contents.raw(rows.targets.count, of: Double.self) }
        if delay == nil { rows.delays = try contents.raw(rows.targets.count, of: UInt16.self) }
        if spec.model == .tsodyksSynapse, plasticity == nil {
            rows.individuals = try contents.raw(rows.targets.count, of: IndividualSynapse.self)
        }
        try contents.finish()
        try contents.require(!rows.delays.contains(0), "a delay is 0")
        return rows
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
                (built.number, built.spec.model, built.spec.receptor) == (
                    header.number, header.spec.model, header.spec.receptor
                )
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
            if let order, let built {
                try restore(rows, built, order, header)
            } else {
                try store(rows, in: segments, contents)
            }
            chunk = number + 1
        }
        try same(built.map { $0.count == found } ?? true, "numbers of connections")
        let projection = built ?? header.make(segments.filter(\.hasConnections), workers: simulation.threads)
        try readSynapses(of: projection, header)
        projection.countConnections()
        if built == nil { simulation.append(projection) }
    }

    private func readSynapses(of projection: Projection, _ header: ProjectionHeader) throws {
        var (_, contents) = try reader.take(.synapses)
        let wanted = header.plasticity == nil ? 0 : header.sources.count
        (projection.weight, projection.delay) = (header.weight, header.delay)
        projection.plasticity = header.plasticity
        projection.states = try contents.raw(wanted, of: Tsodyks.State.self)
        try contents.finish()
    }

    /// Puts the connections of a chunk into segments, as a `ProjectionBuilder` would have.
    private func store(_ rows: ProjectionHeader.Rows, in segments: [Segment], _ contents: SectionReader) throws {
        var parts = segments.map { _ in ChunkPart() }
        var i = 0
        for count in rows.counts {
            for s in parts.indices { parts[s].offsets.append(UInt32(parts[s].targets.count)) }
            for _ in 0..<count {
                guard let (segment, place) = targets.find(Int(rows.targets[i])) else {
                    throw contents.damaged("there is no cell \(rows.targets[i]) to connect to")
                }
                parts[segment].targets.append(place)
                if !rows.weights.isEmpty { parts[segment].weights.append(rows.weights[i]) }
                if !rows.delays.isEmpty { parts[segment].delays.append(rows.delays[i]) }
                if !rows.individuals.isEmpty { parts[segment].individuals.append(rows.individuals[i]) }
                i += 1
            }
        }
        for (segment, part) in zip(segments, parts) where !part.targets.isEmpty {
            segment.set(part.chunk, at: rows.chunk)
        }
    }

    /// Compares the connections of a chunk with those that were built, and gives them their weights, delays and states.
    private func restore(
        _ rows: ProjectionHeader.Rows, _ built: Projection, _ order: ConnectionOrder, _ header: ProjectionHeader
    ) throws {
        try same(
            (built.weight == nil, built.delay == nil, built.isIndividual)
                == (header.weight == nil, header.delay == nil, !rows.individuals.isEmpty), "kinds of connections")
        var i = 0, row = 0
        try order.forEachRow(rows.chunk, wantsPlaces: true) { _, targets, places in
            try same(
                rows.counts[row] == targets.count && rows.targets[i..<i + targets.count] == targets[...], "connections")
            for (place, n) in zip(places, i..<i + targets.count) {
                if !rows.weights.isEmpty { place.chunk.weights![place.index] = rows.weights[n] }
                if !rows.delays.isEmpty { place.chunk.delays![place.index] = rows.delays[n] }
                if !rows.individuals.isEmpty { place.chunk.individuals![place.index] = rows.individuals[n] }
            }
            i += targets.count
            row += 1
        }
    }
}

/// The connections of some rows to one segment, while they are collected.
private struct ChunkPart {
    var offsets: [UInt32] = [], targets: [UInt16] = []
    var weights: [Double] = [], delays: [UInt16] = [], individuals: [IndividualSynapse] = []

    var chunk: RowChunk {
        RowChunk(
            offsets: Self.copy(offsets + [UInt32(targets.count)])!, targets: Self.copy(targets)!,
            weights: Self.copy(weights), delays: Self.copy(delays), individuals: Self.copy(individuals),
            rows: offsets.count)
    }

    private static func copy<T>(_ values: [T]) -> UnsafeMutablePointer<T>? {
        guard !values.isEmpty else { return nil }
        let memory = UnsafeMutablePointer<T>.allocate(capacity: values.count)
        memory.initialize(from: values, count: values.count)
        return memory
    }
}

extension Segment {
    fileprivate var hasConnections: Bool { chunks.contains { $0 != nil } }
}

extension Projection {
    /// What follows from the connections: how many there are, and their delays.
    fileprivate func countConnections() {
        let count = segments.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + ($1?.count ?? 0) } }
        finish(count: count, shortestDelay: delay ?? 1, longestDelay: delay ?? 1)
        if delay == nil { findDelays() }
    }
}

// MARK: - Slow inward currents, generators

extension CheckpointLoader {
    func readSlowInwardCurrents(_ index: Int) throws {
        var (_, contents) = try reader.take(.slowInwardCurrents)
        let number = try contents.int(0...1 << 40, "number of the call")
        let ids = 1..<targets.count + 1
        let sources = try contents.near(ids, "node"), targets = try contents.near(ids, "node")
        let delays = try contents.near(1..<Int(UInt16.max) + 1, "delay")
        let multiplicities = try contents.near(1..<Int(Int32.max), "multiplicity")
        let weights = try contents.doubles()
        try contents.finish()
        try contents.require(
            !sources.isEmpty && [targets.count, delays.count, multiplicities.count].allSatisfy { $0 == sources.count }
                && (weights.count == 1 || weights.count == sources.count), "columns differ in length")
        for ids in [Set(sources), Set(targets)] {
            for id in ids where self.targets.find(id) == nil { throw contents.damaged("node \(id) is no cell") }
        }
        try contents.require(sources.allSatisfy { inputs(of: $0).sendsSlowInwardCurrent }, "a source sends none")
        try contents.require(targets.allSatisfy { inputs(of: $0).slowInwardCurrent }, "a target takes none")
        let entries = sources.indices.map { i in
            SICProjection.Entry(
                source: Int32(sources[i]), target: Int32(targets[i]),
                weight: weights.count == 1 ? weights[0] : weights[i], delay: Int32(delays[i]),
                multiplicity: Int32(multiplicities[i]))
        }
        let projection = SICProjection(
            number: number, entries: entries, count: multiplicities.reduce(0, +))
        guard isBuilt else { return simulation.sicProjections.append(projection) }
        let built = simulation.sicProjections[index]
        try same(
            built.number == number && built.entries.count == entries.count
                && zip(built.entries, entries).allSatisfy {
                    ($0.source, $0.target, $0.multiplicity) == ($1.source, $1.target, $1.multiplicity)
                }, "slow inward current connections")
        simulation.sicProjections[index] = projection
    }

    private func inputs(of id: Int) -> NodeInputs { simulation.locate(id).population.cells!.model.inputs }

    func readLink(_ index: Int) throws {
        var (_, contents) = try reader.take(.link)
        let population = try contents.int(0...simulation.populationList.count - 1, "population")
        let count = simulation.populationList[population].devices?.count ?? 0
        try contents.require(count > 0, "a generator is a cell")
        let device = try contents.int(0...count - 1, "generator")
        let stream = try contents.int(0...1 << 40, "stream"),
            number = try contents.int(0...1 << 40, "number of the call")
        let receptor = try contents.int(0...1000, "receptor")
        let since = try contents.int(0...simulation.now, "time"),
            trainsSince = try contents.int(0...simulation.now, "time")
        let hasNegativeArrival = try contents.flag()
        let targets = try contents.near(1..<self.targets.count + 1, "node")
        let delays = try contents.near(1..<Int(UInt16.max) + 1, "delay").map { Int32($0) }
        let weights = try contents.doubles()
        try contents.finish()
        try contents.require(
            !targets.isEmpty && [delays.count, weights.count].allSatisfy { $0 == 1 || $0 == targets.count },
            "columns differ in length")
        try contents.require(
            targets.allSatisfy { self.targets.find($0) != nil }, "a generator is connected to a device")
        let link: DeviceLink
        if isBuilt {
            link = simulation.links[index]
            try same(
                (link.population, link.device, link.number, link.receptor) == (population, device, number, receptor)
                    && simulation.targets(of: link) == targets, "connections of generators")
        } else {
            link = DeviceLink(
                population: population, device: device, number: number, streamNumber: stream,
                targets: targets.map { Int32($0) }, weights: weights, delays: delays, receptor: receptor,
                now: simulation.now, workers: simulation.threads, place: simulation.place)
            simulation.links.append(link)
        }
        link.restore(
            weights: weights, delays: delays, since: since, trainsSince: trainsSince,
            hasNegativeArrival: hasNegativeArrival)
    }
}
