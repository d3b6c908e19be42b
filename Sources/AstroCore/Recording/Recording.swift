/// What a recorder has recorded: spikes, samples, or values of connections.
///
/// Events are numbered from 0. Those of a recorder that also goes to a file are forgotten once they are many and in the
/// file; the first ones are then no longer in memory.
final class Recording {
    let quantities: [String]
    let resolution: Double
    var schedule: Schedule
    private(set) var spikes = SpikeList()
    /// Of the own nodes: each rank samples its own cells.
    private(set) var samples: SampleTable
    /// Of the nodes of all ranks; nil if there are no others, or no nodes yet.
    private(set) var samplesOfAll: SharedSamples?
    /// How many events, the first ones, are not in memory any more.
    private(set) var forgotten = 0
    /// All nodes that are recorded, for the mean rate, as they were connected: one may be there twice.
    private var recorded = NodeIDs()
    /// Stamps between which this recorder has been at work, for the mean rate.
    var firstStamp: Int?
    var lastStamp = 0
    /// The file that events also go to.
    var stream: RecordingStream?
    /// The name by which the recorder is found again.
    var label: String?
    /// What it has of connections, if these are recorded.
    private(set) var connections: ConnectionSamples?

    init(
        quantities: [String], resolution: Double, _ schedule: Schedule, connections: ConnectionSamples? = nil
    ) {
        (self.quantities, self.resolution, self.schedule) = (quantities, resolution, schedule)
        self.connections = connections
        samples = SampleTable(quantities: quantities.count)
    }

    /// Events of `part` that were put together, or read from where they are, with what is to be known about all of them.
    /// Spikes may come out of order.
    init(_ part: Recording, spikes: [Spike], samples: SampleTable, connections: ConnectionSamples? = nil) {
        (quantities, resolution, schedule) = (part.quantities, part.resolution, part.schedule)
        (recorded, firstStamp, lastStamp) = (part.recorded, part.firstStamp, part.lastStamp)
        (self.samples, self.connections) = (samples, connections)
        for spike in spikes { self.spikes.append(spike) }
    }

    var isSpikes: Bool { quantities.isEmpty }
    /// Are these values of nodes at times that are known beforehand?
    var isPlanned: Bool { !isSpikes && connections == nil }
    /// Events since the beginning, or since it was cleared.
    var count: Int { forgotten + kept }
    /// Events in memory.
    private var kept: Int { connections?.count ?? (isSpikes ? spikes.count : samples.count) }
    var isConnected: Bool { !recorded.isEmpty }

    /// All nodes that are recorded, in ascending order.
    var recordedIDs: NodeIDs {
        recorded = recorded.ordered
        return recorded
    }

    /// Of all ranks, in the order of their connecting.
    var sampledByAll: [Int] { samplesOfAll?.nodes ?? samples.nodes }

    /// - `owner`: the rank that has a node; nil where there is one rank.
    func add(ids: NodeIDs, own: [Int], now: Int, _ owner: ((Int) -> Int)?) {
        if firstStamp == nil { firstStamp = now }
        recorded.append(ids)
        if isSpikes { return }
        samples.add(nodes: own)
        guard let owner else { return }
        if samplesOfAll == nil { samplesOfAll = SharedSamples() }
        samplesOfAll?.add(Array(ids), owner)
    }

    /// Takes over what was recorded until now, in place of what there is.
    ///
    /// - `forgotten`: events before that, which are in a file.
    func resume(_ spikes: SpikeList, _ samples: SampleTable, _ all: SharedSamples?, recorded: NodeIDs, forgotten: Int) {
        (self.spikes, self.samples, samplesOfAll) = (spikes, samples, all)
        (self.recorded, self.forgotten) = (recorded, forgotten)
    }

    /// The same of connections.
    func resume(_ connections: ConnectionSamples, forgotten: Int) {
        (self.connections, self.forgotten) = (connections, forgotten)
    }

    func clear() {
        sortIfNeeded()
        forget(before: count)
        forgotten = 0
        firstStamp = lastStamp
        stream?.restart()
    }

    // MARK: Events

    /// A spike, or what was sampled of a node or a connection at a time.
    struct Event {
        let stamp, sender, number: Int
        /// Of a connection.
        var target: Int?
        fileprivate let recording: Recording
        fileprivate let index: Int

        /// The value of a quantity, by index.
        func value(_ quantity: Int) -> Double {
            recording.connections?.value(quantity, index) ?? recording.samples[quantity, index]
        }
    }

    /// Calls `body` for the events from number `first` on, in the order in which they are kept, samples up to a stamp; the
    /// number of the next. Events that are not in memory are passed over.
    func forEachEvent(from first: Int, through stamp: Int, _ body: (Event) throws -> Void) rethrows -> Int {
        let begin = max(first, forgotten)
        guard !isPlanned else {
            return try forEachSample(from: first, through: stamp) { sample in
                for (index, place) in zip(sample.values, sample.places) {
                    try body(event(sample.stamp, samples.nodes[place], index))
                }
            }
        }
        for index in stride(from: begin - forgotten, to: kept, by: 1) { try body(event(index)) }
        return max(begin, count)
    }

    private func event(_ index: Int) -> Event {
        guard let connections else { return event(spikes[index].stamp, Int(spikes[index].sender), index) }
        let member = connections.member(index)
        return event(connections.stamp(index), member.source, index, target: member.target)
    }

    private func event(_ stamp: Int, _ sender: Int, _ index: Int, target: Int? = nil) -> Event {
        Event(
            stamp: stamp, sender: sender, number: forgotten + index, target: target, recording: self, index: index)
    }

    /// The same, sample by sample.
    func forEachSample(
        from first: Int, through stamp: Int, _ body: (SampleTable.Sample) throws -> Void
    ) rethrows -> Int {
        let next = try samples.forEach(from: max(first - forgotten, 0), through: stamp, body)
        return max(first, forgotten + next)
    }

    /// ms, of all events in memory.
    var times: [Double] {
        sortIfNeeded()
        if let connections { return connections.map { TimeGrid.ms(connections.stamp($0), resolution) } }
        if isSpikes { return spikes.map { TimeGrid.ms($0.stamp, resolution) } }
        return samples.perValue { sample in
            repeatElement(TimeGrid.ms(sample.stamp, resolution), count: sample.places.count)
        }
    }

    /// Global ids of all events in memory.
    var senders: [Double] {
        sortIfNeeded()
        if let connections { return connections.map { Double(connections.member($0).source) } }
        if isSpikes { return spikes.map { Double($0.sender) } }
        let ids = samples.nodes.map(Double.init)
        return samples.perValue { sample in ids[sample.places] }
    }

    /// Global ids of the targets of recorded connections.
    var targets: [Double] {
        sortIfNeeded()
        return connections.map { all in all.map { Double(all.member($0).target) } } ?? []
    }

    /// The values of a quantity, by index, of all events in memory.
    func column(_ quantity: Int) -> [Double] {
        sortIfNeeded()
        return connections.map { all in all.map { all.value(quantity, $0) } } ?? samples.column(quantity)
    }

    func addSpike(stamp: Int, sender: Int) {
        guard schedule.window.contains(stamp) else { return }
        spikes.append(Spike(stamp: stamp, sender: Int32(sender)))
    }

    /// Devices' spikes come after those of cells: put in order of time, then sender. Values of connections come by worker.
    func sortIfNeeded() {
        spikes.sort()
        connections?.sort()
    }

    // MARK: The samples of a run

    /// What the columns take more when the samples of a run are in them.
    func growth(_ stamps: Range<Int>, sparing: Bool) -> GrowingColumn.Growth {
        guard isPlanned, schedule.interval > 0 else { return .none }
        return samples.growth(by: schedule.samples(in: stamps).count, sparing: sparing)
    }

    /// Bytes of the samples of a step, on average.
    var bytesPerStep: Double {
        isPlanned ? Double(8 * quantities.count * sampledByAll.count) / Double(max(schedule.interval, 1)) : 0
    }

    /// Makes room for the samples of a run.
    ///
    /// - `sparing`: no more than they need.
    func plan(_ stamps: Range<Int>, sparing: Bool) -> SampleTable.Plan {
        guard isPlanned, !sampledByAll.isEmpty else { return SampleTable.Plan() }
        let due = schedule.samples(in: stamps)
        samplesOfAll?.append(due)
        return samples.makeRoom(for: due, sparing: sparing)
    }

    /// Forgets planned samples after `stamp`: the run stopped there.
    func cut(after stamp: Int) {
        if !isPlanned { return }
        samples.cut(after: stamp)
        samplesOfAll?.cut(after: stamp)
    }

    // MARK: Memory

    /// Bytes in memory.
    var bytes: Int { spikes.bytes + samples.bytes + (connections?.bytes ?? 0) }

    /// Of a recorder that goes to a file: forgets what is in the file, if with `more` bytes it would be above its share.
    /// Samples must not be planned beyond what is in the file.
    ///
    /// - `streams`: how many such recorders there are.
    func forgetWritten(of streams: Int, expecting more: Double = 0, _ together: Together) {
        guard let stream, Double(bytesUsedByAll(together)) + more > Double(RecorderMemory.mostKept) / Double(streams)
        else {
            return
        }
        if !isPlanned || together.least(stream.next == count ? 1 : 0) == 1 { forget(before: stream.next) }
    }

    private func bytesUsedByAll(_ together: Together) -> Int {
        let each = isSpikes ? MemoryLayout<Spike>.stride : 8 * quantities.count
        return together.sum([kept])[0] * (connections?.bytesPerEvent ?? each)
    }

    /// The same for all that is in the file, where there are no other ranks.
    func forgetAllWritten() {
        guard let stream else { return }
        if !isPlanned || stream.next == count { forget(before: stream.next) }
    }

    private func forget(before number: Int) {
        guard number > forgotten else { return }
        if let connections {
            connections.removeFirst(number - forgotten)
        } else if isSpikes {
            spikes.removeFirst(number - forgotten)
        } else {
            // all or nothing: what lies behind would have to be moved
            guard number == count else { return }
            samples.removeAll()
            samplesOfAll?.removeAll()
        }
        forgotten = number
    }
}

extension Recording: Checkpointed {
    static let kept = [
        "quantities", "schedule", "spikes", "samples", "forgotten", "recorded", "firstStamp", "lastStamp",
        "stream", "label",
    ]
    static let made = ["resolution", "samplesOfAll", "connections"]
}
