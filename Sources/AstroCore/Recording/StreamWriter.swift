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
    private let together: Together

    init(_ all: [Recording], _ together: Together) {
        recordings = all.filter { $0.stream != nil }
        self.together = together
    }

    var isIdle: Bool { recordings.isEmpty }

    /// There is hardly any memory left.
    func forgetWritten() {
        if together.ranks.isAlone { recordings.forEach { $0.forgetAllWritten() } }
    }

    /// Writes all there is up to a stamp; the first thing that went wrong. One file that is full keeps no other back.
    func write(through stamp: Int) -> String? {
        if isIdle { return nil }
        var problem: String?
        for recording in recordings {
            let stream = recording.stream!
            do { try stream.write(recording, through: stamp) } catch {
                let size = together.share([stream.size])[0]
                problem = problem ?? "\(error) (\(size) bytes are in it, all of them intact)"
            }
            if !recording.isPlanned { recording.forgetWritten(of: recordings.count, together) }
        }
        do {
            try together.onFirst { try Settling.settleIfDue(recordings.lazy.compactMap(\.stream)) }
        } catch { problem = problem ?? "\(error)" }
        return problem.map { $0 + ". Unwritten events are kept: make room, and the simulation can continue" }
    }
}
