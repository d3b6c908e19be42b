import AstroCore
import Testing

/// The deterministic scenarios against the exact solution of their equations on the same time grid.
///
/// The reference is a program with an adaptive integrator of tolerance 1e-6 (neurons) or 1e-3 (astrocytes); being near to it
/// does not yet mean being right. Tests/Fixtures/exact/make_exact.py solves the same specifications to rounding, and notes how far the
/// reference is from that. Left out: aeif_deltaT0 (see there).
@Suite("Exact solutions")
struct ExactSolutionTests {
    /// Of one column: its size, the reference's largest deviation from the exact solution, and what the exact solution, computed
    /// twice with different steps and orders, differs by from itself.
    struct Deviation: Decodable {
        let size: Double
        let reference: Double
        let uncertainty: Double

        /// What rounding alone may add to a deviation. Two programs that evaluate the same formulas in another order differ by some
        /// 1e-16 a step; what the equations make of such differences, up to their amplification in the upstroke of a spike, is
        /// just what `uncertainty` measured, once. Ten times that allows for our luck being worse; 1e-12 of the column's size (5000
        /// rounding errors) stands in where the two computations happened to agree. In 40 of the 45 columns of neurons that are not zero
        /// throughout this is less than a thousandth of the reference's deviation: the floor decides nothing there.
        var roundingFloor: Double { 10 * uncertainty + 1e-12 * size }
    }

    /// The one scenario in which the reference's own deviation is a matter of luck. Under 300 nA V runs from reset to peak in 50 us and
    /// through the upstroke in picoseconds; after which substep it is reset, hangs on the last bits. The reference's rules, each
    /// substep disturbed by one unit in the last place, end up between 0.63 and 1.72 times as far from the exact solution as the
    /// reference (V_m and w; 300 runs). In the neurons of the other
    /// scenarios tried (4 to 8 runs each) the same disturbance changes less than the third digit.
    /// dt1_neuron: the error is the adaptive method's, whose trial length here is that of the last time it was needed.
    static let luck = ["many_spikes_per_step": 2.0, "dt1_neuron": 1.1]

    static let deviations =
        (try? Fixtures.decode([String: [String: Deviation]].self, from: "exact/deviations.json")) ?? [:]

    @Test("No trace is further from the exact solution than the reference's", arguments: deviations.keys.sorted())
    func nearerThanReference(_ name: String) throws {
        let scenario = Scenario.named(name)
        let run = try ScenarioRuns.shared.run(scenario)
        let exact = try Table(path: "exact/\(name).csv")
        let columns = try #require(Self.deviations[name])
        #expect(Set(columns.keys) == Set(run.traces.map(\.name)), "\(name): the columns")
        let luck = Self.luck[name] ?? 1
        for trace in run.traces {
            let ours = Dictionary(uniqueKeysWithValues: zip(trace.times.map(scenario.step(of:)), trace.values))
            let allowed = try #require(columns[trace.name])
            var worst = (off: 0.0, time: 0.0)
            for (time, value) in zip(exact.times, exact[trace.name]) {
                let off = abs(try #require(ours[scenario.step(of: time)]) - value)
                if !(off <= worst.off) { worst = (off, time) }
            }
            #expect(
                worst.off <= luck * allowed.reference + allowed.roundingFloor,
                """
                \(name), \(trace.name): off by \(worst.off) at \(worst.time) ms, the reference by \(allowed.reference), \
                rounding \(allowed.roundingFloor)
                """)
        }
    }

    @Test("There is an exact solution of every scenario except those without exponential term and simple ones")
    func complete() {
        // of the last ones the reference itself is exact, or its equations are in another scenario
        let without: Set = [
            "aeif_deltaT0", "aeif_deltaT0_fast", "m_aeif_cond_exp", "m_iaf_psc_alpha", "m_iaf_psc_equal_tau",
            "m_iaf_psc_exp",
        ]
        let traced = Scenario.all.filter { $0.columns != nil }.map(\.name)
        #expect(Set(Self.deviations.keys) == Set(traced).subtracting(without))
    }
}
