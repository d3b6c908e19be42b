/// Connections in a checkpoint: by source, then by target's global id, parallel ones in their order. So the file does not depend
/// on how cells are dealt out, and a target takes about a byte, the distance to the one before.
extension Simulation {
    func write(_ projection: Projection, _ number: Int, to writer: CheckpointWriter) throws {
        try writer.put(.projection, number, projection.write)
        let order = ConnectionOrder(projection, self)
        let chunks = Projection.chunks(rows: projection.sources.count)
        // a batch of chunks at a time, so that not all of a large network is in memory twice
        let batch = 8 * threads
        for first in stride(from: 0, to: chunks, by: batch) {
            let number = min(batch, chunks - first)
            nonisolated(unsafe) let written = UnsafeMutablePointer<SectionWriter>.allocate(capacity: number)
            written.initialize(repeating: SectionWriter(), count: number)
            defer {
                written.deinitialize(count: number)
                written.deallocate()
            }
            Team.shared.forEach(number, workers: threads) { i, _ in order.write(chunk: first + i, to: &written[i]) }
            for i in 0..<number where !written[i].bytes.isEmpty { try writer.put(.rows, first + i, written[i]) }
        }
        try writer.put(.synapses, number) { contents in
            projection.states.withUnsafeBufferPointer { contents.put(raw: $0) }
        }
    }
}

extension Projection {
    fileprivate func write(to contents: inout SectionWriter) {
        contents.put(number)
        contents.put(spec.model.rawValue)
        contents.put(spec.receptor)
        contents.put(near: sources)
        contents.put(weight)
        contents.put(delay)
        contents.put(plasticity != nil)
        if let plasticity { withUnsafeBytes(of: plasticity) { contents.put(raw: $0.bindMemory(to: Double.self)) } }
    }
}

extension SICProjection {
    func write(to contents: inout SectionWriter) {
        contents.put(number)
        contents.put(near: entries.map { Int($0.source) })
        contents.put(near: entries.map { Int($0.target) })
        contents.put(near: entries.map { Int($0.delay) })
        contents.put(near: entries.map { Int($0.multiplicity) })
        let weights = entries.map(\.weight)
        contents.put(weights.allSatisfy { $0.bitPattern == weights[0].bitPattern } ? [weights[0]] : weights)
    }
}

/// The connections of a projection in the order of checkpoints.
struct ConnectionOrder: @unchecked Sendable {
    private let projection: Projection
    /// For each segment the global ids of the cells at its places.
    private let ids: [[UInt32]]

    init(_ projection: Projection, _ simulation: Simulation) {
        self.projection = projection
        ids = projection.segments.map { simulation.ids(from: $0.base, of: $0.plane) }
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
        for row in first..<min(first + Projection.rowsPerChunk, projection.sources.count) {
            targets.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            for (segment, ids) in zip(projection.segments, ids) {
                guard let chunk = segment.chunks[chunk] else { continue }
                for i in Int(chunk.offsets[row - first])..<Int(chunk.offsets[row - first + 1]) {
                    targets.append(ids[Int(chunk.targets[i])])
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
        var written = SectionWriter(), all: [Place] = []
        let differ = projection.weight == nil || projection.delay == nil || projection.isIndividual
        var isEmpty = true
        forEachRow(chunk, wantsPlaces: differ) { _, targets, places in
            written.reserve(targets.count * 5 / 4 + 8)
            written.put(unsigned: UInt64(targets.count))
            var last: UInt32 = 0
            for target in targets {
                written.put(unsigned: UInt64(target &- last))
                last = target
            }
            all += places
            isEmpty = isEmpty && targets.isEmpty
        }
        guard !isEmpty else { return }
        if projection.weight == nil { Self.put(all.map { $0.chunk.weights![$0.index] }, to: &written) }
        if projection.delay == nil { Self.put(all.map { $0.chunk.delays![$0.index] }, to: &written) }
        if projection.isIndividual { Self.put(all.map { $0.chunk.individuals![$0.index] }, to: &written) }
        contents = written
    }

    private static func put<T: BitwiseCopyable>(_ values: [T], to contents: inout SectionWriter) {
        values.withUnsafeBufferPointer { contents.put(raw: $0) }
    }
}

extension Simulation {
    /// Global ids of the cells at the places of a segment.
    fileprivate func ids(from base: Int, of plane: InputPlane) -> [UInt32] {
        var ids = [UInt32](repeating: 0, count: min(Segment.span, plane.size - base))
        for resident in plane.residents {
            let first = populationList[resident.population].firstID + resident.cells.lowerBound
            for place in max(resident.offset, base)..<max(base, resident.offset + resident.cells.count)
            where place - base < ids.count {
                ids[place - base] = UInt32(first + place - resident.offset)
            }
        }
        return ids
    }
}
