/// What becomes of the files that recorders were writing when a checkpoint was made.
public struct CheckpointStreams {
    /// Are they gone on with? Otherwise what is recorded stays in memory.
    public var goOn = true
    /// Why a file may not be written, or nil.
    public var refusal: (String) -> String? = { _ in nil }
    /// What to say to those who cannot go on with them.
    public var hint = ""

    public init() {}

    func open(
        _ position: RecordingStream.Position, _ recording: Recording, _ together: Together
    ) throws -> RecordingStream? {
        guard goOn else { return nil }
        if let refusal = refusal(position.path) { throw InputError(refusal) }
        guard RecordingStream.endings.contains(where: position.path.hasSuffix) else {
            throw InputError("no recorder writes '\(position.path)'")
        }
        do {
            return try RecordingStream(position, recording, together)
        } catch {
            throw InputError("a recorder of the checkpoint cannot continue its file: \(error)\(hint)")
        }
    }
}

extension RecordingStream.Position {
    func write(to contents: inout SectionWriter) {
        contents.put(path)
        contents.put(size)
        contents.put(next)
    }

    init(_ contents: inout SectionReader) throws {
        path = try contents.text()
        size = try contents.int(0...Int.max / 4, "length of a file")
        next = try contents.int(0...Int.max / 16, "number of events")
    }
}
