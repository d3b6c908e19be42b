/// New values for parameters of cells: worked out and checked as a whole, then applied, or thrown away.
struct CellAssignment {
    private let cells: Cells
    /// Own cells among them.
    private let targets: [Int]
    private let whole: Bool
    private var values: [String: Values] = [:]

    /// One for all targets, or one each.
    private enum Values {
        case all(Double)
        case each([Double])

        func value(_ i: Int) -> Double {
            switch self {
            case .all(let x): return x
            case .each(let list): return list[i]
            }
        }
    }

    /// - `all`: cells of the population, in the order in which lists give their values.
    init(_ cells: Cells, _ all: EvenRun, _ settings: Settings, _ randomName: RandomName) throws {
        let own = all.positions(in: cells.own)
        self.cells = cells
        targets = own.map { all[$0] }
        whole = all.count == cells.count
        let model = cells.model
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
    }

    private static func values(
        _ value: Value, _ parameter: Parameter, _ model: String, _ all: EvenRun, _ own: Range<Int>,
        _ stream: (Int) -> RandomStream
    ) throws -> Values {
        switch value {
        case .number(let x):
            try parameter.check(x, of: model)
            return .all(x)
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
            throw InputError(
                "\(model): \(parameter.name) must be a number, a list of numbers or a distribution, got \(value)")
        }
    }

    /// Conditions between parameters, for every cell whose values may differ from the others'.
    private func checkTogether() throws {
        let differ =
            values.values.contains { if case .each = $0 { true } else { false } }
            || cells.columns.contains { name, column in
                column.stride == 1 && cells.parameter(name)?.role == .parameter
            }
        for i in 0..<(differ ? targets.count : min(1, targets.count)) {
            try cells.model.check { name in
                if let new = values[name] { return new.value(i) }
                return cells.column(name)[targets[i]]
            }
        }
    }

    func apply() {
        for (name, new) in values {
            switch new {
            case .all(let x): cells.set(name, [x], cells: targets, whole: whole, isList: false)
            case .each(let list): cells.set(name, list, cells: targets, whole: whole, isList: true)
            }
        }
    }
}
