import AstroCore

/// What a checkpoint says, and how far the script has come again.
final class JournalReader {
    let reader: CheckpointReader
    let pieces: [SectionReader]
    /// The entries before the call that was interrupted: their number, its simulation, digest and end.
    let count, simulation, call, end: Int
    var current: SectionReader
    var piece = 0, next = 0

    init(_ path: String, script: [UInt8]) throws {
        reader = try CheckpointReader(path, Ranks.all.together)
        guard reader.upcoming == .run else {
            throw InputError("'\(path)' is not the state of a script (it was written by sim:save)")
        }
        var (_, contents) = try reader.take(.run)
        _ = try contents.text()
        let written = try (0..<script.count).map { _ in UInt8(truncatingIfNeeded: try contents.int()) }
        guard written == script else {
            throw InputError(
                "'\(path)' belongs to another run: the script, its arguments or --seed were different (remove it to start again)"
            )
        }
        count = try contents.int()
        let pieceCount = try contents.int()
        (simulation, call, end) = (try contents.int(), try contents.int(), try contents.int())
        try contents.finish()
        var pieces: [SectionReader] = []
        while pieces.count < pieceCount { pieces.append(try reader.take(.journal).contents) }
        self.pieces = pieces
        current = pieces.first ?? SectionReader([], "")
    }

    func entry() throws -> (call: UInt64, answer: Journal.Answer) {
        while current.rest == 0, piece + 1 < pieces.count {
            piece += 1
            current = pieces[piece]
        }
        next += 1
        return (UInt64(bitPattern: Int64(try current.int())), try Journal.Answer(&current))
    }
}
