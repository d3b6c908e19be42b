import Synchronization

/// Where each position in a list of targets lies: segment and place in it.
struct TargetMap {
    private(set) var segments: [(plane: InputPlane, base: Int)] = []
    let segmentOf: [UInt16]
    let placeOf: [UInt16]

    init(_ post: [Int], _ simulation: Simulation) {
        var segmentOf: [UInt16] = [], placeOf: [UInt16] = []
        segmentOf.reserveCapacity(post.count)
        placeOf.reserveCapacity(post.count)
        for id in post {
            let (plane, place) = simulation.place(id)
            let base = place / Segment.span * Segment.span
            var index = segments.count - 1
            while index >= 0, segments[index].plane !== plane || segments[index].base != base { index -= 1 }
            if index < 0 {
                segments.append((plane, base))
                index = segments.count - 1
            }
            segmentOf.append(UInt16(index))
            placeOf.append(UInt16(place - base))
        }
        (self.segmentOf, self.placeOf) = (segmentOf, placeOf)
    }

    func makeSegments(chunks: Int) -> [Segment] {
        segments.map { Segment(plane: $0.plane, base: $0.base, chunks: chunks) }
    }
}

/// Turns rows of target positions into the compact store of a projection, chunk by chunk on all workers.
final class ProjectionBuilder: @unchecked Sendable {
    let projection: Projection
    private let map: TargetMap
    private let call: CallName
    private let resolution: Double
    private let postCount: Int
    private let listsOnePerRow: Bool

    init(
        _ spec: SynapseSpec, _ rule: ConnectionRule, pre: [Int], post: [Int], _ call: CallName, _ simulation: Simulation
    ) {
        map = TargetMap(post, simulation)
        let chunks = Projection.chunks(rows: pre.count)
        projection = Projection(
            number: call.number, spec: spec, sources: pre, segments: map.makeSegments(chunks: chunks),
            workers: simulation.threads)
        self.call = call
        resolution = simulation.resolution
        postCount = post.count
        listsOnePerRow = rule.kind == .one_to_one
    }

    /// One worker's memory while it fills a chunk.
    final class Scratch {
        fileprivate var parts: [Part]
        fileprivate(set) var count = 0
        fileprivate(set) var shortestDelay = Int.max, longestDelay = 0

        fileprivate init(segments: Int) { parts = Array(repeating: Part(), count: segments) }

        fileprivate struct Part {
            var offsets: [UInt32] = []
            var targets: [UInt16] = []
            var weights: [Double] = []
            var delays: [UInt16] = []
            var individuals: [IndividualSynapse] = []
        }
    }

    func makeScratch() -> Scratch { Scratch(segments: projection.segments.count) }

    func begin(_ scratch: Scratch) {
        for i in scratch.parts.indices {
            scratch.parts[i].offsets.removeAll(keepingCapacity: true)
            scratch.parts[i].targets.removeAll(keepingCapacity: true)
            scratch.parts[i].weights.removeAll(keepingCapacity: true)
            scratch.parts[i].delays.removeAll(keepingCapacity: true)
            scratch.parts[i].individuals.removeAll(keepingCapacity: true)
        }
    }

    func add(row: Int, _ positions: [UInt32], to scratch: Scratch) throws {
        for i in scratch.parts.indices { scratch.parts[i].offsets.append(UInt32(scratch.parts[i].targets.count)) }
        scratch.count += positions.count
        if let delay = projection.spec.uniform("delay"), projection.weight != nil, !projection.isIndividual {
            try noteDelay(delay, scratch)
            addTargets(positions, scratch)
        } else {
            try addDiffering(row, positions, scratch)
        }
    }

    @inline(__always)
    private func addTargets(_ positions: [UInt32], _ scratch: Scratch) {
        map.segmentOf.withUnsafeBufferPointer { segmentOf in
            map.placeOf.withUnsafeBufferPointer { placeOf in
                for position in positions {
                    scratch.parts[Int(segmentOf[Int(position)])].targets.append(placeOf[Int(position)])
                }
            }
        }
    }

    private func addDiffering(_ row: Int, _ positions: [UInt32], _ scratch: Scratch) throws {
        let spec = projection.spec
        let values = { (name: String) throws -> [Double] in
            try ParameterDraws(spec, name, self.call, rowStart: { self.listsOnePerRow ? $0 : $0 * self.postCount })
                .values(row: row, count: positions.count)
        }
        let delays = spec.uniform("delay") == nil ? try values("delay") : []
        let weights = projection.weight == nil ? try values("weight") : []
        let individuals = projection.isIndividual ? try Self.individuals(values, positions.count) : []
        if let delay = spec.uniform("delay") { try noteDelay(delay, scratch) }
        for (i, position) in positions.enumerated() {
            let segment = Int(map.segmentOf[Int(position)])
            scratch.parts[segment].targets.append(map.placeOf[Int(position)])
            if !delays.isEmpty { scratch.parts[segment].delays.append(UInt16(try noteDelay(delays[i], scratch))) }
            if !weights.isEmpty { scratch.parts[segment].weights.append(weights[i]) }
            if !individuals.isEmpty { scratch.parts[segment].individuals.append(individuals[i]) }
        }
    }

    private static func individuals(_ values: (String) throws -> [Double], _ count: Int) throws -> [IndividualSynapse] {
        let table = Dictionary(uniqueKeysWithValues: try SynapseSpec.tsodyksNames().map { ($0, try values($0)) })
        return try (0..<count).map { i in
            guard table["x"]![i] + table["y"]![i] <= 1 else {
                throw InputError(
                    "tsodyks_synapse: x + y = \(formatted(table["x"]![i] + table["y"]![i])) must not be above 1")
            }
            return IndividualSynapse(
                plasticity: Tsodyks(
                    U: table["U"]![i], tau_psc: table["tau_psc"]![i], tau_rec: table["tau_rec"]![i],
                    tau_fac: table["tau_fac"]![i]),
                state: Tsodyks.State(x: table["x"]![i], y: table["y"]![i], u: table["u"]![i]))
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
        for (part, segment) in zip(scratch.parts, projection.segments) {
            let rows = part.offsets.count
            let offsets = UnsafeMutablePointer<UInt32>.allocate(capacity: rows + 1)
            offsets.initialize(from: part.offsets, count: rows)
            (offsets + rows).initialize(to: UInt32(part.targets.count))
            let chunk = RowChunk(
                offsets: offsets, targets: Self.copy(part.targets)!,
                weights: part.weights.isEmpty ? nil : Self.copy(part.weights),
                delays: part.delays.isEmpty ? nil : Self.copy(part.delays),
                individuals: part.individuals.isEmpty ? nil : Self.copy(part.individuals), rows: rows)
            storing.withLock { _ in segment.set(chunk, at: index) }
        }
    }

    private let storing = Mutex(())

    private static func copy<T>(_ array: [T]) -> UnsafeMutablePointer<T>? {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(array.count, 1))
        memory.initialize(from: array, count: array.count)
        return memory
    }

    func finish(_ scratches: [Scratch]) throws {
        projection.finish(
            count: scratches.reduce(0) { $0 + $1.count },
            shortestDelay: scratches.map(\.shortestDelay).min() ?? 1,
            longestDelay: scratches.map(\.longestDelay).max() ?? 1)
        if let delay = projection.spec.uniform("delay") {
            projection.delay = try SynapseSpec.delaySteps(delay, resolution)
        }
    }
}
