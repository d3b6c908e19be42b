import AstroCore
import Testing

/// A neuron without leak, threshold or adaptation adds up what it gets: its potential's differences are the currents.
@Suite("Noise generator")
struct NoiseGeneratorTests {
    /// The currents (pA) that act on `targets` neurons in each step of 0.1 ms.
    private func currents(
        _ parameters: Settings, targets: Int = 1, pieces: [Double] = [10], seed: Int64 = 1
    ) throws -> [[Double]] {
        let simulation = try Simulation(seed: seed)
        let noise = try simulation.create("noise_generator", parameters: parameters)
        let neurons = try simulation.create(
            "aeif_cond_alpha_astro", count: targets,
            parameters: [
                "g_L": .number(0), "a": .number(0), "Delta_T": .number(0), "V_th": .number(1e6), "V_peak": .number(1e6),
                "V_m": .number(0), "C_m": .number(1),
            ])
        _ = try simulation.connect(noise, neurons, synapse: ["delay": .number(0.1)])
        let recorder = try simulation.record(neurons, quantities: ["V_m"], options: ["interval": .number(0.1)])
        for piece in pieces { try simulation.simulate(piece) }
        let potentials = try recorder.column("V_m")
        return (0..<targets).map { i in
            var last = 0.0
            return stride(from: i, to: potentials.count, by: targets).map { k in
                defer { last = potentials[k] }
                return (potentials[k] - last) / 0.1
            }
        }
    }

    /// The steps (of 0.1 ms) at whose beginning the current changes.
    private func changes(_ currents: [Double]) -> [Int] {
        currents.indices.filter { abs(currents[$0] - ($0 > 0 ? currents[$0 - 1] : 0)) > 1e-6 }
    }

    /// Start, dt, stop and the steps at which NEST 3.10 changes the current of a connection with a delay of 0.1 ms.
    static let schedules: [(start: Double, dt: Double, steps: [Int])] = [
        (0, 1, [2, 12, 22, 32, 42, 52, 62, 72, 81]), (0.3, 1, [4, 14, 24, 34, 44, 54, 64, 74, 81]),
        (0.3, 0.5, Array(stride(from: 4, to: 81, by: 5)) + [81]), (1.7, 1, [18, 28, 38, 48, 58, 68, 78, 81]),
    ]

    @Test("A value is held for dt, counted from the start", arguments: schedules)
    func instants(_ start: Double, _ dt: Double, _ steps: [Int]) throws {
        let parameters: Settings = [
            "std": .number(100), "start": .number(start), "dt": .number(dt), "stop": .number(8),
        ]
        #expect(try changes(currents(parameters)[0]) == steps)
        let pieces = try currents(parameters, pieces: [1.3, 0.4, 8.3])[0]
        #expect(try pieces == currents(parameters)[0], "in pieces")
    }

    @Test("Each target has values of its own, with the mean and the standard deviation asked for (5 standard errors)")
    func moments() throws {
        let targets = try currents(["mean": .number(30), "std": .number(100)], targets: 4000)
        // one value of each
        let sample = targets.map { $0[5] }
        #expect(Set(sample).count == sample.count)
        #expect(abs(sample.mean - 30) < 5 * 100 / 4000.0.squareRoot())
        #expect(abs(sample.populationSD - 100) < 5 * 100 / 8000.0.squareRoot())
    }

    @Test("The variance is modulated in the simulation's time: std^2 + std_mod^2 sin(2 pi f t) (5 standard errors)")
    func modulation() throws {
        let parameters: Settings = [
            "std": .number(100), "std_mod": .number(80), "frequency": .number(250), "dt": .number(0.5),
        ]
        let targets = try currents(parameters, targets: 4000)
        // Stamps 0.1, 0.6, 1.1, ... of drawing; the current acts one step later.
        for stamp in stride(from: 1, through: 91, by: 5) {
            let variance = targets.map { $0[stamp + 1] * $0[stamp + 1] }.mean
            let expected = 10_000 + 6400 * sinCosOfTurns(0.25 * Double(stamp) / 10).sin
            #expect(abs(variance - expected) < 5 * expected * (2 / 4000.0).squareRoot(), "at \(Double(stamp) / 10) ms")
        }
    }

    @Test(
        "dt is 1 ms, or 10 steps where 1 ms is not a whole number of them",
        arguments: [(0.1, 1.0), (0.05, 1), (0.25, 1), (0.5, 1), (1, 1), (0.3, 3), (2, 20)])
    func standardHold(_ resolution: Double, _ dt: Double) throws {
        let noise = try Simulation(resolution: resolution).create("noise_generator")
        guard case .values(let values) = try noise.get("dt"), case .number(let x)? = values.first else {
            guard case .numbers(let numbers) = try noise.get("dt") else { return #expect(Bool(false), "no number") }
            return #expect(numbers == [dt])
        }
        #expect(x == dt)
    }

    @Test(
        "Refused: dt off the grid or not above 0, a modulation above std, negative deviations",
        arguments: [
            ["dt": 0.15], ["dt": 0], ["dt": -1], ["dt": 0.0004], ["std": 1, "std_mod": 2], ["std": -1], ["std_mod": -1],
        ])
    func refused(_ parameters: [String: Double]) throws {
        #expect(throws: InputError.self) {
            try Simulation().create("noise_generator", parameters: parameters.mapValues { .number($0) })
        }
    }

    @Test("1 ms asked for explicitly is refused where it is off the grid")
    func explicit() throws {
        #expect(throws: InputError.self) {
            try Simulation(resolution: 0.3).create("noise_generator", parameters: ["dt": .number(1)])
        }
    }
}
