import AstroCore
import CFork
import Glibc
import LuaBridge

/// Swift would put the same character for all bytes that are not UTF-8: another file, perhaps.
func checkWords() {
    for i in 1..<max(1, Int(CommandLine.argc)) {
        guard let word = CommandLine.unsafeArgv[i], String(validatingCString: word) == nil else { continue }
        complain("astrolua: word \(i) of the command line is not UTF-8: '\(visible(String(cString: word)))'")
        exit(ExitStatus.wrongOptions)
    }
}

/// Otherwise it would end in the middle of a run, by an illegal instruction.
func checkProcessor() {
    guard !cfork_processor_will_do() else { return }
    complain(
        "astrolua: this program is built for processors with AVX2 and FMA (since 2013), and this one lacks them; "
            + "built from source it runs here, too")
    exit(ExitStatus.failure)
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
    let words = parsed.script, asked = parsed.request
    if let experiment = NewExperiment(words) { return experiment.write() }
    if let tour = Tour(words) { return tour.start(asked) }
    if let installation = JupyterInstall(words) { return installation.run() }
    if let verification = Verification(words, asked, given: parsed.given) { return verification.run() }
    if let checking = Checking(words, asked, given: parsed.given) { return checking.run() }
    if let differing = Differing(words, asked, given: parsed.given) { return differing.run() }
    if let bundling = Bundling(words, asked, given: parsed.given) { return bundling.run() }
    if let bundle = Bundle(words.first) { return bundle.run(asked) }
    return run(asked)
}
