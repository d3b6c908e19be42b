/// Reads what a definition was put down as: texts, one after the other. nil where they are not there.
struct EncodedTexts {
    private var rest: ArraySlice<String>

    init(_ texts: [String]) { rest = texts[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() -> String? { rest.popFirst() }

    /// Rows of so many texts each, behind their number.
    mutating func rows(of width: Int) -> [[String]]? {
        guard let text = next(), let count = Int(text), count >= 0, count <= rest.count / width else { return nil }
        return (0..<count).map { _ in (0..<width).map { _ in rest.removeFirst() } }
    }
}

extension [String] {
    mutating func append(rows: [[String]]) {
        append("\(rows.count)")
        for row in rows { self += row }
    }
}

extension ModelSource.Row {
    var encoded: [String] { [name, value, meaning, allowed] }

    init(encoded: [String]) { self.init(encoded[0], encoded[1], encoded[2], encoded[3]) }
}
