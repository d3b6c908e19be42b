import AstroCore
import LuaBridge

/// One running Lua with the simulator in it.
public final class Runtime: Lua {
    public internal(set) var options: Options
    let access: Access
    let places: Places
    /// What is kept for a record, if one was asked for.
    public let ledger: Ledger?
    /// Of a bundle: what the script has written since.
    var writtenNames: Set<String> = []
    /// Told how far a run is: milliseconds done and asked for.
    public var progress: ((Double, Double) -> Void)?
    /// Told how far a sweep is: points done, points asked for, and how many of those done have failed.
    public var sweepProgress: ((Int, Int, Int) -> Void)?
    /// Takes pictures that are to be shown where there is a notebook.
    public var showInline: ((InlinePicture) throws -> Void)?
    var sweepState: (done: Int, whole: Int, failed: Int)?
    let workers = Workers()
    /// What messages about the script are explained from.
    var scriptText: (name: String, bytes: [UInt8])?
    /// Why the sandbox has last refused a file to one of Lua's own functions, which say so in a result only.
    var latestRefusal: String?
    /// With --checkpoint-every or --resume.
    var journal: Journal?
    /// Told what a user may want to know before the script begins.
    public var announce: ((String) -> Void)?
    /// The file of the sweep that runs.
    var results: AppendingFile?
    var latestRun: LatestRun?
    /// Of a simulation that says nothing about threads; nil: one a core.
    var defaultThreads: Int?
    /// What help tells about each type.
    var typePages: [TypePage] = []

    public init(_ options: Options = Options()) throws {
        self.options = options
        access = Access(options)
        if !Ranks.all.isAlone { defaultThreads = Ranks.cores }
        places = Places(options, scriptDirectory: access.scriptDirectory)
        ledger = options.isRecorded ? Ledger(places) : nil
        try super.init(seed: options.seed ?? 1)
        registerTypes()
        try installPrelude()
        limitMemory(to: options.memoryLimit)
        installStrictGlobals()
        tapOutput()
    }

    deinit { close() }

    /// A call whose answer may depend on the state of a simulation.
    func journaled(_ name: String, _ L: LuaState, _ body: () throws -> LuaValue) throws -> LuaValue {
        guard let journal, journal.isActive else { return try body() }
        return try journal.pass(name, self, L, body)
    }
}

extension Lua {
    /// Every Lua of this program is one.
    var runtime: Runtime { unsafeDowncast(self, to: Runtime.self) }
}

extension Arguments {
    var runtime: Runtime { lua.runtime }
}
