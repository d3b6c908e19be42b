/// Spikes of targets that synapses look back at: whose are kept, and for how long.
extension Simulation {
    var readsTargetHistory: Bool { projections.contains { $0.model.readsTargetHistory } }

    /// Populations whose spikes may be kept; the same on all ranks.
    var populationsWithHistory: [Population] {
        guard readsTargetHistory else { return [] }
        // others than these keep no trace
        let needsNoTrace = projections.contains { $0.model.readsTargetHistory && !$0.model.readsTargetTrace }
        return populationList.filter { population in
            guard let cells = population.cells else { return false }
            return cells.parameter(TargetHistory.parameter) != nil || needsNoTrace && cells.model.sendsSpikes
        }
    }

    /// From now on, keeps the spikes of a projection's targets if its synapses read them.
    func keepTargetHistory(of projection: Projection) {
        guard projection.model.readsTargetHistory else { return }
        let identity = projection.model.identity, follows = projection.model.follows
        for segment in projection.segments {
            for target in segment.targets {
                segment.plane.keepHistory(of: segment.base + target, identity, follows: follows)
            }
        }
    }

    /// Keeps no spikes any more of cells that no connection looks back at: what comes later must not find them.
    func stopUnreadHistories() {
        mayHoldUnread = true
        var read: [ObjectIdentifier: Set<Int>] = [:], followed: [String: [ObjectIdentifier: Set<Int>]] = [:]
        for projection in projections where projection.model.readsTargetHistory {
            for segment in projection.segments {
                let places = segment.targets.map { segment.base + $0 }, plane = ObjectIdentifier(segment.plane)
                read[plane, default: []].formUnion(places)
                guard projection.model.follows != nil else { continue }
                followed[projection.model.identity, default: [:]][plane, default: []].formUnion(places)
            }
        }
        for plane in planes.joined() {
            guard let history = plane.history else { continue }
            let places = read[ObjectIdentifier(plane)] ?? []
            for place in history.cells.indices where history.cells[place].isKept && !places.contains(place) {
                history.stop(place)
            }
            for (identity, steps) in history.steps {
                let places = followed[identity]?[ObjectIdentifier(plane)] ?? []
                for place in steps.cells.indices where steps.cells[place].isKept && !places.contains(place) {
                    steps.stop(place)
                }
            }
        }
    }

    /// For each row of connections onto own cells of a projection that reads histories: since when its targets' spikes count, as far
    /// as the sender's spikes tell, the delay aside.
    func lookbacks(of projection: Projection, _ together: Together, _ body: (RowLookback) -> Void) {
        borrowStates(of: projection.filledRows, in: projection, together)
        let columns = projection.columns, synapse = projection.bind()
        projection.forEachOwnRow { segment, chunk, row, connections in
            var block = columns.releasesByConnection ? [] : projection.senderValues(row: row)
            let shared =
                block.isEmpty
                ? nil
                : block.withUnsafeMutableBufferPointer {
                    (synapse.lookback($0.baseAddress!), synapse.reach($0.baseAddress!))
                }
            body(
                RowLookback(
                    segment: segment, chunk: chunk, row: row, connections: connections, shared: shared?.0,
                    reach: shared?.1 ?? .infinity
                ) { synapse.lookback(chunk.own! + $0 * columns.ownWidth) })
        }
    }

    /// Since when (ms) the spikes of a row's targets count.
    struct RowLookback {
        let segment: Segment
        let chunk: RowChunk
        let row: Int
        let connections: Range<Int>
        /// For all of them; nil where connections differ.
        let shared: Double?
        /// For how long they have an effect (ms); infinity where connections differ.
        let reach: Double
        let ofConnection: (Int) -> Double

        var earliest: Double { shared ?? connections.reduce(.infinity) { min($0, ofConnection($1)) } }
    }

    /// Forgets spikes that no synapse will ask for as things are. What stays does not depend on threads, ranks or slices; so this is
    /// done before the state is looked at, and before a change after which synapses could ask for more.
    func forgetUnreadHistory(_ together: Together) {
        guard mayHoldUnread, readsTargetHistory else { return }
        mayHoldUnread = false
        var wanted: [ObjectIdentifier: WantedHistory] = [:]
        for plane in planes.joined() {
            guard let history = plane.history else { continue }
            wanted[ObjectIdentifier(plane)] = WantedHistory(
                places: history.cells.count, now: TimeGrid.ms(now, resolution))
        }
        for projection in projections where projection.model.readsTargetHistory {
            lookbacks(of: projection, together) { row in
                want(projection, row, &wanted[ObjectIdentifier(row.segment.plane)]!)
            }
        }
        for plane in planes.joined() {
            if let history = plane.history { wanted[ObjectIdentifier(plane)]!.forgetRest(of: history, resolution) }
        }
        forgetUnreadSteps()
    }

    /// What the connections of a row may still ask for of their targets.
    private func want(_ projection: Projection, _ row: RowLookback, _ wanted: inout WantedHistory) {
        for index in row.connections {
            want(
                projection, row.segment, row.chunk, index, lookback: row.shared ?? row.ofConnection(index),
                reach: row.reach, &wanted)
        }
    }

    /// The same of one connection.
    private func want(
        _ projection: Projection, _ segment: Segment, _ chunk: RowChunk, _ index: Int, lookback: Double,
        reach: Double, _ wanted: inout WantedHistory
    ) {
        let delay = projection.delay ?? Int(chunk.delays![index])
        wanted.want(
            segment.base + Int(chunk.targets[index]), lookback: lookback, reach: reach,
            delay: TimeGrid.ms(delay, resolution))
    }

    /// The same of all connections onto a segment as far as senders tell, in the middle of a run.
    ///
    /// - `ofRow`: lookback and reach.
    func want(
        of projection: Projection, in segment: Segment, _ wanted: inout WantedHistory,
        ofRow: (Int) -> (lookback: Double, reach: Double)
    ) {
        for case (let number, let chunk?) in segment.chunks.enumerated() {
            for row in chunk.rows {
                let (lookback, reach) = ofRow(number * Projection.rowsPerChunk + row)
                for index in chunk.connections(ofRow: row) {
                    want(projection, segment, chunk, index, lookback: lookback, reach: reach, &wanted)
                }
            }
        }
    }

    /// Tells histories the time constants (ms) that cells have now.
    func readTraceConstants() {
        for population in populationsWithHistory {
            let cells = population.cells!
            guard let parameter = cells.parameter(TargetHistory.parameter) else { continue }
            let factor = EquationModel.factor(of: parameter.unit)
            for share in cells.shares {
                guard let history = share.plane.history else { continue }
                let tau_minus = cells.column(TargetHistory.parameter)
                for cell in share.cells {
                    history.setTimeConstant(factor * tau_minus[cell], share.offset + cell - share.cells.lowerBound)
                }
            }
        }
    }

    /// The spikes that are kept of the own cells of a population, cell by cell, and what each has left the cell with.
    func forEachHistory(
        _ population: Population,
        _ body: (Int, UnsafeBufferPointer<TargetHistory.Spike>, (names: [String], values: UnsafeBufferPointer<Double>))
            -> Void
    ) {
        for share in population.cells!.shares {
            guard let history = share.plane.history else { continue }
            for cell in share.cells {
                let place = share.offset + cell - share.cells.lowerBound
                guard place < history.cells.count else { continue }
                let kept = history.cells[place]
                body(cell, kept.all, (history.names, kept.allValues))
            }
        }
    }
}

extension Projection {
    /// Calls `body` for the connections of each row in each segment that has some: where they are, the row, and which they are there.
    fileprivate func forEachOwnRow(_ body: (Segment, RowChunk, _ row: Int, _ connections: Range<Int>) -> Void) {
        for segment in segments {
            for case (let number, let chunk?) in segment.chunks.enumerated() {
                for row in chunk.rows {
                    body(segment, chunk, number * Self.rowsPerChunk + row, chunk.connections(ofRow: row))
                }
            }
        }
    }
}
