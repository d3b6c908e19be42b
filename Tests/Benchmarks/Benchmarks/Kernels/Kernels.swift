import AstroCore
import Benchmark

// One kind of work at a time, 10 000 cells on one thread: an iteration is 10 ms of model time, 100 steps. So a millisecond
// here is a nanosecond a cell and step.

private let count = 10_000
private let neuron: Settings = ["tau_syn_ex": .number(2), "tau_syn_in": .number(4)]

private func simulation() -> Simulation { try! Simulation(seed: 1, threads: 1) }

/// Advances a network that `build` makes; the first iterations, which are not counted, prepare it.
private func advance(_ name: String, _ build: @escaping (Simulation) throws -> Void) {
    Benchmark(name) { benchmark in
        let simulation = simulation()
        try build(simulation)
        try simulation.simulate(10)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { try simulation.simulate(10) }
        benchmark.stopMeasurement()
    }
}

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .instructions, .peakMemoryResident], warmupIterations: 2, maxDuration: .seconds(3),
        maxIterations: 100)

    advance("calm neurons") { _ = try $0.create("aeif_cond_alpha_astro", count: count, parameters: neuron) }

    advance("spiking neurons") {
        let driven = neuron.merging(
            ["I_e": .number(1000), "V_m": .distribution(.uniform(min: -70, max: -50))], uniquingKeysWith: { $1 })
        _ = try $0.create("aeif_cond_alpha_astro", count: count, parameters: driven)
    }

    advance("astrocytes") {
        _ = try $0.create(
            "astrocyte_lr_1994", count: count, parameters: ["IP3": .number(0.5), "IP3_0": .number(0.5)])
    }

    advance("neurons with Poisson input") {
        let neurons = try $0.create("aeif_cond_alpha_astro", count: count, parameters: neuron)
        let noise = try $0.create("poisson_generator", parameters: ["rate": .number(2000)])
        _ = try $0.connect(noise, neurons, rule: [:], synapse: ["weight": .number(1e-6)])
    }

    advance("slow inward currents") {
        let neurons = try $0.create("aeif_cond_alpha_astro", count: count, parameters: neuron)
        let active: Settings = ["IP3": .number(0.7), "IP3_0": .number(0.7), "Ca_astro": .number(0.351)]
        let astrocytes = try $0.create("astrocyte_lr_1994", count: count, parameters: active)
        _ = try $0.connect(
            astrocytes, neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(10)],
            synapse: ["synapse_model": .text("sic_connection"), "weight": .number(1e-6)])
    }

    Benchmark("connect a million pairs") { benchmark in
        for _ in benchmark.scaledIterations {
            let simulation = simulation()
            let neurons = try simulation.create("aeif_cond_alpha_astro", count: count)
            benchmark.startMeasurement()
            _ = try simulation.connect(
                neurons, neurons, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.01)], synapse: [:])
            benchmark.stopMeasurement()
        }
    }
}
