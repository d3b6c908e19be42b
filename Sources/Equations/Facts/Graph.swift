/// Formulas as what they have in common: every value once, behind what it is made of.
///
/// Nodes are simplified as they are added. A quotient by what parameters decide is a product with its reciprocal, which is worked
/// out once.
package struct Graph: Sendable {
    package typealias ID = Int32

    /// How often a value changes: never, with the parameters, from step to step, within a step.
    package enum Level: UInt8, Comparable, Sendable {
        case never, parameters, step, always
        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    package struct Node: Hashable, Sendable {
        package let op: Operator
        package var a: ID = -1
        package var b: ID = -1
        package var c: ID = -1
        /// Of a constant, as bits: -0 and NaN are what they are.
        var bits: UInt64 = 0
        package var leaf: Leaf?

        package var value: Double { Double(bitPattern: bits) }

        func forEachOperand(_ body: (ID) -> Void) {
            let count = op.operands
            if count > 0 { body(a) }
            if count > 1 { body(b) }
            if count > 2 { body(c) }
        }
    }

    package private(set) var nodes: [Node] = []
    package private(set) var levels: [Level] = []
    private var places: [Node: ID] = [:]

    package static let mostNodes = 400_000

    package init() {
        nodes.reserveCapacity(1 << 10)
        places.reserveCapacity(1 << 10)
    }

    package func level(_ id: ID) -> Level { levels[Int(id)] }
    package subscript(id: ID) -> Node { nodes[Int(id)] }

    package func constantValue(_ id: ID) -> Double? { self[id].op == .constant ? self[id].value : nil }

    private mutating func intern(_ node: Node, _ level: Level) -> ID {
        if let place = places[node] { return place }
        let place = ID(nodes.count)
        nodes.append(node)
        levels.append(level)
        places[node] = place
        return place
    }

    package mutating func constant(_ x: Double) -> ID {
        intern(Node(op: .constant, bits: x.bitPattern), .never)
    }

    package mutating func leaf(_ kind: Leaf.Kind, _ index: Int = 0) -> ID {
        let leaf = Leaf(kind, index)
        return intern(Node(op: .leaf, leaf: leaf), leaf.level)
    }

    /// A draw: `site` is its place in the model's texts.
    package mutating func draw(_ op: Operator, _ a: ID = -1, _ b: ID = -1, site: Int) -> ID {
        intern(Node(op: op, a: a, b: b, c: ID(site)), .always)
    }

    package mutating func apply(_ op: Operator, _ a: ID, _ b: ID = -1, _ c: ID = -1) -> ID {
        if let simple = simplified(op, a, b, c) { return simple }
        var node = Node(op: op, a: a, b: b, c: c)
        if op.isCommutative, b < a { (node.a, node.b) = (b, a) }
        var level = Level.never
        node.forEachOperand { level = max(level, levels[Int($0)]) }
        // a constant that only our own functions give is worked out with the parameters
        return intern(node, max(level, .parameters))
    }

    package mutating func sum(_ terms: [ID]) -> ID {
        guard let first = terms.first else { return constant(0) }
        return terms.dropFirst().reduce(first) { apply(.add, $0, $1) }
    }

    private mutating func simplified(_ op: Operator, _ a: ID, _ b: ID, _ c: ID) -> ID? {
        let x = constantValue(a), y = b < 0 ? nil : constantValue(b), z = c < 0 ? nil : constantValue(c)
        let known = [x, y, z].prefix(op.operands)
        if known.allSatisfy({ $0 != nil }), let value = op.folded(x ?? 0, y ?? 0, z ?? 0), value.isFinite {
            return constant(value)
        }
        switch op {
        case .add:
            if x == 0 { return b }
            if y == 0 { return a }
            if self[b].op == .negate { return apply(.subtract, a, self[b].a) }
            if self[a].op == .negate { return apply(.subtract, b, self[a].a) }
        case .subtract:
            if y == 0 { return a }
            if x == 0 { return apply(.negate, b) }
            if a == b { return constant(0) }
            if self[b].op == .negate { return apply(.add, a, self[b].a) }
        case .multiply: return simplifiedProduct(a, b, x, y)
        case .divide:
            if x == 0 { return a }
            if y == 1 { return a }
            if self[b].op == .divide, constantValue(self[b].a) == 1 { return apply(.multiply, a, self[b].b) }
            if x != 1, level(b) <= .parameters {
                let reciprocal = apply(.divide, constant(1), b)
                return apply(.multiply, a, reciprocal)
            }
        case .negate:
            if self[a].op == .negate { return self[a].a }
            if self[a].op == .subtract { return apply(.subtract, self[a].b, self[a].a) }
        case .absolute:
            if self[a].op == .negate { return apply(.absolute, self[a].a) }
        case .power: return simplifiedPower(a, b, y)
        case .select:
            if b == c { return b }
            if let x { return x == 1 ? b : c }
        case .and:
            if x == 1 { return b }
            if y == 1 { return a }
            if x == 0 || y == 0 { return constant(0) }
        case .or:
            if x == 0 { return b }
            if y == 0 { return a }
        default: break
        }
        return nil
    }

    private mutating func simplifiedProduct(_ a: ID, _ b: ID, _ x: Double?, _ y: Double?) -> ID? {
        if x == 0 || y == 0 { return constant(0) }
        if x == 1 { return b }
        if y == 1 { return a }
        if x == -1 { return apply(.negate, b) }
        if y == -1 { return apply(.negate, a) }
        // one division for two
        if a != b, isVaryingQuotient(a), isVaryingQuotient(b) {
            let (above, below) = (apply(.multiply, self[a].a, self[b].a), apply(.multiply, self[a].b, self[b].b))
            return apply(.divide, above, below)
        }
        if let cancelled = cancelled(a, b) ?? cancelled(b, a) { return cancelled }
        if self[a].op == .negate { return apply(.negate, apply(.multiply, self[a].a, b)) }
        if self[b].op == .negate { return apply(.negate, apply(.multiply, a, self[b].a)) }
        // what parameters decide comes together, as in k1 (k2 x)
        if let joined = joinedFactors(a, b) ?? joinedFactors(b, a) { return joined }
        return nil
    }

    private func isVaryingQuotient(_ id: ID) -> Bool { self[id].op == .divide && level(id) > .parameters }

    /// x (n/x - c) is n - c x, also with a factor that changes with parameters only: so (x_inf - x)/tau of a gate with the rates
    /// alpha and beta, where x_inf = alpha/(alpha + beta) and tau = 1/(alpha + beta), needs no division.
    private mutating func cancelled(_ factor: ID, _ sum: ID) -> ID? {
        let (op, left, right) = (self[sum].op, self[sum].a, self[sum].b)
        guard op == .add || op == .subtract, let x = varyingFactor(factor) else { return nil }
        let numerators = (numerator(left, over: x), numerator(right, over: x))
        if numerators == (nil, nil) { return nil }
        let result = apply(op, numerators.0 ?? apply(.multiply, left, x), numerators.1 ?? apply(.multiply, right, x))
        if x == factor { return result }
        return apply(.multiply, self[factor].a == x ? self[factor].b : self[factor].a, result)
    }

    /// x of x and of p x, where p changes with parameters only.
    private func varyingFactor(_ product: ID) -> ID? {
        guard level(product) > .parameters else { return nil }
        guard self[product].op == .multiply else { return product }
        if level(self[product].a) <= .parameters { return self[product].b }
        return level(self[product].b) <= .parameters ? self[product].a : product
    }

    private func numerator(_ quotient: ID, over x: ID) -> ID? {
        self[quotient].op == .divide && self[quotient].b == x ? self[quotient].a : nil
    }

    /// p (q x) is (p q) x where p and q change with parameters only.
    private mutating func joinedFactors(_ p: ID, _ product: ID) -> ID? {
        guard level(p) <= .parameters, level(product) > .parameters, self[product].op == .multiply else { return nil }
        let (u, v) = (self[product].a, self[product].b)
        if level(u) <= .parameters { return apply(.multiply, apply(.multiply, p, u), v) }
        if level(v) <= .parameters { return apply(.multiply, apply(.multiply, p, v), u) }
        return nil
    }

    private mutating func simplifiedPower(_ a: ID, _ b: ID, _ exponent: Double?) -> ID? {
        guard let exponent else { return nil }
        if exponent == 0 { return constant(1) }
        if exponent == 1 { return a }
        if exponent == 0.5 { return apply(.squareRoot, a) }
        guard exponent == exponent.rounded(), abs(exponent) <= 32 else { return nil }
        if exponent < 0 { return apply(.divide, constant(1), apply(.power, a, constant(-exponent))) }
        let half = apply(.power, a, constant((exponent / 2).rounded(.down)))
        let square = apply(.multiply, half, half)
        return exponent.truncatingRemainder(dividingBy: 2) == 1 ? apply(.multiply, square, a) : square
    }

    // MARK: Going through

    /// Nodes that values are made of, each behind its parts.
    package func needed(for roots: some Sequence<ID>) -> [ID] {
        var isNeeded = [Bool](repeating: false, count: nodes.count)
        for root in roots { isNeeded[Int(root)] = true }
        for i in stride(from: nodes.count - 1, through: 0, by: -1) where isNeeded[i] {
            nodes[i].forEachOperand { isNeeded[Int($0)] = true }
        }
        return isNeeded.indices.filter { isNeeded[$0] }.map { ID($0) }
    }

    /// What values are made of in the end.
    package func leaves(of roots: some Sequence<ID>) -> Set<Leaf> {
        Set(needed(for: roots).compactMap { self[$0].leaf })
    }

    package func hasDraws(_ roots: some Sequence<ID>) -> Bool { needed(for: roots).contains { self[$0].op.isRandom } }

    /// The same values with other leaves.
    package mutating func replacing(_ roots: [ID], _ leaf: (Leaf) -> ID?) -> [ID] {
        var images: [ID: ID] = [:]
        for id in needed(for: roots) {
            let node = self[id]
            switch node.op {
            case .constant: images[id] = id
            case .leaf: images[id] = leaf(node.leaf!) ?? id
            case let op where op.isRandom:
                images[id] = draw(op, images[node.a] ?? -1, images[node.b] ?? -1, site: Int(node.c))
            default:
                let (a, b, c) = (images[node.a]!, images[node.b] ?? -1, images[node.c] ?? -1)
                images[id] = (a, b, c) == (node.a, node.b, node.c) ? id : apply(node.op, a, b, c)
            }
        }
        return roots.map { images[$0]! }
    }

    /// A value as rest + sum of coefficients times leaves, which neither contain; nil where it is not of that form.
    package struct Affine {
        package var coefficients: [Leaf: ID] = [:]
        package var rest: ID
    }

    /// - `isVariable`: the leaves it is looked at as a function of.
    package mutating func affine(_ roots: [ID], in isVariable: (Leaf) -> Bool) -> [Affine?] {
        var found: [ID: Affine?] = [:]
        for id in needed(for: roots) {
            let node = self[id]
            if let leaf = node.leaf, isVariable(leaf) {
                found[id] = Affine(coefficients: [leaf: constant(1)], rest: constant(0))
                continue
            }
            var parts: [Affine?] = []
            node.forEachOperand { parts.append(found[$0]!) }
            if parts.allSatisfy({ $0.map { $0.coefficients.isEmpty } ?? false }) {
                found[id] = Affine(rest: id)
            } else {
                found.updateValue(combined(node, parts), forKey: id)
            }
        }
        return roots.map { found[$0]! }
    }

    private mutating func combined(_ node: Node, _ parts: [Affine?]) -> Affine? {
        guard let a = parts[0] else { return nil }
        switch node.op {
        case .negate: return scaled(a, by: constant(-1))
        case .add, .subtract:
            guard let b = parts[1] else { return nil }
            return merged(a, b, node.op)
        case .multiply:
            guard let b = parts[1] else { return nil }
            if b.coefficients.isEmpty { return scaled(a, by: b.rest) }
            return a.coefficients.isEmpty ? scaled(b, by: a.rest) : nil
        case .divide:
            guard let b = parts[1], b.coefficients.isEmpty else { return nil }
            return scaled(a, by: apply(.divide, constant(1), b.rest))
        case .select:
            guard a.coefficients.isEmpty, level(a.rest) <= .parameters, let b = parts[1], let c = parts[2] else {
                return nil
            }
            let condition = a.rest
            var result = Affine(rest: apply(.select, condition, b.rest, c.rest))
            for leaf in Self.leaves(b, c) {
                let zero = constant(0)
                result.coefficients[leaf] = apply(
                    .select, condition, b.coefficients[leaf] ?? zero, c.coefficients[leaf] ?? zero)
            }
            return result
        default: return nil
        }
    }

    private mutating func scaled(_ a: Affine, by factor: ID) -> Affine {
        var result = Affine(rest: apply(.multiply, a.rest, factor))
        for leaf in a.coefficients.keys.sorted() {
            result.coefficients[leaf] = apply(.multiply, a.coefficients[leaf]!, factor)
        }
        return result
    }

    /// In a fixed order: the order in which nodes are made decides how they are rounded.
    private static func leaves(_ a: Affine, _ b: Affine) -> [Leaf] {
        Set(a.coefficients.keys).union(b.coefficients.keys).sorted()
    }

    private mutating func merged(_ a: Affine, _ b: Affine, _ op: Operator) -> Affine {
        var result = Affine(rest: apply(op, a.rest, b.rest))
        for leaf in Self.leaves(a, b) {
            let zero = constant(0)
            result.coefficients[leaf] = apply(op, a.coefficients[leaf] ?? zero, b.coefficients[leaf] ?? zero)
        }
        return result
    }

    /// d value / d leaf; nil where a function has no derivative here.
    package mutating func derivative(_ root: ID, by leaf: Leaf) -> ID? {
        var found: [ID: ID] = [:]
        let zero = constant(0)
        for id in needed(for: [root]) {
            let node = self[id]
            if node.leaf == leaf {
                found[id] = constant(1)
                continue
            }
            var depends = false
            node.forEachOperand { depends = depends || found[$0] != zero }
            guard depends else {
                found[id] = zero
                continue
            }
            let da = found[node.a] ?? zero, db = node.op.operands > 1 ? found[node.b]! : zero
            guard let slope = slope(of: id, node, da, db, node.op.operands > 2 ? found[node.c]! : zero) else {
                return nil
            }
            found[id] = slope
        }
        return found[root]
    }

    private mutating func slope(of id: ID, _ node: Node, _ da: ID, _ db: ID, _ dc: ID) -> ID? {
        let (a, b) = (node.a, node.b)
        switch node.op {
        case .add, .subtract: return apply(node.op, da, db)
        case .negate: return apply(.negate, da)
        case .multiply: return apply(.add, apply(.multiply, da, b), apply(.multiply, a, db))
        case .divide:
            // (a/b)' = (a' - (a/b) b')/b
            return apply(.divide, apply(.subtract, da, apply(.multiply, id, db)), b)
        case .squareRoot: return apply(.divide, da, apply(.multiply, constant(2), id))
        case .exponential: return apply(.multiply, id, da)
        case .exponentialLess1: return apply(.multiply, apply(.add, id, constant(1)), da)
        case .logarithm: return apply(.divide, da, a)
        case .logarithm10: return apply(.divide, da, apply(.multiply, a, constant(2.302585092994046)))
        case .sine: return apply(.multiply, apply(.cosine, a), da)
        case .cosine: return apply(.negate, apply(.multiply, apply(.sine, a), da))
        case .hyperbolicSine: return apply(.multiply, apply(.hyperbolicCosine, a), da)
        case .hyperbolicCosine: return apply(.multiply, apply(.hyperbolicSine, a), da)
        case .hyperbolicTangent:
            return apply(.multiply, apply(.subtract, constant(1), apply(.multiply, id, id)), da)
        case .absolute: return apply(.multiply, apply(.sign, a), da)
        case .sign, .floor, .ceiling, .truncate: return constant(0)
        case .smaller: return apply(.select, apply(.less, a, b), da, db)
        case .larger: return apply(.select, apply(.less, b, a), da, db)
        case .select: return apply(.select, a, db, dc)
        case .power:
            guard db == constant(0) else { return nil }
            let less = apply(.power, a, apply(.subtract, b, constant(1)))
            return apply(.multiply, apply(.multiply, b, less), da)
        default: return nil
        }
    }
}
