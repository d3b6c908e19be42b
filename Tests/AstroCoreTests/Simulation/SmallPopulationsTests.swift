import AstroCore
import Foundation
import Testing

/// Cells of many small populations lie and step together. Nothing of it shows but the time and the memory that it takes.
@Suite("Many small populations")
struct SmallPopulationsTests {
    private static let count = 45

    /// Parameters of cell i of a model: none like another.
    private static func parameters(_ model: String, _ i: Int) -> Settings {
        switch model {
        case "aeif_cond_alpha_astro":
            return [
                "I_e": .number(500 + 9 * Double(i)), "V_m": .number(-70 + 0.3 * Double(i)),
                "t_ref": .number(i % 3 == 0 ? 2 : 0), "b": .number(60 + Double(i)),
            ]
        case "astrocyte_lr_1994": return ["IP3": .number(0.3 + 0.01 * Double(i)), "delta_IP3": .number(0.01)]
        case "astrocyte_surrogate": return ["SIC": .number(0.1 * Double(i))]
        default: return [:]
        }
    }

    private static func lists(_ model: String) -> Settings {
        let each = (0..<count).map { parameters(model, $0) }
        return each[0].mapValues { $0 }.reduce(into: [:]) { all, one in
            all[one.key] = .numbers(
                each.map { if case .number(let x) = $0[one.key]! { x } else { 0 } })
        }
    }

    /// Neurons, astrocytes and their connections; each population made in one call, or by a loop in which models take turns.
    private static func network(oneByOne: Bool, threads: Int = 1) throws -> (simulation: Simulation, groups: [Nodes]) {
        let models = ["aeif_cond_alpha_astro", "astrocyte_lr_1994", "parrot_neuron", "astrocyte_surrogate"]
        let simulation = try Simulation(seed: 3, threads: threads)
        simulation.smallCellsInTurn = 7
        var groups: [Nodes] = []
        if oneByOne {
            var single = models.map { _ in [Nodes]() }
            for i in 0..<count {
                for (m, model) in models.enumerated() {
                    single[m].append(try simulation.create(model, parameters: parameters(model, i)))
                }
            }
            groups = try single.map { try $0.dropFirst().reduce($0[0]) { try $0.joined(with: $1) } }
        } else {
            groups = try models.map { try simulation.create($0, count: count, parameters: lists($0)) }
        }
        let ring: Settings = ["rule": .text("one_to_one")]
        let shifted = try groups[0].slice(2, count).joined(with: groups[0].node(at: 1))
        for (weight, delay, model) in [(4.0, 1.0, "static_synapse"), (-2, 1.7, "tsodyks_synapse")] {
            _ = try simulation.connect(
                groups[0], shifted, rule: ring,
                synapse: ["weight": .number(weight), "delay": .number(delay), "synapse_model": .text(model)])
        }
        _ = try simulation.connect(groups[0], groups[2], rule: ring)
        _ = try simulation.connect(groups[2], groups[1], rule: ring)
        for astrocytes in [groups[1], groups[3]] {
            _ = try simulation.connect(
                astrocytes, groups[0], rule: ring,
                synapse: ["synapse_model": .text("sic_connection"), "weight": .number(3)])
        }
        let trains = try simulation.create(
            "spike_generator", parameters: ["spike_times": .numbers((1...60).map { Double($0) * 1.3.rounded() })])
        _ = try simulation.connect(trains, groups[0], synapse: ["weight": .number(6)])
        return (simulation, groups)
    }

    /// All numbers that a network has brought forth; senders by their places in the groups.
    private static func results(oneByOne: Bool, threads: Int = 1) throws -> [[Double]] {
        let (simulation, groups) = try network(oneByOne: oneByOne, threads: threads)
        let spikes = try groups.filter { ["aeif_cond_alpha_astro", "parrot_neuron"].contains($0.model) }.map {
            ($0, try simulation.record($0))
        }
        let traces = [
            try simulation.record(
                groups[0], quantities: ["V_m", "w", "g_ex", "g_in", "I_SIC"], options: ["interval": .number(0.3)]),
            try simulation.record(groups[1].slice(3, 40, step: 5), quantities: ["IP3", "Ca_astro", "h_IP3R"]),
        ]
        try simulation.simulate(33.4)
        try groups[0].slice(5, 5).set(["I_e": .number(900), "tau_w": .number(50), "w": .number(10)])
        try groups[1].slice(9, 11).set(["tau_IP3": .number(300)])
        try simulation.simulate(40)
        var all: [[Double]] = []
        for (group, recorder) in spikes {
            let place = Dictionary(uniqueKeysWithValues: group.ids.enumerated().map { (Double($1), Double($0)) })
            all += [recorder.times, recorder.senders.map { place[$0]! }]
            #expect(recorder.eventCount > 50)
        }
        for trace in traces { all += try trace.quantities.map { try trace.column($0) } }
        for group in groups {
            for parameter in try Catalogue.model(group.model!).parameters {
                guard case .numbers(let values) = try group.get(parameter.name) else { continue }
                all.append(values)
            }
        }
        return all
    }

    @Test(
        "45 calls that create one cell are one that creates 45, models in turn, on any number of threads",
        arguments: [1, 2, 5])
    func oneByOne(threads: Int) throws {
        let one = try Self.results(oneByOne: true), together = try Self.results(oneByOne: true, threads: threads)
        let isEqual = one == together
        #expect(isEqual, "on \(threads) threads")
        let expected = try Self.results(oneByOne: false)
        #expect(one.count == expected.count)
        #expect(one.indices.filter { one[$0] != expected[$0] } == [])
    }

    @Test("A cell does what it would do alone, whatever others have for time constants")
    func alone() throws {
        let simulation = try Simulation(threads: 1)
        let constants = [0.2, 0.03, 0.08, 1, 0.012, 0.5, 0.1, 2, 0.05]
        let settings = { (tau: Double) -> Settings in
            [
                "tau_syn_ex": .number(tau), "I_e": .number(350), "Delta_T": .number(tau == 1 ? 0 : 2),
                "V_peak": .number(tau == 1 ? -45 : 0),
            ]
        }
        func record(_ tau: Double, _ simulation: Simulation) throws -> (Recorder, Recorder) {
            let cell = try simulation.create("aeif_cond_alpha_astro", parameters: settings(tau))
            let generator = try simulation.create(
                "spike_generator",
                parameters: [
                    "spike_times": .numbers(stride(from: 2.0, to: 90, by: 0.7).map { ($0 * 10).rounded() / 10 })
                ])
            _ = try simulation.connect(generator, cell, synapse: ["weight": .number(8)])
            return (try simulation.record(cell, quantities: ["V_m", "g_ex"]), try simulation.record(cell))
        }
        let all = try constants.map { try record($0, simulation) }
        try simulation.simulate(100)
        for (tau, (trace, spikes)) in zip(constants, all) {
            let single = try Simulation(threads: 1)
            let (aloneTrace, aloneSpikes) = try record(tau, single)
            try single.simulate(100)
            let isEqual =
                try trace.column("V_m") == aloneTrace.column("V_m") && trace.column("g_ex") == aloneTrace.column("g_ex")
                && spikes.times == aloneSpikes.times
            #expect(isEqual, "tau_syn_ex = \(tau)")
        }
        #expect(simulation.stats.spikes > 20)
    }

    @Test("Saved and loaded in the middle, on other threads, they go on bit for bit")
    func checkpoint() throws {
        let folder = try Folder()
        defer { folder.remove() }
        let (reference, groups) = try Self.network(oneByOne: true, threads: 2)
        try reference.simulate(21.7)
        try groups[0].node(at: 4).set(["E_L": .number(-65)])
        for threads in [1, 3] {
            try reference.save(to: folder.path("state"))
            let bytes = try folder.bytes("state")
            let loaded = try Simulation.load(from: folder.path("state"), threads: threads)
            #expect(loaded.fingerprint() == reference.fingerprint())
            try loaded.save(to: folder.path("state"))
            let isSame = try folder.bytes("state") == bytes
            #expect(isSame)
            try reference.simulate(13.1)
            try loaded.simulate(13.1)
            #expect(loaded.fingerprint() == reference.fingerprint())
        }
    }

    @Test("More are created between runs, among large populations")
    func growing() throws {
        func grown(_ pieces: [Double]) throws -> Simulation {
            let simulation = try Simulation(threads: 2)
            for (i, piece) in pieces.enumerated() {
                for j in 0..<20 {
                    let neuron = try simulation.create(
                        "aeif_cond_alpha_astro", count: 1 + j % 3, parameters: ["I_e": .number(600 + Double(j))])
                    if j == 7 {
                        _ = try simulation.create(
                            "aeif_cond_alpha_astro", count: 300, parameters: ["I_e": .number(700)])
                    }
                    _ = try simulation.connect(neuron, neuron, synapse: ["weight": .number(3), "delay": .number(4)])
                }
                if i == 0 {
                    try simulation.simulate(piece)
                } else {
                    for _ in 0..<4 { try simulation.simulate(piece / 4) }
                }
            }
            return simulation
        }
        #expect(try grown([20, 40]).fingerprint() == grown([20, 40]).fingerprint())
        #expect(try grown([20, 40]).stats.spikes > 100)
    }

    @Test("What is wrong with one of them is told of it, and nothing was created")
    func errors() throws {
        let (simulation, groups) = try Self.network(oneByOne: true)
        let before = simulation.fingerprint(), nodes = simulation.nodeCount
        #expect(throws: InputError.self) {
            try simulation.create("aeif_cond_alpha_astro", parameters: ["V_reset": .number(50)])
        }
        #expect(throws: InputError.self) { try groups[0].node(at: 3).set(["C_m": .number(-1)]) }
        #expect(simulation.fingerprint() == before)
        #expect(simulation.nodeCount == nodes)
        let bad = groups[0].ids[16]
        try groups[0].node(at: 17).set(["V_m": .number(-5000)])
        let error = try #require(throws: InputError.self) { try simulation.simulate(20) }
        #expect("\(error)".contains("instability of node \(bad) "), "\(error)")
    }

    @Test("A cell by itself takes less than 2 kB")
    func memory() throws {
        let simulation = try Simulation(threads: 1), count = 3000
        for i in 0..<count { _ = try simulation.create(i % 2 == 0 ? "aeif_cond_alpha_astro" : "astrocyte_lr_1994") }
        try simulation.simulate(1)
        #expect(simulation.stats.memoryBytes < 2000 * count)
    }
}
