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
                block.isEmpty ? nil : block.withUnsafeMutableBufferPointer { synapse.lookback($0.baseAddress!) }
            body(
                RowLookback(segment: segment, chunk: chunk, row: row, connections: connections, shared: shared) {
                    synapse.lookback(chunk.own! + $0 * columns.ownWidth)
                })
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
        let ofConnection: (Int) -> Double

        var earliest: Double { shared ?? connections.reduce(.infinity) { min($0, ofConnection($1)) } }
    }

    /// Forgets spikes that no synapse will ask for as things are. What stays does not depend on threads, ranks or slices; so this is
    /// done before the state is looked at, and before a change after which synapses could ask for more.
    func forgetUnreadHistory(_ together: Together) {
        guard mayHoldUnread, readsTargetHistory else { return }
        mayHoldUnread = false
        let time = TimeGrid.ms(now, resolution)
        var since: [ObjectIdentifier: [Double]] = [:]
        for plane in planes.joined() {
            guard let history = plane.history else { continue }
            since[ObjectIdentifier(plane)] = Array(repeating: time, count: history.cells.count)
        }
        for projection in projections where projection.model.readsTargetHistory {
            lookbacks(of: projection, together) { row in
                let chunk = row.chunk, base = row.segment.base
                since[ObjectIdentifier(row.segment.plane)]!.withUnsafeMutableBufferPointer { since in
                    for index in row.connections {
                        let delay = projection.delay ?? Int(chunk.delays![index])
                        let lookback = row.shared ?? row.ofConnection(index), place = base + Int(chunk.targets[index])
                        since[place] = min(since[place], min(lookback, time) - TimeGrid.ms(delay, resolution))
                    }
                }
            }
        }
        for plane in planes.joined() {
            guard let history = plane.history, let since = since[ObjectIdentifier(plane)] else { continue }
            // times count as equal within half a step
            for place in since.indices { history.forget(place, before: since[place] - resolution / 2) }
            for steps in history.steps.values {
                for place in steps.cells.indices { steps.forget(place, before: since[place]) }
            }
        }
        forgetUnreadSteps()
    }

    /// Tells histories the time constants that cells have now.
    func readTraceConstants() {
        for population in populationsWithHistory {
            let cells = population.cells!
            guard cells.parameter(TargetHistory.parameter) != nil else { continue }
            for share in cells.shares {
                guard let history = share.plane.history else { continue }
                let tau_minus = cells.column(TargetHistory.parameter)
                for cell in share.cells {
                    history.setTimeConstant(tau_minus[cell], share.offset + cell - share.cells.lowerBound)
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

extension Segment {
    /// Those that have connections, from the segment's base on.
    fileprivate var targets: [Int] {
        let all = chunks.lazy.compactMap { $0 }.flatMap { UnsafeBufferPointer(start: $0.targets, count: $0.count) }
        if count < Self.span / 16 { return Set(all).map { Int($0) } }
        var isTarget = [Bool](repeating: false, count: Self.span)
        for target in all { isTarget[Int(target)] = true }
        return isTarget.indices.filter { isTarget[$0] }
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
