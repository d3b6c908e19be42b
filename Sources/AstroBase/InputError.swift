/// What a user asked for that cannot be done. Nothing has changed when it is thrown.
///
/// `message` says what was wrong, the value, and what is allowed; whoever speaks to the user puts the place in front.
public struct InputError: Error, CustomStringConvertible, Sendable {
    public let message: String

    public init(_ message: String) { self.message = readable(message) }

    public var description: String { message }
}

/// A message as a person can read it, whatever a script called its things: words that are longer than a line lose their
/// middle, and so does what is longer than a page.
public func readable(_ message: String) -> String {
    guard message.utf8.count > 200 else { return message }
    let words = message.split(separator: " ", omittingEmptySubsequences: false)
    return cut(words.map { cut($0, to: 120) }.joined(separator: " "), to: 1200)
}

private func cut(_ text: some StringProtocol, to most: Int) -> String {
    guard text.utf8.count > most, text.count > most else { return String(text) }
    return "\(text.prefix(most * 2 / 3))…\(text.suffix(most / 4))"
}

extension InputError {
    /// Values for nodes of which there is another number.
    package static func uneven(_ what: String, _ values: Int, nodes: Int) -> InputError {
        InputError("\(what) has \(values) values for \(nodes) node\(nodes == 1 ? "" : "s")")
    }

    /// "WHAT 'name' …  (did you mean 'near'?)", or the whole list where it is short.
    public static func unknown(_ what: String, _ name: String, among known: [String]) -> InputError {
        if let near = nearest(to: name, among: known) {
            return InputError("\(what) '\(name)' (did you mean '\(near)'?)")
        }
        guard !known.isEmpty, known.count <= 40 else { return InputError("\(what) '\(name)'") }
        return InputError("\(what) '\(name)' (there are: \(known.sorted().joined(separator: ", ")))")
    }

    /// The known name that begins with `name`, else the one with the fewest edits, if it is near enough to have been
    /// meant: one edit in a short name, about one in four letters of a longer one.
    public static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 100 else { return nil }
        let typed = Array(name.lowercased().utf8)
        let continued = known.filter { begins(Array($0.lowercased().utf8), with: typed) }
        if let shortest = continued.min(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) { return shortest }
        let limit = min(max(1, (typed.count + 1) / 4), typed.count - 1)
        let longest = 1 << 12
        var best: (name: String, distance: Int)?
        for candidate in known.sorted() {
            let letters = Array(candidate.lowercased().utf8)
            // the distance is at least that of the lengths; of texts of kilobytes nobody wants to know
            guard abs(letters.count - typed.count) <= limit, letters.count < longest, typed.count < longest else {
                continue
            }
            let distance = editDistance(typed, letters)
            if distance <= limit, distance < (best?.distance ?? .max) { best = (candidate, distance) }
        }
        return best?.name
    }

    /// One letter is a beginning of V_m or g_L, but no more than that.
    private static func begins(_ name: [UInt8], with typed: [UInt8]) -> Bool {
        guard typed.count < 2 else { return name.starts(with: typed) }
        return typed.count == 1 && name.starts(with: typed + [UInt8(ascii: "_")])
    }

    /// Levenshtein's distance, a swap of neighbours counted as one edit.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var distance = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    distance = min(distance, beforePrevious[j - 1] + 1)
                }
                row.append(distance)
            }
            beforePrevious = previous
            previous = row
        }
        return previous[b.count]
    }
}
