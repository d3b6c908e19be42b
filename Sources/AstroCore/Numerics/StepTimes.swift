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

    /// As `TimeGrid.stepsNearest`, of times of less than 2^16 steps: in vectors. Adding 2^52 rounds to the nearest integer, which may be one
    /// too large.
    func stepsNearest(_ times: [Double]) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: times.count) { steps, filled in
            times.withUnsafeBufferPointer { times in
                let resolution = resolution
                for i in 0..<times.count {
                    let exact = times[i] / resolution + 0.5 + 1e-9, shifted = exact + 0x1p52
                    let excess: UInt16 = shifted - 0x1p52 > exact ? 1 : 0
                    steps[i] = UInt16(truncatingIfNeeded: shifted.bitPattern) &- excess
                }
            }
            filled = times.count
        }
    }
}
