import AstroBase
import CLuaHost

/// The memory limit, as far as it was looked at.
struct MemoryWatch {
    /// Bytes that the script may hold; nil is no limit.
    var limit: Int?
    /// When to look again, in seconds.
    var nextLook = 0.0
    /// What the limit leaves, as of the last look, and about what was taken since.
    var left = Double.infinity, bytesSinceLook = 0.0
}

extension Lua {
    package func limitMemory(to bytes: Int?) {
        memory.limit = bytes
        host_set_memory_limit(L, bytes ?? 0)
    }

    /// From now on the whole program asks before it takes much memory.
    package func watchMemory() {
        guard let limit = memory.limit else { return }
        Memory.left = { [unowned self] in max(0, Double(limit) - Double(host_measure_memory(L))) }
        Memory.reclaim = { [unowned self] in host_collect_garbage(L) }
    }

    /// Lets the memory limit see what Swift holds. A look takes the longer the more free blocks there are between those in
    /// use, so that ten thousand small calls would do little else: looks take a twentieth of the time at most, unless they make
    /// much.
    ///
    /// - `bytes`: about what was taken since the last call.
    package func accountMemory(bytes: Double = 0) {
        guard let limit = memory.limit else { return }
        let start = Clock.seconds
        memory.bytesSinceLook += bytes
        guard start >= memory.nextLook || memory.bytesSinceLook > Double(limit) / 64 else { return }
        memory.left = Double(limit) - Double(host_measure_memory(L))
        (memory.nextLook, memory.bytesSinceLook) = (start + 21 * (Clock.seconds - start), 0)
    }

    /// Refuses one more of many small things where memory runs out; some is left for what the script then does.
    ///
    /// - `bytes`: about what each takes.
    package func refuseMore(_ what: String, bytes: Double) throws {
        accountMemory(bytes: bytes)
        guard let limit = memory.limit, memory.left < max(1e6, Double(limit) / 32) else { return }
        Memory.reclaim?()
        memory.left = Double(limit) - Double(host_measure_memory(L))
        guard memory.left < max(1e6, Double(limit) / 32) else { return }
        throw InputError("there is hardly any memory left for \(what) (--memory-limit)")
    }
}
