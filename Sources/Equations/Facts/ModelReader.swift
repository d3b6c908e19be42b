import AstroBase

/// Reads a model's texts into facts, or says what is wrong with them.
package struct ModelReader {
    let source: ModelSource
    var formulas: FormulaReader
    var facts: ModelFacts
    var symbols: [String: Symbol] = [:]
    var lines: [EquationLine] = []
    /// Changes what may stand in formulas, in synapses.
    var adjust: ((inout FormulaReader.Context) -> Void)?
    /// What `post.X` is, in synapses and couplings.
    var member: ((_ object: String, _ member: String) throws -> Leaf)?
    /// Does a state that has no line stay as it is?
    var standsStillWithoutLine = false

    /// Names of random numbers have room for so many.
    private static let mostRows = 250

    package static func facts(_ source: ModelSource) throws -> ModelFacts {
        do {
            var reader = ModelReader(source)
            return try reader.read()
        } catch let error as InputError {
            throw InputError("model \(source.name): \(error.message)")
        }
    }

    init(_ source: ModelSource) {
        self.source = source
        formulas = FormulaReader(hasUnits: source.units)
        facts = ModelFacts(source: source, graph: Graph())
    }

    private mutating func read() throws -> ModelFacts {
        try checkShape()
        addWords()
        for row in source.parameters { try Self.isFlag(row) ? addFlag(row) : addParameter(row) }
        lines = try Parser.equations(TextPart(Self.equations, source.equations))
        try addNoises()
        try addStates()
        for input in source.inputs { try addInput(input) }
        try addQuantities()
        try addSlopes()
        try addArrivals()
        try addEvents()
        facts.graph = formulas.graph
        facts.sites = formulas.sites
        return facts
    }

    // MARK: Names

    private func checkShape() throws {
        try Self.checkName(source.name)
        guard ["neuron", "astrocyte"].contains(source.kind) else {
            throw InputError("kind = '\(source.kind)' is not a kind (neuron, astrocyte)")
        }
        guard !source.state.isEmpty else { throw InputError("state is empty: a model has at least one state") }
        let rows = source.parameters.count + source.state.count
        guard rows <= Self.mostRows else {
            throw InputError("\(rows) parameters and states are too many (at most \(Self.mostRows))")
        }
        let bytes = source.equations.utf8.count + source.onSpike.reduce(0) { $0 + $1.text.utf8.count }
        guard bytes <= 2 * TextPart.mostBytes else {
            throw InputError("the texts have \(bytes) bytes; the limit is \(2 * TextPart.mostBytes)")
        }
        if let step = source.step, !(step > 0 && step.isFinite) {
            throw InputError("step = \(formatted(step)) ms is not a length of time (> 0)")
        }
        guard source.tolerance > 0, source.tolerance.isFinite else {
            throw InputError("tolerance = \(formatted(source.tolerance)) is not allowed (> 0)")
        }
    }

    static func checkName(_ name: String) throws {
        guard isName(name) else {
            throw InputError("name = '\(name)' is not a name: letters, digits and _, the first not a digit")
        }
    }

    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 100 else { return false }
        let isDigit = { (byte: UInt8) in byte >= 48 && byte <= 57 }
        return !isDigit(first)
            && name.utf8.allSatisfy { byte in
                byte == 95 || isDigit(byte) || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
            }
    }

    mutating func addWords() {
        let none: Dimension? = .some(.none)
        symbols["pi"] = Symbol(kind: .word, node: formulas.graph.constant(Double.pi), dimension: none)
        symbols["t"] = Symbol(kind: .word, node: formulas.graph.leaf(.time), dimension: time)
        symbols["dt"] = Symbol(kind: .word, node: formulas.graph.leaf(.stepLength), dimension: time)
    }

    var time: Dimension { source.units ? .time : .none }

    private mutating func define(_ name: String, _ symbol: Symbol, line: String = "") throws {
        let what = "\(line)\(symbol.kind.rawValue) '\(name)'"
        guard Self.isName(name) else {
            throw InputError("\(what) is not a name: letters, digits and _, the first not a digit")
        }
        if Words.reserved.contains(name) || Words.constants.contains(name) || Words.isNoise(name) {
            throw InputError("\(what): the name is a word of the language")
        }
        if Functions.named[name] != nil || name == "last" || name == "send" || name == "send_third" {
            throw InputError("\(what): the name belongs to a function")
        }
        if let other = symbols[name] { throw InputError("\(what): there is \(other.kind.text) of that name already") }
        symbols[name] = symbol
    }

    var known: [String] { symbols.keys.sorted() }

    func context(_ wanted: (Dimension, String)? = nil) -> FormulaReader.Context {
        let symbols = symbols
        var context = FormulaReader.Context(symbol: { symbols[$0] }, known: known)
        context.wanted = wanted.map { (dimension: $0.0, name: $0.1) }
        context.member = member
        adjust?(&context)
        return context
    }

    // MARK: Rows

    mutating func addParameter(_ row: ModelSource.Row) throws {
        let place = "parameter '\(row.name)'"
        guard let quantity = try quantity(row.value, place) else {
            throw InputError("\(place): '\(row.value)' is not a number with a unit, as in \"250 pF\"")
        }
        var range = try Self.range(row.allowed, place)
        range.hasInfinity = quantity.number.isInfinite
        guard range.admits(quantity.number) else {
            throw InputError("\(place): the default \(formatted(quantity.number)) is not allowed (\(row.allowed))")
        }
        let leaf = formulas.graph.leaf(.parameter, facts.parameters.count)
        let node = scaled(leaf, quantity.unit)
        try define(row.name, Symbol(kind: .parameter, node: node, dimension: quantity.unit.dimension))
        facts.parameters.append(
            .init(
                name: row.name, value: quantity.number, unit: quantity.unit, unitText: quantity.unitText,
                meaning: row.meaning, range: range))
    }

    private static func isFlag(_ row: ModelSource.Row) -> Bool { ["true", "false"].contains(row.value) }

    /// A parameter that is true or false, in formulas 1 or 0.
    private mutating func addFlag(_ row: ModelSource.Row) throws {
        guard row.allowed.isEmpty else {
            throw InputError("parameter '\(row.name)': the allowed values are true and false, not '\(row.allowed)'")
        }
        let number = ModelSource.Row(row.name, row.value == "true" ? "1" : "0", row.meaning)
        try addParameter(number)
        facts.parameters[facts.parameters.count - 1].range.isFlag = true
    }

    private func quantity(_ text: String, _ place: String) throws -> Quantity? {
        do {
            guard let quantity = try Quantity(text) else { return nil }
            guard source.units || quantity.unitText == "1" else {
                throw InputError("'\(text)' has a unit, but the model has units = false")
            }
            return quantity
        } catch let error as InputError {
            throw InputError("\(place): \(error.message)")
        }
    }

    /// In the unit of formulas.
    mutating func scaled(_ leaf: Graph.ID, _ unit: PhysicalUnit) -> Graph.ID {
        formulas.graph.apply(.multiply, formulas.graph.constant(unit.factor), leaf)
    }

    private static func range(_ text: String, _ place: String) throws -> ModelFacts.Range {
        let plain = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if plain.isEmpty || plain == "any" { return .any }
        let wrong = InputError(
            "\(place): '\(text)' does not say what is allowed (\"> 0\", \">= 0\", \"0 to 1\", \"any\")")
        let ends = plain.split(separator: " to ")
        if ends.count == 2 {
            guard let low = Double(ends[0]), let high = Double(ends[1]), low <= high else { throw wrong }
            return .init(atLeast: low, atMost: high)
        }
        for (sign, make) in Self.bounds where plain.hasPrefix(sign) {
            guard let bound = Double(plain.dropFirst(sign.count).drop { $0 == " " }) else { throw wrong }
            return make(bound)
        }
        throw wrong
    }

    private static let bounds: [(String, @Sendable (Double) -> ModelFacts.Range)] = [
        (">=", { .init(atLeast: $0) }), ("<=", { .init(atMost: $0) }), (">", { .init(above: $0) }),
        ("<", { .init(below: $0) }),
    ]

    private mutating func addNoises() throws {
        var names: Set<String> = []
        for line in lines {
            for node in line.value.nodes {
                if case .name(let name, _) = node.kind, Words.isNoise(name) { names.insert(name) }
            }
        }
        facts.noises = names.sorted()
        // each noise is a draw of its own, before those of the texts
        formulas.sites = names.count
    }

    /// States first get their names and units: starts are formulas of parameters.
    mutating func addStates() throws {
        var starts: [(ModelFacts.State.Start, PhysicalUnit, String)] = []
        for row in source.state { starts.append(try start(row)) }
        for (row, (start, unit, text)) in zip(source.state, starts) {
            let place = "state '\(row.name)'", range = try Self.range(row.allowed, place)
            if case .number(let x) = start, !range.admits(x) {
                let allowed = x.isFinite ? row.allowed : "any finite number"
                throw InputError("\(place): the start value \(formatted(x)) is not allowed (\(allowed))")
            }
            let leaf = formulas.graph.leaf(.state, facts.states.count)
            let node = scaled(leaf, unit)
            try define(row.name, Symbol(kind: .state, node: node, dimension: unit.dimension))
            facts.states.append(
                .init(name: row.name, start: start, unit: unit, unitText: text, meaning: row.meaning, range: range))
        }
    }

    private mutating func start(_ row: ModelSource.Row) throws -> (ModelFacts.State.Start, PhysicalUnit, String) {
        let place = "state '\(row.name)'"
        if let quantity = try quantity(row.value, place) {
            return (.number(quantity.number), quantity.unit, quantity.unitText)
        }
        var context = context()
        context.noDraws = nil
        let inner = context.symbol, index = formulas.graph.leaf(.index)
        context.symbol = {
            $0 == "i"
                ? Symbol(kind: .word, node: index, dimension: Dimension.none)
                : $0 == "t" || $0 == "dt" ? nil : inner($0)
        }
        context.known += ["i"]
        let others = Set(source.state.map(\.name)), tree = try Parser.expression(TextPart(place, row.value))
        for node in tree.nodes {
            if case .name(let name, _) = node.kind, others.contains(name), symbols[name] == nil {
                throw InputError(
                    "\(place): '\(name)' is a state: start values are expressions of parameters, i, rand() and randn()")
            }
        }
        let value = try formulas.read(tree, context)
        guard !value.isTruth else { throw InputError("\(place): '\(row.value)' is a condition, not a value") }
        if let x = formulas.graph.constantValue(value.node), (value.dimension ?? Dimension.none) == Dimension.none {
            return (.number(x), .one, "1")
        }
        let dimension = value.dimension ?? .none
        return (.formula(value.node), PhysicalUnit(dimension: dimension, decades: 0), dimension.name)
    }

    private mutating func addInput(_ input: ModelSource.Input) throws {
        let place = "input '\(input.name)'"
        let words = input.kind.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let kind = words.first, ["current", "signal"].contains(kind) else {
            throw InputError("\(place): '\(input.kind)' is not \"current UNIT\" or \"signal UNIT\"")
        }
        var unit = PhysicalUnit.one, text = "1"
        if words.count > 1, words[1] != "1" || words.count > 2 {
            text = words.dropFirst().joined(separator: " ")
            guard source.units else {
                throw InputError("\(place): '\(text)' is a unit, but the model has units = false")
            }
            do { unit = try UnitText.unit(text) } catch let error as InputError {
                throw InputError("\(place): \(error.message)")
            }
        }
        let node = scaled(formulas.graph.leaf(.input, facts.inputs.count), unit)
        try define(input.name, Symbol(kind: .input, node: node, dimension: unit.dimension))
        facts.inputs.append(.init(name: input.name, isSignal: kind == "signal", unit: unit, unitText: text))
    }

    // MARK: Equations

    /// Where a line stands; of couplings each has a place of its own.
    private static func at(_ line: EquationLine) -> String {
        let place = line.value.part.place
        return place == equations ? "\(place), line \(line.line): " : "\(place): "
    }

    private static let equations = "equations"

    mutating func addQuantities() throws {
        let own = lines.filter { $0.kind == .quantity }
        var byName: [String: EquationLine] = [:]
        for line in own {
            if let state = facts.states.first(where: { $0.name == line.name }) {
                throw InputError("\(Self.at(line))'\(state.name)' is a state: its line is d\(state.name)/dt = …")
            }
            guard byName[line.name] == nil else { throw InputError("\(Self.at(line))'\(line.name)' has two lines") }
            byName[line.name] = line
        }
        for line in try Self.ordered(own, byName) {
            var context = context(line.unit.map { ($0.dimension, line.name) })
            context.known += byName.keys.filter { symbols[$0] == nil }
            let value = try formulas.read(line.value, context)
            let dimension = line.unit?.dimension ?? value.dimension ?? .none
            let unit = line.unit ?? PhysicalUnit(dimension: dimension, decades: 0)
            try define(
                line.name,
                Symbol(kind: .quantity, node: value.node, dimension: value.dimension, isTruth: value.isTruth),
                line: Self.at(line))
            let own = formulas.graph.apply(.multiply, value.node, formulas.graph.constant(1 / unit.factor))
            facts.quantities.append(
                .init(
                    name: line.name, own: own, value: value.node, isTruth: value.isTruth, unit: unit,
                    unitText: line.unitText ?? dimension.name, line: line))
        }
        let places = Dictionary(uniqueKeysWithValues: own.enumerated().map { ($1.name, $0) })
        facts.quantities.sort { places[$0.name]! < places[$1.name]! }
    }

    /// Each behind what it reads.
    private static func ordered(_ lines: [EquationLine], _ byName: [String: EquationLine]) throws -> [EquationLine] {
        var waits: [String: Set<String>] = [:], readers: [String: [String]] = [:]
        for line in lines {
            let read = Set(
                line.value.nodes.compactMap { node -> String? in
                    if case .name(let name, _) = node.kind, byName[name] != nil { name } else { nil }
                })
            waits[line.name] = read
            for name in read { readers[name, default: []].append(line.name) }
        }
        var ready = lines.map(\.name).filter { waits[$0]!.isEmpty }, done: [EquationLine] = []
        while let name = ready.popLast() {
            done.append(byName[name]!)
            for reader in readers[name] ?? [] {
                waits[reader]!.remove(name)
                if waits[reader]!.isEmpty { ready.append(reader) }
            }
        }
        if done.count < lines.count { throw circle(lines, waits, Set(done.map(\.name))) }
        return done
    }

    private static func circle(_ lines: [EquationLine], _ waits: [String: Set<String>], _ done: Set<String>)
        -> InputError
    {
        // from any that waits, one step back a time, until one comes again
        var path = [lines.first { !done.contains($0.name) }!.name]
        while true {
            let next = waits[path.last!]!.min()!
            if let first = path.firstIndex(of: next) {
                let circle = path[first...] + [next], line = lines.first { $0.name == next }!
                return InputError("\(at(line))quantities in a circle: \(circle.joined(separator: " reads "))")
            }
            path.append(next)
        }
    }

    mutating func addSlopes() throws {
        for (index, name) in facts.noises.enumerated() {
            symbols[name] = Symbol(
                kind: .noise, node: formulas.graph.leaf(.noise, index),
                dimension: source.units
                    ? PhysicalUnit(dimension: .time, decades: 0).raised(to: -0.5)!.dimension : Dimension.none)
        }
        defer { for name in facts.noises { symbols[name] = nil } }
        var seen: Set<String> = []
        for line in lines where line.kind == .derivative {
            guard let index = facts.states.firstIndex(where: { $0.name == line.name }) else { throw notAState(line) }
            guard seen.insert(line.name).inserted else {
                throw InputError("\(Self.at(line))d\(line.name)/dt has two lines")
            }
            let dimension = facts.states[index].unit.dimension
            if let unit = line.unit, unit.dimension != dimension {
                throw InputError(
                    "\(Self.at(line))the unit after the colon must be that of \(line.name), \(dimension.name), not \(line.unitText!)"
                )
            }
            let slope = try formulas.read(line.value, context((dimension - time, "d\(line.name)/dt")))
            guard !slope.isTruth else {
                throw InputError("\(Self.at(line))'\(line.value.text(line.value.root))' is a condition, not a number")
            }
            try add(slope.node, line, to: index)
        }
        for index in facts.states.indices where !seen.contains(facts.states[index].name) {
            let state = facts.states[index]
            if standsStillWithoutLine {
                facts.states[index].slope = formulas.graph.constant(0)
                continue
            }
            throw InputError(
                "equations: state '\(state.name)' has no line d\(state.name)/dt = … (0 where only actions change it)")
        }
    }

    private func notAState(_ line: EquationLine) -> InputError {
        if let symbol = symbols[line.name] {
            return InputError("\(Self.at(line))'\(line.name)' is \(symbol.kind.text); a line dX/dt is that of a state")
        }
        return InputError(
            "\(Self.at(line))\(InputError.unknown("there is no state", line.name, among: facts.states.map(\.name)).message)"
        )
    }

    private mutating func add(_ slope: Graph.ID, _ line: EquationLine, to index: Int) throws {
        let factor = formulas.graph.constant(1 / facts.states[index].unit.factor)
        let own = formulas.graph.apply(.multiply, slope, factor)
        facts.states[index].line = line
        guard let parts = formulas.graph.affine([own], in: { $0.kind == .noise })[0],
            !formulas.graph.leaves(of: Array(parts.coefficients.values) + [parts.rest]).contains(where: {
                $0.kind == .noise
            })
        else {
            throw InputError(
                "\(Self.at(line))noise can only be multiplied and added: no power, product or function of it")
        }
        facts.states[index].slope = parts.rest
        for (leaf, coefficient) in parts.coefficients { facts.states[index].noise[Int(leaf.index)] = coefficient }
    }

    // MARK: Spikes that arrive

    private mutating func addArrivals() throws {
        let receptors = Set(source.onSpike.map(\.receptor))
        let numbers = receptors.compactMap { Int($0) }
        let areNumbers = numbers.count == receptors.count
        facts.receptors = areNumbers ? [] : receptors.sorted()
        let order = source.onSpike.sorted { a, b in
            let first = receptorIndex(a.receptor), second = receptorIndex(b.receptor)
            return (first, a.sign == .inhibitory ? 1 : 0) < (second, b.sign == .inhibitory ? 1 : 0)
        }
        for (index, arrival) in order.enumerated() { try add(arrival, index) }
    }

    private func receptorIndex(_ name: String) -> Int {
        Int(name) ?? facts.receptors.firstIndex(of: name) ?? 0
    }

    private mutating func add(_ arrival: ModelSource.Arrival, _ index: Int) throws {
        var place = "on_spike"
        if !arrival.receptor.isEmpty { place += ".\(arrival.receptor)" }
        if arrival.sign != .any { place += ".\(arrival.sign.rawValue)" }
        let receptor = receptorIndex(arrival.receptor)
        guard receptor >= 0, receptor < 64 else {
            throw InputError("\(place): a receptor is a number from 0 to 63, or a name")
        }
        let statements = try Parser.statements(TextPart(place, arrival.text))
        guard !statements.isEmpty else { throw InputError("\(place) is empty: what do spikes do?") }
        let leaf = formulas.graph.leaf(.weight, index)
        var dimension: Dimension?
        var changes: [ModelFacts.Change] = []
        var current: [Int: Graph.ID] = [:]
        for statement in statements {
            let state = try self.state(statement)
            guard statement.kind == .add || statement.kind == .subtract else {
                throw statement.value.part.error(
                    "'\(statement.name)': spikes add (+=) or subtract (-=)", line: statement.line)
            }
            let value = try read(statement, state, leaf, &dimension, current)
            let old = current[state] ?? formulas.graph.leaf(.state, state)
            current[state] = formulas.graph.apply(statement.kind == .add ? .add : .subtract, old, value)
            changes.removeAll { $0.state == state }
            changes.append(.init(state: state, value: current[state]!))
        }
        let unit = PhysicalUnit(dimension: dimension ?? .none, decades: 0)
        facts.arrivals.append(
            .init(
                receptor: receptor, receptorName: arrival.receptor, sign: arrival.sign, weightUnit: unit,
                weightUnitText: unit.dimension.name, changes: changes))
    }

    private func state(_ statement: Statement) throws -> Int {
        if let state = facts.states.firstIndex(where: { $0.name == statement.name }) { return state }
        let part = statement.value.part
        if statement.kind == .call {
            throw part.error("'\(statement.name)(…)' is not a statement of a cell", line: statement.line)
        }
        if let symbol = symbols[statement.name] {
            throw part.error(
                "'\(statement.name)' is \(symbol.kind.text): statements change states", line: statement.line)
        }
        throw part.error(
            InputError.unknown("there is no state", statement.name, among: facts.states.map(\.name)).message,
            line: statement.line)
    }

    /// What a statement of `on_spike` adds, in the state's own unit. `weight` has the unit that the first statement gives it.
    private mutating func read(
        _ statement: Statement, _ state: Int, _ weight: Graph.ID, _ dimension: inout Dimension?,
        _ current: [Int: Graph.ID]
    ) throws -> Graph.ID {
        let own = facts.states[state]
        if dimension == nil, source.units {
            var free = context(nil)
            free.symbol = changed(free.symbol, current, weight, Dimension.none)
            free.known += ["weight"]
            let value = try formulas.read(statement.value, free)
            dimension = own.unit.dimension - (value.dimension ?? .none)
        }
        var context = context((own.unit.dimension, statement.name))
        context.symbol = changed(context.symbol, current, weight, dimension ?? Dimension.none)
        context.known += ["weight"]
        let value = try formulas.read(statement.value, context)
        let scaled = formulas.graph.apply(.multiply, value.node, formulas.graph.constant(1 / own.unit.factor))
        let isWeight = { (leaf: Leaf) in leaf.kind == .weight }
        guard let parts = formulas.graph.affine([scaled], in: isWeight)[0], parts.coefficients.count == 1 else {
            throw statement.value.part.error(
                "'\(statement.value.text(statement.value.root))' has to be 'weight' times something that does not contain it",
                line: statement.line)
        }
        guard formulas.graph.constantValue(parts.rest) == 0 else {
            throw statement.value.part.error(
                "'\(statement.value.text(statement.value.root))' has a term without weight: a spike of weight 0 would change '\(statement.name)'",
                line: statement.line)
        }
        return scaled
    }

    /// Names as they are after statements before.
    private mutating func changed(
        _ symbol: @escaping (String) -> Symbol?, _ current: [Int: Graph.ID], _ weight: Graph.ID?,
        _ dimension: Dimension?
    ) -> (String) -> Symbol? {
        var own: [String: Symbol] = [:]
        if let weight { own["weight"] = Symbol(kind: .word, node: weight, dimension: dimension) }
        if !current.isEmpty {
            for (index, state) in facts.states.enumerated() {
                guard let node = current[index] else { continue }
                own[state.name] = Symbol(kind: .state, node: scaled(node, state.unit), dimension: state.unit.dimension)
            }
            let values = formulas.graph.replacing(facts.quantities.map(\.value)) {
                $0.kind == .state ? current[Int($0.index)] : nil
            }
            for (quantity, value) in zip(facts.quantities, values) {
                own[quantity.name] = Symbol(
                    kind: .quantity, node: value, dimension: symbols[quantity.name]!.dimension,
                    isTruth: quantity.isTruth)
            }
        }
        return { own[$0] ?? symbol($0) }
    }

    // MARK: Events

    private mutating func addEvents() throws {
        if let spike = source.spike { facts.events.append(try event(spike, "spike")) }
        for event in source.events.sorted(by: { $0.name < $1.name }) {
            guard Self.isName(event.name), event.name != "spike" else {
                throw InputError("'\(event.name)' is not a name for an event")
            }
            facts.events.append(try self.event(event, "events.\(event.name)"))
        }
    }

    private func eventContext() -> FormulaReader.Context {
        var context = context()
        context.noDraws = nil
        context.known += ["last"]
        return context
    }

    private mutating func lastSymbols() -> (String) -> Symbol? {
        var last: [String: Symbol] = [:]
        for (index, state) in facts.states.enumerated() {
            let node = scaled(formulas.graph.leaf(.last, index), state.unit)
            last[state.name] = Symbol(kind: .state, node: node, dimension: state.unit.dimension)
        }
        return { last[$0] }
    }

    private mutating func event(_ event: ModelSource.Event, _ place: String) throws -> ModelFacts.Event {
        guard event.when.isEmpty != event.crossing.isEmpty else {
            throw InputError(
                "\(place): it needs 'when' or 'crossing', \(event.when.isEmpty ? "and has neither" : "not both")")
        }
        let isCrossing = event.when.isEmpty
        let condition = try condition(event.when + event.crossing, "\(place).\(isCrossing ? "crossing" : "when")")
        let refractory = try refractory(event, place)
        let holds = try event.hold.map { name in
            guard let index = facts.states.firstIndex(where: { $0.name == name }) else {
                throw InputError(
                    "\(place).hold: \(InputError.unknown("there is no state", name, among: facts.states.map(\.name)).message)"
                )
            }
            return index
        }
        if case .none = refractory, !holds.isEmpty {
            throw InputError("\(place).hold: nothing is held without 'refractory'")
        }
        return .init(
            name: event.name, condition: condition, isCrossing: isCrossing,
            action: try action(event.action, "\(place).action"),
            refractory: refractory, holds: holds)
    }

    private mutating func condition(_ text: String, _ place: String) throws -> Graph.ID {
        var context = eventContext()
        context.last = lastSymbols()
        let tree = try Parser.expression(TextPart(place, text))
        let value = try formulas.read(tree, context)
        guard value.isTruth else {
            throw InputError("\(place): '\(tree.text(tree.root))' is not a condition: compare it, as in 'V_m >= V_th'")
        }
        return value.node
    }

    private mutating func refractory(_ event: ModelSource.Event, _ place: String) throws -> ModelFacts.Refractory {
        if event.refractory.isEmpty { return .none }
        var context = eventContext()
        context.last = lastSymbols()
        let tree = try Parser.expression(TextPart("\(place).refractory", event.refractory))
        let value = try formulas.read(tree, context)
        if value.isTruth { return .condition(value.node) }
        if source.units, let dimension = value.dimension, dimension != .time {
            throw InputError(
                "\(place).refractory: \(tree.text(tree.root)) is \(dimension == .none ? "a plain number" : dimension.name), not a time or a condition"
            )
        }
        guard formulas.graph.level(value.node) <= .parameters else {
            throw InputError(
                "\(place).refractory: \(tree.text(tree.root)) changes while the model runs; a refractory time is an expression of parameters"
            )
        }
        return .time(value.node)
    }

    /// Statements one after the other, each seeing what those before left.
    private mutating func action(_ text: String, _ place: String) throws -> [ModelFacts.Change] {
        let statements = try Parser.statements(TextPart(place, text))
        let last = lastSymbols()
        var current: [Int: Graph.ID] = [:], locals: [String: Symbol] = [:], order: [Int] = []
        var unread: [String: Int] = [:]
        for statement in statements {
            var context = eventContext()
            context.last = last
            context.allowsCounts = true
            let inner = changed(context.symbol, current, nil, nil), known = locals
            context.symbol = { known[$0] ?? inner($0) }
            context.known += locals.keys
            for node in statement.value.nodes { if case .name(let name, _) = node.kind { unread[name] = nil } }
            guard let state = facts.states.firstIndex(where: { $0.name == statement.name }) else {
                locals[statement.name] = try local(statement, locals, context)
                unread[statement.name] = statement.line
                continue
            }
            current[state] = try newValue(statement, facts.states[state], context)
            if !order.contains(state) { order.append(state) }
        }
        if let (name, line) = unread.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            let part = TextPart(place, text)
            throw part.error(
                InputError.unknown("there is no state", name, among: facts.states.map(\.name)).message, line: line)
        }
        return order.map { .init(state: $0, value: current[$0]!) }
    }

    /// What a statement makes of a state, in the state's own unit.
    private mutating func newValue(
        _ statement: Statement, _ own: ModelFacts.State, _ context: FormulaReader.Context
    ) throws -> Graph.ID {
        var context = context
        let old = context.symbol(own.name)!
        let needsUnit = [.assign, .add, .subtract].contains(statement.kind)
        if needsUnit { context.wanted = (own.unit.dimension, statement.name) }
        let value = try formulas.read(statement.value, context)
        guard !value.isTruth else {
            throw statement.value.part.error(
                "'\(statement.value.text(statement.value.root))' is a condition, not a number", line: statement.line)
        }
        if !needsUnit, let dimension = value.dimension, dimension != .none {
            throw statement.value.part.error(
                "\(statement.value.text(statement.value.root)) is \(dimension.name); a factor of '\(own.name)' has no unit",
                line: statement.line)
        }
        let new = combined(statement.kind, old.node, value.node)
        return formulas.graph.apply(.multiply, new, formulas.graph.constant(1 / own.unit.factor))
    }

    mutating func combined(_ kind: Statement.Kind, _ old: Graph.ID, _ value: Graph.ID) -> Graph.ID {
        switch kind {
        case .add: formulas.graph.apply(.add, old, value)
        case .subtract: formulas.graph.apply(.subtract, old, value)
        case .multiply: formulas.graph.apply(.multiply, old, value)
        case .divide: formulas.graph.apply(.divide, old, value)
        default: value
        }
    }

    /// A quantity of the moment.
    private mutating func local(_ statement: Statement, _ locals: [String: Symbol], _ context: FormulaReader.Context)
        throws -> Symbol
    {
        guard statement.kind == .assign, symbols[statement.name] == nil, !Words.constants.contains(statement.name)
        else {
            _ = try state(statement)
            preconditionFailure("a name that is no state is refused")
        }
        let value = try formulas.read(statement.value, context)
        return Symbol(kind: .local, node: value.node, dimension: value.dimension, isTruth: value.isTruth)
    }
}
