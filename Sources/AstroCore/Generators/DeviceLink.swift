/// The connections of one generator made by one connect call.
///
/// What a generator sends is a function of time, so nothing is stored: at the beginning of a slice each worker works out
/// what arrives at its cells during the slice. Arrivals are thus added after those from cells, whatever the delays.
final class DeviceLink {
    let population: Int
    let device: Int
    /// Names the random numbers of these connections: the connect call and the device within it.
    let streamNumber: Int
    let number: Int
    private(set) var shares: [[Run]]
    private(set) var weights: [Double]
    private(set) var delays: [Int32]
    /// Connections on all ranks; runs are of those onto own cells.
    let count: Int
    let receptor: Int
    /// Only what is sent after this stamp is still to be handed on.
    private(set) var since: Int
    /// When the generator was changed last, or connected.
    var trainsSince: Int
    /// Changes so far: of the link and of its generator.
    private(set) var version = 0

    /// Connections first ..< first + count go to neighbouring places of a plane.
    struct Run {
        let plane: InputPlane
        let place: Int
        let first: Int
        var count: Int
    }

    /// - `forEachTarget`: tells numbers of connections, ascending, and the targets' global ids; those of own cells among them.
    /// - `place`: where an own cell's input goes.
    init(
        population: Int, device: Int, number: Int, streamNumber: Int, count: Int, weights: [Double], delays: [Int32],
        receptor: Int, now: Int, workers: Int, forEachTarget: ((Int, Int) -> Void) -> Void,
        place: @escaping (Int) -> (plane: InputPlane, place: Int)?
    ) {
        (self.population, self.device, self.number, self.streamNumber) = (population, device, number, streamNumber)
        (self.count, self.weights, self.delays, self.receptor) = (count, weights, delays, receptor)
        since = now
        trainsSince = now
        shares = Array(repeating: [], count: workers)
        forEachTarget { number, id in
            if let end = place(id) { add(number, end.plane, end.place) }
        }
    }

    private func add(_ number: Int, _ plane: InputPlane, _ place: Int) {
        if let last = shares[plane.worker].last, last.plane === plane, last.first + last.count == number,
            last.place + last.count == place
        {
            shares[plane.worker][shares[plane.worker].count - 1].count += 1
        } else {
            shares[plane.worker].append(Run(plane: plane, place: place, first: number, count: 1))
        }
    }

    /// Connections onto own cells, in order: number, and the target's plane and place.
    var ownConnections: [(index: Int, plane: InputPlane, place: Int)] {
        runsInOrder.flatMap { run in (0..<run.count).map { (run.first + $0, run.plane, run.place + $0) } }
    }

    /// By number.
    var runsInOrder: [Run] { shares.joined().sorted { $0.first < $1.first } }

    /// Where a connection onto an own cell ends.
    func end(of index: Int) -> (plane: InputPlane, place: Int) {
        let runs = shares.lazy.compactMap { share -> Run? in
            let next = share.partitioningIndex { $0.first > index }
            guard next > 0, index < share[next - 1].first + share[next - 1].count else { return nil }
            return share[next - 1]
        }
        let run = runs.first!
        return (run.plane, run.place + index - run.first)
    }

    var longestDelay: Int { Int(delays.max() ?? 1) }
    var delayRange: ClosedRange<Int> { Int(delays.min() ?? 1)...longestDelay }

    @inline(__always) func weight(_ i: Int) -> Double { weights.count == 1 ? weights[0] : weights[i] }
    @inline(__always) func delay(_ i: Int) -> Int { Int(delays.count == 1 ? delays[0] : delays[i]) }

    func setWeight(_ value: Double, of index: Int) {
        if weights.count == 1 { weights = Array(repeating: weights[0], count: count) }
        weights[index] = value
    }

    func setDelay(_ steps: Int, of index: Int) {
        if delays.count == 1 { delays = Array(repeating: delays[0], count: count) }
        delays[index] = Int32(steps)
    }

    /// Hands on all that has been sent up to `now`, before the device or the link changes.
    func flush(_ device: any Device, now: Int, seed: Int64) {
        let arrivals = now + 1...now + longestDelay
        for run in shares.joined() {
            let piece = Piece(self, run)
            _ = piece.apply(device, arrivals, sentUntil: now, seed: seed)
            negativeArrival = NegativeArrival.first(negativeArrival, piece.negativeArrival)
        }
        since = now
        version += 1
    }

    /// Connections to neighbouring cells, which are dealt with together.
    final class Piece {
        let link: DeviceLink
        let run: Run
        private var numbers: PoissonNumbers?
        private var rareSpikes: RareSpikes?
        /// Nothing arrives before this stamp, if the link is of this version.
        private var due = Int.min
        private var version = -1
        private var delays = 1...1
        /// The first spike of negative weight that reached a cell which takes none.
        private(set) var negativeArrival: NegativeArrival?

        init(_ link: DeviceLink, _ run: Run) { (self.link, self.run) = (link, run) }

        func takeNegativeArrival() -> NegativeArrival? {
            guard negativeArrival != nil else { return nil }
            defer { negativeArrival = nil }
            return negativeArrival
        }

        /// Can anything arrive up to a stamp?
        @inline(__always)
        func isDue(_ last: Int) -> Bool { last >= due || version != link.version }

        /// Adds what arrives at the cells; the number of events. To be called for one slice after the other; slices for which it
        /// is not due may be left out.
        func apply(_ device: any Device, _ arrivals: ClosedRange<Int>, sentUntil: Int = .max, seed: Int64) -> Int {
            if version != link.version {
                (version, delays, rareSpikes) = (link.version, link.delayRange, nil)
            }
            due = .min
            switch device {
            case let generator as PoissonGenerator:
                return applyPoisson(generator, arrivals, sentUntil, seed)
            case let generator as SpikeGenerator:
                guard isDue(generator, arrivals) else { return 0 }
                return link.applySpikes(generator, run, arrivals, sentUntil, &negativeArrival)
            case let generator as NoiseGenerator:
                link.applyNoise(generator, run, arrivals, sentUntil, seed)
            case let generator as any CurrentDevice:
                link.applyCurrent(generator, run, arrivals, sentUntil)
            default: break
            }
            return 0
        }

        private func applyPoisson(
            _ generator: PoissonGenerator, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ seed: Int64
        ) -> Int {
            guard generator.counts.mean > 0, link.receptor == 0 else {
                due = .max
                return 0
            }
            guard link.count >= RareWindow.fewestConnections, let window = generator.rareWindow else {
                let numbers = numbers ?? PoissonNumbers(run.first..<run.first + run.count)
                self.numbers = numbers
                return link.applyPoisson(generator, run, numbers, arrivals, sentUntil, seed, &negativeArrival)
            }
            rareSpikes =
                rareSpikes
                ?? RareSpikes(
                    link, run, generator,
                    RareTrains(
                        window, seed: seed, StreamName(.poisson, call: link.streamNumber), since: link.trainsSince),
                    delays, arrivals.lowerBound)
            return applyRare(rareSpikes!, arrivals, sentUntil)
        }

        /// The same as `apply` once rare spikes have been drawn; nil otherwise. A visit brings about one spike, and to look up the
        /// generator would cost more than that.
        @inline(__always)
        func applyRareSpikes(_ arrivals: ClosedRange<Int>) -> Int? {
            guard version == link.version, let rareSpikes else { return nil }
            return applyRare(rareSpikes, arrivals, .max)
        }

        private func applyRare(_ spikes: RareSpikes, _ arrivals: ClosedRange<Int>, _ sentUntil: Int) -> Int {
            spikes.draw(through: min(arrivals.upperBound - delays.lowerBound, sentUntil))
            let events = link.apply(spikes.take(through: arrivals.upperBound), run, &negativeArrival)
            due = spikes.due
            return events
        }

        /// Does a listed spike arrive? If not, says when the next one may.
        private func isDue(_ generator: SpikeGenerator, _ arrivals: ClosedRange<Int>) -> Bool {
            guard let next = generator.next(from: max(arrivals.lowerBound - delays.upperBound, link.since + 1)) else {
                due = .max
                return false
            }
            let isDue = next + delays.lowerBound <= arrivals.upperBound
            if !isDue { due = next + delays.lowerBound }
            return isDue
        }
    }

    /// The part of a run whose targets have these places.
    func piece(_ run: Run, _ places: Range<Int>) -> Piece? {
        let mine = (run.place..<run.place + run.count).clamped(to: places)
        guard !mine.isEmpty else { return nil }
        let first = run.first + mine.lowerBound - run.place
        return Piece(self, Run(plane: run.plane, place: mine.lowerBound, first: first, count: mine.count))
    }

    /// Stamps of emission whose arrivals fall into the range over connection i.
    @inline(__always)
    func emissions(_ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ i: Int) -> Range<Int> {
        let d = delay(i)
        let first = max(arrivals.lowerBound - d, since + 1)
        return first..<max(first, min(arrivals.upperBound - d, sentUntil) + 1)
    }

    private func applyCurrent(
        _ generator: any CurrentDevice, _ run: Run, _ arrivals: ClosedRange<Int>, _ sentUntil: Int
    ) {
        let plane = run.plane, port = plane.ports.current(receptor: receptor)!
        for i in run.first..<run.first + run.count {
            let d = delay(i), place = run.place + i - run.first
            for stamp in emissions(arrivals, sentUntil, i) {
                plane.held(port, stamp: stamp + d)[place] +=
                    weight(i) * generator.current(at: stamp)
            }
        }
    }

    private func applyNoise(
        _ generator: NoiseGenerator, _ run: Run, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ seed: Int64
    ) {
        let plane = run.plane, port = plane.ports.current(receptor: receptor)!
        for i in run.first..<run.first + run.count {
            let d = delay(i), place = run.place + i - run.first
            var drawing = -1
            var current = 0.0
            for stamp in emissions(arrivals, sentUntil, i) where generator.isActive(stamp) {
                if generator.drawing(for: stamp) != drawing {
                    drawing = generator.drawing(for: stamp)
                    current =
                        weight(i)
                        * generator.current(drawing: drawing, seed: seed, link: streamNumber, connection: i)
                }
                plane.held(port, stamp: stamp + d)[place] += current
            }
        }
    }

    private func applySpikes(
        _ generator: SpikeGenerator, _ run: Run, _ arrivals: ClosedRange<Int>, _ sentUntil: Int,
        _ fault: inout NegativeArrival?
    ) -> Int {
        var events = 0
        for i in run.first..<run.first + run.count {
            let range = emissions(arrivals, sentUntil, i)
            for spike in generator.spikes(range.lowerBound, range.upperBound - 1) {
                events += 1
                add(weight(i) * spike.weight, times: spike.multiplicity, at: spike.stamp + delay(i), run, i, &fault)
            }
        }
        return events
    }

    /// Adds spikes of one connection.
    @inline(__always)
    func add(
        _ weight: Double, times number: Int, at stamp: Int, _ run: Run, _ i: Int, _ fault: inout NegativeArrival?
    ) {
        let plane = run.plane, place = run.place + i - run.first
        let destination = plane.spikes(receptor: receptor)
        guard destination.isHeard else { return }
        let value = destination.countsSpikes ? Double(number) : weight * Double(number)
        if value < 0 && destination.refusesNegative {
            fault = .first(fault, NegativeArrival(stamp: stamp, place: place, plane: plane))
        }
        destination.row(stamp, value)[place] += abs(value)
    }

    /// What was found when all that had been sent was handed on, before a change.
    private(set) var negativeArrival: NegativeArrival?

    /// The same; nobody finds it any more.
    func takeNegativeArrival() -> NegativeArrival? {
        defer { negativeArrival = nil }
        return negativeArrival
    }
}

/// A spike of negative weight that reaches a cell which takes none.
struct NegativeArrival {
    let stamp: Int
    let place: Int
    let plane: InputPlane

    /// The earlier one.
    static func first(_ a: NegativeArrival?, _ b: NegativeArrival?) -> NegativeArrival? {
        guard let a, let b else { return a ?? b }
        return (b.stamp, b.place) < (a.stamp, a.place) ? b : a
    }
}

extension DeviceLink: Checkpointed {
    static let kept = [
        "population", "device", "streamNumber", "number", "weights", "delays", "count", "receptor", "since",
        "trainsSince", "negativeArrival",
    ]
    static let made = ["shares", "version"]

    /// - `fault`: when a negative weight arrives where none may, and the id of the cell.
    func write(_ ends: LinkPart, fault: (stamp: Int, target: Int)?, to contents: inout SectionWriter) {
        [population, device, streamNumber, number, receptor, since, trainsSince].forEach { contents.put($0) }
        contents.put(fault != nil)
        if let fault { [fault.stamp, fault.target].forEach { contents.put($0) } }
        contents.put(near: ends.targets)
        contents.put(near: ends.delays)
        contents.put(ends.weights)
    }

    /// Takes over what may have changed since the connections were made.
    func restore(weights: [Double], delays: [Int32], since: Int, trainsSince: Int, negativeArrival: NegativeArrival?) {
        (self.weights, self.delays, self.since, self.trainsSince) = (weights, delays, since, trainsSince)
        self.negativeArrival = negativeArrival
        version += 1
    }
}
