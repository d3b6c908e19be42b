/// A file that a recorder's events go to while the simulation runs, some times a second.
///
/// Of several ranks the first one has the file, and gets from all what they have recorded.
final class RecordingStream {
    let path: String
    private let together: Together
    /// nil on the other ranks.
    private let file: (any EventLog)?
    /// If there are other ranks: the number of the first own event that is not in the file.
    private var firstOwn = 0

    init(_ path: String, _ file: (any EventLog)?, _ together: Together) {
        (self.path, self.file, self.together) = (path, file, together)
    }

    /// How far a file had come.
    struct Position {
        let path: String
        /// Bytes in it, and the number of the first event that is not.
        let size, next: Int
    }

    /// The first rank's.
    var position: Position { Position(path: path, size: size, next: file?.next ?? 0) }

    /// Bytes in the file.
    var size: Int { file?.size ?? 0 }
    /// Number of the first own event that is not in the file.
    var next: Int { together.ranks.isAlone ? file!.next : firstOwn }

    /// The recorder was cleared: what comes is appended.
    func restart() {
        file?.next = 0
        firstOwn = 0
    }

    /// Of several ranks, each goes on with this event of its own.
    func goOn(from own: Int) { firstOwn = own }

    /// Writes events up to a stamp; several ranks write all they have. The file then survives the end of the program; see
    /// `settle` for that of the machine.
    func write(_ recording: Recording, through stamp: Int) throws {
        let ranks = together.ranks
        if ranks.isAlone { return try file!.append(recording, through: stamp) }
        let piece = recording.pieceForFile(from: firstOwn, together)
        var problem: String?, written = [Int](repeating: 0, count: ranks.count)
        if let file {
            let before = file.next
            do { try file.append(piece) } catch { problem = "\(error)" }
            for owner in piece.owners.prefix(file.next - before) { written[owner] += 1 }
        }
        firstOwn += together.share(written)[ranks.rank]
        if let problem = together.first(problem) { throw InputError(problem) }
    }

    func settle() throws { try file?.settle() }
}

/// What a recorder's events are appended to.
protocol EventSink: AnyObject {
    /// Number of the first event that is not in it.
    var next: Int { get set }
    /// Appends the events from `next` on, up to `stamp`. Those that are in it when it throws are counted.
    func append(_ recording: Recording, through stamp: Int) throws
    /// Appends events that come from elsewhere than the recording's own memory.
    func append(_ piece: EventPiece) throws
}

/// One that is good at any time, however far it has come.
protocol EventLog: EventSink {
    /// Bytes in it.
    var size: Int { get }
    /// Puts on the disk what is in it.
    func settle() throws
}
