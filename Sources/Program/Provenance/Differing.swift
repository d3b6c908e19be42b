import AstroCore
import AstroLua
import Glibc

/// `astrolua diff a.json b.json`: what changed between two records, and where what came of them first parts.
struct Differing: RecordCommand {
    static let word = "diff"
    static let taken = ["--quiet", "--memory-limit", "--time-limit", "--allow-read"]
    /// As that of diff(1): 0 if they are the same, 1 if they differ, 2 if one of them is no record.
    static let failure = ExitStatus.wrongOptions

    private let paths: [String]
    private let asked: RunRequest

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        (paths, self.asked) = (Array(words), asked)
    }

    func perform() throws -> Int32 {
        let submissions = try withinTime(asked.options.timeLimit) { try paths.map(Submission.read) }
        let stage = try Stage()
        defer { stage.remove() }
        // the files beside a record are named in it, so that others may have chosen what is opened
        var options = asked.options
        options.readable += paths.map(directory)
        return try stage.runConfined(options) { show(submissions[0], submissions[1], $0) }
    }

    var usageProblem: String? {
        paths.count == 2 ? nil : "needs two records or bundles, as in: astrolua diff a.json b.json"
    }

    private func show(_ a: Submission, _ b: Submission, _ access: Access) -> Int32 {
        let causes = RecordDifference(a.run, b.run).lines
        let results = Comparison(
            recorded: a.run.json.ordered, again: b.run.json.ordered,
            was: RecordedFiles(below: [directory(paths[0]), "."], access).content,
            now: RecordedFiles(below: [directory(paths[1]), "."], access).content)
        let differences = results.differences
        let part =
            differences.isEmpty
            ? ["results: the same to the bit (\(results.extent))"] : ["results:"] + differences.map { "  \($0)" }
        say(["\(paths[0]) -> \(paths[1])"] + (causes.isEmpty ? ["what ran: the same"] : causes) + part)
        return causes.isEmpty && differences.isEmpty ? ExitStatus.success : ExitStatus.failure
    }
}

/// Files that a record names, where they still lie with the digests that it says.
struct RecordedFiles {
    private let directories: [String]
    private let access: Access

    private static let largest = 1 << 30

    init(below directories: [String], _ access: Access) { (self.directories, self.access) = (directories, access) }

    /// nil if there is none of that digest.
    func content(_ name: String, _ digest: String?) -> [UInt8]? {
        guard name.hasPrefix("current/"), let digest else { return nil }
        return directories.lazy.compactMap { directory -> [UInt8]? in
            let path = directory == "." ? StagedName.shown(name) : "\(directory)/\(StagedName.shown(name))"
            guard access.refusal(path, writing: false) == nil else { return nil }
            return try? contents(of: path, atMost: Self.largest)
        }.first { SHA256.hex(of: $0) == digest }
    }
}
