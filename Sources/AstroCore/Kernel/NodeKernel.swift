/// A model bound to the columns of a batch of cells. It is made anew whenever a parameter changes, so it may hold what derives from
/// parameters.
///
/// The call of `advance` is dynamic, once a block of cells; inside, everything is concrete. What becomes of a cell depends on that
/// cell, or on its population where the model says so, never on others of the batch.
package protocol NodeKernel {
    /// Advances `cells` from the beginning of `steps.lowerBound` to the end of the last step. `cells` starts at a
    /// multiple of `blockSize`; cells from `io.count` on are padding.
    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO)

    /// May states of cells be others at the end of some steps than before them?
    func changesStates(in steps: Range<Int>) -> Bool

    /// Works out quantities of cells at a stamp, as their state has them now: what recorders and signals read that is not a state.
    /// They go where `ModelColumns.computed` has them.
    func computeQuantities(_ cells: Range<Int>, stamp: Int)

    /// Called when all cells of a worker have been advanced: for those that were put off.
    func finish(steps: Range<Int>, io: borrowing CellIO)
}

extension NodeKernel {
    package func changesStates(in steps: Range<Int>) -> Bool { true }
    package func finish(steps: Range<Int>, io: borrowing CellIO) {}
    package func computeQuantities(_ cells: Range<Int>, stamp: Int) {}
}

/// A kernel that advances a vector of cells at a time.
package protocol VectorKernel: NodeKernel {
    /// `Lanes`, or `LanePair` or `LaneQuad` for a kernel that waits for itself.
    associatedtype Vector: LaneVector
    /// As `advance`, for the cells of one vector from `first` on.
    func advanceVector(_ first: Int, _ steps: Range<Int>, _ io: borrowing CellIO)
}

extension VectorKernel {
    // a function of its own: inlined into a protocol's witness, its vector instructions become calls
    @inline(never)
    package func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            advanceVector(cell, steps, io)
            cell &+= Vector.laneCount
        }
    }
}

/// A vector kernel whose parameters are loaded apart from states: where all cells share them, once for a block. In slices of few steps
/// that is a good part of the work.
package protocol SharedParameterKernel: VectorKernel {
    /// Of a vector of cells.
    associatedtype Parameters
    func parameters(_ load: (Column) -> Vector) -> Parameters
    func advanceVector(_ first: Int, _ steps: Range<Int>, _ parameters: Parameters, _ io: borrowing CellIO)
}

extension SharedParameterKernel {
    // as above
    @inline(never)
    package func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        var cell = cells.lowerBound, areShared = true
        var parameters = parameters {
            areShared = areShared && $0.stride == 0
            return $0.vector(cell)
        }
        while cell < cells.upperBound {
            if !areShared { parameters = self.parameters { $0.vector(cell) } }
            advanceVector(cell, steps, parameters, io)
            cell &+= Vector.laneCount
        }
    }

    @inline(__always)
    package func advanceVector(_ first: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        advanceVector(first, steps, parameters { $0.vector(first) }, io)
    }
}
