import Equations

/// What a connect call says about its synapses, checked.
struct SynapseSpec {
    private(set) var model: SynapseDefinition
    /// Of the target's model, where they are named: a receptor or an input for all, or one for each connection.
    private var receptorNames: ReceptorNames?
    private var isReceptorGiven = false, isDelayGiven = false
    /// When connections are made: ms.
    var now = 0.0
    /// Does whoever makes the connections say which cell is paired with each?
    var isPairedByRule = false
    /// Of a coupling: steps from one evaluation to the next.
    private(set) var every = 1
    /// Values by parameter name, weight and delay included; what is not given has its default.
    private(set) var sources: [String: Source] = [:]
    /// Functions of place, with the places.
    private var placed: [String: PlacedFunction] = [:]

    private enum ReceptorNames {
        case all(String)
        case listed([String])

        var distinct: [String] {
            switch self {
            case .all(let name): [name]
            case .listed(let names): Set(names).sorted()
            }
        }
    }

    /// Where a parameter's values come from.
    enum Source {
        case all(Double)
        case drawn(Distribution)
        case listed([Double])
        /// By where the two nodes lie.
        case placed(SpatialFunction)

        var uniform: Double? {
            if case .all(let x) = self { return x }
            return nil
        }
    }

    init(_ settings: Settings, standard: SynapseDefinition = Synapses.standard) throws {
        switch settings["synapse_model"] {
        case nil: model = standard
        case .text(SignalConnection.name)?:
            let signal = try Self.signalName("signal", settings)
            let input = settings["input"] == nil ? "" : try Self.signalName("input", settings)
            model = SignalConnection.definition(signal: signal, input: input)
        case .text(let name)?: model = try Synapses.named(name)
        case let other?: throw InputError("synapse_model must be a name, got \(other)")
        }
        let settings = try Self.named(settings, model)
        for parameter in model.parameters { sources[parameter.name] = .all(parameter.defaultNumber) }
        receptorNames = try Self.receptorNames(settings, model)
        isReceptorGiven = settings["receptor_type"] != nil || receptorNames != nil
        isDelayGiven = settings["delay"] != nil
        for key in settings.keys.sorted() where key != "synapse_model" && !Self.isName(key, settings, model) {
            guard let parameter = model.parameters.first(where: { $0.name == key }) else {
                throw Self.unknown(key, settings, model)
            }
            sources[key] = try Self.source(settings[key]!, parameter, model.name)
        }
        try Self.checkReceptor(self["receptor_type"])
        try checkConditions()
    }

    /// A volume transmitter is what such synapses are paired with: it goes by the reference's name, too.
    private static func named(_ settings: Settings, _ model: SynapseDefinition) throws -> Settings {
        guard model.readsThirdSpikes, let transmitter = settings["volume_transmitter"] else { return settings }
        var settings = settings
        settings["volume_transmitter"] = nil
        guard settings.updateValue(transmitter, forKey: SynapseDefinition.third.name) == nil else {
            throw InputError("\(model.name): third and volume_transmitter mean the same: give only one of them")
        }
        return settings
    }

    /// Of the target; nil where connections differ in it.
    var receptor: Int? { uniform("receptor_type").map { Int($0) } }

    /// Ids of cells that are paired with connections; 0 stands for none.
    var thirds: [Double] {
        switch sources[SynapseDefinition.third.name] {
        case .all(let x)?: [x]
        case .listed(let list)?: list
        case .drawn?, .placed?, nil: []
        }
    }

    /// The first receptor that connections can have and that is not among some.
    func receptor(notAmong known: [Int]) -> Int? { receptors.first { !known.contains($0) } }

    /// Those that connections can have.
    var receptors: any Collection<Int> {
        switch self["receptor_type"] {
        case .all(let x): [Int(x)]
        case .listed(let list): Set(list.map { Int($0) }).sorted()
        case .drawn(let distribution): distribution.wholeNumbers!
        case .placed: []
        }
    }

    /// What synapses take, whatever their model.
    static var allKeys: [String] { ["synapse_model", "signal", "input"] + Synapses.parameterNames }

    private static func signalName(_ key: String, _ settings: Settings) throws -> String {
        guard case .text(let name)? = settings[key] else {
            let what = key == "signal" ? "a state or quantity of the source" : "an input of the target"
            throw InputError("\(SignalConnection.name): \(key) is missing or not a name: \(what)")
        }
        return name
    }

    /// Is the value of a key a name that has been read?
    private static func isName(_ key: String, _ settings: Settings, _ model: SynapseDefinition) -> Bool {
        if key == "input" { return true }
        if key == "signal" { return model.name == SignalConnection.name }
        guard key == "receptor_type" else { return false }
        switch settings[key] {
        case .text?, .texts?: return true
        default: return false
        }
    }

    private static func receptorNames(_ settings: Settings, _ model: SynapseDefinition) throws -> ReceptorNames? {
        if model.name == SignalConnection.name { return nil }
        if let coupling = model.coupling, settings["input"] != nil {
            throw InputError("\(model.name): 'input' is part of the coupling (\(coupling.facts.source.input))")
        }
        switch (settings["input"], settings["receptor_type"]) {
        case (.text(let name)?, nil), (nil, .text(let name)?): return .all(name)
        case (nil, .texts(let names)?): return .listed(names)
        case (nil, _): return nil
        case (.text?, _?): throw InputError("input and receptor_type mean the same: give only one of them")
        case (let other?, _): throw InputError("input must be the name of an input, got \(other)")
        }
    }

    /// With what it needs to know of the nodes: which receptor a name is, how units are converted, and where they lie.
    ///
    /// - `space`: asked for where something depends on it.
    func resolved(
        _ pre: [ModelDefinition?], _ post: [ModelDefinition?], resolution: Double, _ space: () throws -> Geometry
    ) throws -> SynapseSpec {
        var result = self
        for (name, source) in sources.inOrder {
            guard case .placed(let function) = source else { continue }
            let what = "\(model.name): \(name)"
            do {
                // a formula that is none is told first
                _ = try PlaceFormula(function.text, of: what)
                result.placed[name] = try PlacedFunction(function, space(), of: what)
            } catch let error as InputError {
                throw error.message.hasPrefix(what) ? error : InputError("\(what): \(error.message)")
            }
        }
        let targets = post.compactMap { $0 }
        if model.coupling != nil {
            result.model = try model.joining(pre.compactMap { $0 }, targets)
            try result.setSteps(resolution)
        }
        if let receptorNames, let target = targets.first {
            var numbers: [String: Double] = [:]
            for name in receptorNames.distinct {
                let found = Set(targets.map { $0.receptor(named: name) })
                guard found.count == 1, let number = found.first! else {
                    throw Self.unknownReceptor(name, of: target, ofCurrents: pre.allSatisfy { $0 == nil })
                }
                numbers[name] = Double(number)
            }
            switch receptorNames {
            case .all(let name): result.sources["receptor_type"] = .all(numbers[name]!)
            case .listed(let names): result.sources["receptor_type"] = .listed(names.map { numbers[$0]! })
            }
        }
        if model.name == SignalConnection.name, var route = model.signal {
            if route.port.isEmpty { route.port = try Self.onlyInput(of: targets) }
            result.model = SignalConnection.definition(
                signal: route.output, input: route.port, scale: try Self.scale(route, pre.compactMap { $0 }, targets))
        }
        return result
    }

    /// Delays and intervals of couplings that are not given are a step.
    private mutating func setSteps(_ resolution: Double) throws {
        if !isDelayGiven { sources["delay"] = .all(resolution) }
        guard let ms = uniform(Coupling.every) else {
            throw InputError("\(model.name): every is one number for all connections of a call")
        }
        sources[Coupling.every] = .all(ms == 0 ? resolution : ms)
        guard ms > 0 else { return }
        guard let steps = TimeGrid.steps(ms, resolution), steps < Int(Int32.max) else {
            throw InputError(
                "\(model.name): every = \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
            )
        }
        every = steps
    }

    private static func unknownReceptor(_ name: String, of target: ModelDefinition, ofCurrents: Bool) -> InputError {
        let receptors = target.receptorNames.keys.sorted(),
            currents = target.ports.list.filter { $0.quantity == .current }.map(\.name)
        return InputError.unknown(
            "\(target.name) has no \(ofCurrents && receptors.isEmpty ? "input" : "receptor")", name,
            among: ofCurrents ? receptors + currents : receptors)
    }

    /// Where a signal goes that names no input: there is one.
    private static func onlyInput(of models: [ModelDefinition]) throws -> String {
        let inputs = models.map { $0.ports.list.filter { $0.quantity == .signal }.map(\.name) }
        guard let first = inputs.first, first.count == 1, inputs.allSatisfy({ $0 == first }) else {
            let names = inputs.first ?? []
            throw InputError(
                names.isEmpty
                    ? "\(SignalConnection.name): \(models.first?.name ?? "the target") takes no signal"
                    : "\(SignalConnection.name): input is missing: name one of \(names.joined(separator: ", "))")
        }
        return first[0]
    }

    /// Does a current have to be told where to go?
    func needsInput(of model: ModelDefinition) -> Bool {
        model.source != nil && model.ports.currentReceptors.count > 1 && !isReceptorGiven
    }

    /// Does a spike have to be told where to go?
    func needsReceptor(of model: ModelDefinition) -> Bool {
        model.receptorNames.count > 1 && !isReceptorGiven
    }

    private static func scale(_ route: SignalRoute, _ pre: [ModelDefinition], _ post: [ModelDefinition]) throws
        -> Double
    {
        let from = Set(pre.compactMap { $0.unit(of: route.output) }),
            to = Set(post.receiving(route.port).compactMap { $0.unit(of: route.port) })
        guard from.count <= 1, to.count <= 1 else {
            throw InputError(
                "\(SignalConnection.name): the cells have '\(route.output)' or '\(route.port)' in several units: connect them one by one"
            )
        }
        guard let from = from.first, let to = to.first, from != to, from != .one, to != .one else { return 1 }
        guard let factor = EquationModel.factor(from: from.rawValue, to: to.rawValue) else {
            throw InputError(
                "\(SignalConnection.name): \(route.output) is in \(from.rawValue), \(route.port) takes \(to.rawValue)")
        }
        return factor
    }

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

    private static func checkReceptor(_ source: Source) throws {
        switch source {
        case .placed(let function): throw InputError("receptor_type can't be a function of distance, got \(function)")
        case .drawn(let distribution):
            if distribution.wholeNumbers != nil { return }
            throw InputError("receptor_type: \(distribution) gives no whole numbers (uniform_int does)")
        case .all(let x): try checkReceptor(x)
        case .listed(let list): try list.forEach(checkReceptor)
        }
    }

    private static func checkReceptor(_ value: Double) throws {
        guard value == value.rounded(), value < 1000 else {
            throw InputError("receptor_type = \(formatted(value)) is not a receptor: a small whole number or a name")
        }
    }

    private static func source(_ value: Value, _ parameter: Parameter, _ model: String) throws -> Source {
        func refusePair(_ given: Any) throws {
            guard parameter.name == SynapseDefinition.third.name else { return }
            throw InputError("\(model): third takes nodes, not \(given)")
        }
        switch value {
        case .number(let x):
            try parameter.check(x, of: model)
            return .all(x)
        case .distribution(let distribution):
            try distribution.check()
            try refusePair(distribution)
            return .drawn(distribution)
        case .numbers(let list):
            try list.forEach { try parameter.check($0, of: model) }
            return .listed(list)
        case .text(let text) where !text.isEmpty:
            try refusePair(text)
            return .placed(SpatialFunction(text: text))
        case .function(let function):
            try refusePair(function)
            return .placed(function)
        default:
            throw InputError(
                "\(model): \(parameter.name) must be a number, a list of numbers, a distribution or a function of distance, got \(value)"
            )
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
        for (name, source) in sources.inOrder {
            guard case .listed(let list) = source else { continue }
            guard let count else {
                throw InputError("\(model.name): \(name): a list needs the rule \(rules.joined(separator: " or "))")
            }
            guard list.count == count else {
                throw InputError("\(model.name): \(name) has \(list.count) values for \(count) connections")
            }
        }
    }

    /// Does something depend on where nodes lie?
    var isPlaced: Bool { !placed.isEmpty }

    /// The values of a function of place between a source and some targets; nil where it is none.
    func placedValues(_ name: String, _ source: Int, _ targets: () -> [UInt32]) throws -> [Double]? {
        guard let function = placed[name] else { return nil }
        let parameter = model.parameters.first { $0.name == name }!,
            values = function.values(source, targets(), from: .sources)
        for x in values { try parameter.check(x, of: model.name) }
        return values
    }

    /// For the way back.
    var reversed: SynapseSpec {
        var result = self
        result.placed = placed.mapValues(\.reversed)
        return result
    }

    /// Refuses values that are others on the way back.
    func checkSymmetry() throws {
        for (name, function) in placed.inOrder where !function.isSymmetric {
            throw InputError(
                "make_symmetric: \(name) has to be a function of distance alone; both directions have the same parameters"
            )
        }
    }

    func refuseLists(_ what: String) throws {
        for (name, source) in sources.inOrder {
            if case .listed = source { throw InputError("\(what): \(name): lists are not possible here") }
        }
    }

    subscript(_ name: String) -> Source { sources[name]! }

    func uniform(_ name: String) -> Double? { sources[name]!.uniform }

    /// Does a list say which connection has which value?
    func isListed(_ name: String) -> Bool { if case .listed = sources[name] { true } else { false } }

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
        if column.name == SynapseDefinition.third.name, isPairedByRule { return nil }
        switch column.begins {
        case .asGiven: return sources[column.name].map(\.uniform) ?? column.start
        case .now: return now
        case .number: return nil
        }
    }

    /// The columns of connections that are made now. Targets have spiked before, or connections begin with another trace: then these keep
    /// their own.
    func columns(rowCount: Int) -> SynapseColumns {
        let traces = model.columns.filter { $0.part == .target }
        let beginsAlike = now == 0 && traces.allSatisfy { sharedValue($0) == 0 }
        return SynapseColumns(model, rowCount: rowCount, keepsTrace: beginsAlike, sharedValue)
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
        case .placed: preconditionFailure("\(parameter.name) depends on the targets")
        case .all(let x): return Array(repeating: x, count: count)
        case .listed(let list): return Array(list[rowStart(row)..<rowStart(row) + count])
        case .drawn(let distribution):
            // a call has names for so many parameters; those of more have members of their own
            let most = Purpose.synapseParameter.mostParameters
            let name = StreamName(
                .synapseParameter, call: call.number, parameter: index % most, member: row + (index / most) << 33)
            let values = try distribution.draws(count, seed: call.seed, name)
            // what is allowed is an interval
            guard let extent = values.extent else { return [] }
            if parameter.range.admits(extent.least) && parameter.range.admits(extent.most) { return values }
            try values.forEach { try parameter.check($0, of: distribution.description) }
            return values
        }
    }
}
