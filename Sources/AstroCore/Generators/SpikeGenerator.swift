/// Emits spikes at listed times.
struct SpikeGenerator: SpikeSource {
    static let name = "spike_generator"
    static let text = ModelText(
        summary: "Emits spikes at listed times.",
        notes: [
            "A listed time is the spike's stamp: it arrives a delay later.",
            "Past and current times are skipped; a time of 0 is an error.",
            "With shift_now_spikes, a spike at the current time is sent one step later; this holds for times set in the same call.",
            "Times within 0.0005 ms of the grid count as on the grid.",
            "Each of several nodes can have a list of its own: spike_times = { {1, 2}, {3} }.",
        ])
    static let ownParameters = [
        Parameter(
            "spike_times", .numbers([]), .ms, "times of spikes; equal ones are allowed",
            and: "on the grid, not 0, in ascending order"),
        Parameter(
            "spike_weights", .numbers([]), .one, "factor on the connection's weight, one per spike; empty = 1",
            and: "as many as spike_times, or none"),
        Parameter(
            "spike_multiplicities", .numbers([]), .one, "number of coinciding spikes per entry; empty = 1",
            .nonNegative,
            and: "whole, at most 1000000; as many as spike_times, or none"),
        Parameter(
            "precise_times", .flag(false), .flag, "off-grid spikes, only for precise models",
            and: "where true is refused"),
        Parameter("allow_offgrid_times", .flag(false), .flag, "round off-grid times up to the end of their step"),
        Parameter("shift_now_spikes", .flag(false), .flag, "move a time that is now by one step"),
    ]

    let values: Settings
    private let spikes: [SentSpikes]
    private let stamps: [Int]

    init(_ values: Settings, resolution: Double) throws {
        try self.init(values, resolution, named: Self.name)
    }

    init(_ values: Settings, _ resolution: Double, named name: String) throws {
        self.values = values
        let window = try ActivityWindow(values, resolution, name)
        try Self.checkFlags(values, name)
        let times = values.numbers("spike_times")
        let weights = try Self.perSpike("spike_weights", values, times.count, name)
        let multiplicities = try Self.perSpike("spike_multiplicities", values, times.count, name)
        let shift = values.flag("shift_now_spikes"), rounding = values.flag("allow_offgrid_times")
        var spikes: [SentSpikes] = []
        var previous = -TimeGrid.never
        for (i, time) in times.enumerated() {
            let step = try EventTimes.step(time, resolution, roundingUp: rounding, "\(name): spike_times")
            guard step != 0 || shift else {
                throw InputError(
                    "\(name): spike_times: 0 ms is not in the future (shift_now_spikes moves it by a step)")
            }
            guard step >= previous, i == 0 || times[i] >= times[i - 1] else {
                throw InputError(
                    "\(name): spike_times must be in ascending order: \(formatted(time)) ms comes after \(formatted(times[i - 1])) ms"
                )
            }
            previous = step
            let multiplicity = multiplicities?[i] ?? 1
            guard multiplicity == multiplicity.rounded(), multiplicity <= Self.mostSpikes else {
                throw InputError(
                    "\(name): spike_multiplicities: \(formatted(multiplicity)) is not a whole number up to 1000000"
                )
            }
            let stamp = step + window.origin
            guard window.contains(stamp), multiplicity > 0 else { continue }
            spikes.append(SentSpikes(stamp: stamp, count: Int(multiplicity), weight: weights?[i] ?? 1))
        }
        self.spikes = spikes
        stamps = spikes.map(\.stamp)
    }

    /// Times of this step go to the next one, if that is wanted; later ones stay behind them.
    static func adapted(_ changes: Settings, of values: Settings, _ resolution: Double, now: Int) -> Settings {
        let all = values.merging(changes) { $1 }
        guard all.flag("shift_now_spikes"), case .numbers(let times)? = changes["spike_times"],
            let origin = TimeGrid.steps(all.number("origin"), resolution)
        else { return changes }
        let rounding = all.flag("allow_offgrid_times")
        let shifted = times.map { time in
            let step = try? EventTimes.step(time, resolution, roundingUp: rounding, name)
            return step.map { $0 + origin == now } ?? false ? TimeGrid.ms(now - origin + 1, resolution) : time
        }
        let isSorted = zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
        var last = -Double.infinity
        let sorted = shifted.map { time in
            last = isSorted ? max(last, time) : time
            return last
        }
        return changes.merging(["spike_times": .numbers(sorted)]) { $1 }
    }

    /// Version 1 took a time of 0 for the first step.
    static func fromVersionOne(_ values: Settings, _ resolution: Double) -> (values: Settings, carried: Settings) {
        guard values.flag("shift_now_spikes") else { return (values, [:]) }
        let times = values.numbers("spike_times").map { abs($0) < TimeGrid.unit / 2 ? resolution : $0 }
        return (values.merging(["spike_times": .numbers(times)]) { $1 }, [:])
    }

    func nextSpike(from stamp: Int) -> Int? {
        let index = EventTimes.firstIndex(in: stamps, after: stamp - 1)
        return index < stamps.count ? stamps[index] : nil
    }

    /// All connections get the same spikes.
    func forEachSpike(_ stamps: Range<Int>, of _: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        var index = EventTimes.firstIndex(in: self.stamps, after: stamps.lowerBound - 1)
        while index < spikes.count, spikes[index].stamp < stamps.upperBound {
            body(spikes[index])
            index += 1
        }
    }

    /// A parrot_neuron repeats spikes one by one.
    private static let mostSpikes = 1e6

    private static func checkFlags(_ values: Settings, _ name: String) throws {
        guard values.flag("precise_times") else { return }
        if values.flag("allow_offgrid_times") || values.flag("shift_now_spikes") {
            throw InputError("\(name): precise_times can't be combined with allow_offgrid_times or shift_now_spikes")
        }
        throw InputError("\(name): precise_times = true needs a model with precise spikes, and there is none")
    }

    private static func perSpike(_ key: String, _ values: Settings, _ count: Int, _ name: String) throws -> [Double]? {
        let list = values.numbers(key)
        if list.isEmpty { return nil }
        guard list.count == count else {
            throw InputError("\(name): \(key) has \(list.count) entries, spike_times has \(count)")
        }
        return list
    }
}
