/// The spike-carrying connections of one connect call between cells.
///
/// What all share is stored once; a connection costs two bytes, the place of its target among at most 65536 that one
/// worker owns (a `Segment`). Rows are those of sources, in chunks, so that workers can build them side by side.
final class Projection {
    static let rowsPerChunk = 64

    let number: Int
    /// The place among a simulation's projections.
    var index = 0
    let spec: SynapseSpec
    /// A row each.
    let sources: NodeIDs
    /// Weight and delay (steps) where all connections share them.
    var weight: Double?
    var delay: Int?
    /// Of the targets; nil where connections differ in it.
    var receptor: Int?
    private(set) var longestDelay = 1
    private(set) var shortestDelay = Int.max
    let segments: [Segment]
    let segmentsOfWorker: [[Segment]]
    /// Connections, on all ranks; the store has those onto own cells.
    private(set) var count = 0
    /// Those onto own cells.
    var ownCount: Int { segments.reduce(0) { $0 + $1.count } }
    /// Those whose targets lie in a plane.
    func segments(onto plane: InputPlane) -> [Segment] {
        segmentsOfWorker[plane.worker].filter { $0.plane === plane }
    }

    /// Places that targets may have, about.
    var targetPlaces: Int { segments.reduce(0) { $0 + min(Segment.span, $1.plane.size - $1.base) } }
    /// Own connections by delay, from when delays are first set one by one.
    private var delayCounts: [Int] = []

    /// Parameters and states of synapses beside weight and delay.
    let columns: SynapseColumns
    let ownRows: OwnRows

    /// - `columns`: nil for what `spec` says.
    init(
        number: Int, spec: SynapseSpec, sources: NodeIDs, _ ownRows: OwnRows, columns: SynapseColumns? = nil,
        segments: [Segment], workers: Int
    ) {
        self.number = number
        self.ownRows = ownRows
        self.spec = spec
        self.sources = sources
        self.segments = segments
        segmentsOfWorker = (0..<workers).map { worker in segments.filter { $0.plane.worker == worker } }
        (weight, receptor) = (spec.sharedWeight, spec.receptor)
        self.columns = columns ?? spec.columns(rowCount: ownRows.count)
    }

    var model: SynapseDefinition { spec.model }

    /// What its synapses are told, from when the simulation has it.
    var binding = SynapseBinding(resolution: 1, seed: 0, projection: 0)

    func bind() -> any BoundSynapse { model.bind(columns, binding) }

    /// To what targets in a segment have.
    func bind(_ segment: Segment, _ simulation: Simulation) -> any BoundSynapse {
        var binding = binding
        binding.post = model.readsOfTargets.map { name in
            let column = segment.plane.history?.names.firstIndex(of: name) ?? -1
            return ReadOfTargets(
                fixed: simulation.values(name, in: segment), changing: simulation.placesRead(name, in: segment),
                column: column)
        }
        binding.historyWidth = segment.plane.history?.names.count ?? 0
        binding.third = model.readsOfThird.map { simulation.readCells[$0] ?? ReadCells(count: 0) }
        return model.bind(columns, binding)
    }

    static func chunks(rows: Int) -> Int { (rows + rowsPerChunk - 1) / rowsPerChunk }

    /// Were delays set one by one? Rows are no longer in the order of delays then.
    private(set) var hasSetDelays = false

    /// Sets the delay (steps) of a connection that has its own.
    func setDelay(_ steps: Int, _ chunk: RowChunk, _ index: Int) {
        hasSetDelays = true
        if delayCounts.isEmpty { countDelays() }
        delayCounts[Int(chunk.delays![index])] -= 1
        delayCounts[steps] += 1
        chunk.delays![index] = UInt16(steps)
    }

    private func countDelays() {
        delayCounts = Array(repeating: 0, count: Int(UInt16.max) + 1)
        for case let chunk? in segments.lazy.map(\.chunks).joined() {
            for i in 0..<chunk.count { delayCounts[Int(chunk.delays![i])] += 1 }
        }
    }

    /// After delays were set.
    func findDelays(_ together: Together) {
        let shortest = delayCounts.firstIndex { $0 > 0 }, longest = delayCounts.lastIndex { $0 > 0 }
        finish(
            count: count, shortestDelay: together.least(shortest ?? .max),
            longestDelay: together.greatest(longest ?? 1))
    }

    /// After connections were read that have their own.
    func countDelaysAnew(_ together: Together) {
        countDelays()
        findDelays(together)
    }

    func finish(count: Int, shortestDelay: Int, longestDelay: Int) {
        (self.count, self.shortestDelay, self.longestDelay) = (count, shortestDelay, longestDelay)
    }

    /// Connections of a row onto own cells.
    func connectionCount(row: Int) -> Int {
        segments.reduce(0) {
            let chunk = $1.chunks[row / Self.rowsPerChunk]
            return $0 + (chunk?.connections(ofRow: row % Self.rowsPerChunk).count ?? 0)
        }
    }

    /// What a sender has in its block, where senders have some: an own row's, or one's that was borrowed.
    func senderValues(row: Int) -> [Double] { columns.senderValues(row: row, place: ownRows.place(of: row)) }

    /// Does a row have connections onto own cells?
    func hasTargets(row: Int) -> Bool {
        segments.contains {
            $0.chunks[row / Self.rowsPerChunk]?.connections(ofRow: row % Self.rowsPerChunk).isEmpty == false
        }
    }

    /// Rows with connections onto own cells; one may come several times.
    var filledRows: [Int] {
        segments.flatMap { segment in
            segment.chunks.enumerated().flatMap { index, chunk in
                (chunk?.rows ?? []).map { index * Self.rowsPerChunk + $0 }
            }
        }
    }

    var memoryBytes: Int {
        segments.reduce(columns.memoryBytes + delayCounts.count * 8) {
            $0 + $1.memoryBytes(ownWidth: columns.ownWidth)
        }
    }
}

/// The rows of own cells, in stretches; each has a place among them.
struct OwnRows {
    private var pieces: [(rows: Range<Int>, place: Int)] = []
    private(set) var count = 0

    init(_ sources: NodeIDs, _ simulation: Simulation) {
        for stretch in simulation.stretches(of: sources) {
            guard let cells = stretch.nodes.population.cells else { continue }
            let own = stretch.nodes.even.positions(in: cells.own)
            add(stretch.start + own.lowerBound..<stretch.start + own.upperBound)
        }
    }

    private mutating func add(_ rows: Range<Int>) {
        if rows.isEmpty { return }
        if let last = pieces.last, last.rows.upperBound == rows.lowerBound {
            pieces[pieces.count - 1].rows = last.rows.lowerBound..<rows.upperBound
        } else {
            pieces.append((rows, count))
        }
        count += rows.count
    }

    @inline(__always)
    func place(of row: Int) -> Int? {
        let piece = pieces.count == 1 ? 0 : pieces.partitioningIndex { $0.rows.lowerBound > row } - 1
        guard piece >= 0, pieces[piece].rows.contains(row) else { return nil }
        return pieces[piece].place + row - pieces[piece].rows.lowerBound
    }
}

extension Projection: Checkpointed {
    static let kept = ["number", "spec", "sources", "weight", "delay", "receptor", "segments", "columns"]
    static let made = [
        "index", "binding", "longestDelay", "shortestDelay", "segmentsOfWorker", "count", "delayCounts", "ownRows",
        "hasSetDelays",
    ]
}
