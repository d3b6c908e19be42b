/// Recorders grow while a simulation runs. None may fill the memory unnoticed.
package enum RecorderMemory {
    /// What a recorder that goes to a file keeps in memory; a run's samples come on top while it lasts.
    package nonisolated(unsafe) static var mostKept = 32 << 20

    static func bytes(_ recordings: [Recording]) -> Int { recordings.reduce(0) { $0 + $1.bytes } }

    /// Stop with a tenth of the memory left, so that what was recorded can still be saved; and never later than
    /// with `reserve`, since spikes come on between two looks.
    private static let filled = 9.0, reserve = 32e6

    /// What to say where recorders have taken all the memory but a rest; nil where they have not.
    static func shortage(_ recordings: [Recording]) -> String? {
        let held = Double(bytes(recordings))
        guard held > 1e6 else { return nil }
        let left = Memory.available
        guard left < max(held / filled, min(held, reserve)) else { return nil }
        let largest = recordings.max { $0.bytes < $1.bytes }!
        return """
            recorders hold \(Memory.text(held)) of memory, and \(Memory.text(left)) \(Memory.whatIsLeft); the largest is \
            that of \(largest.description) with \(Memory.text(Double(largest.bytes))). Nothing is lost: save it \
            (rec:save) and clear it (rec:clear), then the simulation goes on. \(advice(largest))
            """
    }

    private nonisolated(unsafe) static var nextLook = 0.0

    /// Refuses a run where there is a shortage. Short runs, one after the other, do not all ask the system.
    static func refuseShortage(_ recordings: [Recording]) throws {
        guard Clock.seconds >= nextLook else { return }
        nextLook = Clock.seconds + SliceLoop.reportInterval
        if let problem = shortage(recordings) { throw InputError(problem) }
    }

    /// Refuses a run whose samples would not fit.
    static func refuse(_ recordings: [Recording], stamps: Range<Int>) throws {
        let planned = recordings.map { $0.bytesPlanned(stamps) }
        guard let most = recordings.indices.max(by: { planned[$0] < planned[$1] }) else { return }
        try Memory.refuse(
            planned.reduce(0, +), for: "the samples of \(recordings[most].description)", hint: advice(recordings[most]))
    }

    private static func advice(_ recording: Recording) -> String {
        let (names, file) = recording.isSpikes ? ("", "spikes.csv") : ("names, ", "samples.csv")
        return "A recorder that writes to a file needs next to none: sim:record(nodes, \(names){ to = \"\(file)\" })"
    }
}

extension Recording {
    /// What a message calls it.
    var description: String {
        let what = isSpikes ? "spikes" : quantities.joined(separator: ", ")
        let first = recordedIDs.first.map {
            recordedIDs.count == 1 ? "node \($0)" : "\(recordedIDs.count) nodes from \($0) on"
        }
        return "\(what) of \(first ?? "no node")"
    }
}
