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

    /// Of some steps: each case is a loop of its own, which the compiler turns into vectors.
    func ms(_ steps: UnsafePointer<Int>, _ count: Int, into moments: UnsafeMutablePointer<Double>) {
        let (resolution, perMs) = (resolution, perMs)
        if isWhole {
            for n in 0..<count { moments[n] = Double(steps[n]) / perMs }
        } else {
            for n in 0..<count { moments[n] = Double(steps[n]) * resolution }
        }
    }

    /// The step of a time that is on the grid, not negative, and at most 2^51. A number of 2^52 and more has its integer in its last bits.
    @inline(__always)
    func step(_ ms: Double) -> Int {
        Int(truncatingIfNeeded: (ms * perMs + 0x1p52).bitPattern & 0xf_ffff_ffff_ffff)
    }
}
