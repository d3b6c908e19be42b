extension DeviceLink {
    /// Connections to neighbouring cells, which are dealt with together.
    final class Piece {
        let link: DeviceLink
        /// The same, for what is asked in each slice: all workers would count references to it.
        private let uncounted: Unmanaged<DeviceLink>
        let run: Run
        let receptor: Int
        /// The shortest and the longest delay of the link.
        private(set) var delays = 1...1
        private var feed: (any Feed)?
        /// Nothing arrives before this stamp, if the link is of this version.
        private var due = Int.min
        private var version = -1
        /// The first spike of negative weight that reached a cell which takes none.
        fileprivate(set) var negativeArrival: NegativeArrival?

        /// Where currents go; nil if the cells take none.
        fileprivate let currentPort: Int?

        init(_ link: DeviceLink, _ run: Run) {
            (self.link, self.run, receptor) = (link, run, link.receptor)
            uncounted = .passUnretained(link)
            currentPort = run.plane.ports.current(receptor: receptor)
        }

        var connections: Range<Int> { run.first..<run.first + run.count }

        func takeNegativeArrival() -> NegativeArrival? {
            guard negativeArrival != nil else { return nil }
            defer { negativeArrival = nil }
            return negativeArrival
        }

        /// Has the generator or the link changed? Then it is to be renewed before it is applied.
        @inline(__always)
        var isStale: Bool { version != uncounted._withUnsafeGuaranteedRef { $0.version } }

        /// Can anything arrive up to a stamp?
        @inline(__always)
        func isDue(_ last: Int) -> Bool { last >= due || isStale }

        /// - `generator`: that of the link.
        /// - `stamp`: the first that is still to come.
        func renew(_ generator: any Generator, from stamp: Int, seed: Int64) {
            (version, delays) = (link.version, link.delayRange)
            feed = generator.feed(self, from: stamp, seed: seed)
        }

        /// Adds what arrives at the cells; the number of events. To be called for one slice after the other; slices for which it
        /// is not due may be left out.
        @inline(__always)
        func apply(_ arrivals: ClosedRange<Int>, sentUntil: Int = .max) -> Int {
            let delivery = feed!.apply(to: self, arrivals, sentUntil: sentUntil)
            due = delivery.due
            return delivery.events
        }
    }
}

/// The only places where generators write into the input of cells.
extension DeviceLink.Piece {
    /// Where spikes of a weight that arrive at a stamp are added up, from the first cell on, and what each of them adds.
    @inline(__always)
    func spikes(ofWeight weight: Double, at stamp: Int) -> (row: UnsafeMutablePointer<Double>, amount: Double) {
        let destination = run.plane.spikes(receptor: receptor), value = destination.countsSpikes ? 1 : weight
        return (destination.row(stamp, value) + run.place, abs(value))
    }

    /// Does a port take the spikes, or do they come to nothing?
    var isHeard: Bool { run.plane.spikes(receptor: receptor).isHeard }

    /// Must no spike of this weight arrive?
    func refuses(_ weight: Double) -> Bool { weight < 0 && run.plane.spikes(receptor: receptor).refusesNegative }

    /// Do all connections have one weight, which the cells take, and one delay?
    var isEven: Bool { link.weights.count == 1 && link.delays.count == 1 && !refuses(link.weights[0]) }

    /// Adds a current that arrives at a stamp over a connection.
    @inline(__always)
    func add(current: Double, at stamp: Int, over i: Int) {
        currents(at: stamp)[i &- run.first] += current
    }

    /// Where currents that arrive at a stamp are added up, from the first cell on.
    @inline(__always)
    func currents(at stamp: Int) -> UnsafeMutablePointer<Double> {
        run.plane.held(currentPort!, stamp: stamp) + run.place
    }
}

extension DeviceLink.Piece {
    /// Adds spikes of one connection.
    @inline(__always)
    func add(_ spikes: SentSpikes, over i: Int) {
        guard isHeard else { return }
        let weight = link.weight(i) * spikes.weight, stamp = spikes.stamp + link.delay(i)
        let (row, amount) = self.spikes(ofWeight: weight, at: stamp)
        if refuses(weight) { note(stamp, i) }
        row[i - run.first] += amount * Double(spikes.count)
    }

    /// A spike of negative weight arrives where none may.
    func note(_ stamp: Int, _ i: Int) {
        let arrival = NegativeArrival(stamp: stamp, place: run.place + i - run.first, plane: run.plane)
        negativeArrival = .first(negativeArrival, arrival)
    }
}
