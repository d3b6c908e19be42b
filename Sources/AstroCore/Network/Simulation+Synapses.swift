import Equations

/// What synapses that are texts read of their targets.
extension Simulation {
    /// A parameter of the targets in a segment, place by place, in the unit of formulas. Places without such a cell have what the first
    /// cell has: where all cells have the same, so do all places.
    func values(_ name: String, in segment: Segment) -> [Double] {
        let count = max(0, min(Segment.span, segment.plane.size - segment.base))
        var values = [Double](repeating: .nan, count: count)
        for resident in segment.plane.residents {
            let cells = populationList[resident.population].cells!
            guard cells.parameter(name)?.role == .parameter else { continue }
            let column = cells.column(name)
            let factor = cells.model.parameters.first { $0.name == name }.map { EquationModel.factor(of: $0.unit) } ?? 1
            for place in max(resident.offset, segment.base)..<max(segment.base, resident.offset + resident.cells.count)
            where place - segment.base < values.count {
                values[place - segment.base] = factor * column[resident.cells.lowerBound + place - resident.offset]
            }
        }
        let first = values.first { !$0.isNaN } ?? 0
        return values.map { $0.isNaN ? first : $0 }
    }
}

/// What synapses that are texts are now. They are stored as they were at their sender's last spike.
extension Simulation {
    /// A row of connections in a chunk, from its first on, as it is at a moment.
    private func wholeChunk(
        _ projection: Projection, _ segment: Segment, _ chunk: RowChunk, row: Int, at time: Double,
        _ carried: UnsafePointer<Double>, _ nothing: UnsafeMutablePointer<Double>
    ) -> ArrivingRow {
        ArrivingRow(
            row: row, count: chunk.count, time: time, resolution: resolution,
            weights: chunk.weights ?? nothing, hasOwnWeights: chunk.weights != nil,
            delays: chunk.delays.map { UnsafePointer($0) }, sharedDelay: projection.delay ?? 0,
            own: chunk.own ?? nothing, width: projection.columns.ownWidth, carried: carried, targets: chunk.targets,
            history: segment.plane.history?.places(from: segment.base))
    }

    /// Takes some connections of a row on to a moment, the present if none is given.
    ///
    /// - `sender`: what the sender has, if that is not what is stored.
    /// - `delay`: ms; spikes of targets that are on the way for longer act, too.
    func takeOn(
        _ projection: Projection, _ synapse: BoundEquations, _ segment: Segment, _ chunk: RowChunk, row: Int,
        _ which: [Int], at time: Double? = nil, sender: [Double]? = nil, storing: Bool,
        arrivedAfter delay: Double? = nil, _ body: (Int, Double, [Double]) -> Void
    ) {
        let carried = projection.columns.releasesBySender ? sender ?? projection.senderValues(row: row) : [0]
        let time = time ?? TimeGrid.ms(now, resolution)
        var nothing = projection.weight ?? 0
        carried.withUnsafeBufferPointer { carried in
            withUnsafeMutablePointer(to: &nothing) { nothing in
                let whole = wholeChunk(
                    projection, segment, chunk, row: row, at: time, carried.baseAddress!, nothing)
                synapse.takeOn(whole, which, storing: storing, arrivedAfter: delay, body)
            }
        }
    }

    /// Does a quantity of a connection change between spikes without being written down?
    private func isTakenOn(_ name: String, _ projection: Projection) -> Bool {
        guard let source = projection.model.source else { return false }
        return name == "weight" && projection.model.changesWeight || source.state.contains { $0.name == name }
    }

    /// Values of connections now, by their place in the list; those that are stored as they are have none.
    func presentValues(_ name: String, _ references: [Connections.Reference]) -> [Int: Double] {
        var groups: [ConnectionRow: [(index: Int, place: Int)]] = [:]
        for (place, reference) in references.enumerated() {
            guard case .spike(let p, let row, let segment, let index) = reference,
                isTakenOn(name, projections[Int(p)])
            else { continue }
            groups[ConnectionRow(projection: p, row: row, segment: segment), default: []].append((Int(index), place))
        }
        var found: [Int: Double] = [:], synapses: [[Int32]: BoundEquations] = [:]
        for (group, members) in groups {
            let projection = projections[Int(group.projection)], segment = projection.segments[Int(group.segment)]
            let key = [group.projection, group.segment]
            let synapse = synapses[key] ?? projection.bind(segment, self) as! BoundEquations
            synapses[key] = synapse
            let state = synapse.plan.facts.source.state.firstIndex { $0.name == name }, row = Int(group.row)
            let places = Dictionary(members.map { ($0.index, $0.place) }, uniquingKeysWith: { a, _ in a })
            takeOn(
                projection, synapse, segment, segment.chunks[row / Projection.rowsPerChunk]!, row: row,
                members.map(\.index), storing: false
            ) { index, weight, states in found[places[index]!] = state.map { states[$0] } ?? weight }
            // the same connection may be named twice
            for member in members { found[member.place] = found[places[member.index]!] }
        }
        return found
    }

    private struct ConnectionRow: Hashable {
        let projection, row, segment: Int32
    }

    /// Writes down what the synapses of a projection are now, before something of them is set.
    ///
    /// - `ownTraces`: connections have their own traces of targets from now on, if these have kept them.
    func takeOnSynapses(of projection: Projection, ownTraces: Bool, _ together: Together) {
        guard projection.model.source != nil, let synapse = projection.bind() as? BoundEquations else { return }
        borrowStates(of: projection.filledRows, in: projection, together)
        var traces: [Double] = []
        let trace = ownTraces ? projection.columns.trace : nil, state = trace.map { synapse.places.state($0) }
        for segment in projection.segments {
            let synapse = projection.bind(segment, self) as! BoundEquations
            for case (let number, let chunk?) in segment.chunks.enumerated() {
                for inChunk in chunk.rows {
                    takeOn(
                        projection, synapse, segment, chunk, row: number * Projection.rowsPerChunk + inChunk,
                        Array(chunk.connections(ofRow: inChunk)), storing: true
                    ) { _, _, states in if let state { traces.append(states[state]) } }
                }
            }
        }
        if let trace { projection.individualise(trace, traces) }
        guard projection.columns.releasesBySender else { return }
        for row in 0..<projection.ownRows.count { synapse.takeOn(sender: row, to: TimeGrid.ms(now, resolution)) }
        borrowStates(of: projection.filledRows, in: projection, together)
    }
}

/// Delays that change while spikes of targets are on their way: each of them acts once. Those that are on the way for longer than the
/// new delay act at once.
extension Simulation {
    /// From when on spikes of targets count is each connection's own from now on.
    func keepOwnDelays(of projection: Projection) {
        guard projection.looksBack, let since = projection.model.column(EquationSynapse.since) else { return }
        projection.individualise(.column(since))
    }

    /// - `changes`: of delays, in steps; they are as they were before still.
    func letTargetSpikesArrive(_ changes: ConnectionChanges) {
        var synapses: [ObjectIdentifier: BoundEquations] = [:]
        for (value, reference) in zip(changes.values, changes.references) {
            guard case .spike(let p, let number, let s, let index) = reference, projections[Int(p)].looksBack else {
                continue
            }
            let projection = projections[Int(p)], segment = projection.segments[Int(s)], row = Int(number)
            let key = ObjectIdentifier(segment)
            let synapse = synapses[key] ?? projection.bind(segment, self) as! BoundEquations
            synapses[key] = synapse
            let chunk = segment.chunks[row / Projection.rowsPerChunk]!
            let shortest = min(Int(value), Int(chunk.delays![Int(index)]))
            takeOn(
                projection, synapse, segment, chunk, row: row, [Int(index)], storing: true,
                arrivedAfter: TimeGrid.ms(Int(value), resolution)
            ) { _, _, _ in }
            let since = Quantity.column(projection.model.column(EquationSynapse.since)!)
            projection.set(since, TimeGrid.ms(now - shortest, resolution), chunk, Int(index))
        }
    }

    private typealias Quantity = Projection.Quantity
}
