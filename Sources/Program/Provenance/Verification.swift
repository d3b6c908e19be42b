import AstroCore
import AstroLua
import Glibc

/// `astrolua verify run.json`: runs again what was recorded and says whether it came to the same.
struct Verification: RecordCommand {
    static let word = "verify"
    static let taken = ["--quiet", "--threads", "--memory-limit", "--time-limit", "--allow-read"]
    static let reason: String? = "the record determines how the run was done"
    static let failure = ExitStatus.wrongOptions

    private let path: String
    /// What the run writes is kept there.
    private let directory: String?
    private let asked: RunRequest

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        var words = Words(words)
        directory = words.takeValue(of: "--keep")
        path = words.only ?? ""
        self.asked = asked
    }

    func perform() throws -> Int32 {
        let submission = try withinTime(asked.options.timeLimit) { try Submission.read(path) }
        let kept = try directory.map { try Folder(new: $0) }
        return try Reproduction(submission: submission, asked: asked, kept: kept, tell: show).run()
    }

    var usageProblem: String? {
        let example = "astrolua verify run.json, or: astrolua verify --keep again run.json"
        return path.isEmpty ? "needs the record of a run, as in: \(example)" : nil
    }

    private func show(_ finding: Finding) {
        let verdict =
            switch finding.verdict {
            case .reproduced: "the same to the bit (\(finding.extent))"
            case .error where finding.extent.isEmpty: "cannot run the same"
            default: "different"
            }
        say(["\(path): \(verdict)"] + (finding.details + finding.notes).map { "  \($0)" })
    }
}
