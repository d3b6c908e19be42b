/// What a recorder has recorded.
///
/// Events are numbered from 0. Those of a recorder that also goes to a file are forgotten once they are many and in the
/// file; the first ones are then no longer in memory.
final class Recording {
    struct Schedule {
        var window: ActivityWindow
        var interval = 0
        var offset = 0

        /// Stamps with a sample: offset, offset + interval, … within the window.
        func samples(in stamps: Range<Int>) -> EvenRun {
            let earliest = max(stamps.lowerBound, window.start + 1, offset)
            let last = min(stamps.upperBound - 1, window.stop)
            let first = offset + (earliest - offset + interval - 1) / interval * interval
            return EvenRun(first, first > last ? 0 : (last - first) / interval + 1, interval)
        }
    }

    struct Event {
        let stamp, sender, number: Int
        /// Where its values stand in the columns.
        let place: Int
    }

    let quantities: [String]
    let resolution: Double
    var schedule: Schedule!
    private(set) var spikes = SpikeList()
    /// Samples: when, and of how many of the `sampled` nodes (later ones may have been connected since).
    private var samples = SampleList()
    /// The same for the nodes of all ranks, where there are others.
    private(set) var wholeSamples = SampleList()
    /// Events since the beginning, or since it was cleared.
    private(set) var count = 0
    /// How many of them, the first ones, are not in memory any more.
    private(set) var forgotten = 0
    /// One array a quantity, in step with `stamps`. Workers write into it during a run.
    private(set) var columns: [GrowingColumn]
    /// Where nodes stand in a sample, in the order of their connecting: global ids. Each rank samples its own cells.
    private(set) var sampled: [Int] = []
    /// Those of all ranks.
    private(set) var wholeSampled: [Int] = []
    /// Whose these are.
    private(set) var owners: [Int] = []
    /// All nodes that are recorded, for the mean rate, as they were connected: one may be there twice.
    private var recorded = NodeIDs()
    /// Stamps between which this recorder has been at work, for the mean rate.
    var firstStamp: Int?
    var lastStamp = 0
    /// The file that events also go to.
    var stream: RecordingStream?
    /// The name by which the recorder is found again.
    var label: String?

    init(quantities: [String], resolution: Double) {
        self.quantities = quantities
        self.resolution = resolution
        columns = quantities.map { _ in GrowingColumn() }
    }

    var isSpikes: Bool { quantities.isEmpty }
    var isConnected: Bool { !recorded.isEmpty }

    /// All nodes that are recorded, in ascending order.
    var recordedIDs: NodeIDs {
        recorded = recorded.ordered
        return recorded
    }

    /// Everybody's events, put together on every rank. Spikes may come out of order.
    init(whole part: Recording, spikes: [Spike], columns: [[Double]]) {
        (quantities, resolution, schedule) = (part.quantities, part.resolution, part.schedule)
        (recorded, firstStamp, lastStamp) = (part.recorded, part.firstStamp, part.lastStamp)
        (samples, sampled) = (part.wholeSamples, part.wholeSampled)
        for spike in spikes { self.spikes.append(spike) }
        count = part.isSpikes ? spikes.count : part.wholeCount
        self.columns = columns.map(GrowingColumn.init)
    }

    /// Events of `part` that are not in memory any more and were read from where they are.
    init(part: Recording, _ piece: EventPiece) {
        (quantities, resolution, schedule) = (part.quantities, part.resolution, part.schedule)
        (recorded, sampled) = (part.recorded, part.sampled)
        count = piece.count
        columns = piece.columns.map(GrowingColumn.init)
        if part.isSpikes {
            for (stamp, sender) in zip(piece.stamps, piece.senders) {
                spikes.append(Spike(stamp: stamp, sender: Int32(sender)))
            }
            return
        }
        var width = 0
        for (i, stamp) in piece.stamps.enumerated() {
            width += 1
            guard i + 1 == piece.count || piece.stamps[i + 1] != stamp else { continue }
            samples.append(EvenRun(stamp, 1, 1), width: width)
            width = 0
        }
    }

    /// Samples on all ranks.
    var wholeCount: Int { wholeSamples.events }

    /// Of all ranks, in the order of their connecting.
    var sampledByAll: [Int] { Ranks.all.isAlone ? sampled : wholeSampled }
    var samplesOfAll: SampleList { Ranks.all.isAlone ? samples : wholeSamples }

    /// - `owner`: whose a node is.
    func add(ids: NodeIDs, own: [Int], now: Int, _ owner: (Int) -> Int) {
        if firstStamp == nil { firstStamp = now }
        recorded.append(ids)
        if isSpikes { return }
        sampled += own
        if Ranks.all.isAlone { return }
        wholeSampled += ids
        owners += ids.map(owner)
    }

    func clear() {
        forget(before: count)
        (count, forgotten) = (0, 0)
        firstStamp = lastStamp
        stream?.restart()
    }

    /// ms, of all events in memory.
    var times: [Double] {
        sortIfNeeded()
        if isSpikes { return spikes.map { TimeGrid.ms($0.stamp, resolution) } }
        return ofSamples { stamp, width in repeatElement(TimeGrid.ms(stamp, resolution), count: width) }
    }

    /// Global ids of all events in memory.
    var senders: [Double] {
        sortIfNeeded()
        if isSpikes { return spikes.map { Double($0.sender) } }
        let ids = sampled.map(Double.init)
        return ofSamples { _, width in ids[..<width] }
    }

    private func ofSamples<Part: Collection<Double>>(_ part: (_ stamp: Int, _ width: Int) -> Part) -> [Double] {
        var all: [Double] = []
        all.reserveCapacity(samples.events)
        for sample in samples { all += part(sample.stamp, sample.width) }
        return all
    }

    /// Spikes in memory.
    var spikesKept: [Spike] { Array(spikes) }

    /// Calls `body` for the events from number `first` on, up to a stamp, in the order in which they are kept; the number
    /// of the next. Events that are not in memory are passed over.
    func forEachEvent(from first: Int, through stamp: Int, _ body: (Event) throws -> Void) rethrows -> Int {
        var number = forgotten
        if isSpikes {
            number = max(first, forgotten)
            while number < count {
                let spike = spikes[number - forgotten]
                try body(Event(stamp: spike.stamp, sender: Int(spike.sender), number: number, place: 0))
                number += 1
            }
            return number
        }
        for sample in samples {
            if sample.stamp > stamp { break }
            for next in max(first, number)..<max(first, number + sample.width) {
                let sender = sampled[next - number]
                try body(Event(stamp: sample.stamp, sender: sender, number: next, place: next - forgotten))
            }
            number += sample.width
        }
        return max(number, first)
    }

    // MARK: Spikes

    func addSpike(stamp: Int, sender: Int) {
        guard schedule.window.contains(stamp) else { return }
        spikes.append(Spike(stamp: stamp, sender: Int32(sender)))
        count += 1
    }

    /// Devices' spikes come after those of cells: put in order of time, then sender.
    func sortIfNeeded() { spikes.sort() }

    // MARK: Samples

    /// What the columns take more when the samples of a run are in them.
    func growth(_ stamps: Range<Int>, sparing: Bool) -> GrowingColumn.Growth {
        guard !isSpikes, schedule.interval > 0, let column = columns.first else { return .none }
        let more = Double(schedule.samples(in: stamps).count) * Double(sampled.count)
        let one = column.growth(by: more, sparing: sparing)
        return .init(bytes: one.bytes * Double(columns.count), copied: one.copied)
    }

    /// Bytes of the samples of a step, on average.
    var bytesPerStep: Double {
        isSpikes ? 0 : Double(8 * columns.count * sampledByAll.count) / Double(max(schedule.interval, 1))
    }

    /// What a recording samples in a run.
    struct Plan {
        /// Where the first value stands in the columns.
        var first = 0
        var stamps = EvenRun(0, 0, 1)
    }

    /// Makes room for the samples of a run.
    ///
    /// - `sparing`: no more than they need.
    func plan(_ stamps: Range<Int>, sparing: Bool) -> Plan {
        guard !isSpikes, !(sampled.isEmpty && wholeSampled.isEmpty) else { return Plan() }
        let due = schedule.samples(in: stamps)
        let first = count - forgotten
        samples.append(due, width: sampled.count)
        if !Ranks.all.isAlone { wholeSamples.append(due, width: wholeSampled.count) }
        count += due.count * sampled.count
        columns.forEach { $0.grow(to: count - forgotten, sparing: sparing) }
        return Plan(first: first, stamps: due)
    }

    /// Forgets planned samples after `stamp`: the run stopped there.
    func cut(after stamp: Int) {
        if isSpikes { return }
        count -= samples.cut(after: stamp)
        _ = wholeSamples.cut(after: stamp)
        columns.forEach { $0.count = count - forgotten }
    }

    // MARK: Memory

    /// Bytes in memory.
    var bytes: Int {
        spikes.bytes + samples.bytes + columns.reduce(0) { $0 + $1.bytes }
    }

    /// Of a recorder that goes to a file: forgets what is in the file, if with `more` bytes it would be above its share.
    /// Samples must not be planned beyond what is in the file. Collective.
    ///
    /// - `streams`: how many such recorders there are.
    func forgetWritten(of streams: Int, expecting more: Double = 0) {
        guard let stream, Double(bytesUsedByAll) + more > Double(RecorderMemory.mostKept) / Double(streams) else {
            return
        }
        if isSpikes || Ranks.all.least(stream.next == count ? 1 : 0) == 1 { forget(before: stream.next) }
    }

    private var bytesUsedByAll: Int {
        Ranks.all.sum([count - forgotten])[0] * (isSpikes ? MemoryLayout<Spike>.stride : 8 * columns.count)
    }

    /// The same for all that is in the file, where there are no other ranks.
    func forgetAllWritten() {
        guard Ranks.all.isAlone, let stream else { return }
        if isSpikes || stream.next == count { forget(before: stream.next) }
    }

    private func forget(before number: Int) {
        guard number > forgotten else { return }
        if isSpikes {
            spikes.removeFirst(number - forgotten)
            forgotten = number
        } else if number == count {
            // all or nothing: what lies behind would have to be moved
            samples = SampleList()
            wholeSamples = SampleList()
            columns = columns.map { _ in GrowingColumn() }
            forgotten = number
        }
    }
}

extension Recording: Checkpointed {
    static let kept = [
        "quantities", "schedule", "spikes", "samples", "count", "forgotten", "columns", "sampled", "recorded",
        "firstStamp", "lastStamp", "stream", "label",
    ]
    static let made = ["resolution", "wholeSampled", "wholeSamples", "owners"]

    /// Events in a section: some megabytes.
    private static let sectionSize = 1 << 20
    private static let times = -TimeGrid.never..<TimeGrid.never

    /// Collective.
    func write(to writer: CheckpointWriter, number: Int, isNode: Bool) throws {
        sortIfNeeded()
        let numbers = Ranks.all.sum([count, forgotten])
        try writer.put(.recording, number) { contents in
            contents.put(isNode)
            contents.put(label)
            contents.put(quantities.count)
            quantities.forEach { contents.put($0) }
            [schedule.window.start, schedule.window.stop, schedule.window.origin].forEach { contents.put($0) }
            [schedule.interval, schedule.offset, lastStamp].forEach { contents.put($0) }
            numbers.forEach { contents.put($0) }
            contents.put(firstStamp)
            contents.put(near: sampledByAll)
            contents.put(near: recordedIDs)
            contents.put(near: samplesOfAll.map(\.stamp))
            contents.put(near: samplesOfAll.map(\.width))
            contents.put(stream != nil)
            stream?.position.write(to: &contents)
        }
        if isSpikes {
            try forEachPieceOfSpikes(Self.sectionSize) { spikes in
                try writer.put(.spikes, number) { contents in
                    contents.put(near: spikes.map(\.stamp))
                    contents.put(near: spikes.map { Int($0.sender) })
                }
            }
        } else {
            try forEachPieceOfSamples(Self.sectionSize) { quantity, values in
                try writer.put(.samples, quantity) { $0.put(raw: values) }
            }
        }
    }

    /// Reads all but whether it is a node, its label and its quantities, which have been read. Collective.
    func read(
        _ contents: inout SectionReader, from reader: CheckpointReader, ids: Range<Int>, streams: CheckpointStreams,
        owner: @escaping (Int) -> Int
    ) throws {
        let steps = -TimeGrid.never...TimeGrid.never
        let window = ActivityWindow(
            start: try contents.int(steps, "start"), stop: try contents.int(steps, "stop"),
            origin: try contents.int(steps, "origin"))
        let interval = try contents.int((isSpikes ? 0 : 1)...TimeGrid.never, "interval")
        schedule = Schedule(window: window, interval: interval, offset: try contents.int(steps, "offset"))
        lastStamp = try contents.int(steps, "time")
        let whole = try contents.int(0...Int.max / 16, "number of events")
        let gone = try contents.int(0...whole, "number of events")
        firstStamp = try contents.flag() ? try contents.int(steps, "time") : nil
        let nodes = try contents.near(ids, "node")
        recorded = try contents.nodes(ids)
        let stamps = try contents.near(Self.times, "time"), widths = try contents.near(0..<nodes.count + 1, "width")
        try contents.require(stamps.count == widths.count, "times and widths of samples differ in number")
        let kept = whole - gone, values = widths.reduce(0, +)
        try contents.require(isSpikes ? widths.isEmpty : kept == values, "\(kept) events are not \(values) samples")
        let position = try contents.flag() ? try RecordingStream.Position(&contents) : nil
        try contents.finish()
        samples = SampleList(stamps, widths)
        sampled = nodes
        let events = EventDeal(
            isSpikes ? SampleList() : samples, owners: nodes.map(owner), inFile: (position?.next ?? 0) - gone)
        try readEvents(kept, from: reader, ids, events, owner)
        keepOwn(nodes, owner, forgotten: gone)
        try open(position, streams, written: events.written)
    }

    private func readEvents(
        _ kept: Int, from reader: CheckpointReader, _ ids: Range<Int>, _ deal: EventDeal, _ owner: (Int) -> Int
    ) throws {
        spikes = SpikeList()
        columns = columns.map { _ in GrowingColumn() }
        for first in stride(from: 0, to: kept, by: Self.sectionSize) {
            let number = min(Self.sectionSize, kept - first)
            if isSpikes {
                try readSpikes(number, from: reader, ids, deal, owner)
            } else {
                try readSamples(number, from: reader, deal)
            }
        }
    }

    private func readSpikes(
        _ number: Int, from reader: CheckpointReader, _ ids: Range<Int>, _ deal: EventDeal, _ owner: (Int) -> Int
    ) throws {
        var (_, contents) = try reader.take(.spikes)
        let stamps = try contents.near(Self.times, "time"), senders = try contents.near(ids, "node")
        try contents.require(stamps.count == number && senders.count == number, "there are not \(number) spikes")
        for i in deal.own(of: senders, owner) { spikes.append(Spike(stamp: stamps[i], sender: Int32(senders[i]))) }
        try contents.finish()
    }

    private func readSamples(_ number: Int, from reader: CheckpointReader, _ deal: EventDeal) throws {
        let own = deal.ownSamples(number)
        for column in columns {
            var (_, contents) = try reader.take(.samples)
            let values = try contents.doubles(number), first = column.count
            column.grow(to: first + own.count)
            if own.count == number {
                (column.base + first).update(from: values, count: number)
            } else {
                for (i, place) in own.enumerated() { column.base[first + i] = values[place] }
            }
            try contents.finish()
        }
    }

    /// Of what all ranks have, which has been read, the rank's own part.
    ///
    /// - `gone`: how many of all events are not in memory any more; the first rank counts them.
    private func keepOwn(_ nodes: [Int], _ owner: (Int) -> Int, forgotten gone: Int) {
        let ranks = Ranks.all
        if !ranks.isAlone {
            (wholeSampled, wholeSamples) = (nodes, samples)
            owners = nodes.map(owner)
            var ownBefore = [0]
            for owner in owners { ownBefore.append(ownBefore.last! + (owner == ranks.rank ? 1 : 0)) }
            sampled = nodes.indices.filter { owners[$0] == ranks.rank }.map { nodes[$0] }
            samples = samples.narrowed { ownBefore[$0] }
        }
        forgotten = ranks.rank == 0 ? gone : 0
        count = forgotten + (isSpikes ? spikes.count : samples.events)
    }

    private func open(_ position: RecordingStream.Position?, _ streams: CheckpointStreams, written: Int) throws {
        stream = try Ranks.all.agree { try position.flatMap { try streams.open($0, self) } }
        stream?.goOn(from: forgotten + written)
    }
}
