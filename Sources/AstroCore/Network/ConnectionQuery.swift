/// Finds the connections between some nodes. Those of a source are its rows, those onto a target are in an index of the
/// segment it lies in, so a query costs what it finds.
struct ConnectionQuery {
    private let simulation: Simulation
    private let source, target: Nodes?
    private let sources, targets: NodeSearch?
    /// Where own cells among the targets lie: for each stretch of a plane that a segment may cover, their places in it.
    private let places: [SegmentKey: [UInt16]]?
    /// The same by plane, ascending.
    private let planePlaces: [ObjectIdentifier: [Int]]

    private struct SegmentKey: Hashable {
        let plane: ObjectIdentifier
        let base: Int
    }

    /// Connections of one call, in order; keys where there are several ranks.
    struct Found {
        let number: Int
        fileprivate(set) var references: [Connections.Reference] = []
        fileprivate(set) var keys: [ConnectionKey] = []
        private let wantsKeys: Bool

        init(_ number: Int, _ simulation: Simulation) {
            (self.number, wantsKeys) = (number, !simulation.ranks.isAlone)
        }

        /// Memory is asked for before it is taken.
        @inline(__always)
        fileprivate mutating func add(_ reference: Connections.Reference, _ source: Int, _ target: Int) throws {
            if references.count == references.capacity { try reserve(references.count) }
            references.append(reference)
            if wantsKeys { keys.append(ConnectionKey(source, target)) }
        }

        /// Room for some more; a list that has to grow is doubled.
        fileprivate mutating func reserve(_ more: Int) throws {
            let wanted = references.count + max(more, 16)
            try Connections.refuse(wanted, bytes: MemoryLayout<Connections.Reference>.stride + (wantsKeys ? 8 : 0))
            references.reserveCapacity(wanted)
        }
    }

    init(_ simulation: Simulation, source: Nodes?, target: Nodes?) {
        (self.simulation, self.source, self.target) = (simulation, source, target)
        sources = source.map { NodeSearch(NodeIDs($0)) }
        targets = target.map { NodeSearch(NodeIDs($0)) }
        places = target.map { Self.places(of: $0, simulation) }
        let all = (places ?? [:]).map { key, places in (key.plane, places.map { key.base + Int($0) }) }
        planePlaces = Dictionary(all, uniquingKeysWith: +).mapValues { $0.sorted() }
    }

    private static func places(of nodes: Nodes, _ simulation: Simulation) -> [SegmentKey: [UInt16]] {
        var result: [SegmentKey: [UInt16]] = [:]
        for run in nodes.runs {
            guard let cells = run.population.cells else { continue }
            for position in run.even.positions(in: cells.own) {
                let cell = run.even[position], share = cells.share(of: cell)!
                let place = share.offset + cell - share.cells.lowerBound, base = place / Segment.span * Segment.span
                result[SegmentKey(plane: ObjectIdentifier(share.plane), base: base), default: []]
                    .append(UInt16(place - base))
            }
        }
        return result
    }

    /// Of all calls, in the order of making; the same calls on all ranks.
    func find(_ model: SynapseDefinition?) throws -> [Found] {
        var found: [Found] = []
        for (p, rows) in projections {
            let projection = simulation.projections[p]
            guard model == nil || model == projection.model else { continue }
            found.append(try find(in: projection, p, rows))
        }
        for (p, projection) in simulation.signalProjections.enumerated()
        where model == nil || model!.name == projection.model.name {
            found.append(try find(in: projection, p))
        }
        for group in linkGroups where model == nil || model == Synapses.standard {
            let link = simulation.links[group.lowerBound]
            let id = simulation.populationList[link.population].firstID + link.device
            guard sources?.contains(id) ?? true else { continue }
            found.append(group.count == 1 ? try find(in: link, group.lowerBound) : try find(in: group))
        }
        return found.ordered { $0.number }
    }

    /// Those with rows of the sources, and which these are; nil where all are. On several ranks, every rank lists all projections:
    /// another rank may have rows where this one has none.
    private var projections: [(index: Int, rows: [Int]?)] {
        guard let source else { return simulation.projections.indices.map { ($0, nil) } }
        var rows: [Int: [Int]] = [:]
        if !simulation.ranks.isAlone { for p in simulation.projections.indices { rows[p] = [] } }
        for run in source.runs {
            for outgoing in run.population.outgoing {
                let own = (0..<run.count).map { outgoing.rows.row(run.even[$0]) }.filter { $0 >= 0 }
                if !own.isEmpty { rows[outgoing.projection.index, default: []] += own }
            }
        }
        return rows.inOrder.map { ($0.key, $0.value.sorted()) }
    }

    // MARK: Spikes

    private func find(in projection: Projection, _ p: Int, _ rows: [Int]?) throws -> Found {
        var found = Found(projection.number, simulation)
        var scan = RowScan(projection, p, simulation)
        guard let places else {
            let rows = rows ?? Array(projection.sources.indices)
            try found.reserve(rows.reduce(0) { $0 + projection.connectionCount(row: $1) })
            for row in rows { try scan.find(row, into: &found) }
            return found
        }
        let wanted = projection.segments.map {
            places[SegmentKey(plane: ObjectIdentifier($0.plane), base: $0.base)] ?? []
        }
        if wanted.allSatisfy(\.isEmpty) { return found }
        if try scan.findByIndex(wanted, rows, into: &found) { return found }
        scan.keep(wanted)
        for row in rows ?? Array(projection.sources.indices) { try scan.find(row, into: &found) }
        return found
    }

    /// Goes through connections of a projection.
    private struct RowScan {
        private let projection: Projection
        private let p: Int32
        private let simulation: Simulation
        /// For each segment, the places that are wanted; nil where all are.
        private var masks: [[Bool]?]?
        private var entries: [Entry] = []
        private var ids: [PlaceIDs]

        private struct Entry {
            let target: Int
            let row, segment, index: Int32

            static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
                (a.row, a.target, a.index) < (b.row, b.target, b.index)
            }
        }

        init(_ projection: Projection, _ p: Int, _ simulation: Simulation) {
            (self.projection, self.p, self.simulation) = (projection, Int32(p), simulation)
            ids = projection.segments.map { PlaceIDs($0, simulation) }
        }

        mutating func keep(_ places: [[UInt16]]) {
            masks = places.map { places in
                if places.isEmpty { return nil }
                var mask = [Bool](repeating: false, count: Segment.span)
                for place in places { mask[Int(place)] = true }
                return mask
            }
        }

        mutating func find(_ row: Int, into found: inout Found) throws {
            entries.removeAll(keepingCapacity: true)
            for (s, segment) in projection.segments.enumerated() {
                guard masks == nil || masks![s] != nil, let chunk = segment.chunks[row / Projection.rowsPerChunk] else {
                    continue
                }
                for index in chunk.connections(ofRow: row % Projection.rowsPerChunk) {
                    let place = Int(chunk.targets[index])
                    if let masks, !masks[s]![place] { continue }
                    entries.append(
                        Entry(target: ids[s].id(place), row: Int32(row), segment: Int32(s), index: Int32(index)))
                }
            }
            try hand(into: &found)
        }

        private mutating func hand(into found: inout Found) throws {
            if !zip(entries, entries.dropFirst()).allSatisfy({ !Entry.isBefore($1, $0) }) {
                entries.sort(by: Entry.isBefore)
            }
            for entry in entries {
                try found.add(
                    .spike(projection: p, row: entry.row, segment: entry.segment, index: entry.index), Int(entry.row),
                    entry.target)
            }
        }

        /// Where the indices of segments find it sooner than the rows, or not at all.
        mutating func findByIndex(_ wanted: [[UInt16]], _ rows: [Int]?, into found: inout Found) throws -> Bool {
            let connections =
                rows.map { $0.reduce(0) { $0 + projection.connectionCount(row: $1) } } ?? projection.ownCount
            let share = Double(wanted.reduce(0) { $0 + $1.count }) / Double(projection.targetPlaces)
            guard connections >= TargetIndex.leastCount,
                Double(projection.ownCount) * share * 8 < Double(connections)
            else { return false }
            entries.removeAll(keepingCapacity: true)
            let wantedRows = rows.map { Set($0) }
            for (s, places) in wanted.enumerated() where !places.isEmpty {
                let segment = projection.segments[s]
                if segment.looksAmongAll(places.count) {
                    scan(s, places, wantedRows)
                    continue
                }
                guard let index = segment.targetIndex else { return false }
                for place in places {
                    try Connections.refuse(2 * entries.count, bytes: 2 * MemoryLayout<Entry>.stride)
                    let target = ids[s].id(Int(place))
                    index.forEach(onto: place, of: segment) { row, index in
                        if let wantedRows, !wantedRows.contains(row) { return }
                        entries.append(
                            Entry(target: target, row: Int32(row), segment: Int32(s), index: Int32(index)))
                    }
                }
            }
            try found.reserve(entries.count)
            try hand(into: &found)
            return true
        }

        /// Looks through a segment, for each place.
        private mutating func scan(_ s: Int, _ places: [UInt16], _ rows: Set<Int>?) {
            for place in places {
                let target = ids[s].id(Int(place))
                for case (let number, let chunk?) in projection.segments[s].chunks.enumerated() {
                    chunk.forEach(onto: place) { index in
                        let row = number * Projection.rowsPerChunk + chunk.row(of: index)
                        if let rows, !rows.contains(row) { return }
                        entries.append(Entry(target: target, row: Int32(row), segment: Int32(s), index: Int32(index)))
                    }
                }
            }
        }
    }

    // MARK: Signals, generators

    private func find(in projection: SignalProjection, _ p: Int) throws -> Found {
        var found = Found(projection.number, simulation)
        for index in projection.ordered(source, target) {
            let entry = projection.entries[index]
            let (from, to) = (Int(entry.source), Int(entry.target))
            guard sources?.contains(from) ?? true, targets?.contains(to) ?? true else { continue }
            let first = projection.firstNumber(of: index)
            for member in 0..<Int(entry.multiplicity) {
                try found.add(.signal(projection: p, number: first + member), from, to)
            }
        }
        return found
    }

    /// Places of links, those that a call made of one generator together: one for each receptor.
    private var linkGroups: [Range<Int>] {
        let links = simulation.links
        var groups: [Range<Int>] = []
        for (l, link) in links.enumerated() {
            if let last = groups.last?.last.map({ links[$0] }), link.receptor > last.receptor,
                (last.number, last.population, last.device) == (link.number, link.population, link.device)
            {
                groups[groups.count - 1] = groups[groups.count - 1].lowerBound..<l + 1
            } else {
                groups.append(l..<l + 1)
            }
        }
        return groups
    }

    /// By target.
    private func find(in group: Range<Int>) throws -> Found {
        var found = Found(simulation.links[group.lowerBound].number, simulation)
        var entries: [(target: Int, link: Int, index: Int)] = []
        for l in group {
            for run in simulation.links[l].runsInOrder {
                for i in wanted(of: run) {
                    entries.append((simulation.id(at: run.place + i, of: run.plane), l, run.first + i))
                }
            }
        }
        entries.sort { $0 < $1 }
        for entry in entries { try found.add(.link(entry.link, index: Int32(entry.index)), entry.target, 0) }
        return found
    }

    private func find(in link: DeviceLink, _ l: Int) throws -> Found {
        var found = Found(link.number, simulation)
        for run in link.runsInOrder {
            for i in wanted(of: run) { try found.add(.link(l, index: Int32(run.first + i)), run.first + i, 0) }
        }
        return found
    }

    /// Which of a run's connections go to targets.
    private func wanted(of run: DeviceLink.Run) -> [Int] {
        if target == nil { return Array(0..<run.count) }
        let places = planePlaces[ObjectIdentifier(run.plane)] ?? []
        let first = places.partitioningIndex { $0 >= run.place }
        return places[first...].prefix { $0 < run.place + run.count }.map { $0 - run.place }
    }
}
