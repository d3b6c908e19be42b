import AstroBase

/// Reads a coupling's texts into facts, or says what is wrong with them.
struct CouplingReader {
    private let source: CouplingSource
    private let units: CouplingUnits?
    /// Has the names.
    private var names: ModelReader
    private let ends = Ends()

    /// What is read of the two cells, in the order in which it is first named.
    private final class Ends {
        var pre: [String] = [], post: [String] = []

        func leaf(_ object: String, _ member: String) throws -> Leaf {
            switch object {
            case "pre": return Leaf(.preSignal, Self.place(of: member, in: &pre))
            case "post": return Leaf(.postSignal, Self.place(of: member, in: &post))
            default:
                throw InputError(
                    "'\(object).\(member)': a coupling reads pre.X and post.X, states and quantities of its two cells")
            }
        }

        private static func place(of name: String, in names: inout [String]) -> Int {
            if let place = names.firstIndex(of: name) { return place }
            names.append(name)
            return names.count - 1
        }
    }

    /// - `units`: of what is joined; nil as long as nobody knows.
    /// - Throws: an `InputError` that says what is wrong, and where.
    static func facts(_ source: CouplingSource, _ units: CouplingUnits?) throws -> CouplingFacts {
        do {
            var reader = CouplingReader(source, units)
            return try reader.read()
        } catch let error as InputError {
            throw InputError("coupling \(source.name): \(error.message)")
        }
    }

    private init(_ source: CouplingSource, _ units: CouplingUnits?) {
        (self.source, self.units) = (source, source.units ? units : nil)
        names = ModelReader(source.cell)
        names.formulas.keepsOddness = true
        names.member = { [ends] in try ends.leaf($0, $1) }
        names.adjust = { [units = self.units] context in
            context.memberUnit = { object, member in
                CouplingUnits.unit(object == "pre" ? units?.pre[member] : units?.post[member])
            }
            context.noDraws = "has no place in a coupling: its value follows from the two cells"
            context.noLast = "last(X) belongs to cells: a coupling reads them as they are at the moment"
            context.elsewhere = [
                "weight": "'weight' has no place in a coupling: the value is multiplied by it",
                "delay": "'delay' has no place in a coupling: the value arrives that much later",
                "i": "'i' belongs to start values of cells",
            ]
        }
    }

    /// Words of connect and of tables.
    private static let taken = [
        "source", "target", "synapse_model", "receptor_type", "third", "signal", "input", "every", "N_incoming",
    ]

    private mutating func read() throws -> CouplingFacts {
        try ModelReader.checkName(source.name)
        guard !source.value.allSatisfy(\.isWhitespace) else {
            throw InputError("value is missing: what does the input get, as in \"F*(pre.I - post.I)\"?")
        }
        guard ModelReader.isName(source.input) else {
            throw InputError("input = '\(source.input)' is not the name of a signal input of the target")
        }
        names.addWords()
        names.symbols["N_incoming"] = Symbol(
            kind: .word, node: names.formulas.graph.leaf(.incoming), dimension: Dimension.none)
        for row in source.parameters {
            guard !Self.taken.contains(row.name) else {
                throw InputError("'\(row.name)' is a key of connect or of connections: choose another name")
            }
            try names.addParameter(row)
        }
        try names.add(quantities: source.quantities)
        let value = try readValue()
        names.facts.graph = names.formulas.graph
        guard names.facts.graph.leaves(of: [value]).contains(where: { [.preSignal, .postSignal].contains($0.kind) })
        else {
            throw InputError("value reads neither of its two cells (pre.X, post.X)")
        }
        guard names.facts.graph.nodes.count <= Graph.mostNodes else { throw InputError("the coupling is too large") }
        return CouplingFacts(source: source, model: names.facts, pre: ends.pre, post: ends.post, value: value)
    }

    /// In the unit of the input.
    private mutating func readValue() throws -> Graph.ID {
        let tree = try Parser.expression(TextPart("value", source.value))
        var context = names.context(), value = try names.formulas.read(tree, context)
        guard !value.isTruth else {
            throw InputError(
                "value: '\(tree.text(tree.root))' is a condition, not a number: int(…) turns it into 1 or 0")
        }
        // a plain number fits any input, and an input of plain numbers takes any value
        guard let unit = CouplingUnits.unit(units?.input), unit.dimension != .none, let dimension = value.dimension,
            dimension != .none
        else {
            return value.node
        }
        if dimension != unit.dimension {
            context.wanted = (unit.dimension, units!.inputText)
            value = try names.formulas.read(tree, context)
        }
        return names.formulas.graph.apply(.multiply, value.node, names.formulas.graph.constant(1 / unit.factor))
    }
}

extension ModelReader {
    /// What `where` names.
    fileprivate mutating func add(quantities: [CouplingSource.Quantity]) throws {
        lines = try quantities.map { quantity in
            let place = "where.\(quantity.name)"
            guard Self.isName(quantity.name) else {
                throw InputError(
                    "\(place): '\(quantity.name)' is not a name: letters, digits and _, the first not a digit")
            }
            return EquationLine(
                kind: .quantity, name: quantity.name, value: try Parser.expression(TextPart(place, quantity.text)),
                unit: nil, unitText: nil, line: 1)
        }
        try addQuantities()
    }
}
