/// Connections in a checkpoint: by source, then by target's global id, parallel ones in their order. So the file does not depend
/// on how cells are dealt out, and a target takes about a byte, the distance to the one before.
extension Simulation {
    func write(_ projection: Projection, _ number: Int, to writer: CheckpointWriter) throws {
        try writer.put(.projection, number, projection.write)
        let order = ConnectionOrder(projection, self)
        let chunks = Projection.chunks(rows: projection.sources.count)
        // a batch of chunks at a time, so that not all of a large network is in memory twice
        let batch = 8 * threads * ranks.count
        for first in stride(from: 0, to: chunks, by: batch) {
            let part = written(min(batch, chunks - first)) { order.write(chunk: first + $0, to: &$1) }
            for (i, rows) in try merged(part, first, projection, writer.together).enumerated() where !rows.bytes.isEmpty
            {
                try writer.put(.rows, first + i, rows)
            }
        }
        let width = projection.columns.ofSenders.count
        let states =
            width > 0
            ? writer.together.toFirst(Array(projection.columns.senders), rowOwnership(projection).times(width)) : []
        try writer.put(.synapses, number) { contents in states.withUnsafeBufferPointer { contents.put(raw: $0) } }
    }

    /// Sections that workers write side by side.
    private func written(_ number: Int, _ write: @escaping (Int, inout SectionWriter) -> Void) -> [SectionWriter] {
        nonisolated(unsafe) let memory = UnsafeMutablePointer<SectionWriter>.allocate(capacity: number)
        nonisolated(unsafe) let write = write
        memory.initialize(repeating: SectionWriter(), count: number)
        defer {
            memory.deinitialize(count: number)
            memory.deallocate()
        }
        Team.shared.forEach(number, workers: threads) { i, _ in write(i, &memory[i]) }
        return Array(UnsafeBufferPointer(start: memory, count: number))
    }

    /// Chunks of which each rank has its own connections: whole on the first one, and there only. Ranks share the work.
    private func merged(
        _ part: [SectionWriter], _ first: Int, _ projection: Projection, _ together: Together
    ) throws -> [SectionWriter] {
        if ranks.isAlone { return part }
        // rank r merges chunks share(r) of the batch
        let share = { (rank: Int) in part.count * rank / self.ranks.count..<part.count * (rank + 1) / self.ranks.count }
        let parts = together.exchange((0..<ranks.count).map { Self.packed(part[share($0)]) }).map(Self.unpacked)
        let mine = share(ranks.rank), layout = RowsLayout(projection)
        let whole = written(mine.count) { i, contents in
            let rows = layout.rows(ofChunk: first + mine.lowerBound + i)
            contents = ConnectionRows.merged(parts.map { $0[i] }, layout, rows: rows)
        }
        return together.toFirst(Self.packed(whole[...])).flatMap(Self.unpacked).map(SectionWriter.init)
    }

    private static func packed(_ sections: ArraySlice<SectionWriter>) -> [UInt8] {
        var all = SectionWriter()
        for section in sections {
            all.put(unsigned: UInt64(section.bytes.count))
            all.put(raw: section.bytes)
        }
        return all.bytes
    }

    private static func unpacked(_ bytes: [UInt8]) -> [SectionReader] {
        var all = SectionReader(bytes, "rows of connections"), sections: [SectionReader] = []
        while all.rest > 0, let count = try? all.unsigned(), let bytes = try? all.raw(Int(count), of: UInt8.self) {
            sections.append(SectionReader(bytes, "rows of connections"))
        }
        return sections
    }
}

extension Projection {
    /// Stands for the receptor where connections differ in it.
    static let differingReceptors = -1

    fileprivate func write(to contents: inout SectionWriter) {
        contents.put(number)
        contents.put(model.source == nil ? model.name : model.identity)
        if let texts = model.source?.encoded {
            contents.put(texts.count)
            texts.forEach { contents.put($0) }
        }
        contents.put(receptor ?? Self.differingReceptors)
        contents.put(near: sources)
        contents.put(weight)
        contents.put(delay)
        SynapseLayout(columns).write(to: &contents)
    }
}

/// The connections of a projection in the order of checkpoints.
struct ConnectionOrder: @unchecked Sendable {
    private let projection: Projection
    private let simulation: Simulation

    init(_ projection: Projection, _ simulation: Simulation) {
        (self.projection, self.simulation) = (projection, simulation)
        // workers ask for rows, and only one thread may take them out of bundles
        for segment in projection.segments { segment.bundle?.separate() }
    }

    /// Where a connection is stored.
    struct Place {
        let chunk: RowChunk
        let index: Int
    }

    /// Calls `body(row, targets, places)` for each row of a chunk; places are there where `wantsPlaces`.
    func forEachRow(_ chunk: Int, wantsPlaces: Bool, _ body: (Int, [UInt32], [Place]) throws -> Void) rethrows {
        let first = chunk * Projection.rowsPerChunk
        var targets: [UInt32] = [], places: [Place] = []
        var ids = projection.segments.map { PlaceIDs($0, simulation) }
        for row in first..<min(first + Projection.rowsPerChunk, projection.sources.count) {
            targets.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            for (s, segment) in projection.segments.enumerated() {
                guard let chunk = segment.chunks[chunk] else { continue }
                for i in chunk.connections(ofRow: row - first) {
                    targets.append(UInt32(ids[s].id(Int(chunk.targets[i]))))
                    if wantsPlaces { places.append(Place(chunk: chunk, index: i)) }
                }
            }
            if wantsPlaces { places = Self.ordered(&targets, places) } else { Self.sortIfNeeded(&targets) }
            try body(row, targets, places)
        }
    }

    private static func sortIfNeeded(_ targets: inout [UInt32]) {
        guard !zip(targets, targets.dropFirst()).allSatisfy({ $0 <= $1 }) else { return }
        targets.sort()
    }

    private static func ordered(_ targets: inout [UInt32], _ places: [Place]) -> [Place] {
        let keys = targets.enumerated().map { UInt64($1) << 32 | UInt64($0) }.sorted()
        targets = keys.map { UInt32($0 >> 32) }
        return keys.map { places[Int($0 & 0xffff_ffff)] }
    }

    /// Nothing where the chunk has no connections.
    func write(chunk: Int, to contents: inout SectionWriter) {
        let layout = RowsLayout(projection)
        var rows = ConnectionRows(width: layout.own.count)
        forEachRow(chunk, wantsPlaces: layout.hasColumns) { row, targets, places in
            rows.counts.append(targets.count)
            rows.targets += targets
            if layout.weights { rows.weights += places.map { $0.chunk.weights![$0.index] } }
            if layout.delays { rows.delays += places.map { $0.chunk.delays![$0.index] } }
            if layout.receptors { rows.receptors += places.map { $0.chunk.receptors![$0.index] } }
            for place in places {
                rows.own += layout.own.map { projection.value($0, row: row, place.chunk, place.index) }
            }
        }
        rows.write(to: &contents)
    }
}

/// What each connection of a projection has of its own.
struct RowsLayout {
    let weights, delays, receptors: Bool
    /// Columns of the synapse.
    let own: [Int]
    private let rows: Int

    init(weights: Bool, delays: Bool, receptors: Bool, own: [Int], rows: Int) {
        (self.weights, self.delays, self.receptors) = (weights, delays, receptors)
        (self.own, self.rows) = (own, rows)
    }

    init(_ projection: Projection) {
        self.init(
            weights: projection.weight == nil, delays: projection.delay == nil, receptors: projection.receptor == nil,
            own: SynapseLayout(projection.columns).rowColumns, rows: projection.sources.count)
    }

    var hasColumns: Bool { weights || delays || receptors || !own.isEmpty }

    func rows(ofChunk chunk: Int) -> Int { min(rows - chunk * Projection.rowsPerChunk, Projection.rowsPerChunk) }
}

/// Connections of some rows as a file has them: by row, then by target.
struct ConnectionRows {
    /// Targets of all rows, one after the other, and how many each row has.
    var targets: [UInt32] = [], counts: [Int] = []
    var weights: [Double] = [], delays: [UInt16] = [], receptors: [UInt8] = []
    /// A block of so many numbers for each connection.
    var own: [Double] = [], width = 0

    init(width: Int) { self.width = width }

    func block(_ i: Int) -> ArraySlice<Double> { own[i * width..<(i + 1) * width] }

    init(_ contents: inout SectionReader, _ layout: RowsLayout, rows: Int) throws {
        for _ in 0..<rows {
            let count = Int(clamping: try contents.unsigned())
            try contents.require(count <= contents.rest, "a row is longer than the rest of its section")
            counts.append(count)
            var target: UInt64 = 0
            for _ in 0..<count {
                target &+= try contents.unsigned()
                targets.append(UInt32(clamping: target))
            }
        }
        if layout.weights { weights = try contents.raw(targets.count, of: Double.self) }
        if layout.delays { delays = try contents.raw(targets.count, of: UInt16.self) }
        width = layout.own.count
        own = try contents.raw(targets.count * width, of: Double.self)
        if layout.receptors { receptors = try contents.raw(targets.count, of: UInt8.self) }
        try contents.finish()
        try contents.require(!delays.contains(0), "a delay is 0")
    }

    /// Nothing where there are no connections.
    func write(to contents: inout SectionWriter) {
        guard !targets.isEmpty else { return }
        contents.reserve(targets.count * 5 / 4 + 8 * counts.count)
        var i = 0
        for count in counts {
            contents.put(unsigned: UInt64(count))
            var last: UInt32 = 0
            for target in targets[i..<i + count] {
                contents.put(unsigned: UInt64(target &- last))
                last = target
            }
            i += count
        }
        weights.withUnsafeBufferPointer { contents.put(raw: $0) }
        delays.withUnsafeBufferPointer { contents.put(raw: $0) }
        own.withUnsafeBufferPointer { contents.put(raw: $0) }
        contents.put(raw: receptors)
    }

    private mutating func append(_ other: ConnectionRows, _ i: Int) {
        targets.append(other.targets[i])
        if !other.weights.isEmpty { weights.append(other.weights[i]) }
        if !other.delays.isEmpty { delays.append(other.delays[i]) }
        if !other.receptors.isEmpty { receptors.append(other.receptors[i]) }
        own += other.block(i)
    }

    /// The same rows, of which each part has other targets.
    static func merged(_ sections: [SectionReader], _ layout: RowsLayout, rows: Int) -> SectionWriter {
        let filled = sections.filter { $0.rest > 0 }
        if filled.count < 2 { return filled.first.map(SectionWriter.init) ?? SectionWriter() }
        let parts = filled.compactMap {
            var contents = $0
            return try? ConnectionRows(&contents, layout, rows: rows)
        }
        var whole = ConnectionRows(width: layout.own.count), contents = SectionWriter(), next = parts.map { _ in 0 }
        for row in 0..<rows {
            var keys: [(target: UInt32, part: Int, i: Int)] = []
            for (p, part) in parts.enumerated() {
                keys += (next[p]..<next[p] + part.counts[row]).map { (part.targets[$0], p, $0) }
                next[p] += part.counts[row]
            }
            // connections onto the same target are in one part, in their order
            keys.sort { ($0.target, $0.i) < ($1.target, $1.i) }
            for key in keys { whole.append(parts[key.part], key.i) }
            whole.counts.append(keys.count)
        }
        whole.write(to: &contents)
        return contents
    }
}
