/// One network and its clock. Several may live side by side.
///
/// Every call either does all that it says or throws an `InputError` and changes nothing.
public final class Simulation {
    /// Step in ms.
    public let resolution: Double
    public let seed: Int64
    public let threads: Int
    /// Steps done.
    package internal(set) var now = 0
    /// But for memory, which changes at any time.
    var figures = Stats()
    public var stats: Stats {
        var all = figures
        all.memoryBytes = memoryBytes + RecorderMemory.bytes(allRecordings())
        return all
    }

    public struct Stats: Sendable {
        /// Seconds of wall time.
        public var create = 0.0, connect = 0.0, prepare = 0.0, simulate = 0.0
        /// Spikes of cells, and events (spikes times targets) delivered.
        public var spikes = 0, events = 0
        /// Memory of populations, input buffers, connections and recorders.
        public var memoryBytes = 0
        /// While the simulation ran on several ranks: seconds in which the slowest of them waited for others or spoke with
        /// them, and bytes that one has received.
        public var communicate = 0.0
        public var receivedBytes = 0
    }

    var populationList: [Population] = []
    /// What the cells of all populations lie in, in order of making.
    private(set) var batches: [Batch] = []
    /// For each plane the batch that takes in small populations.
    private var openBatches: [ObjectIdentifier: Batch] = [:]
    /// Models of which there are cells, in the order in which they were first used.
    private var models: [ModelDefinition] = []
    /// Input planes, first by worker, then by model.
    private(set) var planes: [[InputPlane]]
    var projections: [Projection] = []
    var signalProjections: [SignalProjection] = []
    var links: [DeviceLink] = []
    /// Recorders fed by generators: (recording, link of the generator to it).
    var deviceListeners: [DeviceListener] = []
    /// Places for what cells send over signals with a listener.
    var senderCount = 0
    var connectCalls = 0
    var sampleCalls = 0
    /// Calls of `Nodes.set` on cells.
    var assignments = 0
    var streamedPopulations = 0
    var streamedNodes = 0
    /// Whose turn it is to get a small population, and how many cells in a row go to one worker.
    private var workerTurn = Turn(), rankTurn = Turn()
    package var smallCellsInTurn = 256
    /// Set when what workers read has to be prepared anew.
    var isPrepared = false
    /// What `record` has made, in order; recorders that are nodes have theirs.
    var recordings: [Recording] = []
    let outboxes: [[Outbox]]
    var isRunning = false
    /// Those who simulate together, who of them has targets of cells here, and what cells of others send here.
    let ranks = Ranks.all
    var audience: Audience?
    var remoteSenders: RemoteSenders?

    public init(resolution: Double = 0.1, seed: Int64 = 1, threads: Int? = nil) throws {
        let units = (resolution / TimeGrid.unit).rounded()
        guard resolution > 0, resolution.isFinite, units >= 1, abs(resolution - units * TimeGrid.unit) < 1e-9 else {
            throw InputError("resolution = \(formatted(resolution)) ms is not a positive multiple of 0.001 ms")
        }
        let threads = threads ?? Team.cores
        guard threads >= 1, threads <= Self.mostThreads else {
            throw InputError("threads = \(threads) is not allowed (1 to \(Self.mostThreads))")
        }
        self.resolution = resolution
        self.seed = seed
        self.threads = threads
        planes = Array(repeating: [], count: threads)
        outboxes = (0..<threads).map { _ in [Outbox(), Outbox()] }
    }

    static let mostThreads = 1024

    /// Simulated time in ms.
    public var time: Double { TimeGrid.ms(now, resolution) }
    public var nodeCount: Int { populationList.last.map { $0.firstID + $0.count - 1 } ?? 0 }
    /// Connections between cells and from generators; what recorders listen to is no connection here.
    public var connectionCount: Int {
        projections.reduce(0) { $0 + $1.count } + signalProjections.reduce(0) { $0 + $1.count }
            + links.reduce(0) { $0 + $1.count }
    }

    public var populations: [Nodes] { populationList.map { Nodes(self, [.init($0)]) } }

    public func nodes(labelled label: String) throws -> Nodes {
        let found = populationList.filter { $0.label == label }
        guard !found.isEmpty else {
            let labels = populationList.compactMap(\.label)
            if labels.isEmpty {
                throw InputError("there is no population '\(label)': none was given a label (create's params take one)")
            }
            throw InputError.unknown("there is no population", label, among: labels)
        }
        return Nodes(self, found.map { .init($0) })
    }

    // MARK: Creating

    /// Makes `count` nodes of a model of the program.
    ///
    /// - `parameters`: by name, in the units of the model's table; a list gives each node its own value, a distribution draws it.
    /// - Throws: an `InputError` where the model, a parameter or a value is not allowed; nothing has been made then.
    public func create(_ model: String, count: Int = 1, parameters: Settings = [:], label: String? = nil) throws
        -> Nodes
    {
        try creating(count) {
            if let device = Catalogue.deviceModels.first(where: { $0.name == model }) {
                return try createDevices(device, count, parameters, label)
            }
            if let cell = Catalogue.cellModel(model) { return try createCells(cell, count, parameters, label) }
            if (try? Synapses.named(model)) != nil {
                throw InputError("\(model) is a synapse model: it belongs into connect")
            }
            throw Catalogue.unknown(model, among: Catalogue.nodeNames)
        }
    }

    /// The same of a model that need not be in the catalogue.
    package func create(
        _ model: ModelDefinition, count: Int = 1, parameters: Settings = [:], label: String? = nil
    ) throws -> Nodes {
        try creating(count) { try createCells(model, count, parameters, label) }
    }

    private func creating(_ count: Int, _ body: () throws -> Nodes) throws -> Nodes {
        try timed(\.create) {
            guard count >= 1 else { throw InputError("n = \(count) is not a number of nodes (1, 2, 3, …)") }
            try StreamName.check(.nodeParameter, call: streamedPopulations, "populations")
            return try body()
        }
    }

    func refuse(_ count: Int, bytes: Double, of model: String) throws {
        try Memory.refuse(bytes, for: "\(count) nodes of \(model)")
        guard count <= Self.mostNodes - nodeCount else {
            throw InputError("\(count) nodes are too many: a simulation holds at most \(Self.mostNodes)")
        }
    }

    /// Global ids are kept in 32 bits.
    static let mostNodes = Int(Int32.max) - blockSize

    /// Of a model that need not be in the catalogue.
    func createDevices(
        _ model: any Device.Type, _ count: Int, _ parameters: Settings, _ label: String? = nil
    ) throws -> Nodes {
        let name = StreamName(.nodeParameter, call: streamedPopulations)
        _ = try make(model, Self.own(parameters, model, 0, count, RandomStream(seed: seed, name)))
        try refuse(count, bytes: Double(count) * 1000, of: model.name)
        let devices = try (0..<count).map { index in
            let stream = RandomStream(seed: seed, name.of(member: index))
            return try make(model, Self.own(parameters, model, index, count, stream))
        }
        return append(count, label, .devices(devices), streamed: model.family != .recorder)
    }

    /// The values of one device among `count`: lists and distributions for a number give each its own.
    static func own(
        _ settings: Settings, _ model: any Device.Type, _ index: Int, _ count: Int, _ stream: RandomStream
    ) throws -> Settings {
        var result = settings
        var stream = stream
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard let parameter = model.parameters.first(where: { $0.name == name }),
                case .number = parameter.defaultValue
            else { continue }
            switch value {
            case .numbers(let list):
                guard list.count == count else {
                    throw InputError.uneven("\(model.name): \(name)", list.count, nodes: count)
                }
                result[name] = .number(list[index])
            case .distribution(let distribution):
                try distribution.check()
                result[name] = .number(try distribution.draw(&stream))
            default: continue
            }
        }
        return result
    }

    private func make<Model: Device>(_ model: Model.Type, _ parameters: Settings) throws -> any Device {
        let defaults = Model.defaults(resolution)
        let own = Model.adapted(parameters, of: defaults, resolution, now: now)
        return try Model(Model.merged(defaults, own), resolution: resolution).succeeding(nil, now: now)
    }

    private func createCells(
        _ model: ModelDefinition, _ count: Int, _ parameters: Settings, _ label: String?
    ) throws -> Nodes {
        let deal = self.deal(count), own = deal.cells(of: ranks.rank)
        let name = CellAssignment.RandomName(seed: seed, purpose: .nodeParameter, call: streamedPopulations)
        let starts = try ranks.agree {
            try refuse(count, bytes: Cells.bytes(model, own.count), of: model.name)
            return try CellAssignment(new: model, deal, own: own, parameters, name).values
        }
        return append(count, label, .cells(makeCells(model, deal, starting: starts)), streamed: true)
    }

    /// Whose the cells of the next population are.
    func deal(_ count: Int) -> Deal { deal(count, rankTurn) }

    private func deal(_ count: Int, _ turn: Turn) -> Deal {
        Deal(count, to: ranks.count, smallTo: turn.number % ranks.count)
    }

    /// Whose the cells will be if populations of these sizes come.
    func deals(_ counts: [Int]) -> [Deal] {
        var turn = rankTurn
        return counts.map { count in
            let deal = deal(count, turn)
            if deal.isSmall { turn.take(count, most: smallCellsInTurn) }
            return deal
        }
    }

    /// The cells of the next population, in their places among all.
    func makeCells(_ model: ModelDefinition, _ deal: Deal, starting values: CellValues) -> Cells {
        let own = deal.cells(of: ranks.rank), population = populationList.count
        if deal.isSmall { rankTurn.take(deal.count, most: smallCellsInTurn) }
        isPrepared = false
        guard deal.isGathered else {
            let shares = self.shares(model, own)
            for share in shares { share.plane.add(cells: share.cells, of: population, at: share.offset) }
            let batch = Batch(
                model, own, of: population, resolution: resolution, shares: shares, starting: values)
            batches.append(batch)
            return Cells(model, deal, own: own, batch: batch, firstSlot: own.lowerBound)
        }
        if own.isEmpty { return Cells(model, deal, own: own, batch: nil, firstSlot: 0) }
        let batch = batchWithRoom(model, deal.count)
        let first = batch.add(deal.count, of: population, starting: values)
        return Cells(model, deal, own: own, batch: batch, firstSlot: first)
    }

    /// For a small population.
    private func batchWithRoom(_ model: ModelDefinition, _ count: Int) -> Batch {
        let plane = plane(model, worker: workerForSmall(count)), key = ObjectIdentifier(plane)
        if let open = openBatches[key], open.canGrow { return open }
        let batch = Batch(model, resolution: resolution, plane: plane)
        batches.append(batch)
        openBatches[key] = batch
        return batch
    }

    private func plane(_ model: ModelDefinition, worker: Int) -> InputPlane {
        if let index = models.firstIndex(of: model) { return planes[worker][index] }
        models.append(model)
        for worker in planes.indices { planes[worker].append(InputPlane(worker: worker, ports: model.ports)) }
        return planes[worker].last!
    }

    /// Small populations go to one worker: the first ones all to the same, since two workers on a small network wait for each
    /// other longer than they work.
    private func workerForSmall(_ count: Int) -> Int {
        defer { workerTurn.take(count, most: smallCellsInTurn) }
        return workerTurn.number % threads
    }

    /// Cells are dealt out in runs of whole blocks.
    private func shares(_ model: ModelDefinition, _ own: Range<Int>) -> [Cells.Share] {
        guard !own.isEmpty else { return [] }
        let blocks = padded(own.count) / blockSize
        let workers = blocks < 2 * threads ? [workerForSmall(own.count)] : Array(0..<threads)
        return workers.enumerated().map { i, worker in
            let first = own.lowerBound + blocks * i / workers.count * blockSize
            let end = min(own.upperBound, own.lowerBound + blocks * (i + 1) / workers.count * blockSize)
            let plane = plane(model, worker: worker)
            return Cells.Share(worker: worker, cells: first..<end, plane: plane, offset: plane.size)
        }
    }

    /// Whose turn it is: some cells go to one, then some to the next.
    private struct Turn {
        private(set) var number = 0
        private var cells = 0

        mutating func take(_ count: Int, most: Int) {
            cells += count
            if cells >= most { (number, cells) = (number + 1, 0) }
        }
    }

    private func append(_ count: Int, _ label: String?, _ kind: Population.Kind, streamed: Bool) -> Nodes {
        let population = Population(
            index: populationList.count, firstID: nodeCount + 1, count: count, label: label, kind: kind,
            stream: streamed ? streamedPopulations : -1, firstStreamed: streamedNodes)
        if streamed { streamedPopulations += 1 }
        if streamed { streamedNodes += count }
        populationList.append(population)
        return Nodes(self, [.init(population)])
    }

    // MARK: Finding nodes

    /// The population of a global id, and the place in it.
    func locate(_ id: Int) -> (population: Population, cell: Int) {
        let low = populationList.partitioningIndex { $0.firstID > id } - 1
        return (populationList[low], id - populationList[low].firstID)
    }

    /// The input plane and the place in it of a cell; nil for one of another rank.
    func place(_ id: Int) -> (plane: InputPlane, place: Int)? {
        let (population, cell) = locate(id)
        guard let share = population.cells!.share(of: cell) else { return nil }
        return (share.plane, share.offset + cell - share.cells.lowerBound)
    }

    // MARK: Bookkeeping

    /// For tests: as if there had been so many more calls that name random numbers.
    package func skipCalls(_ number: Int) {
        connectCalls += number
        sampleCalls += number
        assignments += number
        streamedPopulations += number
    }

    func timed<Result>(_ part: WritableKeyPath<Stats, Double>, _ body: () throws -> Result) rethrows -> Result {
        let start = Clock.seconds
        defer { figures[keyPath: part] += Clock.seconds - start }
        return try body()
    }

    func checkMine(_ nodes: Nodes, _ what: String) throws {
        guard nodes.simulation === self else { throw InputError("\(what): these nodes belong to another simulation") }
        guard nodes.count > 0 else { throw InputError("\(what): there are no nodes in it") }
    }
}

extension Simulation: Checkpointed {
    static let kept = [
        "resolution", "seed", "now", "figures", "populationList", "batches", "planes", "projections",
        "signalProjections",
        "links",
        "deviceListeners", "connectCalls", "sampleCalls", "assignments", "streamedPopulations", "streamedNodes",
        "recordings",
    ]
    static let made = [
        "threads", "models", "openBatches", "senderCount", "workerTurn", "rankTurn", "smallCellsInTurn", "isPrepared",
        "outboxes",
        "isRunning", "ranks", "audience", "remoteSenders",
    ]
}

extension Cells {
    /// About what `count` cells take: columns that are arrays, and a share of the input buffers.
    static func bytes(_ model: ModelDefinition, _ count: Int) -> Double {
        let states = model.parameters.count { $0.role == .state } + model.hiddenState.count
        return Double(count) * 8 * Double(states + 32 * model.ports.spikeRows)
    }
}
