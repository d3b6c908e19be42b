import AstroCore
import AstroLua
import Glibc

/// `astrolua bundle experiment.lua`: runs the script once to see what it needs, and packs that into one file.
struct Bundling: RecordCommand {
    static let word = "bundle"

    static let taken = [
        "--quiet", "--threads", "--seed", "--allow-read", "--allow-write", "--memory-limit", "--time-limit",
    ]

    private let asked: RunRequest
    private let script, output: String
    private let arguments: [String]

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        self.asked = asked
        var words = Array(words)
        var output: String?
        func takeOutput(at place: Int) {
            guard words.count > place + 1, words[place] == "-o" else { return }
            output = words[place + 1]
            words.removeSubrange(place...place + 1)
        }
        takeOutput(at: 0)
        if output == nil { takeOutput(at: 1) }
        script = words.first ?? ""
        arguments = Array(words.dropFirst())
        let base = script.split(separator: "/").last.map(String.init) ?? ""
        self.output = output ?? (base.hasSuffix(".lua") ? String(base.dropLast(4)) : base) + Bundle.ending
    }

    var usageProblem: String? {
        let isScript = !script.isEmpty && !script.hasPrefix("-")
        return isScript ? nil : "needs a script, as in: astrolua bundle experiment.lua [-o experiment.astro] [args ...]"
    }

    func perform() throws -> Int32 {
        let stage = try Stage()
        defer { stage.remove() }
        let path = "\(stage.directory)/run.json"
        var request = asked.with(script: script, arguments)
        request.record = path
        let status = try stage.run { Program.run(request) }
        guard status == ExitStatus.success else {
            complain("astrolua bundle: the script ended with status \(status), so nothing is packed")
            return status
        }
        try write(try JSON(parsing: try contents(of: path, atMost: 1 << 30)))
        return ExitStatus.success
    }

    private func write(_ record: JSON) throws {
        guard let script = try record["script"].map(RecordedText.init) else { throw InputError("there is no script") }
        let modules = try (record["modules"]?.list ?? []).map(RecordedText.init)
        let inputs = try RecordedFile.all(record, "read")
        let names = [script.name] + modules.map(\.name) + inputs.map(\.name)
        let outside = names.filter { StagedName.problem(with: $0) != nil }
        guard outside.isEmpty else {
            throw InputError(
                "\(outside.joined(separator: ", ")): files outside of the current directory and the script's directory can't "
                    + "be packed; copy them there")
        }
        let files = ([script] + modules).map { (name: $0.name, content: $0.bytes) } + (try inputs.map(data))
        try StagedName.checkDirectories(above: names)
        let bytes = Bundle.pack(files, script: script.name, arguments: arguments, record: record.withoutCircumstances)
        try Bundle.write(bytes, to: output)
        let sizes = "\(count(modules.count, "module")), \(count(inputs.count, "data file")), \(bytes.count) bytes"
        let packed = files.dropFirst().map { "  \(StagedName.shown($0.name))" }
        say(["\(output): \(StagedName.shown(script.name)), \(sizes)"] + packed + ["run it with: astrolua \(output)"])
    }

    private func data(_ input: RecordedFile) throws -> (name: String, content: [UInt8]) {
        let directory = script.lastIndex(of: "/").map { String(script[...$0]) } ?? ""
        let isBelowScript = input.name.hasPrefix("script/")
        let path = isBelowScript ? directory + input.name.dropFirst("script/".count) : StagedName.shown(input.name)
        let content = try contents(of: path, atMost: Bundle.largest)
        guard SHA256.hex(of: content) == input.digest else {
            throw InputError("'\(path)' was changed while the script ran, so the version that it read is gone")
        }
        return (input.name, content)
    }
}
