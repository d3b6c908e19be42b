import AstroBase

/// Reads a synapse's texts into facts, or says what is wrong with them.
package struct SynapseReader {
    private let source: SynapseSource
    /// Has the names.
    private var names: ModelReader
    private var facts: SynapseFacts
    /// That of the weight: nil as long as no statement has said.
    private var weight: Dimension?
    private let others = Others()

    /// What is read of other cells, in the order in which it is first named.
    private final class Others {
        var post: [String] = [], third: [String] = []

        func leaf(_ object: String, _ member: String) throws -> Leaf {
            switch object {
            case "post": return Leaf(.post, Self.place(of: member, in: &post))
            case "third": return Leaf(.third, Self.place(of: member, in: &third))
            default:
                throw InputError(
                    "'\(object).\(member)': a synapse reads its own values, post.X of its target and third.X of the astrocyte paired with it"
                )
            }
        }

        private static func place(of name: String, in names: inout [String]) -> Int {
            if let known = names.firstIndex(of: name) { return known }
            names.append(name)
            return names.count - 1
        }
    }

    /// Have all statements been looked at for what the weight is?
    private var knowsWeight = false

    /// - Throws: an `InputError` that says what is wrong, and where.
    package static func facts(_ source: SynapseSource) throws -> SynapseFacts { try facts(source) { _, _ in nil } }

    /// Looks at the texts once more with what `post.X` and `third.X` measure, by "post" or "third" and X; nil where that fits any unit.
    package static func check(_ source: SynapseSource, _ unit: @escaping (String, String) -> String?) throws {
        if source.units { _ = try facts(source) { CouplingUnits.unit(unit($0, $1)) } }
    }

    private static func facts(
        _ source: SynapseSource, _ unit: @escaping (String, String) -> PhysicalUnit?
    ) throws -> SynapseFacts {
        do {
            // which unit the weight has is known when all statements have been read
            var first = SynapseReader(source, unit)
            try first.read()
            var second = SynapseReader(source, unit)
            (second.weight, second.knowsWeight) = (first.weight ?? .some(.none), true)
            try second.read()
            return second.facts
        } catch let error as InputError {
            throw InputError("synapse \(source.name): \(error.message)")
        }
    }

    private init(_ source: SynapseSource, _ unit: @escaping (String, String) -> PhysicalUnit?) {
        self.source = source
        names = ModelReader(source.cell)
        names.standsStillWithoutLine = true
        names.member = { [others] in try others.leaf($0, $1) }
        names.adjust = { context in
            context.memberUnit = unit
            context.noDraws = "can only be used in on_pre and on_post"
            context.noLast = "last(X) belongs to cells: at a spike, states are read as they were before it"
            context.elsewhere = [
                "weight":
                    "'weight' can only be used in on_pre and on_post: between spikes, states follow parameters and each other",
                "send()": "send(…) is a statement of its own, not a value",
                "send_third()": "send_third(…) is a statement of its own, not a value",
            ]
        }
        facts = SynapseFacts(source: source, model: names.facts)
    }

    private mutating func read() throws {
        try ModelReader.checkName(source.name)
        guard !source.onPre.allSatisfy(\.isWhitespace) else {
            throw InputError("on_pre is missing: what does a spike of the sender do?")
        }
        try names.addNames(of: self)
        facts.onPre = try reaction(source.onPre, "on_pre")
        facts.onPost = try reaction(source.onPost, "on_post")
        names.facts.graph = names.formulas.graph
        (facts.post, facts.third) = (others.post, others.third)
        let inEquations = names.formulas.graph.leaves(of: names.facts.states.map(\.slope))
        facts.postInEquations = inEquations.filter { $0.kind == .post }.map { others.post[Int($0.index)] }.sorted()
        try refuseThird(inEquations, "equations")
        try refuseThird(names.formulas.graph.leaves(of: facts.onPost.roots), "on_post")
        guard names.formulas.sites < 256 else {
            throw InputError("the texts draw at \(names.formulas.sites) places (at most 255)")
        }
        names.facts.sites = names.formulas.sites
        facts.model = names.facts
        facts.weightUnit = PhysicalUnit(dimension: (weight ?? .some(.none)) ?? .none, decades: 0)
    }

    /// What the paired cell has is known at spikes of the sender only.
    private func refuseThird(_ leaves: some Sequence<Leaf>, _ place: String) throws {
        guard let leaf = leaves.filter({ $0.kind == .third }).min() else { return }
        throw InputError("\(place): third.\(others.third[Int(leaf.index)]) can only be used in on_pre")
    }

    /// The words that synapses have beside those of cells.
    fileprivate func words(_ graph: inout Graph) -> [String: Symbol] {
        [
            "delay": Symbol(kind: .word, node: graph.leaf(.delay), dimension: source.units ? .time : Dimension.none),
            // a length of time that does not change: `stepLength` is another one here
            "dt": Symbol(
                kind: .word, node: graph.leaf(.trialLength), dimension: source.units ? .time : Dimension.none),
        ]
    }

    // MARK: Statements

    /// What a text has said so far.
    private struct Progress {
        let isPre: Bool
        var states: [Int: Graph.ID] = [:]
        var order: [Int] = []
        var weight: Graph.ID?
        var locals: [String: Symbol] = [:]
        var unread: [String: Int] = [:]
    }

    private mutating func reaction(_ text: String, _ place: String) throws -> SynapseFacts.Reaction {
        let part = TextPart(place, text), statements = try Parser.statements(part)
        var progress = Progress(isPre: place == "on_pre"), result = SynapseFacts.Reaction()
        for statement in statements {
            let context = context(progress)
            for node in statement.value.nodes {
                if case .name(let name, _) = node.kind { progress.unread[name] = nil }
            }
            switch (statement.kind, statement.name) {
            case (.call, let name):
                let value = try sent(statement, name, context, progress.isPre)
                if name == "send_third" { result.thirds.append(value) } else { result.sends.append(value) }
            case (_, "weight"): progress.weight = try weight(statement, context)
            default: try change(statement, context, &progress)
            }
        }
        if let (name, line) = progress.unread.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            let known = names.facts.states.map(\.name) + ["weight"]
            if InputError.nearest(to: name, among: known) != nil { throw part.error(unknown(name).message, line: line) }
            throw part.error("'\(name)' is never read: states are \(known.joined(separator: ", "))", line: line)
        }
        result.changes = progress.order.map { .init(state: $0, value: progress.states[$0]!) }
        result.weight = progress.weight
        return result
    }

    private func unknown(_ name: String) -> InputError {
        InputError.unknown("there is no state", name, among: names.facts.states.map(\.name) + ["weight"])
    }

    /// A state has the value that statements before have given it, else the one from before this moment; the weight is always as it
    /// is now.
    private mutating func context(_ progress: Progress) -> FormulaReader.Context {
        var context = names.context()
        context.noDraws = nil
        context.allowsCounts = true
        var own = changedStates(progress)
        own["weight"] = Symbol(
            kind: .word, node: progress.weight ?? names.formulas.graph.leaf(.weight), dimension: weight)
        own.merge(progress.locals) { $1 }
        let inner = context.symbol
        context.symbol = { own[$0] ?? inner($0) }
        context.known += progress.locals.keys + ["weight"]
        return context
    }

    private mutating func changedStates(_ progress: Progress) -> [String: Symbol] {
        var own: [String: Symbol] = [:], nodes: [Int: Graph.ID] = [:]
        for (index, state) in names.facts.states.enumerated() {
            // only a spike of the sender can come after one of the target at the same moment
            let before = names.formulas.graph.leaf(progress.isPre ? .last : .state, index)
            nodes[index] = progress.states[index] ?? before
            own[state.name] = Symbol(
                kind: .state, node: names.scaled(nodes[index]!, state.unit), dimension: state.unit.dimension)
        }
        let quantities = names.facts.quantities
        let values = names.formulas.graph.replacing(quantities.map(\.value)) {
            $0.kind == .state ? nodes[Int($0.index)] : nil
        }
        for (quantity, value) in zip(quantities, values) {
            own[quantity.name] = Symbol(
                kind: .quantity, node: value, dimension: names.symbols[quantity.name]!.dimension,
                isTruth: quantity.isTruth)
        }
        return own
    }

    /// What `send` or `send_third` hands over.
    private mutating func sent(
        _ statement: Statement, _ name: String, _ context: FormulaReader.Context, _ isPre: Bool
    ) throws -> Graph.ID {
        let part = statement.value.part
        guard ["send", "send_third"].contains(name) else {
            throw part.error(
                InputError.unknown("there is no statement", "\(name)(…)", among: ["send(…)", "send_third(…)"]).message,
                line: statement.line)
        }
        guard isPre else {
            throw part.error(
                "\(name) can only be used in on_pre: a spike of the target sends nothing", line: statement.line)
        }
        let value = try formula(statement, context), isThird = name == "send_third"
        let known = isThird ? \SynapseFacts.thirdDimension : \SynapseFacts.sentDimension
        if source.units, let dimension = value.dimension {
            if let other = facts[keyPath: known], other != dimension {
                throw part.error(
                    "\(statement.value.text(statement.value.root)) is \(dimension.name), but what is sent \(isThird ? "to the astrocyte " : "")before it is \(other.name)",
                    line: statement.line)
            }
            facts[keyPath: known] = dimension
        }
        return value.node
    }

    private mutating func formula(_ statement: Statement, _ context: FormulaReader.Context) throws -> Typed {
        let value = try names.formulas.read(statement.value, context)
        guard !value.isTruth else {
            throw statement.value.part.error(
                "'\(statement.value.text(statement.value.root))' is a condition, not a number", line: statement.line)
        }
        return value
    }

    private mutating func weight(_ statement: Statement, _ context: FormulaReader.Context) throws -> Graph.ID {
        var context = context
        let addsUp = [.assign, .add, .subtract].contains(statement.kind)
        if addsUp, knowsWeight { context.wanted = ((weight ?? .some(.none)) ?? .none, "weight") }
        let value = try formula(statement, context)
        if addsUp, weight == nil, let dimension = value.dimension { weight = dimension }
        if !addsUp { try refuseUnit(statement, value, "weight") }
        return names.combined(statement.kind, context.symbol("weight")!.node, value.node)
    }

    private func refuseUnit(_ statement: Statement, _ value: Typed, _ name: String) throws {
        guard source.units, let dimension = value.dimension, dimension != .none else { return }
        throw statement.value.part.error(
            "\(statement.value.text(statement.value.root)) is \(dimension.name); a factor of '\(name)' has no unit",
            line: statement.line)
    }

    private mutating func change(
        _ statement: Statement, _ context: FormulaReader.Context, _ progress: inout Progress
    ) throws {
        guard let index = names.facts.states.firstIndex(where: { $0.name == statement.name }) else {
            progress.locals[statement.name] = try local(statement, context)
            progress.unread[statement.name] = statement.line
            return
        }
        let own = names.facts.states[index], addsUp = [.assign, .add, .subtract].contains(statement.kind)
        var context = context
        if addsUp { context.wanted = (own.unit.dimension, own.name) }
        let value = try formula(statement, context)
        if !addsUp { try refuseUnit(statement, value, own.name) }
        // what is added is added to what is there now
        let now = progress.states[index] ?? names.formulas.graph.leaf(.state, index)
        let old = names.scaled(now, own.unit)
        let new = names.combined(statement.kind, old, value.node)
        let factor = names.formulas.graph.constant(1 / own.unit.factor)
        progress.states[index] = names.formulas.graph.apply(.multiply, new, factor)
        if !progress.order.contains(index) { progress.order.append(index) }
    }

    /// A quantity of the moment.
    private mutating func local(_ statement: Statement, _ context: FormulaReader.Context) throws -> Symbol {
        let part = statement.value.part
        if let symbol = names.symbols[statement.name] {
            throw part.error(
                "'\(statement.name)' is \(symbol.kind.text): statements change states and the weight",
                line: statement.line)
        }
        guard statement.kind == .assign, !Words.constants.contains(statement.name) else {
            throw part.error(unknown(statement.name).message, line: statement.line)
        }
        let value = try names.formulas.read(statement.value, context)
        return Symbol(kind: .local, node: value.node, dimension: value.dimension, isTruth: value.isTruth)
    }
}

extension ModelReader {
    /// Parameters, states and lines of a synapse.
    fileprivate mutating func addNames(of synapse: SynapseReader) throws {
        addWords()
        symbols.merge(synapse.words(&formulas.graph)) { $1 }
        for row in source.parameters + source.state
        where ["source", "target", "synapse_model", "receptor_type", "third", "signal", "input"].contains(row.name) {
            throw InputError("'\(row.name)' is a key of connect or of connections: choose another name")
        }
        for row in source.parameters { try addParameter(row) }
        lines = try Parser.equations(TextPart("equations", source.equations))
        for line in lines {
            for node in line.value.nodes {
                if case .name(let name, _) = node.kind, Words.isNoise(name) {
                    throw InputError("equations, line \(line.line): synapses have no noise ('\(name)')")
                }
            }
            if line.kind == .derivative, line.name == "weight" {
                throw InputError("equations, line \(line.line): 'weight' has no line: on_pre and on_post change it")
            }
            if line.kind == .derivative, line.name == "delay" {
                throw InputError("equations, line \(line.line): 'delay' has no line: it is given in connect")
            }
        }
        try addStates()
        for (row, state) in zip(source.state, facts.states) {
            if case .formula = state.start {
                throw InputError(
                    "state '\(row.name)': the start value of a synapse's state is a number, not '\(row.value)'")
            }
        }
        try addQuantities()
        try addSlopes()
    }
}
