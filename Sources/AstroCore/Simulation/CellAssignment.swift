/// New values for parameters of cells: worked out and checked as a whole, then applied, or thrown away.
struct CellAssignment {
    private let cells: Cells
    private let targets: [Int]
    private var values: [String: [Double]] = [:]

    /// - `targets`: cells of the population, in the order in which lists give their values.
    init(_ cells: Cells, _ targets: [Int], _ settings: Settings, _ randomName: RandomName) throws {
        (self.cells, self.targets) = (cells, targets)
        let model = cells.model
        for name in settings.keys.sorted() {
            guard let index = model.parameters.firstIndex(where: { $0.name == name }) else {
                throw InputError.unknown("\(model.name) has no parameter", name, among: model.parameters.map(\.name))
            }
            let parameter = model.parameters[index]
            let stream = randomName.of(parameter: index)
            values[parameter.name] = try Self.values(settings[parameter.name]!, parameter, model.name, targets, stream)
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

        /// 256 parameters a call: the streams of calls do not meet.
        func of(parameter: Int) -> (Int) -> RandomStream {
            { cell in RandomStream(seed: seed, purpose, call &* 256 &+ parameter, firstCell &+ cell) }
        }
    }

    private static func values(
        _ value: Value, _ parameter: Parameter, _ model: String, _ targets: [Int], _ stream: (Int) -> RandomStream
    ) throws -> [Double] {
        let list: [Double]
        switch value {
        case .number(let x):
            list = [x]
        case .numbers(let given):
            guard given.count == targets.count else {
                throw InputError("\(model): \(parameter.name) has \(given.count) values for \(targets.count) nodes")
            }
            list = given
        case .distribution(let distribution):
            try distribution.check()
            list = try targets.map { cell in
                var own = stream(cell)
                return try distribution.draw(&own)
            }
        default:
            throw InputError(
                "\(model): \(parameter.name) must be a number, a list of numbers or a distribution, got \(value)")
        }
        try list.forEach { try parameter.check($0, of: model) }
        return list
    }

    /// Conditions between parameters, for every cell whose values may differ from the others'.
    private func checkTogether() throws {
        let differ =
            values.values.contains { $0.count > 1 }
            || cells.columns.contains { name, column in
                column.stride == 1 && cells.parameter(name)?.role == .parameter
            }
        for i in 0..<(differ ? targets.count : min(1, targets.count)) {
            try cells.model.check { name in
                if let new = values[name] { return new.count == 1 ? new[0] : new[i] }
                return cells.column(name)[targets[i]]
            }
        }
    }

    func apply() {
        for (name, list) in values { cells.set(name, list, cells: targets) }
    }
}
