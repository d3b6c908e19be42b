import AstroCore
import Testing

/// The random balanced network with astrocytes (800 + 200 neurons, 1000 astrocytes, one second) over ten seeds.
@Suite(
    "Statistics: balanced networks", .serialized,
    .enabled(if: isOptimized, "thirty seconds of network time need optimized code"))
struct NetworkStatisticsTests {
    @Test(
        "Connectivity, rates, irregularity, synchrony, SIC and calcium are the reference's",
        arguments: [
            "net_bernoulli", "net_bernoulli_active", "net_fixed_indegree",
        ])
    func network(_ name: String) throws {
        let network = try Fixtures.decode(BalancedNetwork.self, from: "reference/\(name).json")
        try StatisticalReference.compare((1...10).map { try network.measure(seed: $0) }, with: name)
    }
}

/// A network of the reference's net_*.json, and its measures by the `definitions` there.
struct BalancedNetwork: Decodable, Sendable {
    struct Population: Decodable, Sendable {
        let model: String
        let n: Int
        let params: [String: JSONValue]
    }

    struct Drive: Decodable, Sendable {
        let model: String
        let rate: Double
        let weight: Double
        let delay: Double
    }

    struct Projection: Decodable, Sendable {
        let conn_spec: [String: JSONValue]
        let syn_spec: [String: JSONValue]
        let third_factor_conn_spec: [String: JSONValue]?
        let third_in: [String: JSONValue]?
        let third_out: [String: JSONValue]?
    }

    let resolution_ms: Double
    let sim_time_ms: Double
    let t_start_ms: Double
    let populations: [String: Population]
    let poisson: Drive
    let excitatory: Projection
    let inhibitory: Projection

    func measure(seed: Int64) throws -> [String: Double] {
        let simulation = try Simulation(resolution: resolution_ms, seed: seed)
        func create(_ name: String) throws -> Nodes {
            let population = populations[name]!
            return try simulation.create(
                population.model, count: population.n, parameters: population.params.settings, label: name)
        }
        let ex = try create("ex"), inh = try create("in"), astrocytes = try create("astro")
        let neurons = try ex.joined(with: inh)
        let generator = try simulation.create(poisson.model, parameters: ["rate": .number(poisson.rate)])
        _ = try simulation.connect(
            generator, neurons, synapse: ["weight": .number(poisson.weight), "delay": .number(poisson.delay)])
        _ = try simulation.tripartiteConnect(
            ex, neurons, third: astrocytes, rule: excitatory.conn_spec.settings,
            thirdRule: excitatory.third_factor_conn_spec!.settings, primary: excitatory.syn_spec.settings,
            thirdIn: excitatory.third_in!.settings, thirdOut: excitatory.third_out!.settings)
        _ = try simulation.connect(
            inh, neurons, rule: inhibitory.conn_spec.settings, synapse: inhibitory.syn_spec.settings)

        let spikes = try simulation.record(neurons)
        // Continuous quantities: every 10 ms with sim_time/2 < t < sim_time.
        let window: Settings = [
            "interval": .number(10), "start": .number(sim_time_ms / 2), "stop": .number(sim_time_ms - 10),
        ]
        let currents = try simulation.record(neurons, quantities: ["I_SIC"], options: window)
        let calcium = try simulation.record(astrocytes, quantities: ["IP3", "Ca_astro"], options: window)
        try simulation.simulate(sim_time_ms)

        var measures = try connectivity(simulation, ex, inh, neurons, astrocytes)
        measures.merge(spiking(spikes, ex.ids, inh.ids)) { $1 }
        for (name, recorder, quantity) in [
            ("I_SIC", currents, "I_SIC"), ("IP3", calcium, "IP3"), ("Ca", calcium, "Ca_astro"),
        ] {
            let column = try recorder.column(quantity)
            let cells = Dictionary(grouping: zip(recorder.senders, column), by: \.0).values.map { $0.map(\.1).mean }
            measures["\(name)_mean"] = column.mean
            measures["\(name)_sd"] = cells.populationSD
            if name == "I_SIC" { measures["sic_active"] = Double(column.count { $0 > 0 }) / Double(column.count) }
        }
        return measures
    }

    private func connectivity(
        _ simulation: Simulation, _ ex: Nodes, _ inh: Nodes, _ neurons: Nodes, _ astrocytes: Nodes
    ) throws -> [String: Double] {
        var measures: [String: Double] = [:]
        func degrees(_ ends: [Double], of nodes: Nodes, as name: String) {
            var count = Dictionary(uniqueKeysWithValues: nodes.ids.map { ($0, 0.0) })
            for end in ends { count[Int(end)]! += 1 }
            let values = Array(count.values)
            measures["\(name)_mean"] = values.mean
            measures["\(name)_sd"] = values.populationSD
        }
        let fromEx = try simulation.connections(source: ex, target: neurons)
        let fromIn = try simulation.connections(source: inh, target: neurons)
        let thirdIn = try simulation.connections(source: ex, target: astrocytes)
        let thirdOut = try simulation.connections(source: astrocytes, target: neurons)
        measures["n_primary_ex"] = Double(fromEx.count)
        measures["n_primary_in"] = Double(fromIn.count)
        measures["n_third_in"] = Double(thirdIn.count)
        measures["n_third_out"] = Double(thirdOut.count)
        degrees(fromEx.target, of: neurons, as: "indeg_ex")
        degrees(fromEx.source, of: ex, as: "outdeg_ex")
        degrees(fromIn.target, of: neurons, as: "indeg_in")
        degrees(fromIn.source, of: inh, as: "outdeg_in")
        degrees(thirdIn.target, of: astrocytes, as: "astro_in")
        degrees(thirdOut.source, of: astrocytes, as: "astro_out")
        degrees(thirdOut.target, of: neurons, as: "sic_per_neuron")

        let pairs = pairs(fromEx)
        measures["autapses_ex"] = Double(pairs.filter { $0 >> 32 == $0 & 0xffff_ffff }.count)
        measures["repeated_primary_ex"] = Double(fromEx.count - Set(pairs).count)
        let distinct = Set(self.pairs(thirdOut))
        degrees(distinct.map { Double($0 & 0xffff_ffff) }, of: neurons, as: "astro_per_neuron")
        return measures
    }

    /// Source and target of each connection as one number: lists of two would take half of the time of these tests.
    private func pairs(_ connections: Connections) -> [Int] {
        zip(connections.source, connections.target).map { Int($0) << 32 | Int($1) }
    }

    private func spiking(_ recorder: Recorder, _ ex: [Int], _ inh: [Int]) -> [String: Double] {
        let binWidth = 10.0
        let bins = Int(((sim_time_ms - t_start_ms) / binWidth).rounded())
        var trains = Dictionary(uniqueKeysWithValues: (ex + inh).map { ($0, [Double]()) })
        for (time, sender) in zip(recorder.times, recorder.senders)
        where time > t_start_ms + 1e-6 && time < sim_time_ms + 1e-6 {
            trains[Int(sender)]!.append(time)
        }
        func counts(_ id: Int) -> [Double] {
            var counts = [Double](repeating: 0, count: bins)
            for time in trains[id]! { counts[min(Int((time - t_start_ms) / binWidth + 1e-9), bins - 1)] += 1 }
            return counts
        }
        func rate(_ ids: [Int]) -> Double {
            Double(ids.reduce(0) { $0 + trains[$1]!.count }) / Double(ids.count) / ((sim_time_ms - t_start_ms) / 1000)
        }

        let irregularities = (ex + inh).compactMap { id -> Double? in
            let train = trains[id]!.sorted()
            guard train.count >= 4 else { return nil }
            let intervals = zip(train, train.dropFirst()).map { $1 - $0 }
            return intervals.populationSD / intervals.mean
        }

        // The mean over all pairs i < j of r_ij = z_i . z_j, with z the counts shifted to mean 0 and scaled to length 1.
        let normalized = stride(from: 0, to: ex.count, by: ex.count / 100).compactMap { i -> [Double]? in
            let counts = counts(ex[i])
            let length = (counts.populationVariance * Double(bins)).squareRoot()
            return length > 0 ? counts.map { ($0 - counts.mean) / length } : nil
        }
        let sum = (0..<bins).map { bin in normalized.reduce(0) { $0 + $1[bin] } }
        let n = Double(normalized.count)
        let correlation = (sum.reduce(0) { $0 + $1 * $1 } - n) / (n * (n - 1))

        let all = (ex + inh).map(counts)
        let population = (0..<bins).map { bin in all.map { $0[bin] }.mean }
        let synchrony = population.populationVariance / all.map(\.populationVariance).mean

        return [
            "rate_ex": rate(ex), "rate_in": rate(inh), "cv_isi": irregularities.mean,
            "n_cv": Double(irregularities.count),
            "correlation": correlation, "synchrony": synchrony,
        ]
    }
}
