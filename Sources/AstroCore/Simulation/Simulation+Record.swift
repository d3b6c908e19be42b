extension Simulation {
    /// A recorder of spikes, or of `quantities` every `interval` ms (1.0). It is no node: it shifts no id and no stream.
    ///
    /// - `options`: `interval`, `offset`, `start`, `stop` in ms; `label`, a name by which it is found again; `to`, a .csv
    ///   or .dat file that events also go to
    ///   while the simulation runs.
    public func record(_ nodes: Nodes, quantities: [String]? = nil, options: Settings = [:]) throws -> Recorder {
        try checkMine(nodes, "nodes")
        var options = options
        let path = try Self.text("to", options.removeValue(forKey: "to"), "the path of a file")
        let label = try Self.text("label", options.removeValue(forKey: "label"), "a string")
        try refuseTaken(label)
        let event = try Self.text("event", options.removeValue(forKey: "event"), "the name of an event")
        if event != nil, quantities != nil {
            throw InputError("event = … records events, quantities are sampled: call record twice")
        }
        try checkOptions(options, nodes, device: quantities == nil ? SpikeRecorder.self : Multimeter.self)
        let recording: Recording
        if let quantities {
            guard !quantities.isEmpty else { throw InputError("there is no quantity to record") }
            var values = try Multimeter.merged(Multimeter.defaults, options)
            values["record_from"] = .texts(quantities)
            recording = try Multimeter(values, resolution: resolution).recording
            try checkRecordables(quantities, nodes)
        } else {
            recording = try SpikeRecorder(SpikeRecorder.merged(SpikeRecorder.defaults, options), resolution: resolution)
                .recording
            if let event { try checkEvent(event, nodes) } else { try checkSpikeSources(nodes) }
        }
        let together = ranks.together
        if let path { recording.stream = try together.agree { try RecordingStream(path, recording, together) } }
        recording.label = label
        attach(recording, to: nodes, event: event)
        recordings.append(recording)
        return Recorder(self, recording)
    }

    /// The other options are parameters of a device that the user has not named, so messages do not either.
    private func checkOptions(_ options: Settings, _ nodes: Nodes, device: any Device.Type) throws {
        let known = device.parameters.map(\.name).filter { $0 != "record_from" }
        for key in options.keys.sorted() where !known.contains(key) {
            let isRecordable = nodes.runs.contains { $0.population.recordables.contains { $0.name == key } }
            if isRecordable { throw InputError("quantities are a list of names: { '\(key)' }, not { \(key) = … }") }
            if ["interval", "offset"].contains(key) {
                throw InputError("'\(key)' is for samples: the names of quantities come before the options")
            }
            throw InputError.unknown("there is no option", key, among: known + ["label", "to", "event"])
        }
    }

    /// Files that recorders write while it runs.
    public var streamedFiles: [String] { allRecordings().compactMap { $0.stream?.path } }

    /// All recorders that scripts have made have labels of their own.
    func refuseTaken(_ label: String?) throws {
        guard let label, recorders.contains(where: { $0.label == label }) else { return }
        throw InputError("there is a recorder '\(label)' already")
    }

    static func text(_ name: String, _ value: Value?, _ wanted: String) throws -> String? {
        switch value {
        case nil: return nil
        case .text(let text)?: return text
        case let other?: throw InputError("\(name) must be \(wanted), got \(other)")
        }
    }

    /// What `record` has made, in order.
    public var recorders: [Recorder] {
        (recordings + connectionRecordings.map(\.recording)).map { Recorder(self, $0) }
    }

    public func recorder(labelled label: String) throws -> Recorder {
        let all = recordings + connectionRecordings.map(\.recording)
        if let found = all.first(where: { $0.label == label }) { return Recorder(self, found) }
        let labels = all.compactMap(\.label)
        if labels.isEmpty {
            throw InputError("there is no recorder '\(label)': none was given a label (an option of record)")
        }
        throw InputError.unknown("there is no recorder", label, among: labels)
    }

    /// The data of a recorder that was created as a node.
    public func recorder(of nodes: Nodes) throws -> Recorder {
        try checkMine(nodes, "recorder")
        guard nodes.count == 1,
            let device = nodes.runs[0].population.recorder(nodes.runs[0].first)
        else {
            throw InputError("\(nodes) is not one recorder")
        }
        return Recorder(self, device.recording)
    }

    private func checkRecordables(_ quantities: [String], _ nodes: Nodes) throws {
        guard Set(quantities).count == quantities.count else {
            throw InputError("a quantity is named twice: \(quantities.joined(separator: ", "))")
        }
        for population in Set(nodes.runs.map(\.population.index)).sorted().map({ populationList[$0] }) {
            let known = population.recordables.map(\.name)
            for name in quantities where !known.contains(name) {
                if known.isEmpty {
                    throw InputError("\(population.modelName) has no recordables, so '\(name)' can't be recorded")
                }
                throw InputError.unknown("\(population.modelName) has no recordable", name, among: known)
            }
        }
    }

    private func checkEvent(_ event: String, _ nodes: Nodes) throws {
        for population in nodes.runs.map(\.population) {
            let events = population.cells?.model.events ?? []
            if events.isEmpty { throw InputError("\(population.modelName) has no events to record besides spikes") }
            guard events.contains(event) else {
                throw InputError.unknown("\(population.modelName) has no event", event, among: events)
            }
        }
    }

    private func checkSpikeSources(_ nodes: Nodes) throws {
        for population in nodes.runs.map(\.population) {
            guard population.sendsSpikes else {
                throw InputError(
                    "\(population.modelName) sends no spikes: name quantities to record, as in record(nodes, { … })")
            }
        }
    }

    /// connect(nodes, spike_recorder) and connect(multimeter, nodes).
    func connectRecorder(_ pre: Nodes, _ post: Nodes, _ rule: any ConnectionRule) throws -> Int {
        let (sources, targets) = (NodeIDs(pre), NodeIDs(post))
        try rule.check(sources, targets)
        let samplers = pre.runs[0].population.recorder(0) != nil
        let recorders = samplers ? pre : post
        let nodes = samplers ? post : pre
        if samplers { try checkSamplers(recorders, nodes) }
        if rule.joinsAll {
            recorders.runs.forEach { run in run.cells.forEach { attach(recording(run.population, $0), to: nodes) } }
            return recorders.count * nodes.count
        }
        let rows = rule.rows(sources, targets, CallName(ofRecordersWith: seed))
        var recorded: [Int: [Int]] = [:]
        var positions: [UInt32] = []
        for (row, source) in sources.enumerated() {
            positions.removeAll(keepingCapacity: true)
            rows.append(row: row, to: &positions)
            for position in positions {
                let target = targets[Int(position)]
                recorded[samplers ? source : target, default: []].append(samplers ? target : source)
            }
        }
        for (recorder, ids) in recorded.inOrder {
            let (population, index) = locate(recorder)
            attach(recording(population, index), to: nodes.keeping(ids))
        }
        return recorded.values.reduce(0) { $0 + $1.count }
    }

    private func recording(_ population: Population, _ device: Int) -> Recording {
        population.recorder(device)!.recording
    }

    private func checkSamplers(_ recorders: Nodes, _ nodes: Nodes) throws {
        for run in recorders.runs {
            for index in run.cells {
                let recording = recording(run.population, index)
                guard !recording.quantities.isEmpty else {
                    throw InputError("\(run.population.modelName): record_from names no quantity to record")
                }
                try checkRecordables(recording.quantities, nodes)
            }
        }
    }

    /// - `event`: what is recorded in place of spikes.
    private func attach(_ recording: Recording, to nodes: Nodes, event: String? = nil) {
        var place = recording.samples.nodes.count
        recording.add(
            ids: NodeIDs(nodes),
            own: nodes.runs.flatMap { run in
                let cells = ownCells(run)
                return (0..<cells.count).map { run.population.firstID + cells[$0] }
            },
            now: now, ranks.isAlone ? nil : owner)
        for run in nodes.runs {
            let population = run.population
            if !recording.isSpikes {
                let cells = ownCells(run)
                population.samplers.append(Sampler(recording: recording, cells: cells, place: place))
                place += cells.count
            } else if population.cells != nil {
                let cells = ownCells(run)
                population.spikeListeners.append(
                    SpikeListener(
                        recording: recording, cells: (0..<cells.count).map { Int32(cells[$0]) },
                        event: event.flatMap { population.cells!.model.events.firstIndex(of: $0) }))
            } else {
                for device in run.cells {
                    deviceListeners.append(
                        DeviceListener(
                            recording: recording, population: population, device: device,
                            streamNumber: DeviceListener.streamNumbers.lowerBound + deviceListeners.count, since: now))
                }
            }
        }
    }
}

extension Simulation {
    /// Where the cells of a sampler stand in a sample of all ranks.
    func placesAmongAll(_ sampler: Sampler) -> [Int] {
        guard let own = sampler.recording.samplesOfAll?.places(of: ranks.rank) else { return sampler.places }
        return sampler.places.map { own[$0] }
    }

    /// The own part of what all ranks sample.
    func ownSampler(_ all: Sampler) -> Sampler {
        guard let places = all.recording.samplesOfAll?.places(of: ranks.rank) else { return all }
        let own = Dictionary(uniqueKeysWithValues: zip(places, places.indices))
        let mine = all.places.indices.filter { own[all.places[$0]] != nil }
        return Sampler(
            recording: all.recording, cells: mine.map { all.cells[$0] }, places: mine.map { own[all.places[$0]]! })
    }

    /// Nodes of a run that this rank records; rank 0 records devices.
    private func ownCells(_ run: Nodes.Run) -> EvenRun {
        guard let cells = run.population.cells else { return ranks.rank == 0 ? run.even : EvenRun(0, 0, 1) }
        let own = run.even.positions(in: cells.own)
        return own.isEmpty ? EvenRun(0, 0, 1) : EvenRun(run.even[own.lowerBound], own.count, run.even.step)
    }
}

extension Nodes {
    /// These nodes without those whose ids are not listed.
    func keeping(_ ids: [Int]) -> Nodes {
        if ids.count == count { return self }
        let wanted = Set(ids)
        return Nodes(
            simulation,
            runs.flatMap { run in
                run.cells.filter { wanted.contains(run.population.firstID + $0) }.map { Run(run.population, $0, 1, 1) }
            })
    }
}
