#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that a recorder's events are appended to.
protocol EventSink: AnyObject {
    /// Appends the events from number `first` on, up to `stamp`; the number of the next.
    func append(from first: Int, through stamp: Int) throws -> Int
}

/// Events as text, one a line: .csv, or .dat as the reference simulator's ASCII files are.
final class TextEvents: EventSink {
    private let recording: Recording
    private let file: UnsafeMutablePointer<FILE>
    private let path: String
    private let isDat: Bool

    /// Writes the header. `path` is the name in messages, `place` where the file is made.
    init(_ path: String, at place: String, isDat: Bool, _ recording: Recording) throws {
        guard let file = fopen(place, "w") else { throw OutputFile.failure(path) }
        (self.recording, self.path, self.file, self.isDat) = (recording, path, file, isDat)
        let names = isDat ? ["sender", "time_ms"] : ["time_ms", "sender"]
        // the reference's files have three lines before the first event, and readers skip three
        if isDat { try put("# astrolua version: \(Catalogue.version)\n# RecordingBackendASCII version: 2\n") }
        try put((names + recording.quantities).joined(separator: separator) + "\n")
        try flush()
    }

    deinit { fclose(file) }

    private var separator: String { isDat ? "\t" : "," }

    func append(from first: Int, through stamp: Int) throws -> Int {
        var failed = false
        let next = recording.forEachEvent(from: first, through: stamp) { stamp, sender, index in
            let ms = TimeGrid.ms(stamp, recording.resolution)
            var line = isDat ? "\(sender)\t\(Self.thousandths(ms))" : "\(ms),\(sender)"
            for column in recording.columns { line += separator + "\(column.base[index])" }
            if fputs(line + "\n", file) < 0 { failed = true }
        }
        if failed { throw OutputFile.failure(path) }
        try flush()
        return next
    }

    /// Three digits after the point, as the reference writes; the grid has no more.
    private static func thousandths(_ ms: Double) -> String {
        let units = Int((ms * 1000).rounded())
        return "\(units / 1000).\(String(1000 + units % 1000).dropFirst())"
    }

    private func put(_ text: String) throws {
        guard fputs(text, file) >= 0 else { throw OutputFile.failure(path) }
    }

    private func flush() throws {
        guard fflush(file) == 0 else { throw OutputFile.failure(path) }
    }
}
