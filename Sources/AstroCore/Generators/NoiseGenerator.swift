/// Gaussian white noise, approximated by a current that is drawn anew every `dt`, independently for each connection.
struct NoiseGenerator: CurrentSource {
    static let name = "noise_generator"
    static let text = ModelText(
        summary: "Gaussian noise current, drawn anew every dt for each connection.",
        equations: "I = mean + sqrt(std^2 + std_mod^2 sin(2 pi frequency t + phase)) N(0, 1), held for dt",
        notes: [
            "The default of dt is 1 ms, or 10 steps if 1 ms is not a whole number of steps.",
            "Each connection has a current of its own; all change at the same instants: start, start + dt, ...",
            "New values set in the middle of a hold take effect at its end; a new dt also counts from there.",
            "The modulation is a function of the simulation's time; start and stop do not shift its phase.",
        ])
    static let recordables = [Recordable("I", .pA, "mean of the currents sent to all targets, before weights")]
    static let ownParameters = [
        Parameter("mean", 0, .pA, "mean of the current"),
        Parameter("std", 0, .pA, "standard deviation of the current", .nonNegative),
        Parameter("std_mod", 0, .pA, "amplitude of the sinusoidal modulation of std", .nonNegative, and: "at most std"),
        Parameter("frequency", 0, .Hz, "frequency of the modulation"),
        Parameter("phase", 0, .degree, "phase of the modulation"),
        Parameter("dt", 1, .ms, "time that a value is held", .positive, and: "on the grid"),
    ]

    let values: Settings
    let window: ActivityWindow
    private let resolution: Double
    let holdSteps: Int
    /// The hold in which the generator was changed.
    private var hold: Hold?
    /// The first stamp at which a value may be drawn.
    private var first = 1

    /// A value that is held for the stamps drawing ..< end.
    struct Hold: Equatable {
        let drawing, end: Int
        let mean, deviation: Double
    }

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

    /// dt is 1 ms, or 10 steps where 1 ms is not a whole number of them.
    static func defaults(_ resolution: Double) -> Settings {
        var values = defaults
        if TimeGrid.steps(1, resolution) == nil { values["dt"] = .number(TimeGrid.ms(10, resolution)) }
        return values
    }

    static let drawsForEachConnection = true

    func heldSince(_ stamp: Int) -> Int {
        if let hold, stamp < hold.end { return hold.drawing }
        let first = max(window.start, first)
        return first + (stamp - first) / holdSteps * holdSteps
    }

    func current(at drawing: Int, over connection: ConnectionNumbers) -> Double {
        var stream = connection.stream(from: drawing)
        let law = law(drawing)
        return law.mean + law.deviation * stream.normal()
    }

    private func law(_ drawing: Int) -> (mean: Double, deviation: Double) {
        if let hold, drawing == hold.drawing { return (hold.mean, hold.deviation) }
        return (values.number("mean"), deviation(drawing))
    }

    private func deviation(_ drawing: Int) -> Double {
        let std = values.number("std"), modulation = values.number("std_mod")
        guard modulation > 0 else { return std }
        let seconds = TimeGrid.ms(drawing, resolution) / 1000
        let wave = sinCosOfTurns(values.number("frequency") * seconds + values.number("phase") / 360).sin
        return (std * std + modulation * modulation * wave).squareRoot()
    }

    // MARK: Changed in the middle

    /// The hold that began last, up to the end of step `now`; it may be over.
    private func lastHold(_ now: Int) -> Hold? {
        let last = min(now, window.stop - 1)
        guard last >= max(window.start, first) else { return hold }
        let drawing = heldSince(last), law = law(drawing)
        return Hold(drawing: drawing, end: drawing + holdSteps, mean: law.mean, deviation: law.deviation)
    }

    func succeeding(_ old: Self?, now: Int) -> Self {
        guard now > 0 else { return self }
        var new = self
        new.hold = old?.lastHold(now).flatMap { $0.end > now + 1 ? $0 : nil }
        new.first = new.hold?.end ?? now + 1
        return goesOn(new, now) ? self : new
    }

    /// Is this, without anything carried, the same as `new` in all that is to come?
    private func goesOn(_ new: Self, _ now: Int) -> Bool {
        let start = max(window.start, first)
        guard (max(window.start, new.first) - start) % holdSteps == 0 else { return false }
        guard let hold = new.hold else { return true }
        return start <= hold.drawing && heldSince(hold.end - 1) == hold.drawing
            && law(hold.drawing) == (hold.mean, hold.deviation)
    }

    var carried: Settings {
        guard first != 1 else { return [:] }
        var result: Settings = ["first": .number(Double(first))]
        if let hold {
            result["drawing"] = .number(Double(hold.drawing))
            result["mean"] = .number(hold.mean)
            result["deviation"] = .number(hold.deviation)
        }
        return result
    }

    func resuming(_ carried: Settings) throws -> Self {
        guard let first = try carried.stamp("first") else { return self }
        var result = self
        result.first = first
        guard let drawing = try carried.stamp("drawing") else { return result }
        let mean = carried.number("mean"), deviation = carried.number("deviation")
        guard drawing < first, mean.isFinite, deviation.isFinite else {
            throw InputError("\(Self.name): the held current must be finite")
        }
        result.hold = Hold(drawing: drawing, end: first, mean: mean, deviation: deviation)
        return result
    }
}
