extension Simulation {
    /// A stored spike connection, found again.
    struct StoredConnection {
        let projection: Projection
        let segment: Segment
        let segmentIndex: Int
        let chunk: RowChunk
        let row: Int
        let index: Int
        let target: Int
    }

    /// Calls `body` for each connection of a projection, by row, then by the target's id.
    func forEachConnection(of projection: Projection, rows: Range<Int>? = nil, _ body: (StoredConnection) -> Void) {
        var found: [StoredConnection] = []
        for row in rows ?? projection.sources.indices {
            found.removeAll(keepingCapacity: true)
            for (s, segment) in projection.segments.enumerated() {
                guard let chunk = segment.chunks[row / Projection.rowsPerChunk] else { continue }
                for index in chunk.connections(ofRow: row % Projection.rowsPerChunk) {
                    let (population, cell) = segment.plane.resident(at: segment.base + Int(chunk.targets[index]))
                    found.append(
                        StoredConnection(
                            projection: projection, segment: segment, segmentIndex: s, chunk: chunk, row: row,
                            index: index,
                            target: populationList[population].firstID + cell))
                }
            }
            found.sort { ($0.target, $0.index) < ($1.target, $1.index) }
            found.forEach(body)
        }
    }

    /// The connections between `source` and `target` (all where nil) of a synapse model.
    public func connections(source: Nodes? = nil, target: Nodes? = nil, synapseModel: String? = nil) throws
        -> Connections
    {
        let model = try synapseModel.map(Synapses.named)
        if let source { try checkMine(source, "source") }
        if let target { try checkMine(target, "target") }
        let query = ConnectionQuery(self, source: source, target: target)
        let together = ranks.together
        let found = try together.agree { try query.find(model) }
        var ownership = Ownership()
        if !ranks.isAlone {
            for list in found { merged(list.keys, together).pieces.forEach { ownership.add($0.rank, $0.count) } }
        }
        let lists = found.map(\.references).filter { !$0.isEmpty }
        // a rank with a single list takes part, too, since another may have several
        let copied = lists.count < 2 ? 0 : lists.reduce(0) { $0 + $1.count }
        try together.agree { try Connections.refuse(copied, bytes: MemoryLayout<Connections.Reference>.stride) }
        return Connections(self, lists.count < 2 ? lists.first ?? [] : Array(lists.joined()), ownership)
    }

    /// Global ids of a generator's own targets, in the order of the connections.
    func targets(of link: DeviceLink) -> [Int] { link.ownConnections.map { id(at: $0.place, of: $0.plane) } }

    /// The global id of the cell at a place of a plane.
    func id(at place: Int, of plane: InputPlane) -> Int {
        let (population, cell) = plane.resident(at: place)
        return populationList[population].firstID + cell
    }

    // MARK: Reading

    private func stored(_ p: Int32, _ row: Int32, _ segment: Int32) -> (
        projection: Projection, segment: Segment, chunk: RowChunk
    ) {
        let projection = projections[Int(p)], segment = projection.segments[Int(segment)]
        return (projection, segment, segment.chunks[Int(row) / Projection.rowsPerChunk]!)
    }

    private func entry(_ p: Int, _ number: Int) -> SignalProjection.Entry {
        signalProjections[p].entries[signalProjections[p].entryIndex(of: number)]
    }

    func ends(of reference: Connections.Reference) -> (source: Int, target: Int) {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, segment, chunk) = stored(p, row, s)
            return (
                projection.sources[Int(row)], id(at: segment.base + Int(chunk.targets[Int(index)]), of: segment.plane)
            )
        case .signal(let p, let number):
            let entry = entry(p, number)
            return (Int(entry.source), Int(entry.target))
        case .link(let l, let index):
            let end = links[l].end(of: Int(index))
            return (populationList[links[l].population].firstID + links[l].device, id(at: end.place, of: end.plane))
        }
    }

    func model(_ store: Connections.Store) -> SynapseDefinition {
        switch store {
        case .spikes(let p): projections[p].model
        case .signals(let p): signalProjections[p].model
        case .link: Synapses.standard
        }
    }

    func weight(_ reference: Connections.Reference) -> Double {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, _, chunk) = stored(p, row, s)
            return projection.weight ?? chunk.weights![Int(index)]
        case .signal(let p, let number): return entry(p, number).weight
        case .link(let l, let index): return links[l].weight(Int(index))
        }
    }

    /// In steps.
    func delay(_ reference: Connections.Reference) -> Int {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, _, chunk) = stored(p, row, s)
            return projection.delay ?? Int(chunk.delays![Int(index)])
        case .signal(let p, let number): return Int(entry(p, number).delay)
        case .link(let l, let index): return links[l].delay(Int(index))
        }
    }

    func synapseParameter(_ name: String, _ reference: Connections.Reference) throws -> Double {
        let model = model(reference.store)
        guard let parameter = model.parameter(name) else {
            throw InputError.unknown(
                "\(model.name) has no parameter", name, among: ["source", "target"] + model.parameters.map(\.name))
        }
        if case .link(let l, _) = reference, name == "receptor_type" { return Double(links[l].receptor) }
        if case .signal(let p, let number) = reference {
            return signalProjections[p].parameter(name, number, resolution)
        }
        guard case .spike(let p, let row, let s, let index) = reference else { return parameter.defaultNumber }
        let (projection, _, chunk) = stored(p, row, s)
        guard let column = model.column(name) else {
            return Double(projection.receptor ?? Int(chunk.receptors![Int(index)]))
        }
        return projection.value(column, row: Int(row), chunk, Int(index))
    }

    // MARK: Setting

    /// Checked values of parameters for own connections: those that are new.
    struct ConnectionChanges {
        let name: String
        /// Delays in steps.
        let values: [Double]
        let references: [Connections.Reference]
    }

    /// What is to be set, checked as a whole; nothing of it where a value is there already.
    ///
    /// - `numbers`: which of all `count` connections the own ones are.
    func connectionChanges(
        _ settings: Settings, _ references: [Connections.Reference], _ numbers: [Int], of count: Int
    ) throws -> [ConnectionChanges] {
        var draws = 0, values: [String: [Double]] = [:]
        for (name, value) in settings.inOrder {
            let all = try Self.list(name, value, count) { distribution in
                try StreamName.check(.synapseAssignment, call: assignments + draws, "calls of set")
                var stream = RandomStream(seed: seed, StreamName(.synapseAssignment, call: assignments + draws))
                draws += 1
                return try (0..<count).map { _ in try distribution.draw(&stream) }
            }
            values[name] = numbers.count == count ? all : numbers.map { all[$0] }
            try check(name, values[name]!, references)
        }
        try checkConditions(values, references)
        if let delays = values["delay"] {
            values["delay"] = try delays.map { Double(try SynapseSpec.delaySteps($0, resolution)) }
        }
        let changes = try values.inOrder.map { try self.changes($0, $1, references) }
        assignments += draws
        return changes
    }

    private func check(_ name: String, _ list: [Double], _ references: [Connections.Reference]) throws {
        var paired: [Int: Set<Double>] = [:]
        for (store, range) in references.stretches {
            let model = model(store)
            guard let parameter = model.parameter(name) else {
                throw InputError.unknown("\(model.name) has no parameter", name, among: model.parameters.map(\.name))
            }
            let fixed = Self.whyFixed(name, model)
            for i in range {
                try parameter.check(list[i], of: model.name)
                if let fixed, try list[i] != synapseParameter(name, references[i]) { throw fixed }
            }
            if name == SynapseDefinition.third.name, case .spikes(let p) = store {
                paired[p, default: []].formUnion(list[range])
            }
        }
        for (p, ids) in paired.inOrder {
            let model = projections[p].model
            try checkPaired(model, ids.sorted())
            try model.checkUnits([nil], models(ofPaired: ids.sorted()))
        }
    }

    /// Of a parameter that stays as the connect call has it; nil of others.
    private static func whyFixed(_ name: String, _ model: SynapseDefinition) -> InputError? {
        if name == "receptor_type" { return InputError("\(model.name): receptor_type can't be changed once connected") }
        guard name == Coupling.every, model.coupling != nil else { return nil }
        return InputError("\(model.name): every can't be changed once connected: the connect call has fixed it")
    }

    private func changes(_ name: String, _ list: [Double], _ references: [Connections.Reference]) throws
        -> ConnectionChanges
    {
        let present = presentValues(name, references)
        let new = try references.indices.filter { try list[$0] != present[$0] ?? current(name, references[$0]) }
        if new.count == references.count { return ConnectionChanges(name: name, values: list, references: references) }
        return ConnectionChanges(name: name, values: new.map { list[$0] }, references: new.map { references[$0] })
    }

    /// As `ConnectionChanges` have it.
    private func current(_ name: String, _ reference: Connections.Reference) throws -> Double {
        switch name {
        case "weight": weight(reference)
        case "delay": Double(delay(reference))
        default: try synapseParameter(name, reference)
        }
    }

    private static func list(
        _ name: String, _ value: Value, _ count: Int, _ draw: (Distribution) throws -> [Double]
    ) throws -> [Double] {
        switch value {
        case .number(let x): return Array(repeating: x, count: count)
        case .numbers(let list):
            guard list.count == count else {
                throw InputError("\(name) has \(list.count) values for \(count) connections")
            }
            return list
        case .distribution(let distribution):
            try distribution.check()
            return try draw(distribution)
        default: throw InputError("\(name) must be a number, a list of numbers or a distribution, got \(value)")
        }
    }

    /// Of what is set together with what is there already.
    private func checkConditions(_ values: [String: [Double]], _ references: [Connections.Reference]) throws {
        for (store, range) in references.stretches {
            let model = model(store)
            let conditions = model.conditions.filter { $0.names.contains { values[$0] != nil } }
            for i in range {
                for condition in conditions {
                    try model.check(condition) { try values[$0]?[i] ?? current($0, references[i]) }
                }
            }
        }
    }

    /// Memory that connections take which are to have their own values of what their call has shared.
    func bytesOfOwnValues(_ changes: ConnectionChanges, _ together: Together) -> Double {
        touchedProjections(changes.references.stretches, together).reduce(0) { bytes, p in
            bytes + Double(projections[p].ownCount * projections[p].bytesOfOwn(projections[p].quantity(changes.name)))
        }
    }

    /// Takes over values that have been checked.
    func setConnections(_ changes: ConnectionChanges, _ together: Together) {
        let name = changes.name, stretches = changes.references.stretches
        let touched = touchedProjections(stretches, together), touchedLinks = touchedLinks(stretches, together)
        let touchedSignals = touchedSignals(stretches, together)
        if touched.isEmpty && touchedLinks.isEmpty && touchedSignals.isEmpty { return }
        if name != "weight", touched.contains(where: { projections[$0].model.readsTargetHistory }) {
            forgetUnreadHistory(together)
        }
        for p in touched {
            let projection = projections[p], quantity = projection.quantity(name)
            let setsTrace = projection.columns.trace.map { quantity == .column($0) } ?? false
            takeOnSynapses(of: projection, ownTraces: setsTrace || name == "delay", together)
            if name == "delay" { keepOwnDelays(of: projection) }
            if case .column = quantity { borrowStates(of: projection.filledRows, in: projection, together) }
            projection.individualise(quantity)
        }
        for link in touchedLinks { flush(links[link]) }
        if name == "delay" { letTargetSpikesArrive(changes) }
        // on all ranks they have their own, or none has
        var slow = Dictionary(uniqueKeysWithValues: touchedSignals.map { ($0, [(number: Int, value: Double)]()) })
        for (store, range) in stretches {
            switch store {
            case .spikes(let p): setSpikes(changes, range, in: projections[p])
            case .signals(let p): slow[p, default: []] += signalValues(changes, range)
            case .link(let l): setLink(changes, range, of: links[l])
            }
        }
        for (p, changes) in slow { signalProjections[p].set(changes, signalProjections[p].quantity(name)) }
        if name == "delay" {
            for p in touched { projections[p].findDelays(together) }
            for p in touchedSignals { signalProjections[p].findDelays(together) }
        }
        (isPrepared, mayHoldUnread) = (false, true)
    }

    /// Gives this rank the states of the synapses of some connections.
    func borrowStates(of references: [Connections.Reference], _ together: Together) {
        if ranks.isAlone { return }
        var rows: [Int: [Int]] = [:]
        for case .spike(let p, let row, _, _) in references { rows[Int(p), default: []].append(Int(row)) }
        for p in touchedProjections(references.stretches, together) {
            borrowStates(of: rows[p] ?? [], in: projections[p], together)
        }
    }

    private typealias Stretches = [(store: Connections.Store, range: Range<Int>)]

    /// Those with connections among some, on any rank.
    private func touchedProjections(_ stretches: Stretches, _ together: Together) -> [Int] {
        touched(stretches, together) { if case .spikes(let p) = $0 { p } else { nil } }
    }

    private func touchedSignals(_ stretches: Stretches, _ together: Together) -> [Int] {
        touched(stretches, together) { if case .signals(let p) = $0 { p } else { nil } }
    }

    /// What a generator has sent until now is handed on by all ranks, since sums depend on when that is done.
    private func touchedLinks(_ stretches: Stretches, _ together: Together) -> [Int] {
        touched(stretches, together) { if case .link(let l) = $0 { l } else { nil } }
    }

    private func touched(
        _ stretches: Stretches, _ together: Together, _ place: (Connections.Store) -> Int?
    ) -> [Int] {
        let own = Set(stretches.compactMap { place($0.store) })
        return Set(together.gather(own.sorted()).all).sorted()
    }

    private func flush(_ link: DeviceLink) {
        prepareBuffers()
        link.flush(generator(of: link), now: now, seed: seed)
    }

    private func setSpikes(_ changes: ConnectionChanges, _ range: Range<Int>, in projection: Projection) {
        let quantity = projection.quantity(changes.name)
        for i in range {
            guard case .spike(_, let row, let segment, let index) = changes.references[i] else { continue }
            let chunk = projection.segments[Int(segment)].chunks[Int(row) / Projection.rowsPerChunk]!
            projection.set(quantity, changes.values[i], chunk, Int(index))
        }
    }

    private func signalValues(_ changes: ConnectionChanges, _ range: Range<Int>) -> [(number: Int, value: Double)] {
        range.compactMap { i in
            guard case .signal(_, let number) = changes.references[i] else { return nil }
            return (number, changes.values[i])
        }
    }

    private func setLink(_ changes: ConnectionChanges, _ range: Range<Int>, of link: DeviceLink) {
        for i in range {
            guard case .link(_, let index) = changes.references[i] else { continue }
            if changes.name == "weight" { link.setWeight(changes.values[i], of: Int(index)) }
            if changes.name == "delay" { link.setDelay(Int(changes.values[i]), of: Int(index)) }
        }
    }
}
