import AstroCore
import Testing

extension ModelInfo: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// Goes through every registered model: a new one is tested here before its author writes a line.
@Suite("Every model")
struct EveryModelTests {
    static let models = Catalogue.models
    static let nodeModels = models.filter { $0.kind != "synapse" }
    /// But for those that need a cell to be paired with: Tests/lua/plasticity_spec.lua has them.
    static let synapseModels = models.filter { model in
        model.kind == "synapse" && !model.parameters.contains { $0.name == "third" }
    }
    static let referenceNames = Set(ReferenceModel.all.keys)

    /// `nil` for the endless stop of a device, which the reference writes as the largest double.
    private func finite(_ value: Value) -> Value? {
        if case .number(let x) = value, x >= .greatestFiniteMagnitude { return nil }
        return value
    }

    private func isSame(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.numbers(let x), .texts(let y)), (.texts(let y), .numbers(let x)): x.isEmpty && y.isEmpty
        // JSON has no infinity
        case (.number(let x), .text(let y)): "\(x)" == y
        default: finite(a) == finite(b)
        }
    }

    /// A parameter of a single node.
    private func value(of name: String, at node: Nodes) throws -> Value {
        switch try node.get(name) {
        case .numbers(let values):
            try #require(values.count == 1)
            return .number(values[0])
        case .values(let values):
            try #require(values.count == 1)
            return values[0]
        }
    }

    @Test("The models of the tutorial are registered, each once")
    func registered() {
        let names = Self.models.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(
            Set(names).isSuperset(of: [
                "astrocyte_lr_1994", "aeif_cond_alpha_astro", "parrot_neuron", "poisson_generator", "spike_generator",
                "dc_generator",
                "step_current_generator", "ac_generator", "noise_generator", "spike_recorder", "multimeter",
                "voltmeter", "static_synapse",
                "tsodyks_synapse", "sic_connection", "tsodyks2_synapse", "stdp_synapse",
            ]))
        #expect(Set(Self.models.map(\.kind)) == ["neuron", "astrocyte", "stimulator", "recorder", "synapse"])
    }

    @Test(
        "Names, defaults, units and recordables are the reference's",
        arguments: models.filter { referenceNames.contains($0.name) })
    func reference(_ model: ModelInfo) throws {
        let reference = try #require(ReferenceModel.all[model.name])
        #expect(model.kind == reference.family ?? reference.kind)
        // A synapse's weight_recorder comes with the weight recorder.
        let expected = reference.parameters.filter { $0.key != "weight_recorder" }
        let beyond = BetweenRunsTests.beyond[model.name] ?? []
        #expect(Set(model.parameters.map(\.name)) == Set(expected.keys).union(beyond), "\(model.name)")
        for parameter in model.parameters {
            guard let entry = expected[parameter.name] else { continue }
            #expect(
                isSame(parameter.defaultValue, entry.default.value),
                "\(model.name).\(parameter.name): \(parameter.defaultValue) instead of \(entry.default.value)")
            // Where there is no unit, the reference writes what type the value is.
            if !["bool", "integer"].contains(entry.unit) {
                // a rate of spikes is in Hz here, whatever its table in the reference calls it
                let unit = entry.unit == "1/s" ? "Hz" : entry.unit
                #expect(parameter.unit == unit, "\(model.name).\(parameter.name)")
            }
            #expect(parameter.isState == (entry.role == "state"), "\(model.name).\(parameter.name)")
        }
        let recordables = Dictionary(uniqueKeysWithValues: model.recordables.map { ($0.name, $0.unit) })
        // every neuron here can have a slow inward current, and a rate that can depend on time can be recorded
        let others = recordables.filter { $0.key == "I_SIC" || model.name == "poisson_generator" && $0.key == "rate" }
        let expectedRecordables = (reference.recordables ?? [:]).merging(others) { $1 }
        #expect(recordables == expectedRecordables, "\(model.name)")
    }

    @Test(
        "Everything is described: the model, its parameters with units and ranges, its recordables", arguments: models)
    func described(_ model: ModelInfo) {
        #expect(!model.summary.isEmpty, "\(model.name)")
        for parameter in model.parameters {
            #expect(!parameter.meaning.isEmpty && !parameter.unit.isEmpty, "\(model.name).\(parameter.name)")
        }
        for recordable in model.recordables {
            #expect(!recordable.meaning.isEmpty && !recordable.unit.isEmpty, "\(model.name).\(recordable.name)")
        }
        if ["neuron", "astrocyte"].contains(model.kind), !model.recordables.isEmpty {
            #expect(!model.equations.isEmpty && !model.references.isEmpty, "\(model.name)")
        }
    }

    @Test("A new node has its defaults; each can be set, and reads back", arguments: nodeModels)
    func defaults(_ model: ModelInfo) throws {
        let node = try Simulation().create(model.name)
        for parameter in model.parameters {
            let fresh = try value(of: parameter.name, at: node)
            #expect(isSame(fresh, parameter.defaultValue), "\(model.name).\(parameter.name) is \(fresh)")
            try node.set([parameter.name: parameter.defaultValue])
            #expect(
                isSame(try value(of: parameter.name, at: node), parameter.defaultValue),
                "\(model.name).\(parameter.name)")
        }
    }

    @Test("A number that is set reads back, at that node and no other", arguments: nodeModels)
    func settable(_ model: ModelInfo) throws {
        let nodes = try Simulation().create(model.name, count: 3)
        for parameter in model.parameters {
            // A tenth more is within every model's range, and a whole step for times and numbers; from 0, one is. Fractions end
            // at 1.
            guard case .number(let standard) = parameter.defaultValue, standard < 1e300 else { continue }
            // A noise's modulation may not exceed its std, which is 0 here.
            if parameter.name == "std_mod" { continue }
            let isWhole = parameter.unit == "ms" || parameter.range.contains("whole")
            let other =
                isWhole ? standard + 1 : standard == 0 ? 1 : parameter.range == "0 to 1" ? standard / 2 : standard * 1.1
            try nodes.node(at: 2).set([parameter.name: .number(other)])
            guard case .numbers(let values) = try nodes.get(parameter.name) else {
                Issue.record("\(model.name).\(parameter.name): not numbers")
                continue
            }
            #expect(values == [standard, other, standard], "\(model.name).\(parameter.name)")
            try nodes.node(at: 2).set([parameter.name: .number(standard)])
        }
    }

    @Test("Numbers that are none are refused", arguments: models)
    func nonFiniteValues(_ model: ModelInfo) throws {
        var calls: [BadCall] = []
        for parameter in model.parameters {
            guard case .number = parameter.defaultValue else { continue }
            for value in nonFinite {
                // A device may go on for ever, and with the reference also start never: its times may be infinite. So may a bound.
                if !value.isNaN, ["start", "stop", "origin", "V_min"].contains(parameter.name) { continue }
                calls.append(
                    BadCall("\(model.name).\(parameter.name) = \(value)", parameter.name) {
                        if model.kind == "synapse" {
                            let source = model.name.hasSuffix("_connection") ? $0.glia : $0.neurons
                            _ = try $0.simulation.connect(
                                source, $0.neurons,
                                synapse: (EverySynapseTests.base[model.name] ?? [:]).merging(
                                    ["synapse_model": .text(model.name), parameter.name: .number(value)]) { $1 })
                        } else {
                            _ = try $0.simulation.create(model.name, parameters: [parameter.name: .number(value)])
                        }
                    })
            }
        }
        try calls.checkTogether()
    }

    @Test("A device may go on for ever", arguments: nodeModels.filter { $0.parameters.contains { $0.name == "stop" } })
    func endless(_ model: ModelInfo) throws {
        let simulation = try Simulation()
        _ = try simulation.create(model.name, parameters: ["stop": .number(.infinity)])
        try simulation.simulate(1)
    }

    @Test(
        "Each recordable can be recorded, every millisecond", arguments: nodeModels.filter { !$0.recordables.isEmpty })
    func recordables(_ model: ModelInfo) throws {
        let simulation = try Simulation()
        let nodes = try simulation.create(model.name, count: 2)
        let recorder = try simulation.record(nodes, quantities: model.recordables.map(\.name))
        #expect(recorder.quantities == model.recordables.map(\.name) && !recorder.isSpikeRecorder)
        try simulation.simulate(10)
        #expect(recorder.eventCount == 20)
        #expect(Set(recorder.times.map { $0.rounded() }) == Set((1...10).map(Double.init)))
        for recordable in model.recordables {
            let column = try recorder.column(recordable.name)
            #expect(column.count == 20 && column.allSatisfy(\.isFinite), "\(model.name).\(recordable.name)")
        }
    }

    @Test("A state that is recorded starts from its initial value", arguments: nodeModels)
    func initialStates(_ model: ModelInfo) throws {
        // Nothing moves far in one step of 0.001 ms.
        let simulation = try Simulation(resolution: 0.001)
        let node = try simulation.create(model.name)
        for recordable in model.recordables {
            guard
                case .number(let start)? = model.parameters.first(where: { $0.name == recordable.name && $0.isState })?
                    .defaultValue
            else { continue }
            let recorder = try simulation.record(
                node, quantities: [recordable.name], options: ["interval": .number(0.001)])
            try simulation.simulate(0.001)
            let value = try #require(try recorder.column(recordable.name).last)
            #expect(abs(value - start) <= 1e-3 * max(abs(start), 1), "\(model.name).\(recordable.name)")
        }
    }

    @Test("It can be created and run, alone", arguments: nodeModels)
    func runs(_ model: ModelInfo) throws {
        let simulation = try Simulation()
        let nodes = try simulation.create(model.name, count: 3)
        #expect(nodes.count == 3 && nodes.model == model.name && simulation.nodeCount == 3)
        try simulation.simulate(10)
        #expect(abs(simulation.time - 10) < 1e-9)
    }

    @Test("An unknown parameter is refused and the nearest offered", arguments: nodeModels)
    func unknown(_ model: ModelInfo) throws {
        guard let known = model.parameters.max(by: { $0.name.count < $1.name.count })?.name else {
            #expect(throws: InputError.self) {
                try Simulation().create(model.name, parameters: ["tau": .number(1)])
            }
            return
        }
        try BadCall("\(model.name).\(known)q", model.name, "\(known)q", "'\(known)'") {
            _ = try $0.simulation.create(model.name, parameters: ["\(known)q": .number(1)])
        }.check()
    }

    @Test("A new connection has its model's defaults; each can be set, and reads back", arguments: synapseModels)
    func synapseDefaults(_ model: ModelInfo) throws {
        let simulation = try Simulation()
        let source = try simulation.create(
            model.name.hasSuffix("_connection") ? "astrocyte_lr_1994" : "parrot_neuron", count: 2)
        let target = try EverySynapseTests.targets(simulation, model.name, count: 2)
        let names = (EverySynapseTests.base[model.name] ?? [:]).filter {
            if case .text = $0.value { true } else { false }
        }
        #expect(
            try simulation.connect(source, target, synapse: names.merging(["synapse_model": .text(model.name)]) { $1 })
                == 4)
        let connections = try simulation.connections()
        #expect(connections.synapseModels == [String](repeating: model.name, count: 4))
        for parameter in model.parameters {
            guard case .number(let standard) = parameter.defaultValue else { continue }
            #expect(
                try connections.get(parameter.name) == [Double](repeating: standard, count: 4),
                "\(model.name).\(parameter.name)")
            // Which receptor a connection ends on is decided when it is made.
            guard parameter.name != "receptor_type" else { continue }
            try connections.set([parameter.name: .number(standard)])
            // 0.5 is in every range: fractions, times (a delay of five steps), weights. Beside x = 1, y must not be positive.
            let changed = parameter.name == "y" ? -0.5 : 0.5
            try connections.connection(at: 2).set([parameter.name: .number(changed)])
            #expect(
                try connections.get(parameter.name) == [standard, changed, standard, standard],
                "\(model.name).\(parameter.name)")
            try connections.set([parameter.name: .number(standard)])
        }
        try simulation.simulate(10)
    }
}
