import Testing

@testable import AstroCore

@Suite("What recorders hold in memory")
struct RecorderMemoryTests {
    @Test("A list of spikes takes at most a quarter more than its spikes, and keeps them in order")
    func spikes() {
        var list = SpikeList()
        for i in 0..<100_000 {
            list.append(AstroCore.Spike(stamp: i / 3, sender: Int32(2 - i % 3)))
            let own = list.count * 16
            // the system hands out large pieces in pages
            #expect(list.bytes <= own + max(own / 4, 64) + (own < 1 << 16 ? 64 : 8192))
        }
        list.removeFirst(20_000)
        list.sort()
        #expect(list.count == 80_000)
        #expect(zip(list, list.dropFirst()).allSatisfy { $0.order <= $1.order })
    }

    @Test("Samples at even intervals take no room beside their values, and are told and cut like any others")
    func samples() {
        var list = SampleList(), told: [[Int]] = []
        let pieces = [(EvenRun(5, 3, 5), 2), (EvenRun(20, 1, 1), 2), (EvenRun(25, 4, 5), 2), (EvenRun(41, 2, 7), 3)]
        for (stamps, width) in pieces {
            list.append(stamps, width: width)
            for i in 0..<stamps.count { told.append([stamps[i], width]) }
        }
        #expect(list.map { [$0.stamp, $0.width] } == told)
        for stamp in stride(from: 60, through: 0, by: -1) {
            let before = list.events
            #expect(before - list.cut(after: stamp) == list.events)
            told.removeAll { $0[0] > stamp }
            #expect(list.map { [$0.stamp, $0.width] } == told)
        }
        for k in 0..<1_000_000 { list.append(EvenRun(k, 1, 1), width: 1) }
        #expect(list.bytes < 1000 && list.count == 1_000_000)
    }

    @Test("One recorder a neuron costs what it records")
    func manyRecorders() throws {
        let simulation = try Simulation(threads: 1)
        let cells = try simulation.create("parrot_neuron", count: 2000)
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(500)])
        _ = try simulation.connect(noise, cells, rule: [:], synapse: [:])
        let recorders = try (0..<2000).map {
            try simulation.record(Nodes(simulation, [.init(simulation.populationList[0], $0, 1, 1)]))
        }
        try simulation.simulate(2)
        let before = simulation.stats.memoryBytes
        try simulation.simulate(20)
        let spikes = recorders.reduce(0) { $0 + $1.eventCount }
        #expect(spikes > 10_000)
        #expect(simulation.stats.memoryBytes - before < 2000 * 200 + spikes * 20)
    }
}
