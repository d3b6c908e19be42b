import CLanes

/// Where each of a list of own targets lies: segment and place in it.
struct TargetMap {
    private(set) var segments: [(plane: InputPlane, base: Int, targets: Int)] = []
    /// Segment in the upper, place in the lower half.
    private let entries: [UInt32]
    /// Positions of targets that follow each other in a segment, ascending.
    private let runs: [Range<Int>]

    init(_ post: NodeIDs, _ simulation: Simulation) {
        var entries: [UInt32] = []
        entries.reserveCapacity(post.count)
        for id in post {
            let (plane, place) = simulation.place(id)!
            let base = place / Segment.span * Segment.span
            var index = segments.count - 1
            while index >= 0, segments[index].plane !== plane || segments[index].base != base { index -= 1 }
            if index < 0 {
                segments.append((plane, base, 0))
                index = segments.count - 1
            }
            segments[index].targets += 1
            entries.append(UInt32(index) << 16 | UInt32(place - base))
        }
        self.entries = entries
        var runs: [Range<Int>] = [], first = 0
        for i in entries.indices
        where i + 1 == entries.count || entries[i + 1] != entries[i] + 1 || entries[i + 1] & 0xffff == 0 {
            runs.append(first..<i + 1)
            first = i + 1
        }
        self.runs = runs
    }

    /// Calls `body(numbers, segment, shift)` for neighbours among some positions whose targets follow each other in a segment: `shift`
    /// takes a position to its place. False, without a call, where that would not be faster than one by one.
    func forEachRun(_ positions: UnsafeBufferPointer<UInt32>, _ body: (Range<Int>, Int, UInt16) -> Void) -> Bool {
        guard runs.count <= 1 + positions.count / 64, Self.isAscending(positions) else { return false }
        var first = 0
        for run in runs {
            let end = positions[first...].partitioningIndex { $0 >= run.upperBound }
            let entry = entries[run.lowerBound]
            body(first..<end, Int(entry >> 16), UInt16(truncatingIfNeeded: Int(entry) &- run.lowerBound))
            first = end
        }
        return true
    }

    private static func isAscending(_ positions: UnsafeBufferPointer<UInt32>) -> Bool {
        var descents: UInt32 = 0
        for i in 0..<max(0, positions.count &- 1) { descents |= positions[i] > positions[i &+ 1] ? 1 : 0 }
        return descents == 0
    }

    /// Calls `body(number, segment, place)` for some positions in turn.
    @inline(__always)
    func forEach(_ positions: [UInt32], _ body: (Int, Int, UInt16) throws -> Void) rethrows {
        try entries.withUnsafeBufferPointer { entries in
            try positions.withUnsafeBufferPointer { positions in
                for i in 0..<positions.count {
                    // of a large network hardly any entry is in the cache
                    let ahead = Int(positions[min(i &+ prefetchDistance, positions.count &- 1)])
                    astro_prefetch(entries.baseAddress! + ahead)
                    let entry = entries[Int(positions[i])]
                    try body(i, Int(entry >> 16), UInt16(truncatingIfNeeded: entry))
                }
            }
        }
    }

    func makeSegments(chunks: Int) -> [Segment] {
        segments.map { Segment(plane: $0.plane, base: $0.base, chunks: chunks, mostTargets: $0.targets) }
    }
}

/// Turns rows of target positions into the compact store of a projection, chunk by chunk on all workers.
final class ProjectionBuilder: @unchecked Sendable {
    let projection: Projection
    private let map: TargetMap
    private let call: CallName
    private let resolution: Double
    let targets: Targets
    private let rule: any ConnectionRule
    /// What connections have of their own but all start with: the weight, and their block of columns; nil where they differ in it.
    private let firstWeight: Double?
    private let firstBlock: [Double]?

    init(
        _ spec: SynapseSpec, _ rule: any ConnectionRule, pre: NodeIDs, post: Targets, _ call: CallName,
        _ simulation: Simulation
    ) {
        map = TargetMap(post.own, simulation)
        let chunks = Projection.chunks(rows: pre.count)
        projection = Projection(
            number: call.number, spec: spec, sources: pre, OwnRows(pre, simulation),
            segments: map.makeSegments(chunks: chunks), workers: simulation.threads)
        self.call = call
        resolution = simulation.resolution
        targets = post
        self.rule = rule
        firstWeight = spec.uniform("weight")
        let own = projection.columns.own.map { spec.sharedValue(spec.model.columns[$0]) }
        firstBlock = own.contains(nil) ? nil : own.compactMap { $0 }
    }

    /// One worker's memory while it fills a chunk.
    final class Scratch {
        fileprivate var parts: [Part]
        fileprivate(set) var count = 0
        fileprivate(set) var shortestDelay = Int.max, longestDelay = 0
        /// Targets of each part, with what differs between connections: memory, its size, and how much of it is filled.
        fileprivate let columns: UnsafeMutablePointer<Columns>
        fileprivate let filled: UnsafeMutablePointer<Int>
        private let ownWidth: Int
        private var capacity = 0

        fileprivate struct Columns {
            var targets = UnsafeMutablePointer<UInt16>.allocate(capacity: 1)
            var weights: UnsafeMutablePointer<Double>?
            var delays: UnsafeMutablePointer<UInt16>?
            /// A block of `ownWidth` numbers each.
            var own: UnsafeMutablePointer<Double>?
        }

        fileprivate init(segments: Int, weights: Bool, delays: Bool, ownWidth: Int) {
            self.ownWidth = ownWidth
            parts = Array(repeating: Part(), count: segments)
            columns = .allocate(capacity: max(segments, 1))
            filled = .allocate(capacity: max(segments, 1))
            for i in 0..<segments {
                (columns + i).initialize(
                    to: Columns(
                        weights: weights ? .allocate(capacity: 1) : nil, delays: delays ? .allocate(capacity: 1) : nil,
                        own: ownWidth > 0 ? .allocate(capacity: ownWidth) : nil))
            }
            filled.initialize(repeating: 0, count: segments)
        }

        deinit {
            for i in parts.indices {
                columns[i].targets.deallocate()
                columns[i].weights?.deallocate()
                columns[i].delays?.deallocate()
                columns[i].own?.deallocate()
            }
            columns.deallocate()
            filled.deallocate()
        }

        /// Room for `more` targets in each part.
        fileprivate func reserve(_ more: Int) {
            let wanted = (parts.indices.map { filled[$0] }.max() ?? 0) + more
            guard wanted > capacity else { return }
            capacity = max(2 * capacity, wanted)
            for i in parts.indices {
                columns[i].targets = moved(columns[i].targets, filled[i])
                columns[i].weights = columns[i].weights.map { moved($0, filled[i]) }
                columns[i].delays = columns[i].delays.map { moved($0, filled[i]) }
                columns[i].own = columns[i].own.map { moved($0, filled[i], width: ownWidth) }
            }
        }

        private func moved<T>(_ old: UnsafeMutablePointer<T>, _ count: Int, width: Int = 1) -> UnsafeMutablePointer<T> {
            let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity * width)
            larger.moveInitialize(from: old, count: count * width)
            old.deallocate()
            return larger
        }

        @inline(__always)
        fileprivate func append(_ place: UInt16, to part: Int) {
            columns[part].targets[filled[part]] = place
            filled[part] &+= 1
        }

        /// Some of the positions, as places.
        fileprivate func append(
            _ positions: UnsafeBufferPointer<UInt32>, _ numbers: Range<Int>, shiftedBy shift: UInt16, to part: Int
        ) {
            if numbers.isEmpty { return }
            let targets = columns[part].targets + filled[part], positions = positions.baseAddress! + numbers.lowerBound
            for i in 0..<numbers.count { targets[i] = UInt16(truncatingIfNeeded: positions[i]) &+ shift }
            filled[part] &+= numbers.count
        }

        fileprivate struct Part {
            var starts: [UInt32] = []
            var receptors: [UInt8] = []

            mutating func removeAll() {
                starts.removeAll(keepingCapacity: true)
                receptors.removeAll(keepingCapacity: true)
            }
        }
    }

    func makeScratch() -> Scratch {
        Scratch(
            segments: projection.segments.count, weights: firstWeight == nil,
            delays: projection.spec.uniform("delay") == nil,
            ownWidth: firstBlock == nil ? projection.columns.ownWidth : 0)
    }

    func begin(_ scratch: Scratch) {
        for i in scratch.parts.indices {
            scratch.parts[i].removeAll()
            scratch.filled[i] = 0
        }
    }

    /// Do connections differ from the beginning?
    var isDiffering: Bool {
        projection.spec.uniform("delay") == nil || firstWeight == nil || projection.receptor == nil || firstBlock == nil
    }

    /// Stores a row of places among the own targets.
    ///
    /// - `numbers`: which of the row's `count` connections they are; nil for all.
    /// - `thirds`: ids of the cells paired with them, where a rule says which.
    func add(
        row: Int, _ positions: [UInt32], numbers: [UInt32]? = nil, of count: Int = 0, thirds: [Double]? = nil,
        to scratch: Scratch
    ) throws {
        for i in scratch.parts.indices { scratch.parts[i].starts.append(UInt32(scratch.filled[i])) }
        scratch.count += positions.count
        scratch.reserve(positions.count)
        if !isDiffering, let delay = projection.spec.uniform("delay") {
            try noteDelay(delay, scratch)
            addTargets(positions, scratch)
        } else {
            try addDiffering(row, positions, numbers, numbers == nil ? positions.count : count, thirds, scratch)
        }
    }

    private func addTargets(_ positions: [UInt32], _ scratch: Scratch) {
        let isDone = positions.withUnsafeBufferPointer { positions in
            map.forEachRun(positions) { scratch.append(positions, $0, shiftedBy: $2, to: $1) }
        }
        if !isDone { map.forEach(positions) { scratch.append($2, to: $1) } }
    }

    private func addDiffering(
        _ row: Int, _ positions: [UInt32], _ numbers: [UInt32]?, _ count: Int, _ thirds: [Double]?, _ scratch: Scratch
    ) throws {
        let spec = projection.spec
        let values = { (name: String) throws -> [Double] in
            let ends = { positions.map { UInt32(self.targets.position(ofOwn: Int($0))) } }
            if let placed = try spec.placedValues(name, row, ends) { return placed }
            let all = try ParameterDraws(
                spec, name, self.call, rowStart: { self.rule.start(ofRow: $0, self.targets.count) }
            ).values(row: row, count: count)
            return numbers.map { $0.map { all[Int($0)] } } ?? all
        }
        var delays = spec.uniform("delay") == nil ? try steps(values("delay"), scratch) : []
        var weights = firstWeight == nil ? try values("weight") : []
        var receptors = projection.receptor == nil ? try values("receptor_type") : []
        var own = try ownColumns(
            { if $0 == SynapseDefinition.third.name, let thirds { thirds } else { try values($0) } }, numbers,
            positions.count)
        var positions = positions
        if let delay = spec.uniform("delay") {
            try noteDelay(delay, scratch)
        } else if !spec.isListed("delay") || !DelayOrder.exchangesParallel(positions, delays) {
            let order = DelayOrder(delays)
            (positions, delays) = (order(positions), order(delays))
            if !weights.isEmpty { weights = order(weights) }
            if !receptors.isEmpty { receptors = order(receptors) }
            own = own.map { order($0) }
        }
        map.forEach(positions) { i, segment, place in
            let columns = scratch.columns[segment], filled = scratch.filled[segment]
            if let all = columns.delays { (all + filled).initialize(to: delays[i]) }
            if let all = columns.weights { (all + filled).initialize(to: weights[i]) }
            if let all = columns.own {
                let block: UnsafeMutablePointer<Double> = all + filled * own.count
                for k in own.indices { block[k] = own[k][i] }
            }
            scratch.append(place, to: segment)
        }
        if receptors.isEmpty { return }
        map.forEach(positions) { i, segment, _ in
            scratch.parts[segment].receptors.append(UInt8(receptors[i]))
        }
    }

    /// Delays in steps; takes note of them.
    private func steps(_ delays: [Double], _ scratch: Scratch) throws -> [UInt16] {
        guard let extent = delays.extent else { return [] }
        if let first = try? SynapseSpec.delaySteps(extent.least, resolution),
            let last = try? SynapseSpec.delaySteps(extent.most, resolution)
        {
            scratch.shortestDelay = min(scratch.shortestDelay, first)
            scratch.longestDelay = max(scratch.longestDelay, last)
            return StepTimes(resolution).stepsNearest(delays)
        }
        // the first wrong one is told
        return try delays.map { UInt16(try noteDelay($0, scratch)) }
    }

    /// What connections have of their own, column by column.
    private func ownColumns(
        _ values: (String) throws -> [Double], _ numbers: [UInt32]?, _ count: Int
    ) throws -> [[Double]] {
        let spec = projection.spec, columns = spec.model.columns
        let conditions = spec.openConditions
        if firstBlock != nil, conditions.isEmpty { return [] }
        let asked = Dictionary(
            uniqueKeysWithValues: try Set(conditions.flatMap(\.names)).map { ($0, try values($0)) })
        for i in 0..<count {
            for condition in conditions { try spec.model.check(condition) { asked[$0]![i] } }
        }
        if firstBlock != nil { return [] }
        return try projection.columns.own.map { c -> [Double] in
            if columns[c].begins == .number { return (0..<count).map { Double(numbers?[$0] ?? UInt32($0)) } }
            return try spec.sharedValue(columns[c]).map { [Double](repeating: $0, count: count) }
                ?? values(columns[c].name)
        }
    }

    @discardableResult
    private func noteDelay(_ ms: Double, _ scratch: Scratch) throws -> Int {
        let steps = try SynapseSpec.delaySteps(ms, resolution)
        scratch.shortestDelay = min(scratch.shortestDelay, steps)
        scratch.longestDelay = max(scratch.longestDelay, steps)
        return steps
    }

    /// Stores what the scratch holds as chunk number `index`.
    func store(_ scratch: Scratch, chunk index: Int) {
        for (i, segment) in projection.segments.enumerated() where scratch.filled[i] > 0 {
            let part = scratch.parts[i], columns = scratch.columns[i], count = scratch.filled[i]
            let chunk = RowChunk(
                starts: part.starts, targets: UnsafeBufferPointer(start: columns.targets, count: count),
                receptors: part.receptors)
            if let delays = columns.delays { chunk.setDelays(UnsafeBufferPointer(start: delays, count: count)) }
            if let weights = columns.weights {
                chunk.setWeights(UnsafeBufferPointer(start: weights, count: count))
            } else if projection.weight == nil, let firstWeight {
                chunk.setWeights(repeating: firstWeight)
            }
            if let own = columns.own {
                chunk.setOwn(UnsafeBufferPointer(start: own, count: count * projection.columns.ownWidth))
            } else if let firstBlock {
                chunk.setOwn(repeating: firstBlock)
            }
            segment.chunks[index] = chunk
        }
    }

    func finish(_ scratches: [Scratch], _ together: Together) throws {
        projection.finish(
            count: together.sum([scratches.reduce(0) { $0 + $1.count }])[0],
            shortestDelay: together.least(scratches.map(\.shortestDelay).min() ?? 1),
            longestDelay: together.greatest(scratches.map(\.longestDelay).max() ?? 1))
        if let delay = projection.spec.uniform("delay") {
            projection.delay = try SynapseSpec.delaySteps(delay, resolution)
        }
    }
}
