#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What has been recorded: events in order of time, then of sender or place.
public final class Recorder: CustomStringConvertible {
    public let simulation: Simulation
    let recording: Recording

    /// Does the recording hold what all ranks have recorded?
    let isWhole: Bool

    init(_ simulation: Simulation, _ recording: Recording, isWhole: Bool = false) {
        (self.simulation, self.recording) = (simulation, recording)
        self.isWhole = isWhole || simulation.ranks.isAlone
    }

    /// Names of the sampled quantities; empty for spikes.
    public var quantities: [String] { recording.quantities }

    /// The unit of a quantity, as the models of the recorded nodes have it; "" where it is not known.
    public func unit(of quantity: String) -> String {
        if recording.connections != nil { return simulation.unit(of: quantity, recording) }
        for id in recording.recordedIDs {
            if let found = simulation.locate(id).population.recordables.first(where: { $0.name == quantity }) {
                return found.unit.rawValue
            }
        }
        return ""
    }

    public var isSpikeRecorder: Bool { recording.isSpikes }
    public var eventCount: Int {
        isWhole ? recording.count : simulation.ranks.together.sum([recording.count])[0]
    }
    public var label: String? { recording.label }
    /// Its place among all recorders of the simulation.
    package var number: Int { simulation.numberedRecordings.firstIndex { $0 === recording } ?? -1 }

    /// Throws where not all events are in memory any more.
    public func checkKept() throws {
        guard let stream = recording.stream else { return }
        let numbers = simulation.ranks.together.sum([recording.forgotten, recording.count])
        guard numbers[0] > 0 else { return }
        let endings = isOfConnections ? ".csv or .dat" : ".csv, .dat or .h5"
        let saves = simulation.ranks.isAlone ? ", save writes them as \(endings)" : ""
        throw InputError(
            "\(numbers[0]) of \(numbers[1]) events are in '\(stream.path)' and no longer in memory: "
                + "io.read('\(stream.path)') reads them" + saves)
    }

    /// ms
    public var times: [Double] { whole(simulation.ranks.together).times }

    /// Does it record connections?
    public var isOfConnections: Bool { recording.connections != nil }

    /// Global ids of the targets of recorded connections.
    public var targets: [Double] { whole(simulation.ranks.together).targets }

    /// Global ids.
    public var senders: [Double] { whole(simulation.ranks.together).senders }

    /// The samples of a quantity, one per event.
    public func column(_ quantity: String) throws -> [Double] {
        guard let index = quantities.firstIndex(of: quantity) else {
            throw InputError.unknown("this recorder has no column", quantity, among: ["times", "senders"] + quantities)
        }
        try checkKept()
        return whole(simulation.ranks.together).column(index)
    }

    /// Forgets all events; recording goes on. Those that are to go to a file and could not be written yet are not forgotten.
    public func clear() throws {
        try recording.stream?.write(recording, through: recording.lastStamp)
        recording.clear()
    }

    /// Mean rate in spikes per second over the recorded nodes and the time of recording.
    public func rate() throws -> Double {
        guard isSpikeRecorder else {
            throw InputError("this recorder samples \(quantities.joined(separator: ", ")), not spikes")
        }
        guard recording.isConnected else { throw InputError("the recorder is connected to no node") }
        let (first, last) = recordedSteps
        guard last > first else { return 0 }
        let seconds = TimeGrid.ms(last - first, recording.resolution) / 1000
        return Double(eventCount) / Double(recording.recordedIDs.count) / seconds
    }

    /// From when to when it has recorded, in ms.
    public var window: (from: Double, to: Double) {
        let (first, last) = recordedSteps
        return (TimeGrid.ms(first, recording.resolution), TimeGrid.ms(max(first, last), recording.resolution))
    }

    private var recordedSteps: (Int, Int) {
        let window = recording.schedule.window
        return (max(recording.firstStamp ?? 0, window.start), min(simulation.now, window.stop))
    }

    public var recordedNodes: Nodes {
        let ids = recording.recordedIDs
        return Nodes(
            simulation,
            ids.map { id in
                let (population, cell) = simulation.locate(id)
                return Nodes.Run(population, cell, 1, 1)
            })
    }

    public var description: String {
        if let connections = recording.connections {
            let number = simulation.ranks.together.sum([connections.members.count])[0]
            return "Recorder(\(quantities.joined(separator: ", ")) of \(number) connections, \(eventCount) events)"
        }
        let what = isSpikeRecorder ? "spikes" : quantities.joined(separator: ", ")
        return "Recorder(\(what) of \(recording.recordedIDs.count) nodes, \(eventCount) events)"
    }
}

/// Each rank keeps what its own cells do, rank 0 also what devices do. Who asks gets what all have, on every rank alike.
extension Recorder {
    /// What all ranks have recorded.
    func whole(_ together: Together) -> Recording {
        if isWhole { return recording }
        let own = recording.samples
        if let connections = recording.connections {
            return Recording(recording, spikes: [], samples: own, connections: connections.ofAll(together))
        }
        guard !recording.isSpikes, let all = recording.samplesOfAll else {
            return Recording(recording, spikes: together.gather(Array(recording.spikes)).all, samples: own)
        }
        let ownership = all.ownership
        let columns = own.quantities.map { GrowingColumn(together.assemble(own.column($0), ownership)) }
        return Recording(recording, spikes: [], samples: SampleTable(all.list, nodes: all.nodes, columns: columns))
    }
}
