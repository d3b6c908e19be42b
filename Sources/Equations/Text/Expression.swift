import AstroBase

/// A formula as it was written, its parts before what they make up: the last node is the whole.
///
/// Nodes name each other by their places, so whoever goes through a formula goes through a list, however deep it is.
package struct Expression: Sendable {
    package struct Node: Sendable {
        package let kind: Kind
        /// Bytes of the text.
        let range: Range<Int>
        let line: Int
    }

    package indirect enum Kind: Sendable, Equatable {
        case number(Double)
        /// - `inProduct`: it stands in a product that begins with a number, where units may stand.
        case name(String, inProduct: Bool)
        /// As in `pre.X`.
        case member(String, String)
        case negative(Int)
        case not(Int)
        case binary(BinaryOperator, Int, Int)
        case call(String, [Int])
        /// `then if condition else otherwise`
        case choice(then: Int, condition: Int, otherwise: Int)
    }

    package let part: TextPart
    package private(set) var nodes: [Node] = []

    /// Of a text whose formulas are longer nobody will ever understand the model.
    static let mostNodes = 20_000

    init(_ part: TextPart) { self.part = part }

    package var root: Int { nodes.count - 1 }

    mutating func add(_ kind: Kind, _ range: Range<Int>, _ line: Int) throws -> Int {
        guard nodes.count < Self.mostNodes else {
            throw part.error(
                "a formula may have \(Self.mostNodes) numbers, names and operators; this one has more", line: line)
        }
        nodes.append(Node(kind: kind, range: range, line: line))
        return nodes.count - 1
    }

    /// The brackets around a part belong to it.
    fileprivate mutating func widen(_ node: Int, _ range: Range<Int>) {
        nodes[node] = Node(kind: nodes[node].kind, range: range, line: nodes[node].line)
    }

    /// Lets the names below a node, in products and powers, be units.
    mutating func allowUnits(below node: Int) {
        var stack = [node]
        while let node = stack.popLast() {
            switch nodes[node].kind {
            case .name(let name, false):
                nodes[node] = Node(
                    kind: .name(name, inProduct: true), range: nodes[node].range, line: nodes[node].line)
            case .binary(let op, let a, let b) where [.multiply, .divide].contains(op): stack += [a, b]
            case .binary(.power, let a, _): stack.append(a)
            default: break
            }
        }
    }

    /// The formula, or a part of it, as it was written.
    func text(_ node: Int) -> String { part.text(nodes[node].range) }

    func error(_ message: String, at node: Int) -> InputError { part.error(message, line: nodes[node].line) }
}

package enum BinaryOperator: String, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%", power = "^"
    case less = "<", lessEqual = "<=", greater = ">", greaterEqual = ">=", equal = "==", unequal = "!="
    case and, or

    var isComparison: Bool { [.less, .lessEqual, .greater, .greaterEqual, .equal, .unequal].contains(self) }

    /// Larger binds closer.
    fileprivate var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .less, .lessEqual, .greater, .greaterEqual, .equal, .unequal: 4
        case .add, .subtract: 5
        case .multiply, .divide, .remainder: 6
        case .power: 8
        }
    }

    fileprivate init?(_ token: Token) {
        switch (token.kind, token.text) {
        case (.symbol, "**"): self = .power
        case (.symbol, "~="): self = .unequal
        case (.symbol, _), (.name, "and"), (.name, "or"):
            self.init(rawValue: token.text)
        default: return nil
        }
    }
}

/// A line of `equations`.
package struct EquationLine: Sendable {
    package enum Kind: Sendable { case derivative, quantity }

    package let kind: Kind
    package let name: String
    package let value: Expression
    /// Behind a colon.
    package let unit: PhysicalUnit?
    package let unitText: String?
    package let line: Int
}

/// A statement of an action: an assignment, or a call such as `send(weight)`.
package struct Statement: Sendable {
    package enum Kind: Sendable { case assign, add, subtract, multiply, divide, call }

    package let kind: Kind
    /// What is assigned to, or what is called.
    package let name: String
    package let value: Expression
    package let line: Int
}

/// Makes formulas of tokens.
struct Parser {
    private let part: TextPart
    private let tokens: [Token]
    private var at = 0
    private var depth = 0

    /// Brackets within brackets, and what else waits for its end.
    private static let mostDepth = 150

    init(_ part: TextPart) throws {
        guard part.text.utf8.count <= TextPart.mostBytes else {
            throw InputError("\(part.place) has \(part.text.utf8.count) bytes; the limit is \(TextPart.mostBytes)")
        }
        self.part = part
        tokens = try Lexer.tokens(part)
    }

    /// A text that is one formula.
    static func expression(_ part: TextPart) throws -> Expression {
        var parser = try Parser(part)
        parser.skipSeparators()
        let value = try parser.formula()
        parser.skipSeparators()
        try parser.expectEnd()
        return value
    }

    /// A text of statements, each in a line of its own or separated by `;`.
    static func statements(_ part: TextPart) throws -> [Statement] {
        var parser = try Parser(part)
        return try parser.list { try $0.statement() }
    }

    static func equations(_ part: TextPart) throws -> [EquationLine] {
        var parser = try Parser(part)
        return try parser.list { try $0.equation() }
    }

    private mutating func list<Item>(_ item: (inout Parser) throws -> Item) throws -> [Item] {
        var items: [Item] = []
        skipSeparators()
        while token.kind != .end {
            items.append(try item(&self))
            guard token.kind == .separator || token.kind == .end else { throw unexpected() }
            skipSeparators()
        }
        return items
    }

    // MARK: Tokens

    private var token: Token { tokens[at] }

    /// Is a bracket open before the token?
    private var isInBracket: Bool {
        var open = 0
        for token in tokens[..<at] where token.kind == .symbol {
            if token.text == "(" { open += 1 }
            if token.text == ")" { open -= 1 }
        }
        return open > 0
    }

    private mutating func take() -> Token {
        defer { if at < tokens.count - 1 { at += 1 } }
        return tokens[at]
    }

    private mutating func skipSeparators() { while token.kind == .separator { at += 1 } }

    private func isSymbol(_ text: String, ahead: Int = 0) -> Bool {
        at + ahead < tokens.count && tokens[at + ahead].kind == .symbol && tokens[at + ahead].text == text
    }

    private func isWord(_ text: String) -> Bool { token.kind == .name && token.text == text }

    private mutating func takeSymbol(_ text: String) -> Bool {
        guard isSymbol(text) else { return false }
        at += 1
        return true
    }

    private func error(_ message: String) -> InputError { part.error(message, line: token.line) }

    private func expectEnd() throws { if token.kind != .end { throw unexpected() } }

    /// Where a formula is complete and something follows.
    private func unexpected() -> InputError {
        let before = at > 0 ? tokens[at - 1].text : ""
        if depth > 0 || isInBracket, at > 0, tokens[at - 1].line < token.line {
            return part.error("')' is missing: a line continues while a bracket is open", line: tokens[at - 1].line)
        }
        switch token.kind {
        case .name where at > 0 && tokens[at - 1].isNumber && PhysicalUnit.byName[token.text] != nil:
            return error("'\(before) \(token.text)': write \(before)*\(token.text)")
        case .number, .name: return error("an operator is missing between '\(before)' and '\(token.text)'")
        case .symbol where token.text == "(":
            return error("an operator is missing between '\(before)' and '('")
        case .symbol where token.text == ")": return error("')' closes nothing")
        case .symbol where token.text == "=": return error("'=' assigns; a comparison is written ==")
        case .symbol: return error("'\(token.text)' cannot follow '\(before)'")
        default: return error("this line is not complete")
        }
    }

    // MARK: Lines

    private mutating func equation() throws -> EquationLine {
        let first = take()
        guard first.kind == .name, !Words.reserved.contains(first.text) else {
            throw part.error(
                "a line is 'dX/dt = …' or 'X = …', this one begins with '\(first.text)'", line: first.line)
        }
        var kind = EquationLine.Kind.quantity, name = first.text
        if isSymbol("/") {
            guard name.hasPrefix("d"), name.count > 1, at + 1 < tokens.count, tokens[at + 1].text == "dt" else {
                throw error(
                    "the left side is a name or dX/dt, got '\(name)/\(tokens[min(at + 1, tokens.count - 1)].text)'")
            }
            at += 2
            (kind, name) = (.derivative, String(name.dropFirst()))
        }
        guard takeSymbol("=") else {
            if token.kind == .symbol, token.text.hasSuffix("="), token.text.count == 2 {
                throw error("'\(token.text)' belongs in on_spike and actions; a line of equations has '='")
            }
            if isSymbol(":"), kind == .quantity {
                throw error("'\(name)' has no formula: a parameter belongs in 'parameters', a state in 'state'")
            }
            throw error("'=' is missing after '\(kind == .derivative ? "d\(name)/dt" : name)'")
        }
        if tokens[at - 1].line < token.line, beginsEquation {
            throw part.error("a value is missing after '='", line: tokens[at - 1].line)
        }
        let value = try formula()
        var unit: PhysicalUnit?, text: String?
        if isSymbol(":") {
            at += 1
            let start = token.range.lowerBound
            while token.kind != .separator, token.kind != .end { at += 1 }
            text = part.text(start..<max(start, tokens[at - 1].range.upperBound))
            if text!.contains("unless refractory") {
                throw error("'(unless refractory)' is written in spike: hold = \"\(name)\"")
            }
            if text!.hasSuffix("(constant)") { throw error("'\(name)' is a parameter: it belongs in 'parameters'") }
            do { unit = try UnitText.unit(text!) } catch let error as InputError { throw self.error(error.message) }
        }
        return EquationLine(kind: kind, name: name, value: value, unit: unit, unitText: text, line: first.line)
    }

    /// Does another line begin here?
    private var beginsEquation: Bool {
        guard token.kind == .name else { return false }
        return isSymbol("=", ahead: 1)
            || isSymbol("/", ahead: 1) && isSymbol("=", ahead: 3) && tokens[at + 2].text == "dt"
    }

    private static let assignments: [(String, Statement.Kind)] = [
        ("=", .assign), ("+=", .add), ("-=", .subtract), ("*=", .multiply), ("/=", .divide),
    ]

    private mutating func statement() throws -> Statement {
        let first = take()
        guard first.kind == .name, !Words.reserved.contains(first.text) else {
            throw part.error(
                "a statement is 'X = …' or 'X += …', this one begins with '\(first.text)'", line: first.line)
        }
        if takeSymbol("(") {
            let value = try formula()
            if isSymbol(",") { throw error("\(first.text) takes one value") }
            guard takeSymbol(")") else { throw missingBracket() }
            return Statement(kind: .call, name: first.text, value: value, line: first.line)
        }
        for (symbol, kind) in Self.assignments where takeSymbol(symbol) {
            return Statement(kind: kind, name: first.text, value: try formula(), line: first.line)
        }
        if isSymbol("/"), first.text.hasPrefix("d") {
            throw error("a derivative belongs in equations; a statement is 'X = …' or 'X += …'")
        }
        if ["send", "send_third"].contains(first.text), token.kind == .name {
            throw error("\(first.text) is written with brackets: \(first.text)(\(token.text))")
        }
        if token.kind == .end || token.kind == .separator {
            throw error("'\(first.text)' alone does nothing; a statement is 'X = …' or 'X += …'")
        }
        throw error(
            "'\(first.text)' is followed by '\(token.kind == .end || token.kind == .separator ? "nothing" : token.text)'; a statement is 'X = …' or 'X += …'"
        )
    }

    // MARK: Formulas

    private mutating func formula() throws -> Expression {
        var tree = Expression(part)
        let root = try choice(&tree)
        // the root stands last
        if root != tree.root { _ = try tree.add(tree.nodes[root].kind, tree.nodes[root].range, tree.nodes[root].line) }
        return tree
    }

    private mutating func nested<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.mostDepth else {
            throw error("brackets and signs may be nested at most \(Self.mostDepth) deep")
        }
        return try body(&self)
    }

    private mutating func choice(_ tree: inout Expression) throws -> Int {
        let then = try operation(&tree, above: 0)
        guard isWord("if") else { return then }
        at += 1
        let condition = try operation(&tree, above: 0)
        guard isWord("else") else { throw error("'else' is missing: a if condition else b") }
        at += 1
        let otherwise = try nested { try $0.choice(&tree) }
        return try tree.add(
            .choice(then: then, condition: condition, otherwise: otherwise), span(tree, then, otherwise),
            tree.nodes[then].line)
    }

    private func span(_ tree: Expression, _ a: Int, _ b: Int) -> Range<Int> {
        let first = tree.nodes[a].range, last = tree.nodes[b].range
        return min(first.lowerBound, last.lowerBound)..<max(first.upperBound, last.upperBound)
    }

    private mutating func operation(_ tree: inout Expression, above least: Int) throws -> Int {
        var left = try prefixed(&tree)
        var leftIsComparison = false
        while let op = BinaryOperator(token), op.precedence > least {
            let line = token.line
            at += 1
            // powers group from the right
            let right =
                op == .power
                ? try nested { try $0.exponent(&tree) } : try nested { try $0.operation(&tree, above: op.precedence) }
            if op.isComparison, leftIsComparison {
                throw part.error("comparisons do not chain: write 'a < b and b < c'", line: line)
            }
            if op == .multiply || op == .divide, beginsWithNumber(tree, left) { tree.allowUnits(below: right) }
            left = try tree.add(.binary(op, left, right), span(tree, left, right), tree.nodes[left].line)
            leftIsComparison = op.isComparison
        }
        return left
    }

    private func beginsWithNumber(_ tree: Expression, _ node: Int) -> Bool {
        var node = node
        while true {
            switch tree.nodes[node].kind {
            case .number: return true
            case .negative(let a), .binary(.multiply, let a, _), .binary(.divide, let a, _), .binary(.power, let a, _):
                node = a
            default: return false
            }
        }
    }

    /// `2^-x` is allowed, and `2^3^2` is 2^9.
    private mutating func exponent(_ tree: inout Expression) throws -> Int {
        try operation(&tree, above: BinaryOperator.power.precedence - 1)
    }

    private mutating func prefixed(_ tree: inout Expression) throws -> Int {
        let first = token
        if first.kind == .symbol, first.text == "-" || first.text == "+" {
            at += 1
            // closer than products, but not than powers
            let value = try nested { try $0.operation(&tree, above: BinaryOperator.power.precedence - 1) }
            if first.text == "+" { return value }
            if case .number(let x) = tree.nodes[value].kind {
                return try tree.add(
                    .number(-x), first.range.lowerBound..<tree.nodes[value].range.upperBound, first.line)
            }
            return try tree.add(
                .negative(value), first.range.lowerBound..<tree.nodes[value].range.upperBound, first.line)
        }
        if isWord("not") {
            at += 1
            let value = try nested { try $0.operation(&tree, above: 3) }
            return try tree.add(.not(value), first.range.lowerBound..<tree.nodes[value].range.upperBound, first.line)
        }
        return try value(&tree)
    }

    private mutating func value(_ tree: inout Expression) throws -> Int {
        let first = take()
        switch first.kind {
        case .number(let x): return try tree.add(.number(x), first.range, first.line)
        case .name where Words.reserved.contains(first.text):
            throw part.error("'\(first.text)' stands where a value is expected", line: first.line)
        case .name: return try named(first, &tree)
        case .symbol where first.text == "(":
            let inner = try nested { try $0.choice(&tree) }
            let end = token.range.upperBound
            guard takeSymbol(")") else { throw missingBracket() }
            tree.widen(inner, first.range.lowerBound..<end)
            return inner
        case .symbol where first.text == ")" && at >= 2 && tokens[at - 2].text == "(":
            throw part.error("'()' holds nothing", line: first.line)
        case .symbol: throw part.error("'\(first.text)' stands where a value is expected", line: first.line)
        case .separator, .end:
            let before =
                at >= 2 || first.kind != .end
                ? " after '\(tokens[max(0, tokens.firstIndex(of: first)! - 1)].text)'" : ""
            throw part.error("a value is missing\(before)", line: first.line)
        }
    }

    private mutating func named(_ first: Token, _ tree: inout Expression) throws -> Int {
        if takeSymbol(".") {
            let member = take()
            guard member.kind == .name else {
                throw part.error("a name is missing after '\(first.text).'", line: first.line)
            }
            return try tree.add(
                .member(first.text, member.text), first.range.lowerBound..<member.range.upperBound, first.line)
        }
        if isSymbol("[") { throw error("'[' means nothing here: brackets are ( )") }
        guard takeSymbol("(") else {
            return try tree.add(.name(first.text, inProduct: false), first.range, first.line)
        }
        var arguments: [Int] = []
        if !isSymbol(")") {
            repeat { arguments.append(try nested { try $0.choice(&tree) }) } while takeSymbol(",")
        }
        let end = token.range.upperBound
        guard takeSymbol(")") else { throw missingBracket() }
        return try tree.add(.call(first.text, arguments), first.range.lowerBound..<end, first.line)
    }

    private func missingBracket() -> InputError {
        switch token.kind {
        case .end, .separator: error("')' is missing at the end")
        case .symbol where token.text == "=": error("'=' assigns; a comparison is written ==")
        case .number, .name: unexpected()
        case .symbol: error("')' is missing before '\(token.text)'")
        }
    }
}

/// Words with a meaning of their own.
package enum Words {
    static let reserved: Set<String> = ["and", "or", "not", "if", "else"]
    /// No parameter, state, input or quantity may be called so.
    package static let constants = ["t", "dt", "i", "pi", "weight", "delay"]

    package static func isNoise(_ name: String) -> Bool {
        name == "xi" || name.hasPrefix("xi_") && name.count > 3
    }
}
