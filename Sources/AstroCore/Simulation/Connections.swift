/// A handle to connections of one simulation, in order of making, then of source, then of target. Parallel connections
/// count one by one, however they are stored.
public final class Connections: CustomStringConvertible {
    public let simulation: Simulation
    private let references: [Reference]

    /// Where a connection is stored.
    enum Reference {
        case spike(projection: Int, row: Int32, segment: Int32, index: Int32)
        case slowInwardCurrent(projection: Int, entry: Int32, member: Int32)
        case link(Int, index: Int32)
    }

    init(_ simulation: Simulation, _ references: [Reference]) {
        (self.simulation, self.references) = (simulation, references)
    }

    public var count: Int { references.count }
    public var source: [Double] { references.map { Double(simulation.ends(of: $0).source) } }
    public var target: [Double] { references.map { Double(simulation.ends(of: $0).target) } }
    public var weight: [Double] { references.map(simulation.weight) }
    /// ms
    public var delay: [Double] { references.map { TimeGrid.ms(simulation.delay($0), simulation.resolution) } }
    public var synapseModels: [String] { references.map { simulation.model($0).rawValue } }

    /// 1-based; negative numbers count from the end.
    public func connection(at i: Int) throws -> Connections {
        let index = i < 0 ? count + i : i - 1
        guard i != 0, index >= 0, index < count else {
            throw InputError("there is no connection \(i) among \(count)")
        }
        return Connections(simulation, [references[index]])
    }

    public func get(_ name: String) throws -> [Double] {
        switch name {
        case "source": return source
        case "target": return target
        case "weight": return weight
        case "delay": return delay
        default: return try references.map { try simulation.synapseParameter(name, $0) }
        }
    }

    /// A parameter of each connection whose model has it, nan for the others.
    func parameterValues(_ name: String, _ models: [String]) throws -> [Double] {
        let having = Set(SynapseModel.allCases.filter { $0.parameters.contains { $0.name == name } }.map(\.rawValue))
        return try zip(references, models).map {
            having.contains($1) ? try simulation.synapseParameter(name, $0) : .nan
        }
    }

    /// Sets weight, delay or parameters; lists give a value for each connection.
    public func set(_ settings: Settings) throws {
        let changes = try settings.sorted { $0.key < $1.key }.map { name, value in
            (name, try simulation.connectionValues(name, value, references))
        }
        for (name, values) in changes { simulation.setConnections(name, values, references) }
    }

    public var description: String {
        let models = Set(synapseModels).sorted().joined(separator: ", ")
        return "Connections(n = \(count)\(models.isEmpty ? "" : ", \(models)"))"
    }
}
