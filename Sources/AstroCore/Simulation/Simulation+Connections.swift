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

    /// The connections between `source` and `target` (all where nil) of a synapse model. Collective.
    public func connections(source: Nodes? = nil, target: Nodes? = nil, synapseModel: String? = nil) throws
        -> Connections
    {
        let model = try synapseModel.map(SynapseModel.named)
        if let source { try checkMine(source, "source") }
        if let target { try checkMine(target, "target") }
        let sources = source.map { Set($0.ids) }, targets = target.map { Set($0.ids) }
        let wants = { (from: Int, to: Int) in (sources?.contains(from) ?? true) && (targets?.contains(to) ?? true) }
        var found: [(number: Int, references: [(Connections.Reference, ConnectionKey)])] = []
        for (p, projection) in projections.enumerated() where model == nil || model == projection.spec.model {
            found.append((projection.number, references(p, projection, wants)))
        }
        for (p, projection) in sicProjections.enumerated() where model == nil || model == .sicConnection {
            found.append((projection.number, references(p, projection, wants)))
        }
        for (l, link) in links.enumerated() where model == nil || model == .staticSynapse {
            let from = populationList[link.population].firstID + link.device
            let matching = link.ownConnections.filter { wants(from, id(at: $0.place, of: $0.plane)) }
            found.append(
                (link.number, matching.map { (.link(l, index: Int32($0.index)), ConnectionKey($0.index, 0)) }))
        }
        let order = found.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }
        var ownership = Ownership()
        if !ranks.isAlone {
            for list in order {
                merged(list.element.references.map(\.1)).pieces.forEach { ownership.add($0.rank, $0.count) }
            }
        }
        return Connections(self, order.flatMap { $0.element.references.map(\.0) }, ownership)
    }

    /// Global ids of a generator's own targets, in the order of the connections.
    func targets(of link: DeviceLink) -> [Int] { link.ownConnections.map { id(at: $0.place, of: $0.plane) } }

    /// The global id of the cell at a place of a plane.
    func id(at place: Int, of plane: InputPlane) -> Int {
        let (population, cell) = plane.resident(at: place)
        return populationList[population].firstID + cell
    }

    private func references(_ p: Int, _ projection: Projection, _ wants: (Int, Int) -> Bool) -> [(
        Connections.Reference, ConnectionKey
    )] {
        var result: [(Connections.Reference, ConnectionKey)] = []
        forEachConnection(of: projection) { stored in
            guard wants(projection.sources[stored.row], stored.target) else { return }
            let reference = Connections.Reference.spike(
                projection: p, row: Int32(stored.row), segment: Int32(stored.segmentIndex), index: Int32(stored.index))
            result.append((reference, ConnectionKey(stored.row, stored.target)))
        }
        return result
    }

    private func references(_ p: Int, _ projection: SICProjection, _ wants: (Int, Int) -> Bool) -> [(
        Connections.Reference, ConnectionKey
    )] {
        let order = projection.entries.indices.sorted {
            let (a, b) = (projection.entries[$0], projection.entries[$1])
            return (a.source, a.target, $0) < (b.source, b.target, $1)
        }
        return order.flatMap { index -> [(Connections.Reference, ConnectionKey)] in
            let entry = projection.entries[index]
            guard wants(Int(entry.source), Int(entry.target)) else { return [] }
            let key = ConnectionKey(Int(entry.source), Int(entry.target))
            return (0..<entry.multiplicity).map {
                (.slowInwardCurrent(projection: p, entry: Int32(index), member: $0), key)
            }
        }
    }

    // MARK: Reading

    private func stored(_ p: Int, _ row: Int32, _ segment: Int32) -> (
        projection: Projection, segment: Segment, chunk: RowChunk
    ) {
        let segment = projections[p].segments[Int(segment)]
        return (projections[p], segment, segment.chunks[Int(row) / Projection.rowsPerChunk]!)
    }

    func ends(of reference: Connections.Reference) -> (source: Int, target: Int) {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, segment, chunk) = stored(p, row, s)
            return (
                projection.sources[Int(row)], id(at: segment.base + Int(chunk.targets[Int(index)]), of: segment.plane)
            )
        case .slowInwardCurrent(let p, let entry, _):
            let entry = sicProjections[p].entries[Int(entry)]
            return (Int(entry.source), Int(entry.target))
        case .link(let l, let index):
            let end = links[l].end(of: Int(index))
            return (populationList[links[l].population].firstID + links[l].device, id(at: end.place, of: end.plane))
        }
    }

    func model(_ reference: Connections.Reference) -> SynapseModel {
        switch reference {
        case .spike(let p, _, _, _): return projections[p].spec.model
        case .slowInwardCurrent: return .sicConnection
        case .link: return .staticSynapse
        }
    }

    func weight(_ reference: Connections.Reference) -> Double {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, _, chunk) = stored(p, row, s)
            return projection.weight ?? chunk.weights![Int(index)]
        case .slowInwardCurrent(let p, let entry, _): return sicProjections[p].entries[Int(entry)].weight
        case .link(let l, let index): return links[l].weight(Int(index))
        }
    }

    /// In steps.
    func delay(_ reference: Connections.Reference) -> Int {
        switch reference {
        case .spike(let p, let row, let s, let index):
            let (projection, _, chunk) = stored(p, row, s)
            return projection.delay ?? Int(chunk.delays![Int(index)])
        case .slowInwardCurrent(let p, let entry, _): return Int(sicProjections[p].entries[Int(entry)].delay)
        case .link(let l, let index): return links[l].delay(Int(index))
        }
    }

    func synapseParameter(_ name: String, _ reference: Connections.Reference) throws -> Double {
        let model = model(reference)
        guard let parameter = model.parameters.first(where: { $0.name == name }) else {
            throw InputError.unknown(
                "\(model.rawValue) has no parameter", name, among: ["source", "target"] + model.parameters.map(\.name))
        }
        if case .link(let l, _) = reference, name == "receptor_type" { return Double(links[l].receptor) }
        guard case .spike(let p, let row, let s, let index) = reference else { return parameter.defaultNumber }
        let (projection, _, chunk) = stored(p, row, s)
        if name == "receptor_type" { return Double(projection.spec.receptor) }
        if let plasticity = projection.plasticity { return plasticity.value(name, projection.state(ofRow: Int(row))) }
        let own = chunk.individuals![Int(index)]
        return own.plasticity.value(name, own.state)
    }

    // MARK: Setting

    /// A checked value for each own connection; delays in steps.
    ///
    /// - `numbers`: which those are of all `count`.
    func connectionValues(
        _ name: String, _ value: Value, _ references: [Connections.Reference], _ numbers: [Int], of count: Int
    ) throws -> [Double] {
        let all = try Self.list(name, value, count) { distribution in
            var stream = RandomStream(seed: seed, .synapseParameter, 0xf0_0000 ^ assignments)
            assignments += 1
            return try (0..<count).map { _ in try distribution.draw(&stream) }
        }
        let list = numbers.map { all[$0] }
        for (x, reference) in zip(list, references) {
            let model = model(reference)
            guard let parameter = model.parameters.first(where: { $0.name == name }) else {
                throw InputError.unknown(
                    "\(model.rawValue) has no parameter", name, among: model.parameters.map(\.name))
            }
            try parameter.check(x, of: model.rawValue)
            if name == "receptor_type", try x != synapseParameter(name, reference) {
                throw InputError("\(model.rawValue): receptor_type can't be changed once connected")
            }
        }
        if name == "x" || name == "y" { try checkFractions(name, list, references) }
        return name == "delay" ? try list.map { Double(try SynapseSpec.delaySteps($0, resolution)) } : list
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

    private func checkFractions(_ name: String, _ list: [Double], _ references: [Connections.Reference]) throws {
        for (x, reference) in zip(list, references) {
            let other = try synapseParameter(name == "x" ? "y" : "x", reference)
            guard x + other <= 1 else {
                throw InputError("tsodyks_synapse: x + y = \(formatted(x + other)) must not be above 1")
            }
        }
    }

    /// Takes over values that have been checked. Collective.
    func setConnections(_ name: String, _ values: [Double], _ references: [Connections.Reference]) {
        if name == "receptor_type" { return }
        let touched = touchedProjections(references)
        for p in touched {
            if !["weight", "delay"].contains(name) {
                borrowStates(of: projections[p].filledRows, in: projections[p])
            }
            projections[p].individualise(name)
        }
        for link in touchedLinks(references) { flush(links[link]) }
        var slow: [Int: [(entry: Int, member: Int, value: Double)]] = [:]
        for (value, reference) in zip(values, references) {
            switch reference {
            case .spike(let p, let row, let s, let index): setSpike(name, value, p, row, s, Int(index))
            case .slowInwardCurrent(let p, let entry, let member):
                slow[p, default: []].append((Int(entry), Int(member), value))
            case .link(let l, let index):
                if name == "weight" { links[l].setWeight(value, of: Int(index)) }
                if name == "delay" { links[l].setDelay(Int(value), of: Int(index)) }
            }
        }
        for (p, changes) in slow { sicProjections[p].set(changes, delay: name == "delay") }
        if name == "delay" {
            for p in touched { projections[p].findDelays() }
            for projection in sicProjections { projection.findDelays() }
        }
        isPrepared = false
    }

    /// Gives this rank the states of the synapses of some connections. Collective.
    func borrowStates(of references: [Connections.Reference]) {
        if ranks.isAlone { return }
        var rows: [Int: [Int]] = [:]
        for case .spike(let p, let row, _, _) in references { rows[p, default: []].append(Int(row)) }
        for p in touchedProjections(references) { borrowStates(of: rows[p] ?? [], in: projections[p]) }
    }

    /// Those with connections among some, on any rank.
    private func touchedProjections(_ references: [Connections.Reference]) -> [Int] {
        var touched = Set<Int>()
        for case .spike(let p, _, _, _) in references { touched.insert(p) }
        return Set(ranks.gather(touched.sorted()).all).sorted()
    }

    /// What a generator has sent until now is handed on by all ranks, since sums depend on when that is done.
    private func touchedLinks(_ references: [Connections.Reference]) -> [Int] {
        var touched = Set<Int>()
        for case .link(let l, _) in references { touched.insert(l) }
        return Set(ranks.gather(touched.sorted()).all).sorted()
    }

    private func flush(_ link: DeviceLink) {
        prepareBuffers()
        link.flush(populationList[link.population].devices![link.device], now: now, seed: seed)
    }

    private func setSpike(_ name: String, _ value: Double, _ p: Int, _ row: Int32, _ s: Int32, _ index: Int) {
        let (_, _, chunk) = stored(p, row, s)
        switch name {
        case "weight": chunk.weights![index] = value
        case "delay": chunk.delays![index] = UInt16(value)
        default: chunk.individuals![index].set(name, value)
        }
    }
}

extension Tsodyks {
    func value(_ name: String, _ state: State) -> Double {
        switch name {
        case "U": return U
        case "tau_psc": return tau_psc
        case "tau_rec": return tau_rec
        case "tau_fac": return tau_fac
        case "x": return state.x
        case "y": return state.y
        default: return state.u
        }
    }
}

extension IndividualSynapse {
    mutating func set(_ name: String, _ value: Double) {
        switch name {
        case "U": plasticity.U = value
        case "tau_psc": plasticity.tau_psc = value
        case "tau_rec": plasticity.tau_rec = value
        case "tau_fac": plasticity.tau_fac = value
        case "x": state.x = value
        case "y": state.y = value
        default: state.u = value
        }
    }
}

extension Projection {
    /// Gives every connection its own value of a parameter that they shared.
    func individualise(_ name: String) {
        switch name {
        case "weight":
            guard let shared = weight else { return }
            eachChunk { chunk, _ in chunk.setWeights(Array(repeating: shared, count: chunk.count)) }
            weight = nil
        case "delay":
            guard let shared = delay else { return }
            eachChunk { chunk, _ in chunk.setDelays(Array(repeating: UInt16(shared), count: chunk.count)) }
            delay = nil
        default:
            guard let shared = plasticity else { return }
            eachChunk { chunk, firstRow in
                let each = chunk.rows.map { row in
                    let own = IndividualSynapse(plasticity: shared, state: state(ofRow: firstRow + row))
                    return repeatElement(own, count: chunk.connections(ofRow: row).count)
                }
                chunk.setIndividuals(Array(each.joined()))
            }
            forgetSharedDynamics()
        }
    }

    private func eachChunk(_ body: (RowChunk, Int) -> Void) {
        for segment in segments {
            for (index, chunk) in segment.chunks.enumerated() {
                if let chunk { body(chunk, index * Self.rowsPerChunk) }
            }
        }
    }

    /// After delays were set one by one. Collective.
    func findDelays() {
        var shortest = Int.max, longest = 1
        for segment in segments {
            for case let chunk? in segment.chunks {
                for i in 0..<chunk.count {
                    shortest = min(shortest, Int(chunk.delays![i]))
                    longest = max(longest, Int(chunk.delays![i]))
                }
            }
        }
        finish(
            count: count, shortestDelay: Ranks.all.least(shortest), longestDelay: Ranks.all.greatest(longest))
    }
}
