/// Each rank keeps what its own cells do, rank 0 also what devices do. Who asks gets what all have, on every rank alike.
extension Recorder {
    /// What all ranks have recorded; collective.
    var whole: Recording {
        if isWhole { return recording }
        let ranks = simulation.ranks
        if recording.isSpikes {
            return Recording(whole: recording, spikes: ranks.gather(recording.spikesKept).all, columns: [])
        }
        let owners = sampleOwners
        return Recording(
            whole: recording, spikes: [],
            columns: recording.columns.map { ranks.assemble($0.array, owners) })
    }

    /// How many events there are on all ranks; collective.
    var wholeCount: Int { isWhole ? recording.count : simulation.ranks.sum([recording.count])[0] }

    private var sampleOwners: Ownership {
        SampleWalk(recording.wholeSamples, recording.owners).rest.ownership
    }
}

/// Goes through samples node by node.
struct SampleWalk {
    private let samples: SampleList
    private let owners: [Int]
    private var sample = 0, place = 0

    /// - `owners`: whose the nodes are, in the order in which they stand in a sample.
    init(_ samples: SampleList, _ owners: [Int]) { (self.samples, self.owners) = (samples, owners) }

    /// Some events: when, whose, and where the node stands in a sample.
    struct Events {
        var stamps: [Int] = [], owners: [Int] = [], places: [Int] = []

        var ownership: Ownership {
            var result = Ownership()
            for owner in owners { result.add(owner) }
            return result
        }
    }

    /// The next events, at most so many.
    mutating func next(_ count: Int) -> Events {
        var events = Events(), left = count
        while left > 0, sample < samples.count {
            let (stamp, width) = samples[sample], number = min(left, width - place)
            events.stamps += repeatElement(stamp, count: number)
            events.owners += owners[place..<place + number]
            events.places += place..<place + number
            left -= number
            place += number
            if place == width { (sample, place) = (sample + 1, 0) }
        }
        return events
    }

    var rest: Events {
        var copy = self
        return copy.next(.max)
    }
}

/// Which of a checkpoint's events are this rank's.
final class EventDeal {
    private var walk: SampleWalk
    private var place = 0
    /// Of all events that are kept, the first so many are in the recorder's file.
    private let inFile: Int
    /// Of the own ones that were found.
    private(set) var written = 0

    init(_ samples: SampleList, owners: [Int], inFile: Int) {
        walk = SampleWalk(samples, owners)
        self.inFile = inFile
    }

    /// The places of own ones among the next events.
    private func own(_ count: Int, _ owners: () -> [Int]) -> [Int] {
        let ranks = Ranks.all, all = 0..<count
        let own = ranks.isAlone ? Array(all) : zip(all, owners()).filter { $1 == ranks.rank }.map(\.0)
        written += own.count { place + $0 < inFile }
        place += count
        return own
    }

    func own(of senders: [Int], _ owner: (Int) -> Int) -> [Int] { own(senders.count) { senders.map(owner) } }
    func ownSamples(_ count: Int) -> [Int] { own(count) { walk.next(count).owners } }
}

// MARK: - To the first rank

/// Events in their order on their way to a file; of all ranks, where there are several, with whose they are.
struct EventPiece {
    var stamps: [Int] = [], senders: [Int] = [], owners: [Int] = []
    var columns: [[Double]] = []
    var count: Int { stamps.count }
}

extension Recording {
    /// Calls `body` on the first rank with all spikes, so many at a time. Collective.
    func forEachPieceOfSpikes(_ size: Int, _ body: ([Spike]) throws -> Void) rethrows {
        let ranks = Ranks.all
        var next = 0, waiting: [Spike] = [], isLast = false
        while !isLast {
            // all spikes up to the time that each rank can go to
            let offered = min(spikes.count, next + max(1, size / ranks.count))
            let limit = ranks.least(offered < spikes.count ? spikes[offered - 1].stamp : Int.max)
            var end = next
            while end < spikes.count, spikes[end].stamp <= limit { end += 1 }
            let parts = ranks.toFirst(Array(spikes[next..<end]))
            waiting += parts.count == 1 ? parts[0] : parts.joined().sorted { $0.order < $1.order }
            (next, isLast) = (end, limit == .max)
            while waiting.count >= size || isLast && !waiting.isEmpty {
                try body(Array(waiting.prefix(size)))
                waiting.removeFirst(min(size, waiting.count))
            }
        }
    }

    /// Calls `body` on the first rank with all samples of each quantity, so many at a time. Collective.
    func forEachPieceOfSamples(_ size: Int, _ body: (Int, UnsafeBufferPointer<Double>) throws -> Void) rethrows {
        let ranks = Ranks.all
        if ranks.isAlone {
            for first in stride(from: 0, to: count - forgotten, by: size) {
                let number = min(size, count - forgotten - first)
                for (quantity, column) in columns.enumerated() {
                    try body(quantity, UnsafeBufferPointer(start: column.base + first, count: number))
                }
            }
            return
        }
        var walk = SampleWalk(wholeSamples, owners), first = 0
        while true {
            let piece = walk.next(size).ownership
            if piece.count == 0 { return }
            let own = piece.pieces.reduce(0) { $0 + ($1.rank == ranks.rank ? $1.count : 0) }
            for (quantity, column) in columns.enumerated() {
                let part = Array(UnsafeBufferPointer(start: column.base + first, count: own))
                try ranks.toFirst(part, piece).withUnsafeBufferPointer { try body(quantity, $0) }
            }
            first += own
        }
    }

    /// All that is not in the file yet, on the first rank. Collective.
    ///
    /// - `next`: the number of the first own event that is not.
    func pieceForFile(from next: Int) -> EventPiece {
        let ranks = Ranks.all, kept = next - forgotten
        guard !isSpikes else {
            sortIfNeeded()
            let parts = ranks.toFirst(Array(spikes[kept...]))
            let all = parts.enumerated().flatMap { rank, spikes in spikes.map { (spike: $0, rank: rank) } }
                .sorted { $0.spike.order < $1.spike.order }
            return EventPiece(
                stamps: all.map(\.spike.stamp), senders: all.map { Int($0.spike.sender) }, owners: all.map(\.rank))
        }
        var walk = SampleWalk(wholeSamples, owners)
        _ = walk.next(ranks.sum([kept])[0])
        let events = walk.rest, owners = events.ownership
        return EventPiece(
            stamps: events.stamps, senders: events.places.map { wholeSampled[$0] }, owners: events.owners,
            columns: columns.map {
                ranks.toFirst(Array(UnsafeBufferPointer(start: $0.base + kept, count: count - next)), owners)
            })
    }
}
