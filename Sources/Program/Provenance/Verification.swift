import AstroCore
import AstroLua
import Glibc

/// `astrolua verify run.json`: runs again what was recorded, in a directory of its own and in the sandbox, and says
/// whether it came to the same.
struct Verification {
    static let word = "verify"

    private let path: String
    private let asked: RunRequest
    /// The options of the command line.
    private let given: [String]

    private static let largest = 1 << 30

    /// nil if the words ask for something else. A script that is called "verify" is run as ./verify.
    init?(_ words: [String], _ asked: RunRequest, given: [String]) {
        guard words.first == Self.word else { return nil }
        path = words.count == 2 ? words[1] : ""
        (self.asked, self.given) = (asked, given)
    }

    func run() -> Int32 {
        if let problem = usageProblem {
            complain("astrolua verify: \(problem)")
            return ExitStatus.wrongOptions
        }
        do {
            let recorded = try withinTime(asked.options.timeLimit) { try record(at: path) }
            let stage = try Stage()
            defer { stage.remove() }
            let filling = try stage.runConfined(asked.options) { try fill(stage, recorded, $0) }
            guard filling == ExitStatus.success else { return filling }
            let again = "\(stage.directory)/again.json"
            _ = try stage.run { runAgain(recorded, in: stage, record: again) }
            return try stage.runConfined(asked.options) { compare(recorded, in: stage, record: again, $0) }
        } catch {
            complain("astrolua verify: \(error)")
            return ExitStatus.wrongOptions
        }
    }

    private var usageProblem: String? {
        if path.isEmpty { return "needs the record of a run, as in: astrolua verify run.json" }
        let taken = ["--quiet", "--threads", "--memory-limit", "--time-limit", "--allow-read"]
        return given.first { !taken.contains($0) }.map {
            "takes no \($0); what the run was is in the record (\(taken.joined(separator: ", ")) are taken)"
        }
    }

    private func record(at path: String) throws -> RecordedRun {
        let bytes = try contents(of: path, atMost: Self.largest)
        do {
            return try RecordedRun(try JSON(parsing: bytes))
        } catch {
            throw InputError("'\(path)' is not a record of a run: \(error)")
        }
    }

    /// Puts texts and data where the run will look for them. Confined, since others have chosen what is opened here.
    private func fill(_ stage: Stage, _ recorded: RecordedRun, _ access: Access) throws -> Int32 {
        for text in recorded.textsInStage { try stage.place(text.bytes, at: text.name) }
        for output in recorded.outputs where !output.hasPrefix("/") { try stage.makeDirectory(above: output) }
        let problems = recorded.inputs.compactMap { problem(with: $0, recorded.path(of: $0.name), stage, access) }
        guard !problems.isEmpty else { return ExitStatus.success }
        say(["\(path): cannot run the same"] + problems.map { "  \($0)" })
        return ExitStatus.failure
    }

    /// Why a file that was read cannot be read again, or nil. One that lies elsewhere is read there.
    private func problem(with input: RecordedFile, _ path: String, _ stage: Stage, _ access: Access) -> String? {
        if let refusal = access.refusal(path, writing: false) { return refusal }
        guard Glibc.access(path, F_OK) == 0 else { return "\(path), which it read, is not here" }
        do {
            let digest = try stage.place(
                fileAt: path, input.bytes, at: input.name.hasPrefix("/") ? nil : input.name)
            return digest == input.digest
                ? nil : "\(path) is not the file that it read (it had \(input.bytes) bytes)"
        } catch {
            return "\(error)"
        }
    }

    private func runAgain(_ recorded: RecordedRun, in stage: Stage, record: String) -> Int32 {
        guard enter(stage, readingScript: recorded.script?.name == "-") else {
            complain("astrolua verify: can't enter \(stage.directory): \(reason)")
            return ExitStatus.failure
        }
        return Program.run(request(recorded, record: record))
    }

    /// What the record says is put where it belongs and never read as words of a command line.
    private func request(_ recorded: RecordedRun, record: String) -> RunRequest {
        var request = asked.with(script: recorded.pathInStage, recorded.arguments)
        request.chunks = recorded.chunks
        request.record = record
        request.options.seed = recorded.seed
        request.options.timeLimit = asked.options.timeLimit ?? recorded.timeLimit
        request.options.readable = asked.options.readable.map(absolute)
        request.options.scriptName = recorded.scriptName
        return request
    }

    private func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Of the process that will run it: its directory, nothing to read but the script, and nobody to print to.
    private func enter(_ stage: Stage, readingScript: Bool) -> Bool {
        let input = open(readingScript ? "\(stage.directory)/stdin" : "/dev/null", O_RDONLY)
        let output = open("/dev/null", O_WRONLY)
        return input >= 0 && output >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0
            && chdir("\(stage.directory)/current") == 0
    }

    private func compare(
        _ recorded: RecordedRun, in stage: Stage, record again: String, _ access: Access
    ) -> Int32 {
        guard let bytes = try? contents(of: again, atMost: Self.largest), let json = try? JSON(parsing: bytes) else {
            say(["\(path): different", "  the run was ended before it could be compared"])
            return ExitStatus.failure
        }
        let comparison = Comparison(
            recorded: recorded.json.ordered, again: json.ordered, stage: stage.directory, access: access)
        let differences = comparison.differences
        let verdict = differences.isEmpty ? "the same to the bit (\(comparison.extent))" : "different"
        say(["\(path): \(verdict)"] + (differences + comparison.notes).map { "  \($0)" })
        return differences.isEmpty ? ExitStatus.success : ExitStatus.failure
    }
}
