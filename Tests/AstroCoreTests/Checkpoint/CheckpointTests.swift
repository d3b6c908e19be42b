import AstroCore
import Foundation
import Testing

@Suite("Checkpoints: what is saved, loaded and run on is what would have been")
struct CheckpointTests {
    private let folder: Folder
    private var path: String { folder.path("state.checkpoint") }

    init() throws { folder = try Folder() }

    /// Saved, and loaded again with another number of threads.
    private func reloaded(_ simulation: Simulation, threads: Int) throws -> Simulation {
        try simulation.save(to: path)
        return try Simulation.load(from: path, threads: threads)
    }

    private func bytes(_ simulation: Simulation) throws -> [UInt8] {
        try simulation.save(to: path)
        return try folder.bytes("state.checkpoint")
    }

    @Test("Every scenario, stopped at odd times and on other threads, gives the same bits", arguments: Scenario.all)
    func scenarios(_ scenario: Scenario) throws {
        defer { folder.remove() }
        let length = min(scenario.sim_time_ms, 300), n = scenario.step(of: length)
        let whole = try scenario.run(until: length)
        let cuts = [0, 1, n / 7 + 1, n / 2 - 3, n - 1, n]
        var threads = [1, 4, 2, 3].makeIterator()
        let pieced = try scenario.run(threads: 2, pieces: zip(cuts, cuts.dropFirst()).map { $1 - $0 }) {
            try reloaded($0, threads: threads.next()!)
        }
        let difference = whole.firstDifference(from: pieced)
        #expect(difference == "", "\(scenario.name): \(difference)")
        #expect(whole.fingerprint == pieced.fingerprint, "\(scenario.name)")
    }

    /// Steps that hit no boundary of slices or of windows of Poisson numbers in particular.
    @Test("A network of everything goes on bit for bit", arguments: [1, 9, 77, 128, 203])
    func everything(_ steps: Int) throws {
        defer { folder.remove() }
        let reference = try Everything.build(threads: 2)
        try reference.simulate(Double(steps) * 0.1)
        var simulation = try reloaded(reference, threads: 5)
        #expect(try Everyone(simulation) == Everyone(reference))
        try reference.simulate(21.3)
        try simulation.simulate(8.6)
        simulation = try reloaded(simulation, threads: 1)
        try simulation.simulate(12.7)
        #expect(try Everyone(simulation) == Everyone(reference))
    }

    @Test("A network of everything, before its first step")
    func unborn() throws {
        defer { folder.remove() }
        let reference = try Everything.build(threads: 1)
        let simulation = try reloaded(reference, threads: 3)
        try reference.simulate(20)
        try simulation.simulate(20)
        #expect(try Everyone(simulation) == Everyone(reference))
    }

    @Test("What is built and changed after loading is what would have been")
    func building() throws {
        defer { folder.remove() }
        let reference = try Everything.build(threads: 1)
        try reference.simulate(12.3)
        let simulation = try reloaded(reference, threads: 2)
        for simulation in [reference, simulation] {
            let more = try simulation.create(
                "aeif_cond_alpha_astro", count: 30, parameters: ["V_m": .distribution(.uniform(min: -70, max: -52))])
            let old = try simulation.nodes(labelled: "aeif_cond_alpha_astro")
            _ = try simulation.connect(
                more, old.sample(20), rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.4)],
                synapse: ["weight": .distribution(.uniform(min: 0, max: 9)), "delay": .number(12)])
            try old.set(["I_e": .distribution(.uniform(min: 500, max: 1500))])
            let noise = try #require(simulation.populations.first { $0.model == "poisson_generator" })
            _ = try simulation.connect(noise, more, synapse: ["weight": .number(20)])
            try noise.set(["rate": .number(2000)])
            _ = try simulation.record(more)
            try simulation.recorder(labelled: "spikes").clear()
            try simulation.simulate(20)
        }
        #expect(try Everyone(simulation) == Everyone(reference))
        #expect(try simulation.recorder(labelled: "spikes").rate() == reference.recorder(labelled: "spikes").rate())
    }

    @Test("Every node model alone, at a random time", arguments: EveryModelTests.nodeModels)
    func models(_ model: ModelInfo) throws {
        defer { folder.remove() }
        let reference = try Simulation(seed: 3, threads: 1)
        let nodes = try reference.create(model.name, count: 40, label: "nodes")
        if ["neuron", "astrocyte"].contains(model.kind) {
            let noise = try reference.create("poisson_generator", parameters: ["rate": .number(4000)])
            _ = try reference.connect(noise, nodes, synapse: ["weight": .number(9)])
            for current in ["noise_generator"] {
                let device = try reference.create(current, parameters: ["std": .number(0.001)])
                _ = try? reference.connect(device, nodes)
            }
            // one each: parrots repeat all that they hear
            _ = try? reference.connect(
                nodes, nodes, rule: ["rule": .text("fixed_outdegree"), "outdegree": .number(1)],
                synapse: ["weight": .number(3), "delay": .number(2.3)])
            _ = try? reference.record(nodes)
        }
        var random = SystemRandomNumberGenerator()
        let steps = Int.random(in: 1...400, using: &random)
        try reference.simulate(Double(steps) * 0.1)
        let simulation = try reloaded(reference, threads: 2)
        #expect(try Everyone(simulation) == Everyone(reference), "\(model.name) after \(steps) steps")
        try reference.simulate(50)
        try simulation.simulate(50)
        #expect(try Everyone(simulation) == Everyone(reference), "\(model.name) after \(steps) steps, and 500 more")
    }

    @Test("The same state is the same bytes: saved twice, after loading, by any number of threads")
    func sameBytes() throws {
        defer { folder.remove() }
        let simulation = try Everything.build(threads: 2)
        try simulation.simulate(14.9)
        let first = try bytes(simulation)
        #expect(try bytes(simulation) == first)
        #expect(try bytes(Simulation.load(from: path, threads: 3)) == first)
        let other = try Everything.build(threads: 5)
        try other.simulate(14.9)
        #expect(try bytes(other) == first)
    }

    /// What a file lists by target lies by delay in memory, where the order of parallel connections may stay as it is.
    @Test("Parallel connections keep their order, whatever their delays", arguments: [false, true])
    func parallelConnections(delaysAreSet: Bool) throws {
        defer { folder.remove() }
        let simulation = try Simulation(seed: 3, threads: 2)
        let senders = try simulation.create("iaf_psc_exp", count: 5, parameters: ["I_e": .number(500)])
        let targets = try simulation.create("iaf_psc_exp", count: 9)
        let delay: Value = .distribution(.uniform(min: 1, max: 3))
        _ = try simulation.connect(
            senders, targets, rule: ["rule": .text("fixed_total_number"), "N": .number(800)],
            synapse: ["weight": .distribution(.normal(mean: 20, std: 9)), "delay": delay])
        if delaysAreSet { try simulation.connections().set(["delay": delay]) }
        let before = try simulation.connections(), columns = ["source", "target", "weight", "delay"]
        try simulation.simulate(20)
        let loaded = try reloaded(simulation, threads: 3), after = try loaded.connections()
        for name in columns { #expect(try before.get(name) == after.get(name), "\(name)") }
        let ends = try zip(before.get("source"), before.get("target")).map { [$0, $1] }
        let delays = try before.get("delay")
        let shorter = ends.indices.dropFirst().count { ends[$0] == ends[$0 - 1] && delays[$0] < delays[$0 - 1] }
        #expect(delaysAreSet ? shorter > 50 : shorter == 0)
        for simulation in [simulation, loaded] { try simulation.simulate(50) }
        #expect(simulation.fingerprint() == loaded.fingerprint())
        #expect(try bytes(simulation) == bytes(loaded))
    }

    @Test("Delays that were shortened while longer ones were on their way")
    func shortenedDelays() throws {
        defer { folder.remove() }
        let reference = try Simulation(threads: 1)
        let generator = try reference.create("spike_generator", parameters: ["spike_times": .numbers([1, 2, 3])])
        let parrots = try reference.create("parrot_neuron", count: 2, label: "parrots")
        _ = try reference.connect(generator, parrots)
        let echoes = try reference.create("parrot_neuron", count: 2)
        _ = try reference.connect(parrots, echoes, synapse: ["delay": .number(40)])
        _ = try reference.record(parrots.joined(with: echoes))
        try reference.simulate(10)
        try reference.connections(source: parrots).set(["delay": .number(0.5)])
        let simulation = try reloaded(reference, threads: 2)
        for simulation in [reference, simulation] { try simulation.simulate(44) }
        #expect(try Everyone(simulation) == Everyone(reference))
    }

    @Test("A file of version 1 is read, and goes on as it did")
    func versionOne() throws {
        let file = Fixtures.folder.appendingPathComponent("checkpoints/version-1.checkpoint").path
        let simulation = try Simulation.load(from: file, threads: 2)
        #expect(simulation.fingerprint() == "7bca897b4ab72069601c2fe2c2e8a7d4")
        #expect(simulation.populations.map(\.label) == [nil, nil, "parrots", "neurons", "glia"])
        #expect(simulation.connectionCount == 35 && simulation.time == 20.3)
        #expect(try simulation.recorder(labelled: "spikes").eventCount == 3)
        #expect(try simulation.recorder(labelled: "calcium").times == [5, 5, 10, 10, 15, 15, 20, 20])
        try simulation.simulate(30)
        // not its fingerprint: a later version may round otherwise on the way
        let V_m = [-56.0849274984, -53.8481440558, -51.8335734903, -54.4968034729]
        guard case .numbers(let values) = try simulation.nodes(labelled: "neurons").get("V_m") else {
            Issue.record("V_m is no list of numbers")
            return
        }
        #expect(values.count == V_m.count && zip(values, V_m).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(try simulation.recorder(labelled: "spikes").eventCount == 8)
    }

    @Test("An interlude in the middle of a run changes nothing")
    func interlude() throws {
        let whole = try Everything.build(threads: 2), interrupted = try Everything.build(threads: 2)
        try whole.simulate(700)
        var acted: [Double] = []
        // asked at the beginning and then ten times a second
        let interlude = Interlude {
            true
        } act: { end in
            #expect(end == 7000)
            acted.append(interrupted.time)
        }
        try interrupted.simulate(700, interlude: interlude)
        #expect(!acted.isEmpty && acted == acted.sorted() && acted.last! < 700)
        #expect(try Everyone(whole) == Everyone(interrupted))
    }
}
