/// Cells of one model made by one `create`, in columns; or devices. Global ids count from 1 in order of creation.
final class Population {
    let index: Int
    let firstID: Int
    let count: Int
    let label: String?
    private(set) var kind: Kind
    /// The number in the names of random streams. Recorders have none, so that adding one shifts no stream.
    let stream: Int
    /// Nodes created before, recorders left out.
    let firstStreamed: Int

    enum Kind {
        case cells(Cells)
        case devices([any Device])
    }

    init(index: Int, firstID: Int, count: Int, label: String?, kind: Kind, stream: Int, firstStreamed: Int) {
        self.index = index
        self.firstID = firstID
        self.count = count
        self.label = label
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
    func numberFactors() {
        factors = 0
        for i in outgoing.indices {
            outgoing[i].factor = outgoing[i].projection.plasticity == nil ? nil : factors
            if outgoing[i].factor != nil { factors += 1 }
        }
    }

    /// nil where nobody listens.
    var hearing: SpikeHearing? {
        guard !spikeListeners.isEmpty, let cells else { return nil }
        if madeHearing == nil { madeHearing = SpikeHearing(spikeListeners, own: cells.own) }
        return madeHearing
    }

    var modelName: String {
        switch kind {
        case .cells(let cells): return cells.model.name
        case .devices(let devices): return type(of: devices[0]).name
        }
    }

    /// Outgoing projections in the order of their making; what a spike of a cell goes to.
    var outgoing: [Outgoing] = []
    /// Numbers that a spike carries: the factors of those projections that have such.
    private(set) var factors = 0
    /// Spike recorders and the cells they listen to.
    var spikeListeners: [SpikeListener] = [] {
        didSet { madeHearing = nil }
    }
    private var madeHearing: SpikeHearing?
    var samplers: [Sampler] = []
}

extension Population: Checkpointed {
    static let kept = [
        "count", "label", "kind", "stream", "firstStreamed", "spikeListeners", "samplers",
    ]
    static let made = ["index", "firstID", "outgoing", "factors", "madeHearing"]
}

/// A projection that leaves a population, and which of its rows belongs to a cell.
struct Outgoing {
    let projection: Projection
    let rows: RowMap
    /// Which of the factors that a spike carries is on the weights of this projection; nil where there is none.
    fileprivate(set) var factor: Int?

    init(_ projection: Projection, _ rows: RowMap) { (self.projection, self.rows) = (projection, rows) }
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
        var runs = stretches.map { Run(cells: $0.nodes.even, start: $0.start) }
        runs.sort { $0.cells.first < $1.cells.first }
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

/// The columns of a population of cells, its model bound to them, and the share of each worker. Of cells of other ranks
/// there is nothing but their number.
final class Cells {
    let model: any NodeModel.Type
    let count: Int
    /// Whose the cells are, and which are ours.
    let deal: Deal
    let own: Range<Int>
    let store: ColumnStore
    private(set) var columns: [String: Column] = [:]
    let resolution: Double
    let shares: [Share]
    /// Blocks of each share; made when the simulation is prepared.
    var blocks: [[InputBlock]] = []
    /// Number of the first own cell among all own cells that send slow inward currents.
    let firstSender: Int
    private var bound: (any Kernel)?

    /// The cells of one worker, and where their input lies in its plane.
    struct Share {
        let worker: Int
        let cells: Range<Int>
        let plane: InputPlane
        /// Place of the first cell of `cells` in the plane.
        let offset: Int
    }

    init(model: any NodeModel.Type, deal: Deal, own: Range<Int>, resolution: Double, shares: [Share], firstSender: Int)
    {
        self.model = model
        (self.deal, self.own) = (deal, own)
        count = deal.count
        self.resolution = resolution
        self.shares = shares
        self.firstSender = firstSender
        store = ColumnStore(own)
        for parameter in model.parameters {
            guard case .number(let value) = parameter.defaultValue else { fatalError("cell parameters are numbers") }
            columns[parameter.name] = parameter.role == .state ? store.array(value) : store.shared(value)
        }
        for hidden in model.hiddenState { columns[hidden.name] = store.array(hidden.start) }
    }

    func parameter(_ name: String) -> Parameter? { model.parameters.first { $0.name == name } }

    func column(_ name: String) -> Column { columns[name]! }

    /// `values[i]` for `cells[i]`, own ones; a single value for all.
    ///
    /// - `whole`: the cells are all there are. Ranks agree on it, so that a column is shared on all of them or on none.
    func set(_ name: String, _ values: [Double], cells: [Int], whole: Bool, isList: Bool) {
        var column = columns[name]!
        if !isList, whole, column.stride == 0 {
            for i in 0..<blockSize { column.base[i] = values[0] }
        } else {
            column = store.spread(column)
            for (i, cell) in cells.enumerated() { column[cell] = isList ? values[i] : values[0] }
            columns[name] = column
        }
        bound = nil
    }

    /// A column as a checkpoint has it: a value for all, or one for each own cell.
    func restore(_ name: String, _ values: [Double], isShared: Bool) {
        if let old = columns[name] { store.release(old) }
        let column = isShared ? store.shared(values[0]) : store.array(values.first ?? 0)
        if column.stride == 1 { (column.base + own.lowerBound).update(from: values, count: own.count) }
        columns[name] = column
        bound = nil
    }

    /// The model bound to the columns as they are now.
    func kernel() -> any Kernel {
        if let bound { return bound }
        store.releaseDerived()
        let fresh = Self.bind(model, ModelColumns(store: store, byName: columns, resolution: resolution))
        bound = fresh
        return fresh
    }

    private static func bind<Model: NodeModel>(_ model: Model.Type, _ columns: ModelColumns) -> any Kernel {
        BoundModel(model: Model(columns))
    }

    var memoryBytes: Int {
        columns.values.reduce(0) { $0 + ($1.stride == 0 ? blockSize : padded(own.count)) * 8 }
    }

    /// nil for a cell of another rank.
    func share(of cell: Int) -> Share? {
        shares.first { $0.cells.contains(cell) }
    }
}

extension Cells: Checkpointed {
    static let kept = ["model", "count", "columns"]
    static let made = ["deal", "own", "store", "resolution", "shares", "blocks", "firstSender", "bound"]
}

/// A bound model behind one dynamic call a block of cells; inside, everything is concrete.
protocol Kernel {
    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO)
    func finish(steps: Range<Int>, io: borrowing CellIO)
}

private struct BoundModel<Model: NodeModel>: Kernel {
    let model: Model

    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        model.advance(cells, steps: steps, io: io)
    }

    func finish(steps: Range<Int>, io: borrowing CellIO) { model.finish(steps: steps, io: io) }
}
