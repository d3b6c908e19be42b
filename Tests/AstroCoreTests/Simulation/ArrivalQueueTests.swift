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

    /// Rows so long that many connections of each have one delay. Weights of both signs, and each kind that all connections share.
    private static func longRows(threads: Int) throws -> Simulation {
        let simulation = try Simulation(seed: 6, threads: threads)
        let neurons = try simulation.create("iaf_psc_exp", count: 9000, parameters: ["I_e": .number(390)])
        let parrots = try simulation.create("parrot_neuron", count: 40)
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(100)])
        _ = try simulation.connect(noise, parrots)
        let many: Settings = ["rule": .text("fixed_outdegree"), "outdegree": .number(2000)]
        for settings: Settings in [
            ["weight": uniform(-60, 60)], ["weight": .number(25)], ["weight": .number(-20)],
            ["weight": uniform(5, 20), "synapse_model": .text("tsodyks2_synapse")],
            ["weight": uniform(5, 20), "delay": .number(1.5)],
        ] {
            var all: Settings = ["delay": uniform(0.1, 3)]
            all.merge(settings) { $1 }
            _ = try simulation.connect(parrots, neurons, rule: many, synapse: all)
        }
        let few: Settings = ["rule": .text("fixed_indegree"), "indegree": .number(1)]
        _ = try simulation.connect(
            neurons, neurons, rule: few, synapse: ["weight": uniform(-9, 9), "delay": uniform(0.1, 3)])
        return simulation
    }

    @Test("give the same bits in one run and in many, on any number of threads", arguments: [false, true])
    func pieces(hasLongRows: Bool) throws {
        func make(_ threads: Int) throws -> Simulation {
            try hasLongRows ? Self.longRows(threads: threads) : Self.network(threads: threads)
        }
        let whole = try make(1), pieces = try make(1), shared = try make(3)
        try whole.simulate(200)
        try shared.simulate(200)
        for _ in 0..<4 { try pieces.simulate(50) }
        #expect(whole.stats.spikes > 10000)
        #expect(whole.fingerprint() == pieces.fingerprint())
        #expect(whole.fingerprint() == shared.fingerprint())
        #expect(whole.stats.spikes == pieces.stats.spikes && whole.stats.events == pieces.stats.events)
        // a short run does without, a long one does not
        for (steps, isUsed) in [(hasLongRows ? 50 : 500, false), (2000, true)] {
            let queues = ArrivalQueue.all(whole, worker: 0, steps: steps)
            #expect(queues.isEmpty != isUsed && queues.allSatisfy { $0.takesStretches == hasLongRows })
            queues.forEach { $0.end() }
        }
    }

    @Test("add up in order, also when there are more than may wait", arguments: [false, true])
    func overflow(takesStretches: Bool) throws {
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
        let queue = ArrivalQueue(planes[1], slice: 1, takesStretches: takesStretches)
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

    @Test("find neighbours with one delay in rows of all lengths")
    func stretches() {
        var stream = RandomStream(seed: 2, StreamName(.poisson, member: 1))
        for count in 1...200 {
            let delays = (0..<count).map { _ in UInt16(1 + stream.below(count % 7 < 3 ? 2 : 40)) }
            let sorted = DelayOrder(delays)(delays)
            #expect(sorted == delays.sorted())
            for delays in [delays, sorted] {
                // some connections of another row before and after it
                let all = [9, 9] + delays + [9], chunk = Self.chunk(delays: all, rows: [0, 2, UInt32(2 + count)])
                var found: [UInt16] = [], lengths: [Int] = []
                chunk.forEachStretch(chunk.connections(ofRow: 1), sharedDelay: 0) { stretch, delay in
                    #expect(stretch.lowerBound == found.count)
                    found += stretch.map { _ in UInt16(delay) }
                    lengths.append(stretch.count)
                }
                #expect(found == delays)
                #expect(lengths.count == 1 + zip(delays, delays.dropFirst()).count { $0 != $1 })
                chunk.deallocate()
            }
        }
    }

    private static func chunk(delays: [UInt16], rows starts: [UInt32]) -> RowChunk {
        Array(repeating: UInt16(0), count: delays.count).withUnsafeBufferPointer {
            RowChunk(starts: starts, targets: $0, delays: delays)
        }
    }

    @Test("order rows by delay, those with one delay as they come, whether delays are few or far apart")
    func order() {
        var stream = RandomStream(seed: 3, StreamName(.poisson, member: 1))
        for span in [1, 3, 50, 60000] {
            let delays = (0..<500).map { _ in UInt16(1 + stream.below(span)) }
            let numbers = Array(delays.indices), order = DelayOrder(delays)(numbers)
            #expect(order == numbers.sorted { (delays[$0], $0) < (delays[$1], $1) })
        }
        #expect(DelayOrder([UInt16]())([Int]()).isEmpty)
        #expect(!DelayOrder.exchangesParallel([4, 2, 4, 3, 4], [2, 9, 2, 1, 5]))
        #expect(DelayOrder.exchangesParallel([4, 2, 4, 3, 4], [2, 9, 5, 1, 4]))
    }
}
