import AstroCore
import Testing

/// Sums for eight neurons at a time and for single ones, slices of any length: the same bits.
@Suite("Slow inward currents: how they are added up never shows")
struct SlowInwardCurrentTests {
    /// I_SIC at every step of 40 neurons, or of the first `count` of them, each with all five astrocytes.
    private func currents(count: Int, delay: Double, strangerDelay: Double? = nil) throws -> [Double] {
        let simulation = try Simulation(seed: 1, threads: 1)
        let astrocytes = try simulation.create(
            "astrocyte_lr_1994", count: 5, parameters: ["Ca_astro": .numbers([0.18, 0.21, 0.3, 0.5, 0.19])])
        let neurons = try simulation.create("aeif_cond_alpha_astro", count: count)
        for (weight, delay) in [(0.7, delay), (0.1, delay), (-0.2, delay + 0.3)] {
            _ = try simulation.connect(
                astrocytes, neurons,
                synapse: [
                    "synapse_model": .text("sic_connection"), "weight": .number(weight), "delay": .number(delay),
                ])
        }
        if let strangerDelay {
            let pair = try simulation.create("parrot_neuron", count: 2)
            _ = try simulation.connect(pair, pair, synapse: ["delay": .number(strangerDelay)])
        }
        let recorder = try simulation.record(neurons, quantities: ["I_SIC"], options: ["interval": .number(0.1)])
        try simulation.simulate(30)
        let all = try recorder.column("I_SIC")
        return stride(from: 0, to: all.count, by: count).map { all[$0] }
    }

    @Test("Eight neurons together get what one alone gets", arguments: [0.1, 0.7, 1.0, 1.7, 4.0])
    func tiles(_ delay: Double) throws {
        let alone = try currents(count: 1, delay: delay)
        #expect(alone.contains { $0 > 1 })
        for count in [7, 8, 9, 40] { #expect(alone == (try currents(count: count, delay: delay)), "\(count) neurons") }
    }

    @Test("The length of slices does not show", arguments: [0.1, 0.3, 0.8, 0.9, 1.1])
    func slices(_ shortest: Double) throws {
        #expect(try currents(count: 9, delay: 2) == currents(count: 9, delay: 2, strangerDelay: shortest))
    }
}
