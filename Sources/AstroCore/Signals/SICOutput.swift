import CLanes

/// What astrocytes sent in a slice: for each sender a run of values, one a step.
///
/// Kernels compute a step of many cells at a time, neurons add up all steps of single astrocytes: values are put down step
/// by step in a small buffer of the worker and turned, eight cells at a time, into the runs.
struct SICOutput {
    /// The run of the population's first cell.
    let runs: UnsafeMutablePointer<Double>
    /// Steps in a run.
    let stride: Int
    /// A row a step, with `blockSize` places.
    let buffer: UnsafeMutablePointer<Double>

    /// Set where a value is not 0.
    let isActive: UnsafeMutablePointer<Bool>

    static func bufferBytes(_ steps: Int) -> Int { steps * blockSize * 8 }

    @inline(__always)
    func put(_ values: some LaneVector, lag: Int, cell: Int) {
        values.store(at: buffer + (lag &* blockSize &+ cell % blockSize))
    }

    /// Hands on what `put` has put down for these cells.
    @inline(__always)
    func turn(cells: Range<Int>, lags: Range<Int>) {
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            let number = min(8, cells.upperBound &- cell)
            turn(cell, number, lags)
            cell &+= number
        }
    }

    @inline(__always)
    private func turn(_ cell: Int, _ number: Int, _ lags: Range<Int>) {
        var lag = lags.lowerBound
        if number == 8 {
            while lag &+ 8 <= lags.upperBound {
                astro_turn_8(place(lag, cell), blockSize, run(cell, lag), stride)
                lag &+= 8
            }
            while lag &+ 2 <= lags.upperBound {
                astro_turn_2(place(lag, cell), blockSize, run(cell, lag), stride)
                lag &+= 2
            }
        }
        while lag < lags.upperBound {
            for i in 0..<number { run(cell &+ i, lag).pointee = place(lag, cell)[i] }
            lag &+= 1
        }
    }

    @inline(__always)
    private func place(_ lag: Int, _ cell: Int) -> UnsafeMutablePointer<Double> {
        buffer + (lag &* blockSize &+ cell % blockSize)
    }

    @inline(__always)
    private func run(_ cell: Int, _ lag: Int) -> UnsafeMutablePointer<Double> { runs + (cell &* stride &+ lag) }
}
