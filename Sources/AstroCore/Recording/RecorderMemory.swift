/// Recorders grow while a simulation runs. None may fill the memory unnoticed.
package enum RecorderMemory {
    /// What a recorder that goes to a file keeps in memory; a run's samples come on top while it lasts.
    package nonisolated(unsafe) static var mostKept = 32 << 20

    static func bytes(_ recordings: [Recording]) -> Int { recordings.reduce(0) { $0 + $1.bytes } }

    /// What has to be left, so that what was recorded can still be saved: a tenth of both; where recorders hold little, as
    /// much as they hold, up to `reserve`.
    private static let filled = 9.0, reserve = 32e6

    private static func needed(_ held: Double) -> Double { max(held / filled, min(held, reserve)) }

    // MARK: Spikes, which come as they come

    /// Bytes that recorders may still take before somebody has to look at what there is.
    private nonisolated(unsafe) static var room = Double.infinity

    /// Have they taken more?
    static var isLookDue: Bool { room < 0 }

    /// How many more spikes a recorder may make room for.
    static func places(_ wanted: Int, atLeast least: Int) -> Int {
        let size = Double(MemoryLayout<Spike>.stride), granted = Double(wanted) * size <= room ? wanted : least
        room -= Double(granted) * size
        // what is recorded has to be kept, and the run stops at the end of the slice
        if granted < wanted { room = min(room, -size) }
        return granted
    }

    /// What to say where recorders have taken all the memory but a rest; nil where they have not.
    static func shortage(_ recordings: [Recording]) -> String? {
        let held = Double(bytes(recordings)), left = Memory.available, spare = left - needed(held)
        // half of it: there will be several looks before it is full
        room = max(spare / 2, 1e6)
        guard held > 1e6, spare < 0 else { return nil }
        let largest = recordings.max { $0.bytes < $1.bytes }!
        return """
            recorders hold \(Memory.text(held)) of memory, and \(Memory.text(left)) \(Memory.whatIsLeft); the largest is \
            that of \(largest.description) with \(Memory.text(Double(largest.bytes))). Nothing is lost: save it \
            (rec:save) and clear it (rec:clear), and the simulation can continue. \(advice(largest))
            """
    }

    private nonisolated(unsafe) static var nextLook = 0.0

    /// Seconds between two looks.
    static let lookInterval = 0.1

    /// Refuses a run where there is a shortage. Short runs, one after the other, do not all ask the system.
    static func refuseShortage(_ recordings: [Recording]) throws {
        guard isLookDue || Clock.seconds >= nextLook else { return }
        nextLook = Clock.seconds + lookInterval
        guard shortage(recordings) != nil else { return }
        Memory.reclaim?()
        if let problem = shortage(recordings) { throw InputError(problem) }
    }

    // MARK: Samples, which are known beforehand

    /// Refuses a run whose samples would not fit. Must they be kept in no more memory than they need?
    static func refuse(_ recordings: [Recording], stamps: Range<Int>) throws -> Bool {
        let usual = growth(recordings, stamps, sparing: false)
        guard usual > 0 else { return false }
        if usual < room {
            room -= usual
            return false
        }
        let held = Double(bytes(recordings))
        func fits(_ more: Double) -> Bool { more <= Memory.available - needed(held + more) }
        if fits(usual) { return false }
        Memory.reclaim?()
        let least = growth(recordings, stamps, sparing: true)
        if fits(least) { return true }
        let grown = recordings.map { $0.growth(stamps, sparing: true).bytes }
        let most = recordings[grown.indices.max { grown[$0] < grown[$1] }!]
        throw InputError(
            "the samples of \(most.description) need about \(Memory.text(least)) of memory, "
                + "\(Memory.text(Memory.available)) \(Memory.whatIsLeft). \(advice(most))")
    }

    private static func growth(_ recordings: [Recording], _ stamps: Range<Int>, sparing: Bool) -> Double {
        var bytes = 0.0, copied = 0.0
        for recording in recordings where recording.isPlanned {
            let more = recording.growth(stamps, sparing: sparing)
            bytes += more.bytes
            copied = max(copied, more.copied)
        }
        return bytes + copied
    }

    private static func advice(_ recording: Recording) -> String {
        let (names, file) = recording.isSpikes ? ("", "spikes.csv") : ("names, ", "samples.csv")
        let what = recording.connections == nil ? "nodes" : "connections"
        return "A recorder that writes to a file needs almost none: sim:record(\(what), \(names){ to = \"\(file)\" })"
    }
}

extension Recording {
    /// What a message calls it.
    var description: String {
        let what = isSpikes ? "spikes" : quantities.joined(separator: ", ")
        if let connections { return "\(what) of \(connections.members.count) connections" }
        let first = recordedIDs.first.map {
            recordedIDs.count == 1 ? "node \($0)" : "\(recordedIDs.count) nodes from \($0) on"
        }
        return "\(what) of \(first ?? "no node")"
    }
}
