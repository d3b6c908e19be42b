import Foundation

/// The files of Tests/Fixtures, found from this file, so that the tests run from any directory.
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func decode<T: Decodable>(_ type: T.Type, from path: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// A CSV file as its head and its lines, cut at the commas.
    static func lines(of path: String) throws -> (head: [String], lines: [[Substring]]) {
        let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        var lines = text.split(separator: "\n").map { $0.split(separator: ",") }
        let head = lines.removeFirst().map(String.init)
        return (head, lines)
    }

    /// The names (without ending) of the JSON files in a folder that satisfy a condition, sorted.
    static func names(in path: String, where isWanted: (String) -> Bool) -> [String] {
        let files =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.filter(isWanted).sorted()
    }
}

/// A table of numbers with a name for every column, the first being the time.
struct Table: Sendable {
    let names: [String]
    let columns: [[Double]]

    var times: [Double] { columns[0] }

    init(path: String) throws {
        let (head, lines) = try Fixtures.lines(of: path)
        names = head
        columns = head.indices.map { c in lines.map { Double($0[c])! } }
    }

    subscript(name: String) -> [Double] { columns[names.firstIndex(of: name)!] }
}
