import AstroBase

/// Times of steps on the grid of a resolution, as `TimeGrid` has them, where many are asked for.
struct StepTimes: Sendable {
    let resolution: Double
    private let perMs: Double
    /// Is a step a whole fraction of a ms?
    private let isWhole: Bool

    init(_ resolution: Double) {
        self.resolution = resolution
        let whole = TimeGrid.wholeStepsPerMs(resolution)
        (isWhole, perMs) = (whole != nil, whole ?? 1 / resolution)
    }

    @inline(__always)
    func ms(_ steps: Int) -> Double { isWhole ? Double(steps) / perMs : Double(steps) * resolution }

    /// The step of a time that is on the grid, and not negative.
    @inline(__always)
    func step(_ ms: Double) -> Int { Int(ms * perMs + 0.5) }
}
