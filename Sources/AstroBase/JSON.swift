/// A value of JSON. Objects keep the order of their names.
package enum JSON: Hashable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([Field])

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: JSON
    }

    /// An object; what is nil is left out.
    package static func fields(_ fields: KeyValuePairs<String, JSON?>) -> JSON { .fields(Array(fields)) }

    package static func fields(_ fields: [(String, JSON?)]) -> JSON {
        .object(fields.compactMap { name, value in value.map { Field(name: name, value: $0) } })
    }

    /// An object with these fields in front of its own.
    package func with(_ first: KeyValuePairs<String, JSON?>) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .fields(Array(first) + fields.map { ($0.name, $0.value) })
    }

    package static func number(_ n: Int) -> JSON { .number(Double(n)) }
    /// A number, or, where a number would lose digits, its text.
    package static func exact(_ n: Int64) -> JSON {
        Int64(exactly: Double(n)) == n && abs(Double(n)) < 0x1p53 ? .number(Double(n)) : .text(String(n))
    }
    package static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }

    /// The same with the names of objects in order, whatever order an editor has left them in.
    package var ordered: JSON {
        switch self {
        case .list(let list): return .list(list.map(\.ordered))
        case .object(let fields):
            return .object(
                fields.map { Field(name: $0.name, value: $0.value.ordered) }.sorted { $0.name < $1.name })
        default: return self
        }
    }

    // MARK: asking

    package subscript(_ name: String) -> JSON? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }

    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var number: Double? { if case .number(let number) = self { number } else { nil } }
    package var whole: Int? { number.flatMap { Int(exactly: $0) } }
    package var exact: Int64? { whole.map(Int64.init) ?? text.flatMap { Int64($0) } }
    package var list: [JSON]? { if case .list(let list) = self { list } else { nil } }
    /// nil unless it is a list of nothing but texts.
    package var texts: [String]? {
        guard let list else { return nil }
        let texts = list.compactMap(\.text)
        return texts.count == list.count ? texts : nil
    }
}

// MARK: writing

extension JSON: CustomStringConvertible {
    package var description: String { written(indent: nil) }

    /// For people: a name or an element a line; what is short stays on one line.
    package var readable: String { written(indent: 0) + "\n" }

    private func written(indent: Int?) -> String {
        switch self {
        case .null: return "null"
        case .flag(let flag): return flag ? "true" : "false"
        case .number(let x): return Int(exactly: x).map(String.init) ?? (x.isFinite ? "\(x)" : "null")
        case .text(let text): return Self.quoted(text)
        case .list(let elements):
            return Self.enclosed("[", "]", indent) { inner in
                elements.map { $0.written(indent: inner) }
            }
        case .object(let fields):
            return Self.enclosed("{", "}", indent) { inner in
                fields.map { Self.quoted($0.name) + ": " + $0.value.written(indent: inner) }
            }
        }
    }

    private static func enclosed(
        _ open: String, _ close: String, _ indent: Int?, _ parts: (Int?) -> [String]
    ) -> String {
        let line = open + parts(nil).joined(separator: ", ") + close
        guard let indent, indent + line.utf8.count > 160 else { return line }
        let margin = String(repeating: " ", count: indent)
        let lines = parts(indent + 2).map { margin + "  " + $0 }
        return open + "\n" + lines.joined(separator: ",\n") + "\n" + margin + close
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

// MARK: reading

extension JSON {
    /// Throws, with the line, for what is no JSON.
    package init(parsing bytes: [UInt8]) throws {
        var reader = Reader(bytes: bytes + [0])
        self = try reader.value(depth: 0)
        reader.skip()
        guard reader.place == bytes.count else { throw reader.problem() }
    }

    /// A zero ends the bytes, so that looking one ahead is always possible.
    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        private var count = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// A value takes up to twenty times its two bytes in memory.
        private static let depth = 100, most = 20_000_000

        func problem() -> InputError {
            let line = bytes[..<min(place, bytes.count)].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            return InputError("line \(line) is not JSON")
        }

        mutating func skip() { while [0x20, 0x0a, 0x0d, 0x09].contains(bytes[place]) { place += 1 } }

        mutating func takes(_ text: StaticString) -> Bool {
            let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            guard bytes[place...].starts(with: wanted) else { return false }
            place += wanted.count
            return true
        }

        mutating func value(depth: Int) throws -> JSON {
            guard depth < Self.depth else { throw problem() }
            count += 1
            guard count <= Self.most else {
                throw InputError("it holds more than the limit of \(Self.most) values")
            }
            skip()
            if takes("{") { return try object(depth) }
            if takes("[") { return .list(try elements("]") { try $0.value(depth: depth + 1) }) }
            if takes("\"") { return .text(try text()) }
            if takes("null") { return .null }
            if takes("true") { return .flag(true) }
            if takes("false") { return .flag(false) }
            return try number()
        }

        private mutating func object(_ depth: Int) throws -> JSON {
            let fields = try elements("}") { reader in
                guard reader.takes("\"") else { throw reader.problem() }
                let name = try reader.text()
                reader.skip()
                guard reader.takes(":") else { throw reader.problem() }
                return Field(name: name, value: try reader.value(depth: depth + 1))
            }
            guard Set(fields.map(\.name)).count == fields.count else { throw problem() }
            return .object(fields)
        }

        private mutating func elements<T>(_ end: StaticString, _ element: (inout Reader) throws -> T) throws -> [T] {
            var result: [T] = []
            skip()
            if takes(end) { return result }
            repeat {
                skip()
                result.append(try element(&self))
                skip()
            } while takes(",")
            guard takes(end) else { throw problem() }
            return result
        }

        private mutating func number() throws -> JSON {
            let characters = bytes[place...].prefix {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "+-.eE".utf8.contains($0)
            }
            guard let number = Double(String(decoding: characters, as: UTF8.self)), number.isFinite else {
                throw problem()
            }
            place += characters.count
            return .number(number)
        }

        private mutating func text() throws -> String {
            var result: [UInt8] = []
            while true {
                let plain = bytes[place...].prefix {
                    $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
                }
                result += plain
                place += plain.count
                if takes("\"") { break }
                guard takes("\\") else { throw problem() }
                result += try escaped()
            }
            guard let text = String(validating: result, as: UTF8.self) else { throw problem() }
            return text
        }

        private mutating func escaped() throws -> [UInt8] {
            let letter = bytes[place]
            place += 1
            switch letter {
            case UInt8(ascii: "n"): return [0x0a]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "r"): return [0x0d]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0c]
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
            case UInt8(ascii: "u"): return try codePoint()
            default: throw problem()
            }
        }

        private mutating func codePoint() throws -> [UInt8] {
            var code = try fourDigits()
            if code >> 10 == 0x36, takes("\\u") { code = 0x10000 + (code & 0x3ff) << 10 + (try fourDigits() & 0x3ff) }
            guard let scalar = Unicode.Scalar(code) else { throw problem() }
            return Array(String(scalar).utf8)
        }

        private mutating func fourDigits() throws -> UInt32 {
            let digits = bytes[place...].prefix(4)
            guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
                throw problem()
            }
            place += 4
            return code
        }
    }
}
