import AstroCore
import Testing

extension NumericsTests {
    @Suite("Poisson trains by windows of eight steps")
    struct PoissonTrainsTests {
        private func trains(_ mean: Double, since: Int = 0) throws -> PoissonTrains {
            PoissonTrains(
                table: try PoissonTable(mean: mean * Double(PoissonTrains.steps)), seed: 3,
                StreamName(.poisson, call: 5),
                since: since)
        }

        private func bytes(_ word: UInt64) -> [Double] { (0..<8).map { Double(word >> (8 * $0) & 255) } }

        /// Means up to the largest: with 8 spikes a window, many have more than the ten that a word holds.
        @Test("Vectors draw what single connections draw", arguments: [0.02, 0.2, 1])
        func vectors(_ mean: Double) throws {
            let trains = try trains(mean)
            var numbers = [UInt64](repeating: 0, count: 32)
            var most = 0.0
            for window in [0, 1, 77, 1 << 33] {
                for block in [0, 3] {
                    trains.fill(&numbers, block: block, window: window)
                    for i in 0..<32 {
                        #expect(numbers[i] == trains.numbers(connection: 32 * block + i, window: window))
                        most = max(most, bytes(numbers[i]).reduce(0, +))
                    }
                }
            }
            #expect(mean < 1 || most > 10)
        }

        @Test(
            "Each step has the mean and variance of a Poisson number, and none knows of another", arguments: [0.2, 1])
        func law(_ mean: Double) throws {
            let trains = try trains(mean)
            var numbers = [UInt64](repeating: 0, count: 32)
            var samples: [[Double]] = Array(repeating: [], count: 8)
            for window in 0..<2000 {
                trains.fill(&numbers, block: 0, window: window)
                for word in numbers { for (step, number) in bytes(word).enumerated() { samples[step].append(number) } }
            }
            let n = Double(samples[0].count)
            for step in 0..<8 {
                #expect(abs(samples[step].mean - mean) < 5 * (mean / n).squareRoot())
                // the fourth central moment of a Poisson number is m + 3 m^2
                let deviation = ((mean + 2 * mean * mean) / n).squareRoot()
                #expect(abs(samples[step].populationVariance - mean) < 5 * deviation)
                let other = samples[(step + 1) % 8]
                let product = zip(samples[step], other).map { ($0 - mean) * ($1 - mean) }
                #expect(abs(product.mean) < 5 * mean / n.squareRoot())
            }
        }

        @Test("After a change in the middle of a window other words are drawn")
        func change() throws {
            let before = try trains(0.2, since: 0), after = try trains(0.2, since: 3)
            let words = { (trains: PoissonTrains) in (0..<100).map { trains.numbers(connection: $0, window: 0) } }
            #expect(words(before) != words(after))
        }

        /// Spikes of a generator that 40 parrot neurons repeat; slices of ten steps, or of one.
        private func spikes(_ rate: Double, delay: Double, pieces: [Double]) throws -> [[Double]] {
            let simulation = try Simulation(seed: 2, threads: 2)
            let generator = try simulation.create("poisson_generator", parameters: ["rate": .number(rate)])
            let parrots = try simulation.create("parrot_neuron", count: 40)
            let stranger = try simulation.create("parrot_neuron")
            _ = try simulation.connect(generator, parrots)
            _ = try simulation.connect(parrots, stranger, synapse: ["delay": .number(delay)])
            let recorder = try simulation.record(parrots)
            for piece in pieces { try simulation.simulate(piece) }
            return [recorder.times, recorder.senders]
        }

        @Test("Neither the length of slices nor that of calls shows", arguments: [100.0, 2000, 20_000])
        func slices(_ rate: Double) throws {
            let one = try spikes(rate, delay: 1, pieces: [100])
            #expect(one[0].count > 100)
            #expect(one == (try spikes(rate, delay: 0.1, pieces: [100])))
            #expect(one == (try spikes(rate, delay: 1, pieces: [0.3, 20.1, 0.1, 79.5])))
        }

        @Test("Setting a weight changes no train; setting the rate halfway changes only what comes after")
        func changes() throws {
            func times(_ change: (Simulation, Nodes) throws -> Void) throws -> [Double] {
                let simulation = try Simulation(seed: 2, threads: 1)
                let generator = try simulation.create("poisson_generator", parameters: ["rate": .number(2000)])
                let parrots = try simulation.create("parrot_neuron", count: 10)
                _ = try simulation.connect(generator, parrots)
                let recorder = try simulation.record(parrots)
                try simulation.simulate(50.3)
                try change(simulation, generator)
                try simulation.simulate(50)
                return recorder.times
            }
            let plain = try times { _, _ in }
            let weighted = try times { simulation, _ in
                try simulation.connections().set(["weight": .number(2)])
            }
            #expect(plain == weighted)
            let slower = try times { _, generator in try generator.set(["rate": .number(500)]) }
            // what was sent before arrives up to one delay later
            #expect(plain.filter { $0 <= 51.3 } == slower.filter { $0 <= 51.3 })
            #expect(slower.filter { $0 > 51.3 }.count < plain.filter { $0 > 51.3 }.count / 2)
        }
    }
}
