import ArgumentParser
import AstroCore
import AstroLua
import Glibc

struct CommandLineOptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "astrolua", abstract: "Simulates networks of neurons and astrocytes, scripted in Lua.",
        usage: """
            astrolua [options] [script.lua [args ...]]
            astrolua new my_experiment
            astrolua tour [number]
            astrolua verify [--keep DIR] run.json
            astrolua check submissions/*
            astrolua diff a.json b.json
            astrolua bundle experiment.lua [-o experiment.astro] [args ...]
            astrolua unpack experiment.astro [-o DIR]
            astrolua publish run.json [-o DIR]
            astrolua jupyter install [--user | --sys-prefix | --prefix DIR] [--trust]
            """,
        discussion: """
            'astrolua jupyter install' tells Jupyter about this program (Docs/notebooks.md).
            Without a script: the REPL on a terminal, otherwise a script from standard input, as with '-'.
            'astrolua new NAME' writes NAME.lua, a commented script to start from.
            'astrolua tour' lists the lessons of the course, 'astrolua tour 1' runs the first.
            'astrolua verify RECORD' repeats a run that --record has kept, and says whether the results are the same.
            With --keep it leaves what that run writes in a new directory.
            'astrolua check FILE ...' does that with many records and bundles, and prints a table.
            'astrolua diff RECORD RECORD' says what changed, and where the results part first.
            'astrolua bundle SCRIPT' packs a script, its modules and its data into one file to run elsewhere.
            'astrolua unpack FILE' writes what is in a bundle or a record into a new directory.
            'astrolua publish RECORD' writes an RO-Crate, and a page with the bundle in it.
            """)

    @Option(
        name: .customShort("e"),
        help: ArgumentHelp("Run this text (may be given several times).", valueName: "chunk"))
    var chunks: [String] = []

    @Flag(name: .customShort("i"), help: "Enter the REPL after the script, with its local variables.")
    var interactive = false

    @Flag(name: [.customShort("v"), .customLong("version")], help: "Show the version.")
    var version = false

    @Option(help: ArgumentHelp("Number of threads, whatever the script says.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seed, whatever the script says.", valueName: "n"))
    var seed: Int64?

    @Flag(help: "No progress bar.")
    var quiet = false

    @Flag(help: "Run the script outside the sandbox.")
    var trust = false

    @Option(help: ArgumentHelp("Let the script write below this directory too.", valueName: "dir"))
    var allowWrite: [String] = []

    @Option(help: ArgumentHelp("Let the script read below this directory too.", valueName: "dir"))
    var allowRead: [String] = []

    @Option(
        help: ArgumentHelp(
            "Stop a script that needs more memory than this: 500M, 2G, or bytes (default in the sandbox: half the memory).",
            valueName: "size"))
    var memoryLimit: ByteCount?

    @Option(help: ArgumentHelp("Stop a script after this number of seconds.", valueName: "seconds"))
    var timeLimit: Double?

    @Option(
        help: ArgumentHelp(
            "Write a record of the run to this file, for 'astrolua verify'.", valueName: "file"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Write the state of the script to SCRIPT.checkpoint each time this number of seconds has passed.",
            valueName: "seconds"))
    var checkpointEvery: Double?

    @Flag(help: "Continue from SCRIPT.checkpoint, if there is one.")
    var resume = false

    @Flag(help: "Answer requests from standard input, a line of JSON each: for notebooks (Docs/notebooks.md).")
    var kernel = false

    /// The script and its arguments, which are no business of the parser.
    private(set) var script: [String] = []

    private enum CodingKeys: CodingKey {
        case chunks, interactive, version, threads, seed, quiet, trust, allowWrite, allowRead, memoryLimit, timeLimit
        case record, checkpointEvery, resume, kernel
    }

    static func parse(line: [String]) throws -> CommandLineOptions {
        let scriptStart = firstScriptWord(line)
        var parsed = try CommandLineOptions.parse(Array(line[..<scriptStart]))
        parsed.script = Array(line[scriptStart...])
        try parsed.checkCheckpoints()
        try parsed.checkKernel()
        return parsed
    }

    /// The first word that is neither an option nor the value of one.
    private static func firstScriptWord(_ line: [String]) -> Int {
        let withValue = [
            "-e", "--threads", "--seed", "--allow-write", "--allow-read", "--memory-limit", "--time-limit",
            "--record", "--checkpoint-every",
        ]
        var i = 0
        while i < line.count, line[i].hasPrefix("-"), line[i] != "-" { i += withValue.contains(line[i]) ? 2 : 1 }
        return min(i, line.count)
    }

    /// The options that are there.
    var given: [String] {
        let options: [(String, Bool)] = [
            ("-e", !chunks.isEmpty), ("-i", interactive), ("--version", version), ("--threads", threads != nil),
            ("--seed", seed != nil), ("--quiet", quiet), ("--trust", trust), ("--allow-write", !allowWrite.isEmpty),
            ("--allow-read", !allowRead.isEmpty), ("--memory-limit", memoryLimit != nil),
            ("--time-limit", timeLimit != nil), ("--record", record != nil),
            ("--checkpoint-every", checkpointEvery != nil), ("--resume", resume),
            ("--kernel", kernel),
        ]
        return options.filter(\.1).map(\.0)
    }

    func validate() throws {
        if record != nil, checkpointEvery != nil || resume {
            throw ValidationError(
                "--record can't be combined with --checkpoint-every and --resume: a record covers a whole run")
        }
        if record != nil, trust {
            throw ValidationError("--record needs the sandbox: it can't be known what a script reads outside of it")
        }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, got \(threads)") }
        if let timeLimit, !(timeLimit > 0 && timeLimit < 1e9) {
            throw ValidationError("--time-limit must be above 0 seconds, got \(timeLimit)")
        }
        for (option, directories) in [("--allow-read", allowRead), ("--allow-write", allowWrite)] {
            for directory in directories where access(directory, F_OK) != 0 {
                throw ValidationError("\(option): '\(directory)' does not exist")
            }
        }
    }
}

extension CommandLineOptions {
    /// Only a script in a file can be run again from its beginning.
    private func checkCheckpoints() throws {
        let option = checkpointEvery != nil ? "--checkpoint-every" : "--resume"
        guard checkpointEvery != nil || resume else { return }
        guard let file = script.first, file != "-", chunks.isEmpty, !interactive else {
            throw ValidationError("\(option) needs a script in a file, without -e and -i")
        }
        if let checkpointEvery, !(checkpointEvery > 0 && checkpointEvery < 1e9) {
            throw ValidationError("--checkpoint-every must be above 0 seconds, got \(checkpointEvery)")
        }
    }
}

extension CommandLineOptions {
    /// What it runs comes with the requests.
    private func checkKernel() throws {
        guard kernel, !script.isEmpty || !chunks.isEmpty || interactive || record != nil else { return }
        throw ValidationError(
            "--kernel can't be combined with a script, -e, -i or --record: the code comes with the requests")
    }
}

/// "500M", "2G", "64k", or plain bytes.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30, "t": 40]
        let text = argument.lowercased().hasSuffix("b") ? argument.dropLast() : argument[...]
        let shift = text.last.flatMap { shifts[Character($0.lowercased())] }
        let digits = shift == nil ? text : text.dropLast()
        guard let number = Double(digits), number > 0, number * Double(1 << (shift ?? 0)) < 0x1p62 else { return nil }
        bytes = Int(number * Double(1 << (shift ?? 0)))
    }
}

extension CommandLineOptions {
    /// The run that is asked for where the words begin with a script.
    var request: RunRequest {
        RunRequest(
            options: options, chunks: chunks, script: script.first, record: record, showsVersion: version,
            isInteractive: interactive, isQuiet: quiet, isKernel: kernel)
    }

    private var options: Options {
        var options = Options()
        options.threads = threads
        options.seed = seed
        options.trust = trust
        options.readable = allowRead
        options.writable = allowWrite
        options.memoryLimit = memoryLimit?.bytes ?? (trust ? nil : Sandbox.defaultMemoryLimit)
        options.timeLimit = timeLimit
        (options.checkpointInterval, options.resumes) = (checkpointEvery, resume)
        options.hasPrompt =
            interactive || kernel || (chunks.isEmpty && script.isEmpty && isatty(STDIN_FILENO) == 1)
        options.script = script.first.flatMap { $0 == "-" ? nil : $0 }
        options.arguments = Array(script.dropFirst())
        options.command = Array(CommandLine.arguments.dropLast(script.count))
        return options
    }
}
