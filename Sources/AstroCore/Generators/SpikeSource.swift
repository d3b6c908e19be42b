/// A generator of spikes: a train for each connection, or one for all.
protocol SpikeSource: Generator {
    /// Calls `body` with the spikes that a connection sends in a range of stamps, in order of time. A stamp is the end of the
    /// step in which a spike is sent; it arrives a delay later.
    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void)

    /// The first stamp from `stamp` on at which there may be a spike; nil if there is none. Slices without spikes cost nothing.
    func nextSpike(from stamp: Int) -> Int?
}

/// Spikes that a connection sends at one stamp.
struct SentSpikes {
    let stamp: Int
    var count = 1
    /// Factor on the weight of the connection.
    var weight = 1.0
}

extension SpikeSource {
    func nextSpike(from stamp: Int) -> Int? { stamp }

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        SpikeFeed(source: self, numbers: piece.link.numbers(.poisson, seed))
    }
}

/// Brings the spikes of a generator, connection by connection.
private struct SpikeFeed<Source: SpikeSource>: Feed {
    let source: Source
    let numbers: LinkNumbers

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        let link = piece.link, delays = piece.delays
        guard let next = source.nextSpike(from: max(arrivals.lowerBound - delays.upperBound, link.since + 1)) else {
            return .never
        }
        guard next + delays.lowerBound <= arrivals.upperBound else { return Delivery(due: next + delays.lowerBound) }
        var events = 0
        for i in piece.connections {
            source.forEachSpike(link.emissions(arrivals, sentUntil, i), of: numbers[i]) { spikes in
                events += 1
                piece.add(spikes, over: i)
            }
        }
        return Delivery(events: events)
    }
}
