/// New values for parameters of cells: worked out and checked as a whole, then applied, or thrown away.
struct CellAssignment {
    private let model: ModelDefinition
    /// nil where they are still to be made.
    private let cells: Cells?
    /// Own cells among them.
    private let targets: [Int]
    private let whole: Bool
    private(set) var values: CellValues = [:]

    /// - `all`: cells of the population, in the order in which lists give their values.
    init(_ cells: Cells, _ all: EvenRun, _ settings: Settings, _ randomName: RandomName) throws {
        try self.init(cells.model, cells, all, own: cells.own, whole: all.count == cells.count, settings, randomName)
    }

    /// What the cells of a new population begin with, where it is not the default.
    init(new model: ModelDefinition, _ deal: Deal, own: Range<Int>, _ settings: Settings, _ randomName: RandomName)
        throws
    {
        try self.init(model, nil, EvenRun(0..<deal.count), own: own, whole: true, settings, randomName)
    }

    private init(
        _ model: ModelDefinition, _ cells: Cells?, _ all: EvenRun, own: Range<Int>, whole: Bool,
        _ settings: Settings, _ randomName: RandomName
    ) throws {
        let own = all.positions(in: own)
        (self.model, self.cells, self.whole) = (model, cells, whole)
        targets = own.map { all[$0] }
        for name in settings.keys.sorted() {
            guard let index = model.parameters.firstIndex(where: { $0.name == name }) else {
                throw InputError.unknown("\(model.name) has no parameter", name, among: model.parameters.map(\.name))
            }
            let parameter = model.parameters[index]
            let stream = randomName.of(parameter: index)
            values[parameter.name] = try Self.values(
                settings[parameter.name]!, parameter, model.name, all, own, stream)
        }
        try checkTogether()
        if cells == nil, let formulas = model.startFormulas { try begin(formulas, randomName) }
    }

    /// Start values that are formulas, of states that the user gave none.
    private mutating func begin(_ formulas: ModelDefinition.StartFormulas, _ randomName: RandomName) throws {
        let defaults = Dictionary(uniqueKeysWithValues: model.starts.map { ($0.name, $0.value) })
        for state in formulas.states where values[state] == nil {
            let index = model.parameters.firstIndex { $0.name == state }!
            let given = values
            let found = formulas.values(state, targets, { name, i in given[name]?.value(i) ?? defaults[name]! }) {
                cell, site in
                randomName.stream(parameter: index, cell, from: site)
            }
            try found.forEach { try model.parameters[index].check($0, of: model.name) }
            values[state] = .each(found)
        }
    }

    /// Names the random numbers of a `create` or `set`.
    struct RandomName {
        let seed: Int64
        let purpose: Purpose
        let call: Int
        /// The number of the population's first cell among all that draw.
        var firstCell = 0

        func of(parameter: Int) -> (Int) -> RandomStream {
            let name = StreamName(purpose, call: call, parameter: parameter)
            return { cell in RandomStream(seed: seed, name.of(member: firstCell + cell)) }
        }

        /// From a block of the stream on.
        func stream(parameter: Int, _ cell: Int, from block: Int) -> RandomStream {
            let name = StreamName(purpose, call: call, parameter: parameter)
            return RandomStream(seed: seed, name.of(member: firstCell + cell), from: block)
        }
    }

    private static func values(
        _ value: Value, _ parameter: Parameter, _ model: String, _ all: EvenRun, _ own: Range<Int>,
        _ stream: (Int) -> RandomStream
    ) throws -> NewValues {
        switch value {
        case .number(let x):
            try parameter.check(x, of: model)
            return .all(x)
        case .flag(let isTrue) where parameter.unit == .flag: return .all(isTrue ? 1 : 0)
        case .numbers(let given):
            guard given.count == all.count else {
                throw InputError.uneven("\(model): \(parameter.name)", given.count, nodes: all.count)
            }
            try given.forEach { try parameter.check($0, of: model) }
            return .each(Array(given[own]))
        case .distribution(let distribution):
            try distribution.check()
            return .each(
                try own.map { position in
                    var stream = stream(all[position])
                    let x = try distribution.draw(&stream)
                    try parameter.check(x, of: model)
                    return x
                })
        default:
            let allowed = parameter.unit == .flag ? "true or false" : "a number, a list of numbers or a distribution"
            throw InputError("\(model): \(parameter.name) must be \(allowed), got \(value)")
        }
    }

    /// Conditions between parameters, for every cell whose values may differ from the others'.
    private func checkTogether() throws {
        let differ =
            values.values.contains { if case .each = $0 { true } else { false } } || cells?.haveOwnParameters == true
        for i in 0..<(differ ? targets.count : min(1, targets.count)) {
            try model.check { name in
                if let new = values[name] { return new.value(i) }
                return cells.map { $0.column(name)[targets[i]] } ?? model.starts.first { $0.name == name }!.value
            }
        }
    }

    func apply() {
        for (name, new) in values { cells?.set(name, new, cells: targets, whole: whole) }
    }
}
