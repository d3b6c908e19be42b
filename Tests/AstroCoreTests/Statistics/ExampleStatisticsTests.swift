import AstroCore
import Testing

/// The two shipped examples that are driven by a Poisson generator, a minute each, over twenty seeds.
@Suite(
    "Statistics: Poisson-driven examples",
    .enabled(if: isOptimized, "forty minutes of simulated time need optimized code"))
struct ExampleStatisticsTests {
    /// The specification of either; what one lacks is nil.
    struct Example: Decodable {
        let astro: [String: JSONValue]
        let neuron: [String: JSONValue]?
        let rate: Double
        let weight: Double
        let delay_ms: Double
        let w_pre2post: Double?
        let w_pre2astro: Double?
        let w_astro2post: Double?
        let sim_time_ms: Double

        func synapse(_ weight: Double, _ model: String = "static_synapse") -> Settings {
            ["synapse_model": .text(model), "weight": .number(weight), "delay": .number(delay_ms)]
        }
    }

    @Test("A single astrocyte under Poisson input: IP3, calcium and its peaks are the reference's")
    func single() throws {
        let example = try Fixtures.decode(Example.self, from: "reference/ex_astrocyte_single.json")
        let measured = try (Int64(1)...20).map { seed -> [String: Double] in
            let simulation = try Simulation(seed: seed, threads: 1)
            let astrocyte = try simulation.create("astrocyte_lr_1994", parameters: example.astro.settings)
            let input = try simulation.create("poisson_generator", parameters: ["rate": .number(example.rate)])
            _ = try simulation.connect(input, astrocyte, synapse: example.synapse(example.weight))
            let recorder = try simulation.record(astrocyte, quantities: ["IP3", "Ca_astro"])
            try simulation.simulate(example.sim_time_ms)
            return try Self.astrocyte(recorder)
        }
        try StatisticalReference.compare(measured, with: "ex_astrocyte_single")
    }

    @Test("Two neurons and an astrocyte under Poisson input behave as the reference's")
    func interaction() throws {
        let example = try Fixtures.decode(Example.self, from: "reference/ex_astrocyte_interaction.json")
        let measured = try (Int64(1)...20).map { seed -> [String: Double] in
            let simulation = try Simulation(seed: seed, threads: 1)
            let pre = try simulation.create("aeif_cond_alpha_astro", parameters: example.neuron!.settings)
            let post = try simulation.create("aeif_cond_alpha_astro", parameters: example.neuron!.settings)
            let astrocyte = try simulation.create("astrocyte_lr_1994", parameters: example.astro.settings)
            let input = try simulation.create("poisson_generator", parameters: ["rate": .number(example.rate)])
            _ = try simulation.connect(input, pre, synapse: example.synapse(example.weight))
            _ = try simulation.connect(pre, post, synapse: example.synapse(example.w_pre2post!))
            _ = try simulation.connect(pre, astrocyte, synapse: example.synapse(example.w_pre2astro!))
            _ = try simulation.connect(
                astrocyte, post, synapse: example.synapse(example.w_astro2post!, "sic_connection"))
            let membrane = try simulation.record(pre, quantities: ["V_m", "w", "g_ex"])
            let calcium = try simulation.record(astrocyte, quantities: ["IP3", "Ca_astro"])
            let current = try simulation.record(post, quantities: ["I_SIC"])
            let preSpikes = try simulation.record(pre), postSpikes = try simulation.record(post)
            try simulation.simulate(example.sim_time_ms)

            var measures = try Self.astrocyte(calcium)
            for quantity in ["V_m", "w", "g_ex"] {
                measures["pre_\(quantity)_mean"] = try membrane.column(quantity).mean
                measures["pre_\(quantity)_sd"] = try membrane.column(quantity).populationSD
            }
            measures["I_SIC_mean"] = try current.column("I_SIC").mean
            measures["I_SIC_sd"] = try current.column("I_SIC").populationSD
            measures["rate_pre"] = Double(preSpikes.eventCount) / (example.sim_time_ms / 1000)
            measures["rate_post"] = Double(postSpikes.eventCount) / (example.sim_time_ms / 1000)
            return measures
        }
        try StatisticalReference.compare(measured, with: "ex_astrocyte_interaction")
    }

    private static func astrocyte(_ recorder: Recorder) throws -> [String: Double] {
        let ip3 = try recorder.column("IP3"), calcium = try recorder.column("Ca_astro")
        let threshold = 0.19669  // SIC_th
        return [
            "IP3_mean": ip3.mean, "IP3_sd": ip3.populationSD, "Ca_mean": calcium.mean, "Ca_sd": calcium.populationSD,
            "Ca_above": Double(calcium.count { $0 > threshold }) / Double(calcium.count),
            "Ca_peaks": Double(zip(calcium, calcium.dropFirst()).count { $0 < 0.3 && $1 >= 0.3 }),
        ]
    }
}
