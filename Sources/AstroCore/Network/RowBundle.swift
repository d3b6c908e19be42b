import AstroBase

/// The rows of several projections with the same sources, joined: a spike finds all its connections of one delay side by side, where each
/// row would have a few. No place is a target of two of the projections, so the target of a connection tells which one it belongs to.
///
/// Rows are joined while spikes wait for stretches of them (`ArrivalQueue`), and separated, as they were, when somebody asks for those
/// of one projection.
final class RowBundle {
    /// In the order of the projections.
    private let parts: [Part]
    let chunks: UnsafeMutableBufferPointer<RowChunk?>
    private let firstSource: Int
    private unowned let simulation: Simulation

    private struct Part {
        unowned let segment: Segment
        let places: ClosedRange<UInt16>
    }

    var first: Segment { parts[0].segment }

    /// - `sources`: of all rows.
    /// - `segments`: of one base; targets of each lie within other places.
    fileprivate init(_ sources: NodeIDs, _ segments: [Segment], _ simulation: Simulation) {
        parts = segments.map { Part(segment: $0, places: $0.places!) }
        firstSource = sources.first!
        self.simulation = simulation
        chunks = .allocate(capacity: segments[0].ownChunks.count)
        chunks.initialize(repeating: nil)
    }

    deinit {
        chunks.forEach { $0?.deallocate() }
        chunks.deallocate()
    }

    /// Gives segments their rows back: those of all bundles.
    func separate() { simulation.separateRows() }

    // MARK: Joining

    /// Memory that is taken for a time: of all rows, some are there twice.
    fileprivate static func bytesToJoin(_ bundles: [RowBundle]) -> Double {
        Double(bundles.lazy.flatMap(\.parts).reduce(0) { $0 + $1.segment.memoryBytes(ownWidth: 0) }) / 8
    }

    fileprivate static func join(_ bundles: [RowBundle], _ simulation: Simulation) {
        forEachChunk(bundles, simulation) { $0.join(chunk: $1) }
        for bundle in bundles { bundle.parts.forEach { $0.segment.bundle = bundle } }
    }

    /// Calls `body(bundle, chunk)`, on all workers. Rows that lie side by side in memory, those onto all planes, come at about the same
    /// time, so that others can take their place.
    private static func forEachChunk(
        _ bundles: [RowBundle], _ simulation: Simulation, _ body: @escaping (RowBundle, Int) -> Void
    ) {
        let all = bundles.flatMap { bundle in bundle.chunks.indices.map { (bundle: bundle, chunk: $0) } }
            .ordered { ($0.bundle.firstSource, $0.chunk) }
        RowMemory.rows.reusing {
            Team.shared.forEach(all.count, workers: simulation.threads) { i, _ in body(all[i].bundle, all[i].chunk) }
        }
    }

    private func join(chunk index: Int) {
        let some = parts.compactMap { $0.segment.ownChunks[index] }
        guard !some.isEmpty else { return }
        chunks[index] = Self.joined(some)
        for part in parts {
            part.segment.ownChunks[index]?.deallocate()
            part.segment.ownChunks[index] = nil
        }
    }

    /// By delay, then by part, then as they lie there.
    private static func joined(_ some: [RowChunk]) -> RowChunk {
        var starts: [UInt32] = [], count = 0
        for row in 0..<Projection.rowsPerChunk {
            starts.append(UInt32(count))
            count += some.reduce(0) { $0 + $1.connections(ofRow: row).count }
        }
        let joined = RowChunk(starts: starts, count: count)
        joined.makeWeightsAndDelays()
        var next = Cursor(joined, 0..<count)
        withUnsafeTemporaryAllocation(of: Cursor.self, capacity: some.count) { cursors in
            for row in 0..<Projection.rowsPerChunk {
                for (i, chunk) in some.enumerated() {
                    cursors.initializeElement(at: i, to: Cursor(chunk, chunk.connections(ofRow: row)))
                }
                while let delay = shortestDelay(cursors) {
                    for i in cursors.indices { next.take(cursors[i].stretch(delay), from: &cursors[i]) }
                }
            }
        }
        return joined
    }

    /// Of what is left; nil where nothing is.
    private static func shortestDelay(_ cursors: UnsafeMutableBufferPointer<Cursor>) -> UInt16? {
        var least: UInt16?
        for cursor in cursors where !cursor.isAtEnd { least = min(least ?? .max, cursor.delay) }
        return least
    }

    /// A place among connections of a chunk.
    private struct Cursor {
        private var targets: UnsafeMutablePointer<UInt16>
        private var delays: UnsafeMutablePointer<UInt16>
        private var weights: UnsafeMutablePointer<Double>
        private(set) var left: Int

        init(_ chunk: RowChunk, _ connections: Range<Int>) {
            targets = chunk.targets + connections.lowerBound
            delays = chunk.delays! + connections.lowerBound
            weights = chunk.weights! + connections.lowerBound
            left = connections.count
        }

        var isAtEnd: Bool { left == 0 }
        var delay: UInt16 { delays.pointee }

        /// How many connections from here on have this delay.
        func stretch(_ delay: UInt16) -> Int {
            var count = 0
            while count < left, delays[count] == delay { count &+= 1 }
            return count
        }

        /// How many connections from here on go to these places.
        func stretch(_ places: ClosedRange<UInt16>) -> Int {
            let extent = places.upperBound &- places.lowerBound
            var count = 0
            while count < left, targets[count] &- places.lowerBound <= extent { count &+= 1 }
            return count
        }

        /// Copies connections from another place; both are behind them then.
        mutating func take(_ count: Int, from other: inout Cursor) {
            if count == 0 { return }
            targets.initialize(from: other.targets, count: count)
            delays.initialize(from: other.delays, count: count)
            weights.initialize(from: other.weights, count: count)
            skip(count)
            other.skip(count)
        }

        mutating func skip(_ count: Int) {
            targets += count
            delays += count
            weights += count
            left &-= count
        }
    }

    // MARK: Separating

    fileprivate static func separate(_ bundles: [RowBundle], _ simulation: Simulation) {
        forEachChunk(bundles, simulation) { $0.separate(chunk: $1) }
        for bundle in bundles { bundle.parts.forEach { $0.segment.bundle = nil } }
    }

    private func separate(chunk index: Int) {
        guard let joined = chunks[index] else { return }
        var starts = parts.map { _ in [UInt32]() }, counts = parts.map { _ in 0 }
        for row in 0..<Projection.rowsPerChunk {
            for i in parts.indices { starts[i].append(UInt32(counts[i])) }
            forEachStretch(joined, row) { part, count, cursor in
                counts[part] += count
                cursor.skip(count)
            }
        }
        for (i, part) in parts.enumerated() where counts[i] > 0 {
            part.segment.ownChunks[index] = RowChunk(starts: starts[i], count: counts[i])
            part.segment.ownChunks[index]!.makeWeightsAndDelays()
        }
        var next = parts.indices.map { i in parts[i].segment.ownChunks[index].map { Cursor($0, 0..<counts[i]) } }
        for row in 0..<Projection.rowsPerChunk {
            forEachStretch(joined, row) { next[$0]!.take($1, from: &$2) }
        }
        joined.deallocate()
        chunks[index] = nil
    }

    /// Calls `body(part, count, cursor)` for neighbours in a row that belong to one part; it takes the cursor behind them.
    private func forEachStretch(_ joined: RowChunk, _ row: Int, _ body: (Int, Int, inout Cursor) -> Void) {
        var cursor = Cursor(joined, joined.connections(ofRow: row)), part = 0
        while !cursor.isAtEnd {
            let count = cursor.stretch(parts[part].places)
            if count > 0 { body(part, count, &cursor) }
            part = part + 1 == parts.count ? 0 : part + 1
        }
    }
}

extension Simulation {
    /// Joins rows whose spikes will wait at some planes, where that is worth while: it takes about as long as to hand over two spikes along
    /// each row, and so does separating them.
    ///
    /// - `leastStretch`: connections that neighbours with one delay have to be, on average.
    /// - `isPlain`: do connections onto a plane hand over their weights, and do nothing else?
    func bundleRows(
        onto planes: [InputPlane], leastStretch: Double, where isPlain: (Projection, InputPlane) -> Bool
    ) {
        let connections = projections.reduce(0) { $0 + $1.ownCount }
        if let eventsWhenSeparated, figures.events - eventsWhenSeparated < connections { return }
        let new = planes.flatMap { plane in
            RowBundleSearch(projections, plane) { isPlain($0, plane) }.found
                .filter { $1.reduce(0) { $0 + $1.meanStretch } >= leastStretch }
                .map { RowBundle($0, $1, self) }
        }
        guard (try? Memory.refuse(RowBundle.bytesToJoin(new), for: "joined rows")) != nil else { return }
        RowBundle.join(new, self)
        bundles += new
    }

    /// Gives the rows of all bundles back to their segments.
    fileprivate func separateRows() {
        RowBundle.separate(bundles, self)
        bundles = []
        eventsWhenSeparated = figures.events
    }
}

/// Looks for segments whose rows can be joined. Joined rows take the place of the first of them. So there must be no segment in between
/// over which spikes of the same sender reach a cell of those: cells receive them in the order of projections.
private struct RowBundleSearch {
    private var groups: [Key: [Group]] = [:]
    /// Segments of a plane so far, by base, and in which range their sources lie.
    private var passed: [Int: [(segment: Segment, sources: ClosedRange<Int>)]] = [:]

    private struct Key: Hashable {
        let sources: [EvenRun]
        let base: Int
        let receptor: Int?
    }

    private struct Group {
        let sources: NodeIDs
        var segments: [Segment]
        /// Of the first one among those of its base.
        let position: Int
    }

    /// Two segments or more each, with their sources.
    var found: [(NodeIDs, [Segment])] {
        groups.values.joined().filter { $0.segments.count > 1 }.map { ($0.sources, $0.segments) }
    }

    init(_ projections: [Projection], _ plane: InputPlane, _ isPlain: (Projection) -> Bool) {
        for projection in projections {
            let differs = projection.weight == nil && projection.delay == nil && !projection.hasSetDelays
            let isJoinable = differs && isPlain(projection)
            let sources = projection.sources.extent
            for segment in projection.segments(onto: plane) where segment.count > 0 {
                if isJoinable, segment.bundle == nil, segment.isInOrderOfDelays {
                    add(segment, of: projection, sources)
                }
                passed[segment.base, default: []].append((segment, sources))
            }
        }
    }

    private mutating func add(_ segment: Segment, of projection: Projection, _ sources: ClosedRange<Int>) {
        let key = Key(sources: projection.sources.runs.map(\.ids), base: segment.base, receptor: projection.receptor)
        let passed = passed[segment.base, default: []]
        let fitting = groups[key, default: []].firstIndex { group in
            passed[group.position...].allSatisfy {
                !$0.sources.overlaps(sources) || !$0.segment.places!.overlaps(segment.places!)
            }
        }
        if let fitting {
            groups[key]![fitting].segments.append(segment)
        } else {
            groups[key, default: []].append(
                Group(sources: projection.sources, segments: [segment], position: passed.count))
        }
    }
}
