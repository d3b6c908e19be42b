import AstroBase

/// What a name stands for in formulas.
struct Symbol {
    enum Kind: String {
        case parameter, state, input, quantity, noise, word, local

        var text: String {
            self == .parameter
                ? "a parameter"
                : self == .input ? "an input" : self == .word ? "a word of the language" : "a \(rawValue)"
        }
    }

    let kind: Kind
    let node: Graph.ID
    /// nil: it fits any.
    let dimension: Dimension?
    var isTruth = false
}

/// A value of a formula while it is read: where it is, and what it measures.
struct Typed {
    var node: Graph.ID
    /// nil: 0, which fits any unit.
    var dimension: Dimension?
    var isTruth = false
}

/// Turns formulas into values of a graph, and checks their units on the way.
struct FormulaReader {
    var graph: Graph
    let hasUnits: Bool
    /// Draws so far: each place in a text that draws has a number.
    var sites = 0
    /// Are functions that are odd by their nature to be odd to the last bit?
    var keepsOddness = false

    init(hasUnits: Bool) {
        graph = Graph()
        self.hasUnits = hasUnits
    }

    /// Where a formula stands, which decides what may stand in it.
    struct Context {
        /// nil: there is no such name.
        var symbol: (String) -> Symbol?
        /// Names that a misspelt one may have meant.
        var known: [String]
        /// Why draws are not allowed here; nil: they are.
        var noDraws: String? = "can only be used in conditions and actions"
        /// Why `last(X)` is not allowed here.
        var noLast = "last(…) can only be used in conditions and actions"
        /// Names that are there, but not here, and what to say of them.
        var elsewhere: [String: String] = [:]
        var allowsCounts = false
        /// `last(X)`, of a state; nil: not here.
        var last: ((String) -> Symbol?)?
        /// `pre.X`, `post.X`, `third.X`; nil: there is nothing of the kind here.
        var member: ((_ object: String, _ member: String) throws -> Leaf)?
        /// The units of these; nil where they fit any.
        var memberUnit: ((_ object: String, _ member: String) -> PhysicalUnit?)?
        /// What the value has to be, and of what: "dV_m/dt".
        var wanted: (dimension: Dimension, name: String)?
    }

    mutating func read(_ tree: Expression, _ context: Context) throws -> Typed {
        var values: [Typed] = []
        values.reserveCapacity(tree.nodes.count)
        let chain = context.wanted == nil ? [] : Self.topTerms(tree)
        for node in tree.nodes.indices {
            values.append(try value(of: node, tree, values, context, chain))
        }
        let result = values[tree.root]
        if result.isTruth, let wanted = context.wanted {
            throw tree.error(
                "'\(tree.text(tree.root))' is a condition, \(wanted.name) needs a number: int(…) turns it into 1 or 0",
                at: tree.root)
        }
        if let wanted = context.wanted, hasUnits, let dimension = result.dimension, dimension != wanted.dimension {
            throw mismatch(tree, tree.root, dimension, wanted)
        }
        return result
    }

    /// Nodes that add up to the whole, with the sums themselves.
    private static func topTerms(_ tree: Expression) -> Set<Int> {
        var found: Set<Int> = [], stack = [tree.root]
        while let node = stack.popLast() {
            found.insert(node)
            switch tree.nodes[node].kind {
            case .binary(.add, let a, let b), .binary(.subtract, let a, let b): stack += [a, b]
            case .negative(let a): stack.append(a)
            default: break
            }
        }
        return found
    }

    private func name(_ dimension: Dimension?) -> String {
        dimension == nil || dimension! == .none ? "a plain number" : dimension!.name
    }

    private func mismatch(
        _ tree: Expression, _ node: Int, _ dimension: Dimension?, _ wanted: (dimension: Dimension, name: String)
    ) -> InputError {
        tree.error("\(tree.text(node)) is \(name(dimension)), \(wanted.name) needs \(name(wanted.dimension))", at: node)
    }

    // MARK: Nodes

    private mutating func value(
        of node: Int, _ tree: Expression, _ values: [Typed], _ context: Context, _ chain: Set<Int>
    ) throws -> Typed {
        switch tree.nodes[node].kind {
        case .number(let x): return Typed(node: graph.constant(x), dimension: x == 0 ? nil : Dimension.none)
        case .name(let name, let inProduct): return try named(name, inProduct, node, tree, context)
        case .member(let object, let member):
            if let find = context.member {
                do {
                    let leaf = try find(object, member), value = graph.leaf(leaf.kind, Int(leaf.index))
                    // before nodes are connected nobody knows what it measures: then it fits any unit
                    guard let unit = context.memberUnit?(object, member) else {
                        return Typed(node: value, dimension: nil)
                    }
                    return Typed(
                        node: graph.apply(.multiply, graph.constant(unit.factor), value), dimension: unit.dimension)
                } catch let error as InputError { throw tree.error(error.message, at: node) }
            }
            throw tree.error(
                "'\(object).\(member)' belongs in synapses and couplings: a cell knows only itself", at: node)
        case .negative(let a):
            let x = try number(values[a], a, tree)
            return Typed(node: graph.apply(.negate, x.node), dimension: x.dimension)
        case .not(let a):
            return Typed(
                node: graph.apply(.not, try truth(values[a], a, tree)), dimension: Dimension.none, isTruth: true)
        case .binary(let op, let a, let b):
            return try binary(op, (values[a], a), (values[b], b), node, tree, context, chain)
        case .choice(let then, let condition, let otherwise):
            let test = try truth(values[condition], condition, tree)
            let x = values[then], y = values[otherwise]
            guard x.isTruth == y.isTruth else {
                throw tree.error("one part of '\(tree.text(node))' is a condition, the other a number", at: node)
            }
            let dimension = try common(
                (x, then), (y, otherwise), "are the two parts of one choice", tree, context, chain)
            return Typed(node: graph.apply(.select, test, x.node, y.node), dimension: dimension, isTruth: x.isTruth)
        case .call(let name, let arguments):
            return try call(name, arguments.map { (values[$0], $0) }, node, tree, context, chain)
        }
    }

    private mutating func named(_ name: String, _ inProduct: Bool, _ node: Int, _ tree: Expression, _ context: Context)
        throws -> Typed
    {
        if let symbol = context.symbol(name) {
            return Typed(node: symbol.node, dimension: symbol.dimension, isTruth: symbol.isTruth)
        }
        if inProduct, let unit = PhysicalUnit.byName[name] {
            guard hasUnits else { throw tree.error("'\(name)' is a unit, but the model has units = false", at: node) }
            return Typed(node: graph.constant(unit.factor), dimension: unit.dimension)
        }
        if PhysicalUnit.byName[name] != nil {
            throw tree.error(
                "'\(name)' is a unit: it stands in a product that begins with a number, as in 1*\(name) or 2/\(name)",
                at: node)
        }
        if let text = context.elsewhere[name] { throw tree.error(text, at: node) }
        if name == "lastspike" || name == "not_refractory" {
            throw tree.error("there is no '\(name)': let an action store the time of a spike in a state", at: node)
        }
        if Words.isNoise(name) {
            throw tree.error("noise ('\(name)') belongs in the lines dX/dt = … of equations", at: node)
        }
        if Functions.names.contains(name) { throw tree.error("'\(name)' is a function: \(name)(…)", at: node) }
        let known = context.known + (inProduct ? PhysicalUnit.usualNames : [])
        throw tree.error(InputError.unknown("there is no", name, among: known).message, at: node)
    }

    private func number(_ x: Typed, _ node: Int, _ tree: Expression) throws -> Typed {
        guard !x.isTruth else {
            throw tree.error("'\(tree.text(node))' is a condition, not a number: int(…) turns it into 1 or 0", at: node)
        }
        return x
    }

    private func truth(_ x: Typed, _ node: Int, _ tree: Expression) throws -> Graph.ID {
        guard x.isTruth else {
            throw tree.error(
                "'\(tree.text(node))' is a number, not a condition: compare it, as in '\(tree.text(node)) > 0'",
                at: node)
        }
        return x.node
    }

    private typealias Operand = (value: Typed, node: Int)

    /// The dimension of both, of which one may be 0.
    private func common(
        _ a: Operand, _ b: Operand, _ what: String, _ tree: Expression, _ context: Context, _ chain: Set<Int>
    ) throws -> Dimension? {
        guard hasUnits, let x = a.value.dimension, let y = b.value.dimension, x != y else {
            return a.value.dimension ?? b.value.dimension
        }
        if let wanted = context.wanted, chain.contains(a.node), chain.contains(b.node) {
            let wrong = y != wanted.dimension ? b : a
            throw mismatch(tree, wrong.node, wrong.value.dimension, wanted)
        }
        throw tree.error(
            "\(tree.text(a.node)) is \(name(x)), \(tree.text(b.node)) is \(name(y)), and they \(what)", at: a.node)
    }

    private mutating func binary(
        _ op: BinaryOperator, _ a: Operand, _ b: Operand, _ node: Int, _ tree: Expression, _ context: Context,
        _ chain: Set<Int>
    ) throws -> Typed {
        if op == .and || op == .or {
            let x = try truth(a.value, a.node, tree), y = try truth(b.value, b.node, tree)
            return Typed(node: graph.apply(op == .and ? .and : .or, x, y), dimension: Dimension.none, isTruth: true)
        }
        let x = try number(a.value, a.node, tree), y = try number(b.value, b.node, tree)
        switch op {
        case .add, .subtract:
            let dimension = try common(a, b, op == .add ? "are added" : "are subtracted", tree, context, chain)
            return Typed(node: graph.apply(op == .add ? .add : .subtract, x.node, y.node), dimension: dimension)
        case .multiply:
            let dimension = x.dimension.flatMap { u in y.dimension.map { u + $0 } }
            return Typed(node: graph.apply(.multiply, x.node, y.node), dimension: dimension)
        case .divide:
            guard graph.constantValue(y.node) != 0 else {
                throw tree.error("'\(tree.text(node))' divides by 0", at: node)
            }
            let dimension = x.dimension.flatMap { u in y.dimension.map { u - $0 } }
            return Typed(node: graph.apply(.divide, x.node, y.node), dimension: dimension)
        case .remainder:
            let dimension = try common(a, b, "are the two sides of %", tree, context, chain)
            return Typed(node: graph.apply(.remainder, x.node, y.node), dimension: dimension)
        case .power: return try power(x, y, a.node, b.node, tree)
        default:
            _ = try common(a, b, "are compared", tree, context, chain)
            return Typed(node: comparison(op, x.node, y.node), dimension: Dimension.none, isTruth: true)
        }
    }

    private mutating func comparison(_ op: BinaryOperator, _ a: Graph.ID, _ b: Graph.ID) -> Graph.ID {
        switch op {
        case .less: graph.apply(.less, a, b)
        case .lessEqual: graph.apply(.lessEqual, a, b)
        case .greater: graph.apply(.less, b, a)
        case .greaterEqual: graph.apply(.lessEqual, b, a)
        case .equal: graph.apply(.equal, a, b)
        default: graph.apply(.unequal, a, b)
        }
    }

    private mutating func power(_ x: Typed, _ y: Typed, _ base: Int, _ exponent: Int, _ tree: Expression) throws
        -> Typed
    {
        let result = graph.apply(.power, x.node, y.node)
        guard hasUnits else { return Typed(node: result, dimension: Dimension.none) }
        if let dimension = y.dimension, dimension != .none {
            throw tree.error(
                "the exponent \(tree.text(exponent)) is \(name(dimension)); an exponent has no unit", at: exponent)
        }
        guard let dimension = x.dimension, dimension != .none else {
            return Typed(
                node: result,
                dimension: x.dimension == nil && graph.constantValue(y.node).map { $0 > 0 } == true
                    ? nil : Dimension.none)
        }
        guard let value = graph.constantValue(y.node) else {
            throw tree.error(
                "\(tree.text(base)) is \(name(dimension)), so its exponent has to be a number, not '\(tree.text(exponent))'",
                at: exponent)
        }
        guard let power = dimension.times(value) else {
            throw tree.error("(\(name(dimension)))^\(formatted(value)) is not a unit", at: base)
        }
        return Typed(node: result, dimension: power)
    }

    // MARK: Functions

    private mutating func call(
        _ name: String, _ arguments: [Operand], _ node: Int, _ tree: Expression, _ context: Context, _ chain: Set<Int>
    ) throws -> Typed {
        if name == "last" { return try last(arguments, node, tree, context) }
        if let text = context.elsewhere["\(name)()"] { throw tree.error(text, at: node) }
        guard let function = Functions.named[name] else {
            if context.symbol(name) != nil {
                throw tree.error("'\(name)' is not a function: write \(name)*(…) for a product", at: node)
            }
            throw tree.error(
                InputError.unknown("there is no function", name, among: Functions.names + ["last"]).message, at: node)
        }
        guard function.counts.contains(arguments.count) else {
            throw tree.error("\(name) takes \(function.countText), got \(arguments.count)", at: node)
        }
        if function.isRandom { return try draw(name, function, arguments, node, tree, context) }
        let isInt = name == "int"
        let values = try arguments.map { isInt ? $0.value : try number($0.value, $0.node, tree) }
        switch function.units {
        case .none:
            for (value, argument) in zip(values, arguments) { try checkPlain(value, of: name, argument.node, tree) }
            return Typed(
                node: isInt && values[0].isTruth ? values[0].node : apply(function, values.map(\.node)),
                dimension: Dimension.none)
        case .forgotten: return Typed(node: apply(function, values.map(\.node)), dimension: Dimension.none)
        case .kept:
            var dimension = values[0].dimension
            for other in arguments.dropFirst() {
                let both: Operand = (Typed(node: 0, dimension: dimension), arguments[0].node)
                dimension = try common(both, other, "are arguments of one \(name)", tree, context, [])
            }
            return Typed(node: apply(function, values.map(\.node)), dimension: dimension)
        case .root:
            return try power(
                values[0], Typed(node: graph.constant(0.5), dimension: Dimension.none), arguments[0].node, node, tree)
        }
    }

    private func checkPlain(_ value: Typed, of function: String, _ node: Int, _ tree: Expression) throws {
        guard hasUnits, let dimension = value.dimension, dimension != .none else { return }
        throw tree.error("\(tree.text(node)) is \(name(dimension)); \(function) takes a plain number", at: node)
    }

    private mutating func apply(_ function: Functions.Function, _ a: [Graph.ID]) -> Graph.ID {
        switch function.meaning {
        case .operation(let op):
            if keepsOddness, op.isOdd {
                let size = graph.apply(op, graph.apply(.absolute, a[0]))
                return graph.apply(.multiply, graph.apply(.sign, a[0]), size)
            }
            return a.count == 1 ? graph.apply(op, a[0]) : a.dropFirst().reduce(a[0]) { graph.apply(op, $0, $1) }
        case .step: return graph.apply(.lessEqual, graph.constant(0), a[0])
        case .clip: return graph.apply(.smaller, graph.apply(.larger, a[0], a[1]), a[2])
        }
    }

    private mutating func draw(
        _ name: String, _ function: Functions.Function, _ arguments: [Operand], _ node: Int, _ tree: Expression,
        _ context: Context
    ) throws -> Typed {
        if let refusal = context.noDraws { throw tree.error("\(name)() \(refusal)", at: node) }
        if !arguments.isEmpty, !context.allowsCounts {
            throw tree.error("\(name)(…) can only be used in actions and synapses", at: node)
        }
        for argument in arguments {
            if hasUnits, let dimension = argument.value.dimension, dimension != .none {
                throw tree.error(
                    "\(tree.text(argument.node)) is \(self.name(dimension)); \(name) takes plain numbers",
                    at: argument.node)
            }
        }
        guard case .operation(let op) = function.meaning else { preconditionFailure("a draw is an operation") }
        defer { sites += 1 }
        let a = arguments.first?.value.node ?? -1, b = arguments.count > 1 ? arguments[1].value.node : -1
        return Typed(node: graph.draw(op, a, b, site: sites), dimension: Dimension.none)
    }

    private func last(_ arguments: [Operand], _ node: Int, _ tree: Expression, _ context: Context) throws -> Typed {
        guard let last = context.last else {
            throw tree.error(context.noLast, at: node)
        }
        guard arguments.count == 1, case .name(let name, _) = tree.nodes[arguments[0].node].kind,
            let symbol = last(name)
        else {
            throw tree.error("last(…) takes the name of a state", at: node)
        }
        return Typed(node: symbol.node, dimension: symbol.dimension)
    }
}

/// The functions of formulas.
enum Functions {
    enum Units {
        /// Takes and gives plain numbers; takes any unit and gives a plain number; all of one unit, which the result has; the unit's
        /// square root.
        case none, forgotten, kept, root
    }

    enum Meaning { case operation(Operator), step, clip }

    struct Function {
        let meaning: Meaning
        var counts: ClosedRange<Int> = 1...1
        var units = Units.none

        var isRandom: Bool { if case .operation(let op) = meaning { op.isRandom } else { false } }

        var countText: String {
            if counts.count > 1 { return "\(counts.lowerBound) values or more" }
            return counts.lowerBound == 0
                ? "nothing" : counts.lowerBound == 1 ? "one value" : "\(counts.lowerBound) values"
        }
    }

    static let named: [String: Function] = [
        "exp": .init(meaning: .operation(.exponential)), "expm1": .init(meaning: .operation(.exponentialLess1)),
        "exprel": .init(meaning: .operation(.relativeExponential)),
        "log": .init(meaning: .operation(.logarithm)), "log10": .init(meaning: .operation(.logarithm10)),
        "sqrt": .init(meaning: .operation(.squareRoot), units: .root),
        "abs": .init(meaning: .operation(.absolute), units: .kept),
        "sign": .init(meaning: .operation(.sign), units: .forgotten),
        "min": .init(meaning: .operation(.smaller), counts: 2...64, units: .kept),
        "max": .init(meaning: .operation(.larger), counts: 2...64, units: .kept),
        "clip": .init(meaning: .clip, counts: 3...3, units: .kept),
        "floor": .init(meaning: .operation(.floor)), "ceil": .init(meaning: .operation(.ceiling)),
        "int": .init(meaning: .operation(.truncate)), "step": .init(meaning: .step, units: .forgotten),
        "sin": .init(meaning: .operation(.sine)), "cos": .init(meaning: .operation(.cosine)),
        "tanh": .init(meaning: .operation(.hyperbolicTangent)), "sinh": .init(meaning: .operation(.hyperbolicSine)),
        "cosh": .init(meaning: .operation(.hyperbolicCosine)),
        "rand": .init(meaning: .operation(.uniform), counts: 0...0),
        "randn": .init(meaning: .operation(.normal), counts: 0...0),
        "binomial": .init(meaning: .operation(.binomial), counts: 2...2),
        "poisson": .init(meaning: .operation(.poisson)),
    ]

    static var names: [String] { named.keys.sorted() }
}
