#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads a table of text: a line with names, then lines with numbers; lines that begin with # are skipped.
/// The line of names may be missing where the caller says what the columns then are.
///
/// A last line without a line break may be half of one: what wrote it was ended, or goes on writing. It never counts.
struct TextTable {
    enum CutLine { case isLeftOut, isRefused }

    private let path: String
    private let bytes: [UInt8]
    private let separator: UInt8
    /// Columns that hold names.
    private let textColumns: Set<String>

    private static let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

    /// - `rename`: what a column is called here.
    /// - `namesIfNone`: the columns of a table that begins with numbers; empty if such a table is refused.
    /// - `cutLine`: what becomes of a table whose last line is cut off.
    static func read(
        _ path: String, separator: Character, textColumns: Set<String> = [], rename: [String: String],
        namesIfNone: [String] = [], cutLine: CutLine = .isLeftOut
    ) throws -> FileTable {
        let bytes = try InputFile.bytes(path)
        let reader = TextTable(
            path: path, bytes: bytes + [0], separator: separator.asciiValue!, textColumns: textColumns)
        return try reader.table(rename, namesIfNone, cutLine)
    }

    private func table(_ rename: [String: String], _ namesIfNone: [String], _ cutLine: CutLine) throws -> FileTable {
        var (lines, isCut) = lines()
        let cut = isCut ? lines.removeLast() : nil
        if let cut, lines.isEmpty || cutLine == .isRefused {
            throw problem(cut.number, "is cut off (a complete line ends with a line break)")
        }
        guard let first = lines.first else { throw InputError("'\(path)': the file is empty") }
        let hasNames = namesIfNone.isEmpty || !isNumbers(first.range)
        if hasNames { lines.removeFirst() }
        let names = hasNames ? columnNames(first.range, rename) : namesIfNone
        try check(names, first.number)
        var columns = names.map { _ in [Double]() }
        var texts = names.map { _ in [String]() }
        for line in lines {
            let parts = fields(hasNames ? line.range : withoutLastSeparator(line.range))
            guard parts.count == names.count else {
                throw problem(line.number, Self.uneven(parts.count, names, hasNames))
            }
            for (i, part) in parts.enumerated() {
                if textColumns.contains(names[i]) {
                    texts[i].append(String(decoding: bytes[part], as: UTF8.self))
                } else {
                    columns[i].append(try number(part, names[i], line.number))
                }
            }
        }
        var result = FileTable()
        result.note = cut.map {
            "'\(path)': line \($0.number), the last one, is cut off and left out (a complete line ends with a line break)"
        }
        for (i, name) in names.enumerated() {
            let isText = textColumns.contains(name)
            result.columns.append((name, isText ? .names(of: texts[i]) : .numbers(columns[i])))
        }
        return result
    }

    private static func uneven(_ count: Int, _ names: [String], _ hasNames: Bool) -> String {
        hasNames
            ? "\(count) fields, but there are \(names.count) columns"
            : "\(count) fields; without a line of names they must be \(names.joined(separator: ", "))"
    }

    private func columnNames(_ line: Range<Int>, _ rename: [String: String]) -> [String] {
        fields(line).map {
            let name = String(decoding: bytes[$0], as: UTF8.self)
            return rename[name] ?? name
        }
    }

    private func isNumbers(_ line: Range<Int>) -> Bool {
        fields(withoutLastSeparator(line)).allSatisfy { value($0) != nil }
    }

    /// NEST 2 ends each field with a separator, the last one, too.
    private func withoutLastSeparator(_ line: Range<Int>) -> Range<Int> {
        bytes[line.upperBound - 1] == separator ? line.dropLast() : line
    }

    private func check(_ names: [String], _ line: Int) throws {
        if let twice = names.enumerated().first(where: { names[..<$0].contains($1) }) {
            throw problem(line, "two columns are called '\(twice.element.prefix(40))'")
        }
    }

    /// Lines that hold something, counted from 1; comments are left out. And does the last one lack its line break?
    private func lines() -> (lines: [(number: Int, range: Range<Int>)], isCut: Bool) {
        var result: [(number: Int, range: Range<Int>)] = []
        var start = 0, number = 1
        let end = bytes.count - 1
        while start < end {
            var stop = start
            while stop < end, bytes[stop] != Self.newline { stop += 1 }
            let last = stop > start && bytes[stop - 1] == Self.carriageReturn ? stop - 1 : stop
            if last > start, bytes[start] != UInt8(ascii: "#") { result.append((number, start..<last)) }
            start = stop + 1
            number += 1
        }
        return (result, end > 0 && bytes[end - 1] != Self.newline && result.last?.number == number - 1)
    }

    private func fields(_ line: Range<Int>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = line.lowerBound
        for i in line where bytes[i] == separator {
            result.append(start..<i)
            start = i + 1
        }
        return result + [start..<line.upperBound]
    }

    /// An empty field is a value that is not there.
    private func number(_ field: Range<Int>, _ name: String, _ line: Int) throws -> Double {
        if field.isEmpty { return .nan }
        guard let value = value(field) else {
            let text = String(decoding: bytes[field].prefix(40), as: UTF8.self)
            throw problem(line, "'\(text)' in column \(name.prefix(40)) is not a number")
        }
        return value
    }

    private func value(_ field: Range<Int>) -> Double? {
        bytes.withUnsafeBytes { bytes -> Double? in
            let start = bytes.baseAddress!.assumingMemoryBound(to: CChar.self) + field.lowerBound
            guard start[0] > 0x20 else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            return end == UnsafeMutablePointer(mutating: start) + field.count ? value : nil
        }
    }

    private func problem(_ line: Int, _ what: String) -> InputError { InputError("'\(path)': line \(line): \(what)") }
}
