/// The connections of one generator made by one connect call.
///
/// At the beginning of a slice each worker works out what arrives at its cells during the slice. Arrivals are thus added after
/// those from cells, whatever the delays.
final class DeviceLink {
    let population: Int
    let device: Int
    /// Which generator it is, among all nodes that draw.
    private let generator: Int
    /// Names the random numbers of these connections: the connect call and the device within it.
    let streamNumber: Int
    let number: Int
    private(set) var shares: [[Run]]
    private(set) var weights: [Double]
    private(set) var delays: [Int32]
    /// Connections that were made, on all ranks; runs are of those onto own cells.
    let count: Int
    /// The numbers of those that were removed, on all ranks, in order. The others keep theirs.
    private(set) var removed: [Int] = []
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
        population: Int, device: Int, generator: Int, number: Int, streamNumber: Int, count: Int, weights: [Double],
        delays: [Int32], receptor: Int, now: Int, workers: Int, forEachTarget: ((Int, Int) -> Void) -> Void,
        place: @escaping (Int) -> (plane: InputPlane, place: Int)?
    ) {
        (self.population, self.device, self.generator) = (population, device, generator)
        (self.number, self.streamNumber) = (number, streamNumber)
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

    /// Connections that there are, on all ranks.
    var connectionCount: Int { count - removed.count }

    /// Removes connections, told by their numbers on all ranks.
    func remove(_ numbers: [Int]) {
        guard !numbers.isEmpty else { return }
        removed = (removed + numbers).sorted()
        shares = shares.map { $0.flatMap { $0.without(removed) } }
        version += 1
    }

    /// Connections onto own cells, in order: number, and the target's plane and place.
    var ownConnections: [(index: Int, plane: InputPlane, place: Int)] {
        runsInOrder.flatMap { run in (0..<run.count).map { (run.first + $0, run.plane, run.place + $0) } }
    }

    /// By number.
    var runsInOrder: [Run] { shares.joined().ordered { $0.first } }

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
    func flush(_ generator: any Generator, now: Int, seed: Int64) {
        let arrivals = now + 1...now + longestDelay
        for run in shares.joined() {
            let piece = Piece(self, run)
            piece.renew(generator, from: arrivals.lowerBound, seed: seed)
            _ = piece.apply(arrivals, sentUntil: now)
            negativeArrival = NegativeArrival.first(negativeArrival, piece.negativeArrival)
        }
        since = now
        version += 1
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
        Self.emissions(arrivals, sentUntil, delay: delay(i), since: since)
    }

    @inline(__always)
    static func emissions(_ arrivals: ClosedRange<Int>, _ sentUntil: Int, delay: Int, since: Int) -> Range<Int> {
        let first = max(arrivals.lowerBound - delay, since + 1)
        return first..<max(first, min(arrivals.upperBound - delay, sentUntil) + 1)
    }

    /// The random numbers of the connections.
    func numbers(_ purpose: Purpose, _ seed: Int64) -> LinkNumbers {
        LinkNumbers(
            seed: seed, name: StreamName(purpose, call: streamNumber), count: count, generator: generator,
            removed: Set(removed))
    }

    /// What was found when all that had been sent was handed on, before a change.
    private(set) var negativeArrival: NegativeArrival?

    /// The same; it is then forgotten.
    func takeNegativeArrival() -> NegativeArrival? {
        defer { negativeArrival = nil }
        return negativeArrival
    }

    /// Takes over what may have changed since the connections were made.
    func resume(weights: [Double], delays: [Int32], since: Int, trainsSince: Int, negativeArrival: NegativeArrival?) {
        (self.weights, self.delays, self.since, self.trainsSince) = (weights, delays, since, trainsSince)
        self.negativeArrival = negativeArrival
        version += 1
    }
}

/// A spike of negative weight that reaches a cell which takes none.
struct NegativeArrival {
    let stamp: Int
    let place: Int
    let plane: InputPlane
    /// Of a synapse whose values went wrong there: in words.
    var synapse: String?

    /// The earlier one.
    static func first(_ a: NegativeArrival?, _ b: NegativeArrival?) -> NegativeArrival? {
        guard let a, let b else { return a ?? b }
        return (b.stamp, b.place) < (a.stamp, a.place) ? b : a
    }
}

extension DeviceLink.Run {
    /// The pieces that are left of it without the connections of some numbers, which are in order.
    fileprivate func without(_ removed: [Int]) -> [Self] {
        var pieces: [Self] = [], next = first
        for gone in removed[removed.partitioningIndex { $0 >= first }...].prefix(while: { $0 < first + count }) + [
            first + count
        ] {
            if gone > next {
                pieces.append(Self(plane: plane, place: place + next - first, first: next, count: gone - next))
            }
            next = gone + 1
        }
        return pieces
    }
}

extension DeviceLink: Checkpointed {
    static let kept = [
        "population", "device", "streamNumber", "number", "weights", "delays", "count", "removed", "receptor", "since",
        "trainsSince", "negativeArrival",
    ]
    static let made = ["generator", "shares", "version"]
}
