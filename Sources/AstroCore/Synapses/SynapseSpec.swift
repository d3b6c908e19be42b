/// What a connect call says about its synapses, checked.
struct SynapseSpec {
    let model: SynapseModel
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

    init(_ settings: Settings, standard: SynapseModel = .staticSynapse) throws {
        switch settings["synapse_model"] ?? .text(standard.rawValue) {
        case .text(let name): model = try SynapseModel.named(name)
        case let other: throw InputError("synapse_model must be a name, got \(other)")
        }
        for parameter in model.parameters { sources[parameter.name] = .all(parameter.defaultNumber) }
        for key in settings.keys.sorted() where key != "synapse_model" {
            guard let parameter = model.parameters.first(where: { $0.name == key }) else {
                throw Self.unknown(key, settings, model)
            }
            sources[key] = try Self.source(settings[key]!, parameter, model.rawValue)
        }
        receptor = try Self.receptor(sources.removeValue(forKey: "receptor_type")!)
        try checkFractions()
    }

    /// What synapses take, whatever their model.
    static let allKeys = ["synapse_model"] + SynapseModel.allCases.flatMap { $0.parameters.map(\.name) }

    /// What was meant may be a parameter of a model that was not named.
    private static func unknown(_ key: String, _ settings: Settings, _ model: SynapseModel) -> InputError {
        let owner = SynapseModel.allCases.first { $0.parameters.contains { $0.name == key } }
        if settings["synapse_model"] == nil, let owner {
            return InputError(
                "\(model.rawValue) has no parameter '\(key)', and no model is named (synapse_model = '\(owner.rawValue)' has one)"
            )
        }
        return InputError.unknown(
            "\(model.rawValue) has no parameter", key, among: model.parameters.map(\.name) + ["synapse_model"])
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

    /// x + y must not be above 1 (tsodyks_synapse).
    private func checkFractions() throws {
        guard model == .tsodyksSynapse, let x = sources["x"]?.uniform, let y = sources["y"]?.uniform, x + y > 1 else {
            return
        }
        throw InputError("\(model.rawValue): x + y = \(formatted(x + y)) must not be above 1")
    }

    /// Lists need a rule that says which connection is which.
    ///
    /// - `count`: of the connections; nil where the rule does not say.
    func checkLists(_ count: Int?) throws {
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            guard case .listed(let list) = source else { continue }
            guard let count else {
                throw InputError("\(model.rawValue): \(name): a list needs the rule one_to_one or all_to_all")
            }
            guard list.count == count else {
                throw InputError("\(model.rawValue): \(name) has \(list.count) values for \(count) connections")
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

    /// Parameters beside weight and delay, in the order of the model's table.
    static func tsodyksNames() -> [String] { Tsodyks.parameters.map(\.name) }

    /// Do all connections share the synapse's parameters and initial state?
    var sharesDynamics: Bool {
        model == .tsodyksSynapse && Self.tsodyksNames().allSatisfy { uniform($0) != nil }
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
