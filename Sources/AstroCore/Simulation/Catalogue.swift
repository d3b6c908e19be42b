/// All models there are. A new one is listed here, and nowhere else.
public enum Catalogue {
    static let nodeModels: [any NodeModel.Type] = [
        AstrocyteLR1994.self,
        AstrocyteSurrogate.self,
        AeifCondAlphaAstro.self,
        ParrotNeuron.self,
    ]

    // types without state: nothing to guard
    nonisolated(unsafe) static let deviceModels: [any Device.Type] = [
        PoissonGenerator.self,
        SpikeGenerator.self,
        DCGenerator.self,
        StepCurrentGenerator.self,
        ACGenerator.self,
        NoiseGenerator.self,
        SpikeRecorder.self,
        Multimeter.self,
        Voltmeter.self,
    ]

    public static let version = "0.1.0"

    /// Node and synapse models, in a fixed order.
    public static let models: [ModelInfo] =
        nodeModels.map(ModelInfo.init) + deviceModels.map(ModelInfo.init) + Synapses.all.map(ModelInfo.init)

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
            nodeModels.filter { $0.family == family }.map { $0.name }.sorted()
        }
        let neurons = names(.neuron), astrocytes = names(.astrocyte)
        let others = known.filter { !neurons.contains($0) && !astrocytes.contains($0) }.sorted()
        return InputError(
            "there is no model '\(name)' (neurons: \(neurons.joined(separator: ", ")); astrocytes: "
                + "\(astrocytes.joined(separator: ", ")); others: \(others.joined(separator: ", ")); "
                + "what is not here, and what stands for it: Docs/coming-from-nest.md)")
    }

    /// Connection rules, the third-factor rule included.
    public static let rules: [String] = ConnectionRule.Kind.allCases.map(\.rawValue) + [ThirdFactorRule.name]

    static let nodeNames = nodeModels.map { $0.name } + deviceModels.map { $0.name }
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

    init(_ name: String, _ kind: String, _ text: ModelText, _ parameters: [Parameter], _ recordables: [Recordable]) {
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
    }

    init(_ model: any NodeModel.Type) {
        self.init(model.name, model.family.rawValue, model.text, model.parameters, model.recordables)
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
