import AstroCore
import Testing

/// The same script and seed give the same bits. The first second of each scenario is enough: a difference that is there at all is
/// there after the first slice in which two threads, or two calls, meet.
@Suite("Determinism: every scenario, to the bit")
struct DeterminismTests {
    private func start(of scenario: Scenario) -> Double { min(scenario.sim_time_ms, 1000) }

    @Test("1, 2, 3 and 8 threads give the same bits", arguments: Scenario.all)
    func threads(_ scenario: Scenario) throws {
        let one = try scenario.run(threads: 1, until: start(of: scenario))
        for threads in [2, 3, 8] {
            let many = try scenario.run(threads: threads, until: start(of: scenario))
            let difference = one.firstDifference(from: many)
            #expect(difference == "", "\(scenario.name) on \(threads) threads: \(difference)")
            #expect(one.fingerprint == many.fingerprint, "\(scenario.name) on \(threads) threads")
        }
    }

    @Test(
        "200 ms in one call and in seven odd pieces give the same bits", arguments: Scenario.all, SpikeMoments.allCases)
    func pieces(_ scenario: Scenario, _ spikes: SpikeMoments) throws {
        let length = min(scenario.sim_time_ms, 200)
        let n = scenario.step(of: length)
        let cuts = [0, 1, n / 6 + 1, n / 6 + 2, n / 2 - 3, n / 2 + 1, n - 1, n]
        let pieces = zip(cuts, cuts.dropFirst()).map { $1 - $0 }
        try #require(pieces.allSatisfy { $0 > 0 })
        let whole = try scenario.run(spikes: spikes, until: length)
        let pieced = try scenario.run(spikes: spikes, pieces: pieces)
        let difference = whole.firstDifference(from: pieced)
        #expect(difference == "", "\(scenario.name): \(difference)")
        #expect(whole.fingerprint == pieced.fingerprint, "\(scenario.name)")
    }

    @Test("An unrelated pair of nodes one step apart changes no value", arguments: Scenario.all)
    func unrelatedDelay(_ scenario: Scenario) throws {
        // The shortest delay of a network sets how often spikes are exchanged. It must set nothing else.
        let alone = try scenario.run(threads: 2, until: start(of: scenario))
        let accompanied = try scenario.run(threads: 2, until: start(of: scenario), stranger: true)
        let difference = alone.firstDifference(from: accompanied)
        #expect(difference == "", "\(scenario.name): \(difference)")
    }

    @Test("The fingerprint tells states apart")
    func fingerprint() throws {
        let scenario = Scenario.named("aeif_regular_tref2")
        let at100 = try scenario.run(until: 100), at101 = try scenario.run(until: 101)
        #expect(at100.fingerprint != at101.fingerprint)
    }
}
