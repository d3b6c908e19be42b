/// Piecewise constant current.
struct StepCurrentGenerator: CurrentSource {
    static let name = "step_current_generator"
    static let text = ModelText(
        summary: "Piecewise constant current.",
        equations: "I = amplitude_values[i] from amplitude_times[i] on; 0 before the first time",
        notes: [
            "After new times are set, the current stays as it is until the first of them that is still to come; past and current times "
                + "are skipped.",
            "As in NEST, amplitude_times count from the beginning of the simulation, not from origin.",
        ])
    static let ownParameters = [
        Parameter(
            "amplitude_times", .numbers([]), .ms, "times of change", .positive, and: "on the grid, strictly increasing"),
        Parameter("amplitude_values", .numbers([]), .pA, "new amplitudes", and: "as many as amplitude_times"),
        Parameter("allow_offgrid_times", .flag(false), .flag, "round off-grid times up to the end of their step"),
    ]

    let values: Settings
    let window: ActivityWindow
    private let changes: [Int]
    private let amplitudes: [Double]
    /// The current that was there at a change of this generator, until the first of its times after it.
    private var held: (since: Int, amplitude: Double)?

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        let times = values.numbers("amplitude_times")
        amplitudes = values.numbers("amplitude_values")
        guard times.count == amplitudes.count else {
            throw InputError(
                "\(Self.name): amplitude_times (\(times.count)) and amplitude_values (\(amplitudes.count)) must have the same length"
            )
        }
        let rounding = values.flag("allow_offgrid_times")
        changes = try times.map { time in
            guard time > 0 else {
                throw InputError("\(Self.name): amplitude_times: \(formatted(time)) ms is not after 0")
            }
            return try EventTimes.step(time, resolution, roundingUp: rounding, "\(Self.name): amplitude_times")
        }
        guard zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw InputError("\(Self.name): amplitude_times must be strictly increasing, at least a step apart")
        }
    }

    func current(at stamp: Int, over _: ConnectionNumbers) -> Double { amplitude(at: stamp) }

    private func amplitude(at stamp: Int) -> Double {
        let next = EventTimes.firstIndex(in: changes, after: stamp)
        if let held, next == 0 || changes[next - 1] <= held.since { return held.amplitude }
        return next == 0 ? 0 : amplitudes[next - 1]
    }

    func succeeding(_ old: Self?, now: Int) -> Self {
        let before = old?.amplitude(at: now) ?? 0
        guard now > 0, amplitude(at: now) != before else { return self }
        return holding(before, since: now)
    }

    private func holding(_ amplitude: Double, since: Int) -> Self {
        var result = self
        result.held = (since, amplitude)
        return result
    }

    /// Version 1 counted the times from origin. What would then be before the first step is a current that is held.
    static func fromVersionOne(_ values: Settings, _ resolution: Double) -> (values: Settings, carried: Settings) {
        let origin = values.number("origin")
        guard origin != 0, origin.isFinite else { return (values, [:]) }
        let changes = zip(values.numbers("amplitude_times"), values.numbers("amplitude_values"))
        let shifted = changes.map { (time: $0 + origin, value: $1) }
        let past = shifted.prefix { $0.time < TimeGrid.unit / 2 }, rest = shifted[past.count...]
        let new: Settings = [
            "amplitude_times": .numbers(rest.map(\.time)), "amplitude_values": .numbers(rest.map(\.value)),
        ]
        let carried: Settings = past.last.map { ["since": .number(0), "amplitude": .number($0.value)] } ?? [:]
        return (values.merging(new) { $1 }, carried)
    }

    var carried: Settings {
        held.map { ["since": .number(Double($0.since)), "amplitude": .number($0.amplitude)] } ?? [:]
    }

    func resuming(_ carried: Settings) throws -> Self {
        guard let since = try carried.stamp("since") else { return self }
        let amplitude = carried.number("amplitude")
        guard amplitude.isFinite else { throw InputError("\(Self.name): the held current must be finite") }
        return holding(amplitude, since: since)
    }
}
