import AstroCore
import Foundation

/// What our engine makes of a scenario: the same table and the same list of spikes as the reference's files.
struct ScenarioRun: Sendable {
    struct Trace: Sendable {
        let name: String
        let times: [Double]
        let values: [Double]
    }

    let traces: [Trace]
    let spikes: [Spike]
    let fingerprint: String

    subscript(column: String) -> Trace { traces.first { $0.name == column }! }

    /// "" if both hold the same bits (fingerprints aside), else what differs first.
    func firstDifference(from other: ScenarioRun) -> String {
        guard spikes == other.spikes else { return "the spikes" }
        guard traces.map(\.name) == other.traces.map(\.name) else { return "the columns" }
        for (a, b) in zip(traces, other.traces) {
            guard a.values.count == b.values.count else {
                return "\(a.name): \(a.values.count) and \(b.values.count) samples"
            }
            for i in a.values.indices where a.values[i].bitPattern != b.values[i].bitPattern {
                return "\(a.name) at \(a.times[i]) ms: \(a.values[i]) and \(b.values[i])"
            }
        }
        return ""
    }
}

extension Scenario {
    /// Builds the scenario and runs it to `until` (its own end if nil), in one call or in calls of so many steps.
    ///
    /// - Parameter reload: what becomes of the simulation between two pieces.
    /// - Parameter stranger: adds two parrot neurons with a connection of one step's delay between them, which have nothing to do
    ///   with the rest.
    func run(
        threads: Int = 1, spikes: SpikeMoments = .exact, until: Double? = nil, pieces: [Int]? = nil,
        stranger: Bool = false, reload: ((Simulation) throws -> Simulation)? = nil
    ) throws -> ScenarioRun {
        var simulation = try Simulation(resolution: resolution_ms, seed: 1, threads: threads, spikes: spikes)
        // every population to another worker
        simulation.smallCellsInTurn = 1
        let handles = try build(in: simulation)
        if stranger {
            let pair = try simulation.create("parrot_neuron", count: 2)
            _ = try simulation.connect(pair.node(at: 1), pair.node(at: 2), synapse: ["delay": .number(resolution_ms)])
        }
        for entry in record {
            var options: Settings = ["interval": .number(entry.interval_ms)]
            options["stop"] = entry.stop_ms.map { .number($0) }
            _ = try simulation.record(handles[entry.node]!, quantities: entry.quantities, options: options)
        }
        for name in spikes_from ?? [] { _ = try simulation.record(handles[name]!) }

        if let pieces {
            for (i, steps) in pieces.enumerated() {
                if i > 0, let reload { simulation = try reload(simulation) }
                try simulation.simulate(Double(steps) * resolution_ms)
            }
        } else {
            try simulation.simulate(until ?? sim_time_ms)
        }

        let meters = simulation.recorders.prefix(record.count)
        let detectors = simulation.recorders.dropFirst(record.count)
        var traces: [ScenarioRun.Trace] = []
        for (entry, meter) in zip(record, meters) {
            let population = nodes.first { $0.name == entry.node }!
            for quantity in entry.quantities {
                traces += try self.traces(
                    of: quantity, population, meter, handles[entry.node]!.ids, entry.statistic != nil)
            }
        }
        var found: [Spike] = []
        for (name, detector) in zip(spikes_from ?? [], detectors) {
            let population = nodes.first { $0.name == name }!
            let ids = handles[name]!.ids
            found += zip(detector.times, detector.senders).map { time, sender in
                Spike(step: step(of: time), sender: elementName(population, ids.firstIndex(of: Int(sender))!))
            }
        }
        return ScenarioRun(traces: traces, spikes: found.sorted(), fingerprint: simulation.fingerprint())
    }

    func build(in simulation: Simulation) throws -> [String: Nodes] {
        var handles: [String: Nodes] = [:]
        for entry in nodes {
            handles[entry.name] = try simulation.create(
                entry.model, count: entry.n ?? 1, parameters: (entry.params ?? [:]).settings, label: entry.name)
        }
        for entry in connections ?? [] {
            _ = try simulation.connect(handles[entry.source]!, handles[entry.target]!, synapse: entry.synapse.settings)
        }
        for entry in tripartite ?? [] {
            _ = try simulation.tripartiteConnect(
                handles[entry.pre]!, handles[entry.post]!, third: handles[entry.third]!, rule: entry.conn_spec.settings,
                thirdRule: entry.third_factor_conn_spec.settings, primary: entry.syn_specs["primary"]!.settings,
                thirdIn: entry.syn_specs["third_in"]!.settings, thirdOut: entry.syn_specs["third_out"]!.settings)
        }
        return handles
    }

    /// One trace for every node, or their mean.
    private func traces(
        of quantity: String, _ population: Population, _ meter: Recorder, _ ids: [Int], _ isMean: Bool
    ) throws -> [ScenarioRun.Trace] {
        let (times, senders, column) = (meter.times, meter.senders, try meter.column(quantity))
        let single = ids.enumerated().map { i, id in
            let mine = senders.indices.filter { Int(senders[$0]) == id }
            return ScenarioRun.Trace(
                name: "\(elementName(population, i)).\(quantity)", times: mine.map { times[$0] },
                values: mine.map { column[$0] })
        }
        guard isMean else { return single }
        let means = single[0].times.indices.map { k in single.reduce(0) { $0 + $1.values[k] } / Double(single.count) }
        return [.init(name: "mean(\(population.name).\(quantity))", times: single[0].times, values: means)]
    }
}

/// Whole runs on one thread, each made once however many tests look at it.
final class ScenarioRuns: @unchecked Sendable {
    static let shared = ScenarioRuns()

    private let lock = NSLock()
    private var runs: [String: ScenarioRun] = [:]

    func run(_ scenario: Scenario, _ spikes: SpikeMoments) throws -> ScenarioRun {
        let key = "\(scenario.name) \(spikes)"
        return try lock.withLock {
            if let run = runs[key] { return run }
            let run = try scenario.run(spikes: spikes)
            runs[key] = run
            return run
        }
    }
}
