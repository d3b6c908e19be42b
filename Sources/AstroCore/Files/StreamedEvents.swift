#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads back what a recorder's events went to while the simulation ran, in pieces: there may be more than memory holds.
struct StreamedEvents {
    private let recording: Recording
    private let path: String
    private let isDat: Bool
    /// Events, or nodes' samples, in a piece at least.
    private static let pieceLength = 1 << 16

    /// nil where all that the recorder holds is in memory.
    init?(_ recording: Recording) {
        guard recording.forgotten > 0, let stream = recording.stream else { return nil }
        (self.recording, path) = (recording, stream.path)
        isDat = path.hasSuffix(".dat")
    }

    /// The recorder's events are the last ones of the file: what came before it was cleared is there, too.
    func forEachPiece(_ body: (EventPiece) throws -> Void) throws {
        let lines = try LineReader(path)
        var inFile = 0
        while let line = lines.next() { if isEvent(line) { inFile += 1 } }
        guard inFile >= recording.count else { throw damaged("\(inFile) of \(recording.count) events") }
        lines.rewind()
        var passed = inFile - recording.count
        let empty = EventPiece(columns: recording.quantities.map { _ in [] })
        var piece = empty
        while let line = lines.next() {
            guard isEvent(line) else { continue }
            if passed > 0 {
                passed -= 1
                continue
            }
            let event = try parsed(line)
            if piece.count >= Self.pieceLength, piece.stamps.last != event.stamp {
                try body(piece)
                piece = empty
            }
            piece.add(event)
        }
        if piece.count > 0 { try body(piece) }
    }

    /// Events begin with a number, headers do not.
    private func isEvent(_ line: UnsafeBufferPointer<CChar>) -> Bool {
        line.first.map { $0 >= CChar(UInt8(ascii: "0")) && $0 <= CChar(UInt8(ascii: "9")) } ?? false
    }

    private func parsed(_ line: UnsafeBufferPointer<CChar>) throws -> Event {
        var numbers: [Double] = []
        var place = UnsafeMutablePointer(mutating: line.baseAddress!)
        let hasTargets = recording.connections != nil
        for _ in 0..<recording.quantities.count + (hasTargets ? 3 : 2) {
            var end: UnsafeMutablePointer<CChar>?
            let x = strtod(place, &end)
            guard let end, end > place else { throw damaged("an incomplete line") }
            numbers.append(x)
            place = end + 1
        }
        let (time, sender) = isDat ? (numbers[1], numbers[0]) : (numbers[0], numbers[1])
        guard let stamp = TimeGrid.steps(time, recording.resolution), let id = Int32(exactly: sender),
            let target = Int32(exactly: hasTargets ? numbers[2] : 0)
        else { throw damaged("a line that no recorder writes") }
        return Event(
            stamp: stamp, sender: Int(id), target: hasTargets ? Int(target) : nil,
            values: Array(numbers[(hasTargets ? 3 : 2)...]))
    }

    private func damaged(_ what: String) -> InputError {
        InputError("'\(path)' holds \(what): it has been changed since it was written")
    }

    fileprivate struct Event {
        let stamp, sender: Int
        let target: Int?
        let values: [Double]
    }
}

extension EventPiece {
    fileprivate mutating func add(_ event: StreamedEvents.Event) {
        stamps.append(event.stamp)
        senders.append(event.sender)
        if let target = event.target { targets.append(target) }
        for (i, value) in event.values.enumerated() { columns[i].append(value) }
    }
}

/// Lines of a file, one at a time.
private final class LineReader {
    private let file: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    init(_ path: String) throws {
        guard let file = fopen(path, "re") else { throw OutputFile.failure(path) }
        self.file = file
    }

    deinit {
        fclose(file)
        free(line)
    }

    func rewind() { fseek(file, 0, SEEK_SET) }

    /// It holds until the next call, and a zero follows it.
    func next() -> UnsafeBufferPointer<CChar>? {
        let length = getline(&line, &capacity, file)
        return length < 0 ? nil : UnsafeBufferPointer(start: line, count: length)
    }
}
