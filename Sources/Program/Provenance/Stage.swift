import AstroCore
import AstroLua
import CFork
import Glibc

/// A directory of this user's alone, in which a run from a record or a bundle finds its files as they are named there;
/// and the process that runs in it, so that somebody is left to remove it.
struct Stage {
    let directory: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/astrolua-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, let path = realpath(template, nil) else {
            throw InputError("can't make a directory in \(parent): \(reason)")
        }
        defer { free(path) }
        directory = String(cString: path)
        try makeDirectory("current")
    }

    /// Links are removed, not followed.
    func remove() { Self.remove(directory) }

    private static func remove(_ path: String) {
        guard unlink(path) != 0 else { return }
        for name in directoryEntries(path) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }

    func place(_ bytes: some Collection<UInt8>, at name: String) throws {
        try makeDirectory(String(name.prefix(upTo: name.lastIndex(of: "/") ?? name.startIndex)))
        let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw InputError("can't write '\(name)': \(reason)") }
        defer { close(file) }
        guard writeAll(Array(bytes), to: file) else { throw InputError("can't write '\(name)': \(reason)") }
    }

    /// With all above it.
    func makeDirectory(_ name: String) throws {
        var path = directory
        for part in name.split(separator: "/") {
            path += "/\(part)"
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw InputError("can't make '\(name)': \(reason)")
            }
        }
    }

    /// The status of `body`, which runs in a process of its own. Signals to this one are passed on.
    func run(_ body: () -> Int32) throws -> Int32 {
        fflush(nil)
        let child = cfork_child(0)
        guard child >= 0 else { throw InputError("can't start a process: \(reason)") }
        if child == 0 {
            for number in Self.passedOn { signal(number, SIG_DFL) }
            exit(body())
        }
        stagedProcess = child
        for number in Self.passedOn { signal(number) { kill(stagedProcess, $0) } }
        defer { for number in Self.passedOn { signal(number, SIG_DFL) } }
        return wait(for: child)
    }

    private static let passedOn = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

    private func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while true {
            let ended = waitpid(child, &status, WUNTRACED)
            if ended < 0, errno == EINTR { continue }
            guard ended == child, status & 0xff == 0x7f else { break }
            raise(SIGSTOP)  // Ctrl-Z: the shell waits for this process
            kill(child, SIGCONT)
        }
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }
}

nonisolated(unsafe) private var stagedProcess: pid_t = 0

/// What the system's last call complained about.
var reason: String { String(cString: strerror(errno)) }

func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return false }
        rest = rest.dropFirst(max(count, 0))
    }
    return true
}

/// A file name such as records and bundles hold: below current/ or script/, and nowhere else.
struct StagedName {
    static let directories = ["current", "script"]

    /// Why it is none, or nil.
    static func problem(with name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if name.utf8.count > 1000 { return "is too long" }
        if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            return "holds control characters"
        }
        if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) { return "leads elsewhere" }
        if parts.count < 2 || !directories.contains(String(parts[0])) { return "is not below current/ or script/" }
        return parts.count > 30 ? "lies too deep" : nil
    }

    /// As a user knows it.
    static func shown(_ name: String) -> String {
        name.hasPrefix("current/") ? String(name.dropFirst(8)) : name
    }
}
