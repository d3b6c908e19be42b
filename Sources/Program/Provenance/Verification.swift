import AstroCore
import AstroLua
import Glibc

/// `astrolua verify run.json`: runs again what was recorded, in a directory of its own and in the sandbox, and says
/// whether it came to the same.
struct Verification {
    static let word = "verify"

    private let path: String
    private let asked: CommandLineOptions

    private static let largest = 1 << 30

    /// nil if the words ask for something else. A script that is called "verify" is run as ./verify.
    init?(_ parsed: CommandLineOptions) {
        guard parsed.script.first == Self.word else { return nil }
        path = parsed.script.count == 2 ? parsed.script[1] : ""
        asked = parsed
    }

    func run() -> Int32 {
        guard !path.isEmpty else {
            complain("astrolua verify: needs the record of a run, as in: astrolua verify run.json")
            return ExitStatus.wrongOptions
        }
        do {
            let recorded = try RecordedRun(try record(at: path))
            let missing = recorded.problemsWithInputs()
            guard missing.isEmpty else {
                say(["\(path): cannot run the same"] + missing.map { "  \($0)" })
                return ExitStatus.failure
            }
            let stage = try Stage()
            defer { stage.remove() }
            try recorded.unpack(into: stage)
            return try compare(recorded, in: stage)
        } catch {
            complain("astrolua verify: \(error)")
            return ExitStatus.wrongOptions
        }
    }

    private func record(at path: String) throws -> JSON {
        do {
            return try JSON(parsing: try contents(of: path, atMost: Self.largest))
        } catch {
            throw InputError("\(error)".contains(path) ? "\(error)" : "'\(path)' is no record of a run: \(error)")
        }
    }

    private func compare(_ recorded: RecordedRun, in stage: Stage) throws -> Int32 {
        let again = "\(stage.directory)/again.json"
        let line = recorded.commandLine(record: again, asked)
        _ = try stage.run {
            guard recorded.enter(stage) else {
                complain("astrolua verify: can't enter \(stage.directory): \(reason)")
                return ExitStatus.failure
            }
            return runLine(line) { $0.scriptName = recorded.shownName }
        }
        guard let bytes = try? contents(of: again, atMost: Self.largest), let json = try? JSON(parsing: bytes) else {
            say(["\(path): different", "  the run was ended before it could be compared"])
            return ExitStatus.failure
        }
        let comparison = Comparison(recorded: recorded.json.ordered, again: json.ordered, stage: stage.directory)
        let differences = comparison.differences
        let verdict = differences.isEmpty ? "the same to the bit (\(comparison.extent))" : "different"
        say(["\(path): \(verdict)"] + (differences + comparison.notes).map { "  \($0)" })
        return differences.isEmpty ? ExitStatus.success : ExitStatus.failure
    }
}

/// What is needed of a record to run it again.
struct RecordedRun {
    let json: JSON
    let script: RecordedText?
    let arguments, chunks: [String]
    private let modules: [RecordedText]
    private let inputs: [RecordedFile]
    private let scriptPath: String?

    init(_ json: JSON) throws {
        guard json["format"]?.text == RunRecord.format else {
            throw InputError("this is no record of a run (astrolua --record FILE script.lua writes one)")
        }
        guard json["version"]?.whole == RunRecord.version else {
            throw InputError("the record is of another version (\(json["version"] ?? .null)) than this program reads")
        }
        self.json = json
        script = try json["script"].map(RecordedText.init)
        modules = try (json["modules"]?.list ?? []).map(RecordedText.init)
        inputs = RecordedFile.all(json["read"])
        arguments = json["arguments"]?.texts ?? []
        chunks = json["chunks"]?.texts ?? []
        scriptPath = json["script_name"]?.text
        for text in [script].compactMap({ $0 }) + modules where !text.isIntact {
            throw InputError("the text of '\(StagedName.shown(text.name))' was altered: it does not have its digest")
        }
    }

    /// Where the file of that name is for who verifies.
    private func path(of name: String) -> String {
        guard name.hasPrefix("script/") else { return StagedName.shown(name) }
        let directory = scriptPath?.lastIndex(of: "/").map { String(scriptPath![...$0]) } ?? ""
        return directory + name.dropFirst("script/".count)
    }

    func problemsWithInputs() -> [String] {
        inputs.compactMap { input in
            let path = path(of: input.name)
            guard let file = SHA256.hex(ofFile: path) else { return "\(path), which it read, is not here" }
            return file.hex == input.digest ? nil : "\(path) is not the file that it read (it had \(input.bytes) bytes)"
        }
    }

    func unpack(into stage: Stage) throws {
        for text in [script].compactMap({ $0 }) + modules where text.name.hasPrefix("/") || text.name == "-" {
            guard text.name == "-" else { throw InputError("'\(text.name)' lies outside of the script's directories") }
            try stage.place(text.bytes, at: "stdin")
        }
        for text in [script].compactMap({ $0 }) + modules where text.name != "-" {
            try check(text.name)
            try stage.place(text.bytes, at: text.name)
        }
        for input in inputs where !input.name.hasPrefix("/") {
            try check(input.name)
            try stage.place(try contents(of: path(of: input.name), atMost: .max), at: input.name)
        }
        for output in (json["written"]?.list ?? []).compactMap({ $0["file"]?.text }) where !output.hasPrefix("/") {
            try check(output)
            try stage.makeDirectory(String(output[..<output.lastIndex(of: "/")!]))
        }
    }

    private func check(_ name: String) throws {
        if let problem = StagedName.problem(with: name) { throw InputError("the file '\(name.prefix(80))' \(problem)") }
    }

    /// Of the process that will run it: its directory, nothing to read but the script, and nobody to print to.
    func enter(_ stage: Stage) -> Bool {
        let input = open(script?.name == "-" ? "\(stage.directory)/stdin" : "/dev/null", O_RDONLY)
        let output = open("/dev/null", O_WRONLY)
        return input >= 0 && output >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0
            && chdir("\(stage.directory)/current") == 0
    }

    func commandLine(record: String, _ asked: CommandLineOptions) -> [String] {
        var line = ["--record", record] + chunks.flatMap { ["-e", $0] }
        if let seed = json["options"]?["seed"]?.exact { line += ["--seed", "\(seed)"] }
        if let seconds = json["options"]?["time_limit"]?.number, asked.timeLimit == nil {
            line += ["--time-limit", "\(seconds)"]
        }
        return line + asked.limits + scriptWords + arguments
    }

    private var scriptWords: [String] {
        guard let name = script?.name else { return [] }
        if name == "-" { return [name] }
        return [name.hasPrefix("current/") ? StagedName.shown(name) : "../\(name)"]
    }

    /// What messages call the script: what they called it.
    var shownName: String? { scriptPath }
}
