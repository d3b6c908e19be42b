import AstroCore
import AstroLua
import Glibc

/// The file that `--record` writes: what ran, where, and what came of it. Docs/provenance.md describes it.
final class RunRecord {
    static let format = "astrolua run", version = 1

    private let path: String
    /// Opened before the sandbox closes; an older record stays whole until the run has ended.
    private let file: Int32
    private let started = time(nil)
    private let clock = Clock()
    private let facts: [(String, JSON?)]
    private var ledger: Ledger?

    /// nil if none is asked for.
    init?(_ parsed: CommandLineOptions, _ options: Options) throws {
        guard let path = parsed.record else { return nil }
        if options.hasPrompt { throw InputError("what is typed at the prompt can't be recorded") }
        let chunks = parsed.chunks
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw InputError("can't write '\(path)': \(reason)") }
        facts = [
            ("options", Self.options(options)), ("arguments", .texts(options.arguments)),
            ("chunks", chunks.isEmpty ? nil : .texts(chunks)),
            ("script_name", (options.scriptName ?? options.script).map { .text($0) }),
        ]
    }

    /// However the script ends, the record is written: also where it calls os.exit.
    func begin(_ ledger: Ledger?) {
        self.ledger = ledger
        recordOfThisRun = self
        on_exit({ status, _ in recordOfThisRun?.finish(status) }, nil)
    }

    func finish(_ status: Int32) {
        guard let ledger, ledger.isWhole else { return }
        self.ledger = nil
        fflush(nil)
        let head: [(String, JSON?)] =
            [
                ("format", .text(Self.format)), ("version", .number(Self.version)),
                ("started", .text(Self.date(started))),
                ("wall_seconds", .number((clock.seconds * 1000).rounded() / 1000)),
                ("status", .number(Int(status))), ("problem", ledger.problem.map { .text($0) }),
                ("program", Self.program), ("machine", Self.machine),
            ] + facts
        let bytes = Array(ledger.record(head).readable.utf8)
        lseek(file, 0, SEEK_SET)
        guard writeAll(bytes, to: file), ftruncate(file, bytes.count) == 0, fsync(file) == 0 || errno == EINVAL else {
            complain("astrolua: can't write '\(path)': \(reason)")
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
    private static func date(_ time: time_t) -> String {
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

/// Seconds since it was made.
struct Clock {
    private let start = Self.now

    var seconds: Double { Self.now - start }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// What a record says of a Lua text.
struct RecordedText {
    let name: String
    let bytes: [UInt8]
    let digest: String

    init(_ json: JSON) throws {
        guard let name = json["file"]?.text, let digest = json["sha256"]?.text, let lines = json["lines"]?.list else {
            throw InputError("a text has no file, sha256 or lines")
        }
        let numbers = lines.compactMap { $0.whole.flatMap { UInt8(exactly: $0) } }
        let texts = lines.compactMap(\.text)
        guard numbers.count == lines.count || texts.count == lines.count else {
            throw InputError("the lines of '\(name)' are damaged")
        }
        (self.name, self.digest) = (name, digest)
        bytes = texts.count == lines.count ? Array(texts.joined(separator: "\n").utf8) : numbers
    }

    var isIntact: Bool { SHA256.hex(of: bytes) == digest }
}

/// What a record says of a file.
struct RecordedFile {
    let name, digest: String
    let bytes: Int

    init?(_ json: JSON) {
        guard let name = json["file"]?.text, let digest = json["sha256"]?.text, let bytes = json["bytes"]?.whole else {
            return nil
        }
        (self.name, self.digest, self.bytes) = (name, digest, bytes)
    }

    static func all(_ json: JSON?) -> [RecordedFile] { (json?.list ?? []).compactMap { RecordedFile($0) } }
}

/// The whole of a file; throws with its name.
func contents(of path: String, atMost limit: Int) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw InputError("can't read '\(path)': \(reason)") }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw InputError("'\(path)' is not a file")
    }
    guard status.st_size <= limit else {
        throw InputError("'\(path)' is larger than \(limit >> 20) MB, which is the most")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw InputError("can't read '\(path)': \(reason)") }
    return Array(bytes[..<count])
}
