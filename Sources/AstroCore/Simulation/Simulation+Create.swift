extension Simulation {
    /// Makes `count` nodes of a model of the program.
    ///
    /// - `count`: 1 where neither it nor the positions tell.
    /// - `parameters`: by name, in the units of the model's table; a list gives each node its own value, a distribution draws it.
    /// - Throws: an `InputError` where the model, a parameter or a value is not allowed; nothing has been made then.
    public func create(
        _ model: String, count: Int? = nil, parameters: Settings = [:], label: String? = nil,
        positions: Positions? = nil
    ) throws -> Nodes {
        let isRecorder = Catalogue.deviceModels.first { $0.name == model }?.family == .recorder
        return try creating(count, positions, isRecorder: isRecorder, ranks.together) { count, layer in
            if let device = Catalogue.deviceModels.first(where: { $0.name == model }) {
                try ranks.together.agree { try refuse(count, bytes: Double(count) * 1000, of: model) }
                return try createDevices(device, count, parameters, label, layer)
            }
            if let cell = Catalogue.cellModel(model) {
                return try createCells(cell, count, parameters, label, layer, ranks.together)
            }
            if (try? Synapses.named(model)) != nil {
                throw InputError("\(model) is a synapse model: it belongs in connect")
            }
            throw Catalogue.unknown(model, among: Catalogue.nodeNames)
        }
    }

    /// The same of a model that need not be in the catalogue.
    package func create(
        _ model: ModelDefinition, count: Int? = nil, parameters: Settings = [:], label: String? = nil,
        positions: Positions? = nil
    ) throws -> Nodes {
        try creating(count, positions, ranks.together) {
            try createCells(model, $0, parameters, label, $1, ranks.together)
        }
    }

    private func creating(
        _ count: Int?, _ positions: Positions?, isRecorder: Bool = false, _ together: Together,
        _ body: (_ count: Int, _ layer: Layer?) throws -> Nodes
    ) throws -> Nodes {
        try timed(\.create) {
            let count = try Self.count(count, positions)
            guard count >= 1 else { throw InputError("n = \(count) is not a number of nodes (1, 2, 3, …)") }
            try StreamName.check(.nodeParameter, call: streamedPopulations, "populations")
            return try body(count, layer(positions, count, isRecorder, together))
        }
    }

    private static func count(_ count: Int?, _ positions: Positions?) throws -> Int {
        guard let positions else { return count ?? 1 }
        guard let places = positions.count else {
            guard let count else { throw InputError("uniform: n is missing: how many nodes?") }
            return count
        }
        guard let count, count != places else { return places }
        throw InputError("n = \(count) nodes, but positions has \(places) places (\(positions))")
    }

    private func layer(
        _ positions: Positions?, _ count: Int, _ isRecorder: Bool, _ together: Together
    ) throws -> Layer? {
        guard let positions else { return nil }
        try together.agree { try Memory.refuse(Double(count) * 64, for: "the positions of \(count) nodes") }
        // the first name is that of positions with a seed of their own; recorders shift no stream
        let name =
            isRecorder
            ? StreamName(.position, member: populationList.count + 1)
            : StreamName(.position, call: streamedPopulations + 1)
        return positions.layer(count, RandomStream(seed: seed, name))
    }

    /// Of a model that need not be in the catalogue.
    func createDevices(
        _ model: any Device.Type, _ count: Int, _ parameters: Settings, _ label: String? = nil, _ layer: Layer? = nil
    ) throws -> Nodes {
        let name = StreamName(.nodeParameter, call: streamedPopulations)
        _ = try make(model, Self.own(parameters, model, 0, count, RandomStream(seed: seed, name)))
        let devices = try (0..<count).map { index in
            let stream = RandomStream(seed: seed, name.of(member: index))
            return try make(model, Self.own(parameters, model, index, count, stream))
        }
        return append(count, label, layer, .devices(devices), streamed: model.family != .recorder)
    }

    /// The values of one device among `count`: lists and distributions for a number give each its own, and so do lists of lists
    /// for a list.
    static func own(
        _ settings: Settings, _ model: any Device.Type, _ index: Int, _ count: Int, _ stream: RandomStream
    ) throws -> Settings {
        var result = settings
        var stream = stream
        for (name, value) in settings.inOrder {
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
        _ model: ModelDefinition, _ count: Int, _ parameters: Settings, _ label: String?, _ layer: Layer?,
        _ together: Together
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
        return append(count, label, layer, .cells(makeCells(model, deal, starting: starts)), streamed: true)
    }

    private func append(
        _ count: Int, _ label: String?, _ layer: Layer?, _ kind: Population.Kind, streamed: Bool
    ) -> Nodes {
        let population = Population(
            index: populationList.count, firstID: nodeCount + 1, count: count, label: label, layer: layer, kind: kind,
            stream: streamed ? streamedPopulations : -1, firstStreamed: streamedNodes)
        if streamed { streamedPopulations += 1 }
        if streamed { streamedNodes += count }
        populationList.append(population)
        return Nodes(self, [.init(population)])
    }
}
