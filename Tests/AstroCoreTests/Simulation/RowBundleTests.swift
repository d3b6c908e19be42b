import Testing

@testable import AstroCore

/// Rows of projections with the same sources are joined while spikes wait for stretches of them. It shows in no result.
@Suite("Rows of several projections, joined")
struct RowBundleTests {
    private static func uniform(_ min: Double, _ max: Double) -> Value { .distribution(.uniform(min: min, max: max)) }
    private static let long = 50.0

    /// Two kinds of senders onto three populations that lie side by side. Weights of both signs.
    private static func network(
        threads: Int = 1, rate: Double = 100
    ) throws -> (Simulation, senders: [Nodes], targets: [Nodes]) {
        let simulation = try Simulation(seed: 6, threads: threads)
        let targets = try (0..<3).map { _ in
            try simulation.create("iaf_psc_exp", count: 3000, parameters: ["I_e": .number(390)])
        }
        let senders = try (0..<2).map { _ in try simulation.create("parrot_neuron", count: 70) }
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(rate)])
        for some in senders { _ = try simulation.connect(noise, some) }
        return (simulation, senders, targets)
    }

    private static func join(
        _ simulation: Simulation, _ from: Nodes, _ to: Nodes, outdegree: Double = 600, _ settings: Settings = [:]
    ) throws {
        var all: Settings = ["weight": uniform(-60, 60), "delay": uniform(0.1, 10)]
        all.merge(settings) { $1 }
        let rule: Settings = ["rule": .text("fixed_outdegree"), "outdegree": .number(outdegree)]
        _ = try simulation.connect(from, to, rule: rule, synapse: all)
    }

    /// All onto all, target by target.
    private static func joinedNetwork(threads: Int = 1, rate: Double = 100) throws -> Simulation {
        let (simulation, senders, targets) = try network(threads: threads, rate: rate)
        for to in targets {
            for from in senders { try join(simulation, from, to) }
        }
        return simulation
    }

    /// By bundle of the first worker: which projections' rows it has.
    private static func bundled(_ simulation: Simulation) -> [[Int]] {
        simulation.bundles.filter { $0.first.plane.worker == 0 }.map { bundle in
            simulation.projections.indices.filter { i in
                simulation.projections[i].segments.contains { $0.bundle === bundle }
            }
        }.sorted { $0[0] < $1[0] }
    }

    /// What each projection has, row by row.
    private static func rows(_ simulation: Simulation) -> [[[Double]]] {
        simulation.projections.map { projection in
            projection.segments.flatMap { segment in
                segment.chunks.compactMap { $0 }.flatMap { chunk in
                    chunk.rows.map { row in
                        chunk.connections(ofRow: row).flatMap {
                            [Double(chunk.targets[$0]), Double(chunk.delays![$0]), chunk.weights![$0]]
                        }
                    }
                }
            }
        }
    }

    @Test("give the same bits as apart, on any number of threads", arguments: [1, 3])
    func bits(threads: Int) throws {
        let joined = try Self.joinedNetwork(threads: threads), short = try Self.joinedNetwork()
        let separated = try Self.joinedNetwork(threads: threads)
        try joined.simulate(4 * Self.long)
        #expect(Self.bundled(joined) == [[0, 2, 4], [1, 3, 5]])
        #expect(joined.bundles.count == 2 * threads)
        // too short for a queue
        for _ in 0..<20 { try short.simulate(Self.long / 5) }
        #expect(short.bundles.isEmpty)
        for _ in 0..<4 {
            try separated.simulate(Self.long)
            _ = Self.rows(separated)
        }
        // joined rows without a queue
        for simulation in [joined, short, separated] { try simulation.simulate(Self.long / 5) }
        #expect(!joined.bundles.isEmpty)
        #expect(joined.stats.spikes > 10000)
        #expect(joined.stats.events == short.stats.events && joined.stats.events == separated.stats.events)
        #expect(joined.fingerprint() == short.fingerprint())
        #expect(joined.fingerprint() == separated.fingerprint())
    }

    @Test("are separated as they were, and take as much memory as apart")
    func separated() throws {
        let simulation = try Self.joinedNetwork()
        let before = Self.rows(simulation)
        try simulation.simulate(0)
        let bytes = simulation.projections.map(\.memoryBytes)
        try simulation.simulate(Self.long)
        #expect(!simulation.bundles.isEmpty)
        let joinedBytes = simulation.projections.map(\.memoryBytes)
        #expect(joinedBytes.reduce(0, +) <= bytes.reduce(0, +))
        #expect(Self.rows(simulation) == before)
        #expect(simulation.bundles.isEmpty)
        #expect(simulation.projections.map(\.memoryBytes) == bytes)
    }

    @Test("are joined again once as many spikes have arrived as there are connections")
    func again() throws {
        let simulation = try Self.joinedNetwork(rate: 4)
        try simulation.simulate(Self.long)
        #expect(!simulation.bundles.isEmpty)
        let connections = simulation.projections.reduce(0) { $0 + $1.count }
        _ = Self.rows(simulation)
        for _ in 0..<12 {
            let events = simulation.stats.events - simulation.eventsWhenSeparated!
            try simulation.simulate(Self.long)
            #expect(simulation.bundles.isEmpty == (events < connections))
        }
        #expect(!simulation.bundles.isEmpty)
    }

    @Test("are left alone where spikes of a sender would reach a cell in another order")
    func order() throws {
        let (simulation, senders, targets) = try Self.network()
        try Self.join(simulation, senders[0], targets[0])
        // onto cells of the next one, from some of its senders
        try Self.join(simulation, senders[0].slice(11, 30), targets[1])
        try Self.join(simulation, senders[0], targets[1])
        try Self.join(simulation, senders[0], targets[2])
        // the same cells twice
        try Self.join(simulation, senders[1], targets[0])
        try Self.join(simulation, senders[1], targets[0])
        try Self.join(simulation, senders[1], targets[1])
        try simulation.simulate(Self.long)
        #expect(Self.bundled(simulation) == [[0, 3], [4, 6]])
    }

    @Test("are left alone where connections share something, or do more than hand over weights")
    func others() throws {
        let (simulation, senders, targets) = try Self.network()
        let from = senders[0]
        try Self.join(simulation, from, targets[0])
        try Self.join(simulation, from, targets[1], ["weight": .number(5)])
        try Self.join(simulation, from, targets[1], ["delay": .number(5)])
        try Self.join(simulation, from, targets[1], ["synapse_model": .text("tsodyks2_synapse")])
        try Self.join(simulation, from, targets[1], ["synapse_model": .text("stdp_synapse"), "weight": .number(5)])
        try Self.join(simulation, from, targets[2])
        try Self.join(simulation, senders[1], targets[0], outdegree: 30)
        try Self.join(simulation, senders[1], targets[1], outdegree: 30)
        try simulation.simulate(Self.long)
        #expect(Self.bundled(simulation) == [[0, 5]])
    }

    private struct Change: Sendable {
        let name: String
        let make: @Sendable (Simulation) throws -> Simulation
        let joined: [[Int]]

        init(_ name: String, _ make: @escaping @Sendable (Simulation) throws -> Simulation, _ joined: [[Int]]) {
            (self.name, self.make, self.joined) = (name, make, joined)
        }
    }

    /// What a script may do between runs, and what is joined after it.
    private static let changes = [
        Change(
            "weights set",
            {
                try some($0).set(["weight": .number(-3)])
                return $0
            }, [[0, 2, 4], [1, 3, 5]]),
        Change(
            "delays set: rows are no longer in their order",
            {
                try some($0).set(["delay": .number(3)])
                return $0
            }, [[1, 3, 5], [2, 4]]),
        Change(
            "connections removed",
            {
                _ = try $0.disconnect(some($0))
                return $0
            }, [[0, 2, 4], [1, 3, 5]]),
        Change(
            "connections recorded",
            {
                _ = try $0.record(some($0), quantities: ["weight"])
                return $0
            }, [[1, 3, 5], [2, 4]]),
        Change(
            "more connected, to cells that are targets already",
            {
                try join($0, $0.populations[3], $0.populations[0].slice(1, 9), outdegree: 2)
                return $0
            }, [[0, 2, 4], [1, 3, 5]]),
        Change(
            "loaded",
            {
                let folder = try Folder(), path = folder.path("state.checkpoint")
                defer { folder.remove() }
                try $0.save(to: path)
                return try Simulation.load(from: path, threads: $0.threads)
            }, [[0, 2, 4], [1, 3, 5]]),
    ]

    /// Connections of a few senders onto the first population.
    private static func some(_ simulation: Simulation) throws -> Connections {
        let (targets, senders) = (simulation.populations[0], simulation.populations[3])
        return try simulation.connections(source: senders.slice(1, 64, step: 9), target: targets)
    }

    @Test("go on as if they had been apart, whatever a script does between runs", arguments: changes.indices)
    func change(number: Int) throws {
        let change = Self.changes[number]
        func fingerprint(after first: Double, _ runs: Int, joined: [[Int]]) throws -> String {
            var simulation = try Self.joinedNetwork()
            for _ in 0..<runs { try simulation.simulate(first) }
            simulation = try change.make(simulation)
            simulation.eventsWhenSeparated = nil
            for _ in 0..<runs { try simulation.simulate(first) }
            #expect(Self.bundled(simulation) == joined, "\(change.name)")
            return simulation.fingerprint()
        }
        let (joined, apart) = (
            try fingerprint(after: 60, 1, joined: change.joined), try fingerprint(after: 10, 6, joined: [])
        )
        #expect(joined == apart, "\(change.name)")
    }
}
