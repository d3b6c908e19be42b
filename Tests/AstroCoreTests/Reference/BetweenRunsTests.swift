import AstroCore
import Foundation
import Testing

/// Nodes that are changed between two runs, against what NEST 3.10 does: every parameter of every generator and recorder, and the
/// parameters and states of cells. Tests/Fixtures/between_runs/make.py made the cases, and says what they hold.
@Suite("Between runs: what is changed acts as in the reference")
struct BetweenRunsTests {
    struct Piece: Decodable, Sendable {
        let create: [String: JSONValue]?
        let set: [[String: JSONValue]]?
        let run: Double

        var text: String {
            let all = (create.map { ["create", Self.text($0)] } ?? []) + (set ?? []).map { "set " + Self.text($0) }
            return (all + ["run \(run)"]).joined(separator: " ")
        }

        private static func text(_ settings: [String: JSONValue]) -> String {
            "{" + settings.settings.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }.joined(separator: ", ") + "}"
        }
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let model: String
        let pieces: [Piece]
        let kind: String
        let delay: Double?
        let refused: [Bool]
        let current: [[Double?]]?
        let I: [[Double?]]?
        let first: Int?
        let parrot: [Int]?
        let spikes: [Int]?
        let samples: [Int]?
        let drive: [Double]?
        let quantities: [String]?
        let trace: [String: [Double]]?

        var testDescription: String { "\(model) \(pieces.map(\.text).joined(separator: "; "))" }
        var steps: Int { pieces.reduce(0) { $0 + Int(($1.run * 10).rounded()) } }
    }

    static let all = try! Fixtures.decode([Case].self, from: "between_runs/cases.json")

    /// Lists or flags that NEST takes only together with the others; here they may come alone. Docs/differences.md.
    static let takenAlone: [Set<String>] = [
        ["amplitude_times"], ["amplitude_values"], ["allow_offgrid_times"], ["shift_now_spikes"],
        ["individual_spike_trains"], ["rate_times"], ["rate_values"],
    ]

    /// A negative origin is taken here, too, and times of rates that are past.
    static func isTakenHere(_ settings: Settings) -> Bool {
        if case .numbers(let times)? = settings["rate_times"], case .numbers(let values)? = settings["rate_values"] {
            return times.count == values.count && times == times.sorted()
        }
        if case .number(let origin)? = settings["origin"], origin < 0 { return true }
        return takenAlone.contains(Set(settings.keys))
    }

    /// How a case is run: the results must not depend on it.
    struct Way: Sendable, CustomTestStringConvertible {
        let threads: Int
        /// Saved and loaded after each piece, and some steps later.
        let reloads: Bool
        var testDescription: String { "\(threads) threads\(reloads ? ", saved and loaded" : "")" }
    }

    static let ways = [
        Way(threads: 1, reloads: false), Way(threads: 3, reloads: false), Way(threads: 2, reloads: true),
    ]

    /// Parameters that the reference's model does not have; `poissonAsOthers` changes them.
    static let beyond = [
        "poisson_generator": ["rate_times", "rate_values", "allow_offgrid_times", "amplitude", "frequency", "phase"]
    ]

    @Test("A poisson_generator whose rate depends on time is changed as the generators that it stands for")
    func poissonAsOthers() throws {
        let steps = Self.all.filter {
            $0.model == "inhomogeneous_poisson_generator" && !$0.refused.contains(true)
                && $0.pieces.contains { ($0.create ?? [:])["rate_times"] != nil }
        }
        // an inhomogeneous generator keeps its rate without times, a poisson_generator has its own
        let times = steps.filter {
            $0.pieces.flatMap { $0.set ?? [] }.allSatisfy { $0["rate_values"] == nil || $0["rate_times"] != nil }
        }
        #expect(times.count > 40)
        for (number, one) in times.enumerated() {
            let play = try Play(one, Self.ways[2], 10_000 + number, as: "poisson_generator")
            #expect(try play.problem == nil, "\(one.testDescription)")
        }
    }

    @Test("All models are there, and each of their parameters is changed")
    func complete() {
        for model in EveryModelTests.nodeModels
        where model.name != "parrot_neuron" && model.name != "astrocyte_surrogate" {
            let changed = Set(
                Self.all.filter { $0.model == model.name }.flatMap { $0.pieces.flatMap { $0.set ?? [] } }.flatMap(
                    \.keys))
            // these give no other times, and no other state
            let unseen = ["precise_times", "spike_weights", "tau_minus"] + (Self.beyond[model.name] ?? [])
            let missing = model.parameters.map(\.name).filter { !changed.contains($0) && !unseen.contains($0) }
            #expect(missing == [], "\(model.name)")
        }
        #expect(Self.all.count > 800)
    }

    @Test("Every case, on one thread and three, and saved and loaded in between", arguments: ways)
    func cases(_ way: Way) throws {
        var wrong: [String] = []
        for (number, one) in Self.all.enumerated() {
            let problem: String
            do { problem = try Play(one, way, number).problem ?? "" } catch { problem = "\(error)" }
            if problem != "" { wrong.append("case \(number): \(one.testDescription): \(problem)") }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(Self.all.count):\n\(wrong.prefix(12).joined(separator: "\n"))")
    }
}

/// One case in our engine.
private final class Play {
    typealias Case = BetweenRunsTests.Case

    private let one: Case
    private let model: String
    private let way: BetweenRunsTests.Way
    private var simulation: Simulation
    private let path: String
    /// Was something taken that the reference refuses?
    private var isOther = false

    init(_ one: Case, _ way: BetweenRunsTests.Way, _ number: Int, as model: String? = nil) throws {
        (self.one, self.way, self.model) = (one, way, model ?? one.model)
        simulation = try Simulation(seed: 5, threads: way.threads)
        simulation.smallCellsInTurn = 1
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "between-\(getpid())-\(number)-\(way.threads)"
            ).path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What differs from the reference.
    var problem: String? {
        get throws {
            switch one.kind {
            case "current": try current()
            case "spikes": try spikes()
            case "samples": try samples()
            default: try trace()
            }
        }
    }

    // MARK: Running

    private func play(_ connect: (Nodes) throws -> Void) throws {
        var refused = one.refused[...]
        for piece in one.pieces {
            if let settings = piece.create {
                try connect(simulation.create(model, parameters: settings.settings, label: "node"))
            }
            for settings in piece.set ?? [] { try change(settings, wasRefused: refused.removeFirst()) }
            try run(piece.run)
        }
    }

    private func change(_ changes: [String: JSONValue], wasRefused: Bool) throws {
        let settings = changes.settings
        guard wasRefused else { return try simulation.nodes(labelled: "node").set(settings) }
        do {
            try simulation.nodes(labelled: "node").set(settings)
            guard BetweenRunsTests.isTakenHere(settings) else {
                throw InputError("\(settings) is taken, the reference refuses it")
            }
            isOther = true
        } catch let error as InputError where !error.message.contains("the reference refuses it") {}
    }

    private func run(_ ms: Double) throws {
        guard way.reloads else { return try simulation.simulate(ms) }
        try reload()
        try simulation.simulate(0.3)
        try reload()
        try simulation.simulate(ms - 0.3)
    }

    private func reload() throws {
        try simulation.save(to: path)
        simulation = try Simulation.load(from: path, threads: way.threads)
    }

    private func recorded(_ label: String) throws -> [Int] {
        try simulation.recorder(labelled: label).times.map { Int(($0 * 10).rounded()) }
    }

    /// The cells at the other end, in the simulation of now: loading makes another one.
    private var other: Nodes { get throws { try simulation.nodes(labelled: "other") } }

    // MARK: Comparing

    private func current() throws -> String? {
        let targets = 12
        let cells = try simulation.create(
            "aeif_cond_alpha_astro", count: targets,
            parameters: [
                "g_L": .number(0), "a": .number(0), "Delta_T": .number(0), "V_th": .number(1e5), "V_peak": .number(1e5),
                "C_m": .number(1000), "V_m": .number(0),
            ], label: "other")
        _ = try simulation.record(
            cells, quantities: ["V_m"], options: ["interval": .number(0.1), "label": .text("V_m")])
        try play { node in
            _ = try simulation.connect(node, self.other, synapse: ["delay": .number(one.delay!)])
            _ = try simulation.record(
                node, quantities: ["I"], options: ["interval": .number(0.1), "label": .text("I")])
        }
        if isOther { return nil }
        let potentials = try simulation.recorder(labelled: "V_m").column("V_m")
        let rows = (0..<one.steps).map { step in
            (0..<targets).map { i in
                (potentials[step * targets + i] - (step > 0 ? potentials[(step - 1) * targets + i] : 0)) * 1e4
            }
        }
        if let problem = difference(rows, one.current!) { return "current: \(problem)" }
        guard let expected = one.I else { return nil }
        let recorded = try simulation.recorder(labelled: "I").column("I")
        return difference(recorded.map { [$0] }, expected).map { "I: \($0)" }
    }

    /// Compares the currents of each step with pairs of a step and what changes there, null for noise.
    private func difference(_ rows: [[Double]], _ expected: [[Double?]]) -> String? {
        var changes = expected[...], last: Double? = 0, previous = rows[0].map { _ in 0.0 }
        for (step, row) in rows.enumerated() {
            let isChanged = changes.first?[0] == Double(step)
            if isChanged { last = changes.removeFirst()[1] }
            let isNoisy = row.max()! - row.min()! > 1e-6
            let asExpected = last.map { value in row.allSatisfy { abs($0 - value) < 1e-5 * max(1, abs(value)) } }
            let moves = zip(row, previous).contains { abs($0 - $1) > 1e-6 }
            guard asExpected ?? (isNoisy && moves == isChanged) else {
                return
                    "\(row.prefix(3)) in step \(step), not \(last.map { "\($0)" } ?? (isChanged ? "another noise" : "the same noise"))"
            }
            previous = row
        }
        return changes.isEmpty ? nil : "\(changes.count) changes are missing"
    }

    /// Those that send so many spikes as they are told, none of them at random.
    private static let listed = ["spike_generator", "spike_train_injector", "pulsepacket_generator"]

    private func spikes() throws -> String? {
        let parrot = try simulation.create("parrot_neuron", label: "other")
        _ = try simulation.record(parrot, options: ["label": .text("parrot")])
        try play { node in
            _ = try simulation.connect(node, self.other, synapse: ["delay": .number(one.delay!)])
            _ = try simulation.record(node, options: ["label": .text("direct")])
        }
        if isOther { return nil }
        let behind = try recorded("parrot"), seen = Self.listed.contains(one.model) ? behind : Set(behind).sorted()
        if seen != one.parrot! { return "the parrot spikes at \(seen), not \(one.parrot!)" }
        guard let spikes = one.spikes else { return nil }
        let direct = try recorded("direct")
        return direct == spikes ? nil : "it spikes at \(direct), not \(spikes)"
    }

    private func samples() throws -> String? {
        let times = stride(from: 1, to: 400, by: 3).map { Double($0) / 10 }
        let ticks = try simulation.create("spike_generator", parameters: ["spike_times": .numbers(times)])
        let isOfSpikes = one.model == "spike_recorder"
        let cell = try simulation.create(isOfSpikes ? "parrot_neuron" : "aeif_cond_alpha_astro", label: "other")
        if isOfSpikes { _ = try simulation.connect(ticks, cell, synapse: ["delay": .number(0.1)]) }
        try play { node in
            _ = isOfSpikes ? try simulation.connect(self.other, node) : try simulation.connect(node, self.other)
        }
        if isOther { return nil }
        let recorder = try simulation.recorder(of: simulation.nodes(labelled: "node"))
        let seen = recorder.times.map { Int(($0 * 10).rounded()) }
        return seen == one.samples! ? nil : "events at \(seen), not \(one.samples!)"
    }

    private func trace() throws -> String? {
        try play { node in
            let ticks = try simulation.create("spike_generator", parameters: ["spike_times": .numbers(one.drive!)])
            _ = try simulation.connect(ticks, node, synapse: ["weight": .number(3)])
            _ = try simulation.record(node, quantities: one.quantities!, options: ["label": .text("trace")])
            if one.model != "astrocyte_lr_1994" {
                _ = try simulation.record(node, options: ["label": .text("spikes")])
            }
        }
        if one.model != "astrocyte_lr_1994", case let seen = try recorded("spikes"), seen != one.spikes! {
            return "spikes at \(seen), not \(one.spikes!)"
        }
        let samples = try recorded("trace")
        guard samples == one.samples! else { return "samples at \(samples)" }
        for quantity in one.quantities! {
            let ours = try simulation.recorder(labelled: "trace").column(quantity)
            for (step, (x, y)) in zip(samples, zip(ours, one.trace![quantity]!)) where !one.isNearSpike(step) {
                let allowed = quantity == "V_m" ? 1e-3 : 1e-4 * max(abs(y), 1e-3)
                if !(abs(x - y) <= allowed) { return "\(quantity) is \(x) at step \(step), not \(y)" }
            }
        }
        return nil
    }
}

extension BetweenRunsTests.Case {
    /// Where a small error of the time of a spike is a large one of the potential.
    fileprivate func isNearSpike(_ step: Int) -> Bool { spikes!.contains { step >= $0 - 10 && step <= $0 + 20 } }
}
