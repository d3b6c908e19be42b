import CLanes

/// A kind of cell: its tables, and the kernel that advances a run of cells over a range of steps.
///
/// A new model is one file here and one line in `Catalogue`. An instance is the model bound to the columns of a batch, which may
/// hold the cells of many populations; it is made anew whenever a parameter changes, so it may hold what derives from them.
/// What becomes of a cell depends on that cell, or on its population where the model says so, never on others of the batch.
package protocol NodeModel: Sendable {
    static var name: String { get }
    static var family: NodeFamily { get }
    static var text: ModelText { get }
    static var parameters: [Parameter] { get }
    static var recordables: [Recordable] { get }
    static var inputs: NodeInputs { get }

    /// State that no user sees: names and start values.
    static var hiddenState: [(name: String, start: Double)] { get }

    /// State that is looked at now and then while a simulation runs, and what it may be. A number that is none, anywhere in
    /// the state, must show in one of these a step later.
    static var stateLimits: [(name: String, range: ClosedRange<Double>)] { get }

    /// Conditions between parameters. `value` gives a cell's value by name.
    static func check(_ value: (String) -> Double) throws

    init(_ columns: ModelColumns)

    /// Advances `cells` from the beginning of `steps.lowerBound` to the end of the last step. `cells` starts at a
    /// multiple of `blockSize`; what lies behind the cell `io.count` is padding.
    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO)

    /// Called when all cells of a worker have been advanced: for those that were put off.
    func finish(steps: Range<Int>, io: borrowing CellIO)
}

extension NodeModel {
    package func finish(steps: Range<Int>, io: borrowing CellIO) {}
    package static var hiddenState: [(name: String, start: Double)] { [] }
    package static var stateLimits: [(name: String, range: ClosedRange<Double>)] { [] }
    package static func check(_ value: (String) -> Double) throws {}
}

/// A model whose cells are advanced a vector at a time.
package protocol VectorNodeModel: NodeModel {
    /// `Lanes`, or `LanePair` for a kernel that waits for itself.
    associatedtype Vector: LaneVector
    /// As `advance`, for the cells of one vector from `first` on.
    func advanceVector(_ first: Int, _ steps: Range<Int>, _ io: borrowing CellIO)
}

extension VectorNodeModel {
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

package enum NodeFamily: String, Sendable { case neuron, astrocyte, stimulator, recorder }

/// What a cell can receive.
package struct NodeInputs: Sendable {
    /// Rows of the input buffer that spikes go to: 2 where the sign of the weight decides between excitation and
    /// inhibition, else 1.
    package var spikeChannels = 2
    /// The number of spikes counts, not their weight.
    package var countsSpikes = false
    package var refusesNegativeWeights = false
    package var current = true
    package var slowInwardCurrent = false
    package var sendsSlowInwardCurrent = false
    package var sendsSpikes = true

    package init() {}
}

/// What a model is bound to: the columns of its parameters and states by name, and the resolution in ms.
package struct ModelColumns {
    let store: ColumnStore
    let byName: [String: Column]
    let residents: Residents?
    package let resolution: Double

    package subscript(_ name: String) -> Column { byName[name]! }

    /// For each cell the least of some parameters among all cells of its population, wherever they are.
    package func least(_ names: [String]) -> Column {
        let columns = names.map { self[$0] }
        let ofCell = { (cell: Int) in columns.reduce(.infinity) { min($0, $1[cell]) } }
        if columns.allSatisfy({ $0.stride == 0 }) { return store.derived(from: columns, ofCell) }
        guard let residents else {
            let least = Ranks.all.least(store.cells.lazy.map(ofCell).min() ?? .infinity)
            return store.derived(from: []) { _ in least }
        }
        // padding is as the last population
        let least = residents.populations.flatMap { slots in
            repeatElement(slots.lazy.map(ofCell).min()!, count: slots.count)
        }
        return store.derived(from: columns) { least[min($0, least.count - 1)] }
    }

    /// - `others`: columns that were derived already.
    package func derived(_ names: [String], _ others: [Column] = [], _ value: (Int) -> Double) -> Column {
        store.derived(from: names.map { self[$0] } + others, value)
    }

    /// The least and the greatest value of a column.
    package func range(_ column: Column) -> ClosedRange<Double>? {
        if column.stride == 0 { return column[0]...column[0] }
        let values = store.cells.lazy.map { column[$0] }
        guard let least = values.min(), let greatest = values.max() else { return nil }
        return least...greatest
    }
}

/// What a kernel reads and writes beside its columns. Cells go by their slots in the batch; times are stamps: the
/// step from k to k + 1 has the stamp k + 1.
package struct CellIO: ~Copyable {
    /// Spike input: row of stamp s at `(s & slotMask) * rowStride`, channel c of it `c * channelStride` further.
    let spikes: UnsafeMutablePointer<Double>
    let rowStride: Int
    let channelStride: Int
    let slotMask: Int
    /// Currents and slow inward currents due at stamp s, `(s & slotMask) * inputStride` on; nil where none can come.
    let current: UnsafeMutablePointer<Double>?
    let slowInwardCurrent: UnsafeMutablePointer<Double>?
    let inputStride: Int
    /// Where the output of astrocytes goes; nil where nobody listens.
    let sicOut: SICOutput?
    let firstStep: Int
    /// The first slot behind all real cells.
    package let count: Int
    /// Cells of the worker that were put off.
    let deferred: DeferredCells
    let outbox: Outbox
    /// Whose the cells are: one population's under their numbers, or those of many.
    let population: Int
    let residents: UnsafePointer<Residents.Resident>?

    @inline(__always)
    package func spikeRow(_ stamp: Int, _ channel: Int = 0) -> UnsafeMutablePointer<Double> {
        spikes + ((stamp & slotMask) &* rowStride &+ channel &* channelStride)
    }

    /// A bit for each of `width` lanes from the cell `first` on that holds a cell, not padding.
    @inline(__always)
    package func realLanes(_ first: Int, _ width: Int) -> LaneBits {
        (1 << LaneBits(max(0, min(count &- first, width)))) &- 1
    }

    // What is due at a stamp for one cell, which stays there.

    package func spikes(_ stamp: Int, _ channel: Int, _ cell: Int) -> Double { spikeRow(stamp, channel)[cell] }

    package func current(_ stamp: Int, _ cell: Int) -> Double { look(current, stamp, cell) }

    package func slowInwardCurrent(_ stamp: Int, _ cell: Int) -> Double { look(slowInwardCurrent, stamp, cell) }

    private func look(_ rows: UnsafeMutablePointer<Double>?, _ stamp: Int, _ cell: Int) -> Double {
        rows.map { $0[(stamp & slotMask) &* inputStride &+ cell] } ?? 0
    }

    // What is due at a stamp for a vector of cells; the buffer is empty afterwards.

    @inline(__always)
    package func takeSpikes<Vector: LaneVector>(_ stamp: Int, _ channel: Int, _ cell: Int) -> Vector {
        Self.take(spikeRow(stamp, channel) + cell)
    }

    @inline(__always)
    package func takeCurrent<Vector: LaneVector>(_ stamp: Int, _ cell: Int) -> Vector { take(current, stamp, cell) }

    @inline(__always)
    package func takeSlowInwardCurrent<Vector: LaneVector>(_ stamp: Int, _ cell: Int) -> Vector {
        take(slowInwardCurrent, stamp, cell)
    }

    @inline(__always)
    private func take<Vector: LaneVector>(
        _ rows: UnsafeMutablePointer<Double>?, _ stamp: Int, _ cell: Int
    ) -> Vector {
        guard let rows else { return .zeros }
        return Self.take(rows + ((stamp & slotMask) &* inputStride &+ cell))
    }

    @inline(__always)
    private static func take<Vector: LaneVector>(_ place: UnsafeMutablePointer<Double>) -> Vector {
        // what the next vector of cells will ask for
        for i in stride(from: 0, to: Vector.laneCount, by: 8) { astro_prefetch(place + (Vector.laneCount &+ i)) }
        let sum = Vector(at: place)
        Vector.zeros.store(at: place)
        return sum
    }

    /// To be followed by `finishSlowInwardCurrents` for the same cells when all steps are done.
    /// - `active`: lanes where it is not 0.
    @inline(__always)
    package func sendSlowInwardCurrent(_ value: some LaneVector, active: LaneBits, step: Int, cell: Int) {
        guard let sicOut else { return }
        if active != 0 { sicOut.isActive.pointee = true }
        sicOut.put(value, lag: step &- firstStep, cell: cell)
    }

    @inline(__always)
    package func finishSlowInwardCurrents(_ cell: Int, _ width: Int, _ steps: Range<Int>) {
        sicOut?.turn(cells: cell..<cell &+ width, lags: steps.lowerBound &- firstStep..<steps.upperBound &- firstStep)
    }

    /// `number` spikes of one cell at the end of `step`.
    package func emit(step: Int, cell: Int, number: Int = 1) {
        let (population, cell) = resident(cell)
        outbox.add(number, lag: step - firstStep, population: population, cell: cell)
    }

    /// The run stops at the end of this slice and reports the first such cell.
    package func reportInstability(step: Int, cell: Int) {
        let (population, cell) = resident(cell)
        outbox.report(instability: (step, population, cell))
    }

    private func resident(_ slot: Int) -> (population: Int, cell: Int) {
        guard let residents else { return (population, slot) }
        return (Int(residents[slot].population), Int(residents[slot].cell))
    }
}
