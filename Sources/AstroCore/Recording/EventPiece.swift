/// Events in their order on their way to a file; of all ranks, where there are several, with whose they are. Those of connections have
/// targets.
struct EventPiece {
    var stamps: [Int] = [], senders: [Int] = [], targets: [Int] = [], owners: [Int] = []
    var columns: [[Double]] = []
    var count: Int { stamps.count }
}

extension Recording {
    /// All that is not in the file yet, on the first rank.
    ///
    /// - `next`: the number of the first own event that is not.
    func pieceForFile(from next: Int, _ together: Together) -> EventPiece {
        let kept = next - forgotten
        if let connections { return EventPiece(connections.ofAll(from: kept, together)) }
        guard let samplesOfAll, !isSpikes else {
            sortIfNeeded()
            let parts = together.toFirst(Array(spikes[kept...]))
            let all = parts.enumerated().flatMap { rank, spikes in spikes.map { (spike: $0, rank: rank) } }
                .ordered { ($0.spike.stamp, Int($0.spike.sender)) }
            return EventPiece(
                stamps: all.map(\.spike.stamp), senders: all.map { Int($0.spike.sender) }, owners: all.map(\.rank))
        }
        var walk = SampleWalk(samplesOfAll.list, samplesOfAll.owners)
        _ = walk.next(together.sum([kept])[0])
        let events = walk.rest, owners = events.ownership
        return EventPiece(
            stamps: events.stamps, senders: events.places.map { samplesOfAll.nodes[$0] }, owners: events.owners,
            columns: samples.quantities.map {
                together.toFirst(Array(samples.values($0, kept..<samples.count)), owners)
            })
    }

    /// With the events of a piece, which were read from where they are.
    convenience init(part: Recording, _ piece: EventPiece) {
        let spikes = part.isSpikes ? zip(piece.stamps, piece.senders).map { Spike(stamp: $0, sender: Int32($1)) } : []
        let list = part.isSpikes ? SampleList() : SampleList(ofEvents: piece.stamps)
        self.init(
            part, spikes: spikes,
            samples: SampleTable(list, nodes: part.samples.nodes, columns: piece.columns.map(GrowingColumn.init)))
    }
}

extension EventPiece {
    fileprivate init(_ all: ConnectionSamples) {
        stamps = all.map(all.stamp)
        let members = all.map(all.member)
        (senders, targets, owners) = (members.map(\.source), members.map(\.target), members.map(\.owner))
        columns = all.names.indices.map { name in all.map { all.value(name, $0) } }
    }
}

extension SampleList {
    /// Values of one time after the other are a sample.
    fileprivate init(ofEvents stamps: [Int]) {
        self.init()
        stamps.forEachStretch(by: { $0 }) { append(EvenRun($0, 1, 1), width: $1.count) }
    }
}
