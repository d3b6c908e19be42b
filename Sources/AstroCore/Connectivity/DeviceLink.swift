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
        for run in shares.joined() {
            _ = Piece(self, run).apply(device, now + 1...now + longestDelay, sentUntil: now, seed: seed)
        }
        since = now
    }

    /// Connections to neighbouring cells, which are dealt with together.
    final class Piece {
        let link: DeviceLink
        let run: Run
        private var numbers: PoissonNumbers?

        init(_ link: DeviceLink, _ run: Run) { (self.link, self.run) = (link, run) }

        /// Adds what arrives at the cells; the number of events.
        func apply(_ device: any Device, _ arrivals: ClosedRange<Int>, sentUntil: Int = .max, seed: Int64) -> Int {
            switch device {
            case let generator as PoissonGenerator:
                if numbers == nil { numbers = PoissonNumbers(run.first..<run.first + run.count) }
                return link.applyPoisson(generator, run, numbers!, arrivals, sentUntil, seed)
            case let generator as SpikeGenerator:
                return link.applySpikes(generator, run, arrivals, sentUntil)
            case let generator as NoiseGenerator:
                link.applyNoise(generator, run, arrivals, sentUntil, seed)
            case let generator as any CurrentDevice:
                link.applyCurrent(generator, run, arrivals, sentUntil)
            default: break
            }
            return 0
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
        let plane = run.plane, rows = plane.current!
        for i in run.first..<run.first + run.count {
            let d = delay(i), place = run.place + i - run.first
            for stamp in emissions(arrivals, sentUntil, i) {
                rows[((stamp + d) & plane.slotMask) * plane.inputStride + place] +=
                    weight(i) * generator.current(at: stamp)
            }
        }
    }

    private func applyNoise(
        _ generator: NoiseGenerator, _ run: Run, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ seed: Int64
    ) {
        let plane = run.plane, rows = plane.current!
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
                rows[((stamp + d) & plane.slotMask) * plane.inputStride + place] += current
            }
        }
    }

    private func applySpikes(
        _ generator: SpikeGenerator, _ run: Run, _ arrivals: ClosedRange<Int>, _ sentUntil: Int
    ) -> Int {
        var events = 0
        for i in run.first..<run.first + run.count {
            let range = emissions(arrivals, sentUntil, i)
            for spike in generator.spikes(range.lowerBound, range.upperBound - 1) {
                events += 1
                add(
                    weight(i) * spike.weight, times: spike.multiplicity, at: spike.stamp + delay(i), run.plane,
                    run.place + i - run.first)
            }
        }
        return events
    }

    @inline(__always)
    private func add(_ weight: Double, times number: Int, at stamp: Int, _ plane: InputPlane, _ place: Int) {
        guard receptor == 0 else { return }
        let value = plane.inputs.countsSpikes ? Double(number) : weight * Double(number)
        if value < 0 && plane.inputs.refusesNegativeWeights { negativeArrival = (place, plane) }
        let channel = value > 0 || plane.channels == 1 ? 0 : plane.channelStride
        plane.spikes[(stamp & plane.slotMask) &* plane.rowStride &+ channel &+ place] += abs(value)
    }

    /// A spike of negative weight that reached a cell which takes none.
    nonisolated(unsafe) var negativeArrival: (place: Int, plane: InputPlane)?
}

extension DeviceLink: Checkpointed {
    static let kept = [
        "population", "device", "streamNumber", "number", "weights", "delays", "count", "receptor", "since",
        "trainsSince", "negativeArrival",
    ]
    static let made = ["shares"]

    /// - `isFaulty`: has a negative weight arrived where none may?
    func write(_ ends: LinkPart, isFaulty: Bool, to contents: inout SectionWriter) {
        [population, device, streamNumber, number, receptor, since, trainsSince].forEach { contents.put($0) }
        contents.put(isFaulty)
        contents.put(near: ends.targets)
        contents.put(near: ends.delays)
        contents.put(ends.weights)
    }

    /// Takes over what may have changed since the connections were made.
    func restore(weights: [Double], delays: [Int32], since: Int, trainsSince: Int, hasNegativeArrival: Bool) {
        (self.weights, self.delays, self.since, self.trainsSince) = (weights, delays, since, trainsSince)
        negativeArrival = hasNegativeArrival ? shares.joined().first.map { ($0.place, $0.plane) } : nil
    }
}
