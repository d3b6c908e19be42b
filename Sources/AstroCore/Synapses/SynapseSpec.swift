/// What a connect call says about its synapses, checked.
struct SynapseSpec {
    let model: SynapseDefinition
    let receptor: Int
    /// Values by parameter name, weight and delay included; what is not given has its default.
    private(set) var sources: [String: Source] = [:]

    /// Where a parameter's values come from.
    enum Source {
        case all(Double)
        case drawn(Distribution)
        case listed([Double])

        var uniform: Double? {
            if case .all(let x) = self { return x }
            return nil
        }
    }

    init(_ settings: Settings, standard: SynapseDefinition = Synapses.standard) throws {
        switch settings["synapse_model"] {
        case nil: model = standard
        case .text(let name)?: model = try Synapses.named(name)
        case let other?: throw InputError("synapse_model must be a name, got \(other)")
        }
        for parameter in model.parameters { sources[parameter.name] = .all(parameter.defaultNumber) }
        for key in settings.keys.sorted() where key != "synapse_model" {
            guard let parameter = model.parameters.first(where: { $0.name == key }) else {
                throw Self.unknown(key, settings, model)
            }
            sources[key] = try Self.source(settings[key]!, parameter, model.name)
        }
        receptor = try Self.receptor(sources.removeValue(forKey: "receptor_type")!)
        try checkConditions()
    }

    /// What synapses take, whatever their model.
    static var allKeys: [String] { ["synapse_model"] + Synapses.parameterNames }

    /// What was meant may be a parameter of a model that was not named.
    private static func unknown(_ key: String, _ settings: Settings, _ model: SynapseDefinition) -> InputError {
        let owner = Synapses.all.first { $0.parameters.contains { $0.name == key } }
        if settings["synapse_model"] == nil, let owner {
            return InputError(
                "\(model.name) has no parameter '\(key)', and no model is named (synapse_model = '\(owner.name)' has one)"
            )
        }
        return InputError.unknown(
            "\(model.name) has no parameter", key, among: model.parameters.map(\.name) + ["synapse_model"])
    }

    private static func receptor(_ source: Source) throws -> Int {
        guard let value = source.uniform, value == value.rounded(), value < 1000 else {
            throw InputError("receptor_type must be a whole number, the same for all connections")
        }
        return Int(value)
    }

    private static func source(_ value: Value, _ parameter: Parameter, _ model: String) throws -> Source {
        switch value {
        case .number(let x):
            try parameter.check(x, of: model)
            return .all(x)
        case .distribution(let distribution):
            try distribution.check()
            return .drawn(distribution)
        case .numbers(let list):
            try list.forEach { try parameter.check($0, of: model) }
            return .listed(list)
        default:
            throw InputError(
                "\(model): \(parameter.name) must be a number, a list of numbers or a distribution, got \(value)")
        }
    }

    /// Of values that all connections share; where they differ, each connection is checked when it is made.
    private func checkConditions() throws {
        let isShared = { (name: String) in uniform(name) != nil }
        for condition in model.conditions where condition.names.allSatisfy(isShared) {
            try model.check(condition) { uniform($0)! }
        }
    }

    /// Conditions that each connection has to be asked about.
    var openConditions: [SynapseCondition] {
        model.conditions.filter { $0.names.contains { uniform($0) == nil } }
    }

    /// Lists need a rule that says which connection is which.
    ///
    /// - `count`: of the connections; nil where the rule does not say.
    /// - `rules`: those that do.
    func checkLists(_ count: Int?, possibleWith rules: [String]) throws {
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            guard case .listed(let list) = source else { continue }
            guard let count else {
                throw InputError("\(model.name): \(name): a list needs the rule \(rules.joined(separator: " or "))")
            }
            guard list.count == count else {
                throw InputError("\(model.name): \(name) has \(list.count) values for \(count) connections")
            }
        }
    }

    func refuseLists(_ what: String) throws {
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            if case .listed = source { throw InputError("\(what): \(name): lists are not possible here") }
        }
    }

    subscript(_ name: String) -> Source { sources[name]! }

    func uniform(_ name: String) -> Double? { sources[name]!.uniform }

    /// Steps of a delay in ms, or an error.
    static func delaySteps(_ ms: Double, _ resolution: Double) throws -> Int {
        guard ms.isFinite, ms < 1e9 else { throw InputError("delay = \(formatted(ms)) ms is not allowed") }
        let steps = TimeGrid.stepsNearest(max(ms, 0), resolution)
        guard steps >= 1 else {
            throw InputError(
                "delay = \(formatted(ms)) ms is shorter than the resolution \(formatted(resolution)) ms (use a multiple of \(formatted(resolution)))"
            )
        }
        guard steps <= Int(UInt16.max) else {
            throw InputError(
                "delay = \(formatted(ms)) ms is too long (at most \(formatted(TimeGrid.ms(Int(UInt16.max), resolution))) ms)"
            )
        }
        return steps
    }

    /// The weight that all connections keep; nil where they differ, or where spikes change it.
    var sharedWeight: Double? { model.changesWeight ? nil : uniform("weight") }

    /// What all connections share of the model's own columns; hidden states start alike.
    func sharedValue(_ column: SynapseDefinition.Column) -> Double? {
        sources[column.name].map(\.uniform) ?? column.start
    }
}

extension Parameter {
    var defaultNumber: Double {
        if case .number(let x) = defaultValue { return x }
        return 0
    }
}

/// The values of one parameter for the connections of one row.
struct ParameterDraws {
    private let source: SynapseSpec.Source
    private let parameter: Parameter
    private let call: CallName
    private let index: Int
    private let rowStart: (Int) -> Int

    /// `index` tells a call's parameters apart; `rowStart`: where a row begins in a list of all connections.
    init(_ spec: SynapseSpec, _ name: String, _ call: CallName, rowStart: @escaping (Int) -> Int) {
        source = spec[name]
        index = spec.model.parameters.firstIndex { $0.name == name }!
        parameter = spec.model.parameters[index]
        (self.call, self.rowStart) = (call, rowStart)
    }

    func values(row: Int, count: Int) throws -> [Double] {
        switch source {
        case .all(let x): return Array(repeating: x, count: count)
        case .listed(let list): return Array(list[rowStart(row)..<rowStart(row) + count])
        case .drawn(let distribution):
            let name = StreamName(.synapseParameter, call: call.number, parameter: index, member: row)
            var stream = RandomStream(seed: call.seed, name)
            return try (0..<count).map { _ in
                let x = try distribution.draw(&stream)
                try parameter.check(x, of: distribution.description)
                return x
            }
        }
    }
}
