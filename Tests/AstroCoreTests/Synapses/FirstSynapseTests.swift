import Foundation
import Testing

@testable import AstroCore

// page: synapse
/// A synapse that tires and recovers.
///
///     dstrength/dt = (1 - strength) / tau,    at a spike: weight * strength is sent, then strength -= use * strength
struct TiringSynapse: ScalingSynapse {
    static let definition = SynapseDefinition(
        "tiring_synapse",
        ModelText(summary: "A synapse that tires and recovers."),
        release: [
            Parameter("use", 0.5, .one, "fraction of the strength that a spike takes", .fraction),
            Parameter("tau", 100, .ms, "recovery time", .positive),
            Parameter("strength", 1, .one, "fraction of the weight left by the last spike", .fraction, .state),
        ],
        hidden: [("last", 0)], Self.self)

    private let use, tau, strength, last: SynapseColumn

    init(_ columns: SynapseColumns) {
        (use, tau) = (columns["use"], columns["tau"])
        (strength, last) = (columns["strength"], columns["last"])
    }

    func release(_ synapse: Synapse, at time: Double) -> Double {
        let missing = (1 - synapse[strength]) * exponentialEverywhere((synapse[last] - time) / synapse[tau])
        let factor = 1 - missing
        synapse[strength] = factor * (1 - synapse[use])
        synapse[last] = time
        return factor
    }
}
// end

@Suite("The page about synapses")
struct FirstSynapseTests {
    /// What two connections, the second of another recovery time, have left after spikes at 5 and 25 ms.
    private func run(threads: Int) throws -> (strength: [Double], fingerprint: String) {
        let simulation = try Simulation(threads: threads)
        let ticks = try simulation.create("spike_generator", parameters: ["spike_times": .numbers([4, 24])])
        let parrot = try simulation.create("parrot_neuron"), targets = try simulation.create("iaf_psc_exp", count: 2)
        _ = try simulation.connect(ticks, parrot)
        _ = try simulation.connect(
            parrot, targets, through: TiringSynapse.definition, synapse: ["use": .number(0.25)])
        let all = try simulation.connections(source: parrot)
        try all.connection(at: 2).set(["tau": .number(10)])
        try simulation.simulate(30)
        return (try all.get("strength"), simulation.fingerprint())
    }

    @Test("The synapse of the page follows its closed form, shared and with values of its own")
    func works() throws {
        let one = try run(threads: 1)
        for (found, tau) in zip(one.strength, [100.0, 10]) {
            #expect(abs(found - 0.75 * (1 - 0.25 * exp(-20 / tau))) < 1e-15)
        }
        #expect(try run(threads: 3).fingerprint == one.fingerprint)
    }

    @Test("A synapse that is added while the program runs can be named, and is listed")
    func isAdded() throws {
        // the tests of every synapse are about those of the program
        _ = EverySynapseTests.models
        #expect(throws: InputError.self) { try Synapses.named("tiring_synapse") }
        try Catalogue.add(TiringSynapse.definition)
        try Catalogue.add(TiringSynapse.definition)
        #expect(Catalogue.models.count { $0.name == "tiring_synapse" && $0.kind == "synapse" } == 1)
        #expect(try Synapses.named("tiring_synapse") == TiringSynapse.definition)
        let simulation = try Simulation(threads: 1), cells = try simulation.create("parrot_neuron", count: 2)
        let synapse: Settings = ["synapse_model": .text("tiring_synapse"), "use": .number(0.25)]
        _ = try simulation.connect(cells, cells, synapse: synapse)
        #expect(try simulation.connections(synapseModel: "tiring_synapse").get("use") == [0.25, 0.25, 0.25, 0.25])
        for taken in ["static_synapse", "parrot_neuron", "multimeter"] {
            #expect(throws: InputError.self) {
                try Catalogue.add(SynapseDefinition(taken, ModelText(summary: "Another.")))
            }
        }
    }

    @Test("The page shows this file's code")
    func page() throws {
        try Page.expectCode("synapse", of: #filePath, in: "extending-synapses.md")
    }
}
