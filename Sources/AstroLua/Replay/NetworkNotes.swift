import AstroCore

/// What the networks of a run are made of, for who reads its record: populations with the parameters that are not their model's
/// defaults, connections as they were asked for, and the models' parameters with their units. Nothing of it is compared when a
/// record is verified: that is what the states are for.
struct NetworkNotes {
    private struct Network {
        weak var simulation: Simulation?
        /// As the states count them; nil until it simulates.
        var number: Int?
        var facts: [(String, JSON?)] = []
        var connections: [JSON] = []
        var furtherConnections = 0
    }

    private var networks: [Network] = []
    private var models: [String: JSON] = [:]

    private static let mostNetworks = 20, mostPopulations = 50, mostConnections = 200, mostValues = 20

    var json: JSON {
        .list(
            networks.filter { $0.number != nil }.map { network in
                let further = network.furtherConnections
                return .fields(
                    [("simulation", network.number.map { .number($0) })] + network.facts + [
                        ("connections", .list(network.connections)),
                        ("further_connections", further > 0 ? .number(further) : nil),
                    ])
            })
    }

    var modelsUsed: JSON { .list(models.sorted { $0.key < $1.key }.map(\.value)) }

    /// Before it simulates for the first time. All ranks have to ask for the values of cells, so the number alone decides whether.
    mutating func note(_ simulation: Simulation, number: Int) {
        guard number <= Self.mostNetworks else { return }
        let populations = simulation.populations, further = populations.count - Self.mostPopulations
        for model in populations.prefix(Self.mostPopulations).compactMap(\.model) { noteModel(model) }
        let facts: [(String, JSON?)] = [
            ("seed", .exact(simulation.seed)), ("resolution", .number(simulation.resolution)),
            ("populations", .list(populations.prefix(Self.mostPopulations).map(Self.population))),
            ("further_populations", further > 0 ? .number(further) : nil),
        ]
        guard let place = place(of: simulation) else { return }
        (networks[place].number, networks[place].facts) = (number, facts)
    }

    /// After a call that has made connections.
    mutating func note(_ fields: [(String, JSON?)], synapses: [Settings], in simulation: Simulation) {
        guard let place = place(of: simulation) else { return }
        guard networks[place].connections.count < Self.mostConnections else {
            networks[place].furtherConnections += 1
            return
        }
        networks[place].connections.append(.fields(fields))
        for case .text(let name)? in synapses.map({ $0["synapse_model"] ?? .text("static_synapse") }) {
            noteModel(name)
        }
    }

    /// nil for one of which there is no more room for.
    private mutating func place(of simulation: Simulation) -> Int? {
        if let known = networks.firstIndex(where: { $0.simulation === simulation }) { return known }
        networks.removeAll { $0.simulation == nil && $0.number == nil }
        guard networks.count < Self.mostNetworks else { return nil }
        networks.append(Network(simulation: simulation))
        return networks.count - 1
    }

    private mutating func noteModel(_ name: String) {
        guard models[name] == nil, let model = try? Catalogue.model(name) else { return }
        models[name] = .fields([
            "model": .text(name), "kind": .text(model.kind),
            "parameters": .list(
                model.parameters.map {
                    .fields([
                        "name": .text($0.name), "default": Self.json($0.defaultValue), "unit": .text($0.unit),
                        "meaning": .text($0.meaning),
                    ])
                }),
        ])
    }

    // MARK: values

    private static func population(_ nodes: Nodes) -> JSON {
        let defaults = nodes.model.flatMap { try? Catalogue.model($0) }?.parameters ?? []
        let parameters = defaults.map { parameter -> (String, JSON?) in
            guard let values = try? nodes.get(parameter.name) else { return (parameter.name, nil) }
            let value = json(values)
            return (parameter.name, value == json(parameter.defaultValue) ? nil : value)
        }
        return .fields([
            "label": nodes.label.map { .text($0) }, "model": nodes.model.map { .text($0) },
            "nodes": .number(nodes.count),
            "parameters": .fields(parameters),
        ])
    }

    /// One value where all nodes have the same.
    private static func json(_ values: NodeValues) -> JSON {
        switch values {
        case .numbers(let numbers):
            guard let first = numbers.first, !numbers.allSatisfy({ $0 == first }) else {
                return numbers.first.map(number) ?? .null
            }
            return summary(numbers)
        case .values(let values):
            guard let first = values.first, !values.allSatisfy({ $0 == first }) else {
                return values.first.map(json) ?? .null
            }
            return .text("\(values.count) values")
        }
    }

    private static func summary(_ numbers: [Double]) -> JSON {
        .fields([
            "values": .number(numbers.count), "least": number(numbers.min() ?? 0),
            "greatest": number(numbers.max() ?? 0),
            "mean": number(numbers.reduce(0, +) / Double(numbers.count)),
        ])
    }

    static func json(_ settings: Settings) -> JSON {
        .fields(settings.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })
    }

    private static func json(_ value: Value) -> JSON {
        switch value {
        case .number(let x): number(x)
        case .flag(let flag): .flag(flag)
        case .text(let text): .text(text)
        case .numbers(let numbers): numbers.count <= mostValues ? .list(numbers.map(number)) : summary(numbers)
        case .texts(let texts) where texts.count <= mostValues: .texts(texts)
        case .lists, .texts, .distribution, .function, .mask: .text("\(value)")
        }
    }

    private static func number(_ x: Double) -> JSON { x.isFinite ? .number(x) : .text("\(x)") }

    /// "aeif_cond_alpha_astro, n = 100, ids 2 to 101"
    static func words(_ nodes: Nodes) -> JSON {
        let text = nodes.description
        return .text(text.hasPrefix("Nodes(") && text.hasSuffix(")") ? String(text.dropFirst(6).dropLast()) : text)
    }
}
