import AstroCore
import AstroLua
import CSandbox
import Glibc

/// The operating system's part in keeping a script where it belongs; Docs/security.md has the whole.
enum Sandbox {
    /// Goes on in a child process that the kernel confines; the parent waits for it and never returns from here.
    /// In the REPL the time limit is one for each line, so the parent cannot know when it has passed.
    /// The prompt's history is written by the program alone.
    static func enter(_ options: Options, history: String?) -> Int32? {
        let roots = options.sandboxRoots
        return enter(
            reading: roots.readable, writing: roots.writable + (history.map { [$0] } ?? []),
            memory: options.memoryLimit ?? 0, seconds: options.hasPrompt ? 0 : options.timeLimit ?? 0, joiningJob: true)
    }

    /// The same for what runs no script. 0 is no limit.
    static func enter(
        reading: [String], writing: [String], memory: Int, seconds: Double, joiningJob: Bool = false
    ) -> Int32? {
        withStrings(reading) { readable in
            withStrings(writing) { writable in
                var rules = sandbox_rules(
                    readable: readable, writable: writable, memory_limit: memory, time_limit: seconds,
                    has_ranks: joiningJob && Ranks.areExpected)
                guard sandbox_split(&rules) else {
                    complain("astrolua: cannot start a process for the script: \(String(cString: strerror(errno)))")
                    return ExitStatus.failure
                }
                if joiningJob, let status = Job.join() { return status }
                guard let refused = sandbox_enter(&rules) else { return nil }
                complain(
                    "astrolua: \(String(cString: refused)) refused to confine the script (--trust runs it without the sandbox)"
                )
                return ExitStatus.failure
            }
        }
    }

    /// Half of what the machine, or the container the program runs in, has; whole megabytes.
    static var defaultMemoryLimit: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let container = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap(number)
        return min(machine, container.min() ?? machine) / 2 / 1_048_576 * 1_048_576
    }

    /// What confines scripts here, for `--version`.
    static var summary: String {
        let landlock = sandbox_landlock_version()
        let files =
            landlock > 0
            ? "Landlock \(landlock)" : "no Landlock in this kernel (paths are checked by the program alone)"
        return "sandbox: \(files), \(sandbox_has_seccomp() ? "seccomp" : "no seccomp")"
    }

    private static func number(in path: String) -> Int? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return Int(String(decoding: line.prefix { $0 > 32 }.map { UInt8($0) }, as: UTF8.self))
    }

    private static func withStrings<T>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let copies = strings.map { UnsafePointer<CChar>(strdup($0)) } + [nil]
        defer { for copy in copies { free(UnsafeMutableRawPointer(mutating: copy)) } }
        return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
