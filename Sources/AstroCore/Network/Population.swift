/// Cells of one model made by one `create`, in columns; or devices. Global ids count from 1 in order of creation.
final class Population {
    let index: Int
    let firstID: Int
    let count: Int
    let label: String?
    /// Where they lie; nil where nobody has said.
    let layer: Layer?
    private(set) var kind: Kind
    /// The number in the names of random streams. Recorders have none, so that adding one shifts no stream.
    let stream: Int
    /// Nodes created before, recorders left out.
    let firstStreamed: Int

    enum Kind {
        case cells(Cells)
        case devices([any Device])
    }

    init(
        index: Int, firstID: Int, count: Int, label: String?, layer: Layer?, kind: Kind, stream: Int, firstStreamed: Int
    ) {
        self.index = index
        self.firstID = firstID
        self.count = count
        self.label = label
        self.layer = layer
        self.kind = kind
        self.stream = stream
        self.firstStreamed = firstStreamed
    }

    var cells: Cells? {
        if case .cells(let cells) = kind { return cells }
        return nil
    }

    var devices: [any Device]? {
        if case .devices(let devices) = kind { return devices }
        return nil
    }

    func replace(device index: Int, with device: any Device) {
        guard case .devices(var devices) = kind else { return }
        devices[index] = device
        kind = .devices(devices)
    }

    /// After projections were made or changed.
    func arrangeCarried() {
        carried = 0
        for i in outgoing.indices {
            let projection = outgoing[i].projection
            guard projection.columns.releasesBySender else {
                outgoing[i].release = nil
                continue
            }
            let synapse = projection.bind()
            outgoing[i].release = Outgoing.Release(synapse: synapse, first: carried)
            carried += synapse.carriedCount
        }
    }

    /// nil where nobody listens.
    var hearing: SpikeHearing? {
        let ofSpikes = spikeListeners.filter { $0.event == nil }
        guard !ofSpikes.isEmpty, let cells else { return nil }
        if madeHearing == nil { madeHearing = SpikeHearing(ofSpikes, own: cells.own) }
        return madeHearing
    }

    /// Who listens to events of the model, by their numbers there.
    var eventHearing: [Int: SpikeHearing] {
        guard let cells else { return [:] }
        let ofEvents = Dictionary(grouping: spikeListeners.filter { $0.event != nil }) { $0.event! }
        return ofEvents.mapValues { SpikeHearing($0, own: cells.own) }
    }

    var modelName: String {
        switch kind {
        case .cells(let cells): return cells.model.name
        case .devices(let devices): return type(of: devices[0]).name
        }
    }

    /// Outgoing projections in the order of their making; what a spike of a cell goes to.
    var outgoing: [Outgoing] = []
    /// Numbers that a spike carries: what its projections' synapses have released.
    private(set) var carried = 0
    /// Spike recorders and the cells they listen to.
    var spikeListeners: [SpikeListener] = [] {
        didSet { madeHearing = nil }
    }
    private var madeHearing: SpikeHearing?
    var samplers: [Sampler] = []
}

extension Population: Checkpointed {
    static let kept = [
        "count", "label", "layer", "kind", "stream", "firstStreamed", "spikeListeners", "samplers",
    ]
    static let made = ["index", "firstID", "outgoing", "carried", "madeHearing"]
}

/// A projection that leaves a population, and which of its rows belongs to a cell.
struct Outgoing {
    let projection: Projection
    let rows: RowMap
    /// nil where senders release nothing.
    fileprivate(set) var release: Release?

    /// What releases at a spike, and where its numbers begin among those that the spike carries.
    struct Release {
        let synapse: any BoundSynapse
        let first: Int
    }

    init(_ projection: Projection, _ rows: RowMap) { (self.projection, self.rows) = (projection, rows) }

    /// Lets the synapses of a cell release at its spike (ms). Cells without a row carry zeros, so that all spikes of a population
    /// carry as much.
    func release(cell: Int, at time: Double, into carried: inout [Double]) {
        guard let synapse = release?.synapse else { return }
        let row = rows.row(cell)
        if row < 0 {
            carried += repeatElement(0, count: synapse.carriedCount)
        } else {
            synapse.release(row: projection.ownRows.place(of: row)!, at: time, into: &carried)
        }
    }
}

/// From the cells of a population to the rows of a projection: -1 where a cell has none.
enum RowMap {
    /// row = cell - first + start, for cells in first ..< first + count
    case run(first: Int, count: Int, start: Int)
    /// By first cell; one does not reach into another.
    case runs([Run])
    /// Where cells come in many short runs.
    case table([Int32])

    struct Run {
        let cells: EvenRun
        let start: Int
    }

    init(_ stretches: [NodeStretch]) {
        let cells = stretches[0].nodes.population.count
        let runs = stretches.map { Run(cells: $0.nodes.even, start: $0.start) }.ordered { $0.cells.first }
        if runs.count == 1, runs[0].cells.step == 1 {
            self = .run(first: runs[0].cells.first, count: runs[0].cells.count, start: runs[0].start)
        } else if runs.count <= cells / 8, Self.areApart(runs) {
            self = .runs(runs)
        } else {
            var table = [Int32](repeating: -1, count: cells)
            for run in runs {
                for i in 0..<run.cells.count { table[run.cells[i]] = Int32(run.start + i) }
            }
            self = .table(table)
        }
    }

    private static func areApart(_ runs: [Run]) -> Bool {
        zip(runs, runs.dropFirst()).allSatisfy { $0.cells.last < $1.cells.first }
    }

    @inline(__always)
    func row(_ cell: Int) -> Int {
        switch self {
        case .run(let first, let count, let start):
            return cell >= first && cell < first + count ? cell - first + start : -1
        case .table(let rows): return Int(rows[cell])
        case .runs(let runs): return Self.row(cell, in: runs)
        }
    }

    private static func row(_ cell: Int, in runs: [Run]) -> Int {
        let next = runs.partitioningIndex { $0.cells.first > cell }
        guard next > 0, let position = runs[next - 1].cells.position(of: cell) else { return -1 }
        return runs[next - 1].start + position
    }
}

/// The cells of one population: how many there are, whose they are, and where those of this rank lie. Of cells of other ranks
/// there is nothing but their number.
final class Cells {
    let model: ModelDefinition
    /// Whose the cells are, and which are ours.
    let deal: Deal
    let own: Range<Int>
    /// Where the own cells lie; nil where a small population is another rank's.
    let batch: Batch?
    /// What leads from the number of an own cell to its slot in the batch.
    let shift: Int

    /// The cells of one worker, and where their input lies in its plane.
    struct Share {
        let worker: Int
        let cells: Range<Int>
        let plane: InputPlane
        /// Place of the first cell of `cells` in the plane.
        let offset: Int
    }

    init(_ model: ModelDefinition, _ deal: Deal, own: Range<Int>, batch: Batch?, firstSlot: Int) {
        (self.model, self.deal, self.own, self.batch) = (model, deal, own, batch)
        shift = firstSlot - own.lowerBound
    }

    var count: Int { deal.count }
    var starts: [ColumnStart] { batch?.starts ?? model.starts }
    /// Of the own cells.
    var slots: Range<Int> { own.shifted(by: shift) }

    func parameter(_ name: String) -> Parameter? { model.parameters.first { $0.name == name } }

    /// By the numbers of own cells, of which there must be some.
    func column(_ name: String) -> Column { batch!.column(name).shifted(by: shift) }

    /// Works out a quantity as the state has it now, of own cells; there may be none.
    func compute(_ name: String, stamp: Int, _ together: Together) {
        guard let batch else { return }
        _ = batch.column(name)
        batch.kernel(together).computeQuantities(
            slots.lowerBound / blockSize * blockSize..<slots.upperBound, stamp: stamp)
    }

    /// Do all ranks know that all cells share a value, and which? Not of cells that lie with those of other populations.
    func sharedByAllRanks(_ name: String) -> Double? {
        guard let batch, batch.population != nil, batch.column(name).stride == 0 else { return nil }
        return batch.column(name)[0]
    }

    /// May parameters differ from cell to cell?
    var haveOwnParameters: Bool {
        guard let batch else { return false }
        return batch.population == nil
            || model.parameters.contains { $0.role == .parameter && batch.column($0.name).stride == 1 }
    }

    /// - `cells`: own ones.
    /// - `whole`: the cells are all there are, on all ranks.
    func set(_ name: String, _ values: NewValues, cells: [Int], whole: Bool) {
        batch?.set(name, values, slots: cells.map { $0 + shift }, whole: whole && batch?.population != nil)
    }

    /// A column as a checkpoint has it: a value for all, or one for each own cell.
    func restore(_ name: String, _ values: [Double], isShared: Bool) {
        guard batch?.population == nil else { return batch!.restore(name, values, isShared: isShared) }
        set(name, isShared ? .all(values[0]) : .each(values), cells: Array(own), whole: false)
    }

    /// By the numbers of the population's cells.
    var shares: [Share] {
        guard let batch else { return [] }
        if batch.population != nil { return batch.shares }
        return [share(of: own.lowerBound)!]
    }

    /// nil for a cell of another rank.
    func share(of cell: Int) -> Share? {
        guard let batch, own.contains(cell) else { return nil }
        if batch.population != nil { return batch.shares.first { $0.cells.contains(cell) } }
        let all = batch.shares[0]
        return Share(worker: all.worker, cells: own, plane: all.plane, offset: all.offset + own.lowerBound + shift)
    }
}

extension Cells: Checkpointed {
    static let kept = ["model", "deal", "batch"]
    static let made = ["own", "shift"]
}
