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

/// Whose help is that of the program. `astrolua jupyter install` has its own.
private let commands = [NewExperiment.word, Tour.word] + recordCommands.map { $0.word }

private var recordCommands: [any RecordCommand.Type] {
    [Verification.self, Checking.self, Differing.self, Unpacking.self, Publication.self, Bundling.self]
}

/// Does what the words after the options ask.
func perform(_ parsed: CommandLineOptions) -> Int32 {
    let words = parsed.script, asked = parsed.request
    if let first = words.first, commands.contains(first), ["-h", "--help"].contains(words.dropFirst().first) {
        print(CommandLineOptions.helpMessage())
        return ExitStatus.success
    }
    if let experiment = NewExperiment(words) { return experiment.write() }
    if let tour = Tour(words) { return tour.start(asked) }
    if let installation = JupyterInstall(words) { return installation.run() }
    for command in recordCommands {
        if let status = command.run(words, asked, given: parsed.given) { return status }
    }
    if let bundle = Bundle(words.first) { return bundle.run(asked) }
    return run(asked)
}

/// The words behind a command.
struct Words {
    private var words: [String]

    init(_ words: some Sequence<String>) { self.words = Array(words) }

    /// The value behind an option of the command's own, which stands before or after its other words.
    mutating func takeValue(of option: String) -> String? {
        guard let place = words.firstIndex(of: option), place + 1 < words.count else { return nil }
        let value = words[place + 1]
        words.removeSubrange(place...place + 1)
        return value
    }

    /// The name of the file at a path, and that without its ending; nil where it has none.
    static func name(of path: String) -> (whole: Substring, stem: String?) {
        let whole = path.split(separator: "/").last ?? ""
        return (whole, whole.lastIndex(of: ".").map { String(whole[..<$0]) })
    }

    /// nil where there are none or several, or where it is an option that nobody knows.
    var only: String? { words.count == 1 && !words[0].hasPrefix("-") ? words[0] : nil }
}
