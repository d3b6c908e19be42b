import CLanes

/// Where a kernel puts a signal down: for each sending cell a run of values, one a step of the slice.
///
/// Kernels compute a step of many cells at a time, receivers add up all steps of single senders: values are put down step
/// by step in a small buffer of the worker and turned, eight cells at a time, into the runs.
package struct SignalOutput {
    /// The run of the batch's first cell.
    let runs: UnsafeMutablePointer<Double>
    /// Steps in a run.
    let stride: Int
    /// A row a step, with `blockSize` places.
    let buffer: UnsafeMutablePointer<Double>
    /// Set where a value is not 0: of the worker, and of the cells that are being advanced.
    let isActive, cellsAreActive: UnsafeMutablePointer<Bool>
    /// For the first cell of each vector: are all values of its cells' runs 0? Then there is nothing to turn while none sends.
    let isBlank: UnsafeMutablePointer<Bool>
    let firstStep: Int

    /// Sends the values of a vector of cells at the end of `step`. To be followed by `finish` for the same cells when all steps are
    /// done.
    ///
    /// - `active`: lanes where the value is not 0.
    @inline(__always)
    package func send(_ values: some LaneVector, active: LaneBits, step: Int, cell: Int) {
        if active != 0 { (isActive.pointee, cellsAreActive.pointee) = (true, true) }
        values.store(at: buffer + ((step &- firstStep) &* blockSize &+ cell % blockSize))
    }

    /// Hands on what was sent of `width` cells from `cell` on.
    @inline(__always)
    package func finish(_ cell: Int, _ width: Int, _ steps: Range<Int>) {
        let isSilent = !cellsAreActive.pointee
        if isSilent && isBlank[cell] { return }
        turn(cells: cell..<cell &+ width, lags: steps.lowerBound &- firstStep..<steps.upperBound &- firstStep)
        isBlank[cell] = isSilent && steps.count == stride
        cellsAreActive.pointee = false
    }

    /// Sends what a column has of some cells at the end of a step, whole blocks of them, and hands it on.
    func send(_ column: Column, _ cells: Range<Int>, step: Int) {
        var active: LaneBits = 0, cell = cells.lowerBound
        let lag = step &- firstStep
        while cell < cells.upperBound {
            let values: Lanes = column.vector(cell)
            active |= Lanes.zeros.isLess(than: values.magnitude).bits
            if stride == 1 {
                values.store(at: run(cell, 0))
            } else {
                for lane in 0..<Lanes.laneCount { run(cell &+ lane, lag).pointee = values[lane] }
            }
            cell &+= Lanes.laneCount
        }
        if active != 0 { isActive.pointee = true }
    }

    /// The rows, and behind them `cellsAreActive`.
    static func bufferBytes(_ steps: Int) -> Int { steps * blockSize * 8 + 64 }

    @inline(__always)
    private func turn(cells: Range<Int>, lags: Range<Int>) {
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
