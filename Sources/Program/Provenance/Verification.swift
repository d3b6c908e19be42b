import AstroCore
import AstroLua
import Glibc

/// `astrolua verify run.json`: runs again what was recorded and says whether it came to the same.
struct Verification {
    static let word = "verify"

    private let path: String
    /// What the run writes is kept there.
    private let directory: String?
    private let asked: RunRequest
    /// The options of the command line.
    private let given: [String]

    /// nil if the words ask for something else. A script that is called "verify" is run as ./verify.
    init?(_ words: [String], _ asked: RunRequest, given: [String]) {
        guard words.first == Self.word else { return nil }
        var words = Words(words.dropFirst())
        directory = words.takeValue(of: "--keep")
        path = words.only ?? ""
        (self.asked, self.given) = (asked, given)
    }

    func run() -> Int32 {
        if let problem = usageProblem {
            complain("astrolua verify: \(problem)")
            return ExitStatus.wrongOptions
        }
        do {
            let submission = try withinTime(asked.options.timeLimit) { try Submission.read(path) }
            let kept = try directory.map { try Folder(new: $0) }
            return try Reproduction(submission: submission, asked: asked, kept: kept, tell: show).run()
        } catch {
            complain("astrolua verify: \(error)")
            return ExitStatus.wrongOptions
        }
    }

    private var usageProblem: String? {
        if path.isEmpty {
            return
                "needs the record of a run, as in: astrolua verify run.json, or: astrolua verify --keep again run.json"
        }
        let taken = ["--quiet", "--threads", "--memory-limit", "--time-limit", "--allow-read"]
        return given.first { !taken.contains($0) }.map {
            "takes no \($0); what the run was is in the record (\(taken.joined(separator: ", ")) are taken)"
        }
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
