/// Where spikes of one population go over one projection, to one segment: all that is needed to hand them over, in one place,
/// since of a large network a spike may have a single target here. Handing over spikes by weight and delay alone touches nothing whose
/// references are counted: all workers would wait for the counts.
struct Route {
    /// row = cell - first + start, for cells in first ..< first + count; -1 cells where a `RowMap` has to be asked.
    private let first, count, start: Int
    private let chunks: UnsafeMutablePointer<RowChunk?>
    private let sums: SpikeSums
    /// Where what the sender released begins among the numbers that a spike carries; -1 where there is nothing.
    private let carried: Int
    /// Weight and delay where all connections share them.
    private let sharedWeight: Double?
    private let sharedDelay: Int?
    private let countsSpikes, refusesNegativeWeights, isHeard: Bool
    /// Do connections differ in weight and delay at most, and does nothing else act or listen?
    private let isPlain: Bool
    /// Does a spike wait for targets and weights to be read?
    private let readsDelaysAlone: Bool
    /// Do its synapses send spikes to paired cells?
    let sendsToThird: Bool
    private let details: Unmanaged<RouteDetails>

    /// - `details`: somebody else holds them.
    fileprivate init(_ details: RouteDetails) {
        self.details = .passUnretained(details)
        let projection = details.projection, destination = details.destination
        if case .run(let first, let count, let start) = details.rows {
            (self.first, self.count, self.start) = (first, count, start)
        } else {
            (first, count, start) = (0, -1, 0)
        }
        chunks = details.chunks
        sums = details.sums
        carried = details.carried
        (sharedWeight, sharedDelay) = (projection.weight, projection.delay)
        (countsSpikes, refusesNegativeWeights) = (destination.countsSpikes, destination.refusesNegative)
        isHeard = destination.isHeard || projection.receptor == nil
        isPlain = projection.receptor != nil && !details.acts
        readsDelaysAlone =
            isPlain && carried < 0 && !countsSpikes && !refusesNegativeWeights && sums.queue?.takesStretches == true
        sendsToThird = projection.model.sendsToThird > 0
    }

    @inline(__always)
    private func find(_ cell: Int) -> (chunk: RowChunk, row: Int, number: Int)? {
        let row =
            count >= 0
            ? (cell >= first && cell &- first < count ? cell &- first &+ start : -1)
            : details.takeUnretainedValue().rows.row(cell)
        guard row >= 0, let chunk = chunks[row / Projection.rowsPerChunk] else { return nil }
        return (chunk, row % Projection.rowsPerChunk, row)
    }

    /// For a spike that comes later: asks for the memory that tells where its connections lie.
    @inline(__always)
    func prefetchChunks(_ cell: Int) {
        if let (chunk, _, _) = find(cell) { chunk.prefetch() }
    }

    /// The same for the memory of the connections, once the other is there.
    @inline(__always)
    func prefetchConnections(_ cell: Int) {
        if let (chunk, row, _) = find(cell) { chunk.prefetchConnections(ofRow: row) }
    }

    /// The same for delays, where targets and weights are read later.
    @inline(__always)
    func prefetchDelays(_ cell: Int) {
        if readsDelaysAlone, let (chunk, row, _) = find(cell) { chunk.prefetchDelays(ofRow: row) }
    }

    /// The same for weights, delays and targets, where these are read.
    @inline(__always)
    func prefetchValues(_ cell: Int) {
        if !readsDelaysAlone, let (chunk, row, _) = find(cell) { chunk.prefetchValues(ofRow: row) }
    }

    /// Hands a spike to its targets; the number of connections. `stamp` is the spike's.
    ///
    /// - `fault`: the first arrival of a negative weight at a cell that takes none.
    @inline(__always)
    func deliver(
        cell: Int, carried numbers: UnsafePointer<Double>, stamp: Int, _ values: SignalValues?,
        fault: inout NegativeArrival?
    ) -> Int {
        guard let (chunk, row, number) = find(cell) else { return 0 }
        let connections = chunk.connections(ofRow: row)
        guard !connections.isEmpty else { return 0 }
        guard isPlain else {
            details.takeUnretainedValue().deliver(connections, chunk, number, numbers, stamp, values, &fault)
            return connections.count
        }
        guard isHeard else { return connections.count }
        let factor = carried < 0 ? 1 : numbers[carried]
        if let sharedWeight, let sharedDelay {
            let value = countsSpikes ? 1 : sharedWeight * factor
            if value < 0 && refusesNegativeWeights { note(connections, chunk, stamp + sharedDelay, &fault) }
            sums.add(value, at: stamp + sharedDelay, to: chunk.targets, connections)
        } else if countsSpikes || refusesNegativeWeights {
            details.takeUnretainedValue().deliverEach(connections, chunk, factor, stamp, &fault)
        } else {
            deliverWeights(connections, chunk, factor, stamp)
        }
        return connections.count
    }

    @inline(never)
    private func note(_ connections: Range<Int>, _ chunk: RowChunk, _ stamp: Int, _ fault: inout NegativeArrival?) {
        for i in connections { details.takeUnretainedValue().note(stamp, chunk.targets[i], &fault) }
    }

    /// Connections that differ in weight or delay alone, onto cells that take any weight.
    @inline(never)
    private func deliverWeights(_ connections: Range<Int>, _ chunk: RowChunk, _ factor: Double, _ stamp: Int) {
        if readsDelaysAlone {
            return sums.addStretches(
                connections, of: chunk, shared: sharedWeight, stamp, sharedDelay: sharedDelay ?? 0)
        }
        let weights = chunk.weights.map { UnsafePointer($0 + connections.lowerBound) }
        sums.add(
            connections, of: chunk, weights, shared: sharedWeight ?? 0, factor, stamp, sharedDelay: sharedDelay ?? 0)
    }

    /// What synapses have sent to paired cells when a spike arrived that `deliver` has handed over.
    ///
    /// - `spike`: of the sender; `occurrence`: which of its spikes of that moment.
    func takeSentToThird(
        cell: Int, stamp: Int, source: Int, occurrence: Int, _ id: (Int, InputPlane) -> Int,
        into all: inout [ThirdSpike]
    ) {
        guard sendsToThird, let (chunk, row, _) = find(cell) else { return }
        details.takeUnretainedValue().takeSentToThird(
            chunk, row: row, stamp: stamp, source: source, occurrence: occurrence, id, into: &all)
    }
}

/// The routes of one worker by population, where a loop finds them without counting references.
final class RouteTable {
    private let all: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Route>>
    /// What the routes point to.
    private let details: [[RouteDetails]]

    init(_ details: [[RouteDetails]]) {
        self.details = details
        all = .allocate(capacity: details.count)
        for (population, details) in details.enumerated() {
            let some = UnsafeMutableBufferPointer<Route>.allocate(capacity: details.count)
            _ = some.initialize(from: details.lazy.map { Route($0) })
            all.initializeElement(at: population, to: some)
        }
    }

    deinit {
        for routes in all { routes.deallocate() }
        all.deallocate()
    }

    @inline(__always)
    subscript(population: Int) -> UnsafeMutableBufferPointer<Route> { all[population] }
}
