import AstroCore
import Foundation
import Testing

/// astrocyte_lr_1994 takes steps of a millisecond, whatever happens in between.
@Suite("Long steps of astrocytes")
struct LongStepTests {
    /// Spikes every 0.3 to 2.8 ms, at stamps of 0.1 ms and of all phases within a millisecond.
    private static let times = (0..<600).map { (i: Int) -> Double in
        let stamp: Int = 3 + 17 * i + i * i % 11
        return Double(stamp) / 10
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        var parameters: [String: Double] = [:]
        var weight = 1.0
        var current: (amplitude: Double, start: Double, stop: Double)? = nil
        /// uM, of calcium and h.
        var tolerance = 1e-11
        var testDescription: String { what }
    }

    private static let cases: [Case] = [
        Case(what: "no spikes", weight: 0, tolerance: 3e-12),
        Case(what: "spikes of a network"),
        Case(what: "hundred times as large", weight: 100, tolerance: 3e-10),
        Case(what: "the strongest of the literature", parameters: ["delta_IP3": 0.5, "tau_IP3": 2], tolerance: 3e-10),
        Case(what: "another decay of IP3", parameters: ["tau_IP3": 1059, "IP3": 1.2]),
        Case(what: "hardly any calcium", parameters: ["Ca_astro": 0.0005, "rate_L": 1e-6], tolerance: 1e-10),
        Case(what: "a current that comes and goes", current: (3e-4, 40.4, 77.7), tolerance: 1e-10),
    ]

    private static let defaults: [String: Double] = [
        "IP3": 0.4, "Ca_astro": 0.073, "h_IP3R": 0.793, "Ca_tot": 2, "IP3_0": 0.16, "Kd_IP3_1": 0.13,
        "Kd_IP3_2": 0.9434,
        "Kd_act": 0.08234, "Kd_inh": 1.049, "Km_SERCA": 0.1, "delta_IP3": 0.0002, "k_IP3R": 0.0002, "rate_IP3R": 0.006,
        "rate_L": 0.00011, "rate_SERCA": 0.0009, "ratio_ER_cyt": 0.185, "tau_IP3": 7142,
    ]

    /// Calcium and h every 0.1 ms, by the classical Runge-Kutta method in quarters of it.
    private static func exact(_ given: Case, until end: Int) -> [(c: Double, h: Double)] {
        let p = defaults.merging(given.parameters) { $1 }
        func value(_ name: String) -> Double { p[name]! }
        let arrivals = Dictionary(grouping: times.map { Int(($0 * 10).rounded()) + 10 }) { $0 }.mapValues(\.count)
        func slopes(_ ip3: Double, _ c: Double, _ h: Double, _ noise: Double) -> (Double, Double) {
            let open = ip3 / (ip3 + value("Kd_IP3_1")) * c / (c + value("Kd_act")) * h, Km = value("Km_SERCA")
            let channel = value("rate_L") + value("rate_IP3R") * open * open * open
            let dc =
                channel * (value("Ca_tot") - (1 + value("ratio_ER_cyt")) * c) - value("rate_SERCA") * c * c
                / (Km * Km + c * c)
            let alpha = value("k_IP3R") * value("Kd_inh") * (ip3 + value("Kd_IP3_1")) / (ip3 + value("Kd_IP3_2"))
            return (dc + noise, alpha * (1 - h) - value("k_IP3R") * c * h)
        }
        var ip3 = value("IP3"), c = value("Ca_astro"), h = value("h_IP3R"), result: [(c: Double, h: Double)] = []
        for step in 0..<end {
            let noise = given.current.map { held(step, $0) ? $0.amplitude : 0 } ?? 0
            for _ in 0..<4 {
                let dt = 0.025, rest = value("IP3_0"), decay = value("tau_IP3")
                let middle = rest + (ip3 - rest) * exp(-dt / 2 / decay), last = rest + (ip3 - rest) * exp(-dt / decay)
                let a = slopes(ip3, c, h, noise), b = slopes(middle, c + dt / 2 * a.0, h + dt / 2 * a.1, noise)
                let d = slopes(middle, c + dt / 2 * b.0, h + dt / 2 * b.1, noise)
                let e = slopes(last, c + dt * d.0, h + dt * d.1, noise)
                c += dt / 6 * (a.0 + 2 * b.0 + 2 * d.0 + e.0)
                h += dt / 6 * (a.1 + 2 * b.1 + 2 * d.1 + e.1)
                ip3 = last
            }
            ip3 += value("delta_IP3") * given.weight * Double(arrivals[step + 1] ?? 0)
            result.append((c, h))
        }
        return result
    }

    /// Does the current flow in the step that begins at 0.1 ms times `step`? It arrives after a delay of 1 ms.
    private static func held(_ step: Int, _ current: (amplitude: Double, start: Double, stop: Double)) -> Bool {
        let start = Int((current.start * 10).rounded()) + 10, stop = Int((current.stop * 10).rounded()) + 10
        return step >= start && step < stop
    }

    private func simulation(_ given: Case) throws -> (Simulation, Nodes) {
        let simulation = try Simulation(threads: 1)
        var parameters = given.parameters.mapValues { Value.number($0) }
        if parameters["IP3"] == nil { parameters["IP3"] = .number(0.4) }
        let cell = try simulation.create("astrocyte_lr_1994", parameters: parameters)
        if given.weight != 0 {
            let spikes = try simulation.create("spike_generator", parameters: ["spike_times": .numbers(Self.times)])
            _ = try simulation.connect(spikes, cell, synapse: ["weight": .number(given.weight), "delay": .number(1)])
        }
        if let current = given.current {
            let source = try simulation.create(
                "step_current_generator",
                parameters: [
                    "amplitude_times": .numbers([current.start, current.stop]),
                    "amplitude_values": .numbers([current.amplitude, 0]),
                ])
            _ = try simulation.connect(source, cell, synapse: ["delay": .number(1)])
        }
        return (simulation, cell)
    }

    @Test("Calcium and h are those of short steps", arguments: cases.indices)
    func exactSolution(_ index: Int) throws {
        let given = Self.cases[index]
        let (simulation, cell) = try simulation(given)
        let exact = Self.exact(given, until: 10_000)
        for end in stride(from: 1000, through: 10_000, by: 1000) {
            try simulation.simulate(100)
            let c = try number("Ca_astro", cell), h = try number("h_IP3R", cell)
            #expect(abs(c - exact[end - 1].c) < given.tolerance, "\(given.what), \(end): \(c - exact[end - 1].c)")
            #expect(abs(h - exact[end - 1].h) < given.tolerance, "\(given.what), \(end): \(h - exact[end - 1].h)")
        }
    }

    private func number(_ name: String, _ cell: Nodes) throws -> Double {
        guard case .numbers(let values) = try cell.get(name) else { return .nan }
        return values[0]
    }

    /// After these many steps of 0.1 ms.
    private func fingerprint(_ index: Int, pieces: [Int], recorded: Double? = nil) throws -> String {
        let (simulation, cell) = try simulation(Self.cases[index])
        if let recorded {
            _ = try simulation.record(cell, quantities: ["Ca_astro"], options: ["interval": .number(recorded)])
        }
        for steps in pieces { try simulation.simulate(Double(steps) / 10) }
        let names = ["IP3", "Ca_astro", "h_IP3R"]
        return try names.map { String(try number($0, cell).bitPattern, radix: 16) }.joined(separator: " ")
    }

    @Test("The same bits in pieces, and whatever is recorded", arguments: cases.indices)
    func pieces(_ index: Int) throws {
        let whole = try fingerprint(index, pieces: [1000])
        #expect(try fingerprint(index, pieces: [3, 1, 4, 1, 5, 9, 77, 400, 207, 293]) == whole)
        #expect(try fingerprint(index, pieces: [Int](repeating: 1, count: 100) + [900]) == whole)
        #expect(try fingerprint(index, pieces: [1000], recorded: 0.1) == whole)
        #expect(try fingerprint(index, pieces: [1000], recorded: 0.7) == whole)
    }

    /// The exact solution is that of a cell which begins with what is set.
    @Test("What is set in the middle of a long step counts at once")
    func setting() throws {
        for (name, value) in [
            ("Ca_astro", 0.09), ("IP3", 0.5), ("h_IP3R", 0.7), ("rate_IP3R", 0.007), ("Km_SERCA", 0.12),
        ] {
            let given = Case(what: name, weight: 0)
            let (simulation, cell) = try simulation(given)
            try simulation.simulate(5.3)
            try cell.set([name: .number(value)])
            var parameters = [name: value]
            for state in ["Ca_astro", "IP3", "h_IP3R"] where state != name {
                parameters[state] = try number(state, cell)
            }
            try simulation.simulate(20)
            let exact = Self.exact(Case(what: name, parameters: parameters, weight: 0), until: 200)[199]
            #expect(abs(try number("Ca_astro", cell) - exact.c) < 1e-12, "\(name)")
            #expect(abs(try number("h_IP3R", cell) - exact.h) < 1e-12, "\(name)")
        }
    }
}
