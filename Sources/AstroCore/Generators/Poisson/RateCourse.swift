/// A rate that may depend on time: held from some times on, and a sine on top of that; never below 0.
struct RateCourse {
    private let changes: [Int]
    private let rates: [Double]
    /// Before the first change.
    private let first: Double
    private let amplitude, frequency, turns: Double
    private let resolution: Double
    /// The rate that was there when the generator was changed, until the first change after that.
    private var held: Held?

    struct Held: Equatable {
        let since: Int
        let rate: Double
    }

    // swift-format-ignore
    static let stepParameters = [
        Parameter("rate_times", .numbers([]), .ms, "times at which the rate changes", .positive, and: "on the grid, strictly increasing"),
        Parameter("rate_values", .numbers([]), .Hz, "rates from these times on", .nonNegative, and: "as many as rate_times"),
        Parameter("allow_offgrid_times", .flag(false), .flag, "round off-grid times up to the end of their step"),
    ]
    // swift-format-ignore
    static let waveParameters = [
        Parameter("amplitude", 0, .Hz, "amplitude of the sine"),
        Parameter("frequency", 0, .Hz, "frequency of the sine"),
        Parameter("phase", 0, .degree, "phase of the sine"),
    ]

    /// What a model does not have among its parameters is 0, or no change at all.
    init(_ values: Settings, _ resolution: Double, _ model: String) throws {
        func number(_ name: String) -> Double { values[name] == nil ? 0 : values.number(name) }
        (first, amplitude, frequency) = (number("rate"), number("amplitude"), number("frequency"))
        (turns, self.resolution) = (number("phase") / 360, resolution)
        rates = values.numbers("rate_values")
        changes = try Self.changes(values, resolution, model)
        let highest = (rates + [first]).max()! + abs(amplitude)
        try PoissonTable.check(mean: highest * resolution / 1000, of: model)
    }

    private static func changes(_ values: Settings, _ resolution: Double, _ model: String) throws -> [Int] {
        let times = values.numbers("rate_times"), count = values.numbers("rate_values").count
        guard times.count == count else {
            throw InputError(
                "\(model): rate_times (\(times.count)) and rate_values (\(count)) must have the same length")
        }
        let rounding = values.flag("allow_offgrid_times")
        let changes = try times.map {
            try EventTimes.step($0, resolution, roundingUp: rounding, "\(model): rate_times")
        }
        guard zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw InputError("\(model): rate_times must be strictly increasing, at least a step apart")
        }
        return changes
    }

    /// The rate in Hz of the spikes that are sent at a stamp.
    func rate(at stamp: Int) -> Double {
        let steady = steadyRate(at: stamp)
        guard amplitude != 0 else { return steady }
        let seconds = TimeGrid.ms(stamp, resolution) / 1000
        return max(0, steady + amplitude * sinCosOfTurns(frequency * seconds + turns).sin)
    }

    private func steadyRate(at stamp: Int) -> Double {
        let next = EventTimes.firstIndex(in: changes, after: stamp)
        if let held, next == 0 || changes[next - 1] <= held.since { return held.rate }
        return next == 0 ? first : rates[next - 1]
    }

    var isConstant: Bool { changes.isEmpty && amplitude == 0 && held == nil }
    var hasChanges: Bool { !changes.isEmpty }
    /// In spikes a step.
    func mean(at stamp: Int) -> Double { rate(at: stamp) * resolution / 1000 }

    // MARK: Changed in the middle

    /// The course from the end of step `now` on. A new `rate` counts from then on; new times leave the rate as it is until the
    /// first of them that is still to come.
    func succeeding(_ old: RateCourse?, now: Int) -> RateCourse {
        guard now > 0 else { return self }
        let before = old.flatMap { $0.first == first ? $0.steadyRate(at: now) : nil } ?? first
        return steadyRate(at: now) == before ? self : holding(Held(since: now, rate: before))
    }

    private func holding(_ held: Held) -> RateCourse {
        var result = self
        result.held = held
        return result
    }

    var carried: Settings {
        held.map { ["since": .number(Double($0.since)), "held_rate": .number($0.rate)] } ?? [:]
    }

    func resuming(_ carried: Settings, _ model: String) throws -> RateCourse {
        guard let since = try carried.stamp("since") else { return self }
        let rate = carried.number("held_rate")
        guard rate >= 0, rate.isFinite else {
            throw InputError("\(model): the held rate must be finite and not negative")
        }
        try PoissonTable.check(mean: (rate + abs(amplitude)) * resolution / 1000, of: model)
        return holding(Held(since: since, rate: rate))
    }
}

/// Tables of the rates of stamps, one after the other; what is asked for twice in a row is made once.
final class RateTables {
    private let course: RateCourse
    private var held: PoissonTable?

    init(_ course: RateCourse) { self.course = course }

    func table(at stamp: Int) -> PoissonTable {
        let mean = course.mean(at: stamp)
        if let held, held.mean == mean { return held }
        let table = PoissonTable(admissible: mean)
        held = table
        return table
    }
}
