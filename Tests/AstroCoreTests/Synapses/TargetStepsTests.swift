import Testing

@testable import AstroCore

/// Synapses that follow their targets from step to step.
@Suite("Target steps")
struct TargetStepsTests {
    static let clopath: Settings = ["synapse_model": .text("clopath_synapse")]

    // MARK: The rule, on courses of the reference

    /// What the reference's target went through, each 0.5 ms.
    private struct Course {
        static let step = 0.5
        /// By name and step; before the first there is nothing.
        var values: [String: [Double]]
        var parameters = [
            "A_LTP": 8e-5, "A_LTD": 14e-5, "theta_plus": -45.3, "theta_minus": -70.6, "A_LTD_const": 1.0,
            "u_ref_squared": 3500, "delay_u_bars": 5,
        ]

        func value(_ name: String, _ step: Int) -> Double { step >= 1 ? values[name]![step - 1] : 0 }

        var lag: Int { Int((parameters["delay_u_bars"]! / Self.step).rounded()) }

        func LTP(_ step: Int) -> Double {
            let V = value("V_m", step) - parameters["theta_plus"]!
            let u = value("u_bar_plus", step - lag) - parameters["theta_minus"]!
            return V > 0 && u > 0 ? parameters["A_LTP"]! * V * u * Self.step : 0
        }

        func LTD(_ step: Int) -> Double {
            let u = value("u_bar_minus", step - lag) - parameters["theta_minus"]!, slow = value("u_bar_bar", step)
            if step < 1 || u <= 0 { return 0 }
            let homeostasis = parameters["A_LTD_const"]! > 0 ? 1 : slow * slow / parameters["u_ref_squared"]!
            return parameters["A_LTD"]! * homeostasis * u
        }

        /// The weight after each spike of the sender, all in steps.
        func weights(
            _ spikes: [Int], delay: Int, _ start: Double, tau_x: Double, x_bar: Double, _ bounds: ClosedRange<Double>
        )
            -> [Double]
        {
            var w = start, x = x_bar, last = 0
            return spikes.map { t in
                for s in last + 1..<t + 1 {
                    let trace = x * exponentialEverywhere(Double(last - s) * Self.step / tau_x)
                    if s > delay { w = min(bounds.upperBound, w + LTP(s - delay) * trace) }
                }
                w = max(bounds.lowerBound, w - LTD(t - delay))
                x = x * exponentialEverywhere(Double(last - t) * Self.step / tau_x) + 1 / tau_x
                last = t
                return w
            }
        }
    }

    struct Case: Sendable {
        let delay: Double
        var own: [String: Double] = [:]
        var cell: [String: Double] = [:]
    }

    static let cases = [
        Case(delay: 0.5), Case(delay: 1), Case(delay: 5.5), Case(delay: 1, own: ["tau_x": 30, "x_bar": 0.1]),
        Case(delay: 1.5, own: ["Wmax": 0.47]), Case(delay: 0.5, own: ["Wmin": 0.4999, "x_bar": 0.2]),
        Case(delay: 1, cell: ["A_LTD_const": 0, "delay_u_bars": 2]), Case(delay: 20, cell: ["delay_u_bars": 0]),
        Case(delay: 2.5, cell: ["delay_u_bars": 60, "theta_minus": -80]),
    ]

    @Test(
        "On the reference's courses the weights are those of the rule, written down a second time",
        arguments: ["clopath_aeif", "clopath_hh"], cases)
    func rule(_ fixture: String, _ c: Case) throws {
        let table = try Table(path: "plasticity/\(fixture).traces.csv")
        let simulation = try Simulation(resolution: Course.step, threads: 1)
        let spikes = [3, 9, 10, 11, 12, 30, 44, 60, 61, 75, 110, 111, 112, 113, 150, 190, 191, 200, 220, 235]
        let ticks = try simulation.create(
            "spike_generator", parameters: ["spike_times": .numbers(spikes.map { Double($0 - 1) * Course.step })])
        let sender = try simulation.create("parrot_neuron")
        _ = try simulation.connect(ticks, sender, synapse: ["delay": .number(Course.step)])
        var course = Course(values: [:])
        course.parameters.merge(c.cell) { $1 }
        let target = try simulation.create(
            FollowedCells.player, parameters: course.parameters.mapValues { .number($0) })
        for name in FollowedCells.played {
            let player = try simulation.create(
                "step_current_generator",
                parameters: [
                    "amplitude_times": .numbers(table.times), "amplitude_values": .numbers(table["post.\(name)"]),
                ])
            _ = try simulation.connect(
                player, target, synapse: ["input": .text("\(name)_in"), "delay": .number(Course.step)])
        }
        let recorder = try simulation.record(
            target, quantities: FollowedCells.played, options: ["interval": .number(Course.step)])
        let own = c.own.mapValues { Value.number($0) }
        _ = try simulation.connect(
            sender, target,
            synapse: Self.clopath.merging(["weight": .number(0.5), "delay": .number(c.delay)]) { $1 }.merging(own) {
                $1
            })
        let synapse = try simulation.connections(source: sender, target: target)
        var found: [Double] = []
        for spike in spikes {
            try simulation.simulate(Double(spike) * Course.step - simulation.time)
            found += synapse.weight
        }
        for name in FollowedCells.played { course.values[name] = try recorder.column(name) }
        #expect(course.values["V_m"]!.contains { $0 > 0 }, "the target did not spike")
        let expected = course.weights(
            spikes, delay: Int(c.delay / Course.step), c.own["weight"] ?? 0.5, tau_x: c.own["tau_x"] ?? 15,
            x_bar: c.own["x_bar"] ?? 0,
            (c.own["Wmin"] ?? 0)...(c.own["Wmax"] ?? 100))
        for (i, (w, wanted)) in zip(found, expected).enumerated() {
            #expect(abs(w - wanted) <= 1e-12, "spike \(i + 1): \(w), not \(wanted)")
        }
        #expect(Set(expected).count > 5)
        if let Wmin = c.own["Wmin"] { #expect(expected.contains(Wmin)) }
        if c.own["Wmax"] != nil {
            let free = course.weights(spikes, delay: Int(c.delay / Course.step), 0.5, tau_x: 15, x_bar: 0, 0...100)
            #expect(free != expected)
        }
    }

    // MARK: Who keeps what

    /// A network in which weights matter.
    private func network(threads: Int) throws -> Simulation {
        let simulation = try Simulation(seed: 4, threads: threads)
        simulation.smallCellsInTurn = 1
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(3000)])
        let neurons = try simulation.create(
            FollowedCells.neuron, count: 40,
            parameters: [
                "A_LTP": .number(0.002), "A_LTD": .number(0.01),
                "delay_u_bars": .distribution(.uniform(min: 0, max: 9)),
            ])
        _ = try simulation.connect(noise, neurons, synapse: ["weight": .number(0.6)])
        for own: Settings in [
            [:], ["tau_x": .distribution(.uniform(min: 5, max: 40))], ["synapse_model": .text("stdp_synapse")],
        ] {
            _ = try simulation.connect(
                neurons, neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(8)],
                synapse: Self.clopath.merging([
                    "Wmax": .number(3), "weight": .distribution(.uniform(min: 0, max: 1)),
                    "delay": .distribution(.uniform(min: 0.3, max: 4)),
                ]) { $1 }.merging(own) { $1 })
        }
        return simulation
    }

    @Test("Any number of threads, any pieces, saved and loaded, changed in between: one fingerprint")
    func determinism() throws {
        let folder = try Folder()
        defer { folder.remove() }
        func run(_ threads: Int, pieces: [Double], reloads: Bool) throws -> (String, [Double]) {
            var simulation = try network(threads: threads)
            func reload(_ threads: Int) throws {
                guard reloads else { return }
                try simulation.save(to: folder.path("c"))
                simulation = try Simulation.load(from: folder.path("c"), threads: threads)
            }
            for (i, piece) in pieces.enumerated() {
                try simulation.simulate(piece)
                try reload(1 + i % 3)
            }
            #expect(simulation.time == 150)
            // what has been forgotten must not be found, whoever has kept it for longer
            let third = try simulation.populations[1].node(at: 3)
            try simulation.connections(source: third, synapseModel: "clopath_synapse").set([
                "x_bar": .number(0.07), "delay": .number(9),
            ])
            try reload(2)
            try simulation.populations[1].node(at: 5).set(["delay_u_bars": .number(12), "A_LTP": .number(0.01)])
            try reload(3)
            try simulation.simulate(50)
            return (simulation.fingerprint(), try simulation.connections(synapseModel: "clopath_synapse").weight)
        }
        let expected = try run(1, pieces: [150], reloads: false)
        #expect(Set(expected.1).count > 300)
        #expect(expected.1.contains { $0 > 1.5 })
        #expect(try run(3, pieces: [150], reloads: false) == expected)
        #expect(try run(2, pieces: [0.1, 7.3, 42.6, 75, 25], reloads: false) == expected)
        #expect(try run(2, pieces: [0.1, 7.3, 42.6, 75, 25], reloads: true) == expected)
    }

    @Test("The same state gives the same bytes, on any number of threads")
    func bytes() throws {
        let folder = try Folder()
        defer { folder.remove() }
        for threads in [1, 3] {
            let simulation = try network(threads: threads)
            try simulation.simulate(60)
            try simulation.save(to: folder.path("\(threads)"))
            try Simulation.load(from: folder.path("\(threads)"), threads: 2).save(to: folder.path("again"))
            #expect(try folder.bytes("again") == folder.bytes("1"))
        }
    }

    @Test("Memory stays where it is while all senders spike")
    func memory() throws {
        let simulation = try network(threads: 2)
        try simulation.simulate(300)
        let before = simulation.stats.memoryBytes, spikes = simulation.stats.spikes
        try simulation.simulate(1200)
        #expect(simulation.stats.spikes > 3 * spikes)
        #expect(simulation.stats.memoryBytes <= before + before / 10)
    }

    /// A sender that spikes twice and is silent for a long time, onto cells that go on; its weights when it spikes again.
    ///
    /// - `keepsAll`: somebody else has silent connections whose traces never end.
    /// - `middle`: ms; one of the times at which `call` is called.
    private func silent(
        threads: Int, keepsAll: Bool, middle: Double = 1000, _ call: (Simulation) throws -> Void
    ) throws -> (weights: [[Double]], fingerprint: String) {
        let simulation = try Simulation(threads: threads)
        simulation.smallCellsInTurn = 1
        let ticks = try simulation.create(
            "spike_generator", parameters: ["spike_times": .numbers([100, 120, 3000, 3004, 3020])])
        let senders = try simulation.create("parrot_neuron", count: 2)
        _ = try simulation.connect(ticks, senders)
        let targets = try simulation.create(
            FollowedCells.neuron, count: 4, parameters: ["I_e": .numbers([95, 100, 110, 120])])
        let synapse = Self.clopath.merging([
            "Wmax": .number(3), "weight": .number(0.5), "tau_x": .number(0.4), "delay": .number(1.3),
        ]) { $1 }
        _ = try simulation.connect(try senders.slice(1, 1), targets, synapse: synapse)
        let endless: Settings = ["tau_x": .number(1e9), "weight": .number(0), "Wmax": .number(0)]
        _ = try simulation.connect(
            try senders.slice(2, 2), targets,
            synapse: synapse.merging(keepsAll ? endless : ["weight": .number(0), "Wmax": .number(0)]) { $1 })
        let connections = try simulation.connections(source: try senders.slice(1, 1), target: targets)
        var weights: [[Double]] = []
        for time in [150, middle, 2900, 3000.9, 3002.5, 3010, 3030] {
            try simulation.simulate(time - simulation.time)
            weights.append(connections.weight)
            try call(simulation)
        }
        return (weights, simulation.fingerprint())
    }

    @Test("What targets go through is not kept for senders that are silent, and weights are those of one who keeps all")
    func longSilence() throws {
        var bounded: [Int] = [], unbounded: [Int] = []
        let found = try silent(threads: 1, keepsAll: false) { bounded.append($0.stats.memoryBytes) }
        let wanted = try silent(threads: 1, keepsAll: true) { unbounded.append($0.stats.memoryBytes) }
        #expect(found.weights == wanted.weights)
        #expect(Set(found.weights.map { $0[0] }).count > 3, "\(found.weights)")
        #expect(bounded[2] == bounded[1], "\(bounded)")
        #expect(unbounded[2] > unbounded[1] + 50_000, "\(unbounded)")
    }

    @Test("What is kept for silent senders does not depend on threads, nor on when the rest is forgotten")
    func longSilenceOnThreads() throws {
        let one = try silent(threads: 1, keepsAll: false) { _ in }
        let three = try silent(threads: 3, keepsAll: false, middle: 1703.4) { _ = $0.fingerprint() }
        #expect(one.fingerprint == three.fingerprint && one.weights.last == three.weights.last)
    }

    @Test("A weight above its bound is cut by what comes when the trace is 0, too")
    func cutAfterSilence() throws {
        func weights(keepsAll: Bool) throws -> [[Double]] {
            try silent(threads: 1, keepsAll: keepsAll) { simulation in
                _ = simulation.fingerprint()
                // the bound is lowered while the sender is silent
                guard simulation.time == 1000 else { return }
                let sender = Nodes(simulation, [.init(simulation.populationList[1], 0, 1, 1)])
                try simulation.connections(source: sender, target: nil).set(["Wmax": .number(0.2)])
            }.weights
        }
        let found = try weights(keepsAll: false)
        #expect(try found == weights(keepsAll: true))
        #expect(found[3][3] > 0.2 && found[4][3] <= 0.2, "\(found)")
    }

    @Test("A sender that is silent for a while finds all that its target went through")
    func silence() throws {
        func weight(_ pieces: [Double], noise: Bool) throws -> Double {
            let simulation = try Simulation(seed: 1, threads: 1)
            let ticks = try simulation.create(
                "spike_generator", parameters: ["spike_times": .numbers([5, 12, 390, 400])])
            let sender = try simulation.create("parrot_neuron")
            let target = try simulation.create(
                FollowedCells.neuron,
                parameters: ["I_e": .number(100), "A_LTP": .number(0.001), "A_LTD": .number(0.002)])
            _ = try simulation.connect(ticks, sender)
            _ = try simulation.connect(sender, target, synapse: Self.clopath.merging(["weight": .number(3)]) { $1 })
            if noise {
                // others that read the same steps, and have them sooner
                let train = try simulation.create(
                    "spike_generator", parameters: ["spike_times": .numbers((1...80).map { 5 * Double($0) })])
                let other = try simulation.create("parrot_neuron")
                _ = try simulation.connect(train, other)
                _ = try simulation.connect(
                    other, target,
                    synapse: Self.clopath.merging(["weight": .number(0), "Wmax": .number(0), "delay": .number(3)]) {
                        $1
                    })
            }
            for piece in pieces { try simulation.simulate(piece) }
            return try simulation.connections(source: sender).weight[0]
        }
        let expected = try weight([410], noise: false)
        #expect(expected != 3 && expected > 0 && expected < 100)
        #expect(try weight([410], noise: true) == expected)
        #expect(try weight(Array(repeating: 10, count: 41), noise: true) == expected)
    }

    @Test(
        "Refused: targets without what the rule reads, bounds in the wrong order, weights of another sign than their bounds"
    )
    func refused() throws {
        let simulation = try Simulation(threads: 1)
        let parrots = try simulation.create("parrot_neuron", count: 2)
        let cells = try simulation.create(FollowedCells.neuron, count: 2)
        let error = #expect(throws: InputError.self) { try simulation.connect(parrots, parrots, synapse: Self.clopath) }
        #expect(error!.message.contains("parrot_neuron has no V_m"))
        #expect(error!.message.contains("aeif_psc_delta_clopath and hh_psc_alpha_clopath have them"))
        let wrong: [Settings] = [
            ["weight": .number(-1)], ["Wmin": .number(-1)], ["Wmax": .number(-1)],
            ["Wmin": .number(3), "Wmax": .number(2)],
            ["tau_x": .number(0)],
        ]
        for settings in wrong {
            #expect(throws: InputError.self) {
                try simulation.connect(parrots, cells, synapse: Self.clopath.merging(settings) { $1 })
            }
        }
        _ = try simulation.connect(parrots, cells, synapse: Self.clopath)
        let all = try simulation.connections(source: parrots)
        for settings in wrong { #expect(throws: InputError.self) { try all.set(settings) } }
        try all.set(["weight": .number(-1), "Wmin": .number(-9), "Wmax": .number(-0.5)])
        #expect(all.weight == [-1, -1, -1, -1])
    }
}
