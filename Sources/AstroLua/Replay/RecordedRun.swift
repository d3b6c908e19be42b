import AstroCore
import LuaBridge

/// What a record says that is needed to run it again. It may be a stranger's, so nothing in it is believed: a value that is not
/// what it should be is an error, names of files are checked, and nothing is opened here.
package struct RecordedRun {
    package static let format = "astrolua run", version = 1

    package let json: JSON
    package let script: RecordedText?
    package let modules: [RecordedText]
    package let inputs: [RecordedFile]
    /// Names of the files that were written.
    package let outputs: [String]
    package let arguments, chunks: [String]
    /// What they called the script.
    package let scriptName: String?
    package let seed: Int64?
    package let timeLimit: Double?

    package init(_ json: JSON) throws {
        guard json["format"]?.text == Self.format else {
            throw InputError("this is not a record of a run (astrolua --record FILE script.lua writes one)")
        }
        guard json["version"]?.whole == Self.version else {
            throw InputError(
                "the record is of another version (\(Self.number(json["version"]))) than this program reads")
        }
        self.json = json
        script = try json["script"].map(RecordedText.init)
        modules = try (try json.field("modules", \.list) ?? []).map(RecordedText.init)
        inputs = try RecordedFile.all(json, "read")
        outputs = try (try json.field("written", \.list) ?? []).map { try $0.needed("file", \.text) }
        arguments = try json.field("arguments", \.texts) ?? []
        chunks = try json.field("chunks", \.texts) ?? []
        scriptName = try json.field("script_name", \.text)
        (seed, timeLimit) = try Self.options(try json.field("options") { $0.names == nil ? nil : $0 } ?? .object([]))
        try checkNames()
        try checkWork()
    }

    private static func number(_ json: JSON?) -> String { json?.number.map { "\($0)" } ?? "not a number" }

    private static func options(_ options: JSON) throws -> (seed: Int64?, timeLimit: Double?) {
        let known = ["seed", "threads", "time_limit"]
        if let other = options.names?.first(where: { !known.contains($0) }) {
            throw InputError("it has an option '\(StagedName.quoted(other))', which no record has")
        }
        _ = try options.field("threads") { $0.whole.flatMap { $0 >= 1 ? $0 : nil } }
        let timeLimit = try options.field("time_limit") { $0.number.flatMap { $0 > 0 && $0 < 1e9 ? $0 : nil } }
        return (try options.field("seed", \.exact), timeLimit)
    }

    package var texts: [RecordedText] { [script].compactMap { $0 } + modules }
    /// A script that came from standard input has no name.
    private var textsInFiles: [RecordedText] { texts.filter { $0.name != "-" } }

    private func checkNames() throws {
        if modules.contains(where: { $0.name == "-" }) { throw InputError("a module has no name") }
        for text in textsInFiles where text.name.hasPrefix("/") {
            throw InputError("'\(StagedName.quoted(text.name))' lies outside of the script's directories")
        }
        for text in textsInFiles { try StagedName.check(text.name) }
        for name in inputs.map(\.name) + outputs { try StagedName.checkPlace(name) }
        if let scriptName, scriptName.utf8.count > 4000 || scriptName.utf8.contains(where: { $0 < 0x20 }) {
            throw InputError("it is damaged: the script's name can't be one")
        }
        guard texts.count + inputs.count <= StagedName.mostFiles, outputs.count <= StagedName.mostFiles else {
            throw InputError("it has more than \(StagedName.mostFiles) files (the limit)")
        }
        try StagedName.checkDirectories(above: textsInFiles.map(\.name))
        try StagedName.checkDirectories(above: (inputs.map(\.name) + outputs).filter { !$0.hasPrefix("/") })
        for text in texts where !text.isIntact {
            let name = StagedName.quoted(StagedName.shown(text.name))
            throw InputError("the text of '\(name)' was altered: its digest does not match")
        }
    }

    private func checkWork() throws {
        if script == nil, chunks.isEmpty {
            throw InputError("it is damaged: there is neither a script nor a text of -e")
        }
        if script == nil, !arguments.isEmpty { throw InputError("it is damaged: there are arguments, but no script") }
    }

    // MARK: where files are

    /// The path of a file for who verifies: seen from the current directory, and what lay beside the script from the script's.
    package func path(of name: String) -> String {
        guard name.hasPrefix("script/") else { return StagedName.shown(name) }
        let directory = scriptName.flatMap { name in name.lastIndex(of: "/").map { String(name[...$0]) } } ?? ""
        return directory + name.dropFirst("script/".count)
    }

    /// What the script is called in the run, seen from the stage's current/. As they called it, where that is the same: a
    /// script may look at arg[0].
    package var pathInStage: String? {
        guard let name = script?.name else { return nil }
        if name == "-" { return name }
        let path = name.hasPrefix("current/") ? StagedName.shown(name) : "../\(name)"
        let asCalled = scriptName.flatMap { $0.split(separator: "/").filter { $0 != "." }.joined(separator: "/") }
        if let scriptName, !scriptName.hasPrefix("/"), scriptName != "-", asCalled == path { return scriptName }
        return path == "-" ? "./-" : path
    }

    /// Texts by the place that they have in a stage.
    package var textsInStage: [(name: String, bytes: [UInt8])] {
        texts.map { ($0.name == "-" ? "stdin" : $0.name, $0.bytes) }
    }
}

/// What a record says of a Lua text.
package struct RecordedText {
    package let name: String
    package let bytes: [UInt8]
    let digest: String

    package init(_ json: JSON) throws {
        guard let name = json["file"]?.text, let digest = json["sha256"]?.text, let lines = json["lines"]?.list else {
            throw InputError("it is damaged: a text has no file, sha256 or lines")
        }
        let numbers = lines.compactMap { $0.whole.flatMap { UInt8(exactly: $0) } }
        let texts = lines.compactMap(\.text)
        guard numbers.count == lines.count || texts.count == lines.count else {
            throw InputError("the lines of '\(StagedName.quoted(name))' are damaged")
        }
        (self.name, self.digest) = (name, digest)
        bytes = texts.count == lines.count ? Array(texts.joined(separator: "\n").utf8) : numbers
    }

    var isIntact: Bool { SHA256.hex(of: bytes) == digest }
}

/// What a record says of a file.
package struct RecordedFile {
    package let name, digest: String
    package let bytes: Int

    init(_ json: JSON) throws {
        (name, digest) = (try json.needed("file", \.text), try json.needed("sha256", \.text))
        bytes = try json.needed("bytes") { $0.whole.flatMap { $0 >= 0 ? $0 : nil } }
    }

    package func isDigest(of content: [UInt8]) -> Bool { SHA256.hex(of: content) == digest }

    package static func all(_ json: JSON, _ list: String) throws -> [RecordedFile] {
        try (try json.field(list, \.list) ?? []).map(RecordedFile.init)
    }
}

extension JSON {
    /// Names of an object's fields.
    fileprivate var names: [String]? { if case .object(let fields) = self { fields.map(\.name) } else { nil } }

    /// The field of that name, nil if there is none. One that is something else than it should be is an error.
    func field<T>(_ name: String, _ read: (JSON) -> T?) throws -> T? {
        guard let value = self[name] else { return nil }
        guard let wanted = read(value) else { throw InputError("it is damaged: '\(name)' is not what it should be") }
        return wanted
    }

    func needed<T>(_ name: String, _ read: (JSON) -> T?) throws -> T {
        guard let value = try field(name, read) else { throw InputError("it is damaged: there is no '\(name)'") }
        return value
    }
}
