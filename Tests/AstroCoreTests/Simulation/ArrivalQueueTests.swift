import Testing

@testable import AstroCore

/// Where delays differ and a plane is large, spikes wait in a queue during a long run, and in the plane between runs. It shows in no
/// result where they wait.
@Suite("Spikes that wait in a queue")
struct ArrivalQueueTests {
    /// Long delays make large planes of few cells.
    private static let longestDelay = 30.0

    private static func uniform(_ min: Double, _ max: Double) -> Value { .distribution(.uniform(min: min, max: max)) }

    /// Neurons that take any weight, neurons that take no negative one, and cells that count spikes; connections of all kinds.
    private static func network(threads: Int) throws -> Simulation {
        let simulation = try Simulation(seed: 5, threads: threads)
        let currents = try simulation.create("iaf_psc_exp", count: 1800, parameters: ["I_e": .number(200)])
        let conductances = try simulation.create("aeif_cond_exp", count: 1200, parameters: ["I_e": .number(300)])
        let parrots = try simulation.create("parrot_neuron", count: 1300)
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(20000)])
        _ = try simulation.connect(noise, currents, synapse: ["weight": .number(40)])
        _ = try simulation.connect(noise, conductances, synapse: ["weight": .number(2)])
        let few: Settings = ["rule": .text("fixed_indegree"), "indegree": .number(12)]
        func join(_ from: Nodes, _ to: Nodes, _ settings: Settings) throws {
            var all: Settings = ["delay": uniform(0.1, longestDelay)]
            all.merge(settings) { $1 }
            _ = try simulation.connect(from, to, rule: few, synapse: all)
        }
        try join(currents, currents, ["weight": uniform(-60, 60)])
        try join(currents, currents, ["weight": .number(25)])
        try join(currents, currents, ["weight": .number(-20), "delay": .number(1.5)])
        try join(currents, currents, ["weight": uniform(5, 20), "synapse_model": .text("tsodyks_synapse")])
        try join(currents, currents, ["weight": uniform(5, 20), "synapse_model": .text("stdp_synapse")])
        try join(currents, conductances, ["weight": uniform(0, 2)])
        try join(conductances, currents, ["weight": uniform(-30, 0)])
        try join(conductances, parrots, [:])
        try join(parrots, currents, ["weight": uniform(-9, 9)])
        return simulation
    }

    @Test("give the same bits in one run and in many, on any number of threads")
    func pieces() throws {
        let whole = try Self.network(threads: 1), pieces = try Self.network(threads: 1)
        let shared = try Self.network(threads: 3)
        try whole.simulate(200)
        try shared.simulate(200)
        for _ in 0..<4 { try pieces.simulate(50) }
        #expect(whole.stats.spikes > 10000)
        #expect(whole.fingerprint() == pieces.fingerprint())
        #expect(whole.fingerprint() == shared.fingerprint())
        #expect(whole.stats.spikes == pieces.stats.spikes && whole.stats.events == pieces.stats.events)
        // a short run does without, a long one does not
        for (steps, isUsed) in [(500, false), (2000, true)] {
            let queues = ArrivalQueue.all(whole, worker: 0, steps: steps)
            #expect(queues.isEmpty != isUsed)
            queues.forEach { $0.end() }
        }
    }

    @Test("add up in order, also when there are more than may wait")
    func overflow() throws {
        let cells = 300, slots = 128
        let model = try #require(Catalogue.cellModels.first { $0.name == "iaf_psc_exp" })
        let planes = (0..<2).map { _ in InputPlane(worker: 0, ports: model.ports) }
        for plane in planes {
            plane.add(cells: 0..<cells, of: 0, at: 0)
            plane.prepare(slots: slots, now: 1) { _ in false }
        }
        let direct = SpikeSums(planes[0].spikes(receptor: 0), base: 0, nil)
        // something is pending already
        for plane in planes { SpikeSums(plane.spikes(receptor: 0), base: 0, nil).add(0.1, at: 5, to: 7) }
        let queue = ArrivalQueue(planes[1], slice: 1)
        let waiting = SpikeSums(planes[1].spikes(receptor: 0), base: 0, queue)
        var stream = RandomStream(seed: 1, StreamName(.poisson, member: 1))
        for step in 0..<400 {
            queue.arrive(step..<step + 1)
            let stride = planes[0].spikeStride, rows = planes.map { $0.spikeRows(step + 1) }
            #expect((0..<stride).allSatisfy { rows[0][$0] == rows[1][$0] })
            for row in rows { row.update(repeating: 0, count: stride) }
            // about four times what all rows take
            for _ in 0..<(step < 100 ? 10 * cells : 20) {
                let value = stream.uniform() - 0.3, stamp = step + 2 + stream.below(slots - 2)
                let target = UInt16(stream.below(cells))
                direct.add(value, at: stamp, to: target)
                waiting.add(value, at: stamp, to: target)
            }
        }
        queue.end()
        for stamp in 401..<401 + slots - 1 {
            let rows = planes.map { $0.spikeRows(stamp) }
            #expect((0..<planes[0].spikeStride).allSatisfy { rows[0][$0] == rows[1][$0] })
        }
    }
}
