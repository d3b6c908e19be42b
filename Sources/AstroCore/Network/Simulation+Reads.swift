/// What synapses read of other cells while these run: states and quantities of targets, and of the cells that connections are paired
/// with. They are sent as signals are, every step, and lie in runs beside them.
extension Simulation {
    var readsOtherCells: Bool {
        projections.contains { !$0.model.readsOfThird.isEmpty || !namesReadOfTargets($0.model).isEmpty }
    }

    /// What a synapse reads of targets and changes while these run; of all cells that there are, so that ranks agree.
    private func namesReadOfTargets(_ synapse: SynapseDefinition) -> [String] {
        if synapse.namesOfTargets.isEmpty { return [] }
        return synapse.namesOfTargets.filter { name in
            populationList.contains { $0.cells?.model.sends(name) ?? false }
        }
    }

    /// Connections whose spikes go to paired cells, too.
    var sendsToThird: Bool { projections.contains { $0.model.sendsToThird > 0 } }

    /// Names of signals that somebody listens to.
    var heardSignals: Set<String> {
        namesReadBySynapses.union(signalProjections.flatMap { $0.model.signalsOfSources + $0.model.signalsOfTargets })
    }

    /// What synapses read of other cells at any step.
    var namesReadBySynapses: Set<String> {
        Set(projections.flatMap { $0.model.readsOfThird + namesReadOfTargets($0.model) })
    }

    /// Calls `body` with what synapses onto own cells read of other cells: the name, and the cell's id.
    func forEachRead(_ body: (String, Int) -> Void) {
        for (name, ids) in readOfPaired.inOrder { for id in ids { body(name, id) } }
        var told: [ObjectIdentifier: Set<String>] = [:]
        for projection in projections where !projection.model.namesOfTargets.isEmpty {
            for plane in projection.segments.map(\.plane) {
                for name in projection.model.namesOfTargets
                where told[ObjectIdentifier(plane), default: []].insert(name).inserted {
                    forEachResident(of: plane, sending: name) { body(name, $0) }
                }
            }
        }
    }

    private func forEachResident(of plane: InputPlane, sending name: String, _ body: (Int) -> Void) {
        for resident in plane.residents {
            let population = populationList[resident.population]
            guard population.cells!.model.sends(name) else { continue }
            for cell in resident.cells { body(population.firstID + cell) }
        }
    }

    /// States and quantities that synapses read at spikes of their targets.
    var namesReadAtSpikes: Set<String> {
        projections.reduce(into: []) { names, projection in
            if projection.model.readsTargetHistory { names.formUnion(projection.model.readsOfTargets) }
        }
    }

    /// Where values of own cells lie among those of a slice, less the cell's number, and the factor to the unit of formulas.
    func reads(_ names: [String], of cells: Cells) -> [(run: Int, factor: Double)] {
        names.map { name in
            let batch = cells.batch!, first = batch.firstSenders[cells.model.signal(name)!]
            return (first + cells.shift - batch.cells.lowerBound, Self.factor(name, cells.model))
        }
    }

    private static func factor(_ name: String, _ model: ModelDefinition) -> Double {
        model.unit(of: name).map(EquationModel.factor) ?? 1
    }

    /// Where the values of the cells at a segment's places lie; -1 where there is nothing.
    func placesRead(_ name: String, in segment: Segment) -> ReadPlaces {
        var read = ReadPlaces(count: max(0, min(Segment.span, segment.plane.size - segment.base)))
        for resident in segment.plane.residents {
            let cells = populationList[resident.population].cells!
            guard cells.model.sends(name) else { continue }
            let (run, factor) = reads([name], of: cells)[0]
            guard run + resident.cells.lowerBound >= 0 else { continue }
            read.factor = factor
            let places = resident.offset..<resident.offset + resident.cells.count
            for place in places.clamped(to: segment.base..<segment.base + read.runs.count) {
                read.runs[place - segment.base] = Int32(run + resident.cells.lowerBound + place - resident.offset)
            }
        }
        return read
    }

    /// Ids of cells that own connections are paired with, by what their synapses read of them.
    private var readOfPaired: [String: [Int]] {
        var found: [String: [Bool]] = [:]
        for projection in projections where !projection.model.readsOfThird.isEmpty {
            var isPaired = [Bool](repeating: false, count: nodeCount + 1)
            projection.forEachPairedCell { isPaired[$0] = true }
            for name in projection.model.readsOfThird {
                found[name] = zip(found[name] ?? isPaired, isPaired).map { $0 || $1 }
            }
        }
        return found.mapValues { isRead in isRead.indices.filter { $0 > 0 && isRead[$0] } }
    }

    /// Where values of paired cells lie, by what synapses read of them.
    func makeReadCells() -> [String: ReadCells] {
        var all: [String: ReadCells] = [:]
        for (name, ids) in readOfPaired {
            var read = ReadCells(count: nodeCount + 1)
            for id in ids {
                read.runs[id] = Int32(
                    isOwn(id) ? ownSender(name, id) : remoteSenders!.run(of: .init(signal: name, id: id)))
                read.factors[id] = Self.factor(name, locate(id).population.cells!.model)
            }
            all[name] = read
        }
        return all
    }
}

extension ModelDefinition {
    /// Does it have something under a name that changes while cells run?
    func sends(_ name: String) -> Bool {
        signal(name) != nil && !parameters.contains { $0.name == name && $0.role == .parameter }
    }
}

extension Projection {
    /// Calls `body` with the ids of cells that own connections are paired with, 0 among them; an id may come often.
    func forEachPairedCell(_ body: (Int) -> Void) {
        guard model.isPaired, let column = model.column(SynapseDefinition.third.name), ownCount > 0 else { return }
        guard case .connection(let place) = columns.places[column] else {
            return body(Int(columns.sharedValue(column)))
        }
        for case let chunk? in segments.lazy.map(\.chunks).joined() {
            for index in 0..<chunk.count { body(Int(chunk.own![index * columns.ownWidth + place])) }
        }
    }
}
