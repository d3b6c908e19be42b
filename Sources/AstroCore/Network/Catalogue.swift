import Equations
import Synchronization

/// All models there are. A new one of the program is listed here, and nowhere else.
public enum Catalogue {
    /// Models of cells that come with the program.
    private static let ownCellModels: [ModelDefinition] = [
        AstrocyteLR1994.definition,
        AstrocyteSurrogate.definition,
        AeifCondAlphaAstro.definition,
        AeifCondAlpha.definition,
        AeifCondExp.definition,
        IafPscAlpha.definition,
        IafPscExp.definition,
        ParrotNeuron.definition,
        VolumeTransmitter.definition,
    ]

    /// Models of cells that were defined while the program runs.
    private static let addedCellModels = Mutex<[ModelDefinition]>([])

    /// Those of the program first, then the others in the order in which they were added.
    static var cellModels: [ModelDefinition] { ownCellModels + addedCellModels.withLock { $0 } }

    /// The model of that name which is created from now on.
    static func cellModel(_ name: String) -> ModelDefinition? { cellModels.last { $0.name == name } }

    /// Adds a model of cells; one that was added under the same name before is replaced. Cells that exist keep theirs.
    package static func add(_ model: ModelDefinition) throws {
        let taken = ownCellModels.map(\.name) + deviceModels.map { $0.name } + Synapses.own.map(\.name)
        if Synapses.all.contains(where: { $0.name == model.name && $0.isText }) {
            throw InputError("'\(model.name)' is the name of a synapse model: choose another")
        }
        guard !taken.contains(model.name) else {
            throw InputError("'\(model.name)' is the name of a model of the program: choose another")
        }
        addedCellModels.withLock { models in
            models.removeAll { $0.name == model.name }
            models.append(model)
        }
    }

    /// Adds a synapse model; one that was added under the same name before is replaced. Connections that exist keep theirs.
    static func add(_ synapse: SynapseDefinition) throws {
        let taken = Synapses.own.map(\.name) + nodeNames
        guard !taken.contains(synapse.name) else {
            throw InputError("'\(synapse.name)' is the name of another model: choose another")
        }
        Synapses.add(synapse)
    }

    /// Adds a model that is a text; the same text is the same model.
    package static func add(_ source: ModelSource) throws -> ModelDefinition { try model(of: source) { _ in true } }

    /// Adds a synapse model that is a text; the same text is the same model.
    package static func add(_ source: SynapseSource) throws -> SynapseInfo {
        SynapseInfo(
            try known({ $0.source == source }, else: { try EquationSynapse.definition(source) }) { _ in true })
    }

    /// Adds a coupling; the same text is the same coupling.
    package static func add(_ source: CouplingSource) throws -> SynapseInfo {
        SynapseInfo(
            try known({ $0.coupling?.facts.source == source }, else: { try Coupling.definition(source) }) { _ in true })
    }

    /// The model of a text that a file carries: the one that is known, else one that is added if its name is free.
    static func synapse(of source: SynapseSource) throws -> SynapseDefinition {
        try known({ $0.source == source }, else: { try EquationSynapse.definition(source) }, isToBeAdded: isFree)
    }

    /// The same of a coupling.
    static func coupling(of source: CouplingSource) throws -> SynapseDefinition {
        try known(
            { $0.coupling?.facts.source == source }, else: { try Coupling.definition(source) }, isToBeAdded: isFree)
    }

    private static func isFree(_ name: String) -> Bool { !models.contains { $0.name == name } }

    /// The synapse model that is meant, or a new one.
    ///
    /// - `isToBeAdded`: of one that is new; asked about its name.
    private static func known(
        _ isMeant: (SynapseDefinition) -> Bool, else make: () throws -> SynapseDefinition,
        isToBeAdded: (String) -> Bool
    ) throws -> SynapseDefinition {
        if let known = Synapses.all.last(where: isMeant) { return known }
        let model = try make()
        if isToBeAdded(model.name) { try add(model) }
        return model
    }

    /// The model of a text that a file carries: the one that is known, else one that is added if its name is free.
    static func model(of source: ModelSource) throws -> ModelDefinition {
        try model(of: source, isFree)
    }

    /// - `isToBeAdded`: of a text that is new; asked about its name.
    private static func model(of source: ModelSource, _ isToBeAdded: (String) -> Bool) throws -> ModelDefinition {
        if let known = addedCellModels.withLock({ $0.last { $0.source == source } }) { return known }
        let model = try EquationModel.definition(source)
        if isToBeAdded(source.name) { try add(model) }
        return model
    }

    /// Is there a synapse model of that name?
    package static func knowsSynapse(_ name: String) -> Bool { Synapses.find(name) != nil }

    /// Is there a model of cells or devices of that name?
    package static func knows(_ name: String) -> Bool { nodeNames.contains(name) }

    // types without state: nothing to guard
    nonisolated(unsafe) static let deviceModels: [any Device.Type] = [
        PoissonGenerator.self,
        InhomogeneousPoissonGenerator.self,
        SinusoidalPoissonGenerator.self,
        GammaSupGenerator.self,
        MIPGenerator.self,
        PulsepacketGenerator.self,
        SpikeGenerator.self,
        SpikeTrainInjector.self,
        DCGenerator.self,
        StepCurrentGenerator.self,
        ACGenerator.self,
        NoiseGenerator.self,
        SpikeRecorder.self,
        Multimeter.self,
        Voltmeter.self,
    ]

    public static let version = "0.1.0"

    /// Cell models of some kind, in a sentence: "a, b and c do".
    static func cells(_ isMeant: (ModelDefinition) -> Bool) -> String {
        let names = cellModels.filter(isMeant).map(\.name).sorted()
        if names.count < 2 { return "\(names.first ?? "none") does" }
        return "\(names.dropLast().joined(separator: ", ")) and \(names.last!) do"
    }

    /// Node and synapse models, in a fixed order.
    public static var models: [ModelInfo] {
        cellModels.map(ModelInfo.init) + deviceModels.map(ModelInfo.init) + Synapses.all.map(ModelInfo.init)
    }

    public static func model(_ name: String) throws -> ModelInfo {
        if let model = models.first(where: { $0.name == name }) { return model }
        throw unknown(name, among: models.map(\.name))
    }

    /// The cells are named first: who asks for a model of the reference simulator wants one of them.
    static func unknown(_ name: String, among known: [String]) -> InputError {
        if let near = InputError.nearest(to: name, among: known) {
            return InputError("there is no model '\(name)' (did you mean '\(near)'?)")
        }
        func names(_ family: NodeFamily) -> [String] {
            cellModels.filter { $0.family == family }.map { $0.name }.sorted()
        }
        let neurons = names(.neuron), astrocytes = names(.astrocyte)
        let others = known.filter { !neurons.contains($0) && !astrocytes.contains($0) }.sorted()
        return InputError(
            "there is no model '\(name)' (neurons: \(neurons.joined(separator: ", ")); astrocytes: "
                + "\(astrocytes.joined(separator: ", ")); others: \(others.joined(separator: ", ")); "
                + "models that are not here, and their substitutes: Docs/coming-from-nest.md)")
    }

    /// Connection rules, the third-factor rule included.
    public static let rules: [String] = ruleInfos.map(\.name)

    public static let ruleInfos: [RuleInfo] = ConnectionRules.all.map { $0.info } + [ThirdFactorRule.info]

    public static func rule(_ name: String) throws -> RuleInfo {
        if let rule = ruleInfos.first(where: { $0.name == name }) { return rule }
        throw InputError.unknown("there is no connection rule", name, among: rules)
    }

    static var nodeNames: [String] { cellModels.map { $0.name } + deviceModels.map { $0.name } }
}

/// A synapse model, for those that do not make connections.
package final class SynapseInfo: Sendable {
    let definition: SynapseDefinition

    init(_ definition: SynapseDefinition) { self.definition = definition }

    package var name: String { definition.name }
    package var identity: String { definition.identity }
    package var isCoupling: Bool { definition.coupling != nil }
    package var summary: String { definition.text.summary }
    package var info: ModelInfo { ModelInfo(definition) }
}

/// What there is to know about a model.
public struct ModelInfo: Sendable {
    public let name: String
    /// "neuron", "astrocyte", "stimulator", "recorder" or "synapse"
    public let kind: String
    public let summary: String
    public let equations: String
    public let references: [String]
    public let notes: [String]
    public let parameters: [ParameterInfo]
    public let recordables: [RecordableInfo]
    /// Receptors of spikes that have names, by number; inputs of currents and signals; what can be recorded beside spikes.
    public let receptors, inputs, events: [String]

    init(
        _ name: String, _ kind: String, _ text: ModelText, _ parameters: [Parameter], _ recordables: [Recordable],
        receptors: [String] = [], inputs: [String] = [], events: [String] = []
    ) {
        self.name = name
        self.kind = kind
        summary = text.summary
        equations = text.equations
        references = text.references
        notes = text.notes
        self.parameters = parameters.map(ParameterInfo.init)
        self.recordables = recordables.map {
            RecordableInfo(name: $0.name, unit: $0.unit.rawValue, meaning: $0.meaning)
        }
        (self.receptors, self.inputs, self.events) = (receptors, inputs, events)
    }

    package init(_ model: ModelDefinition) {
        let formulas = Set(model.startFormulas?.states ?? [])
        let parameters = model.parameters.map { parameter -> Parameter in
            // a start value that is a formula stands as it was written
            guard formulas.contains(parameter.name),
                let row = model.source?.state.first(where: { $0.name == parameter.name })
            else {
                return parameter
            }
            return Parameter(
                parameter.name, .text(row.value), parameter.unit, parameter.meaning, parameter.range, parameter.role)
        }
        self.init(
            model.name, model.family.rawValue, model.text, parameters, model.recordables,
            receptors: model.receptorNames.ordered { $0.value }.map(\.key),
            inputs: model.ports.list.filter { [.current, .signal].contains($0.quantity) }.map(\.name),
            events: model.events)
    }

    init(_ model: any Device.Type) {
        self.init(model.name, model.family.rawValue, model.text, model.parameters, model.recordables)
    }

    init(_ model: SynapseDefinition) {
        self.init(model.name, "synapse", model.text, model.parameters, [])
    }
}

public struct ParameterInfo: Sendable {
    public let name: String
    public let defaultValue: Value
    public let unit: String
    public let meaning: String
    public let range: String
    public let isState: Bool

    init(_ parameter: Parameter) {
        name = parameter.name
        defaultValue = parameter.defaultValue
        unit = parameter.unit.rawValue
        meaning = parameter.meaning
        range = parameter.allowed
        isState = parameter.role == .state
    }
}

public struct RecordableInfo: Sendable {
    public let name: String
    public let unit: String
    public let meaning: String
}
