/// A file that a recorder's events go to while the simulation runs, a few times a second.
final class RecordingStream {
    private let sink: any EventSink
    /// Number of the first event that is not in the file.
    private var next = 0

    static let endings = [".csv", ".dat", ".h5"]

    init(_ path: String, _ recording: Recording, _ nodes: Nodes) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else {
            throw InputError("to = '\(path)': the ending must be one of \(Self.endings.joined(separator: ", "))")
        }
        if ending == ".h5" {
            // spikes of generators are fetched now and then, not when they are due
            let isSorted = nodes.runs.allSatisfy { $0.population.cells != nil }
            sink = try SonataEvents(
                path, at: path, recording, nodes.simulation, nodes: nodes.ids, isSorted: isSorted)
        } else {
            sink = try TextEvents(path, at: path, isDat: ending == ".dat", recording)
        }
    }

    /// The recorder was cleared: what comes is appended.
    func restart() { next = 0 }

    /// Writes events up to a stamp.
    func write(_ recording: Recording, through stamp: Int) throws { next = try sink.append(from: next, through: stamp) }

    func flush(_ recording: Recording) throws { try write(recording, through: recording.lastStamp) }
}
