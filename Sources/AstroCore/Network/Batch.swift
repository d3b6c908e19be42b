/// Cells of one model that step together, in columns, with the model bound to them: the own cells of a large population, or those
/// of many small ones, one behind the other. What a population is to the user (ids, label, random numbers) does not show here.
final class Batch {
    /// Cells of a population up to which it lies in a batch with others.
    static let mostGathered = 256

    let model: ModelDefinition
    /// Its columns.
    let starts: [ColumnStart]
    let resolution: Double
    let spikes: SpikeMoments
    /// The population whose own cells these are, under their numbers; nil where there are many.
    let population: Int?
    /// Where there are many: whose cells have which slots.
    let residents: Residents?
    private(set) var shares: [Cells.Share]
    /// Blocks of each share; made when the simulation is prepared.
    var blocks: [[InputBlock]] = []
    /// For each signal that the model sends, the place of the first cell among all own cells that send it; given when the simulation
    /// is prepared.
    var firstSenders: [Int]
    private let store: ColumnStore
    private(set) var columns: [String: Column] = [:]
    private var computed: [String: Column] = [:]
    private var bound: (any NodeKernel)?
    /// What ranks have told each other of parameters while a kernel was made, by what they asked.
    private var agreed: [[String]: Double] = [:]

    /// The own cells of a population.
    init(
        _ model: ModelDefinition, _ own: Range<Int>, of population: Int, resolution: Double, spikes: SpikeMoments,
        shares: [Cells.Share], starting values: CellValues
    ) {
        (self.model, self.population, self.shares) = (model, population, shares)
        (self.resolution, self.spikes) = (resolution, spikes)
        residents = nil
        starts = model.starts
        firstSenders = model.signals.map { _ in 0 }
        store = ColumnStore(own)
        makeColumns()
        fill(own, values, starts.filter { values[$0.name] != nil })
    }

    /// Of small populations that are still to come, all on one worker.
    init(_ model: ModelDefinition, resolution: Double, spikes: SpikeMoments, plane: InputPlane) {
        (self.model, self.resolution, self.spikes, population) = (model, resolution, spikes, nil)
        residents = Residents()
        starts = model.starts
        firstSenders = model.signals.map { _ in 0 }
        shares = [Cells.Share(worker: plane.worker, cells: 0..<0, plane: plane, offset: plane.size)]
        store = ColumnStore(0..<0)
        makeColumns()
    }

    /// Slots of the cells.
    var cells: Range<Int> { store.cells }

    func column(_ name: String) -> Column { columns[name] ?? computedColumn(name) }

    /// Where a quantity of the model goes that somebody reads. That may be on one rank only: the kernel is made anew, and nothing is
    /// asked again.
    private func computedColumn(_ name: String) -> Column {
        precondition(model.quantities.contains(name), "a model has no such column")
        if let column = computed[name] { return column }
        computed[name] = store.array(0)
        bound = nil
        return computed[name]!
    }

    /// Whose cell has a slot, and its number there.
    func resident(_ slot: Int) -> (population: Int, number: Int) {
        guard let residents else { return (population!, slot) }
        return (Int(residents.bySlot[slot].population), Int(residents.bySlot[slot].cell))
    }

    private func makeColumns() {
        for start in starts {
            columns[start.name] = start.isState ? store.array(start.value) : store.shared(start.value)
        }
    }

    /// May more cells be added? Where others have come behind them in the input plane there is no room.
    var canGrow: Bool { residents != nil && shares[0].plane.size == shares[0].offset + padded(cells.count) }

    /// Takes in the cells of a small population; the slot of the first.
    func add(_ number: Int, of population: Int, starting values: CellValues) -> Int {
        let first = cells.upperBound, share = shares[0]
        reserve(first + number)
        store.cells = 0..<first + number
        fill(first..<first + number, values, starts)
        residents!.add(number, of: population)
        share.plane.add(cells: 0..<number, of: population, at: share.offset + first)
        shares = [Cells.Share(worker: share.worker, cells: cells, plane: share.plane, offset: share.offset)]
        unbind()
        return first
    }

    private func reserve(_ count: Int) {
        guard count > store.capacity else { return }
        store.capacity = padded(max(count, 2 * store.capacity))
        computed.values.forEach(store.release)
        computed = [:]
        for start in starts where column(start.name).stride == 1 {
            columns[start.name] = store.moved(column(start.name), filling: start.value)
        }
    }

    /// What new cells begin with, in some columns.
    private func fill(_ slots: Range<Int>, _ values: CellValues, _ starts: [ColumnStart]) {
        for start in starts {
            let new = values[start.name] ?? .all(start.value)
            if case .all(let x) = new, slots == cells, column(start.name).stride == 0 {
                share(start.name, x)
            } else if case .all(let x) = new, column(start.name).holdsForAll(x) {
                continue
            } else {
                spread(start.name, new, slots)
            }
        }
    }

    private func share(_ name: String, _ value: Double) { column(name).base.update(repeating: value, count: blockSize) }

    private func spread(_ name: String, _ values: NewValues, _ slots: some Sequence<Int>) {
        let column = store.spread(column(name))
        for (i, slot) in slots.enumerated() { column[slot] = values.value(i) }
        columns[name] = column
    }

    /// Values for some cells.
    ///
    /// - `whole`: they are all there are, on all ranks. Ranks agree on it, so that a column is shared on all of them or on none.
    func set(_ name: String, _ values: NewValues, slots: [Int], whole: Bool) {
        let before = column(name)
        if case .all(let x) = values, before.stride == 0, whole {
            share(name, x)
        } else if case .all(let x) = values, residents != nil, before.holdsForAll(x) {
            return
        } else {
            spread(name, values, slots)
        }
        // what derives from parameters is of no use any more; states are where they were
        if !model.isState(name) || column(name).base != before.base { unbind() }
    }

    /// A column as a checkpoint has it: a value for all, or one for each own cell.
    func restore(_ name: String, _ values: [Double], isShared: Bool) {
        store.release(column(name))
        let column = isShared ? store.shared(values[0]) : store.array(values.first ?? 0)
        if column.stride == 1 { (column.base + cells.lowerBound).update(from: values, count: cells.count) }
        columns[name] = column
        unbind()
    }

    /// Parameters are others now.
    private func unbind() { (bound, agreed) = (nil, [:]) }

    /// The model bound to the columns as they are now.
    func kernel(_ together: Together) -> any NodeKernel { kernel { together.least($0) } }

    /// - `least`: of a value on all ranks, which ask for it together.
    func kernel(leastOnRanks least: @escaping (Double) -> Double) -> any NodeKernel {
        if let bound { return bound }
        store.releaseDerived()
        let leastOnRanks = { (names: [String], own: Double) -> Double in
            if let known = self.agreed[names] { return known }
            let found = least(own)
            self.agreed[names] = found
            return found
        }
        let fresh = model.bind(
            ModelColumns(
                store: store, byName: columns, residents: residents, leastOnRanks: leastOnRanks, computed: computed,
                resolution: resolution, spikes: spikes))
        bound = fresh
        return fresh
    }

    var memoryBytes: Int {
        let eachCell = columns.values.count { $0.stride == 1 }
        return 8 * (eachCell * store.capacity + (columns.count - eachCell) * blockSize) + store.derivedBytes
            + (residents?.memoryBytes ?? 0)
    }
}

extension Batch: Checkpointed {
    static let kept = ["model", "columns"]
    static let made = [
        "starts", "resolution", "spikes", "population", "residents", "shares", "blocks", "firstSenders", "store",
        "computed",
        "bound", "agreed",
    ]
}

extension Column {
    /// Do all cells share this very value?
    fileprivate func holdsForAll(_ value: Double) -> Bool { stride == 0 && self[0].bitPattern == value.bitPattern }
}

/// Values that some cells are given, by the name of what they are given to.
typealias CellValues = [String: NewValues]

/// One for all, or one each.
enum NewValues {
    case all(Double)
    case each([Double])

    func value(_ i: Int) -> Double {
        switch self {
        case .all(let x): return x
        case .each(let list): return list[i]
        }
    }
}
