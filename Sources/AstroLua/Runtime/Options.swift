/// What the command line asks of a `Runtime`.
public struct Options: Sendable {
    public var threads: Int?
    public var seed: Int64?
    public var trust = false
    public var readable: [String] = []
    public var writable: [String] = []
    public var memoryLimit: Int?
    public var timeLimit: Double?
    /// Seconds between two checkpoints of the script.
    public var checkpointInterval: Double?
    /// Go on from the checkpoint, if there is one.
    public var resumes = false
    /// A person will sit at the prompt, whose modules are loaded before a script runs.
    public var hasPrompt = false
    /// The script's path, nil for standard input, `-e` and the REPL.
    public var script: String?
    public var arguments: [String] = []
    /// The program and the options before the script: `arg[-1]`, `arg[-2]` …
    public var command: [String] = []

    /// Keeps a ledger of what the run does.
    public var isRecorded = false
    /// The directory that a bundle is unpacked in.
    public var bundle: String?
    /// Made below the current directory before the script runs.
    public var directories: [String] = []
    /// What messages call the script, if not by its path.
    public var scriptName: String?

    public init() {}
}
