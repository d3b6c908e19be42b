import AstroCore
import Testing

/// The deterministic scenarios against what NEST 3.10.0 makes of them.
///
/// Neurons spike where the reference's substeps end; `ExactSolutionTests` is about those that spike at the exact moment.
///
/// The reference's tables hold the state *after* each step and its input: a delay that is one step too long, or a sample taken
/// before instead of after the arriving spikes, is wrong by whole millivolts here, far beyond any tolerance below. Weights files
/// (NAME.weights.csv) are for `SentWeightsTests`.
@Suite("Reference: every deterministic scenario")
struct ReferenceTests {
    /// The right-hand side of a tolerance in words:
    /// - a sample of V_m may be 1e-4 mV off; from `beforeSpike` ms before to `afterSpike` ms after a spike of the same node, also 20
    ///   times what the reference itself moves when its integrator is made very accurate (`sensitivity`). There the upstroke, which
    ///   doubles any error within microseconds, and the moment of the reset turn the integrator's tolerance into potential;
    /// - any other quantity may be 1e-6 of the column's largest value off.
    static let beforeSpike = 1.0
    static let afterSpike = 2.0

    @Test(
        "Spikes fall on the reference's grid points, coinciding ones as often",
        arguments: Scenario.all.filter { $0.spikes_from != nil })
    func spikes(_ scenario: Scenario) throws {
        let ours = try ScenarioRuns.shared.run(scenario, .reference).spikes
        let reference = try #require(try scenario.referenceSpikes())
        let difference = ours.difference(from: reference)
        let extra = difference.insertions.prefix(5).map(\.spike)
        let missing = difference.removals.prefix(5).map(\.spike)
        #expect(
            ours == reference,
            "\(scenario.name): \(ours.count) spikes of \(reference.count); extra \(extra), missing \(missing)")
    }

    @Test("Traces follow the reference's", arguments: Scenario.all.filter { $0.columns != nil })
    func traces(_ scenario: Scenario) throws {
        let run = try ScenarioRuns.shared.run(scenario, .reference)
        let table = try scenario.referenceTable()
        #expect(run.traces.map(\.name) == Array(table.names.dropFirst()), "\(scenario.name): the columns")
        for trace in run.traces {
            let steps = trace.times.map(scenario.step(of:))
            try #require(
                steps == table.times.map(scenario.step(of:)),
                "\(scenario.name), \(trace.name): the times of the samples")
            let reference = table[trace.name]
            let tolerances = try tolerances(of: trace, in: scenario, steps: steps, size: reference.map(abs).max()!)
            let worst = trace.values.indices.max {
                abs(trace.values[$0] - reference[$0]) / tolerances[$0] < abs(trace.values[$1] - reference[$1])
                    / tolerances[$1]
            }!
            let off = abs(trace.values[worst] - reference[worst])
            #expect(
                off <= tolerances[worst],
                """
                \(scenario.name), \(trace.name): \(trace.values[worst]) at \(trace.times[worst]) ms instead of \(reference[worst]), \
                off by \(off), allowed \(tolerances[worst])
                """)
        }
    }

    /// What each sample of a trace may be off by.
    private func tolerances(of trace: ScenarioRun.Trace, in scenario: Scenario, steps: [Int], size: Double) throws
        -> [Double]
    {
        guard trace.name.contains("V_m") else {
            // A column that is zero throughout (g_in without inhibition) has to be zero exactly.
            return steps.map { _ in max(1e-6 * size, .leastNonzeroMagnitude) }
        }
        // "n.V_m", "pop[3].V_m" or "mean(pop.V_m)"; a mean is next to a spike when any of its nodes is.
        let isMean = trace.name.hasPrefix("mean(")
        let node = String((isMean ? trace.name.dropFirst(5) : trace.name[...]).prefix { $0 != "." })
        let spikes = (try scenario.referenceSpikes() ?? []).filter {
            $0.sender == node || isMean && $0.sender.hasPrefix(node + "[")
        }
        let near = Set(
            spikes.flatMap { spike in
                (spike.step - scenario.step(of: Self.beforeSpike))...(spike.step + scenario.step(of: Self.afterSpike))
            })
        let nextToSpike = max(1e-4, 20 * (scenario.sensitivity?.max_abs_change[trace.name] ?? 0))
        return steps.map { near.contains($0) ? nextToSpike : 1e-4 }
    }

    @Test("All scenarios are there")
    func count() {
        // 40 deterministic ones in the reference, less those with models that are not written yet, and one more of NEST 3.10.0.
        #expect(Scenario.all.count == 37)
    }
}

extension CollectionDifference.Change where ChangeElement == Spike {
    fileprivate var spike: Spike {
        switch self {
        case .insert(_, let spike, _), .remove(_, let spike, _): spike
        }
    }
}
