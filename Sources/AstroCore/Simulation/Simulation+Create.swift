extension Simulation {
    /// Makes `count` nodes of a model of the program.
    ///
    /// - `parameters`: by name, in the units of the model's table; a list gives each node its own value, a distribution draws it.
    /// - Throws: an `InputError` where the model, a parameter or a value is not allowed; nothing has been made then.
    public func create(_ model: String, count: Int = 1, parameters: Settings = [:], label: String? = nil) throws
        -> Nodes
    {
        try creating(count) {
            if let device = Catalogue.deviceModels.first(where: { $0.name == model }) {
                try ranks.together.agree { try refuse(count, bytes: Double(count) * 1000, of: model) }
                return try createDevices(device, count, parameters, label)
            }
            if let cell = Catalogue.cellModel(model) {
                return try createCells(cell, count, parameters, label, ranks.together)
            }
            if (try? Synapses.named(model)) != nil {
                throw InputError("\(model) is a synapse model: it belongs in connect")
            }
            throw Catalogue.unknown(model, among: Catalogue.nodeNames)
        }
    }

    /// The same of a model that need not be in the catalogue.
    package func create(
        _ model: ModelDefinition, count: Int = 1, parameters: Settings = [:], label: String? = nil
    ) throws -> Nodes {
        try creating(count) { try createCells(model, count, parameters, label, ranks.together) }
    }

    private func creating(_ count: Int, _ body: () throws -> Nodes) throws -> Nodes {
        try timed(\.create) {
            guard count >= 1 else { throw InputError("n = \(count) is not a number of nodes (1, 2, 3, …)") }
            try StreamName.check(.nodeParameter, call: streamedPopulations, "populations")
            return try body()
        }
    }

    /// Of a model that need not be in the catalogue.
    func createDevices(
        _ model: any Device.Type, _ count: Int, _ parameters: Settings, _ label: String? = nil
    ) throws -> Nodes {
        let name = StreamName(.nodeParameter, call: streamedPopulations)
        _ = try make(model, Self.own(parameters, model, 0, count, RandomStream(seed: seed, name)))
        let devices = try (0..<count).map { index in
            let stream = RandomStream(seed: seed, name.of(member: index))
            return try make(model, Self.own(parameters, model, index, count, stream))
        }
        return append(count, label, .devices(devices), streamed: model.family != .recorder)
    }

    /// The values of one device among `count`: lists and distributions for a number give each its own, and so do lists of lists
    /// for a list.
    static func own(
        _ settings: Settings, _ model: any Device.Type, _ index: Int, _ count: Int, _ stream: RandomStream
    ) throws -> Settings {
        var result = settings
        var stream = stream
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard let parameter = model.parameters.first(where: { $0.name == name }) else { continue }
            switch (parameter.defaultValue, value) {
            case (.number, .numbers(let list)):
                guard list.count == count else {
                    throw InputError.uneven("\(model.name): \(name)", list.count, nodes: count)
                }
                result[name] = .number(list[index])
            case (.numbers, .lists(let lists)):
                guard lists.count == count else {
                    throw InputError.uneven("\(model.name): \(name)", lists.count, nodes: count)
                }
                result[name] = .numbers(lists[index])
            case (.number, .distribution(let distribution)):
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
        _ model: ModelDefinition, _ count: Int, _ parameters: Settings, _ label: String?, _ together: Together
    ) throws -> Nodes {
        if let step = model.source?.step, TimeGrid.steps(step, resolution).map({ $0 >= 1 }) != true {
            throw InputError(
                "\(model.name): step = \(formatted(step)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
            )
        }
        let deal = self.deal(count), own = deal.cells(of: ranks.rank)
        let name = CellAssignment.RandomName(seed: seed, purpose: .nodeParameter, call: streamedPopulations)
        let starts = try together.agree {
            try refuse(count, bytes: Cells.bytes(model, own.count), of: model.name)
            return try CellAssignment(new: model, deal, own: own, parameters, name).values
        }
        return append(count, label, .cells(makeCells(model, deal, starting: starts)), streamed: true)
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
}
