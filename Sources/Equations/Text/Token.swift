import AstroBase

/// A piece of a text: a number, a name or a symbol, with its place.
struct Token: Equatable {
    enum Kind: Equatable { case number(Double), name, symbol, separator, end }

    let kind: Kind
    let text: String

    var isNumber: Bool { if case .number = kind { true } else { false } }
    /// Bytes of the text.
    let range: Range<Int>
    /// From 1.
    let line: Int
}

/// Cuts a text into tokens. `#` and `--` begin a comment. A line goes on while a bracket is open or after an operator.
struct Lexer {
    private let bytes: [UInt8]
    private let part: TextPart
    private var at = 0
    private var line = 1
    private var open = 0
    private var tokens: [Token] = []

    static func tokens(_ part: TextPart) throws -> [Token] {
        var lexer = Lexer(part)
        return try lexer.run()
    }

    private init(_ part: TextPart) {
        self.part = part
        bytes = Array(part.text.utf8)
    }

    private mutating func run() throws -> [Token] {
        while at < bytes.count { try next() }
        add(.end, at..<at)
        return tokens
    }

    private mutating func next() throws {
        let start = at, byte = bytes[at]
        switch byte {
        case UInt8(ascii: "\n"):
            at += 1
            if !goesOn { add(.separator, start..<at) }
            line += 1
        case UInt8(ascii: ";"):
            at += 1
            add(.separator, start..<at)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            at += 1
        case UInt8(ascii: "#"):
            skipLine()
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
            skipLine()
        default:
            if isDigit(byte) || byte == UInt8(ascii: ".") && isDigit(peek(1)) { return try number() }
            if isLetter(byte) { return name() }
            try symbol()
        }
    }

    private mutating func skipLine() {
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    }

    /// Does the line end where a statement cannot?
    private var goesOn: Bool {
        guard open == 0, let last = tokens.last else { return open > 0 }
        if last.kind == .name { return ["and", "or", "not", "if", "else"].contains(last.text) }
        return last.kind == .symbol && last.text != ")" && last.text != "]"
    }

    private func peek(_ distance: Int) -> UInt8 { at + distance < bytes.count ? bytes[at + distance] : 0 }
    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    private func isLetter(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            || byte == UInt8(ascii: "_")
    }

    private mutating func number() throws {
        let start = at
        func digits(_ lexer: inout Lexer) { while lexer.isDigit(lexer.peek(0)) { lexer.at += 1 } }
        digits(&self)
        if peek(0) == UInt8(ascii: ".") { at += 1 }
        digits(&self)
        if peek(0) | 0x20 == UInt8(ascii: "e") {
            let sign = [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(peek(1)) ? 1 : 0
            if isDigit(peek(1 + sign)) {
                at += 1 + sign
                digits(&self)
            }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        let value = Double(text.hasSuffix(".") ? text + "0" : text.replacing(".e", with: ".0e")) ?? .nan
        guard value.isFinite else { throw part.error("\(text) is too large for a number", line: line) }
        if isLetter(peek(0)) {
            let first = at
            while isLetter(peek(0)) || isDigit(peek(0)) { at += 1 }
            let word = String(decoding: bytes[first..<at], as: UTF8.self)
            throw part.error("\(text)\(word): write \(text)*\(word)", line: line)
        }
        add(.number(value), start..<at)
    }

    private mutating func name() {
        let start = at
        while isLetter(peek(0)) || isDigit(peek(0)) { at += 1 }
        add(.name, start..<at)
    }

    private static let symbols = [
        "**", "<=", ">=", "==", "!=", "~=", "+=", "-=", "*=", "/=", "+", "-", "*", "/", "%", "^", "(", ")", "=", "<",
        ">", ",",
        ":", ".", "[", "]",
    ]

    private mutating func symbol() throws {
        for symbol in Self.symbols where bytes[at...].starts(with: symbol.utf8) {
            if symbol == "(" { open += 1 }
            if symbol == ")" { open = max(0, open - 1) }
            at += symbol.utf8.count
            return add(.symbol, at - symbol.utf8.count..<at)
        }
        // a whole character, not a byte of one
        var end = at + 1
        while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
        let text = String(decoding: bytes[at..<end], as: UTF8.self)
        throw part.error("'\(text)' means nothing here\(Self.hint(text))", line: line)
    }

    private static func hint(_ symbol: String) -> String {
        switch symbol {
        case "'", "′": ": a derivative is written dX/dt"
        case "&": ": write 'and'"
        case "|": ": write 'or'"
        case "!": ": write 'not'"
        case "×", "·", "⋅": ": write *"
        case "−", "–": ": write the sign '-'"
        case "{", "}": ": brackets are ( )"
        case "µ", "μ": ": write u, as in uM"
        default: ""
        }
    }

    private mutating func add(_ kind: Token.Kind, _ range: Range<Int>) {
        tokens.append(
            Token(kind: kind, text: String(decoding: bytes[range], as: UTF8.self), range: range, line: line))
    }
}

/// A text of a model and where it stands, as in "equations" or "spike.action".
package struct TextPart: Hashable, Sendable {
    package let place: String
    package let text: String

    /// A longer text is refused: nobody wrote it.
    static let mostBytes = 100_000

    package init(_ place: String, _ text: String) { (self.place, self.text) = (place, text) }

    /// With "line N" where the text has several.
    func error(_ message: String, line: Int) -> InputError {
        let isLong = text.utf8.contains(UInt8(ascii: "\n"))
        return InputError(
            isLong || place == "equations" ? "\(place), line \(line): \(message)" : "\(place): \(message)")
    }

    func text(_ range: Range<Int>) -> String {
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        let end = utf8.index(utf8.startIndex, offsetBy: range.upperBound)
        return text[start..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
