import ArgumentParser
import AstroCore
import AstroLua
import Glibc

enum ExitStatus {
    static let success: Int32 = 0, failure: Int32 = 1, wrongOptions: Int32 = 2
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

/// Does what the options ask, in the order of the lua program: -v, -e, the script, -i.
func run(_ parsed: CommandLineOptions, command: [String]) -> Int32 {
    if parsed.version { print("astrolua \(Catalogue.version) (Lua 5.4)\n\(Sandbox.summary)") }
    let hasWork = !parsed.chunks.isEmpty || !parsed.script.isEmpty
    if parsed.version, !hasWork, !parsed.interactive { return ExitStatus.success }
    let options = Options(parsed, command: command)
    let history = options.hasPrompt ? History.prepare() : nil
    if !options.trust, let status = Sandbox.enter(options, history: history) { return status }
    do {
        let runtime = try Runtime(options)
        let bar = !parsed.quiet && isatty(STDERR_FILENO) == 1 ? ProgressBar() : nil
        (runtime.progress, runtime.sweepProgress) = (bar?.show, bar?.show)
        if !parsed.quiet { runtime.announce = { complain("astrolua: \($0)") } }
        runtime.watchSignals()
        runtime.watchMemory()
        return try run(parsed, hasWork: hasWork, in: runtime, bar, history)
    } catch let status as ExitCode {
        return status.rawValue
    } catch {
        complain("astrolua: \(error)")
        return ExitStatus.failure
    }
}

private func run(
    _ parsed: CommandLineOptions, hasWork: Bool, in runtime: Runtime, _ bar: ProgressBar?, _ history: String?
) throws -> Int32 {
    let repl = runtime.options.hasPrompt ? try Repl(runtime, bar, history: history) : nil
    for chunk in parsed.chunks { try report(runtime.run(Array(chunk.utf8), name: "=(command line)"), bar) }
    if let script = parsed.script.first { try report(runtime.run(file: script, keepingLocals: repl != nil), bar) }
    if !hasWork, repl == nil { try report(runtime.run(file: "-"), bar) }
    return repl?.run() ?? ExitStatus.success
}

/// Ends the program with the status of what went wrong.
private func report(_ outcome: Outcome, _ bar: ProgressBar?) throws {
    bar?.finish()
    fflush(nil)
    switch outcome {
    case .finished: return
    case .failed(let message):
        complain(message)
        throw ExitCode(ExitStatus.failure)
    case .interrupted(let interruption):
        complain(interruption.text)
        throw ExitCode(interruption.status)
    }
}

/// A message may hold what a script made of it: on a terminal, control characters are shown and not obeyed.
func complain(_ text: String, isColoured: Bool = false) {
    writeToTerminal((isatty(STDERR_FILENO) == 1 ? visible(text, keepingColours: isColoured) : text) + "\n")
}

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
