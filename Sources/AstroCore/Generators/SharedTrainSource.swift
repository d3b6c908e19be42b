/// A generator whose connections all send the same spikes, or copies of some of them.
protocol SharedTrainSource: SpikeSource {
    /// The spikes in a range of stamps, in order of time. Only what `numbers` has for all connections may be drawn.
    func sharedSpikes(_ stamps: Range<Int>, _ numbers: ConnectionNumbers) -> [SentSpikes]

    /// How many of them a connection sends.
    func copies(of spikes: SentSpikes, _ connection: ConnectionNumbers) -> Int
}

extension SharedTrainSource {
    func copies(of spikes: SentSpikes, _: ConnectionNumbers) -> Int { spikes.count }

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        piece.isHeard ? SharedFeed(self, piece, seed: seed) : Silence()
    }

    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        forEachShared(stamps, of: connection, body)
    }

    func forEachShared(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        for var spikes in sharedSpikes(stamps, connection) {
            spikes.count = copies(of: spikes, connection)
            if spikes.count > 0 { body(spikes) }
        }
    }
}

/// Brings such spikes. They are worked out for many steps at a time.
final class SharedFeed<Source: SharedTrainSource>: Feed {
    private static var windowSteps: Int { 256 }

    private let source: Source
    private let numbers: LinkNumbers
    /// Those that may still be asked for, up to the end of the last window.
    private var spikes: [SentSpikes] = []
    private var known: Range<Int>

    init(_ source: Source, _ piece: DeviceLink.Piece, seed: Int64) {
        self.source = source
        numbers = piece.link.numbers(.poisson, seed)
        known = 0..<0
    }

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        let stamps = piece.emissions(arrivals, sentUntil)
        guard !stamps.isEmpty else { return Delivery() }
        know(stamps)
        var events = 0
        for spikes in spikes.prefix(while: { $0.stamp < stamps.upperBound }) {
            piece.forEach(sending: spikes.stamp, arrivals, sentUntil) { i in
                let copies = source.copies(of: spikes, numbers[i])
                guard copies > 0 else { return }
                events += 1
                piece.add(SentSpikes(stamp: spikes.stamp, count: copies, weight: spikes.weight), over: i)
            }
        }
        return Delivery(events: events)
    }

    private func know(_ stamps: Range<Int>) {
        if known.isEmpty { known = stamps.lowerBound..<stamps.lowerBound }
        spikes.removeFirst(spikes.partitioningIndex { $0.stamp >= stamps.lowerBound })
        while known.upperBound < stamps.upperBound {
            let next = known.upperBound..<known.upperBound + Self.windowSteps
            spikes += source.sharedSpikes(next, numbers[0])
            known = known.lowerBound..<next.upperBound
        }
    }
}
