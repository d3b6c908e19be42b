import AstroCore
import Testing

/// models.json lists, for every model, values that were tried on the reference: what it refused, we refuse; what it took, we take.
@Suite("Limits of parameters are the reference's")
struct ReferenceLimitsTests {
    struct Trial: Sendable, CustomTestStringConvertible {
        let model: String
        let why: String
        let settings: Settings
        let isSynapse: Bool

        var testDescription: String { "\(model): \(why)" }
    }

    static let refusals = ReferenceModel.registered.flatMap { name, model in
        (model.refused ?? []).map {
            Trial(model: name, why: $0.refused, settings: $0.tried.settings, isSynapse: model.kind == "synapse")
        }
    }

    static let acceptances = ReferenceModel.registered.flatMap { name, model in
        (model.accepted ?? []).map {
            Trial(
                model: name,
                why: $0.settings.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }.joined(separator: ", "),
                settings: $0.settings, isSynapse: model.kind == "synapse")
        }
    }

    @Test("Refused at create and at set, with the parameter named", arguments: refusals)
    func refused(_ trial: Trial) throws {
        // One of the names tried is at fault; the message names it.
        func check(_ what: String, _ call: @escaping @Sendable (Bench) throws -> Void) throws {
            try BadCall(
                "\(trial.testDescription), at \(what)",
                call: { bench in
                    do {
                        try call(bench)
                    } catch let error as InputError {
                        #expect(
                            trial.settings.keys.contains { error.message.contains($0) },
                            "\(trial.testDescription): \(error.message)")
                        throw error
                    }
                }
            ).check()
        }
        if trial.isSynapse {
            try check("connect") { try $0.connect(through: trial.model, trial.settings) }
            try check("set") { bench in
                // A connection of its own would change what follows; its own simulation is ill-treated instead.
                let other = try Bench()
                try other.connect(through: trial.model, [:])
                let before = other.simulation.fingerprint()
                defer { #expect(other.simulation.fingerprint() == before, "\(trial.testDescription), at set") }
                try other.simulation.connections(synapseModel: trial.model).set(trial.settings)
            }
        } else {
            try check("create") { _ = try $0.simulation.create(trial.model, count: 2, parameters: trial.settings) }
            try check("set") { _ in
                let simulation = try Simulation()
                let nodes = try simulation.create(trial.model, count: 2)
                let before = simulation.fingerprint()
                defer { #expect(simulation.fingerprint() == before, "\(trial.testDescription), at set") }
                try nodes.set(trial.settings)
            }
        }
    }

    @Test("Accepted", arguments: acceptances)
    func accepted(_ trial: Trial) throws {
        let bench = try Bench()
        if trial.isSynapse {
            try bench.connect(through: trial.model, trial.settings)
        } else {
            _ = try bench.simulation.create(trial.model, count: 2, parameters: trial.settings)
        }
        try bench.simulation.simulate(5)
    }

    @Test(
        "Delays go to the nearest step, halves up",
        arguments: [(0.14, 0.1), (0.15, 0.2), (0.25, 0.3), (0.05, 0.1), (1.04, 1.0)])
    func delays(_ given: Double, _ used: Double) throws {
        let simulation = try Simulation()
        let nodes = try simulation.create("parrot_neuron", count: 2)
        _ = try simulation.connect(nodes, nodes, synapse: ["delay": .number(given)])
        #expect(try simulation.connections().delay.allSatisfy { abs($0 - used) < 1e-9 })
    }

    @Test("There are trials")
    func count() {
        #expect(Self.refusals.count > 60 && Self.acceptances.count > 25)
    }
}

extension Bench {
    /// Connects a suitable pair through a synapse model.
    fileprivate func connect(through model: String, _ settings: Settings) throws {
        let source = model == "sic_connection" ? glia : neurons
        _ = try simulation.connect(source, neurons, synapse: settings.with(["synapse_model": .text(model)]))
    }
}
