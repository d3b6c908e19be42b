import LuaBridge

/// What can stand at a place of a text.
public struct Completions: Equatable, Sendable {
    public struct Candidate: Equatable, Sendable {
        public let name: String
        /// What it is, in a line.
        public let note: String?
    }

    /// What is typed of the word already, with which all candidates begin.
    public let typed: String
    /// What can be inserted without a choice; empty where several candidates are left.
    public let insertion: String
    public let candidates: [Candidate]

    init(typed: String = "", insertion: String = "", candidates: [Candidate] = []) {
        (self.typed, self.insertion, self.candidates) = (typed, insertion, candidates)
    }
}

extension Completions {
    /// A closing quote that is there already is not inserted again.
    package static func withoutRepetition(_ insertion: String, before after: Substring) -> String {
        guard let last = insertion.last, "\"']".contains(last), after.first == last else { return insertion }
        return String(insertion.dropLast())
    }
}

/// The candidates as a terminal lists them.
extension Completions {
    private static let mostWithNotes = 24, leastWidthForNotes = 60

    /// Names with their notes, or names side by side where there are many.
    package func listing(width: Int, lines: Int, colours: Bool) -> String {
        guard candidates.count <= Self.mostWithNotes, width >= Self.leastWidthForNotes, candidates.first?.note != nil
        else {
            return names(width: width, lines: lines)
        }
        let names = candidates.map { visible($0.name) }
        let widest = names.map(Self.columns).max() ?? 0
        return zip(names, candidates).map { name, candidate in
            let gap = String(repeating: " ", count: widest - Self.columns(name) + 2)
            return name
                + Terminal.painted(gap + Self.cut(visible(candidate.note ?? ""), width - widest - 3), .note, colours)
        }.joined(separator: "\n")
    }

    /// Of files the last name only.
    private func names(width: Int, lines: Int) -> String {
        let most = max(20, lines * (width / 20))
        var words = candidates.prefix(most).map { visible(Self.lastName($0.name)) }
        if candidates.count > most { words.append("… \(candidates.count - most) more") }
        return Self.sideBySide(words, width: width)
    }

    private static func lastName(_ path: String) -> String {
        let name = path.dropLast(path.hasSuffix("/") ? 1 : 0).split(separator: "/").last.map(String.init) ?? ""
        return path.hasSuffix("/") ? name + "/" : name
    }

    /// Below each other, in columns as wide as the widest word.
    private static func sideBySide(_ words: [String], width: Int) -> String {
        let widest = words.map(columns).max() ?? 0
        let count = max(1, (width + 2) / (widest + 2))
        let rows = (words.count + count - 1) / count
        return (0..<rows).map { row in
            let cells = stride(from: row, to: words.count, by: rows).map {
                words[$0] + String(repeating: " ", count: widest - columns(words[$0]))
            }
            let line = cells.joined(separator: "  ")
            return line[...(line.lastIndex { $0 != " " } ?? line.startIndex)]
        }.joined(separator: "\n")
    }

    private static func columns(_ text: String) -> Int { text.unicodeScalars.count }

    private static func cut(_ text: String, _ width: Int) -> String {
        columns(text) <= width ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(width - 1))) + "…"
    }
}
