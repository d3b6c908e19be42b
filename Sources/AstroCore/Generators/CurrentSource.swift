/// A generator of currents: what is sent at a stamp reaches a target a delay later and acts, held constant, over the step
/// after that.
protocol CurrentSource: SampledGenerator {
    var window: ActivityWindow { get }

    /// The current in pA that a connection sends at a stamp, before its weight, while the generator is active.
    func current(at stamp: Int, over connection: ConnectionNumbers) -> Double

    /// The stamp from which on the current of a stamp is held: it is asked for once for all stamps of the hold.
    func heldSince(_ stamp: Int) -> Int

    /// Has each connection a current of its own? Multimeters then record the mean.
    static var drawsForEachConnection: Bool { get }
}

extension CurrentSource {
    static var recordables: [Recordable] { [Recordable("I", .pA, "current sent")] }
    static var drawsForEachConnection: Bool { false }

    func heldSince(_ stamp: Int) -> Int { stamp }

    /// A current starts a step early, so that without delay it would act from `start` on.
    func isActive(_ stamp: Int) -> Bool { window.contains(stamp + 1) }

    func recorded(at stamp: Int, over links: [LinkNumbers], seed: Int64) -> Double {
        guard isActive(stamp) else { return 0 }
        let drawn = heldSince(stamp)
        guard Self.drawsForEachConnection else {
            let none = ConnectionNumbers(seed: seed, link: StreamName(.noise), connection: 0, generator: 0)
            return current(at: drawn, over: none)
        }
        var sum = 0.0, count = 0
        for link in links {
            for i in link.connections { sum += current(at: drawn, over: link[i]) }
            count += link.count - link.removed.count
        }
        return sum / Double(max(count, 1))
    }

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        CurrentFeed(source: self, numbers: piece.link.numbers(.noise, seed))
    }
}

/// Brings the current of a generator: connection by connection, or to all at once where they differ in nothing but the weight.
private struct CurrentFeed<Source: CurrentSource>: Feed {
    let source: Source
    let numbers: LinkNumbers

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        let link = piece.link
        if !Source.drawsForEachConnection, link.delays.count == 1 { return applyToAll(piece, arrivals, sentUntil) }
        for i in piece.connections {
            let delay = link.delay(i), weight = link.weight(i)
            var drawn = Int.min, current = 0.0
            for stamp in link.emissions(arrivals, sentUntil, i) where source.isActive(stamp) {
                let since = source.heldSince(stamp)
                if since != drawn { (drawn, current) = (since, weight * source.current(at: since, over: numbers[i])) }
                piece.add(current: current, at: stamp + delay, over: i)
            }
        }
        return Delivery()
    }

    private func applyToAll(_ piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, _ sentUntil: Int) -> Delivery {
        let link = piece.link, first = piece.connections.lowerBound, count = piece.connections.count
        var drawn = Int.min, current = 0.0
        for stamp in link.emissions(arrivals, sentUntil, first) where source.isActive(stamp) {
            let since = source.heldSince(stamp)
            if since != drawn { (drawn, current) = (since, source.current(at: since, over: numbers[first])) }
            if current == 0 { continue }
            let row = piece.currents(at: stamp + link.delay(first))
            if link.weights.count == 1 {
                let amount = link.weights[0] * current
                for i in 0..<count { row[i] += amount }
            } else {
                link.weights.withUnsafeBufferPointer { weights in
                    for i in 0..<count { row[i] += weights[first &+ i] * current }
                }
            }
        }
        return Delivery()
    }
}
