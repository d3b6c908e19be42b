import AstroCore
import Testing

/// The weights that synapses send at each spike, as NEST's weight recorder has them (NAME.weights.csv). There is none here: what a
/// synapse has sent follows from its state after the spike.
@Suite("Reference: weights that synapses send")
struct SentWeightsTests {
    /// By model, what was sent, out of a connection's values after the spike.
    static let sent: [String: @Sendable (_ value: (String) throws -> Double) throws -> Double] = [
        "static_synapse": { try $0("weight") },
        "stdp_synapse": { try $0("weight") },
        "tsodyks2_synapse": { try $0("weight") * $0("x") * $0("u") },
        // x is what the release has left: the fraction u of what was there is gone
        "tsodyks_synapse": { try $0("weight") * $0("u") * $0("x") / (1 - $0("u")) },
    ]

    static let scenarios = Scenario.all.filter { $0.files.weights_csv != nil }

    @Test("At each spike, to rounding", arguments: scenarios, [1, 3])
    func weights(_ scenario: Scenario, threads: Int) throws {
        let simulation = try Simulation(resolution: scenario.resolution_ms, threads: threads)
        let nodes = try scenario.build(in: simulation)
        let rows = try Fixtures.lines(of: "reference/\(scenario.files.weights_csv!)").lines.filter {
            // of one source and one target: what else is there has no name in the file
            scenario.connections!.indices.contains(Int($0[3]) ?? -1)
        }
        var compared = 0
        for (i, row) in rows.enumerated() {
            let time = Double(row[0])!, spec = scenario.connections![Int(row[3])!]
            // of coinciding spikes the last has left its state
            if rows[(i + 1)...].contains(where: { $0[0] == row[0] && $0[3] == row[3] }) { continue }
            try simulation.simulate(
                Double(scenario.step(of: time) - scenario.step(of: simulation.time)) * scenario.resolution_ms)
            let connection = try simulation.connections(
                source: nodes[spec.source]!, target: nodes[spec.target]!, synapseModel: spec.synapse.synapse_model)
            let value = try #require(Self.sent[spec.synapse.synapse_model])
            let sent = try value { try connection.get($0)[0] }
            let expected = Double(row[4])!
            #expect(
                abs(sent - expected) <= 1e-11 * abs(expected),
                "\(scenario.name), connection \(row[3]) at \(time) ms: \(sent) instead of \(expected)")
            compared += 1
        }
        #expect(compared > 0)
    }
}
