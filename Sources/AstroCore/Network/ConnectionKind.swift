/// What a connection between two sets of nodes is, and whether there can be such a connection.
enum ConnectionKind {
    case spikes, signal, stimulation, recording

    init(_ pre: Nodes, _ post: Nodes, _ spec: SynapseSpec) throws {
        let sources = try Self.kinds(pre, "sources")
        let targets = try Self.kinds(post, "targets")
        self = try Self.kind(sources, targets, pre.runs[0].population.modelName, post.runs[0].population.modelName)
        for source in Self.distinct(pre) {
            for target in Self.distinct(post) { try check(source, target, spec) }
        }
    }

    private enum Side { case cell, stimulator, sampler, spikeRecorder }

    private static func side(_ population: Population) -> Side {
        if population.cells != nil { return .cell }
        guard let recorder = population.recorder(0) else { return .stimulator }
        return type(of: recorder).samples ? .sampler : .spikeRecorder
    }

    private static func distinct(_ nodes: Nodes) -> [Population] {
        var seen = Set<Int>()
        return nodes.runs.map(\.population).filter { seen.insert($0.index).inserted }
    }

    private static func kinds(_ nodes: Nodes, _ what: String) throws -> Side {
        let sides = Set(nodes.runs.map { side($0.population) })
        guard sides.count == 1 else {
            let models = distinct(nodes).map(\.modelName).joined(separator: ", ")
            throw InputError(
                "\(what) are of several kinds (\(models)): cells, generators and recorders can't be connected in one call"
            )
        }
        return sides.first!
    }

    private static func kind(_ source: Side, _ target: Side, _ from: String, _ to: String) throws -> ConnectionKind {
        switch (source, target) {
        case (.cell, .cell): return .spikes
        case (.stimulator, .cell): return .stimulation
        case (.cell, .spikeRecorder), (.stimulator, .spikeRecorder): return .recording
        case (.sampler, .cell), (.sampler, .stimulator): return .recording
        case (.cell, .sampler), (.stimulator, .sampler):
            throw InputError("a \(to) asks its nodes: connect it the other way round, connect(\(to), nodes)")
        case (.spikeRecorder, _):
            throw InputError(
                "a spike_recorder sends nothing: connect it the other way round, connect(nodes, spike_recorder)")
        case (.cell, .stimulator), (.stimulator, .stimulator):
            throw InputError("a \(to) receives nothing: connect it the other way round, connect(\(to), nodes)")
        case (.sampler, .sampler), (.sampler, .spikeRecorder):
            throw InputError("recorders can't be connected with each other (\(from), \(to))")
        }
    }

    private mutating func check(_ source: Population, _ target: Population, _ spec: SynapseSpec) throws {
        switch self {
        case .spikes, .signal: try checkCells(source, target, spec)
        case .stimulation: try checkGenerator(source, target, spec)
        case .recording: try checkRecorder(source, target)
        }
    }

    private mutating func checkCells(_ source: Population, _ target: Population, _ spec: SynapseSpec) throws {
        let from = source.cells!.model, to = target.cells!.model
        if let route = spec.model.signal {
            try Self.check(route, from, to, spec)
            self = .signal
            return
        }
        guard from.sendsSpikes else {
            throw InputError("\(spec.model.name): \(from.name) sends no spikes\(Self.whatSends(from))")
        }
        if spec.model.readsTargetTrace, !to.parameters.contains(where: { $0.name == TargetHistory.parameter }) {
            throw InputError(
                "\(spec.model.name): \(to.name) keeps no trace of its spikes (it has no \(TargetHistory.parameter))")
        }
        try Self.checkSteps(spec.model, to)
        try Self.checkReads(spec.model, to)
        try Self.checkSent(spec, to)
        if spec.model.source != nil, spec.model.readsTargetHistory, !to.sendsSpikes {
            throw InputError("\(spec.model.name): \(to.name) sends no spikes, so on_post would never run")
        }
        if self == .signal { throw InputError("neurons and astrocytes can't be sources in one call") }
        try Self.checkReceptor(spec, of: to, to.ports.spikeReceptors)
    }

    /// What a synapse follows has to be there.
    private static func checkSteps(_ synapse: SynapseDefinition, _ to: ModelDefinition) throws {
        guard let rule = synapse.follows else { return }
        let missing = rule.missing(to)
        if missing.isEmpty { return }
        throw InputError(
            "\(synapse.name): \(to.name) has no \(missing.joined(separator: ", ")), which the synapse reads from its targets (\(rule.models.joined(separator: " and ")) have them)"
        )
    }

    /// What a synapse reads of its target has to be there; and what equations read, to stay as it is.
    private static func checkReads(_ synapse: SynapseDefinition, _ to: ModelDefinition) throws {
        let parameters = to.parameters.filter { $0.role == .parameter }.map(\.name)
        for name in synapse.readsOfTargets where !parameters.contains(name) {
            guard to.sends(name) else {
                throw InputError.unknown(
                    "\(synapse.name): post.\(name): \(to.name) has no parameter, state or quantity", name,
                    among: parameters + to.signals)
            }
            if synapse.readsInEquations.contains(name) {
                throw InputError(
                    "\(synapse.name): post.\(name) changes while \(to.name) runs: equations of synapses can only read parameters of their targets; on_pre and on_post can read states, too"
                )
            }
        }
    }

    /// What a synapse hands over has to be what its target takes; a plain number fits.
    private static func checkSent(_ spec: SynapseSpec, _ to: ModelDefinition) throws {
        guard let sent = spec.model.sentUnit else { return }
        for port in to.ports.list where spec.receptors.contains(port.receptor) {
            guard case .spikes = port.quantity, let wanted = port.weight, wanted != .one,
                EquationModel.factor(from: sent.rawValue, to: wanted.rawValue) == nil
            else { continue }
            throw InputError(
                "\(spec.model.name) sends \(sent.rawValue), but spikes onto \(to.name) are \(wanted.rawValue)")
        }
    }

    /// How what a cell sends beside spikes is connected.
    private static func whatSends(_ model: ModelDefinition) -> String {
        for synapse in Synapses.all {
            guard let route = synapse.signal, model.signal(route.output) != nil else { continue }
            return "; its \(route.meaning) needs synapse_model = '\(synapse.name)'"
        }
        return ""
    }

    private static func check(
        _ route: SignalRoute, _ from: ModelDefinition, _ to: ModelDefinition, _ spec: SynapseSpec
    ) throws {
        let model = spec.model.name
        if spec.model.coupling != nil {
            for name in spec.model.signalsOfSources { try checkRead(name, "pre", of: from, model) }
            for name in spec.model.signalsOfTargets { try checkRead(name, "post", of: to, model) }
        }
        if model == SignalConnection.name {
            if from.signal(route.output) == nil {
                throw InputError.unknown(
                    "\(model): \(from.name) has no state or quantity", route.output, among: from.signals)
            }
        }
        if model == SignalConnection.name || spec.model.coupling != nil {
            if to.ports.signal(route.port) == nil {
                let inputs = to.ports.list.filter { $0.quantity == .signal }.map(\.name)
                throw InputError.unknown("\(model): \(to.name) takes no signal", route.port, among: inputs)
            }
        }
        guard spec.model.coupling != nil || from.signal(route.output) != nil else {
            throw InputError(
                "\(model): \(from.name) sends no \(route.meaning) (\(Catalogue.cells { $0.signal(route.output) != nil }))"
            )
        }
        guard to.ports.signal(route.port) != nil else {
            throw InputError(
                "\(model): \(to.name) takes no \(route.meaning) (\(Catalogue.cells { $0.ports.signal(route.port) != nil }))"
            )
        }
        if let wrong = spec.receptor(notAmong: [0]) {
            throw InputError("\(model): receptor_type = \(wrong) is not a receptor (0)")
        }
    }

    /// What a coupling reads of its cells has to be a state or a quantity there.
    private static func checkRead(_ name: String, _ end: String, of cells: ModelDefinition, _ coupling: String) throws {
        if cells.signal(name) != nil { return }
        if cells.parameters.contains(where: { $0.name == name }) {
            throw InputError(
                "\(coupling): \(end).\(name): '\(name)' is a parameter of \(cells.name): couplings read states and quantities"
            )
        }
        throw InputError.unknown(
            "\(coupling): \(end).\(name): \(cells.name) has no state or quantity", name, among: cells.signals)
    }

    private static func checkReceptor(_ spec: SynapseSpec, of model: ModelDefinition, _ receptors: [Int]) throws {
        if receptors.isEmpty { throw InputError("\(model.name) takes no spikes") }
        if spec.needsReceptor(of: model) {
            throw InputError(
                "\(model.name) has several receptors (\(model.receptorNames.keys.sorted().joined(separator: ", "))): name one, as in { receptor_type = \"\(model.receptorNames.keys.min()!)\" }"
            )
        }
        if let wrong = spec.receptor(notAmong: receptors) {
            let all = receptors.map(String.init).joined(separator: " or ")
            throw InputError("\(model.name): receptor_type = \(wrong) is not a receptor (\(all))")
        }
    }

    private func checkGenerator(_ source: Population, _ target: Population, _ spec: SynapseSpec) throws {
        guard spec.model == Synapses.standard else {
            throw InputError(
                "\(source.modelName) connects through \(Synapses.standard.name) only, not \(spec.model.name) (put a parrot_neuron in between)"
            )
        }
        let to = target.cells!.model
        let sendsCurrent = source.currentSource(0) != nil
        if sendsCurrent, to.ports.currentReceptors.isEmpty {
            throw InputError("\(to.name) takes no current, so \(source.modelName) can't be connected to it")
        }
        if sendsCurrent, spec.needsInput(of: to) {
            let names = to.ports.list.filter { $0.quantity == .current }.map(\.name)
            throw InputError(
                "\(to.name) takes several currents (\(names.joined(separator: ", "))): name one, as in { input = \"\(names[0])\" }"
            )
        }
        try Self.checkReceptor(spec, of: to, sendsCurrent ? to.ports.currentReceptors : to.ports.spikeReceptors)
    }

    private func checkRecorder(_ source: Population, _ target: Population) throws {
        guard source.recorder(0) != nil || source.sendsSpikes else {
            throw InputError("\(source.modelName) sends no spikes that a spike_recorder could record")
        }
    }
}
