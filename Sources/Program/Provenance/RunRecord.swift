import AstroCore
import AstroLua
import Glibc

/// The file that `--record` writes: what ran, where, and what came of it. Docs/provenance.md describes it.
final class RunRecord {
    private let path: String
    /// Opened before the sandbox closes; an older record stays whole until the run has ended.
    private let file: Int32
    private let started = time(nil)
    private let start = Clock.seconds
    private let facts: [(String, JSON?)]
    private var ledger: Ledger?

    /// - `chunks`: the texts of -e.
    init(_ path: String, chunks: [String], _ options: Options) throws {
        if options.hasPrompt { throw InputError("input typed at the prompt can't be recorded") }
        self.path = path
        file = try Self.open(path)
        facts = [
            ("options", Self.options(options)), ("arguments", .texts(options.arguments)),
            ("chunks", chunks.isEmpty ? nil : .texts(chunks)),
            ("script_name", (options.scriptName ?? options.script).map { .text($0) }),
        ]
    }

    /// No sandbox watches this, and the directory may be a stranger's: a link in it may lead to any file of the user's.
    private static func open(_ path: String) throws -> Int32 {
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o644)
        guard file >= 0 else {
            throw InputError("can't write '\(path)': \(errno == ELOOP ? "it is a link; give its target" : reason)")
        }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw InputError("can't write '\(path)': it is not a file")
        }
        return file
    }

    /// However the script ends, the record is written: also where it calls os.exit.
    func begin(_ ledger: Ledger?) {
        self.ledger = ledger
        recordOfThisRun = self
        on_exit({ status, _ in recordOfThisRun?.finish(status) }, nil)
    }

    func finish(_ ending: Int32) {
        guard let ledger, ledger.isWhole else { return }
        self.ledger = nil
        let status = StandardStreams.settled(ending)
        if status != ending { ledger.problem = ledger.problem ?? StandardStreams.problem }
        let head: [(String, JSON?)] =
            [
                ("format", .text(RecordedRun.format)), ("version", .number(RecordedRun.version)),
                ("started", .text(Self.date(started))),
                ("wall_seconds", .number(((Clock.seconds - start) * 1000).rounded() / 1000)),
                ("status", .number(Int(status))), ("problem", ledger.problem.map { .text($0) }),
                ("program", Self.program), ("machine", Self.machine),
            ] + facts
        let bytes = Array(ledger.record(head).readable.utf8)
        lseek(file, 0, SEEK_SET)
        guard writeAll(bytes, to: file), ftruncate(file, bytes.count) == 0, fsync(file) == 0 || errno == EINVAL else {
            complain("astrolua: can't write '\(path)': \(reason)")
            StandardStreams.hasLostRecord = true
            return
        }
    }

    private static func options(_ options: Options) -> JSON {
        .fields([
            "seed": options.seed.map { .exact($0) }, "threads": options.threads.map { .number($0) },
            "time_limit": options.timeLimit.map { .number($0) },
        ])
    }

    /// ISO 8601, in UTC.
    static func date(_ time: time_t) -> String {
        var (time, parts) = (time, tm())
        gmtime_r(&time, &parts)
        let text = [CChar](unsafeUninitializedCapacity: 32) { buffer, count in
            count = strftime(buffer.baseAddress!, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static var program: JSON {
        .fields([
            "astrolua": .text(Catalogue.version), "lua": .text(luaRelease), "swift": .text(swiftVersion),
        ])
    }

    private static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var machine: JSON {
        var names = utsname()
        uname(&names)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return .fields([
            "cpu": .text(processor), "cores": .number(ChildProcess.cores), "architecture": .text(text(names.machine)),
            "kernel": .text("\(text(names.sysname)) \(text(names.release))"),
        ])
    }

    private static var processor: String {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
            let parts = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].hasPrefix("model name") else { continue }
            return String(parts[1].drop { $0 == " " }.prefix { $0 != "\n" })
        }
        return "unknown"
    }
}

nonisolated(unsafe) private var recordOfThisRun: RunRecord?
