import AstroCore
import Testing

/// Synapses that look back at their targets' spikes: how far back is nobody's choice but theirs.
@Suite("Target history")
struct TargetHistoryTests {
    static let stdp: Settings = ["synapse_model": .text("stdp_synapse"), "lambda": .number(0.1)]

    /// Parrots that repeat trains, one sender to one target.
    struct Pair {
        let simulation: Simulation
        let sender, target: Nodes

        init(pre: [Double], post: [Double], threads: Int = 1) throws {
            simulation = try Simulation(threads: threads)
            sender = try simulation.create("parrot_neuron")
            target = try simulation.create("parrot_neuron")
            for (times, cell) in [(pre, sender), (post, target)] {
                _ = try simulation.connect(
                    simulation.create("spike_generator", parameters: ["spike_times": .numbers(times)]), cell)
            }
        }

        /// The synapse ends where the parrot does not listen: it repeats its own train alone.
        func connect(_ own: Settings) throws -> Connections {
            _ = try simulation.connect(
                sender, target,
                synapse: TargetHistoryTests.stdp.merging(["receptor_type": .number(1)]) { $1 }.merging(own) { $1 })
            return try simulation.connections(source: sender, target: target)
        }
    }

    /// The pair rule, spike by spike, with trains as the parrots repeat them.
    private func weight(pre: [Double], post: [Double], delay: Double, _ weight: Double) -> Double {
        var w = weight / 100, K = 0.0, last = 0.0
        for t in pre {
            for q in post where q > last - delay + 0.05 && q < t - delay + 0.05 {
                w = min(1, w + 0.1 * (1 - w) * K * exponentialEverywhere((last - delay - q) / 20))
            }
            let trace = post.filter { $0 < t - delay - 0.05 }.reduce(0) {
                $0 + exponentialEverywhere(($1 - t + delay) / 20)
            }
            w = max(0, w - 0.1 * w * trace)
            K = K * exponentialEverywhere((last - t) / 20) + 1
            last = t
        }
        return w * 100
    }

    @Test("A sender that is silent for seconds finds all spikes of its target", arguments: [1, 3])
    func silence(_ threads: Int) throws {
        let post: [Double] = (1...400).map { (i: Int) -> Double in 10 * Double(i) + 0.1 * Double(i % 7) }
        let pre: [Double] = [5, 12, 3900, 4000]
        let pair = try Pair(pre: pre, post: post, threads: threads)
        let synapse = try pair.connect(["delay": .number(2.5), "weight": .number(30)])
        for _ in 0..<41 { try pair.simulation.simulate(100) }
        let expected = weight(pre: pre.map { $0 + 1 }, post: post.map { $0 + 1 }, delay: 2.5, 30)
        #expect(abs(synapse.weight[0] - expected) <= 1e-12 * expected)
    }

    @Test("A spike of the target counts a delay later: at the sender's spike it raises the weight, and lowers it after")
    func coincidence() throws {
        for (offset, sign) in [(-2.1, -1.0), (-2.0, 1), (-1.9, 0)] {
            let pair = try Pair(pre: [20, 30], post: [30 + offset])
            let synapse = try pair.connect(["delay": .number(2), "weight": .number(50)])
            try pair.simulation.simulate(25)
            #expect(synapse.weight == [50])
            try pair.simulation.simulate(10)
            let expected = weight(pre: [21, 31], post: [31 + offset], delay: 2, 50)
            #expect(abs(synapse.weight[0] - expected) < 1e-12)
            // before and at the same moment both pair with the first spike; only what is strictly before depresses
            if sign == 0 { #expect(synapse.weight == [50]) }
            if sign > 0 { #expect(synapse.weight[0] > 50) }
        }
    }

    @Test("Memory stays where it is while all senders spike")
    func memory() throws {
        let simulation = try Simulation(threads: 2)
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(500)])
        let parrots = try simulation.create("parrot_neuron", count: 20)
        _ = try simulation.connect(noise, parrots)
        _ = try simulation.connect(
            parrots, parrots, synapse: Self.stdp.merging(["receptor_type": .number(1)]) { $1 })
        try simulation.simulate(1000)
        let before = simulation.stats.memoryBytes
        try simulation.simulate(4000)
        #expect(simulation.stats.memoryBytes <= before + 20 * 16 * 100)
    }

    /// A network in which weights matter.
    private func network(threads: Int) throws -> Simulation {
        let simulation = try Simulation(seed: 4, threads: threads)
        simulation.smallCellsInTurn = 1
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(3000)])
        let neurons = try simulation.create("aeif_cond_alpha_astro", count: 40)
        _ = try simulation.connect(noise, neurons, synapse: ["weight": .number(8)])
        for own: Settings in [[:], ["tau_plus": .distribution(.uniform(min: 5, max: 40))]] {
            _ = try simulation.connect(
                neurons, neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(8)],
                synapse: Self.stdp.merging(own) { $1 }.merging([
                    "Wmax": .number(20), "weight": .distribution(.uniform(min: 0, max: 15)),
                    "delay": .distribution(.uniform(min: 0.3, max: 4)),
                ]) { $1 })
        }
        return simulation
    }

    @Test("Any number of threads, any pieces, saved and loaded, states set in between: one fingerprint")
    func determinism() throws {
        let folder = try Folder()
        defer { folder.remove() }
        func run(_ threads: Int, pieces: [Double], reloads: Bool) throws -> String {
            var simulation = try network(threads: threads)
            for (i, piece) in pieces.enumerated() {
                try simulation.simulate(piece)
                if reloads {
                    try simulation.save(to: folder.path("c"))
                    simulation = try Simulation.load(from: folder.path("c"), threads: 1 + i % 3)
                }
            }
            #expect(simulation.time == 300)
            try simulation.connections(source: simulation.populations[1].node(at: 3)).set([
                "Kplus": .number(0.7), "delay": .number(9),
            ])
            try simulation.simulate(100)
            return simulation.fingerprint()
        }
        let expected = try run(1, pieces: [300], reloads: false)
        #expect(try run(3, pieces: [300], reloads: false) == expected)
        #expect(try run(2, pieces: [0.1, 7.3, 92.6, 150, 50], reloads: false) == expected)
        #expect(try run(2, pieces: [0.1, 7.3, 92.6, 150, 50], reloads: true) == expected)
    }

    @Test("The same state gives the same bytes, on any number of threads")
    func bytes() throws {
        let folder = try Folder()
        defer { folder.remove() }
        for threads in [1, 3] {
            let simulation = try network(threads: threads)
            try simulation.simulate(120)
            try simulation.save(to: folder.path("\(threads)"))
            try Simulation.load(from: folder.path("\(threads)"), threads: 2).save(to: folder.path("again"))
            #expect(try folder.bytes("again") == folder.bytes("1"))
        }
    }

    @Test("Refused: targets that keep no trace, weights and Wmax of different signs")
    func refused() throws {
        let simulation = try Simulation(threads: 1)
        let parrots = try simulation.create("parrot_neuron", count: 2)
        let glia = try simulation.create("astrocyte_lr_1994")
        #expect(throws: InputError.self) { try simulation.connect(parrots, glia, synapse: Self.stdp) }
        for weight in [Value.number(-1), .numbers([1, 1, -1, 1])] {
            #expect(throws: InputError.self) {
                try simulation.connect(parrots, parrots, synapse: Self.stdp.merging(["weight": weight]) { $1 })
            }
        }
        #expect(throws: InputError.self) {
            try simulation.connect(parrots, parrots, synapse: Self.stdp.merging(["Wmax": .number(0)]) { $1 })
        }
        _ = try simulation.connect(parrots, parrots, synapse: Self.stdp)
        let all = try simulation.connections(source: parrots)
        #expect(throws: InputError.self) { try all.set(["Wmax": .number(-5)]) }
        try all.set(["Wmax": .number(-5), "weight": .number(-1)])
        #expect(all.weight == [-1, -1, -1, -1])
    }
}
