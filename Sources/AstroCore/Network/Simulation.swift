/// One network and its clock. Several may live side by side.
///
/// Every call either does all that it says or throws an `InputError` and changes nothing.
public final class Simulation {
    /// Step in ms.
    public let resolution: Double
    public let seed: Int64
    public let threads: Int
    public let spikes: SpikeMoments
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
    var batches: [Batch] = []
    /// For each plane the batch that takes in small populations.
    var openBatches: [ObjectIdentifier: Batch] = [:]
    /// Models of which there are cells, in the order in which they were first used.
    var models: [ModelDefinition] = []
    /// Input planes, first by worker, then by model.
    var planes: [[InputPlane]]
    var projections: [Projection] = []
    var signalProjections: [SignalProjection] = []
    var links: [DeviceLink] = []
    /// Recorders fed by generators: (recording, link of the generator to it).
    var deviceListeners: [DeviceListener] = []
    /// Places for what cells send over signals with a listener.
    var senderCount = 0
    /// What is worked out of that; and places for it, behind those of all senders.
    var couplings: [CouplingTable] = []
    var couplingRuns: Int { couplings.reduce(0) { $0 + $1.groups.count } }
    var connectCalls = 0
    /// Calls that removed connections: places of stored ones change.
    var removals = 0
    var sampleCalls = 0
    /// Calls of `Nodes.set` on cells.
    var assignments = 0
    /// Joined rows of projections.
    var bundles: [RowBundle] = []
    /// `figures.events` when rows were separated the last time.
    var eventsWhenSeparated: Int?
    var streamedPopulations = 0
    var streamedNodes = 0
    /// Whose turn it is to get a small population, and how many cells in a row go to one worker.
    var workerTurn = Turn(), rankTurn = Turn()
    package var smallCellsInTurn = 256
    /// Set when what workers read has to be prepared anew.
    var isPrepared = false
    /// What `record` has made, in order; recorders that are nodes have theirs.
    var recordings: [Recording] = []
    let outboxes: [[Outbox]]
    var isRunning = false
    /// Those who simulate together, who of them has targets of cells here, and what cells of others send here.
    let ranks = Simulation.ranks
    static let ranks = Ranks.all
    var audience: Audience?
    var remoteSenders: RemoteSenders?
    /// Where synapses look back at their targets' spikes.
    var histories: HistoryRecorder?
    /// May something be kept of targets that no synapse will ask for? Where nothing has happened since it was forgotten, more connections
    /// change nothing about that.
    var mayHoldUnread = false
    /// Where values of cells lie that connections are paired with, by what synapses read of them.
    var readCells: [String: ReadCells] = [:]
    /// Spikes that synapses have sent to paired cells, until they arrive.
    let thirdSpikes: ThirdSpikes
    /// Spikes of paired cells, where synapses look back at them.
    let pairedSpikes: PairedSpikes
    /// Recorders of connections.
    var connectionRecordings: [ConnectionRecording] = []

    public init(
        resolution: Double = 0.1, seed: Int64 = 1, threads: Int? = nil, spikes: SpikeMoments = .exact
    ) throws {
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
        self.spikes = spikes
        planes = Array(repeating: [], count: threads)
        outboxes = (0..<threads).map { _ in [Outbox(), Outbox()] }
        thirdSpikes = ThirdSpikes(workers: threads)
        pairedSpikes = PairedSpikes(resolution: resolution)
    }

    static let mostThreads = 1024

    /// Simulated time in ms.
    public var time: Double { TimeGrid.ms(now, resolution) }
    public var nodeCount: Int { populationList.last.map { $0.firstID + $0.count - 1 } ?? 0 }
    /// Connections between cells and from generators; what recorders listen to is no connection here.
    public var connectionCount: Int {
        projections.reduce(0) { $0 + $1.count } + signalProjections.reduce(0) { $0 + $1.count }
            + links.reduce(0) { $0 + $1.connectionCount }
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
        "resolution", "seed", "spikes", "now", "figures", "populationList", "batches", "planes", "projections",
        "signalProjections",
        "links",
        "deviceListeners", "connectCalls", "sampleCalls", "assignments", "streamedPopulations", "streamedNodes",
        "recordings", "connectionRecordings", "thirdSpikes", "pairedSpikes",
    ]
    static let made = [
        "threads", "models", "openBatches", "senderCount", "couplings", "workerTurn", "rankTurn", "smallCellsInTurn",
        "isPrepared", "bundles", "eventsWhenSeparated",
        "outboxes", "removals",
        "isRunning", "ranks", "audience", "remoteSenders", "histories", "readCells", "mayHoldUnread",
    ]
}
