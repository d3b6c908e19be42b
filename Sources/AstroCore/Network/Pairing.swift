import Equations

/// Which cell each connection of a tripartite call is paired with.
struct Pairing: Sendable {
    let factor: ThirdFactor
    /// nil where connections do not keep it.
    private let third: NodeIDs?

    init(_ factor: ThirdFactor, _ third: NodeIDs?) { (self.factor, self.third) = (factor, third) }

    /// Ids of the cells paired with a row's connections, 0 for none; nil where connections do not keep it.
    ///
    func thirds(_ targets: [UInt32], _ chosen: Chosen) -> [Double]? {
        guard let third else { return nil }
        var ids = [Double](repeating: 0, count: targets.count)
        for (number, member) in zip(chosen.numbers, factor.members(targets, chosen)) {
            ids[Int(number)] = Double(third[Int(member)])
        }
        return ids
    }
}

extension Simulation {
    /// Refuses ids of cells that a synapse model cannot be paired with; 0 stands for none.
    func checkPaired(_ model: SynapseDefinition, _ ids: [Double]) throws {
        guard model.isPaired else { return }
        if model.readsThirdSpikes, ids.contains(0) {
            throw InputError(
                "\(model.name): third is missing: a volume_transmitter, as in { third = sim:create(\"volume_transmitter\") }"
            )
        }
        var known = Set<Int>()
        for id in Set(ids).sorted() where id != 0 {
            guard id == id.rounded(), id >= 1, id <= Double(nodeCount) else {
                throw InputError("\(model.name): third = \(formatted(id)) is not the id of a node")
            }
            let population = locate(Int(id)).population
            if known.insert(population.index).inserted { try checkPaired(model, population) }
        }
    }

    /// The same for all nodes of a call.
    func checkPaired(_ model: SynapseDefinition, _ nodes: Nodes) throws {
        for population in Set(nodes.runs.map(\.population.index)).sorted() {
            try checkPaired(model, populationList[population])
        }
    }

    /// Models of cells by id, each once.
    func models(ofPaired ids: [Double]) -> [ModelDefinition] {
        var found: [ModelDefinition] = []
        for id in Set(ids).sorted() where id > 0 {
            guard let model = locate(Int(id)).population.cells?.model, !found.contains(model) else { continue }
            found.append(model)
        }
        return found
    }

    private func checkPaired(_ synapse: SynapseDefinition, _ population: Population) throws {
        guard let model = population.cells?.model else {
            throw InputError(
                "\(synapse.name): a \(population.modelName) cannot be third: synapses are paired with cells")
        }
        if synapse.readsThirdSpikes, !model.sendsSpikes {
            throw InputError("\(synapse.name): third: \(model.name) sends no spikes (volume_transmitter does)")
        }
        for name in synapse.readsOfThird where model.signal(name) == nil {
            throw InputError.unknown(
                "\(synapse.name): third.\(name): \(model.name) has no state or quantity", name, among: model.signals)
        }
        guard synapse.sendsToThird > 0 else { return }
        guard let port = model.ports.list.first(where: \.takesSpikesOfFirstReceptor) else {
            throw InputError("\(synapse.name): send_third: \(model.name) takes no spikes")
        }
        if let sent = synapse.thirdUnit, let wanted = port.weight, wanted != .one,
            EquationModel.factor(from: sent.rawValue, to: wanted.rawValue) == nil
        {
            throw InputError(
                "\(synapse.name): send_third hands over \(sent.rawValue), but spikes onto \(model.name) are \(wanted.rawValue)"
            )
        }
    }
}

extension SynapseDefinition {
    /// Refuses units that do not go together, now that it is known what targets and paired cells have; nil where it is not.
    func checkUnits(_ targets: [ModelDefinition?], _ paired: [ModelDefinition]) throws {
        guard let source, !readsOfTargets.isEmpty || !readsOfThird.isEmpty else { return }
        let models = targets.reduce(into: [ModelDefinition?]()) { all, model in
            if !all.contains(model) { all.append(model) }
        }
        for target in models {
            for third in paired.isEmpty ? [nil] : paired.map(Optional.some) {
                try SynapseReader.check(source) { object, name in
                    (object == "post" ? target : third)?.unit(of: name)?.rawValue
                }
            }
        }
    }
}

extension Port {
    fileprivate var takesSpikesOfFirstReceptor: Bool {
        if case .spikes = quantity { receptor == 0 } else { false }
    }
}
