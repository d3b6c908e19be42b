/// A file that a recorder's events go to while the simulation runs, some times a second.
final class RecordingStream {
    private let events: TextEvents

    static let endings = [".csv", ".dat"]

    init(_ path: String, _ recording: Recording) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else { throw Self.refusal(path) }
        events = try TextEvents(path, at: path, isDat: ending == ".dat", recording)
    }

    /// Goes on with a file where a checkpoint left it; what is behind that place is taken away when the next piece comes.
    init(_ position: Position, _ recording: Recording) throws {
        events = try TextEvents(continuing: position, recording)
    }

    /// How far a file had come.
    struct Position {
        let path: String
        /// Bytes in it, and the number of the first event that is not.
        let size, next: Int

        init(path: String, size: Int, next: Int) { (self.path, self.size, self.next) = (path, size, next) }
    }

    var position: Position { Position(path: path, size: size, next: next) }

    private static func refusal(_ path: String) -> InputError {
        let isKnown = RecordingFile.endings.contains(where: path.hasSuffix)
        let why =
            isKnown
            ? "a file of this kind is good only when it is whole. Record to a .csv file; rec:save('\(path)') then makes this one of it, however long it is. Here "
            : ""
        return InputError("to = '\(path)': \(why)the ending must be one of \(endings.joined(separator: ", "))")
    }

    var path: String { events.file.path }
    var size: Int { events.file.size }
    /// Number of the first event that is not in the file.
    var next: Int { events.next }

    /// The recorder was cleared: what comes is appended.
    func restart() { events.next = 0 }

    /// Writes events up to a stamp. The file then survives the end of the program; see `settle` for that of the machine.
    func write(through stamp: Int) throws { try events.append(through: stamp) }

    func settle() throws { try events.file.settle() }
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

/// Hands what was recorded over to files.
struct StreamWriter {
    private let recordings: [Recording]

    init(_ all: [Recording]) { recordings = all.filter { $0.stream != nil } }

    /// Writes all there is up to a stamp; the first thing that went wrong. One file that is full keeps no other back.
    func write(through stamp: Int) -> String? {
        var problem: String?
        for recording in recordings {
            let stream = recording.stream!
            do { try stream.write(through: stamp) } catch {
                problem = problem ?? "\(error) (\(stream.size) bytes are in it, all of them good)"
            }
            if recording.isSpikes { recording.forgetWritten() }
        }
        do { try Settling.settleIfDue(recordings.lazy.compactMap(\.stream)) } catch { problem = problem ?? "\(error)" }
        return problem.map { $0 + ". What is not written is kept: make room, then the simulation goes on" }
    }
}
