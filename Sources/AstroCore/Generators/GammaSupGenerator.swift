/// Superposed gamma processes, for each connection its own.
struct GammaSupGenerator: SpikeSource {
    static let name = "gamma_sup_generator"
    static let text = ModelText(
        summary: "Superposition of independent gamma processes, independent for each outgoing connection.",
        equations: """
            each of n_proc processes goes on by one of gamma_shape states in a step with probability
            p = rate * gamma_shape * resolution, and sends a spike when it leaves the last
            """,
        references: [
            "Deger, Helias, Boucsein & Rotter (2012) Journal of Computational Neuroscience 32, 443-463. "
                + "doi:10.1007/s10827-011-0362-8"
        ],
        notes: [
            "rate is that of one process: a connection gets n_proc * rate spikes per second.",
            "The intervals of one process have the coefficient of variation 1/sqrt(gamma_shape) if p is small.",
            "As in NEST, the processes begin evenly distributed over the states, with the remainder in the last one. They do not advance "
                + "while the generator is inactive.",
            "The first possible stamp is start + 2 steps, the last stop + 1 step.",
            "The processes of all connections, including those made later, begin with the generator. A new rate, start or stop does not "
                + "change the states; with a new gamma_shape or n_proc all processes begin again.",
            "States follow from the random numbers since the beginning: loading a checkpoint or setting a parameter computes them again.",
        ])
    static let ownParameters = [
        Parameter("rate", 0, .Hz, "rate of one process", .nonNegative, and: "p at most 1, n_proc * p at most 1000"),
        Parameter("gamma_shape", 1, .one, "shape of the gamma distribution", whole(upTo: 65535)),
        Parameter("n_proc", 1, .one, "number of processes", whole(upTo: 1_000_000)),
    ]
    private static let mostTransitions = 1000.0

    /// Steps first ..< end in which processes go on with a probability.
    struct Stretch: Equatable {
        let first, end: Int
        let p: Double
    }

    let values: Settings
    let shape, processes: Int
    /// While it is active by the parameters of now.
    private let present: Stretch
    /// Before that, since the processes began.
    private var past: [Stretch] = []
    /// The stamp of the last change.
    private var since = 0
    private let recorded = RecordedTrains()

    private static func whole(upTo most: Int) -> Parameter.Range {
        .bounds(text: "a whole number from 1 to \(most)") { $0 >= 1 && $0 == $0.rounded() && $0 <= Double(most) }
    }

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        let window = try ActivityWindow(values, resolution, Self.name)
        (shape, processes) = (Int(values.number("gamma_shape")), Int(values.number("n_proc")))
        let p = values.number("rate") * resolution / 1000 * Double(shape)
        guard p <= 1 else {
            throw InputError(
                "\(Self.name): rate * gamma_shape = \(formatted(p * 1000 / resolution)) Hz is more than one per step of \(formatted(resolution)) ms"
            )
        }
        guard p * Double(processes) <= Self.mostTransitions else {
            throw InputError(
                "\(Self.name): n_proc * rate * gamma_shape gives \(formatted(p * Double(processes))) changes of state per step (at most 1000)"
            )
        }
        present = Stretch(first: window.start + 2, end: window.stop + 2, p: p)
    }

    // MARK: Trains

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        piece.isHeard ? GammaFeed(self, piece, seed: seed) : Silence()
    }

    /// For recorders, which ask for one slice after the other.
    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        recorded.train(connection) { GammaTrain(self, connection) }.forEachSpike(stamps, body)
    }

    /// The steps after `stamp` in which processes go on, up to the end of a window.
    func steps(after stamp: Int) -> Stretch? {
        for stretch in past + [now] where stretch.p > 0 {
            let first = max(stretch.first, stamp + 1)
            guard first < stretch.end else { continue }
            let shift = GammaTrain.windowShift(stretch.p * Double(processes))
            return Stretch(first: first, end: min(stretch.end, (first >> shift + 1) << shift), p: stretch.p)
        }
        return nil
    }

    private var now: Stretch { Stretch(first: max(present.first, since + 1), end: present.end, p: present.p) }

    // MARK: Changed in the middle

    func succeeding(_ old: Self?, now stamp: Int) -> Self {
        guard let old, stamp > 0 else { return beginning(stamp) }
        guard (old.shape, old.processes) == (shape, processes) else { return beginning(stamp) }
        var result = self
        if old.present == present {
            (result.past, result.since) = (old.past, old.since)
        } else {
            let last = old.now
            result.past = old.past
            let end = min(last.end, stamp + 1)
            if last.p > 0, end > last.first { result.past.append(Stretch(first: last.first, end: end, p: last.p)) }
            result.since = stamp
        }
        return result
    }

    private func beginning(_ stamp: Int) -> Self {
        var result = self
        result.since = stamp
        return result
    }

    var carried: Settings {
        guard since > 0 else { return [:] }
        return [
            "since": .number(Double(since)), "first": .numbers(past.map { Double($0.first) }),
            "end": .numbers(past.map { Double($0.end) }), "p": .numbers(past.map(\.p)),
        ]
    }

    func resuming(_ carried: Settings) throws -> Self {
        guard let since = try carried.stamp("since") else { return self }
        let ends = zip(carried.numbers("first"), carried.numbers("end")), p = carried.numbers("p")
        var result = self, last = 0
        result.since = since
        result.past = try zip(ends, p).map { ends, p in
            guard let first = Int(exactly: ends.0), let end = Int(exactly: ends.1), first >= last, end > first,
                end <= since + 1, p > 0, p <= 1, p * Double(processes) <= Self.mostTransitions
            else { throw InputError("\(Self.name): the state to continue from is damaged") }
            last = end
            return Stretch(first: first, end: end, p: p)
        }
        return result
    }
}

/// The spikes of one connection, worked out window by window. In a window the changes of state are a random subset of all pairs of
/// a process and a step: a binomial number of them, evenly distributed.
final class GammaTrain {
    /// Changes of state that a window is to hold at most, on average, and the longest window.
    private static let perWindow = 64.0
    private static let longestShift = 16
    /// Blocks of random numbers for each step: more than the changes in a window can use up.
    private static let blockShift = 10

    private let generator: GammaSupGenerator
    private let numbers: ConnectionNumbers
    private var states: [UInt16]
    /// The last stamp that has been worked out.
    private var known = 0
    private var spikes: [SentSpikes] = []

    init(_ generator: GammaSupGenerator, _ numbers: ConnectionNumbers) {
        (self.generator, self.numbers) = (generator, numbers)
        let each = generator.processes / generator.shape
        states = (0..<generator.processes).map {
            UInt16(each > 0 ? min($0 / each, generator.shape - 1) : generator.shape - 1)
        }
    }

    /// How long windows are, as a power of two: so many steps of `transitions` changes each.
    static func windowShift(_ transitions: Double) -> Int {
        var shift = 0
        while shift < longestShift, transitions * Double(2 << shift) <= perWindow { shift += 1 }
        return shift
    }

    /// For one range after the other.
    func forEachSpike(_ stamps: Range<Int>, _ body: (SentSpikes) -> Void) {
        spikes.removeFirst(spikes.partitioningIndex { $0.stamp >= stamps.lowerBound })
        while known < stamps.upperBound - 1 {
            guard let window = generator.steps(after: known), window.first < stamps.upperBound else {
                known = stamps.upperBound - 1
                break
            }
            work(window, from: stamps.lowerBound)
            known = window.end - 1
        }
        for sent in spikes.prefix(while: { $0.stamp < stamps.upperBound }) { body(sent) }
    }

    /// Keeps the spikes from a stamp on.
    private func work(_ window: GammaSupGenerator.Stretch, from first: Int) {
        let name = numbers.link.of(member: numbers.connection), pairs = states.count * (window.end - window.first)
        var stream = RandomStream(seed: numbers.seed, name, from: window.first << Self.blockShift)
        let changes = Int(stream.binomial(Double(pairs), window.p))
        for pair in stream.distinct(changes, below: pairs) {
            let process = pair % states.count, stamp = window.first + pair / states.count
            states[process] += 1
            guard Int(states[process]) == generator.shape else { continue }
            states[process] = 0
            guard stamp >= first else { continue }
            if spikes.last?.stamp == stamp {
                spikes[spikes.count - 1].count += 1
            } else {
                spikes.append(SentSpikes(stamp: stamp))
            }
        }
    }
}

/// What recorders have been told, so that they need not begin anew with each slice.
private final class RecordedTrains {
    private var trains: [StreamName: GammaTrain] = [:]

    func train(_ connection: ConnectionNumbers, _ make: () -> GammaTrain) -> GammaTrain {
        let name = connection.link.of(member: connection.connection)
        if let train = trains[name] { return train }
        let train = make()
        trains[name] = train
        return train
    }
}

/// Brings the trains to the cells.
private final class GammaFeed: Feed {
    private let trains: [GammaTrain]

    init(_ generator: GammaSupGenerator, _ piece: DeviceLink.Piece, seed: Int64) {
        let numbers = piece.link.numbers(.poisson, seed)
        trains = piece.connections.map { GammaTrain(generator, numbers[$0]) }
    }

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        var events = 0
        for (train, i) in zip(trains, piece.connections) {
            train.forEachSpike(piece.link.emissions(arrivals, sentUntil, i)) { spikes in
                events += 1
                piece.add(spikes, over: i)
            }
        }
        return Delivery(events: events)
    }
}
