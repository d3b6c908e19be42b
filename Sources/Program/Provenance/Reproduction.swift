import AstroCore
import AstroLua
import Glibc

/// What came of running a recorded run again.
struct Finding {
    enum Verdict: String {
        case reproduced, differs, error
        case timedOut = "timed out"
        case notARecord = "not a record"
    }

    let verdict: Verdict
    /// What was compared, in a few words.
    var extent = ""
    /// What differs or went wrong, a line each.
    var details: [String] = []
    /// What may explain it.
    var notes: [String] = []

    var status: Int32 { verdict == .reproduced ? ExitStatus.success : ExitStatus.failure }
}

/// Runs again what was recorded, in a directory of its own and in the sandbox.
///
/// What a stranger has named is opened by processes that are confined. One of them tells what came of it, so `tell` is called in
/// another process than this: it writes to standard output, which the script has not.
struct Reproduction {
    let submission: Submission
    let asked: RunRequest
    /// Seconds that the run may take, and work on its files, where nobody has asked for a limit.
    var patience: Double?
    /// Where the files that the run writes are kept, and its record.
    var kept: Folder?
    let tell: (Finding) -> Void

    private static let record = "run.json"

    private var recorded: RecordedRun { submission.run }

    private var confinement: Options {
        var options = asked.options
        options.timeLimit = options.timeLimit ?? patience
        return options
    }

    /// Fails where it cannot run at all.
    func run() throws -> Int32 {
        let stage = try Stage()
        defer { stage.remove() }
        let filling = try stage.runConfined(confinement) { try fill(stage, $0) }
        guard filling == ExitStatus.success else { return filling }
        let again = "\(stage.directory)/again.json", start = Clock.seconds
        let ending = try stage.run { runAgain(in: stage, record: again) }
        let seconds = Clock.seconds - start
        return try stage.runConfined(confinement, writable: kept.map { [$0.directory] } ?? []) { access in
            var finding = compare(in: stage, record: again, access, ending, seconds)
            finding.notes += keep(stage, record: again)
            tell(finding)
            return finding.status
        }
    }

    // MARK: what it needs

    /// Puts texts and data where the run will look for them. Confined, since others have chosen what is opened here.
    private func fill(_ stage: Stage, _ access: Access) throws -> Int32 {
        for text in recorded.textsInStage { try stage.folder.place(text.bytes, at: text.name) }
        for output in recorded.outputs where !output.hasPrefix("/") { try stage.folder.makeDirectory(above: output) }
        let problems = try recorded.inputs.compactMap { try problem(with: $0, stage, access) }
        guard !problems.isEmpty else { return ExitStatus.success }
        tell(Finding(verdict: .error, details: problems))
        return ExitStatus.failure
    }

    private func problem(with input: RecordedFile, _ stage: Stage, _ access: Access) throws -> String? {
        guard let bytes = submission.carried[input.name] else {
            return problem(with: input, recorded.path(of: input.name), stage, access)
        }
        try stage.folder.place(bytes, at: input.name)
        return input.isDigest(of: Array(bytes)) ? nil : "\(input.name) is not the file that it read"
    }

    /// Why a file that was read cannot be read again, or nil. One that lies elsewhere is read there.
    private func problem(with input: RecordedFile, _ path: String, _ stage: Stage, _ access: Access) -> String? {
        if let refusal = access.refusal(path, writing: false) { return refusal }
        guard Glibc.access(path, F_OK) == 0 else { return "\(path), which it read, is not here" }
        do {
            let digest = try stage.folder.place(
                fileAt: path, input.bytes, at: input.name.hasPrefix("/") ? nil : input.name)
            return digest == input.digest
                ? nil : "\(path) is not the file that it read (it had \(input.bytes) bytes)"
        } catch {
            return "\(error)"
        }
    }

    // MARK: the run

    private var timeLimit: Double? {
        asked.options.timeLimit ?? [recorded.timeLimit, patience].compactMap { $0 }.min()
    }

    private func runAgain(in stage: Stage, record: String) -> Int32 {
        guard enter(stage, readingScript: recorded.script?.name == "-") else {
            complain("astrolua: can't enter \(stage.directory): \(reason)")
            return ExitStatus.failure
        }
        return Program.run(request(record: record))
    }

    /// What the record says is put where it belongs and never read as words of a command line.
    private func request(record: String) -> RunRequest {
        var request = asked.with(script: recorded.pathInStage, recorded.arguments)
        request.chunks = recorded.chunks
        request.record = record
        request.options.seed = recorded.seed
        request.options.timeLimit = timeLimit
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

    // MARK: what came of it

    /// - `ending`: the status of the run; `seconds`: how long it took.
    private func compare(
        in stage: Stage, record again: String, _ access: Access, _ ending: Int32, _ seconds: Double
    ) -> Finding {
        let isTooLong = seconds >= timeLimit ?? .infinity
        guard let bytes = try? contents(of: again, atMost: Submission.largest), let json = try? JSON(parsing: bytes)
        else {
            return Finding(
                verdict: isTooLong ? .timedOut : .error, details: ["the run was ended before it could be compared"])
        }
        let comparison = Comparison(
            recorded: recorded.json.ordered, again: json.ordered, was: RecordedFiles(below: ["."], access).content
        ) { name, _ in try? contents(of: "\(stage.directory)/\(name)", atMost: Submission.largest) }
        let hasFailed = json["status"] != recorded.json["status"] && ending != ExitStatus.success
        let failure: Finding.Verdict = isTooLong ? .timedOut : hasFailed ? .error : .differs
        // of a run that was stopped, why it was says more than what is therefore missing
        let differences = hasFailed ? comparison.differences.reversed() : comparison.differences
        return Finding(
            verdict: differences.isEmpty ? .reproduced : failure, extent: comparison.extent, details: differences,
            notes: comparison.notes { path in
                access.refusal(path, writing: false) == nil
                    ? try? contents(of: path, atMost: Submission.largest) : nil
            })
    }

    /// Files that cannot be kept, and why.
    private func keep(_ stage: Stage, record again: String) -> [String] {
        guard let kept, let bytes = try? contents(of: again, atMost: Submission.largest),
            let json = try? JSON(parsing: bytes)
        else { return [] }
        // the script's process has written the record: its names are as little to be believed as those of a stranger's
        let names = (json["written"]?.list ?? []).compactMap { $0["file"]?.text }
            .filter { StagedName.problem(with: $0) == nil }
        let files = [(again, Self.record)] + names.map { ("\(stage.directory)/\($0)", StagedName.shown($0)) }
        return files.filter { access($0.0, F_OK) == 0 }.compactMap { path, name in
            do {
                let (file, size) = try openFile(path)
                close(file)
                _ = try kept.place(fileAt: path, size, at: name)
                return nil
            } catch {
                return "note: not kept: \(error)"
            }
        }
    }
}
