#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A text file that a recorder's events go to while the simulation runs, a few times a second.
final class RecordingStream {
    let path: String
    private var file: UnsafeMutablePointer<FILE>?
    private let separator: String
    private let senderFirst: Bool
    /// Number of the first event that is not in the file.
    private var next = 0

    static let endings = [".csv", ".dat"]

    init(_ path: String, _ recording: Recording) throws {
        self.path = path
        guard let ending = Self.endings.first(where: path.hasSuffix) else {
            throw InputError("to = '\(path)': the ending must be one of \(Self.endings.joined(separator: ", "))")
        }
        (separator, senderFirst) = ending == ".csv" ? (",", false) : ("\t", true)
        file = fopen(path, "w")
        guard file != nil else { throw failure() }
        let first = senderFirst ? ["sender", "time_ms"] : ["time_ms", "sender"]
        try put((first + recording.quantities).joined(separator: separator) + "\n")
        try sync()
    }

    deinit {
        if let file { fclose(file) }
    }

    /// The recorder was cleared: what comes is appended.
    func restart() { next = 0 }

    /// Writes events up to a stamp.
    func write(_ recording: Recording, through stamp: Int) throws {
        var failed = false
        next = recording.forEachEvent(from: next, through: stamp) { stamp, sender, index in
            let time = "\(TimeGrid.ms(stamp, recording.resolution))"
            let values = recording.columns.map { "\($0.base[index])" }
            let fields = (senderFirst ? ["\(sender)", time] : [time, "\(sender)"]) + values
            if fputs(fields.joined(separator: separator) + "\n", file) < 0 { failed = true }
        }
        if failed { throw failure() }
        try sync()
    }

    func flush(_ recording: Recording) throws { try write(recording, through: recording.lastStamp) }

    private func put(_ text: String) throws {
        guard fputs(text, file) >= 0 else { throw failure() }
    }

    private func sync() throws {
        guard fflush(file) == 0 else { throw failure() }
    }

    private func failure() -> InputError { InputError("can't write '\(path)': \(String(cString: strerror(errno)))") }
}
