/// What recorders have recorded.
extension CheckpointLoader {
    private static let times = -TimeGrid.never..<TimeGrid.never

    /// What stands before the events of a recorder.
    private struct Head {
        let isNode: Bool
        let label: String?
        let quantities: [String]
        let schedule: Schedule
        let lastStamp: Int
        let firstStamp: Int?
        /// Events of all ranks that are in memory, and those that are not any more.
        let kept, forgotten: Int
        let nodes: [Int]
        let recorded: NodeIDs
        let list: SampleList
        let position: RecordingStream.Position?

        init(_ contents: inout SectionReader, ids: Range<Int>) throws {
            let times = CheckpointLoader.times, steps = times.lowerBound...times.upperBound
            isNode = try contents.flag()
            label = try contents.optionalText()
            quantities = try (0..<(try contents.count())).map { _ in try contents.text() }
            schedule = try Schedule(&contents, samples: !quantities.isEmpty)
            lastStamp = try contents.int(steps, "time")
            let whole = try contents.int(0...Int.max / 16, "number of events")
            forgotten = try contents.int(0...whole, "number of events")
            kept = whole - forgotten
            firstStamp = try contents.flag() ? try contents.int(steps, "time") : nil
            nodes = try contents.near(ids, "node")
            recorded = try contents.nodes(ids)
            let stamps = try contents.near(times, "time")
            let widths = try contents.near(0..<nodes.count + 1, "width")
            try contents.require(stamps.count == widths.count, "times and widths of samples differ in number")
            let values = widths.reduce(0, +)
            try contents.require(
                quantities.isEmpty ? widths.isEmpty : kept == values, "\(kept) events are not \(values) samples")
            position = try contents.flag() ? try RecordingStream.Position(&contents) : nil
            try contents.finish()
            list = SampleList(stamps, widths)
        }
    }

    /// - `built`: the one that goes on with it; nil makes a new one.
    /// - `owner`: the rank that has a node.
    func readRecording(
        into built: Recording?, ids: Range<Int>, owner: @escaping (Int) -> Int
    ) throws -> (recording: Recording, isNode: Bool) {
        var (_, contents) = try reader.take(.recording)
        let head = try Head(&contents, ids: ids)
        let recording =
            built ?? Recording(quantities: head.quantities, resolution: simulation.resolution, head.schedule)
        try same(recording.quantities == head.quantities, "recorded quantities")
        recording.label = head.label
        recording.schedule = head.schedule
        (recording.lastStamp, recording.firstStamp) = (head.lastStamp, head.firstStamp)
        let owners = head.nodes.map(owner)
        let deal = EventDeal(
            head.list, owners: owners, inFile: (head.position?.next ?? 0) - head.forgotten,
            simulation.ranks)
        var spikes = SpikeList()
        let columns = head.quantities.map { _ in GrowingColumn() }
        for first in stride(from: 0, to: head.kept, by: Recording.sectionSize) {
            let count = min(Recording.sectionSize, head.kept - first)
            if recording.isSpikes {
                try readSpikes(count, ids, deal, owner, into: &spikes)
            } else {
                try readSamples(count, deal, into: columns)
            }
        }
        let (samples, all) = ownPart(of: head, owners, columns)
        recording.resume(
            spikes, samples, all, recorded: head.recorded, forgotten: simulation.ranks.rank == 0 ? head.forgotten : 0)
        recording.stream = try together.agree {
            try head.position.flatMap { try streams.open($0, recording, together) }
        }
        recording.stream?.goOn(from: recording.forgotten + deal.written)
        return (recording, head.isNode)
    }

    private func readSpikes(
        _ count: Int, _ ids: Range<Int>, _ deal: EventDeal, _ owner: (Int) -> Int, into spikes: inout SpikeList
    ) throws {
        var (_, contents) = try reader.take(.spikes)
        let stamps = try contents.near(Self.times, "time"), senders = try contents.near(ids, "node")
        try contents.require(stamps.count == count && senders.count == count, "there are not \(count) spikes")
        for i in deal.own(of: senders, owner) { spikes.append(Spike(stamp: stamps[i], sender: Int32(senders[i]))) }
        try contents.finish()
    }

    private func readSamples(_ count: Int, _ deal: EventDeal, into columns: [GrowingColumn]) throws {
        let own = deal.ownSamples(count)
        for column in columns {
            var (_, contents) = try reader.take(.samples)
            let values = try contents.doubles(count)
            column.append(own.count == count ? values : own.map { values[$0] })
            try contents.finish()
        }
    }

    /// Of what all ranks have sampled, this rank's part.
    private func ownPart(
        of head: Head, _ owners: [Int], _ columns: [GrowingColumn]
    ) -> (SampleTable, SharedSamples?) {
        let rank = simulation.ranks.rank
        guard !simulation.ranks.isAlone else {
            return (SampleTable(head.list, nodes: head.nodes, columns: columns), nil)
        }
        var ownBefore = [0]
        for owner in owners { ownBefore.append(ownBefore.last! + (owner == rank ? 1 : 0)) }
        let all = SharedSamples(head.list, nodes: head.nodes, owners: owners)
        let own = SampleTable(
            head.list.narrowed { ownBefore[$0] }, nodes: all.places(of: rank).map { head.nodes[$0] }, columns: columns)
        return (own, all)
    }
}
