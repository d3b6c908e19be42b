/// Where spikes of one population go over one projection, to one segment: all that is needed to hand them over, in one place,
/// since of a large network a spike may have a single target here.
struct Route {
    /// Which of the factors that a spike carries is on the weights; -1 where there is none.
    let factor: Int
    private let rows: RowMap
    private let chunks: UnsafeMutablePointer<RowChunk?>
    /// The plane's input from the segment's base on.
    private let spikes: UnsafeMutablePointer<Double>
    private let slotMask, rowStride, toNegative: Int
    private let plane: InputPlane
    private let base: Int
    private let countsSpikes, refusesNegativeWeights: Bool
    /// Weight and delay where these, and what a spike releases, are the same for all connections of a cell.
    private let shared: (weight: Double, delay: Int)?
    private let isHeard: Bool
    private let projection: Projection
    private let resolution: Double

    /// For a worker's segments.
    static func all(_ outgoing: Outgoing, worker: Int, _ resolution: Double) -> [Route] {
        outgoing.projection.segmentsOfWorker[worker].map { Route(outgoing, $0, resolution) }
    }

    private init(_ outgoing: Outgoing, _ segment: Segment, _ resolution: Double) {
        factor = outgoing.factor ?? -1
        rows = outgoing.rows
        chunks = segment.chunks.baseAddress!
        (plane, base) = (segment.plane, segment.base)
        let destination = plane.spikes(receptor: outgoing.projection.spec.receptor)
        spikes = destination.rows + segment.base
        (slotMask, rowStride, toNegative) = (destination.slotMask, destination.stride, destination.toNegative)
        (countsSpikes, refusesNegativeWeights) = (destination.countsSpikes, destination.refusesNegative)
        isHeard = destination.isHeard
        let projection = outgoing.projection
        self.projection = projection
        if let weight = projection.weight, let delay = projection.delay, !projection.isIndividual {
            shared = (weight, delay)
        } else {
            shared = nil
        }
        self.resolution = resolution
    }

    @inline(__always)
    private func find(_ cell: Int) -> (chunk: RowChunk, row: Int)? {
        let row = rows.row(cell)
        guard row >= 0, let chunk = chunks[row / Projection.rowsPerChunk] else { return nil }
        return (chunk, row % Projection.rowsPerChunk)
    }

    /// For a spike that comes later: asks for the memory that tells where its connections lie.
    @inline(__always)
    func prefetchChunks(_ cell: Int) {
        if let (chunk, _) = find(cell) { chunk.prefetch() }
    }

    /// The same for the memory of the connections, once the other is there.
    @inline(__always)
    func prefetchConnections(_ cell: Int) {
        if let (chunk, row) = find(cell) { chunk.prefetchConnections(ofRow: row) }
    }

    /// Hands a spike to its targets; the number of connections. `stamp` is the spike's.
    ///
    /// - `fault`: the first arrival of a negative weight at a cell that takes none.
    @inline(__always)
    func deliver(cell: Int, factor: Double, stamp: Int, fault: inout NegativeArrival?) -> Int {
        guard let (chunk, row) = find(cell) else { return 0 }
        let connections = chunk.connections(ofRow: row)
        guard !connections.isEmpty else { return 0 }
        guard let (weight, delay) = shared else {
            deliverEach(connections, chunk, factor, stamp, &fault)
            return connections.count
        }
        guard isHeard else { return connections.count }
        let value = countsSpikes ? 1 : weight * factor
        if value < 0 && refusesNegativeWeights {
            for i in connections { note(stamp + delay, chunk.targets[i], &fault) }
        }
        let input = place(stamp + delay, value), targets = chunk.targets, amount = abs(value)
        for i in connections { input[Int(targets[i])] += amount }
        return connections.count
    }

    /// Connections that differ in weight, delay or dynamics.
    private func deliverEach(
        _ connections: Range<Int>, _ chunk: RowChunk, _ factor: Double, _ stamp: Int,
        _ fault: inout NegativeArrival?
    ) {
        let time = TimeGrid.ms(stamp, resolution)
        for i in connections {
            var value = (projection.weight ?? chunk.weights![i]) * factor
            if let individuals = chunk.individuals {
                value *= individuals[i].plasticity.release(&individuals[i].state, at: time)
            }
            guard isHeard else { continue }
            if countsSpikes { value = 1 }
            let arrival = stamp + (projection.delay ?? Int(chunk.delays![i]))
            if value < 0 && refusesNegativeWeights { note(arrival, chunk.targets[i], &fault) }
            place(arrival, value)[Int(chunk.targets[i])] += abs(value)
        }
    }

    @inline(never)
    private func note(_ stamp: Int, _ target: UInt16, _ fault: inout NegativeArrival?) {
        fault = .first(fault, NegativeArrival(stamp: stamp, place: base + Int(target), plane: plane))
    }

    /// Where input of this sign and stamp goes to.
    @inline(__always)
    private func place(_ stamp: Int, _ value: Double) -> UnsafeMutablePointer<Double> {
        spikes + ((stamp & slotMask) &* rowStride &+ (value > 0 ? 0 : toNegative))
    }
}
