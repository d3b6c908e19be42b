/// A handle to connections of one simulation, in order of making, then of source, then of target. Parallel connections
/// count one by one, however they are stored.
public final class Connections: CustomStringConvertible {
    public let simulation: Simulation
    /// Those onto cells of this rank, and which of all they are.
    let references: [Reference]
    private let ownership: Ownership
    /// How often connections had been removed when these were asked for.
    private let removals: Int

    /// Where a connection is stored.
    enum Reference {
        case spike(projection: Int32, row: Int32, segment: Int32, index: Int32)
        /// Connections of a projection of signals have numbers, whatever is set.
        case signal(projection: Int, number: Int)
        case link(Int, index: Int32)

        var store: Store {
            switch self {
            case .spike(let projection, _, _, _): .spikes(Int(projection))
            case .signal(let projection, _): .signals(projection)
            case .link(let link, _): .link(link)
            }
        }
    }

    /// What keeps connections together, by its place in the simulation's list.
    enum Store: Hashable {
        case spikes(Int), signals(Int), link(Int)
    }

    init(_ simulation: Simulation, _ references: [Reference], _ ownership: Ownership) {
        (self.simulation, self.references, self.ownership) = (simulation, references, ownership)
        removals = simulation.removals
    }

    private var ranks: Ranks { simulation.ranks }

    /// Which of all the own ones are.
    var numbers: [Int] { ranks.isAlone ? Array(references.indices) : ownership.positions(of: ranks.rank) }

    public var count: Int { ranks.isAlone ? references.count : ownership.count }
    public var source: [Double] { all(references.map { Double(simulation.ends(of: $0).source) }, ranks.together) }
    public var target: [Double] { all(references.map { Double(simulation.ends(of: $0).target) }, ranks.together) }
    public var weight: [Double] {
        let together = ranks.together
        simulation.borrowStates(of: references, together)
        let present = simulation.presentValues("weight", references)
        return all(references.indices.map { present[$0] ?? simulation.weight(references[$0]) }, together)
    }
    /// ms
    public var delay: [Double] {
        all(references.map { TimeGrid.ms(simulation.delay($0), simulation.resolution) }, ranks.together)
    }
    public var synapseModels: [String] {
        let models = simulation.synapseModels
        return synapseModelIndices.map { models[$0].name }
    }

    /// Places among the simulation's synapse models.
    var synapseModelIndices: [Int] {
        let models = simulation.synapseModels
        let places = Dictionary(models.enumerated().map { ($1.identity, $0) }, uniquingKeysWith: { a, _ in a })
        let own = references.stretches.flatMap { store, range in
            repeatElement(places[simulation.model(store).identity]!, count: range.count)
        }
        return all(own, ranks.together)
    }

    /// Refuses, before memory is taken, what would not fit.
    static func refuse(_ count: Int, bytes: Int) throws {
        try Memory.refuse(Double(count) * Double(bytes), for: "\(count) connections")
    }

    /// Bytes a connection that asking for, or setting, a parameter of all takes for a while.
    private static let bytesOfValue = 40

    private func all<T: BitwiseCopyable>(_ own: [T], _ together: Together) -> [T] {
        together.assemble(own, ownership)
    }

    /// 1-based; negative numbers count from the end.
    public func connection(at i: Int) throws -> Connections {
        try checkCurrent()
        let index = i < 0 ? count + i : i - 1
        guard i != 0, index >= 0, index < count else {
            throw InputError("there is no connection \(i) among \(count)")
        }
        if ranks.isAlone { return Connections(simulation, [references[index]], ownership) }
        let (rank, place) = ownership.owner(of: index)
        var single = Ownership()
        single.add(rank)
        return Connections(simulation, rank == ranks.rank ? [references[place]] : [], single)
    }

    public func get(_ name: String) throws -> [Double] {
        try refuse(bytesEach: Self.bytesOfValue)
        switch name {
        case "source": return source
        case "target": return target
        case "weight": return weight
        case "delay": return delay
        default:
            let together = ranks.together
            simulation.borrowStates(of: references, together)
            let own = try together.agree {
                let present = simulation.presentValues(name, references)
                return try references.indices.map {
                    try present[$0] ?? simulation.synapseParameter(name, references[$0])
                }
            }
            return all(own, together)
        }
    }

    /// Own ones among those with some numbers, from 0.
    func references(at numbers: [Int]) -> [Reference] {
        if ranks.isAlone { return numbers.map { references[$0] } }
        let wanted = Set(numbers)
        return zip(ownership.positions(of: ranks.rank), references).filter { wanted.contains($0.0) }.map(\.1)
    }

    /// Refuses a handle whose connections may be elsewhere by now, or gone.
    func checkCurrent() throws {
        guard removals == simulation.removals else {
            throw InputError(
                "connections have been removed since this handle was made: ask again, sim:connections { … }")
        }
    }

    /// Refuses what takes some bytes a connection.
    public func refuse(bytesEach: Int) throws {
        try checkCurrent()
        try ranks.together.agree { try Self.refuse(count, bytes: bytesEach) }
    }

    /// A parameter of each connection whose model has it, nan for the others.
    func parameterValues(_ name: String, _ together: Together) throws -> [Double] {
        simulation.borrowStates(of: references, together)
        let present = simulation.presentValues(name, references)
        let own = try references.stretches.flatMap { store, range in
            if simulation.model(store).parameter(name) == nil { return [Double](repeating: .nan, count: range.count) }
            return try range.map { try present[$0] ?? simulation.synapseParameter(name, references[$0]) }
        }
        return all(own, together)
    }

    /// Sets weight, delay or parameters; lists give a value for each connection.
    public func set(_ settings: Settings) throws {
        try refuse(bytesEach: Self.bytesOfValue * (settings.count + 1))
        let numbers = ranks.isAlone ? Array(references.indices) : ownership.positions(of: ranks.rank)
        let together = ranks.together
        simulation.borrowStates(of: references, together)
        let changes = try together.agree {
            try simulation.connectionChanges(settings, references, numbers, of: count)
        }
        let bytes = changes.reduce(0) { $0 + simulation.bytesOfOwnValues($1, together) }
        try together.agree { try Memory.refuse(bytes, for: "values of their own for connections that shared them") }
        changes.forEach { simulation.setConnections($0, together) }
    }

    public var description: String {
        guard removals == simulation.removals else { return "Connections(n = \(count), some were removed since)" }
        let models = synapseModelsPresent(ranks.together).map(\.name).sorted().joined(separator: ", ")
        return "Connections(n = \(count)\(models.isEmpty ? "" : ", \(models)"))"
    }

    private func synapseModelsPresent(_ together: Together) -> [SynapseDefinition] {
        let all = simulation.synapseModels
        let own = Set(references.stretches.map { all.firstIndex(of: simulation.model($0.store))! })
        return Set(together.gather(own.sorted()).all).sorted().map { all[$0] }
    }
}

extension [Connections.Reference] {
    /// Neighbours that are kept together. They come in the order of connect calls, so there are few such stretches.
    var stretches: [(store: Connections.Store, range: Range<Int>)] {
        var stretches: [(store: Connections.Store, range: Range<Int>)] = []
        forEachStretch(by: \.store) { stretches.append(($0, $1)) }
        return stretches
    }
}

extension Simulation {
    /// All synapse models that connections can have, the same on all ranks: those of the program, then signals that were connected.
    var synapseModels: [SynapseDefinition] {
        (projections.map(\.model) + signalProjections.map(\.model)).reduce(into: Synapses.all) { models, model in
            if !models.contains(model) { models.append(model) }
        }
    }
}
