/// Poisson trains, one for each connection, of a rate that may differ from step to step.
protocol RatedSource: SpikeSource, SampledGenerator {
    var course: RateCourse { get }
    func isActive(_ stamp: Int) -> Bool
}

extension RatedSource {
    static var recordables: [Recordable] {
        [Recordable("rate", .Hz, "rate of each train, whether the generator is active or not")]
    }

    func recorded(at stamp: Int, over _: [LinkNumbers], seed _: Int64) -> Double { course.rate(at: stamp) }

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        piece.isHeard ? RatedFeed(self, piece, seed: seed) : Silence()
    }

    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        forEachOwn(stamps, of: connection, body)
    }

    func forEachOwn(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        let tables = RateTables(course)
        for stamp in stamps where isActive(stamp) {
            let draws = PoissonDraws(table: tables.table(at: stamp), seed: connection.seed, connection.link)
            let count = draws.number(connection: connection.connection, stamp: stamp)
            if count > 0 { body(SentSpikes(stamp: stamp, count: count)) }
        }
    }
}

/// Brings such trains, stamp by stamp.
final class RatedFeed<Source: RatedSource>: Feed {
    private let source: Source
    private let tables: RateTables
    private let numbers: PoissonNumbers
    private let seed: Int64
    private let name: StreamName

    init(_ source: Source, _ piece: DeviceLink.Piece, seed: Int64) {
        (self.source, self.seed) = (source, seed)
        name = piece.link.numbers(.poisson, seed).name
        tables = RateTables(source.course)
        numbers = PoissonNumbers(.rates(tables, seed, name), piece.connections)
    }

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        let link = piece.link, isEven = piece.isEven
        var events = 0
        for stamp in piece.emissions(arrivals, sentUntil) where source.isActive(stamp) {
            let table = tables.table(at: stamp)
            guard table.mean > 0 else { continue }
            if isEven {
                let (row, amount) = piece.spikes(ofWeight: link.weights[0], at: stamp + Int(link.delays[0]))
                events += numbers.add(amount, stamp: stamp, to: row)
            } else {
                let draws = PoissonDraws(table: table, seed: seed, name)
                piece.forEach(sending: stamp, arrivals, sentUntil) { i in
                    let number = draws.number(connection: i, stamp: stamp)
                    guard number > 0 else { return }
                    events += 1
                    piece.addPoisson(number, at: stamp + link.delay(i), over: i)
                }
            }
        }
        return Delivery(events: events)
    }
}

extension DeviceLink.Piece {
    /// Stamps of emission whose arrivals fall into the range over some connection.
    func emissions(_ arrivals: ClosedRange<Int>, _ sentUntil: Int) -> Range<Int> {
        let first = max(arrivals.lowerBound - delays.upperBound, link.since + 1)
        return first..<max(first, min(arrivals.upperBound - delays.lowerBound, sentUntil) + 1)
    }

    /// Connections over which what is sent at a stamp arrives in the range.
    @inline(__always)
    func forEach(sending stamp: Int, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ body: (Int) -> Void) {
        for i in connections where link.emissions(arrivals, sentUntil, i).contains(stamp) { body(i) }
    }
}
