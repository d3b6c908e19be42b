import AstroCore
import AstroLua
import Glibc
import LuaBridge

/// `astrolua check submissions/*`: runs again what many have handed in, side by side, and prints a table of what came of it.
struct Checking: RecordCommand {
    static let word = "check"

    static let taken = ["--quiet", "--threads", "--memory-limit", "--time-limit", "--allow-read"]
    static let reason: String? = "the record determines how the run was done"
    /// Seconds that each may take, if nothing else is asked.
    private static let patience = 300.0

    private let paths: [String]
    private let asked: RunRequest
    /// The options of the command line.
    private let given: [String]

    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String]) {
        paths = Array(words)
        (self.asked, self.given) = (asked, given)
    }

    func perform() throws -> Int32 {
        let bar = !asked.isQuiet && isatty(STDERR_FILENO) == 1 ? ProgressBar() : nil
        let files = CheckedFiles(paths, sideBySide: sideBySide, timeLimit: timeLimit, check)
        let rows = try files.rows { bar?.show(files: $0, whole: paths.count) }
        bar?.finish()
        say(CheckTable(rows).lines)
        if rows.count < paths.count { return 128 + SIGINT }
        return rows.allSatisfy { $0.verdict == .reproduced } ? ExitStatus.success : ExitStatus.failure
    }

    var usageProblem: String? {
        if paths.isEmpty { return "needs records or bundles, as in: astrolua check submissions/*" }
        if let option = paths.first(where: { $0.hasPrefix("--") }), access(option, F_OK) != 0 {
            return "there is no file '\(visible(option))' (options come first: astrolua --time-limit 60 check …)"
        }
        return nil
    }

    // MARK: shares of the machine

    private var timeLimit: Double { asked.options.timeLimit ?? Self.patience }

    /// As many as there are cores for; together they use the memory of one script.
    private var sideBySide: Int {
        max(1, min(paths.count, ChildProcess.cores / (asked.options.threads ?? 1)))
    }

    /// The same, as one of them may be run.
    private var share: RunRequest {
        var share = asked
        share.isQuiet = true
        share.options.threads = asked.options.threads ?? max(1, ChildProcess.cores / sideBySide)
        if !given.contains("--memory-limit") {
            share.options.memoryLimit = asked.options.memoryLimit.map { $0 / sideBySide }
        }
        return share
    }

    // MARK: one of them

    /// In a process of its own, which tells what came of it in lines of JSON. Whatever becomes of it, the others go on.
    private func check(_ path: String, _ output: ChildProcess.Output) {
        // the processes that it starts have standard output from it and nothing else, and the script has not even that
        guard dup2(output.pipe, STDOUT_FILENO) >= 0 else { return }
        close(output.pipe)
        ChildProcess.silence()
        func tell(_ line: JSON) { ChildProcess.Output(pipe: STDOUT_FILENO).write(Array("\(line)\n".utf8)) }
        func tell(_ finding: Finding) { tell(finding.json) }
        guard let submission = read(path, tell) else { return }
        tell(.fields(["author": submission.author.map { .text($0) }]))
        do {
            _ = try Reproduction(submission: submission, asked: share, patience: Self.patience, tell: tell).run()
        } catch {
            tell(Finding(verdict: .error, details: ["\(error)"]))
        }
    }

    /// nil if it is no record, which is told.
    private func read(_ path: String, _ tell: (Finding) -> Void) -> Submission? {
        do {
            return try withinTime(timeLimit) {
                try withMemory(share.options.memoryLimit) { try Submission(at: path) }
            }
        } catch {
            tell(Finding(verdict: .notARecord, details: ["\(error)"]))
            return nil
        }
    }

    /// A text of some megabytes can become values of some gigabytes.
    private func withMemory<T>(_ bytes: Int?, _ body: () throws -> T) rethrows -> T {
        let room = 256 << 20, resource = __rlimit_resource_t(RLIMIT_DATA.rawValue)
        var whole = rlimit()
        guard let bytes, getrlimit(resource, &whole) == 0 else { return try body() }
        var limit = rlimit(rlim_cur: min(whole.rlim_max, rlim_t(bytes + room)), rlim_max: whole.rlim_max)
        setrlimit(resource, &limit)
        defer { setrlimit(resource, &whole) }
        return try body()
    }
}

extension Finding {
    /// As one process tells another.
    var json: JSON {
        .fields(["verdict": .text(verdict.rawValue), "details": .texts(details)])
    }
}
