/// A recorder of connections, in a recording that has no samples of nodes.
final class ConnectionRecording {
    let recording: Recording
    let references: [Connections.Reference]
    var samples: ConnectionSamples { recording.connections! }
    /// nil where it records at spikes.
    var schedule: Schedule? { samples.isOfSpikes ? nil : recording.schedule }

    init(_ recording: Recording, _ references: [Connections.Reference]) {
        (self.recording, self.references) = (recording, references)
    }

    /// Goes on with what another one of the same connections has recorded.
    func takeOver(_ other: ConnectionRecording) {
        recording.resume(other.samples, forgotten: other.recording.forgotten)
        (recording.firstStamp, recording.lastStamp) = (other.recording.firstStamp, other.recording.lastStamp)
        recording.stream = other.recording.stream
    }
}

extension Simulation {
    /// A recorder of values of connections: every `interval` ms, or at each spike of the sender.
    ///
    /// - `options`: `interval` (1), `offset`, `start`, `stop` in ms, or `when` = "spike"; `label`; `to`, a .csv or .dat file that
    ///   events also go to while the simulation runs.
    public func record(_ connections: Connections, quantities: [String], options: Settings = [:]) throws -> Recorder {
        guard connections.simulation === self else {
            throw InputError("these connections belong to another simulation")
        }
        guard !quantities.isEmpty else { throw InputError("there is no quantity to record") }
        var options = options
        let label = try Self.text("label", options.removeValue(forKey: "label"), "a string")
        try refuseTaken(label)
        let path = try Self.text("to", options.removeValue(forKey: "to"), "the path of a file")
        let when = options.removeValue(forKey: "when")
        let isOfSpikes = try Self.isOfSpikes(when)
        let known = ["interval", "offset", "start", "stop"]
        for key in options.keys.sorted() where !known.contains(key) {
            throw InputError.unknown("there is no option", key, among: known + ["when", "label", "to"])
        }
        if isOfSpikes, options["interval"] != nil || options["offset"] != nil {
            throw InputError("when = 'spike' takes no interval or offset: it records at each spike of the sender")
        }
        let together = ranks.together
        try checkRecordable(quantities, connections.references, isOfSpikes: isOfSpikes, together)
        let values = try Multimeter.merged(Multimeter.defaults, options)
        let schedule = try Schedule(sampling: values, resolution, "record")
        guard isOfSpikes || schedule.interval > 0 else {
            throw InputError("interval = 0 ms is not allowed (> 0)")
        }
        let members = zip(connections.numbers, connections.references.map(ends)).map { number, ends in
            ConnectionSamples.Member(number: number, source: ends.source, target: ends.target, owner: ranks.rank)
        }
        let samples = ConnectionSamples(
            members, names: quantities, isOfSpikes: isOfSpikes, schedule.window, workers: threads)
        let recording = Recording(quantities: quantities, resolution: resolution, schedule, connections: samples)
        (recording.firstStamp, recording.lastStamp, recording.label) = (now, now, label)
        if let path { recording.stream = try together.agree { try RecordingStream(path, recording, together) } }
        connectionRecordings.append(ConnectionRecording(recording, connections.references))
        return Recorder(self, recording)
    }

    private static func isOfSpikes(_ when: Value?) throws -> Bool {
        guard let when else { return false }
        guard case .text("spike") = when else { throw InputError("when must be 'spike', got \(when)") }
        return true
    }

    /// Refuses names of what connections do not have.
    func checkRecordable(
        _ names: [String], _ references: [Connections.Reference], isOfSpikes: Bool, _ together: Together
    ) throws {
        guard Set(names).count == names.count else {
            throw InputError("a quantity is named twice: \(names.joined(separator: ", "))")
        }
        try together.agree {
            for (store, _) in references.stretches {
                guard case .spikes(let p) = store else {
                    throw InputError(
                        "connections of generators and signals have nothing that changes: record the nodes")
                }
                for name in names { try checkRecordable(name, of: projections[p], isOfSpikes: isOfSpikes) }
            }
        }
    }

    private func checkRecordable(_ name: String, of projection: Projection, isOfSpikes: Bool) throws {
        let model = projection.model, known = model.parameters.map(\.name) + (isOfSpikes ? ["sent"] : [])
        if name == "sent", !isOfSpikes { throw InputError("'sent' is recorded at spikes: { when = \"spike\" }") }
        guard known.contains(name) else {
            throw InputError.unknown("\(model.name) has nothing to record called", name, among: known)
        }
        guard model.source == nil, let column = model.column(name), model.columns[column].isState,
            projection.columns.places[column] != .shared, model.columns[column].part == .release
        else { return }
        throw InputError(
            "\(model.name) stores \(name) once per sender and can't give its value at a given time: record weight, or 'sent' at spikes, or write the model as equations"
        )
    }

    /// Indices of projections with recorded connections.
    var recordedProjections: Set<Int> {
        let stores = connectionRecordings.flatMap { $0.references.stretches.map(\.store) }
        return Set(stores.compactMap { if case .spikes(let p) = $0 { p } else { nil } })
    }

    /// By worker: what looks at recorded connections in a run.
    func connectionSamplers(_ together: Together) -> [[(sampler: ConnectionSampler, schedule: Schedule?)]] {
        var result: [[(sampler: ConnectionSampler, schedule: Schedule?)]] = Array(repeating: [], count: threads)
        for recorded in connectionRecordings {
            borrowStates(of: recorded.references, together)
            var groups: [[Int32]: [(row: Int, index: Int, place: Int)]] = [:]
            for (place, reference) in recorded.references.enumerated() {
                guard case .spike(let p, let row, let segment, let index) = reference else { continue }
                groups[[p, segment], default: []].append((Int(row), Int(index), place))
            }
            for (key, members) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let projection = projections[Int(key[0])], segment = projection.segments[Int(key[1])]
                let worker = segment.plane.worker
                let sampler = ConnectionSampler(recorded.samples, projection, segment, worker: worker, self, members)
                result[worker].append((sampler, recorded.schedule))
            }
        }
        return result
    }
}

extension Simulation {
    /// The unit of a quantity of recorded connections; "" where it is not known.
    func unit(of quantity: String, _ recording: Recording) -> String {
        let references = connectionRecordings.first { $0.recording === recording }?.references ?? []
        guard let first = references.first else { return "" }
        let unit = model(first.store).parameter(quantity == "sent" ? "weight" : quantity)?.unit ?? .one
        return unit == .target ? "" : unit.rawValue
    }
}
