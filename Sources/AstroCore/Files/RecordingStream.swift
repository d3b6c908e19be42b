/// A file that a recorder's events go to while the simulation runs, some times a second.
///
/// Of several ranks the first one has the file, and gets from all what they have recorded.
final class RecordingStream {
    let path: String
    private let events: TextEvents?
    private unowned let recording: Recording
    /// Where there are other ranks: the number of the first own event that is not in the file.
    private var firstOwn = 0

    static let endings = [".csv", ".dat"]

    init(_ path: String, _ recording: Recording) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else { throw Self.refusal(path) }
        (self.path, self.recording) = (path, recording)
        events = Ranks.all.rank > 0 ? nil : try TextEvents(path, at: path, isDat: ending == ".dat", recording)
    }

    /// Goes on with a file where a checkpoint left it; what is behind that place is taken away when the next piece comes.
    init(_ position: Position, _ recording: Recording) throws {
        (path, self.recording) = (position.path, recording)
        events = Ranks.all.rank > 0 ? nil : try TextEvents(continuing: position, recording)
    }

    /// How far a file had come.
    struct Position {
        let path: String
        /// Bytes in it, and the number of the first event that is not.
        let size, next: Int

        init(path: String, size: Int, next: Int) { (self.path, self.size, self.next) = (path, size, next) }
    }

    /// The first rank's.
    var position: Position { Position(path: path, size: size, next: events?.next ?? 0) }

    private static func refusal(_ path: String) -> InputError {
        let isKnown = RecordingFile.endings.contains(where: path.hasSuffix)
        let why =
            isKnown
            ? "a file of this kind is good only when it is whole. Record to a .csv file; rec:save('\(path)') then makes this one of it, however long it is. Here "
            : ""
        return InputError("to = '\(path)': \(why)the ending must be one of \(endings.joined(separator: ", "))")
    }

    /// Bytes in the file.
    var size: Int { events?.file.size ?? 0 }
    /// Number of the first own event that is not in the file.
    var next: Int { Ranks.all.isAlone ? events!.next : firstOwn }

    /// The recorder was cleared: what comes is appended.
    func restart() {
        events?.next = 0
        firstOwn = 0
    }

    /// Of several ranks, each goes on with this event of its own.
    func goOn(from own: Int) { firstOwn = own }

    /// Writes events up to a stamp; several ranks write all they have. The file then survives the end of the program; see
    /// `settle` for that of the machine. Collective.
    func write(through stamp: Int) throws {
        let ranks = Ranks.all
        if ranks.isAlone { return try events!.append(through: stamp) }
        let piece = recording.pieceForFile(from: firstOwn)
        var problem: String?, written = [Int](repeating: 0, count: ranks.count)
        if let events {
            let before = events.next
            do { try events.append(piece) } catch { problem = "\(error)" }
            for owner in piece.owners.prefix(events.next - before) { written[owner] += 1 }
        }
        firstOwn += ranks.share(written)[ranks.rank]
        if let problem = ranks.first(problem) { throw InputError(problem) }
    }

    func settle() throws { try events?.file.settle() }
}

/// When files are to be put on the disk: every second, but for not more than a fiftieth of the time, all streams
/// together. Some disks are slow.
enum Settling {
    private nonisolated(unsafe) static var next = 0.0
    private static let interval = 1.0, share = 0.02

    static func settleIfDue(_ streams: some Sequence<RecordingStream>) throws {
        let start = Clock.seconds
        guard start >= next else { return }
        defer { next = start + max(interval, (Clock.seconds - start) / share) }
        for stream in streams { try stream.settle() }
    }
}

/// Hands what was recorded over to files. Collective.
struct StreamWriter {
    private let recordings: [Recording]

    init(_ all: [Recording]) { recordings = all.filter { $0.stream != nil } }

    var isIdle: Bool { recordings.isEmpty }

    /// There is hardly any memory left.
    func forgetWritten() { recordings.forEach { $0.forgetAllWritten() } }

    /// Writes all there is up to a stamp; the first thing that went wrong. One file that is full keeps no other back.
    func write(through stamp: Int) -> String? {
        if isIdle { return nil }
        var problem: String?
        for recording in recordings {
            let stream = recording.stream!
            do { try stream.write(through: stamp) } catch {
                let size = Ranks.all.share([stream.size])[0]
                problem = problem ?? "\(error) (\(size) bytes are in it, all of them good)"
            }
            if recording.isSpikes { recording.forgetWritten(of: recordings.count) }
        }
        do {
            try Ranks.all.onFirst { try Settling.settleIfDue(recordings.lazy.compactMap(\.stream)) }
        } catch { problem = problem ?? "\(error)" }
        return problem.map { $0 + ". What is not written is kept: make room, then the simulation goes on" }
    }
}
