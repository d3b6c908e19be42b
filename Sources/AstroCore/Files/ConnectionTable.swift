extension Connections {
    /// `source` and `target` (global ids), `weight`, `delay` (ms), `synapse_model`, and the models' parameters; nan where a
    /// model has no such parameter.
    public func table() throws -> FileTable {
        try refuse(bytesEach: 8 * 16)
        let indices = synapseModelIndices, used = Set(indices), all = simulation.synapseModels
        let known = all.indices.filter(used.contains).map { all[$0] }
        // a signal is part of what its connections are called
        let names = known.map(\.fileName)
        var result = FileTable()
        result.add("source", source)
        result.add("target", target)
        result.add("weight", weight)
        result.add("delay", delay)
        let number = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1.identity, Int32($0)) })
        result.columns.append(("synapse_model", .names(names, which: indices.map { number[all[$0].identity]! })))
        let parameters = known.flatMap(\.parameters).map(\.name)
        for name in parameters where result[name] == nil {
            let values = try parameterValues(name, simulation.ranks.together)
            if name == "receptor_type", values.allSatisfy({ $0 == 0 }), !simulation.needsReceptors(target) { continue }
            result.add(name, values)
        }
        return result
    }
}

extension Simulation {
    /// Do some of these nodes have to be told where spikes or currents go?
    fileprivate func needsReceptors(_ ids: [Double]) -> Bool {
        let populations = ids.reduce(into: Set<Int>()) { $0.insert(locate(Int($1)).population.index) }
        return populations.contains {
            guard let model = populationList[$0].cells?.model else { return false }
            return model.receptorNames.count > 1 || model.ports.currentReceptors.count > 1
        }
    }

    /// Makes the connections of a table; their number.
    ///
    /// - `table`: `source` and `target`, and any of `weight`, `delay`, `synapse_model` and the models' parameters.
    /// - `source`, `target`: the nodes among which ids count from 1; without, ids are global.
    /// - `synapse`: goes before what the table says.
    public func connect(_ table: FileTable, source: Nodes? = nil, target: Nodes? = nil, synapse: Settings = [:]) throws
        -> Int
    {
        let sources = try ids("source", table, source), targets = try ids("target", table, target)
        let groups = try ConnectionGroups(table, sources, targets, synapse, self).groups
        // all are checked before any is made
        for group in groups { try check(group) }
        return try groups.reduce(0) { made, group in
            made + (try connect(group.pre, group.post, rule: group.list, synapse: group.synapse))
        }
    }

    private func ids(_ name: String, _ table: FileTable, _ nodes: Nodes?) throws -> [Int] {
        guard let values = table.numbers(name) else { throw InputError("there is no column '\(name)'") }
        if let nodes { try checkMine(nodes, name) }
        let known = nodes?.ids
        let limit = known?.count ?? nodeCount
        return try values.enumerated().map { row, value in
            guard value >= 1, value <= Double(limit), value == value.rounded() else {
                throw InputError(
                    "connection \(row + 1): \(name) = \(formatted(value)) is not a node (1 to \(limit)\(known == nil ? ", all that exist" : " of those given"))"
                )
            }
            return known?[Int(value) - 1] ?? Int(value)
        }
    }

    private func check(_ group: ConnectionGroups.Group) throws {
        let spec = try SynapseSpec(group.synapse).resolved(
            group.pre.cellModels, group.post.cellModels, resolution: resolution
        ) { try Geometry(group.pre, group.post) }
        let kind = try ConnectionKind(group.pre, group.post, spec)
        if case .recording = kind { throw InputError("a connection with a recorder can't come from a file") }
        switch spec["delay"] {
        case .all(let ms): _ = try SynapseSpec.delaySteps(ms, resolution)
        case .listed(let list): for ms in list { _ = try SynapseSpec.delaySteps(ms, resolution) }
        case .drawn, .placed: break
        }
    }
}

/// The connections of a table in groups that one connect call can make each: of one model, with equal parameters beside
/// weight, delay and receptor, from cells or from generators.
private struct ConnectionGroups {
    struct Group {
        let pre, post: Nodes
        let list: ConnectionList
        let synapse: Settings
    }

    private struct Key: Hashable {
        let model: String
        let isDevice: Bool
        let values: [Double]
        /// What is there of that in which connections of a group may differ.
        let given: [Bool]
    }

    /// A list in a connect call.
    private static let listed = ["weight", "delay", "receptor_type"]

    private(set) var groups: [Group] = []

    init(_ table: FileTable, _ sources: [Int], _ targets: [Int], _ synapse: Settings, _ simulation: Simulation) throws {
        guard !sources.isEmpty else { return }
        let models = try Self.models(table, synapse)
        let columns = table.columns.filter { !["source", "target", "synapse_model"].contains($0.name) }
        let numbers = try columns.map { column -> (name: String, values: [Double]) in
            guard case .numbers(let values) = column.column, values.count == sources.count else {
                throw InputError("the column '\(column.name)' must hold a number for each connection")
            }
            return (column.name, values)
        }
        try Self.check(numbers.map(\.name), models)
        let fixed = numbers.filter { !Self.listed.contains($0.name) && synapse[$0.name] == nil }
        let free = numbers.filter { Self.listed.contains($0.name) && synapse[$0.name] == nil }
        var rows: [Key: [Int]] = [:], order: [Key] = []
        for row in sources.indices {
            let isDevice = simulation.locate(sources[row]).population.devices != nil
            // nan is equal to nothing, not even itself: the bits of a number no parameter has stand for it
            let values = fixed.map { $0.values[row].isNaN ? -Double.greatestFiniteMagnitude : $0.values[row] }
            // each connection has a weight and a delay; where a receptor is told, all are told
            let given = free.map { $0.name != "receptor_type" || !$0.values[row].isNaN }
            let key = Key(model: models(row), isDevice: isDevice, values: values, given: given)
            if rows[key] == nil { order.append(key) }
            rows[key, default: []].append(row)
        }
        for key in order {
            var settings: Settings = ["synapse_model": .text(key.model)]
            for (column, value) in zip(fixed, key.values) where value != -Double.greatestFiniteMagnitude {
                settings[column.name] = .number(value)
            }
            let lists = zip(free, key.given).filter(\.1).map(\.0)
            for part in Self.byReceptor(rows[key]!, targets, lists, simulation) {
                groups.append(try Self.group(part, sources, targets, lists, settings, synapse, simulation))
            }
        }
    }

    /// A receptor each where not all targets have all of them, since one call takes what all targets have.
    private static func byReceptor(
        _ rows: [Int], _ targets: [Int], _ lists: [(name: String, values: [Double])], _ simulation: Simulation
    ) -> [[Int]] {
        guard let receptors = lists.first(where: { $0.name == "receptor_type" })?.values else { return [rows] }
        let populations = Set(rows.map { simulation.locate(targets[$0]).population.index })
        let ports = populations.compactMap { simulation.populationList[$0].cells?.model.ports }
        var parts: [Double: [Int]] = [:], order: [Double] = []
        for row in rows {
            if parts[receptors[row]] == nil { order.append(receptors[row]) }
            parts[receptors[row], default: []].append(row)
        }
        let haveAll = order.allSatisfy { receptor in
            guard let receptor = Int(exactly: receptor), receptor >= 0 else { return false }
            return ports.allSatisfy { $0.spikes(receptor: receptor) != nil || $0.current(receptor: receptor) != nil }
        }
        return haveAll ? [rows] : order.map { parts[$0]! }
    }

    private static func models(_ table: FileTable, _ synapse: Settings) throws -> (Int) -> String {
        if let given = synapse["synapse_model"] {
            guard case .text(let name) = given else { throw InputError("synapse_model must be a name, got \(given)") }
            return { _ in name }
        }
        guard case .names(let names, let which)? = table["synapse_model"] else {
            return { _ in Synapses.standard.name }
        }
        for name in names { _ = try Synapses.named(name) }
        return { names[Int(which[$0])] }
    }

    /// A column that is no parameter of any model is an error, not a surprise.
    private static func check(_ names: [String], _ models: (Int) -> String) throws {
        let known = Set(Synapses.parameterNames)
        for name in names where !known.contains(name) {
            throw InputError.unknown("no synapse model has a parameter", name, among: known.sorted())
        }
    }

    private static func group(
        _ rows: [Int], _ sources: [Int], _ targets: [Int], _ free: [(name: String, values: [Double])],
        _ settings: Settings, _ synapse: Settings, _ simulation: Simulation
    ) throws -> Group {
        let list = ConnectionList(rows.map { sources[$0] }, rows.map { targets[$0] })
        var settings = settings
        for (name, values) in free {
            let own = list.order.map { values[rows[$0]] }
            if let empty = own.firstIndex(where: \.isNaN) {
                throw InputError("connection \(rows[list.order[empty]] + 1) has no \(name)")
            }
            // equal ones are stored once
            settings[name] = own.allSatisfy { $0 == own[0] } ? .number(own[0]) : .numbers(own)
        }
        settings.merge(synapse) { $1 }
        return Group(
            pre: Nodes(simulation, ids: list.sources), post: Nodes(simulation, ids: list.targets), list: list,
            synapse: settings)
    }
}

extension Nodes {
    /// Nodes of global ids that exist, in that order.
    fileprivate init(_ simulation: Simulation, ids: [Int]) {
        self.init(
            simulation,
            ids.map { id in
                let (population, cell) = simulation.locate(id)
                return Run(population, cell, 1, 1)
            })
    }
}
