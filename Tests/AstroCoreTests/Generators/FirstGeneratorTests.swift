import Testing

@testable import AstroCore

// page: spikes
/// One spike in each period, at a random time in it, drawn anew for each connection.
struct JitteredGenerator: SpikeSource {
    static let name = "jittered_generator"
    static let text = ModelText(summary: "One spike in each period, at a random time.")
    static let ownParameters = [
        Parameter("period", 10, .ms, "time in which there is one spike", .positive, and: "on the grid")
    ]

    let values: Settings
    private let window: ActivityWindow
    private let period: Int

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        guard let steps = TimeGrid.steps(values.number("period"), resolution), steps > 0 else {
            throw InputError("\(Self.name): period = \(formatted(values.number("period"))) ms is not on the grid")
        }
        period = steps
    }

    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        guard !stamps.isEmpty else { return }
        for index in stamps.lowerBound / period...stamps.upperBound / period {
            var stream = connection.stream(from: index)
            let stamp = index * period + stream.below(period)
            if stamps.contains(stamp) && window.contains(stamp) { body(SentSpikes(stamp: stamp)) }
        }
    }
}
// end

// page: current
/// A current that grows with time.
struct RampGenerator: CurrentSource {
    static let name = "ramp_generator"
    static let text = ModelText(summary: "A current that grows with time.", equations: "I = slope t, start <= t < stop")
    static let ownParameters = [Parameter("slope", 0, .pA, "growth in 1 ms")]

    let values: Settings
    let window: ActivityWindow
    private let resolution: Double

    init(_ values: Settings, resolution: Double) throws {
        (self.values, self.resolution) = (values, resolution)
        window = try ActivityWindow(values, resolution, Self.name)
    }

    func current(at stamp: Int, over _: ConnectionNumbers) -> Double {
        values.number("slope") * TimeGrid.ms(stamp, resolution)
    }
}
// end

@Suite("A generator of one's own")
struct FirstGeneratorTests {
    @Test("The page shows this file's code", arguments: ["spikes", "current"])
    func page(_ name: String) throws {
        try Page.expectCode(name, of: #filePath, in: "extending-generators.md")
    }

    /// Spikes of a jittered generator, of 7 parrots that it is connected to, and of a recorder that hears it directly.
    private func trains(
        threads: Int = 1, pieces: [Double] = [100], _ parameters: Settings = [:]
    ) throws -> (all: [[Double]], heard: [Double]) {
        let simulation = try Simulation(seed: 5, threads: threads)
        let generator = try simulation.createDevices(JitteredGenerator.self, 1, parameters)
        let parrots = try simulation.create("parrot_neuron", count: 7)
        _ = try simulation.connect(generator, parrots, synapse: ["delay": .number(1)])
        let recorder = try simulation.record(parrots), direct = try simulation.record(generator)
        for piece in pieces { try simulation.simulate(piece) }
        let events = Array(zip(recorder.senders, recorder.times))
        let first = Double(parrots.ids.first!)
        return ((0..<7).map { i in events.filter { $0.0 == first + Double(i) }.map(\.1) }, direct.times)
    }

    @Test("Each connection has one spike in each period, at times of its own")
    func onePerPeriod() throws {
        let (all, heard) = try trains()
        for train in all {
            // 0.1 ms from the arrival at a parrot to its own spike; the first and the last period may be cut
            let sent = train.map { $0 - 1 }
            #expect(sent.count >= 9 && sent.count <= 11)
            #expect(Set(sent.map { Int($0 / 10 - 1e-9) }).count >= sent.count - 1)
        }
        #expect(Set(all).count == all.count)
        #expect(heard.count >= 9 && heard.count <= 11)
    }

    @Test("Threads and the pieces of a run do not show")
    func repeatable() throws {
        let once = try trains()
        for other in [try trains(threads: 3), try trains(pieces: [3.7, 0.1, 96.2])] {
            #expect(other.all == once.all && other.heard == once.heard)
        }
    }

    @Test("Start and stop, and a period that is off the grid")
    func settings() throws {
        let (_, heard) = try trains(["start": .number(30), "stop": .number(60), "period": .number(2)])
        #expect(heard.count >= 14 && heard.count <= 16 && heard.allSatisfy { $0 > 30 && $0 <= 60 })
        #expect(throws: InputError.self) { try trains(["period": .number(0.25)]) }
    }

    @Test("A multimeter records a current of one's own, and its target gets it")
    func ramp() throws {
        let simulation = try Simulation(seed: 1)
        let ramp = try simulation.createDevices(RampGenerator.self, 1, ["slope": .number(2), "stop": .number(5)])
        let neuron = try simulation.create("aeif_cond_alpha_astro", parameters: ["g_L": .number(0), "a": .number(0)])
        let alone = try simulation.create("aeif_cond_alpha_astro", parameters: ["g_L": .number(0), "a": .number(0)])
        _ = try simulation.connect(ramp, neuron)
        let current = try simulation.record(ramp, quantities: ["I"])
        let potentials = try simulation.record(neuron, quantities: ["V_m"])
        let others = try simulation.record(alone, quantities: ["V_m"])
        try simulation.simulate(10)
        #expect(try current.column("I") == [2, 4, 6, 8, 0, 0, 0, 0, 0, 0])
        #expect(try potentials.column("V_m").last! > others.column("V_m").last! + 0.01)
        #expect(throws: InputError.self) { try simulation.record(ramp) }
        let parrot = try simulation.create("parrot_neuron")
        #expect(throws: InputError.self) { try simulation.connect(ramp, parrot) }
    }
}
