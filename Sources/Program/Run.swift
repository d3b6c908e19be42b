import ArgumentParser
import AstroCore
import AstroLua
import LuaBridge
import Glibc

enum ExitStatus {
    static let success: Int32 = 0, failure: Int32 = 1, wrongOptions: Int32 = 2
}

/// Swift would put the same character for all bytes that are not UTF-8: another file, perhaps.
func checkWords() {
    for i in 1..<max(1, Int(CommandLine.argc)) {
        guard let word = CommandLine.unsafeArgv[i], String(validatingCString: word) == nil else { continue }
        complain("astrolua: word \(i) of the command line is not UTF-8: '\(visible(String(cString: word)))'")
        exit(ExitStatus.wrongOptions)
    }
}

func parseOrExit(_ arguments: [String]) -> CommandLineOptions {
    do {
        return try CommandLineOptions.parse(line: arguments)
    } catch {
        let asksForHelp = CommandLineOptions.exitCode(for: error) == .success
        let message = CommandLineOptions.fullMessage(for: error)
        if asksForHelp {
            print(message)
            exit(ExitStatus.success)
        }
        complain(message)
        exit(ExitStatus.wrongOptions)
    }
}

/// Does what the words after the options ask.
func perform(_ parsed: CommandLineOptions) -> Int32 {
    if let experiment = NewExperiment(parsed.script) { return experiment.write() }
    if let verification = Verification(parsed) { return verification.run() }
    if let bundling = Bundling(parsed) { return bundling.run() }
    if let bundle = Bundle(parsed.script.first) { return bundle.run(parsed) }
    return run(parsed, command: Array(CommandLine.arguments.dropLast(parsed.script.count)))
}

private var versionText: String {
    let warning =
        luaIsPatched
        ? ""
        : "\n\(luaRelease) has defects that scripts can reach: no 5.4.8 or later was at hand when this was built "
            + "(Docs/security.md)"
    return "astrolua \(Catalogue.version) (\(luaRelease))\n\(Sandbox.summary)\(warning)"
}

/// Does what the options ask, in the order of the lua program: -v, -e, the script, -i.
func run(_ parsed: CommandLineOptions, command: [String], adapt: (inout Options) -> Void = { _ in }) -> Int32 {
    if parsed.version { print(versionText) }
    let hasWork = !parsed.chunks.isEmpty || !parsed.script.isEmpty
    if parsed.version, !hasWork, !parsed.interactive { return ExitStatus.success }
    var options = Options(parsed, command: command)
    adapt(&options)
    if !options.trust, let problem = Options.problemWithDirectory {
        complain("astrolua: \(problem)")
        return ExitStatus.failure
    }
    let record: RunRecord?
    do {
        record = try RunRecord(parsed, options)
    } catch {
        complain("astrolua: --record: \(error)")
        return ExitStatus.wrongOptions
    }
    let history = options.hasPrompt ? History.prepare() : nil
    if let status = options.trust ? Job.join() : Sandbox.enter(options, history: history) { return status }
    let access = Access(options)
    for directory in options.directories where access.refusal(directory, writing: true) == nil {
        makeDirectory(directory)
    }
    do {
        let runtime = try Runtime(options)
        if Ranks.all.rank == 0 { record?.begin(runtime.ledger) }
        let bar = !parsed.quiet && isatty(STDERR_FILENO) == 1 && Ranks.all.rank == 0 ? ProgressBar() : nil
        (runtime.progress, runtime.sweepProgress) = (bar?.show, bar?.show)
        Job.watch(runtime)
        if !parsed.quiet, Ranks.all.rank == 0 { runtime.announce = { complain("astrolua: \($0)") } }
        runtime.watchSignals()
        runtime.watchMemory()
        let status = run(parsed, hasWork: hasWork, in: runtime, bar, history)
        record?.finish(status)
        return status
    } catch {
        complain("astrolua: \(error)")
        return ExitStatus.failure
    }
}

/// With all above it; what it lacks in rights the script will be told.
private func makeDirectory(_ path: String) {
    var above = ""
    for part in path.split(separator: "/") {
        above += part
        mkdir(above, 0o777)
        above += "/"
    }
}

private func run(
    _ parsed: CommandLineOptions, hasWork: Bool, in runtime: Runtime, _ bar: ProgressBar?, _ history: String?
) -> Int32 {
    do {
        let repl = runtime.options.hasPrompt ? try Repl(runtime, bar, history: history) : nil
        func check(_ outcome: Outcome) throws { try report(outcome, runtime, bar) }
        for chunk in parsed.chunks { try check(runtime.run(Array(chunk.utf8), name: "=(command line)")) }
        if let script = parsed.script.first { try check(runtime.run(file: script, keepingLocals: repl != nil)) }
        if !hasWork, repl == nil { try check(runtime.run(file: "-")) }
        return repl?.run() ?? ExitStatus.success
    } catch let status as ExitCode {
        return status.rawValue
    } catch {
        Job.end(ExitStatus.failure, "astrolua: \(error)")
        return ExitStatus.failure
    }
}

/// Ends the program with the status of what went wrong.
private func report(_ outcome: Outcome, _ runtime: Runtime, _ bar: ProgressBar?) throws {
    bar?.finish()
    _ = lostOutput()
    switch outcome {
    case .finished: return
    case .failed(let message):
        runtime.ledger?.problem = message.split(separator: "\n").first.map(String.init)
        Job.end(ExitStatus.failure, message)
        throw ExitCode(ExitStatus.failure)
    case .interrupted(let interruption):
        Job.end(interruption.status, interruption.text)
        throw ExitCode(interruption.status)
    }
}

/// A message may hold what a script made of it: on a terminal, control characters are shown and not obeyed.
func complain(_ text: String, isColoured: Bool = false) {
    writeToTerminal((isatty(STDERR_FILENO) == 1 ? visible(text, keepingColours: isColoured) : text) + "\n")
}

/// Lines for standard output about what a stranger may have made: in a pipe, too, control characters are shown.
func say(_ lines: [String]) { for line in lines { print(visible(line)) } }

/// To standard error, unbuffered.
func writeToTerminal(_ text: String) { write(text, to: STDERR_FILENO) }

func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return }
        rest = rest.dropFirst(max(count, 0))
    }
}
