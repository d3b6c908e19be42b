import AstroCore
import AstroLua
import CFork
import Glibc

/// A directory of this user's alone, in which a run from a record or a bundle finds its files as they are named there;
/// and the process that runs in it, so that somebody is left to remove it.
///
/// If nobody is left (kill -9), the next stage finds it and removes it: its mark is locked as long as it is used.
struct Stage {
    let folder: Folder
    private let mark: Int32

    private static let prefix = "astrolua-", letters = 6, markName = ".astrolua-stage"

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        Self.removeAbandoned(in: parent)
        let (directory, mark) = try Self.make(in: parent)
        (folder, self.mark) = (Folder(directory, isPrivate: true), mark)
        try folder.makeDirectory("current")
    }

    var directory: String { folder.directory }

    /// Another process may take it for abandoned until it is locked: then once more.
    private static func make(in parent: String) throws -> (directory: String, mark: Int32) {
        while true {
            var template = Array("\(parent)/\(prefix)\(String(repeating: "X", count: letters))".utf8CString)
            guard mkdtemp(&template) != nil, let path = realpath(template, nil) else {
                throw InputError("can't make a directory in \(parent): \(reason)")
            }
            defer { free(path) }
            let directory = String(cString: path)
            let mark = open("\(directory)/\(markName)", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard mark >= 0 else { throw InputError("can't write into \(directory): \(reason)") }
            while flock(mark, LOCK_EX) != 0, errno == EINTR {}
            var status = stat()
            if fstat(mark, &status) == 0, status.st_nlink > 0 { return (directory, mark) }
            close(mark)
        }
    }

    // MARK: removing

    func remove() {
        Self.remove(directory)
        close(mark)
    }

    /// Stages of this user's, of which no process is left.
    private static func removeAbandoned(in parent: String) {
        let length = prefix.utf8.count + letters
        for name in directoryEntries(parent) ?? [] where name.hasPrefix(prefix) && name.utf8.count == length {
            let mark = open("\(parent)/\(name)/\(markName)", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard mark >= 0 else { continue }
            if flock(mark, LOCK_EX | LOCK_NB) == 0 { remove("\(parent)/\(name)") }
            close(mark)
        }
    }

    /// The mark goes last, so that what is left half removed is found again.
    private static func remove(_ path: String) {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else { return }
        defer { close(directory) }
        var status = stat()
        guard fstat(directory, &status) == 0, status.st_uid == geteuid() else { return }
        empty(directory, but: markName)
        unlinkat(directory, markName, 0)
        rmdir(path)
    }

    /// Links are removed, not followed. Names are bytes here: a script may have made any.
    private static func empty(_ directory: Int32, but kept: String = ".") {
        guard let list = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else { return }
        defer { closedir(list) }
        while let entry = readdir(list) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, kept) == 0 { return }
                    if unlinkat(directory, name, 0) == 0 { return }
                    let inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                    guard inner >= 0 else { return }
                    empty(inner)
                    close(inner)
                    unlinkat(directory, name, AT_REMOVEDIR)
                }
            }
        }
    }

    // MARK: processes

    /// The status of `body` in a process that is confined: it reads where the user lets a script read and in the stage, writes in
    /// the stage and the `writable` directories, and ends with its time. For work on files that a stranger has named.
    func runConfined(
        _ asked: Options, writable: [String] = [], _ body: (Access) throws -> Int32
    ) throws -> Int32 {
        try run {
            var options = Options()
            options.readable = asked.readable + asked.writable + [directory]
            let access = Access(options)
            let refused = Sandbox.enter(
                reading: access.readable, writing: [directory] + writable, memory: asked.memoryLimit ?? 0,
                seconds: asked.timeLimit ?? 0)
            if let refused { return refused }
            return FreshThread.status {
                do {
                    return try withinTime(asked.timeLimit) { try body(access) }
                } catch {
                    complain("astrolua: \(error)")
                    return ExitStatus.failure
                }
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
            exit(FreshThread.status(of: body))
        }
        stagedProcess = child
        for number in Self.passedOn { signal(number) { kill(stagedProcess, $0) } }
        var answered = sigset_t()  // whoever started us may have blocked them
        sigemptyset(&answered)
        for number in Self.passedOn { sigaddset(&answered, number) }
        sigprocmask(SIG_UNBLOCK, &answered, nil)
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

/// Ends the process, with a sentence, if `body` takes longer than so many seconds: for work on what a stranger has written.
func withinTime<T>(_ seconds: Double?, _ body: () throws -> T) rethrows -> T {
    guard let seconds else { return try body() }
    signal(SIGALRM) { _ in
        let text: StaticString = "astrolua: reading its files took longer than the time limit (--time-limit)\n"
        _ = Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        _exit(ExitStatus.failure)
    }
    setTimer(seconds)
    defer {
        setTimer(0)
        signal(SIGALRM, SIG_DFL)
    }
    return try body()
}

private func setTimer(_ seconds: Double) {
    let whole = seconds.rounded(.down)
    var time = itimerval()
    time.it_value = timeval(tv_sec: Int(whole), tv_usec: seconds > 0 ? max(1, Int((seconds - whole) * 1e6)) : 0)
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &time, nil)
}

nonisolated(unsafe) private var stagedProcess: pid_t = 0
