#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Events as text, one a line: .csv, or .dat as the reference simulator's ASCII files are.
final class TextEvents: EventLog {
    private let file: AppendingFile
    var next = 0
    private let quantities: [String]
    private let resolution: Double
    private let isDat: Bool
    private static let pieceSize = 1 << 16

    /// Writes the header. `path` is the name in messages, `place` where the file is made.
    init(_ path: String, at place: String, isDat: Bool, _ recording: Recording) throws {
        file = try AppendingFile(path, at: place)
        (quantities, resolution, self.isDat) = (recording.quantities, recording.resolution, isDat)
        let names = isDat ? ["sender", "time_ms"] : ["time_ms", "sender"]
        let targets = recording.connections == nil ? [] : ["targets"]
        try file.append(Self.head(isDat: isDat, names + targets + quantities).utf8)
    }

    /// What stands before the first event. NEST's files have three lines there, and readers skip three.
    private static func head(isDat: Bool, _ names: [String]) -> String {
        isDat
            ? "# astrolua version: \(Catalogue.version)\n# RecordingBackendASCII version: 2\n\(names.joined(separator: "\t"))\n"
            : names.joined(separator: ",") + "\n"
    }

    /// Goes on with a file that has been written so far.
    init(continuing position: RecordingStream.Position, _ recording: Recording) throws {
        (quantities, resolution) = (recording.quantities, recording.resolution)
        (isDat, next) = (position.path.hasSuffix(".dat"), position.next)
        guard access(position.path, F_OK) == 0 else { throw OutputFile.failure(position.path) }
        file = try AppendingFile(position.path, keeping: true)
        try file.goBack(to: position.size)
    }

    private var separator: String { isDat ? "\t" : "," }

    var size: Int { file.size }

    func settle() throws { try file.settle() }

    func append(_ recording: Recording, through stamp: Int) throws {
        recording.sortIfNeeded()
        try append { take in
            try recording.forEachEvent(from: next, through: stamp) { event in
                try take(event.number, line(event.stamp, event.sender, event.target, event.value))
            }
        }
    }

    func append(_ piece: EventPiece) throws {
        let first = next
        try append { take in
            for i in 0..<piece.count {
                let target = piece.targets.isEmpty ? nil : piece.targets[i]
                try take(first + i, line(piece.stamps[i], piece.senders[i], target) { piece.columns[$0][i] })
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

    /// - `value`: that of a quantity, by index.
    private func line(_ stamp: Int, _ sender: Int, _ target: Int?, _ value: (Int) -> Double) -> String {
        var line = Self.begin(stamp, sender, resolution, isDat: isDat)
        if let target { line += separator + "\(target)" }
        for quantity in quantities.indices { line += separator + "\(value(quantity))" }
        return line + "\n"
    }

    /// Sender and time of an event, in the order of the format.
    private static func begin(_ stamp: Int, _ sender: Int, _ resolution: Double, isDat: Bool) -> String {
        let ms = TimeGrid.ms(stamp, resolution)
        return isDat ? "\(sender)\t\(thousandths(ms))" : "\(ms),\(sender)"
    }

    /// Three digits after the point, as the reference writes; the grid has no more.
    private static func thousandths(_ ms: Double) -> String {
        let units = Int((ms * 1000).rounded())
        return "\(units / 1000).\(String(1000 + units % 1000).dropFirst())"
    }
}

extension RecordingStream {
    static let endings = [".csv", ".dat"]

    /// Begins a file.
    convenience init(_ path: String, _ recording: Recording, _ together: Together) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else { throw Self.refusal(path, recording) }
        let isFirst = together.ranks.rank == 0
        self.init(path, isFirst ? try TextEvents(path, at: path, isDat: ending == ".dat", recording) : nil, together)
    }

    /// Goes on with a file where a checkpoint left it; what is behind that place is taken away when the next piece comes.
    convenience init(_ position: Position, _ recording: Recording, _ together: Together) throws {
        let isFirst = together.ranks.rank == 0
        self.init(position.path, isFirst ? try TextEvents(continuing: position, recording) : nil, together)
    }

    private static func refusal(_ path: String, _ recording: Recording) -> InputError {
        let howLong = path.hasSuffix(".h5") ? ", however long it is" : ", if it fits into memory"
        let why =
            recording.endings.contains(where: path.hasSuffix)
            ? "a file of this kind is of use only when it is complete. Record to a .csv file; rec:save('\(path)') then converts it\(howLong). Here "
            : ""
        return InputError("to = '\(path)': \(why)\(recording.refusal(path, endings))")
    }
}
