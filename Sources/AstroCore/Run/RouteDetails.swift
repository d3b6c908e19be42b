/// All that a route knows: for connections that differ in more than weight and delay, whose synapses act at their targets, or that
/// are recorded.
final class RouteDetails {
    let projection: Projection
    let rows: RowMap
    let chunks: UnsafeMutablePointer<RowChunk?>
    /// Of the receptor; where connections differ in it, of one of them.
    let destination: SpikeDestination
    let sums: SpikeSums
    /// Where what the sender released begins among the numbers that a spike carries; -1 where there is nothing.
    let carried: Int
    private let plane: InputPlane
    private let base: Int
    /// By receptor, where connections differ in it.
    private let receptors: [(destination: SpikeDestination, sums: SpikeSums)?]
    /// What acts at targets, connection by connection.
    private let synapse: ActingSynapse?
    private let handsOver: Int
    private let zeroIsNone: Bool
    /// Do all connections hand over one amount, whatever its sign, to one receptor?
    private let takesAnyWeight: Bool
    private let resolution: Double
    /// Of connections that are recorded.
    private let samplers: [ConnectionSampler]

    /// For a worker's segments.
    static func all(
        _ outgoing: Outgoing, worker: Int, _ simulation: Simulation, _ samplers: [ConnectionSampler],
        _ queues: [ArrivalQueue]
    ) -> [RouteDetails] {
        outgoing.projection.segmentsOfWorker[worker].compactMap { segment in
            segment.chunksForSpikes.map { chunks in
                RouteDetails(
                    outgoing, segment, chunks, simulation, samplers, queues.first { $0.plane === segment.plane })
            }
        }
    }

    /// - `chunks`: those that spikes for the segment go along.
    /// - `queue`: where spikes for the segment's plane wait, if they do.
    private init(
        _ outgoing: Outgoing, _ segment: Segment, _ chunks: UnsafeMutableBufferPointer<RowChunk?>,
        _ simulation: Simulation, _ samplers: [ConnectionSampler], _ queue: ArrivalQueue?
    ) {
        carried = outgoing.release?.first ?? -1
        rows = outgoing.rows
        self.chunks = chunks.baseAddress!
        (plane, base) = (segment.plane, segment.base)
        projection = outgoing.projection
        let all = projection.receptor == nil ? segment.plane.spikeDestinations : []
        receptors = all.map { $0.map { ($0, SpikeSums($0, base: segment.base, queue)) } }
        destination = projection.receptor.map(plane.spikes) ?? all.lazy.compactMap { $0 }.first!
        sums = SpikeSums(destination, base: base, queue)
        self.samplers = samplers.filter { [projection] in $0.isOf(projection, segment) }
        (handsOver, zeroIsNone) = (projection.model.handsOver, projection.model.source != nil)
        synapse = projection.columns.actsAtTargets ? ActingSynapse(projection, segment, simulation) : nil
        takesAnyWeight =
            projection.receptor != nil && handsOver == 1 && !destination.countsSpikes && !destination.refusesNegative
            // zeros cost nothing in rows, but memory in a queue
            && !(zeroIsNone && queue != nil)
        resolution = simulation.resolution
    }

    /// Do cells of a plane receive weights as they are stored, whatever they are?
    static func handsOverWeights(_ projection: Projection, _ plane: InputPlane) -> Bool {
        let columns = projection.columns
        guard let destination = projection.receptor.map(plane.spikes), !columns.actsAtTargets, !columns.releasesBySender
        else { return false }
        return !destination.countsSpikes && !destination.refusesNegative
    }

    /// Is there more to do than to hand over weights?
    var acts: Bool { synapse != nil || !samplers.isEmpty }

    /// Hands a spike to connections that differ in their receptor, or whose synapses act at the target.
    func deliver(
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
        if !samplers.isEmpty {
            hear(connections, row, carried, stamp) { [projection, handsOver] n in
                guard let weights else { return projection.weight! * factor }
                return (0..<handsOver).reduce(0) { $0 + weights[n * handsOver + $1] * factor }
            }
        }
        deliver(connections, chunk, weights, factor, stamp, &fault)
    }

    /// The same for connections that differ in weight or delay alone.
    func deliverEach(
        _ connections: Range<Int>, _ chunk: RowChunk, _ factor: Double, _ stamp: Int, _ fault: inout NegativeArrival?
    ) {
        deliver(
            connections, chunk, chunk.weights.map { UnsafePointer($0 + connections.lowerBound) }, factor, stamp, &fault)
    }

    /// - `weights`: of these connections; nil where they share one.
    private func deliver(
        _ connections: Range<Int>, _ chunk: RowChunk, _ weights: UnsafePointer<Double>?, _ factor: Double, _ stamp: Int,
        _ fault: inout NegativeArrival?
    ) {
        guard destination.isHeard || projection.receptor == nil else { return }
        if takesAnyWeight {
            return sums.add(
                connections, of: chunk, weights, shared: projection.weight ?? 0, factor, stamp,
                sharedDelay: projection.delay ?? 0)
        }
        for (n, i) in connections.enumerated() {
            let arrival = stamp + delay(chunk, i), target = chunk.targets[i]
            for k in 0..<handsOver {
                let amount = (weights.map { $0[n &* handsOver &+ k] } ?? projection.weight!) * factor
                if zeroIsNone && amount == 0 { continue }
                if let receptors = chunk.receptors {
                    let (destination, sums) = self.receptors[Int(receptors[i])]!
                    if destination.isHeard { deliver(amount, arrival, to: target, destination, sums, &fault) }
                } else {
                    deliver(amount, arrival, to: target, destination, sums, &fault)
                }
            }
        }
    }

    /// Hands what arrives to a receptor.
    @inline(__always)
    private func deliver(
        _ amount: Double, _ arrival: Int, to target: UInt16, _ destination: SpikeDestination, _ sums: SpikeSums,
        _ fault: inout NegativeArrival?
    ) {
        let value = destination.countsSpikes ? 1 : amount
        if value < 0 && destination.refusesNegative { note(arrival, target, &fault) }
        sums.add(value, at: arrival, to: target)
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

    @inline(never)
    func note(_ stamp: Int, _ target: UInt16, _ fault: inout NegativeArrival?, _ synapse: String? = nil) {
        fault = .first(fault, NegativeArrival(stamp: stamp, place: base + Int(target), plane: plane, synapse: synapse))
    }

    @inline(__always)
    private func delay(_ chunk: RowChunk, _ i: Int) -> Int { projection.delay ?? Int(chunk.delays![i]) }

    /// What synapses have sent to paired cells when a spike arrived that was handed over.
    func takeSentToThird(
        _ chunk: RowChunk, row: Int, stamp: Int, source: Int, occurrence: Int, _ id: (Int, InputPlane) -> Int,
        into all: inout [ThirdSpike]
    ) {
        guard let synapse else { return }
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
}

/// The synapses of a projection that act at their targets, and where they put what these receive.
private final class ActingSynapse {
    private let synapse: any BoundSynapse
    private let projection: Projection
    private let received = ReusedMemory()
    private let history: TargetHistory.Places?
    private let steps: UnsafePointer<StepHistory.Cell>?
    /// Stands for what connections do not have of their own.
    private let shared = UnsafeMutablePointer<Double>.allocate(capacity: 1)

    init(_ projection: Projection, _ segment: Segment, _ simulation: Simulation) {
        self.projection = projection
        history = projection.model.readsTargetHistory ? segment.plane.history?.places(from: segment.base) : nil
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
