/// Constant current.
struct DCGenerator: CurrentDevice {
    static let name = "dc_generator"
    static let text = ModelText(summary: "Constant current.", equations: "I = amplitude, start < t <= stop")
    static let ownParameters = [Parameter("amplitude", 0, .pA, "current (uM/ms into calcium for astrocytes)")]

    let values: Settings
    let window: ActivityWindow
    private let amplitude: Double

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        amplitude = values.number("amplitude")
    }

    func amplitude(at stamp: Int) -> Double { amplitude }
}

/// Piecewise constant current.
struct StepCurrentGenerator: CurrentDevice {
    static let name = "step_current_generator"
    static let text = ModelText(
        summary: "Piecewise constant current.",
        equations: "I = amplitude_values[i] from amplitude_times[i] on; 0 before the first time")
    static let ownParameters = [
        Parameter("amplitude_times", .numbers([]), .ms, "times of change, strictly increasing"),
        Parameter("amplitude_values", .numbers([]), .pA, "new amplitudes"),
        Parameter("allow_offgrid_times", .flag(false), .flag, "round off-grid times up to the end of their step"),
    ]

    let values: Settings
    let window: ActivityWindow
    private let changes: [Int]
    private let amplitudes: [Double]

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        let times = values.numbers("amplitude_times")
        amplitudes = values.numbers("amplitude_values")
        guard times.count == amplitudes.count else {
            throw InputError(
                "\(Self.name): amplitude_times (\(times.count)) and amplitude_values (\(amplitudes.count)) must be of the same length"
            )
        }
        let rounding = values.flag("allow_offgrid_times")
        let origin = window.origin
        changes = try times.map { time in
            guard time > 0 else {
                throw InputError("\(Self.name): amplitude_times: \(formatted(time)) ms is not after 0")
            }
            return origin
                + (try EventTimes.step(time, resolution, roundingUp: rounding, "\(Self.name): amplitude_times"))
        }
        guard zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw InputError("\(Self.name): amplitude_times must be strictly increasing, at least a step apart")
        }
    }

    func amplitude(at stamp: Int) -> Double {
        let next = EventTimes.firstIndex(in: changes, after: stamp)
        return next == 0 ? 0 : amplitudes[next - 1]
    }
}

/// Sinusoidal current. Start and stop cut it out of a wave that runs in simulation time.
struct ACGenerator: CurrentDevice {
    static let name = "ac_generator"
    static let text = ModelText(
        summary: "Sinusoidal current.",
        equations: "I = offset + amplitude sin(2 pi frequency t + phase)")
    static let ownParameters = [
        Parameter("amplitude", 0, .pA, "amplitude of the sine"),
        Parameter("offset", 0, .pA, "constant part"),
        Parameter("frequency", 0, .Hz, "frequency"),
        Parameter("phase", 0, .degree, "phase"),
    ]

    let values: Settings
    let window: ActivityWindow
    private let resolution: Double

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        self.resolution = resolution
        window = try ActivityWindow(values, resolution, Self.name)
    }

    func amplitude(at stamp: Int) -> Double {
        let seconds = TimeGrid.ms(stamp, resolution) / 1000
        let turns = values.number("frequency") * seconds + values.number("phase") / 360
        return values.number("offset") + values.number("amplitude") * sinCosOfTurns(turns).sin
    }
}

/// Gaussian white noise, approximated by a current that is drawn anew every `dt`, independently for each connection.
struct NoiseGenerator: Device {
    static let name = "noise_generator"
    static let family = NodeFamily.stimulator
    static let text = ModelText(
        summary: "Gaussian noise current, drawn anew every dt for each connection.",
        equations: "I = mean + sqrt(std^2 + std_mod^2 sin(2 pi frequency t + phase)) N(0, 1), held for dt",
        notes: [
            "The default of dt is 1 ms; where that is no whole number of steps, it is 10 steps.",
            "Each connection has a current of its own; all change at the same instants: start, start + dt, ...",
            "The modulation is a function of the simulation's time; start and stop do not shift its phase.",
        ])
    static let ownParameters = [
        Parameter("mean", 0, .pA, "mean of the current"),
        Parameter("std", 0, .pA, "standard deviation of the current", .nonNegative),
        Parameter("std_mod", 0, .pA, "amplitude of the sinusoidal modulation of std, at most std", .nonNegative),
        Parameter("frequency", 0, .Hz, "frequency of the modulation"),
        Parameter("phase", 0, .degree, "phase of the modulation"),
        Parameter("dt", 1, .ms, "time that a value is held", .positive),
    ]

    let values: Settings
    let window: ActivityWindow
    private let resolution: Double
    let holdSteps: Int

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        self.resolution = resolution
        window = try ActivityWindow(values, resolution, Self.name)
        guard values.number("std_mod") <= values.number("std") else {
            throw InputError(
                "\(Self.name): std_mod = \(formatted(values.number("std_mod"))) pA must not be above std = \(formatted(values.number("std"))) pA"
            )
        }
        let dt = values.number("dt")
        guard let steps = TimeGrid.steps(dt, resolution), steps > 0 else {
            throw InputError(
                "\(Self.name): dt = \(formatted(dt)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
            )
        }
        holdSteps = steps
    }

    /// dt is 1 ms, or 10 steps where 1 ms is no whole number of them.
    static func defaults(_ resolution: Double) -> Settings {
        var values = defaults
        if TimeGrid.steps(1, resolution) == nil { values["dt"] = .number(TimeGrid.ms(10, resolution)) }
        return values
    }

    /// The stamp at which the current that holds at `stamp` was drawn.
    func drawing(for stamp: Int) -> Int {
        let first = max(window.start, 1)
        return first + (stamp - first) / holdSteps * holdSteps
    }

    func isActive(_ stamp: Int) -> Bool { window.contains(stamp + 1) }

    /// The current that one connection draws at `drawing`, from the connection's stream.
    func current(drawing: Int, seed: Int64, link: Int, connection: Int) -> Double {
        var stream = RandomStream(seed: seed, StreamName(.noise, call: link, member: connection), from: drawing)
        return values.number("mean") + deviation(drawing) * stream.normal()
    }

    private func deviation(_ drawing: Int) -> Double {
        let std = values.number("std"), modulation = values.number("std_mod")
        guard modulation > 0 else { return std }
        let seconds = TimeGrid.ms(drawing, resolution) / 1000
        let wave = sinCosOfTurns(values.number("frequency") * seconds + values.number("phase") / 360).sin
        return (std * std + modulation * modulation * wave).squareRoot()
    }
}

/// Lists of times given by a user.
enum EventTimes {
    /// The step at `ms`, or the one it lies in if times may be rounded up.
    static func step(_ ms: Double, _ resolution: Double, roundingUp: Bool, _ what: String) throws -> Int {
        if let step = TimeGrid.steps(ms, resolution) { return step }
        guard roundingUp, ms.isFinite else {
            throw InputError(
                "\(what): \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms")
        }
        return TimeGrid.stepsUp(ms, resolution)
    }

    /// The first index of a sorted list whose time is after `time`.
    static func firstIndex(in times: [Int], after time: Int) -> Int {
        times.partitioningIndex { $0 > time }
    }
}
