#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a recorder's events are appended to.
protocol EventSink: AnyObject {
    /// Number of the first event that is not in it.
    var next: Int { get set }
    /// Appends the events from `next` on, up to `stamp`. Those that are in it when it throws are counted.
    func append(through stamp: Int) throws
    /// Appends events that come from elsewhere than the recording's own memory.
    func append(_ piece: EventPiece) throws
}

/// Events as text, one a line: .csv, or .dat as the reference simulator's ASCII files are.
final class TextEvents: EventSink {
    let file: AppendingFile
    var next = 0
    /// It holds the stream that this belongs to.
    private unowned let recording: Recording
    private let isDat: Bool
    private static let pieceSize = 1 << 16

    /// Writes the header. `path` is the name in messages, `place` where the file is made.
    init(_ path: String, at place: String, isDat: Bool, _ recording: Recording) throws {
        file = try AppendingFile(path, at: place)
        (self.recording, self.isDat) = (recording, isDat)
        let names = isDat ? ["sender", "time_ms"] : ["time_ms", "sender"]
        // the reference's files have three lines before the first event, and readers skip three
        let lines = isDat ? "# astrolua version: \(Catalogue.version)\n# RecordingBackendASCII version: 2\n" : ""
        try file.append((lines + (names + recording.quantities).joined(separator: separator) + "\n").utf8)
    }

    /// Goes on with a file that has been written so far.
    init(continuing position: RecordingStream.Position, _ recording: Recording) throws {
        (self.recording, isDat, next) = (recording, position.path.hasSuffix(".dat"), position.next)
        guard access(position.path, F_OK) == 0 else { throw OutputFile.failure(position.path) }
        file = try AppendingFile(position.path, keeping: true)
        try file.goBack(to: position.size)
    }

    private var separator: String { isDat ? "\t" : "," }

    func append(through stamp: Int) throws {
        recording.sortIfNeeded()
        try append { take in
            try recording.forEachEvent(from: next, through: stamp) { event in
                try take(event.number, line(event.stamp, event.sender) { recording.columns[$0].base[event.place] })
            }
        }
    }

    func append(_ piece: EventPiece) throws {
        let first = next
        try append { take in
            for i in 0..<piece.count {
                try take(first + i, line(piece.stamps[i], piece.senders[i]) { piece.columns[$0][i] })
            }
            return first + piece.count
        }
    }

    /// - `lines`: hands over lines with their numbers; the number of the next.
    private func append(_ lines: (_ take: (Int, String) throws -> Void) throws -> Int) throws {
        var waiting: [UInt8] = []
        waiting.reserveCapacity(Self.pieceSize)
        func put(before number: Int) throws {
            if !waiting.isEmpty { try file.append(waiting) }
            waiting.removeAll(keepingCapacity: true)
            next = number
        }
        let end = try lines { number, line in
            waiting += line.utf8
            if waiting.count >= Self.pieceSize { try put(before: number + 1) }
        }
        try put(before: end)
    }

    /// - `value`: that of a quantity, by number.
    private func line(_ stamp: Int, _ sender: Int, _ value: (Int) -> Double) -> String {
        let ms = TimeGrid.ms(stamp, recording.resolution)
        var line = isDat ? "\(sender)\t\(Self.thousandths(ms))" : "\(ms),\(sender)"
        for quantity in recording.quantities.indices { line += separator + "\(value(quantity))" }
        return line + "\n"
    }

    /// Three digits after the point, as the reference writes; the grid has no more.
    private static func thousandths(_ ms: Double) -> String {
        let units = Int((ms * 1000).rounded())
        return "\(units / 1000).\(String(1000 + units % 1000).dropFirst())"
    }
}
