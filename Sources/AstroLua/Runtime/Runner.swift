import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge
import LuaShim

/// How a script ended.
public enum Outcome: Equatable, Sendable {
    case finished
    case failed(String)
    case interrupted(Interruption)
}

extension Runtime {
    /// Runs a file, or standard input for "-".
    ///
    /// - `keepingLocals`: its outermost local variables are kept for a `Session`.
    public func run(file path: String, keepingLocals: Bool = false) -> Outcome {
        guard let bytes = path == "-" ? sharedStandardInput() : readFile(path) else {
            let problem = String(cString: strerror(errno))
            let hint = Glibc.access(path + ".lua", R_OK) == 0 ? " (did you mean \(path).lua?)" : ""
            return .failed("cannot open \(path): \(problem)\(hint)")
        }
        ledger?.noteScript(path == "-" ? path : places.name(of: resolved(path) ?? path), bytes)
        do {
            try keepJournal(path, bytes)
        } catch {
            return .failed("\(error)")
        }
        let name = path == "-" ? "=stdin" : "@\(options.scriptName ?? path)"
        let outcome = run(bytes, name: name, keepingLocals: keepingLocals)
        guard case .finished = outcome, let journal else { return outcome }
        if let complaint = journal.complaint { return .failed(complaint) }
        journal.remove()
        return outcome
    }

    /// Of several ranks, the first one reads.
    private func sharedStandardInput() -> [UInt8]? {
        Ranks.all.together.fromFirst(Ranks.all.rank == 0 ? readStandardInput() : nil)
    }

    /// Runs a script's text. `name` as in Lua: "@file" or "=what it is".
    public func run(_ text: [UInt8], name: String, keepingLocals: Bool = false) -> Outcome {
        setArguments()
        scriptText = (String(name.dropFirst()), text)
        do {
            try load(withoutShebang(text), name: name)
        } catch {
            return .failed(explained("\(error)"))
        }
        if keepingLocals { shim_keep_locals(L, -1) }
        for argument in options.arguments { push(.text(argument), L) }
        return finish(call(arguments: Int32(options.arguments.count), results: 0))
    }

    /// Pushes the compiled text.
    func load(_ text: [UInt8], name: String) throws {
        let status = text.withUnsafeBytes { bytes in
            luaL_loadbufferx(
                L, bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? emptyText, bytes.count, name,
                options.trust ? nil : "t")
        }
        guard status == LUA_OK else {
            defer { shim_pop(L, 1) }
            throw InputError(self.text(L, at: -1))
        }
    }

    /// Signals now act on this Lua.
    public func watchSignals(patience: Int = 0) {
        host_watch_signals(L, Int32(patience))
        if let seconds = options.timeLimit { host_start_time_limit(L, seconds) }
    }

    /// Nothing runs: the time limit waits for the next `watchSignals`.
    public func pauseTimeLimit() { if options.timeLimit != nil { host_end_time_limit() } }

    /// For tests: a script's n-th request for memory from now on is refused, and all after it; 0 refuses none.
    package func refuseMemory(after requests: Int) { host_fail_after(L, requests) }

    /// For tests: could this Lua's hash seed be fixed?
    package var hashSeedIsFixed: Bool { host_seed_is_fixed(L) }

    func call(arguments: Int32, results: Int32) -> Int32 { host_call(L, arguments, results, true) }

    func finish(_ status: Int32) -> Outcome {
        let reason = Int(host_stop_reason(L)), interruption = takeInterruption()
        host_clear_stop(L)
        workers.endAll()
        results = nil
        if status == LUA_OK { return .finished }
        let message = lua_type(L, -1) == LUA_TSTRING ? text(L, at: -1) : described(L, at: -1)
        shim_pop(L, 1)
        if reason == HOST_INTERRUPTED { return .interrupted(interruption) }
        // what buffers of strings say
        if options.memoryLimit != nil, message.hasPrefix("not enough memory") { return .failed(memoryMessage) }
        if reason == HOST_OUT_OF_MEMORY, status == LUA_ERRMEM || !message.contains("--memory-limit") {
            return .failed(memoryMessage)
        }
        return .failed(explained(scriptLines(message)))
    }

    private var memoryMessage: String {
        let limit = formatted(Double(options.memoryLimit ?? 0) / 1_048_576)
        return "the script needs more memory than its limit of \(limit) MB (--memory-limit)"
    }

    /// A traceback without the lines that are not a user's.
    private func scriptLines(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("\t[C]: ") && !$0.hasPrefix("\t\(HOST_PROGRAM_CHUNK.dropFirst())") }
            .joined(separator: "\n")
    }

    /// The table `arg`, as the lua program sets it.
    private func setArguments() {
        let all = options.command + [options.script ?? "-"] + options.arguments
        lua_createtable(L, Int32(options.arguments.count), Int32(options.command.count + 1))
        for (i, argument) in all.enumerated() {
            push(.text(argument), L)
            lua_rawseti(L, -2, lua_Integer(i - options.command.count))
        }
        pushGlobals()
        setField("arg") { lua_pushvalue(L, -3) }
        shim_pop(L, 2)
    }

    private func withoutShebang(_ text: [UInt8]) -> [UInt8] {
        guard text.first == UInt8(ascii: "#") else { return text }
        return Array(text.drop { $0 != UInt8(ascii: "\n") })
    }
}

/// Why something that was printed could not be written, and whether the script was told by an error; nil if all was.
public func lostOutput() -> (reason: String, isTold: Bool)? {
    var isTold = false
    return host_lost_output(&isTold).map { (String(cString: $0), isTold) }
}

nonisolated(unsafe) private let emptyText = UnsafePointer<CChar>(strdup(""))!
