/// What cells have at the ends of a slice's steps: a run of values for each.
struct SignalValues: BitwiseCopyable {
    private let runs: UnsafePointer<Double>
    private let stride: Int

    init(runs: UnsafePointer<Double>, stride: Int) { (self.runs, self.stride) = (runs, stride) }

    /// Those of one step.
    func at(lag: Int) -> SignalValues { SignalValues(runs: runs + lag, stride: stride) }

    /// At the step, by the place of the cell's run.
    @inline(__always)
    subscript(run: Int) -> Double { runs[run &* stride] }
}
