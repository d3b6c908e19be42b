import AstroCore
import AstroLua
import Glibc

/// `astrolua unpack experiment.astro`: writes what was handed in, a bundle or a record, into a directory of its own.
struct Unpacking: RecordCommand {
    static let word = "unpack"
    static let taken = ["--quiet", "--time-limit"]

    private let path: String
    /// What is made; it is called as the file unless it is said.
    private let directory: String
    private let asked: RunRequest

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        var words = Words(words)
        let output = words.takeValue(of: "-o")
        path = words.only ?? ""
        let name = Words.name(of: path), base = name.whole, stem = name.stem ?? ""
        directory = output ?? (stem.isEmpty ? "\(base).unpacked" : stem)
        self.asked = asked
    }

    func perform() throws -> Int32 {
        let files = try withinTime(asked.options.timeLimit) { try content() }
        let folder = try Folder(new: directory)
        for (name, bytes) in files { try folder.place(bytes, at: name) }
        say(
            ["\(path): \(count(files.count, "file")) in \(directory)"]
                + files.map { "  \($0.name)  \(count($0.bytes.count, "byte"))" })
        return ExitStatus.success
    }

    var usageProblem: String? {
        path.isEmpty ? "needs a bundle or a record, as in: astrolua unpack experiment.astro [-o DIRECTORY]" : nil
    }

    /// Below current/ they lie as they lay below the directory of the run; the record comes along.
    private func content() throws -> [(name: String, bytes: [UInt8])] {
        if let bundle = Bundle(path) {
            let content = try Self.named(path) { try BundleContents(try bundle.bytes()) }
            let files = content.files.map { (name: StagedName.shown($0.name), bytes: Array($0.bytes)) }
            return files + record(content.record.map { Array($0.readable.utf8) }, beside: files.map(\.name))
        }
        let run = try Submission.read(path).run
        let texts = run.textsInStage.map { ($0.name == "stdin" ? "stdin.lua" : StagedName.shown($0.name), $0.bytes) }
        return texts + record(try contents(of: path, atMost: Submission.largest), beside: texts.map(\.0))
    }

    private func record(_ bytes: [UInt8]?, beside names: [String]) -> [(name: String, bytes: [UInt8])] {
        guard let bytes, let name = ["run.json", "record.json"].first(where: { !names.contains($0) }) else { return [] }
        return [(name, bytes)]
    }

    private static func named<T>(_ path: String, _ body: () throws -> T) throws -> T {
        do { return try body() } catch { throw InputError("'\(path)' is not a complete bundle: \(error)") }
    }
}
