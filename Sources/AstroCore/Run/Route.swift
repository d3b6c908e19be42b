/// Where spikes of one population go over one projection, to one segment: all that is needed to hand them over, in one place,
/// since of a large network a spike may have a single target here.
struct Route {
    /// Where what the sender released begins among the numbers that a spike carries; -1 where there is nothing.
    let carried: Int
    private let rows: RowMap
    private let chunks: UnsafeMutablePointer<RowChunk?>
    /// The plane's input from the segment's base on.
    private let spikes: UnsafeMutablePointer<Double>
    private let slotMask, rowStride, toNegative: Int
    private let plane: InputPlane
    private let base: Int
    private let countsSpikes, refusesNegativeWeights: Bool
    private let handsOver: Int
    private let zeroIsNone: Bool
    /// By receptor, where connections differ in it.
    private let destinations: [SpikeDestination?]
    /// Weight and delay where these, and what a spike releases, are the same for all connections of a cell.
    private let shared: (weight: Double, delay: Int)?
    /// What acts at targets, connection by connection.
    private let synapse: ActingSynapse?
    private let isHeard: Bool
    /// Do its synapses send spikes to paired cells?
    let sendsToThird: Bool
    private let projection: Projection
    /// Where all connections share them.
    private let sharedWeight: Double
    private let sharedDelay: Int
    private let resolution: Double
    /// Of connections that are recorded.
    private let samplers: [ConnectionSampler]
    private let hasSamplers: Bool

    /// For a worker's segments.
    static func all(
        _ outgoing: Outgoing, worker: Int, _ simulation: Simulation, _ samplers: [ConnectionSampler]
    ) -> [Route] {
        outgoing.projection.segmentsOfWorker[worker].map { Route(outgoing, $0, simulation, samplers) }
    }

    private init(
        _ outgoing: Outgoing, _ segment: Segment, _ simulation: Simulation, _ samplers: [ConnectionSampler]
    ) {
        carried = outgoing.release?.first ?? -1
        rows = outgoing.rows
        chunks = segment.chunks.baseAddress!
        (plane, base) = (segment.plane, segment.base)
        let projection = outgoing.projection
        destinations = projection.receptor == nil ? plane.spikeDestinations : []
        let destination = projection.receptor.map(plane.spikes) ?? destinations.lazy.compactMap { $0 }.first!
        spikes = destination.rows + segment.base
        (slotMask, rowStride, toNegative) = (destination.slotMask, destination.stride, destination.toNegative)
        (countsSpikes, refusesNegativeWeights) = (destination.countsSpikes, destination.refusesNegative)
        isHeard = destination.isHeard || projection.receptor == nil
        self.projection = projection
        sendsToThird = projection.model.sendsToThird > 0
        (sharedWeight, sharedDelay) = (projection.weight ?? 0, projection.delay ?? 0)
        self.samplers = samplers.filter { $0.isOf(projection, segment) }
        hasSamplers = !self.samplers.isEmpty
        (handsOver, zeroIsNone) = (projection.model.handsOver, projection.model.source != nil)
        synapse = projection.columns.actsAtTargets ? ActingSynapse(projection, segment, simulation) : nil
        if let weight = projection.weight, let delay = projection.delay, projection.receptor != nil, synapse == nil,
            self.samplers.isEmpty
        {
            shared = (weight, delay)
        } else {
            shared = nil
        }
        resolution = simulation.resolution
    }

    @inline(__always)
    private func find(_ cell: Int) -> (chunk: RowChunk, row: Int, number: Int)? {
        let row = rows.row(cell)
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

    /// Hands a spike to its targets; the number of connections. `stamp` is the spike's.
    ///
    /// - `fault`: the first arrival of a negative weight at a cell that takes none.
    @inline(__always)
    func deliver(
        cell: Int, carried: UnsafePointer<Double>, stamp: Int, _ values: SignalValues?, fault: inout NegativeArrival?
    ) -> Int {
        guard let (chunk, row, number) = find(cell) else { return 0 }
        let connections = chunk.connections(ofRow: row)
        guard !connections.isEmpty else { return 0 }
        guard let (weight, delay) = shared else {
            deliverEach(connections, chunk, number, carried, stamp, values, &fault)
            return connections.count
        }
        guard isHeard else { return connections.count }
        let value = countsSpikes ? 1 : self.carried < 0 ? weight : weight * carried[self.carried]
        if value < 0 && refusesNegativeWeights {
            for i in connections { note(stamp + delay, chunk.targets[i], &fault) }
        }
        let input = place(stamp + delay, value), targets = chunk.targets, amount = abs(value)
        for i in connections { input[Int(targets[i])] += amount }
        return connections.count
    }

    /// Connections that differ in weight, delay or receptor, or whose synapses act at the target.
    private func deliverEach(
        _ connections: Range<Int>, _ chunk: RowChunk, _ row: Int, _ carried: UnsafePointer<Double>, _ stamp: Int,
        _ values: SignalValues?, _ fault: inout NegativeArrival?
    ) {
        var factor = 1.0, weights: UnsafePointer<Double>?
        if let synapse {
            defer {
                if let wrong = synapse.takeFault() {
                    note(stamp, chunk.targets[connections.lowerBound + wrong.index], &fault, wrong.text)
                }
            }
            weights = synapse.receive(
                connections, chunk, row, carried + max(self.carried, 0), stamp, resolution, values)
        } else {
            weights = chunk.weights.map { UnsafePointer($0 + connections.lowerBound) }
            if self.carried >= 0 { factor = carried[self.carried] }
        }
        if hasSamplers {
            hear(connections, row, carried, stamp) { n in
                guard let weights else { return projection.weight! * factor }
                return (0..<handsOver).reduce(0) { $0 + weights[n * handsOver + $1] * factor }
            }
        }
        guard isHeard else { return }
        if handsOver == 1, chunk.receptors == nil, !countsSpikes, !refusesNegativeWeights {
            return deliverWeights(connections, chunk, weights, factor, stamp)
        }
        for (n, i) in connections.enumerated() {
            let arrival = stamp + delay(chunk, i)
            for k in 0..<handsOver {
                let amount = (weights.map { $0[n &* handsOver &+ k] } ?? projection.weight!) * factor
                if zeroIsNone && amount == 0 { continue }
                if let receptors = chunk.receptors {
                    deliver(amount, arrival, to: chunk.targets[i], at: receptors[i], &fault)
                    continue
                }
                let value = countsSpikes ? 1 : amount
                if value < 0 && refusesNegativeWeights { note(arrival, chunk.targets[i], &fault) }
                place(arrival, value)[Int(chunk.targets[i])] += abs(value)
            }
        }
    }

    /// Lets recorders of connections hear of a spike.
    ///
    /// - `sent`: what connections hand over, counted from the first of the row.
    @inline(never)
    private func hear(
        _ connections: Range<Int>, _ row: Int, _ carried: UnsafePointer<Double>, _ stamp: Int, _ sent: (Int) -> Double
    ) {
        for sampler in samplers {
            sampler.hear(
                row: row, stamp: stamp, carried: carried + max(self.carried, 0), first: connections.lowerBound,
                sent: sent)
        }
    }

    /// Connections that differ in weight or delay alone, onto cells that take any weight.
    ///
    /// - `weights`: of these connections; nil where they share one.
    private func deliverWeights(
        _ connections: Range<Int>, _ chunk: RowChunk, _ weights: UnsafePointer<Double>?, _ factor: Double, _ stamp: Int
    ) {
        let targets = chunk.targets + connections.lowerBound, count = connections.count
        let delays = chunk.delays.map { $0 + connections.lowerBound }
        guard let weights else {
            let amount = sharedWeight * factor, input = spikes + (amount > 0 ? 0 : toNegative), size = abs(amount)
            for n in 0..<count {
                let delay = delays.map { Int($0[n]) } ?? sharedDelay
                let row = input + ((stamp &+ delay) & slotMask) &* rowStride
                row[Int(targets[n])] += size
            }
            return
        }
        guard let delays else {
            let row = spikes + ((stamp &+ sharedDelay) & slotMask) &* rowStride
            for n in 0..<count {
                let amount = weights[n] * factor
                row[Int(targets[n]) &+ (amount > 0 ? 0 : toNegative)] += abs(amount)
            }
            return
        }
        for n in 0..<count {
            let amount = weights[n] * factor
            let row = spikes + (((stamp &+ Int(delays[n])) & slotMask) &* rowStride &+ (amount > 0 ? 0 : toNegative))
            row[Int(targets[n])] += abs(amount)
        }
    }

    /// What synapses have sent to paired cells when a spike arrived that `deliver` has handed over.
    ///
    /// - `spike`: of the sender; `occurrence`: which of its spikes of that moment.
    func takeSentToThird(
        cell: Int, stamp: Int, source: Int, occurrence: Int, _ id: (Int, InputPlane) -> Int,
        into all: inout [ThirdSpike]
    ) {
        guard sendsToThird, let (chunk, row, _) = find(cell), let synapse else { return }
        let first = chunk.connections(ofRow: row).lowerBound
        for item in synapse.takeSentToThird() {
            let index = first + item.index
            all.append(
                ThirdSpike(
                    sent: Int32(stamp), source: Int32(source), occurrence: Int32(occurrence),
                    projection: Int32(projection.index), target: Int32(id(base + Int(chunk.targets[index]), plane)),
                    index: Int32(index), third: Int32(item.third), arrival: Int32(stamp + delay(chunk, index)),
                    amount: item.amount))
        }
    }

    @inline(__always)
    private func delay(_ chunk: RowChunk, _ i: Int) -> Int { projection.delay ?? Int(chunk.delays![i]) }

    /// Hands what arrives to a receptor.
    private func deliver(
        _ weight: Double, _ arrival: Int, to target: UInt16, at receptor: UInt8, _ fault: inout NegativeArrival?
    ) {
        let destination = destinations[Int(receptor)]!
        guard destination.isHeard else { return }
        let value = destination.countsSpikes ? 1 : weight
        if value < 0 && destination.refusesNegative { note(arrival, target, &fault) }
        destination.row(arrival, value)[base + Int(target)] += abs(value)
    }

    @inline(never)
    private func note(_ stamp: Int, _ target: UInt16, _ fault: inout NegativeArrival?, _ synapse: String? = nil) {
        fault = .first(fault, NegativeArrival(stamp: stamp, place: base + Int(target), plane: plane, synapse: synapse))
    }

    /// Where input of this sign and stamp goes to.
    @inline(__always)
    private func place(_ stamp: Int, _ value: Double) -> UnsafeMutablePointer<Double> {
        spikes + ((stamp & slotMask) &* rowStride &+ (value > 0 ? 0 : toNegative))
    }
}

/// The synapses of a projection that act at their targets, and where they put what these receive.
private final class ActingSynapse {
    private let synapse: any BoundSynapse
    private let projection: Projection
    private let received = ReusedMemory()
    private let history: UnsafePointer<TargetHistory.Cell>?
    private let steps: UnsafePointer<StepHistory.Cell>?
    /// Stands for what connections do not have of their own.
    private let shared = UnsafeMutablePointer<Double>.allocate(capacity: 1)

    init(_ projection: Projection, _ segment: Segment, _ simulation: Simulation) {
        self.projection = projection
        history =
            projection.model.readsTargetHistory
            ? segment.plane.history?.cells.baseAddress.map { UnsafePointer($0 + segment.base) } : nil
        steps = segment.plane.history?.steps[projection.model.identity]?.cells.baseAddress.map {
            UnsafePointer($0 + segment.base)
        }
        synapse = projection.bind(segment, simulation)
        shared.initialize(to: projection.weight ?? 0)
    }

    deinit { shared.deallocate() }

    func takeFault() -> SynapseFault? { synapse.takeFault() }
    func takeSentToThird() -> [SentToThird] { synapse.takeSentToThird() }

    /// What some connections deliver of a spike.
    func receive(
        _ connections: Range<Int>, _ chunk: RowChunk, _ row: Int, _ carried: UnsafePointer<Double>, _ stamp: Int,
        _ resolution: Double, _ cells: SignalValues?
    ) -> UnsafePointer<Double> {
        let first = connections.lowerBound, width = projection.columns.ownWidth
        let values = received.memory(bytes: 8 * connections.count * projection.model.handsOver).assumingMemoryBound(
            to: Double.self)
        synapse.arrive(
            ArrivingRow(
                row: row, count: connections.count, time: TimeGrid.ms(stamp, resolution), resolution: resolution,
                weights: chunk.weights.map { $0 + first } ?? shared, hasOwnWeights: chunk.weights != nil,
                delays: chunk.delays.map { UnsafePointer($0 + first) }, sharedDelay: projection.delay ?? 0,
                own: chunk.own.map { $0 + first * width } ?? shared, width: width, carried: carried,
                targets: chunk.targets + first, history: history, steps: steps, values: cells),
            received: values)
        return UnsafePointer(values)
    }
}

/// The routes of one worker by population, where a loop finds them without counting references.
final class RouteTable {
    private let all: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Route>>

    init(_ routes: [[Route]]) {
        all = .allocate(capacity: routes.count)
        for (population, routes) in routes.enumerated() {
            let some = UnsafeMutableBufferPointer<Route>.allocate(capacity: routes.count)
            _ = some.initialize(fromContentsOf: routes)
            all.initializeElement(at: population, to: some)
        }
    }

    deinit {
        for routes in all {
            routes.deinitialize()
            routes.deallocate()
        }
        all.deallocate()
    }

    @inline(__always)
    subscript(population: Int) -> UnsafeMutableBufferPointer<Route> { all[population] }
}
