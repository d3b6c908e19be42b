import AstroCore
import AstroLua
import Glibc

/// `astrolua publish run.json`: a directory with all that belongs to a run, its description as RO-Crate and as a page, and the bundle.
struct Publication: RecordCommand {
    static let word = "publish"

    static let taken = ["--quiet", "--allow-read", "--memory-limit", "--time-limit"]
    /// Of the page without its pictures.
    private static let largestPage = 1_000_000

    private let path: String
    private let directory: String
    private let asked: RunRequest

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        var words = Words(words)
        let output = words.takeValue(of: "-o")
        path = words.only ?? ""
        let name = Words.name(of: path), base = name.whole, stem = name.stem ?? String(base)
        directory = output ?? "\(stem)-crate"
        self.asked = asked
    }

    func perform() throws -> Int32 {
        let submission = try withinTime(asked.options.timeLimit) { try Submission.read(path) }
        let stage = try Stage()
        defer { stage.remove() }
        let folder = try Folder(new: directory)
        var options = asked.options
        options.readable += [AstroLua.directory(path)]
        let status = try stage.runConfined(options, writable: [folder.directory]) { access in
            try write(try PublishedRun(submission, beside: AstroLua.directory(path), access), to: folder)
            return ExitStatus.success
        }
        if status != ExitStatus.success { rmdir(directory) }  // if nothing is in it
        return status
    }

    var usageProblem: String? {
        path.isEmpty ? "needs the record of a run, as in: astrolua publish run.json [-o DIRECTORY]" : nil
    }

    private func write(_ run: PublishedRun, to folder: Folder) throws {
        var page = RunPage(run), notes = run.notes
        if page.sizeWithoutPictures > Self.largestPage {
            page.holdsBundle = false
            notes.append(
                "the page would be larger than 1 MB with the bundle in it, so the bundle lies only beside it")
        }
        let files =
            run.files.map { ($0.name, $0.bytes) } + [
                (PublishedRun.record, Array(run.json.readable.utf8)), (run.bundleName, run.bundle),
                (PublishedRun.page, Array(page.text.utf8)),
            ]
        for (name, bytes) in files { try folder.place(bytes, at: name) }
        let crate = RunCrate(run, files: files.map { ($0.0, $0.1) }).metadata
        try folder.place(Array(crate.readable.utf8), at: "ro-crate-metadata.json")
        say(
            ["\(directory): \(count(files.count + 1, "file")), an RO-Crate"] + notes.map { "note: \($0)" }
                + ["open \(directory)/\(PublishedRun.page) in a browser"]
                + (page.holdsBundle ? ["astrolua verify \(directory)/\(PublishedRun.page) runs it again"] : []))
    }
}

/// A run with all that is published of it.
struct PublishedRun {
    static let record = "run.json", page = "page.html"

    struct File {
        /// As the record calls it: "current/spikes.csv".
        let name: String
        let bytes: [UInt8]
        let role: Role

        enum Role { case script, module, data, result }

        var ending: String { name.lastIndex(of: ".").map { name[$0...].dropFirst().lowercased() } ?? "" }
    }

    let json: JSON
    let head: ScriptHead
    let files: [File]
    let bundle: [UInt8]
    /// What is not published, and why.
    let notes: [String]
    private let scriptName: String

    /// - `directory`: that of the record, beside which results may lie.
    init(_ submission: Submission, beside directory: String, _ access: Access) throws {
        let run = submission.run
        guard let script = run.script, script.name != "-", run.chunks.isEmpty else {
            throw InputError("only the run of a script in a file can be published, without -e")
        }
        let names = run.texts.map(\.name) + run.inputs.map(\.name)
        if let outside = names.first(where: { StagedName.problem(with: $0) != nil }) {
            throw InputError(
                "\(outside): files outside of the current directory and the script's directory can't be published; copy them there"
            )
        }
        let texts = run.texts.map {
            File(name: $0.name, bytes: $0.bytes, role: $0.name == script.name ? .script : .module)
        }
        let data = try run.inputs.map { File(name: $0.name, bytes: try Self.data($0, submission, access), role: .data) }
        let found = Self.results(run.json, RecordedFiles(below: [directory, "."], access))
        json = run.json
        head = ScriptHead(script.bytes)
        files = texts + data + found.results.filter { result in !names.contains(result.name) }
        notes = found.notes
        scriptName = script.name
        bundle = Bundle.pack(
            (texts + data).map { ($0.name, $0.bytes) }, script: script.name, arguments: run.arguments, record: run.json)
    }

    private static func data(_ input: RecordedFile, _ submission: Submission, _ access: Access) throws -> [UInt8] {
        if let bytes = submission.carried[input.name] { return Array(bytes) }
        let path = submission.run.path(of: input.name)
        if let refusal = access.refusal(path, writing: false) { throw InputError(refusal) }
        let bytes = try contents(of: path, atMost: Bundle.largest)
        guard input.isDigest(of: bytes) else { throw InputError("'\(path)' is not the file that the run read") }
        return bytes
    }

    private static func results(_ json: JSON, _ known: RecordedFiles) -> (results: [File], notes: [String]) {
        var results: [File] = [], notes: [String] = []
        for entry in json["written"]?.list ?? [] where entry["removed"] == nil {
            guard let name = entry["file"]?.text, StagedName.problem(with: name) == nil else { continue }
            if let bytes = known.content(name, entry["sha256"]?.text) {
                results.append(File(name: name, bytes: bytes, role: .result))
            } else {
                notes.append("\(StagedName.shown(name)) is not here as the run left it, so it is not published")
            }
        }
        return (results, notes)
    }

    // MARK: names

    private var stem: String {
        let base = String(scriptName.split(separator: "/").last ?? "experiment")
        return base.hasSuffix(".lua") ? String(base.dropLast(4)) : base
    }

    var bundleName: String { stem + Bundle.ending }
    var title: String { head["title", "label"] ?? stem }
    var script: String { StagedName.shown(scriptName) }
}
