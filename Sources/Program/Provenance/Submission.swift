import AstroCore
import AstroLua
import Glibc

/// What somebody has handed in: a record, or a bundle that holds one. It may be a stranger's, so nothing in it is believed.
struct Submission {
    static let largest = 1 << 30

    let run: RecordedRun
    /// The files of a bundle, by their names.
    let carried: [String: ArraySlice<UInt8>]

    /// Throws, with a sentence about it, for what is neither.
    init(at path: String, atMost limit: Int = Submission.largest) throws {
        if let bundle = Bundle(path) {
            let content = try BundleContents(try bundle.bytes(atMost: limit))
            guard let record = content.record else {
                throw InputError("it is a bundle that holds no record of its run (pack it again: astrolua bundle)")
            }
            run = try RecordedRun(record)
            guard run.script?.name == content.script else {
                throw InputError("the record in the bundle is of another script")
            }
            carried = Dictionary(uniqueKeysWithValues: content.files)
        } else {
            run = try RecordedRun(try JSON(parsing: try contents(of: path, atMost: limit)))
            carried = [:]
        }
    }

    /// The same; what it throws names the file.
    static func read(_ path: String) throws -> Submission {
        close(try openFile(path).descriptor)  // what is not there is no damaged record
        do {
            return try Submission(at: path)
        } catch {
            throw InputError("'\(path)' is not a record of a run: \(error)")
        }
    }

    /// Who made it, as the first comments of its script say: "-- author: Ada Lovelace"; else what they call it, a title or a label.
    var author: String? { ScriptHead(run.script?.bytes ?? [])["author", "label", "title"] }
}

/// What the comments at the beginning of a script say of it, a line each: "-- author: Ada Lovelace".
struct ScriptHead {
    private let entries: [String: String]

    private static let mostLines = 50, mostLetters = 200

    init(_ script: [UInt8]) {
        let lines = script.split(
            separator: UInt8(ascii: "\n"), maxSplits: Self.mostLines, omittingEmptySubsequences: false)
        var entries: [String: String] = [:]
        for line in lines.prefix(Self.mostLines).map({ String(decoding: $0, as: UTF8.self) }) {
            if line.hasPrefix("#!") || line.allSatisfy(\.isWhitespace) { continue }
            guard line.hasPrefix("--") else { break }
            let parts = line.drop { $0 == "-" || $0 == " " }.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, case let name = parts[0].lowercased(), entries[name] == nil else { continue }
            let value = parts[1].drop(while: \.isWhitespace).prefix(Self.mostLetters)
            if !value.isEmpty { entries[name] = String(value) }
        }
        self.entries = entries
    }

    /// The first of these that is there.
    subscript(_ names: String...) -> String? { names.lazy.compactMap { entries[$0] }.first }
}
