#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the machine has to give.
package enum Memory {
    /// Bytes the program may still take, where it has a limit of its own.
    package nonisolated(unsafe) static var left: (() -> Double)?

    /// Gives back what nobody needs any more, before something is refused.
    package nonisolated(unsafe) static var reclaim: (() -> Void)?

    /// Refuses, before anything is allocated, what would not fit. What is smaller than a megabyte finds room behind the limit.
    package static func refuse(_ bytes: Double, for what: @autoclosure () -> String, hint: String = "") throws {
        guard bytes > 1e6, bytes > available * 0.95 else { return }
        reclaim?()
        guard bytes > available * 0.95 else { return }
        let rest = "\(text(bytes)) of memory, \(text(available)) \(whatIsLeft)"
        throw InputError("\(what()) need about \(rest)\(hint.isEmpty ? "" : ". ")\(hint)")
    }

    /// What `available` goes by.
    package static var whatIsLeft: String {
        available == left?() ? "are left of the limit (--memory-limit)" : "are free"
    }

    package static var available: Double {
        let free = fromSystem ?? Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        return min(free, left?() ?? free)
    }

    /// MemAvailable of Linux: what can be had without swapping.
    private static var fromSystem: Double? {
        guard let file = fopen("/proc/meminfo", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
            if words.first == "MemAvailable:", words.count > 1, let kB = Double(words[1]) { return kB * 1024 }
        }
        return nil
    }

    /// Memory that begins at a multiple of 64 bytes. Where there is much of it the system is asked for large pages: spikes arrive all over
    /// the inputs of a network, and the processor knows the addresses of few small pages at a time.
    package static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= 2 * largePage else { return .allocate(byteCount: bytes, alignment: 64) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: largePage)
        askForLargePages(memory, bytes: bytes)
        return memory
    }

    /// Asks the system for large pages, wherever the memory begins: it has as many as fit into it and what lies beside it.
    package static func askForLargePages(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        #if os(Linux)
            let page = Int(sysconf(Int32(_SC_PAGESIZE))), offset = Int(bitPattern: memory) % page
            madvise(memory - offset, bytes + offset, Int32(MADV_HUGEPAGE))
        #endif
    }

    private static let largePage = 2 << 20

    package static func text(_ bytes: Double) -> String {
        if bytes >= 1e9 { return "\((bytes / 1e8).rounded() / 10) GB" }
        return "\((bytes / 1e6).rounded()) MB"
    }
}
