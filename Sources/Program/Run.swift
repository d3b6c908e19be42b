import ArgumentParser
import AstroCore
import AstroLua
import Glibc

/// What the program is to run.
struct RunRequest {
    var options: Options
    /// The texts of -e, which come before the script.
    var chunks: [String]
    /// "-" is standard input.
    var script: String?
    /// The file for a record.
    var record: String?
    var showsVersion, isInteractive, isQuiet, isKernel: Bool

    var hasWork: Bool { !chunks.isEmpty || script != nil }

    /// The same of another script, which did not stand on the command line.
    func with(script: String?, _ arguments: [String]) -> RunRequest {
        var copy = self
        copy.script = script
        copy.options.script = script == "-" ? nil : script
        copy.options.arguments = arguments
        copy.options.command = Array(CommandLine.arguments.prefix(1))
        return copy
    }
}

private var versionText: String {
    let warning =
        luaIsPatched
        ? ""
        : "\n\(luaRelease) has defects that scripts can reach: no 5.4.8 or later was at hand when this was built "
            + "(Docs/security.md)"
    return "astrolua \(Catalogue.version) (\(luaRelease))\n\(Processor.description)\n\(Sandbox.summary)\(warning)"
}

/// Does what is asked, in the order of the lua program: -v, -e, the script, -i.
func run(_ request: RunRequest) -> Int32 {
    if request.showsVersion { print(versionText) }
    if request.showsVersion, !request.hasWork, !request.isInteractive, !request.isKernel { return ExitStatus.success }
    var options = request.options
    options.isRecorded = request.record != nil
    if !options.trust, let problem = Options.problemWithDirectory {
        complain("astrolua: \(problem)")
        return ExitStatus.failure
    }
    let record: RunRecord?
    do {
        record = try request.record.map { try RunRecord($0, chunks: request.chunks, options) }
    } catch {
        complain("astrolua: --record: \(error)")
        return ExitStatus.wrongOptions
    }
    let history = options.hasPrompt && !request.isKernel ? History.prepare() : nil
    if let status = options.trust ? Job.join() : Sandbox.enter(options, history: history) { return status }
    if options.trust { return run(request, options, record, history) }
    return FreshThread.status { run(request, options, record, history) }
}

/// The same once the process is what it has to be.
private func run(_ request: RunRequest, _ options: Options, _ record: RunRecord?, _ history: String?) -> Int32 {
    makeDirectories(options)
    if request.isKernel { return Kernel.run(options) }
    do {
        return run(request, in: try Runtime(options), record, history)
    } catch {
        complain("astrolua: \(error)")
        return ExitStatus.failure
    }
}

/// What a script lacks in rights it will be told.
private func makeDirectories(_ options: Options) {
    let access = Access(options)
    for directory in options.directories where access.refusal(directory, writing: true) == nil {
        makeDirectory(directory)
    }
}

/// With all above it.
private func makeDirectory(_ path: String) {
    var above = ""
    for part in path.split(separator: "/") {
        above += part
        mkdir(above, 0o777)
        above += "/"
    }
}

private func run(_ request: RunRequest, in runtime: Runtime, _ record: RunRecord?, _ history: String?) -> Int32 {
    let isFirst = Ranks.all.rank == 0, speaks = isFirst && !request.isQuiet
    if isFirst { record?.begin(runtime.ledger) }
    let bar = speaks && isatty(STDERR_FILENO) == 1 ? ProgressBar() : nil
    (runtime.progress, runtime.sweepProgress) = (bar?.show, bar?.show)
    Job.watch(runtime)
    defer { Job.forgetRuntime() }
    if speaks { runtime.announce = { complain("astrolua: \($0)") } }
    runtime.watchSignals()
    runtime.watchMemory()
    let status = runTexts(request, in: runtime, bar, history)
    record?.finish(status)
    return status
}

private func runTexts(_ request: RunRequest, in runtime: Runtime, _ bar: ProgressBar?, _ history: String?) -> Int32 {
    do {
        let repl = runtime.options.hasPrompt ? try Repl(runtime, bar, history: history) : nil
        func check(_ outcome: Outcome) throws { try report(outcome, runtime, bar) }
        for chunk in request.chunks { try check(runtime.run(Array(chunk.utf8), name: "=(command line)")) }
        if let script = request.script { try check(runtime.run(file: script, keepingLocals: repl != nil)) }
        if !request.hasWork, repl == nil { try check(runtime.run(file: "-")) }
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
